"""The staging tables a day is made from: the specification, resolved for its date, and what the journal has of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Protocol

from switch.business_day import Calendar
from switch.clearing import presentments as clearing
from switch.clearing.engine import Engine
from switch.clearing.exceptions import OPEN_EXCEPTIONS
from switch.disputes.booking import DISPUTED_MERCHANTS, DISPUTED_WITH_FEE
from switch.endofday.books import CACHE_KIBIBYTES
from switch.endofday.cleared_notices import query
from switch.endofday.line_files.door import named_on, see
from switch.endofday.tariffs import FeeTables, Lacking, stage_dues, stage_groups, stage_tariffs
from switch.errors import SpecError
from switch.merchant import Merchant
from switch.money import currency_name
from switch.rates import Rate, RateError, RateTable
from switch.settlement.fees.conversion import ADD_CONVERSION_TERM, CONVERSION_TABLES, conversion_term
from switch.settlement.fees.dues import DUE_TABLES, RELEASES_WANTED
from switch.settlement.fees.entries import ADD_ENTRY_ACCOUNT, ENTRY_TABLES, entry_accounts
from switch.settlement.fees.lines import FEE_TABLES
from switch.settlement.layouts.month_invoices import LAST_CLOSED_BEFORE, months_ended

#: What SQLite sorts in memory at a time, before it merges: as much as the processor's cache holds. It takes the size for that
#: from the cache of the books, of which staging reads little.
SORTED_KIBIBYTES: Final = 16_384


class _Centre(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def institution_id(self) -> str: ...


class _Issuer(Protocol):
    @property
    def name(self) -> str: ...


class DaySpecs(Protocol):
    """What the day needs of the specification (``switch.specs.specification.Specs``)."""

    @property
    def digest(self) -> str: ...
    @property
    def centre(self) -> _Centre: ...
    @property
    def issuers(self) -> Mapping[str, _Issuer]: ...
    @property
    def merchants(self) -> Mapping[str, Merchant]: ...
    @property
    def default_contract(self) -> Merchant | None: ...
    @property
    def fees(self) -> FeeTables: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def rates(self) -> RateTable: ...


def staged_day(
    connection: sqlite3.Connection, engine: Engine, specs: DaySpecs, business_date: str, say: Callable[[str], None]
) -> dict[str, object]:
    """Read the journal into the staging tables; the parameters of all that follows."""
    parameters: dict[str, object] = {
        "business_date": business_date,
        "value_date": specs.calendar.value_date(business_date),
        "acquirer_id": specs.centre.institution_id,
        "acquirer_name": specs.centre.name,
        "specs_digest": specs.digest,
    }
    see(connection, named_on(business_date))
    say(f"closing {business_date}: reading the journal")
    _stage(connection, engine, specs, parameters)
    return parameters


def _stage(connection: sqlite3.Connection, engine: Engine, specs: DaySpecs, parameters: dict[str, object]) -> None:
    """Fill the staging tables: the journal is read once, before the books are locked, and the dated rates are resolved.

    The VAT rate on commissions is put among the parameters. SpecError with all that the specification lacks for the date.
    """
    business_date = str(parameters["business_date"])
    acceptors = ((merchant.id, *_terms(merchant)) for merchant in specs.merchants.values())
    issuers = ((issuer_id, issuer.name) for issuer_id, issuer in specs.issuers.items())
    lacking = Lacking()
    parameters["vat_rate_basis_points"] = lacking.found(lambda: specs.fees.vat.rate(business_date))
    for sql in (*clearing.STAGING_TABLES, *ENTRY_TABLES, *FEE_TABLES, *DUE_TABLES, *CONVERSION_TABLES):
        connection.execute(sql)
    connection.execute(f"PRAGMA cache_size = -{SORTED_KIBIBYTES}")
    connection.execute("SAVEPOINT staged")  # a transaction of its own, unless the caller is in one
    connection.execute(OPEN_EXCEPTIONS, parameters)
    connection.executemany(ADD_ENTRY_ACCOUNT, entry_accounts())
    connection.executemany(clearing.ADD_CARD_ACCEPTOR, acceptors)
    if specs.default_contract is not None:
        connection.execute(clearing.OTHER_ACCEPTORS, (*_terms(specs.default_contract), business_date))
    connection.executemany(clearing.ADD_CARD_ISSUER, issuers)
    groups = stage_groups(connection, specs.fees, business_date, lacking)
    connection.execute(RELEASES_WANTED, parameters)
    (disputed,) = connection.execute(DISPUTED_WITH_FEE, parameters).fetchone()
    vat_of_fee = lacking.found(lambda: specs.fees.vat.rate(business_date, "chargeback_fee")) if disputed else 0
    parameters["dispute_vat_basis_points"] = vat_of_fee
    for sql in (DISPUTED_MERCHANTS, *clearing.STAGE_TERMS):
        connection.execute(sql, parameters)
    engine.keep("captures", parameters)
    engine.keep("open_captures", parameters)
    engine.take("captured")
    for sql in clearing.STAGE:
        connection.execute(sql, parameters)
    if (contract := specs.default_contract) is not None:
        connection.execute(clearing.FORMER_TERMS, _former_terms(contract))
    _refuse_changed_currency(connection, parameters)
    stage_tariffs(connection, specs.fees, business_date, groups, lacking)
    stage_dues(connection, specs.fees, business_date, [*specs.merchants.values()], specs.default_contract, lacking)
    _stage_conversions(connection, specs, business_date, lacking)
    _stage_invoices(connection, specs, parameters)
    lacking.refuse()
    connection.execute("RELEASE staged")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")


def _stage_conversions(connection: sqlite3.Connection, specs: DaySpecs, business_date: str, lacking: Lacking) -> None:
    """The rates of all merchants of the date that are paid in another currency than they sell in.

    What is released, disputed or carried is paid on dates without a sale, so sales are not asked.
    """
    wanted = "SELECT merchant_id, currency, account_currency FROM card_acceptor WHERE account_currency <> currency ORDER BY 1"
    for merchant_id, sold, paid in connection.execute(wanted).fetchall():
        contract = specs.merchants.get(merchant_id, specs.default_contract)
        margin = contract.conversion_margin_basis_points if contract is not None else 0
        if (found := lacking.found(partial(_conversion_rate, specs.rates, sold, paid, business_date))) is not None:
            term = conversion_term(merchant_id, sold, paid, *found, margin)
            connection.execute(ADD_CONVERSION_TERM, term)


def _stage_invoices(connection: sqlite3.Connection, specs: DaySpecs, parameters: dict[str, object]) -> None:
    """Put among the parameters which months have ended by the date, and which contracts want an invoice of them."""
    business_date, others = str(parameters["business_date"]), specs.default_contract
    (before,) = connection.execute(LAST_CLOSED_BEFORE, (business_date,)).fetchone()
    parameters["ended_months"] = json.dumps(months_ended(before, business_date))
    parameters["invoices_wanted"] = json.dumps({each.id: int(each.monthly_invoice) for each in specs.merchants.values()})
    parameters["others_invoiced"] = int(others is not None and others.monthly_invoice)


def _conversion_rate(rates: RateTable, sold: str, paid: str, business_date: str) -> tuple[Rate, str]:
    try:
        return rates.plain_rate(sold, paid, business_date)
    except RateError:
        pair = f"{currency_name(sold)} to {currency_name(paid)}"
        raise SpecError("rates.toml", f"payouts of {business_date}", "no rate in force", f"one of {pair}") from None


def _terms(m: Merchant) -> tuple[object, ...]:
    """What the day is computed with of a contract, as ``card_acceptor`` has it."""
    return (
        *(m.name, m.city, m.currency, m.rib, m.language, m.plan),
        *(m.over_basis_points, m.floor_limit_minor, m.address, m.ice, m.paid_by, m.payout_label, m.mcc, m.rounding),
        *(m.layout, m.hold_days, m.debit_after_days, _account_currency(m)),
    )


def _former_terms(default: Merchant) -> tuple[object, ...]:
    """What the default contract says of how a merchant is paid that has no contract any more."""
    return default.paid_by, default.payout_label, default.currency, _account_currency(default)


def _account_currency(merchant: Merchant) -> str:
    return merchant.paid_in or merchant.currency


def _refuse_changed_currency(connection: sqlite3.Connection, parameters: Mapping[str, object]) -> None:
    row = connection.execute(query("currency_changed"), parameters).fetchone()
    if row is not None:
        merchant_id, found, expected, reason = row
        still = f"{currency_name(expected)} ({expected}) while {reason}; another currency is another merchant"
        raise SpecError("merchants.toml", f"merchant {merchant_id}: currency", repr(found), still)
