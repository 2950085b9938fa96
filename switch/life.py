"""The life of one transaction: what the journal tells of a retrieval reference number, and what the books made of it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from switch import books
from switch.clearing.checks import Ask
from switch.errors import NegativeAnswerError
from switch.journal import read_life

NEAR_SEARCHED_MAX: Final = 5_000  #: latest requests looked through for a similar RRN
NEAR_TOLD_MAX: Final = 3

Row = dict[str, Any]

DECISION_COLUMNS: Final = (
    "business_date",
    "decided_at_ms",
    "response_code",
    "approval_code",
    "decided_by",
    "reason",
    "approved_minor",
    "captured_minor",
)
PRESENTMENT_COLUMNS: Final = (
    "business_date",
    "value_date",
    "merchant_id",
    "issuer",
    "currency",
    "amount_minor",
    "interchange_rate_basis_points",
    "interchange_minor",
    "discount_rate_basis_points",
    "discount_minor",
    "vat_minor",
    "net_minor",
)
_PRESENTMENT = f"""
SELECT {", ".join(PRESENTMENT_COLUMNS)} FROM presentment JOIN closed_day USING (business_date) WHERE request_id = :request_id
"""  # noqa: S608
ADJUSTMENT_COLUMNS: Final = (
    "business_date",
    "value_date",
    "reversal_id",
    "merchant_id",
    "issuer",
    "currency",
    "amount_minor",
    "interchange_minor",
    "discount_minor",
    "vat_minor",
    "net_minor",
)
_ADJUSTMENTS = f"""
SELECT {", ".join(ADJUSTMENT_COLUMNS)} FROM adjustment JOIN closed_day USING (business_date) WHERE request_id = :request_id
ORDER BY business_date
"""  # noqa: S608
_REVERSED = "SELECT reversal_id FROM reversed_item WHERE request_id = :request_id"
_EXCEPTION = "SELECT reason FROM exception_item WHERE request_id = :request_id"
_HELD = "SELECT business_date, capture, amount_minor, currency FROM held_item WHERE request_id = :request_id"
_RELEASED = "SELECT business_date, outcome, released_by FROM released_item WHERE request_id = :request_id"
_RECENT_RRNS = "SELECT rrn FROM journal.request ORDER BY id DESC LIMIT :searched_max"


@frozen(kw_only=True)
class Life:
    """One request: columns of the journal's tables by name, and of the books' where its day is closed.

    ``decision`` is None while nothing is decided; ``occurrences`` are late answers and the like. Of ``presentment``,
    ``reversal_id``, ``exception_reason`` and ``held`` at most one is there, and only for an approval of a closed day.
    """

    request: Row
    decision: Row | None
    occurrences: tuple[Row, ...]
    day_closed: bool
    presentment: Row | None
    adjustments: tuple[Row, ...]  #: what reversals of later dates took back of the presentment, oldest first
    reversal_id: int | None  #: of the reversal for which it was never presented
    exception_reason: str | None
    held: Row | None  #: it waited to be captured when its day was closed
    released: Row | None  #: what captured or reversed a hold: business date, outcome, id of the request or reversal

    def as_json(self) -> Row:
        """Plain values; the card number masked, amounts in minor units, times in epoch milliseconds."""
        return {
            "request": self.request,
            "decision": self.decision,
            "occurrences": list(self.occurrences),
            "day_closed": self.day_closed,
            "presentment": self.presentment,
            "adjustments": list(self.adjustments),
            "reversal_id": self.reversal_id,
            "exception_reason": self.exception_reason,
            "held": self.held,
            "released": self.released,
        }


def lives(data: Path, rrn: str) -> list[Life]:
    """All requests of an RRN, oldest first; NegativeAnswerError, with RRNs like it, where there is none."""
    with books.opened(data) as connection:
        ask = books.ask_of(connection)
        rows = read_life(data, rrn)
        if not rows:
            raise NegativeAnswerError(f"RRN {rrn!r} is not in the journal of {data}{_near(ask, rrn)}")
        closed = books.Dates.of(connection).closed
        return [_life(ask, row, closed) for row in rows]


def _life(ask: Ask, row: Row, closed: tuple[str, ...]) -> Life:
    hidden = ("pan_cipher", "request_id", "occurrences", *DECISION_COLUMNS)
    key = {"request_id": row["id"]}
    presented = [dict(zip(PRESENTMENT_COLUMNS, columns, strict=True)) for columns in ask(_PRESENTMENT, key)]
    adjusted = [dict(zip(ADJUSTMENT_COLUMNS, columns, strict=True)) for columns in ask(_ADJUSTMENTS, key)]
    return Life(
        request={name: value for name, value in row.items() if name not in hidden},
        decision={name: row[name] for name in DECISION_COLUMNS} if row["response_code"] is not None else None,
        occurrences=tuple(row["occurrences"]),
        day_closed=row["business_date"] in closed,
        presentment=next(iter(presented), None),
        adjustments=tuple(adjusted),
        reversal_id=next((reversal_id for (reversal_id,) in ask(_REVERSED, key)), None),
        exception_reason=next((reason for (reason,) in ask(_EXCEPTION, key)), None),
        held=_named(("business_date", "capture", "amount_minor", "currency"), ask(_HELD, key)),
        released=_named(("business_date", "outcome", "released_by"), ask(_RELEASED, key)),
    )


def _named(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Row | None:
    """The first row by the names of its columns, None where there is none."""
    return next((dict(zip(columns, row, strict=True)) for row in rows), None)


def _near(ask: Ask, rrn: str) -> str:
    recent = {row[0] for row in ask(_RECENT_RRNS, {"searched_max": NEAR_SEARCHED_MAX})}
    near = difflib.get_close_matches(rrn, sorted(recent), n=NEAR_TOLD_MAX, cutoff=0.7)
    return f"; near it: {', '.join(near)}" if near else ""
