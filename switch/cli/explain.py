"""``switch explain``: the life of one transaction, in order, with reasons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.options import data_option, json_option, specs_option

if TYPE_CHECKING:
    from switch.life import Life, Row
    from switch.specs import Specs

Step = tuple[str, str, str]  #: when, what, detail


@click.command()
@click.argument("rrn", metavar="RRN")
@data_option
@specs_option
@json_option
def explain(rrn: str, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Tell the life of one transaction from the journal: received, routed, decided, cleared, and why.

    RRN is the retrieval reference number (DE 37); `switch send` prints it. The centre may be running or not. Ends with 1
    when the journal has no such transaction.
    """
    from switch.cli.tables import show_json
    from switch.life import lives
    from switch.specs import specs_of

    specs = specs_of(data, specs_folder)
    found = lives(data, rrn.strip())
    if as_json:
        show_json([life.as_json() for life in found])
        return
    for number, life in enumerate(found):
        if number:
            click.echo()
        show_life(life, specs)


def show_life(life: Life, specs: Specs) -> None:
    """Print one life under its title: amount, card, merchant."""
    from switch.cli.tables import show_table

    request = life.request
    about = f"{_money(request, 'amount_minor')}, card {request['pan_masked']}, {_merchant_name(request['merchant_id'], specs)}"
    columns = (f"when ({specs.calendar.zone.key})", "what", "detail")
    show_table(columns, _steps(life, specs), title=f"RRN {request['rrn'].strip()}: {about}")


def _steps(life: Life, specs: Specs) -> list[Step]:
    steps = [*_received(life.request, specs), _routed(life), _decided(life, specs)]
    steps += [_occurred(occurrence, specs) for occurrence in life.occurrences]
    return [*steps, *_cleared(life)]


def _received(request: Row, specs: Specs) -> list[Step]:
    kind = f"{request['transaction_type'].replace('_', ' ')} ({request['message_class']})"
    asked = f"{kind}, {request['channel']} (DE 22 {request['entry_mode']}), as request {request['id']} of the journal"
    key = f"DE 32 {request['acquirer_id']}, 41 {request['terminal_id']}, 11 {request['stan']}, 7 {request['transmitted_at']}"
    return [
        (_time(request["received_at_ms"], specs), "received", asked),
        ("", "from", f"merchant {_merchant(request['merchant_id'], specs)}, terminal {request['terminal_id'].strip()}"),
        ("", "on", f"{request['line']}, key {key}"),
    ]


def _merchant_name(merchant_id: str, specs: Specs) -> str:
    merchant = specs.merchants.get(merchant_id)
    return merchant.name if merchant else f"merchant {merchant_id.strip()}"


def _merchant(merchant_id: str, specs: Specs) -> str:
    merchant = specs.merchants.get(merchant_id)
    return f"{merchant_id.strip()} ({f'{merchant.name}, {merchant.city}' if merchant else 'no contract here'})"


def _routed(life: Life) -> Step:
    request = life.request
    if request["issuer"] is None:
        return "", "not routed", "the switch asked no issuer"
    kind = " ".join(part for part in (request["scheme"], request["product"]) if part)
    return "", "routed", f"to {request['issuer']}: {kind}, {request['origin']} card"


def _decided(life: Life, specs: Specs) -> Step:
    from switch.transaction import response_meaning

    decision = life.decision
    if decision is None:
        return "", "not decided", "in flight, or the switch stopped before an answer"
    code, by = decision["response_code"], decision["decided_by"]
    approval = f", approval code {decision['approval_code']}" if decision["approval_code"] else ""
    took_ms = decision["decided_at_ms"] - life.request["received_at_ms"]
    reason = f": {decision['reason']}" if decision["reason"] not in ("", response_meaning(code)) else ""
    who = "the switch itself" if by == "switch" else by
    detail = f"{code} {response_meaning(code)}, by {who} after {took_ms} ms{approval}{reason}"
    return _time(decision["decided_at_ms"], specs), "decided", detail


def _occurred(occurrence: Row, specs: Specs) -> Step:
    return _time(occurrence["at_ms"], specs), occurrence["kind"].replace("_", " "), occurrence["detail"]


def _cleared(life: Life) -> list[Step]:
    """What the day made of it."""
    decision, sale = life.decision, life.presentment
    if decision is None:
        return []
    date = decision["business_date"]
    if not life.day_closed:
        return [(date, "business date", "not closed yet (switch day close)")]
    if sale is not None:
        rate, discount_rate = sale["interchange_rate_basis_points"], sale["discount_rate_basis_points"]
        fees = (
            f"interchange {_money(sale, 'interchange_minor')} ({_percent(rate)}), "
            f"discount {_money(sale, 'discount_minor')} ({_percent(discount_rate)}), VAT {_money(sale, 'vat_minor')}"
        )
        return [
            (date, "presented", f"{_money(sale, 'amount_minor')} to {sale['issuer']}, {fees}"),
            (sale["value_date"], "value date", f"{_money(sale, 'net_minor')} net to merchant {sale['merchant_id']}"),
            *((taken["business_date"], "taken back", f"{_money(taken, 'amount_minor')}") for taken in life.adjustments),
        ]
    if life.reversal_id is not None:
        return [(date, "reversed", "nothing is left to present")]
    if life.exception_reason is not None:
        return [(date, "exception", f"not presented: {life.exception_reason}")]
    if life.held is not None or life.released is not None:
        return _waited(life)
    return [(date, "closed", "nothing to present")]


def _waited(life: Life) -> list[Step]:
    """What became of an approval that does not count by itself."""
    steps = []
    if life.held is not None:
        what = "the close of its terminal's batch" if life.held["capture"] == "batch" else "its completion"
        steps.append((life.held["business_date"], "held", f"{_money(life.held, 'amount_minor')} wait for {what}"))
    if life.released is not None:
        by = "request" if life.released["outcome"] == "captured" else "reversal"
        steps.append((life.released["business_date"], life.released["outcome"], f"by {by} {life.released['released_by']}"))
    return steps


def _money(row: Row, column: str) -> str:
    from switch.money import currency_name, format_minor

    return f"{format_minor(row[column], row['currency'])} {currency_name(row['currency'])}"


def _percent(basis_points: int) -> str:
    return f"{basis_points / 100:.2f} %"


def _time(at_ms: int, specs: Specs) -> str:
    from datetime import UTC, datetime, timedelta

    at: Any = datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(milliseconds=at_ms % 1000)
    return f"{at.astimezone(specs.calendar.zone):%Y-%m-%d %H:%M:%S.%f}"[:-3]
