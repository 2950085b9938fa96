"""What has to be true once all is settled: what was told, the journal, the issuers' books and the books of the day agree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from switch.endofday.close import check_books
from switch.issuers.account import AccountBook
from switch.issuers.process.book import Book
from switch.issuers.process.upkeep import Upkeep
from switch.specs.load import load_specs
from switch.transaction import ExchangeKey
from tests.chaos.deals import APPROVED, REQUESTS, REVERSAL, Asked

SPECS: Final = load_specs()

Standing = dict[ExchangeKey, int]

KEPT_MAX: Final = 20  #: faults of one kind that are told; one fault of the switch may make a hundred thousand

_DECIDED = """
SELECT r.acquirer_id, r.terminal_id, r.stan, r.transmitted_at, r.rrn, d.response_code, d.approval_code
FROM request r LEFT JOIN decision d ON d.request_id = r.id WHERE r.function <> 'batch'
"""
_UNDECIDED = "SELECT r.id FROM request r LEFT JOIN decision d ON d.request_id = r.id WHERE d.request_id IS NULL"
_OWED = "SELECT d.id, d.kind, d.issuer FROM delivery d LEFT JOIN delivered ON delivery_id = d.id WHERE delivery_id IS NULL"
_NOT_ACCEPTED = """
SELECT d.id, d.kind, d.issuer, a.response_code FROM delivery d JOIN delivered a ON a.delivery_id = d.id
WHERE a.response_code <> '00'
"""
_REVERSALS = "SELECT acquirer_id, terminal_id, stan, transmitted_at FROM reversal"
_HELD = """
SELECT acquirer_id, terminal_id, stan, transmitted_at,
  SUM(CASE WHEN kind IN ('hold', 'taken_back', 'posted') THEN amount_minor WHEN kind = 'reversed' THEN 0 ELSE -amount_minor END)
FROM entry GROUP BY 1, 2, 3, 4
"""
_PRESENTED = """
SELECT r.acquirer_id, r.terminal_id, r.stan, r.transmitted_at, SUM(p.amount_minor), SUM(p.counted) FROM (
  SELECT request_id, amount_minor, 1 AS counted FROM presentment
  UNION ALL SELECT request_id, amount_minor, 0 FROM adjustment
) p JOIN journal.request r ON r.id = p.request_id GROUP BY 1, 2, 3, 4
"""


def faults(data: Path, remembered: Iterable[Asked]) -> list[str]:
    """Where they do not agree, a sentence each; empty where all is proved. The days are closed, nothing runs."""
    told = list(remembered)
    _let_banks_book(data)
    with closing(_read_only(data / "journal.db")) as journal, closing(_read_only(data / "books.db")) as books:
        books.execute("ATTACH ? AS journal", (f"file:{data / 'journal.db'}?mode=ro",))
        presented, twice = _presentments(books)
        found = [
            few(_differing(told)),
            few(_lost(journal, told)),
            few(_open_ends(journal)),
            few(f"{_named(key)} was presented {count} times" for key, count in twice.items()),
            few(_unbalanced(standing_at_issuers(data), presented)),
            few(fault.sentence for fault in check_books(data).faults),
        ]
    return [sentence for part in found for sentence in part]


def _let_banks_book(data: Path) -> None:
    """What the banks' processes do when they next run: the last days were closed after they had ended."""
    for path in sorted((data / "issuers").glob("*.db")):
        with closing(Book.open(path)) as book:
            accounts = AccountBook(SPECS.issuers[path.stem])
            accounts.replay(book.entries())
            with closing(Upkeep(accounts, book, data)) as upkeep:
                while upkeep.step(0):
                    pass


def owed(data: Path) -> int:
    """Deliveries that issuers have not answered yet."""
    with closing(_read_only(data / "journal.db")) as journal:
        return len(journal.execute(_OWED).fetchall())


def standing_at_issuers(data: Path) -> Standing:
    """What the issuers' durable books hold for each exchange; below zero where it is credited."""
    held: Standing = {}
    for path in sorted((data / "issuers").glob("*.db")):
        with closing(_read_only(path)) as book:
            for *key, amount in book.execute(_HELD):
                held[ExchangeKey(*key)] = held.get(ExchangeKey(*key), 0) + amount
    return {key: amount for key, amount in held.items() if amount}


def _presentments(books: sqlite3.Connection) -> tuple[Standing, Standing]:
    """What the days presented of each exchange, reversals taken off, and how often where that is more than once."""
    amounts, twice = Standing(), Standing()
    for *key, amount, count in books.execute(_PRESENTED):
        amounts[ExchangeKey(*key)] = amount
        if count > 1:
            twice[ExchangeKey(*key)] = count
    return amounts, twice


def _differing(told: Iterable[Asked]) -> Iterator[str]:
    """A repeat gets the answer its first got."""
    for asked in told:
        first = asked.answers[0] if asked.answers else None
        for again in asked.answers[1:]:
            if again != first:
                yield f"{asked} was answered {first} and, asked again, {again}"


def _lost(journal: sqlite3.Connection, told: Iterable[Asked]) -> Iterator[str]:
    """Every approval and every accepted reversal somebody was told of is in the journal, once, as it was told."""
    rows: dict[ExchangeKey, list[tuple[str, ...]]] = {}
    for *key, rrn, code, approval in journal.execute(_DECIDED):
        rows.setdefault(ExchangeKey(*key), []).append((code or "none", approval or "", rrn))
    reversals = {ExchangeKey(*key) for key in journal.execute(_REVERSALS)}
    for asked in told:
        ours = rows.get(asked.key, [])
        if len(ours) > 1:
            yield f"{asked} is in the journal {len(ours)} times"
        if not asked.approved:
            continue
        if asked.what == REVERSAL:
            if asked.key not in reversals:
                yield f"{asked} was accepted and is not in the journal"
        elif not any(row[0] == APPROVED for row in ours):
            yield f"{asked} was approved and no approval of it is in the journal"
        elif asked.what in REQUESTS and asked.answers[0][:3] not in ours:
            yield f"{asked} was approved as {asked.answers[0][1:3]} and the journal has {ours[0][1:]}"


def _open_ends(journal: sqlite3.Connection) -> Iterator[str]:
    for (request_id,) in journal.execute(_UNDECIDED):
        yield f"request {request_id} was never decided"
    for delivery, kind, issuer in journal.execute(_OWED):
        yield f"delivery {delivery}, the {kind} to {issuer}, is still owed"
    for delivery, kind, issuer, code in journal.execute(_NOT_ACCEPTED):
        yield f"delivery {delivery}: {issuer} answered {code} to the {kind}"


def _unbalanced(held: Standing, presented: Standing) -> Iterator[str]:
    """What an issuer holds it will be asked to pay, and the other way round: exchange by exchange, to the centime."""
    for key in sorted(held.keys() | presented.keys()):
        ours, theirs = presented.get(key, 0), held.get(key, 0)
        if ours == theirs:
            continue
        if not ours:
            yield f"{_named(key)}: a hold of {theirs} stands at its issuer without a presentment or a reversal"
        else:
            yield f"{_named(key)}: {ours} was presented and its issuer holds {theirs}"


def _named(key: ExchangeKey) -> str:
    return f"{key.stan} {key.transmitted_at}"


def few(sentences: Iterable[str]) -> list[str]:
    """All of them, or the first and how many more there are."""
    found = list(sentences)
    left_out = len(found) - KEPT_MAX
    return found if left_out <= 0 else [*found[:KEPT_MAX], f"and {left_out} more of this kind"]


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)
