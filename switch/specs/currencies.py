"""What has to hold of currencies between the files: every sale has a rate for every account it may be billed to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.billing import Billing
from switch.money import currency_name, currency_number, is_currency
from switch.rates import RateTable
from switch.specs.files import Files
from switch.specs.parts import DEFAULT_CONTRACT
from switch.specs.specification import Specs

RATES_FILE: Final = "rates.toml"  #: may be missing where no issuer's file names a currency
_NEEDED: Final = (6, 10, 16, 19, 49, 51, 100)  #: elements the centre tells such an issuer more than others


def check_currencies(files: Files, rates: RateTable | None, dialects: Mapping[str, Dialect], today: str | None = None) -> None:
    """Of each issuer whose file names a currency: its dialect has the elements of a billing amount, and there is a rate from
    each currency that a merchant sells in; with ``today`` (YYYY-MM-DD) one that is in force by then."""
    sold = _sold(files)
    for name in files.names("issuers"):
        table = files.table(f"issuers/{name}.toml")
        billing = currency_number(table.peek("currency", str) or "") if table is not None else None
        if table is None or billing is None:
            continue
        spoken = dialects.get(table.peek("dialect", str) or "")
        lacking = [number for number in _NEEDED if spoken is not None and spoken.elements[number] is None]
        if lacking:
            said = f"{table.peek('dialect', str)!r}, which lacks DE {', '.join(map(str, lacking))}"
            table.mistake("dialect", said, "a dialect with the elements of a billing amount, or no currency")
        for currency in sorted(sold - {billing}) if rates is not None else []:
            course = rates.courses.get((currency, billing)) if rates is not None else None
            pair = f"{currency_name(currency)} to {currency_name(billing)}"
            found = f"{currency_name(billing)!r}, and no rate of {pair}"
            if course is None:
                table.mistake("currency", found, f"a [[rate]] of {pair} in {RATES_FILE}")
            elif today is not None and today < course.dates[0]:
                table.mistake("currency", f"{found} on {today}", f"a [[rate]] of {pair} from {today} or before in {RATES_FILE}")


def _sold(files: Files) -> set[str]:
    """The currencies merchants sell in."""
    table = files.table("merchants.toml")
    if table is None:
        return set()
    sold = {entry.peek("currency", str) or "504" for entry in files.tables("merchants.toml", "merchant")}
    if table.peek(DEFAULT_CONTRACT, dict) is not None:
        sold.add(table.table(DEFAULT_CONTRACT).peek("currency", str) or "504")
    return {currency for currency in sold if is_currency(currency)}


def billing_for(issuer: str, specs: Specs, clock_ms: Callable[[], int]) -> Billing | None:
    """What is added to messages for an issuer whose file names the currency of its accounts; ``clock_ms`` is the centre's
    clock."""
    profile = specs.issuers[issuer]
    if profile.billing_currency is None:
        return None
    return Billing(
        currency=profile.billing_currency,
        country=specs.centre.country,
        network_id=profile.institution_id,
        table=specs.rates,
        today=lambda: datetime.fromtimestamp(clock_ms() / 1000, UTC).date(),
    )
