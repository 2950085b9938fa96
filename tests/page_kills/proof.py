"""What shoppers saw, what the shop holds for paid, orders, journal and statement, held to one another."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from tests.clients import xml_api
from tests.clients.browser import Browser
from tests.page_kills.house import House
from tests.page_kills.shopper import Attempt, BillPayer

#: The approvals of the page's terminal that stand, with what was captured of each.
STANDING: Final = """
SELECT request.rrn, request.amount_minor,
  (SELECT coalesce(sum(captured_minor), 0) FROM request AS advice JOIN decision ON request_id = advice.id
    WHERE advice.original_id = request.id),
  (SELECT count(*) FROM request AS advice JOIN decision ON request_id = advice.id
    WHERE advice.original_id = request.id AND captured_minor > 0)
FROM request JOIN decision ON decision.request_id = request.id
WHERE request.function = 'request' AND request.terminal_id = 'ONDE0002' AND decision.response_code = '00'
  AND NOT EXISTS (SELECT 1 FROM reversal WHERE reversal.effective = 1 AND reversal.original_id = request.id)
"""
UNDECIDED: Final = "SELECT rrn FROM request WHERE id NOT IN (SELECT request_id FROM decision)"
UNDELIVERED: Final = "SELECT count(*) FROM delivery WHERE id NOT IN (SELECT delivery_id FROM delivered)"
MONEY: Final = {"A", "C", "S"}  #: states in which an order holds money


@dataclass(frozen=True)
class Standing:
    """An approval of the journal that nothing has undone."""

    rrn: str
    amount_minor: int
    captured_minor: int
    captures: int


@dataclass(frozen=True)
class Facts:
    """Everything that anybody says when nothing moves any more."""

    attempts: tuple[Attempt, ...]
    states: dict[str, str]  #: of orders
    rrns: dict[str, list[str]]  #: of the exchanges that an order's history tells of
    standing: tuple[Standing, ...]
    undecided: tuple[str, ...]
    undelivered: int
    callbacks: tuple[dict[str, Any], ...]
    unpaid: frozenset[str]  #: bills
    receipts: dict[str, str]  #: by order, what the shop's receipt says


def facts(house: House, payers: Iterable[BillPayer], earlier: Iterable[Attempt], before: Facts | None) -> Facts:
    """Ask everybody. ``earlier`` are the attempts of shops that are closed, and what was true ``before`` is taken for those."""
    payers = tuple(payers)
    now = tuple(attempt for payer in payers for attempt in payer.attempts)
    attempts = (*earlier, *now)
    with closing(sqlite3.connect(f"file:{house.data / 'journal.db'}?mode=ro", uri=True)) as journal:
        standing = tuple(Standing(*row) for row in journal.execute(STANDING))
        undecided = tuple(str(rrn) for (rrn,) in journal.execute(UNDECIDED))
        undelivered = int(journal.execute(UNDELIVERED).fetchone()[0])
    asked = now if before else attempts
    states = {attempt.oid: xml_api.status(house.page_url, attempt.oid) for attempt in asked}
    rrns = {attempt.oid: [row[4] for row in xml_api.history(house.page_url, attempt.oid)] for attempt in asked}
    receipts = {attempt.oid: _receipt(house, attempt) for attempt in now}
    return Facts(
        attempts,
        {**before.states, **states} if before else states,
        {**before.rrns, **rrns} if before else rrns,
        standing,
        undecided,
        undelivered,
        tuple(house.callbacks()),
        frozenset(bill for payer in payers for bill in payer.unpaid()),
        receipts,
    )


def _receipt(house: House, attempt: Attempt) -> str:
    page = Browser().get(f"{house.shop_url}/receipt/{attempt.receipt}?lang=en")
    return " ".join([page.heading, *(text for name, texts in page.texts.items() if name[0] == "p" for text in texts)])


def faults(found: Facts) -> list[str]:
    """A sentence for everything in which two of them differ."""
    return [*_money_faults(found), *_shop_faults(found), *_shopper_faults(found), *_callback_faults(found)]


def _money_faults(found: Facts) -> Iterable[str]:
    """Orders and journal."""
    by_rrn = {each.rrn: each for each in found.standing}
    told: Counter[str] = Counter()
    for oid, state in found.states.items():
        mine = [by_rrn[rrn] for rrn in sorted(set(found.rrns[oid])) if rrn in by_rrn]
        told.update(each.rrn for each in mine)
        if len(mine) != (state in MONEY):
            yield f"order {oid} is {state}, and the journal has {len(mine)} approvals of it that stand"
        for each in mine:
            if (each.captures, each.captured_minor) != ((1, each.amount_minor) if state in {"C", "S"} else (0, 0)):
                yield f"order {oid} is {state}, and the journal has {each.captures} captures of it"
    for rrn in by_rrn:
        if told[rrn] != 1:
            yield f"the approval {rrn} stands in the journal, and {told[rrn]} orders tell of it"
    yield from (f"request {rrn} is undecided" for rrn in found.undecided)
    if found.undelivered:
        yield f"{found.undelivered} messages are owed to banks"


def _shop_faults(found: Facts) -> Iterable[str]:
    """The shop and the orders."""
    captured: dict[str, list[str]] = {}
    for attempt in found.attempts:
        if attempt.oid not in found.receipts:
            continue
        state, receipt = found.states[attempt.oid], found.receipts[attempt.oid]
        captured.setdefault(attempt.bill, []).extend([attempt.oid] * (state in {"C", "S"}))
        if ("is accepted" in receipt) != (state in {"C", "S"}):
            yield f"order {attempt.oid} is {state}, and the shop's receipt says: {receipt}"
    for bill, orders in captured.items():
        if len(orders) > 1:
            yield f"bill {bill} was paid {len(orders)} times, by orders {', '.join(orders)}"
        if orders and bill in found.unpaid:
            yield f"bill {bill} was paid, and the shop asks for it"
        if not orders and bill not in found.unpaid:
            yield f"bill {bill} was not paid, and the shop does not ask for it"


def statement_faults(found: Facts, lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """The journal and the merchant's statement: each capture is one line, and each line is a capture."""
    settled: dict[str, list[int]] = {}
    for line in lines:
        settled.setdefault(str(line["rrn"]), []).append(int(line["amount_minor"]))
    captured = {each.rrn: [each.captured_minor] for each in found.standing if each.captures}
    return [
        f"the journal has {captured.get(rrn, [])} captured of {rrn}, and the statement {settled.get(rrn, [])}"
        for rrn in sorted(captured.keys() | settled.keys())
        if captured.get(rrn, []) != settled.get(rrn, [])
    ]


def _shopper_faults(found: Facts) -> Iterable[str]:
    """What the last page said."""
    for attempt in found.attempts:
        state = found.states[attempt.oid]
        if any("approved" in each for each in attempt.headings) and state not in MONEY:
            yield f"order {attempt.oid} is {state}, and its shopper was told: {attempt.headings}"
        if any("declined" in each for each in attempt.headings) and state in MONEY:
            yield f"order {attempt.oid} is {state}, and its shopper was told: {attempt.headings}"


def _callback_faults(found: Facts) -> Iterable[str]:
    """Every end of an order was told to the shop, and the shop has understood it."""
    told = {str(each["order_id"]): each for each in found.callbacks}
    for each in found.callbacks:
        if each["state"] == "waiting":
            yield f"callback {each['id']} of order {each['order_id']} waits: {each['attempts'][-1:]}"
    for oid, state in found.states.items():
        if state in {*MONEY, "D"} and oid not in told:
            yield f"order {oid} is {state}, and no callback told it"
