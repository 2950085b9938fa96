"""What has to be true at the end of a world: acquirers, journal, issuers and books tell the same. Read by SQL of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from switch.endofday.close import check_books
from switch.transaction import ExchangeKey
from tests.simulation.holders import SHORT_ACCOUNTS, declined_and_forgotten, wrong_holds, wrong_limits, wrong_tries
from tests.simulation.shops import ACQUIRER, Deal, key_of
from tests.simulation.world import World

#: Answers to a reversal that are no last word: it is judged anew when it comes again (docs/reference/reversals.md).
REFUSED = {"25", "64"}

#: Every request, what was granted, what the lowest reversal of it left, and whether a completion took its place.
_REQUESTS = """
SELECT r.id, r.acquirer_id, r.terminal_id, r.stan, r.transmitted_at, r.function, r.transaction_type, r.issuer,
  r.original_id, d.response_code, d.approval_code, d.decided_by, d.approved_minor, d.captured_minor,
  (SELECT min(v.replacement_minor) FROM reversal v WHERE v.original_id = r.id AND v.effective = 1) AS left_minor,
  EXISTS (SELECT 1 FROM request c JOIN decision e ON e.request_id = c.id WHERE c.function = 'advice'
    AND e.captured_minor IS NOT NULL AND c.original_id IN (r.id, r.original_id) AND r.function = 'request'
    AND d.captured_minor IS NULL) AS completed
FROM request r LEFT JOIN decision d ON d.request_id = r.id ORDER BY r.id
"""
_BOOKED = """
SELECT request_id, SUM(amount_minor) AS amount FROM (
  SELECT request_id, amount_minor FROM presentment UNION ALL SELECT request_id, amount_minor FROM adjustment
) GROUP BY request_id
"""


def faults(world: World) -> list[str]:
    """Where they do not agree; empty in a good world."""
    with closing(_opened(world.data / "journal.db")) as journal, closing(_opened(world.data / "books.db")) as books:
        rows = [dict(row) for row in journal.execute(_REQUESTS)]
        booked = {row["request_id"]: row["amount"] for row in books.execute(_BOOKED)}
        told = {row[0] for row in journal.execute("SELECT request_id FROM occurrence WHERE kind = 'late_answer'")}
        owed = journal.execute(
            "SELECT count(*) FROM delivery LEFT JOIN delivered ON delivery_id = delivery.id WHERE delivery_id IS NULL"
        ).fetchone()[0]
    found = [f"request {row['id']} was never decided" for row in rows if row["response_code"] is None]
    found += [f"{owed} deliveries are still owed"] if owed or world.undelivered else []
    found += [f"request {number}: a late approval is not in the journal" for number in sorted(world.late_approvals - told)]
    found += [fault for deal in world.shops.deals.values() for fault in _seen(deal, rows)]
    found += [fault for deal in world.shops.deals.values() for fault in _answered_with(deal, rows)]
    worth = _worths(rows)
    found += [fault for deal in world.shops.deals.values() for fault in _taken_back(deal, rows, worth)]
    found += list(_held(world, worth))
    for bank in world.banks.values():
        found += [*wrong_tries(bank.judged), *wrong_limits(bank.judged, bank.book.entries()), *wrong_holds(bank.book.entries())]
    found += list(_coded(world, rows))
    found += list(_presented(rows, booked))
    found += [fault.sentence for fault in check_books(world.data).faults]
    return found


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def _worth(row: dict[str, Any]) -> int:
    """What is left of a request, whether it counts yet or not; below zero where the cardholder is owed it."""
    if row["approved_minor"] is None or row["completed"]:
        return 0
    left: int = row["approved_minor"] if row["left_minor"] is None else min(row["left_minor"], row["approved_minor"])
    return -left if row["transaction_type"] == "refund" else left


def _key(row: dict[str, Any]) -> ExchangeKey:
    return ExchangeKey(row["acquirer_id"], row["terminal_id"], row["stan"], row["transmitted_at"])


def _worths(rows: list[dict[str, Any]]) -> dict[ExchangeKey, int]:
    """What is left under each key; what was captured with its batch counts in place of what waited for it, and what was put
    off (09) counts as it was decided when it came again."""
    worth: dict[ExchangeKey, int] = {}
    for row in rows:
        if row["function"] == "batch" or not worth.get(_key(row)):
            worth[_key(row)] = _worth(row)
    return worth


def _seen(deal: Deal, rows: list[dict[str, Any]]) -> Iterator[str]:
    """What an acquirer was answered, against the journal."""
    for message in deal.asked:
        stan, mti = message.elements[11], message.mti
        codes = deal.codes.get(key_of(message), [])
        what = f"{mti} {stan} of {deal.number}"
        takes_back = mti[1] == "4" or message.elements.get(3, "")[:2] == "02"
        final = {answer for answer in codes if not (takes_back and answer[0] in REFUSED)}
        if len(final) > 1 and "09" not in dict(codes):
            yield f"{what} was answered {sorted(set(codes))}"
        if mti[1] not in "12" or message.elements[3][:2] == "02":
            if not codes:
                yield f"{what} was never answered"
            continue
        key = (ACQUIRER, message.elements[41], stan, message.elements[7])
        ours = [row for row in rows if _key(row) == key]
        granted = [row for row in ours if row["approved_minor"] is not None or row["function"] == "advice"]
        if any(code in ("00", "10") for code, _ in codes) and not granted:
            yield f"{what} was approved to its acquirer and is not in the journal"
        for code, amount in codes:
            if code == "10" and not any(row["approved_minor"] == amount for row in ours):
                yield f"{what} was approved in part for {amount}, and the journal says otherwise"
        reversed_ = any(other.mti == "0420" and deal.codes.get(key_of(other)) for other in deal.asked)
        if not codes and not reversed_:
            yield f"{what} was never settled with its acquirer"


def _taken_back(deal: Deal, rows: list[dict[str, Any]], worth: dict[ExchangeKey, int]) -> Iterator[str]:
    """What acquirers were told is taken back in full, and what completed it: nothing may be left of it."""
    for asked, original in deal.undone.items():
        if "00" not in dict(deal.codes.get(asked, ())):
            continue
        ids = {row["id"] for row in rows if _key(row)[1:] == original}
        completing = {_key(row) for row in rows if row["original_id"] in ids and row["function"] == "advice"}
        for key in completing | {ExchangeKey(ACQUIRER, *original)}:
            if worth.get(key):
                yield f"{original[1]} of {deal.number} was taken back, and {worth[key]} is left of {key.stan}"


def _held(world: World, worth: dict[ExchangeKey, int]) -> Iterator[str]:
    """What issuers hold for each exchange, against what the journal says it is worth; of cards with short holds, nothing."""
    accounts = {entry.key: entry.account for bank in world.banks.values() for entry in bank.book.entries()}
    forgotten = {key for bank in world.banks.values() for key in declined_and_forgotten(bank.judged)}
    for key, worth_minor in worth.items():
        held = sum(bank.taken_minor(key) for bank in world.banks.values())
        left = 0 if accounts.get(key) in SHORT_ACCOUNTS else worth_minor
        if held != left and not (left == 0 and key in forgotten):
            yield f"{key.stan} {key.transmitted_at}: the issuers hold {held} and the journal says {left}"


def _answered_with(deal: Deal, rows: list[dict[str, Any]]) -> Iterator[str]:
    """The approval code in every answer to an acquirer, against the one in the journal, where one was asked to approve."""
    for message in deal.asked:
        if message.mti[1] not in "12" or message.elements[3][:2] == "02":
            continue
        ours = [row for row in rows if _key(row)[1:] == key_of(message) and row["function"] != "batch"]
        journaled = {row["approval_code"] or "" for row in ours}
        answered = deal.approval_codes.get(key_of(message), set())
        if not answered <= journaled:
            what = f"{message.mti} {message.elements[11]} of {deal.number}"
            yield f"{what} was approved as {sorted(answered)}, and the journal says {sorted(journaled)}"


def _coded(world: World, rows: list[dict[str, Any]]) -> Iterator[str]:
    """The approval code in the journal, against the one its issuer gave for that exchange; ``_answered_with`` does the rest."""
    given: dict[ExchangeKey, set[str]] = {}
    for bank in world.banks.values():
        for entry in bank.book.entries():
            if entry.approval_code:
                given.setdefault(entry.key, set()).add(entry.approval_code)
    for row in rows:
        code, key = row["approval_code"], _key(row)
        if code and row["decided_by"] in world.banks and code not in given.get(key, {code}):
            yield f"{key.stan} {key.transmitted_at}: approved as {code}, and its issuer gave {sorted(given[key])}"


def _presented(rows: list[dict[str, Any]], booked: dict[int, int]) -> Iterator[str]:
    """What the books have presented of each request, against what of it was captured and is left."""
    for row in rows:
        left = _worth(row) if row["captured_minor"] is not None else 0
        if booked.get(row["id"], 0) != left:
            yield f"request {row['id']}: the books have {booked.get(row['id'], 0)} and the journal says {left}"
