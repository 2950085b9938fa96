"""What the journal tells of a retrieval reference number, and what the books made of it (``timeline`` puts it in order)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from attrs import asdict

from switch.clearing.checks import Ask
from switch.endofday import books
from switch.endofday.line_files.door import of_requests, see
from switch.errors import NegativeAnswerError
from switch.explain.liability import Liability, liability
from switch.journal.rows import INSERT_PROVED_DECISION, INSERT_REQUEST
from switch.merchant import AT_CUT_OFF
from switch.record import frozen
from switch.transaction import NOW, RRN_CHARACTERS

NEAR_SEARCHED_MAX: Final = 5_000  #: latest requests looked through for a similar RRN
NEAR_TOLD_MAX: Final = 3
SCENARIO: Final = "scenario"  #: kind of occurrence: what a rule did with an answer

Row = dict[str, Any]

_APART: Final = {"id", "pan_cipher"}  #: the one stands first, and the sealed card number is shown to nobody
REQUEST_COLUMNS: Final = ("id", *INSERT_REQUEST.alike, *(name for name in INSERT_REQUEST.own if name not in _APART))
DECISION_COLUMNS: Final = tuple(
    name for name in (*INSERT_PROVED_DECISION.alike, *INSERT_PROVED_DECISION.own) if name != "request_id"
)
REVERSAL_COLUMNS: Final = (
    "id",
    "received_at_ms",
    "line",
    "mti",
    "acquirer_id",
    "terminal_id",
    "stan",
    "transmitted_at",
    "rrn",
    "merchant_id",
    "amount_minor",
    "replacement_minor",
    "currency",
    "original_id",
    "original_acquirer_id",
    "original_stan",
    "original_transmitted_at",
    "effective",
    "business_date",
    "response_code",
    "reason",
)
DELIVERY_COLUMNS: Final = ("id", "created_at_ms", "issuer", "kind", "message_reason", "replacement_minor", "reason")
DELIVERED_COLUMNS: Final = ("delivered_at_ms", "response_code")
OCCURRENCE_COLUMNS: Final = ("at_ms", "kind", "detail")
CLOSED_COLUMNS: Final = ("business_date", "closed_at_ms")
PRESENTMENT_COLUMNS: Final = (
    "business_date",
    "closed_at_ms",
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
ADJUSTMENT_COLUMNS: Final = (
    "business_date",
    "closed_at_ms",
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
HELD_COLUMNS: Final = ("business_date", "closed_at_ms", "capture", "amount_minor", "currency")
RELEASED_COLUMNS: Final = ("business_date", "closed_at_ms", "outcome", "released_by")
EXCEPTION_END_COLUMNS: Final = ("business_date", "closed_at_ms", "outcome", "amount_minor", "currency")
DISPUTE_COLUMNS: Final = ("dossier", "number", "business_date", "recorded_at_ms", "kind", "reason", "amount_minor", "currency")

#: The requests of an RRN, the originals of its reversals (also those that came after them), and whatever these complete, add
#: to or capture, both ways.
_REQUEST_IDS: Final = """
WITH RECURSIVE linked (id) AS (
  SELECT id FROM journal.request WHERE rrn IN (:rrn, :filled)
  UNION
  SELECT original_id FROM journal.reversal WHERE rrn IN (:rrn, :filled) AND original_id IS NOT NULL
  UNION
  SELECT request.id FROM journal.reversal JOIN journal.request
    ON request.stan = reversal.original_stan AND substr(request.terminal_id, -3) = substr(reversal.terminal_id, -3)
    AND request.transmitted_at = reversal.original_transmitted_at AND request.terminal_id = reversal.terminal_id
    AND request.acquirer_id = reversal.original_acquirer_id
  WHERE reversal.rrn IN (:rrn, :filled) AND reversal.original_id IS NULL
  UNION
  SELECT request.original_id FROM journal.request JOIN linked ON request.id = linked.id WHERE request.original_id IS NOT NULL
  UNION
  SELECT request.id FROM journal.request JOIN linked ON request.original_id = linked.id
)
SELECT id FROM linked ORDER BY id
"""
_REQUEST: Final = f"SELECT {', '.join(REQUEST_COLUMNS)} FROM journal.request WHERE id = :request_id"
_DECISION: Final = f"SELECT {', '.join(DECISION_COLUMNS)} FROM journal.decision WHERE request_id = :request_id"
_OCCURRENCES: Final = f"""
SELECT {", ".join(OCCURRENCE_COLUMNS)} FROM journal.occurrence WHERE request_id = :request_id ORDER BY id
"""
#: Reversals of a request: those linked to it, and those that came before it and name it by its key.
_REVERSALS: Final = f"""
SELECT {", ".join(REVERSAL_COLUMNS)} FROM journal.reversal WHERE original_id = :request_id
UNION ALL
SELECT {", ".join(f"reversal.{name}" for name in REVERSAL_COLUMNS)} FROM journal.reversal JOIN journal.request
  ON request.id = :request_id AND request.stan = reversal.original_stan AND request.terminal_id = reversal.terminal_id
  AND request.transmitted_at = reversal.original_transmitted_at AND request.acquirer_id = reversal.original_acquirer_id
WHERE reversal.original_id IS NULL
ORDER BY id
"""
_UNKNOWN: Final = f"""
SELECT {", ".join(REVERSAL_COLUMNS)} FROM journal.reversal WHERE rrn IN (:rrn, :filled) AND original_id IS NULL ORDER BY id
"""
_DELIVERIES: Final = f"""
SELECT {", ".join(DELIVERY_COLUMNS)}, delivered.at_ms, delivered.response_code
FROM journal.delivery LEFT JOIN journal.delivered ON delivered.delivery_id = delivery.id
WHERE request_id = :request_id ORDER BY id
"""
_CLOSED: Final = "SELECT business_date, closed_at_ms FROM closed_day WHERE business_date = :business_date"
_PRESENTMENT: Final = f"""
SELECT {", ".join(PRESENTMENT_COLUMNS)} FROM presentment JOIN closed_day USING (business_date) WHERE request_id = :request_id
"""
_ADJUSTMENTS: Final = f"""
SELECT {", ".join(ADJUSTMENT_COLUMNS)} FROM adjustment JOIN closed_day USING (business_date) WHERE request_id = :request_id
ORDER BY business_date
"""
_REVERSED: Final = "SELECT reversal_id FROM reversed_item WHERE request_id = :request_id"
_EXCEPTION: Final = "SELECT reason FROM exception_item WHERE request_id = :request_id"
_HELD: Final = f"""
SELECT {", ".join(HELD_COLUMNS)} FROM held_item JOIN closed_day USING (business_date) WHERE request_id = :request_id
"""
_RELEASED: Final = f"""
SELECT {", ".join(RELEASED_COLUMNS)} FROM released_item JOIN closed_day USING (business_date) WHERE request_id = :request_id
"""
_EXCEPTION_END: Final = """
SELECT e.business_date, d.closed_at_ms, e.outcome, e.amount_minor, x.currency
FROM exception_end AS e
JOIN closed_day AS d ON d.business_date = e.business_date
JOIN exception_item AS x ON x.request_id = e.request_id
WHERE e.request_id = :request_id
"""
_DISPUTES: Final = """
SELECT e.dossier, e.number, e.business_date, e.recorded_at_ms, e.kind, e.reason, e.amount_minor, p.currency
FROM dispute_event AS e
JOIN presentment AS p ON p.request_id = e.request_id
WHERE e.request_id = :request_id
ORDER BY e.id
"""
_RECENT_RRNS: Final = "SELECT rrn FROM journal.request ORDER BY id DESC LIMIT :searched_max"


@frozen(kw_only=True)
class Life:
    """One request: columns of the journal's tables by name, and of the books' where its day is closed.

    ``decision`` is None while nothing is decided. Of ``presentment``, ``reversal_id``, ``exception_reason`` and ``held`` at
    most one is there, and only for an approval of a closed day; but an exception may have been presented later.
    """

    request: Row
    decision: Row | None
    occurrences: tuple[Row, ...]  #: late answers, repeats and the like
    reversals: tuple[Row, ...]  #: taken in for it, whether they had effect or not
    deliveries: tuple[Row, ...]  #: what its issuer is owed; ``delivered_at_ms`` is None while that is not answered
    closed: Row | None  #: its business date, where that is closed
    presentment: Row | None
    adjustments: tuple[Row, ...]  #: what reversals of later dates took back of the presentment, oldest first
    reversal_id: int | None  #: of the reversal for which it was never presented
    exception_reason: str | None
    held: Row | None  #: it waited to be captured when its day was closed
    released: Row | None  #: what ended a hold: business date, outcome, id of the request or reversal; 0: it expired
    exception_end: Row | None  #: how an exception ended, and on which date
    disputes: tuple[Row, ...]  #: what was told of disputes of the sale, oldest first

    @property
    def day_closed(self) -> bool:
        return self.closed is not None

    @property
    def liability(self) -> Liability | None:
        """Who bears a fraud; None where that is no question of 3-D Secure."""
        return liability(self.request, self.decision)

    @property
    def scripted(self) -> tuple[str, ...]:
        """What rules of scenarios did with its answers, each once, with the rule in brackets."""
        return tuple(dict.fromkeys(each["detail"] for each in self.occurrences if each["kind"] == SCENARIO))

    def as_json(self) -> Row:
        """Plain values; the card number masked, amounts in minor units, times in epoch milliseconds."""
        request = named(self.request, "request_id")
        request["mcc"] = request.pop("merchant_type")
        if request["capture"] == NOW:
            request["capture"] = AT_CUT_OFF
        return {
            **asdict(self),
            "request": request,
            "reversals": [named(row, "reversal_id") for row in self.reversals],
            "deliveries": [named(row, "delivery_id") for row in self.deliveries],
            "day_closed": self.day_closed,
            "liability": self.liability and asdict(self.liability),
        }


def named(row: Row, name: str) -> Row:
    """A row whose ``id`` is told by the name that other rows know it by."""
    return {name if column == "id" else column: value for column, value in row.items()}


@frozen(kw_only=True)
class Lifecycle:
    """All the journal tells of an RRN: ``lives`` oldest first, and the reversals of it whose original has never come."""

    rrn: str
    lives: tuple[Life, ...]
    unknown: tuple[Row, ...]


def story(data: Path, rrn: str) -> Lifecycle:
    """Everything of an RRN; NegativeAnswerError, with RRNs like it, where there is nothing."""
    with books.opened(data) as connection:
        ask, named = books.ask_of(connection), {"rrn": rrn, "filled": f"{rrn:<{RRN_CHARACTERS}}"}
        see(connection, of_requests(_REQUEST_IDS, named))
        lives = tuple(_life(ask, request_id) for (request_id,) in ask(_REQUEST_IDS, named))
        linked = {reversal["id"] for life in lives for reversal in life.reversals}
        unknown = [row for row in _rows(REVERSAL_COLUMNS, ask(_UNKNOWN, named)) if row["id"] not in linked]
        if not lives and not unknown:
            raise NegativeAnswerError(f"RRN: found {rrn!r}, expected one in the journal of {data}{_near(ask, rrn)}")
        return Lifecycle(rrn=rrn, lives=lives, unknown=tuple(unknown))


def _life(ask: Ask, request_id: int) -> Life:
    key = {"request_id": request_id}
    decision = _first(DECISION_COLUMNS, ask(_DECISION, key))
    return Life(
        request=_rows(REQUEST_COLUMNS, ask(_REQUEST, key))[0],
        decision=decision,
        occurrences=tuple(_rows(OCCURRENCE_COLUMNS, ask(_OCCURRENCES, key))),
        reversals=tuple(_rows(REVERSAL_COLUMNS, ask(_REVERSALS, key))),
        deliveries=tuple(_rows((*DELIVERY_COLUMNS, *DELIVERED_COLUMNS), ask(_DELIVERIES, key))),
        closed=_first(CLOSED_COLUMNS, ask(_CLOSED, {"business_date": decision["business_date"]})) if decision else None,
        presentment=_first(PRESENTMENT_COLUMNS, ask(_PRESENTMENT, key)),
        adjustments=tuple(_rows(ADJUSTMENT_COLUMNS, ask(_ADJUSTMENTS, key))),
        reversal_id=next((reversal_id for (reversal_id,) in ask(_REVERSED, key)), None),
        exception_reason=next((reason for (reason,) in ask(_EXCEPTION, key)), None),
        held=_first(HELD_COLUMNS, ask(_HELD, key)),
        released=_first(RELEASED_COLUMNS, ask(_RELEASED, key)),
        exception_end=_first(EXCEPTION_END_COLUMNS, ask(_EXCEPTION_END, key)),
        disputes=tuple(_rows(DISPUTE_COLUMNS, ask(_DISPUTES, key))),
    )


def _rows(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> list[Row]:
    """Rows by the names of their columns."""
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _first(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Row | None:
    """The first row by the names of its columns, None where there is none."""
    return next(iter(_rows(columns, rows)), None)


def _near(ask: Ask, rrn: str) -> str:
    recent = {row[0].strip() for row in ask(_RECENT_RRNS, {"searched_max": NEAR_SEARCHED_MAX})}
    near = difflib.get_close_matches(rrn, sorted(recent), n=NEAR_TOLD_MAX, cutoff=0.7)
    return f"; near it: {', '.join(near)}" if near else ""
