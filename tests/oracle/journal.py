"""The journal as the oracle reads it: approvals with their last reversal of each date, and the batches of terminals."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    """One approval with its decision."""

    id: int
    day: str  #: business date of the decision
    merchant_id: str
    terminal_id: str
    issuer: str | None
    scheme: str
    product: str
    origin: str | None
    channel: str
    transaction_type: str
    currency: str
    function: str
    original_id: int | None
    capture: str
    approved_minor: int
    captured_minor: int | None  #: below zero for a refund; None: it counts in no date


@dataclass(frozen=True)
class Reversal:
    """An effective reversal: what remains of its original."""

    id: int
    day: str
    request_id: int
    left_minor: int


@dataclass(frozen=True)
class Batch:
    """A batch that a terminal closed with totals that agree."""

    terminal_id: str
    day: str
    last_request_id: int
    waiting: frozenset[int]


class Told:
    """All that the journal and, of orders and disputes, the books were told."""

    def __init__(self, data: Path) -> None:
        with closing(_reading(data / "journal.db")) as journal:
            self.requests = {row["id"]: Request(**row) for row in map(dict, journal.execute(_REQUESTS))}
            self.reversals = [Reversal(**dict(row)) for row in journal.execute(_REVERSALS)]
            self.batches = [
                Batch(row["terminal_id"], row["business_date"], row["last_request_id"], frozenset(json.loads(row["waiting"])))
                for row in journal.execute(_BATCHES)
            ]
        with closing(_reading(data / "books.db")) as books:
            self.closed = [row[0] for row in books.execute("SELECT business_date FROM closed_day ORDER BY business_date")]
            self.orders = [dict(row) for row in books.execute("SELECT * FROM exception_order ORDER BY id")]
            self.events = [dict(row) for row in books.execute("SELECT * FROM dispute_event ORDER BY id")]

    def left(self, day: str) -> dict[int, int]:
        """What the last reversal of a date leaves of each request it names, as an amount above zero."""
        return {each.request_id: each.left_minor for each in self.reversals if each.day == day}

    def is_offline(self, request: Request) -> bool:
        """An advice that completes no hold, or one that itself was told by advice: no issuer approved it."""
        if request.function != "advice":
            return False
        hold = self.requests.get(request.original_id or 0)
        return hold is None or hold.function == "advice"

    def approved_at(self, day: str) -> set[str]:
        """Merchants with an approval of any kind on a date."""
        return {request.merchant_id for request in self.requests.values() if request.day == day}

    def batch_of(self, request: Request, day: str) -> int:
        """How many batches of the date its terminal had closed before it: transactions of one number share a remise."""
        number = request.original_id if request.function == "batch" and request.original_id else request.id
        return sum(
            number > batch.last_request_id or number in batch.waiting
            for batch in self.batches
            if batch.day == day and batch.terminal_id in ("", request.terminal_id)
        )


def _reading(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def rows(data: Path, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Rows of the books as dictionaries."""
    with closing(_reading(data / "books.db")) as books:
        return [dict(row) for row in books.execute(sql, values)]


_REQUESTS = """
SELECT r.id, d.business_date AS day, r.merchant_id, r.terminal_id, r.issuer, COALESCE(r.scheme, '') AS scheme,
  COALESCE(r.product, '') AS product, r.origin, r.channel, r.transaction_type,
  r.currency, r.function, r.original_id, r.capture, d.approved_minor, d.captured_minor
FROM request AS r JOIN decision AS d ON d.request_id = r.id
WHERE d.approved_minor IS NOT NULL ORDER BY r.id
"""
_REVERSALS = """
SELECT id, business_date AS day, original_id AS request_id, replacement_minor AS left_minor
FROM reversal WHERE effective = 1 AND original_id IS NOT NULL ORDER BY id
"""
_BATCHES = """
SELECT terminal_id, business_date, last_request_id, waiting FROM reconciliation
WHERE settlement_code = '1' ORDER BY id
"""
