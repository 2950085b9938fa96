"""Disputes: what is told of them, written as events of the open business date; lists of dossiers, and one with its events."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import Factory

from switch.business_day import Calendar
from switch.casework.desk import case_query, numbered, only_one, open_date, writing
from switch.disputes.booking import query
from switch.disputes.life import FOLLOWS, DisputedSale, DisputeEvent, DisputeState, DisputeStep, Dossier, Wish, take_step
from switch.disputes.records import masked
from switch.disputes.terms import DisputeTerms
from switch.endofday import books
from switch.endofday.line_files.door import WantedLines, of_requests, see
from switch.errors import NegativeAnswerError, SwitchError
from switch.merchant import Merchant
from switch.money import parse_amount
from switch.record import frozen
from switch.settlement.discount import DiscountPlan
from switch.transaction import RRN_CHARACTERS

_SALES: Final = query("sales")
_DOSSIERS: Final = query("dossiers")
_DISPUTED: Final = "SELECT request_id FROM dispute_event"
#: The sales that are disputed, and those that somebody may mean.
_DISPUTED_OR_NAMED: Final = """
SELECT request_id FROM dispute_event
UNION SELECT CAST(:request_id AS INTEGER) UNION SELECT id FROM journal.request WHERE rrn IN (:which, :filled)
"""
#: The same of many names.
_DISPUTED_OR_ANY: Final = """
SELECT request_id FROM dispute_event
UNION SELECT CAST(value AS INTEGER) FROM json_each(:requests)
UNION SELECT id FROM journal.request WHERE rrn IN (SELECT value FROM json_each(:names))
"""
_EVENTS: Final = case_query("events")
_INSERT: Final = "INSERT INTO dispute_event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#: Numbers only grow, so the dossier that was opened last has the highest one: it stands near the end, however many there are.
_LAST_OPENED: Final = "SELECT dossier FROM dispute_event WHERE number = 1 ORDER BY id DESC LIMIT 1"


@frozen(kw_only=True)
class DossierRow:
    """A dispute with its sale, as it stands."""

    dossier: str
    state: DisputeState
    number: int  #: of its last event
    reason: str
    outstanding_minor: int  #: charged back: the merchant bears it, if nothing follows
    deadline: str  #: of the next step; empty: it has none
    request_id: int
    opened_on: str
    changed_on: str
    rrn: str
    merchant_id: str
    issuer: str
    currency: str
    presented_on: str
    presented_minor: int
    pan_masked: str
    represented_minor: int  #: by its last representment
    given_back_minor: int = 0  #: of the sale, by reversals, and by refunds that have its RRN
    is_late: bool = False  #: the deadline has passed: what is charged back stays with whose turn it was

    @property
    def twice_minor(self) -> int:
        """What the cardholder got back twice: by a reversal or a refund, and by the chargeback."""
        return max(self.outstanding_minor + self.given_back_minor - self.presented_minor, 0)


@frozen(kw_only=True)
class EventRow:
    """An event of a dossier, with what the close of its date booked; None where that is still to come, or nothing moved."""

    number: int
    business_date: str
    kind: DisputeStep
    state: DisputeState
    reason: str
    amount_minor: int
    outstanding_minor: int
    fee_minor: int
    deadline: str
    person: str
    remark: str
    recorded_at_ms: int
    booked_minor: int | None
    interchange_minor: int | None
    fee_vat_minor: int | None


@frozen(kw_only=True)
class NamedSale:
    """What somebody names: a dossier, or a sale by RRN or number of its request, perhaps with merchant and date."""

    which: str = ""
    merchant_id: str = ""
    presented_on: str = ""
    request_id: int = 0  #: in place of all that: the sale itself


@frozen(kw_only=True)
class DisputeRules:
    """What the specification says of disputes."""

    terms: DisputeTerms
    calendar: Calendar
    plans: Mapping[str, DiscountPlan] = Factory(dict)  #: a plan may have a fee of its own for a chargeback
    contracts: Mapping[str, Merchant] = Factory(dict)
    default_contract: Merchant | None = None

    def plan_fee(self, merchant_id: str, business_date: str) -> tuple[int, str] | None:
        """What the plan of a merchant takes for a chargeback, and the row that says so; None where it says nothing."""
        contract = self.contracts.get(merchant_id, self.default_contract)
        plan = self.plans.get(contract.plan) if contract is not None else None
        charge = plan.charge(business_date, "chargeback_fee") if plan is not None else None
        return None if charge is None else (charge.amount_minor, charge.place)


def dossiers(data: Path, *, ended: bool = False) -> list[DossierRow]:
    """The disputes that are open; with ``ended``, all of them."""
    with books.opened(data) as connection:
        rows = list(_rows(connection, open_date(connection, data)))
    return [row for row in rows if ended or _dossier(row).is_open]


def dossier_story(data: Path, which: str) -> tuple[DossierRow, list[EventRow]]:
    """One dispute by its dossier, or by the RRN of its sale, with its events."""
    with books.opened(data) as connection:
        row = _one_of(list(_rows(connection, open_date(connection, data), which)), which)
        names = tuple(EventRow.__annotations__)
        events = connection.execute(_EVENTS, (row.dossier,)).fetchall()
    return row, [EventRow(**dict(zip(names, event, strict=True))) for event in events]


def tell(
    data: Path, rules: DisputeRules, named: NamedSale, wish: Wish, amount: str | None, now_ms: int, *, new: bool
) -> DossierRow:
    """Write what somebody tells of a dispute; with ``new``, of a sale that gets a dossier. How the dossier stands then.

    SwitchError and NegativeAnswerError as of ``take_step``, or where no such dossier or sale is known, or several are.
    """
    with writing(data) as (connection, business_date):
        dossier = told(connection, rules, named, wish, amount, business_date, now_ms, new=new)
        return _one_of(list(_rows(connection, business_date, dossier)), dossier)


def told(
    connection: sqlite3.Connection,
    rules: DisputeRules,
    named: NamedSale,
    wish: Wish,
    amount: str | None,
    business_date: str,
    now_ms: int,
    *,
    new: bool | None = None,
) -> str:
    """The same inside a transaction; the dossier. ``new=None``: of a dossier that waits for such a step, or else of a sale."""
    rows = [] if new else list(_rows(connection, business_date, named.which))
    row = None if new else _waiting_for(rows, named, wish.step, must=new is False)
    if row is None:
        sale = _sale(connection, named, "")
        dossier = Dossier(id=_next_id(connection, business_date))
    else:
        sale = _sale(connection, NamedSale(request_id=row.request_id), row.dossier)
        dossier = _dossier(row)
    minor = None if amount is None else parse_amount(amount, sale.currency)
    wished = Wish(
        step=wish.step,
        amount_minor=minor,
        reason=wish.reason,
        person=wish.person,
        remark=wish.remark,
        record_id=wish.record_id,
    )
    plan_fee = rules.plan_fee(sale.merchant_id, business_date)
    event = take_step(wished, sale, dossier, rules.terms, rules.calendar, business_date, plan_fee)
    _write(connection, event, sale.request_id, wished, business_date, now_ms)
    return dossier.id


def _write(
    connection: sqlite3.Connection, event: DisputeEvent, request_id: int, wish: Wish, business_date: str, now_ms: int
) -> None:
    row = (event.dossier, event.number, business_date, request_id, event.step, event.state, event.reason, event.amount_minor)
    told_by = (masked(wish.person), masked(wish.remark), wish.record_id, now_ms)
    fee = (event.fee_minor, event.fee_rule)
    connection.execute(_INSERT, (*row, event.outstanding_minor, *fee, event.deadline, *told_by))


def _rows(connection: sqlite3.Connection, today: str, which: str | None = None) -> Iterator[DossierRow]:
    """All dossiers, or those that somebody means: a file of records asks for each, so it must not read the others."""
    see(connection, of_requests(_DISPUTED))
    names = tuple(DossierRow.__annotations__)[:17]
    for found in connection.execute(_DOSSIERS, _naming(which)).fetchall():
        about: dict[str, Any] = dict(zip(names, found, strict=True))
        sale = _sale(connection, NamedSale(request_id=about["request_id"]), about["dossier"])
        late = about["deadline"] != "" and today > about["deadline"]
        yield DossierRow(**about, given_back_minor=sale.given_back_minor, is_late=late)


def _dossier(row: DossierRow) -> Dossier:
    return Dossier(
        id=row.dossier,
        state=row.state,
        number=row.number,
        reason=row.reason,
        outstanding_minor=row.outstanding_minor,
        moved_minor=row.represented_minor,
        deadline=row.deadline,
    )


def _one_of(rows: list[DossierRow], which: str) -> DossierRow:
    found = [row for row in rows if which in (row.dossier, row.rrn.strip(), str(row.request_id))]
    if not found:
        raise NegativeAnswerError(f"{which}: there is no such dispute")
    if len(found) > 1:
        raise SwitchError(f"{which}: found {len(found)} disputes, expected one of {', '.join(row.dossier for row in found)}")
    return found[0]


def _waiting_for(rows: list[DossierRow], named: NamedSale, step: DisputeStep, *, must: bool) -> DossierRow | None:
    """The dossier that somebody means; None where it is of a sale that has none which waits for such a step."""
    meant = [row for row in rows if named.which in (row.dossier, row.rrn.strip(), str(row.request_id))]
    meant = [row for row in meant if named.merchant_id in ("", row.merchant_id)]
    if any(row.dossier == named.which for row in meant):
        return _one_of(meant, named.which)
    waiting = [row for row in meant if (row.state, step) in FOLLOWS]
    opens = ("new", step) in FOLLOWS
    if waiting or (must and meant) or (meant and not opens):
        return _one_of(waiting or meant, named.which)
    if must or not opens:
        raise NegativeAnswerError(f"{named.which}: there is no such dispute")
    return None


def _sale(connection: sqlite3.Connection, named: NamedSale, dossier: str) -> DisputedSale:
    """The sale that somebody means. NegativeAnswerError where it was never presented; SwitchError where several are meant."""
    about = {
        **_naming(named.which or None),
        "request_id": named.request_id or numbered(named.which),
        "merchant_id": named.merchant_id,
        "presented_on": named.presented_on,
        "dossier": dossier,
    }
    see(connection, of_requests(_DISPUTED) if named.request_id else of_requests(_DISPUTED_OR_NAMED, about))
    rows = connection.execute(_SALES, about).fetchall()
    if not rows:
        raise NegativeAnswerError(f"{named.which}: no such sale was presented")
    only_one([str(row[0]) for row in rows], named.which, "presented sales")
    names = tuple(DisputedSale.__annotations__)
    return DisputedSale(**dict(zip(names, rows[0], strict=True)))


def sales_of(named: Iterable[NamedSale]) -> WantedLines:
    """The lines of all sales that somebody may mean, and of those that are disputed."""
    which = {each.which for each in named}
    requests = sorted({numbered(each) for each in which})
    names = sorted({*which, *(each.ljust(RRN_CHARACTERS) for each in which)})
    return of_requests(_DISPUTED_OR_ANY, {"requests": json.dumps(requests), "names": json.dumps(names)})


def _naming(which: str | None) -> dict[str, str | int | None]:
    """What a name may be, as the queries ask for it: an RRN as the journal has it, filled with spaces, or a request."""
    return {"which": which, "filled": which.ljust(RRN_CHARACTERS) if which else None, "request_id": numbered(which or "")}


def _next_id(connection: sqlite3.Connection, business_date: str) -> str:
    """D26000001: the year of the business date and a running number."""
    year = f"D{business_date[2:4]}"
    (last,) = connection.execute(_LAST_OPENED).fetchone() or ("",)
    number = int(last.removeprefix(year)) if last.startswith(year) else 0
    return f"{year}{number + 1:06d}"
