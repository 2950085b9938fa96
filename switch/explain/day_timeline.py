"""What the close of business dates did with a request, in words."""

from __future__ import annotations

from collections.abc import Iterator

from switch.explain.lifecycle import Life, Row
from switch.explain.step import DAY, Step
from switch.money import worded_minor


def day_steps(life: Life) -> Iterator[Step]:
    """What the close of business dates did with a request, each step at the time its date was closed."""
    decision = life.decision
    if decision is None:
        return
    date = decision["business_date"]
    if life.closed is None:
        yield _step(life, None, "business date", f"{date}, not closed yet (switch day close)")
        return
    at_ms = life.closed["closed_at_ms"]
    if life.exception_reason is not None:
        yield _step(life, at_ms, "exception", f"business date {date}: not presented: {life.exception_reason}")
        yield from _no_exception(life)
    elif life.presentment is not None:
        yield from _presented(life, at_ms, life.presentment)
    elif life.reversal_id is not None:
        yield _step(life, at_ms, "reversed", f"business date {date}: nothing is left to present")
    elif life.held is not None or life.released is not None:
        yield from _waited(life)
    else:
        yield _step(life, at_ms, "closed", f"business date {date}: nothing to present")


def _step(life: Life, at_ms: int | None, what: str, detail: str) -> Step:
    return Step(at_ms=at_ms, leg=DAY, what=what, detail=detail, request_id=life.request["id"])


def _presented(life: Life, at_ms: int, sale: Row) -> Iterator[Step]:
    rate, discount_rate = sale["interchange_rate_basis_points"], sale["discount_rate_basis_points"]
    fees = (
        f"interchange {_money(sale, 'interchange_minor')} ({_percent(rate)}), "
        f"discount {_money(sale, 'discount_minor')} ({_percent(discount_rate)}), VAT {_money(sale, 'vat_minor')}"
    )
    presented = f"{_money(sale, 'amount_minor')} to {sale['issuer']}, {fees}, business date {sale['business_date']}"
    yield _step(life, at_ms, "presented", presented)
    net = f"{sale['value_date']}: {_money(sale, 'net_minor')} net to merchant {sale['merchant_id']}"
    yield _step(life, at_ms, "value date", net)
    for taken in life.adjustments:
        detail = f"{_money(taken, 'amount_minor')} by reversal {taken['reversal_id']}, business date {taken['business_date']}"
        yield _step(life, taken["closed_at_ms"], "taken back", detail)
    for told in life.disputes:
        amount = f" of {_money(told, 'amount_minor')}" if told["amount_minor"] else ""
        detail = f"dossier {told['dossier']}{amount}, reason {told['reason']}, business date {told['business_date']}"
        yield _step(life, told["recorded_at_ms"], told["kind"].replace("_", " "), detail)


def _no_exception(life: Life) -> Iterator[Step]:
    """How an exception ended, where it has."""
    ended = life.exception_end
    if ended is None:
        return
    if life.presentment is not None:
        yield from _presented(life, ended["closed_at_ms"], life.presentment)
        return
    what = ended["outcome"].replace("_", " ")
    yield _step(life, ended["closed_at_ms"], what, f"business date {ended['business_date']}: it is never presented")


def _waited(life: Life) -> Iterator[Step]:
    """What became of an approval that does not count by itself."""
    held, released = life.held, life.released
    if held is not None:
        what = "the close of its terminal's batch" if held["capture"] == "batch" else "its completion"
        detail = f"{_money(held, 'amount_minor')} wait for {what}, business date {held['business_date']}"
        yield _step(life, held["closed_at_ms"], "held", detail)
    if released is not None:
        by = {"captured": "by request", "reversed": "by reversal", "expired": "by its contract"}[released["outcome"]]
        number = f" {released['released_by']}" if released["released_by"] else ""
        detail = f"{by}{number}, business date {released['business_date']}"
        yield _step(life, released["closed_at_ms"], released["outcome"], detail)


def _money(row: Row, column: str) -> str:
    return worded_minor(row[column], row["currency"])


def _percent(basis_points: int) -> str:
    return f"{basis_points / 100:.2f} %"
