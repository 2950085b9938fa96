"""What open batches have counted, as the journal tells it at a start: the same that the switchboard counted as it went."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from switch.routing.memory.totals import Subject, Totals
from switch.transaction import LATER

TOTALS_DATES: Final = 2  #: business dates looked back at a start for what open batches have counted

#: What was approved of late, or reversed of late, by acquirer and terminal, with the request after which it counts.
_COUNTED: Final = """
WITH dates AS (SELECT min(business_date) AS first FROM (
  SELECT business_date FROM business_day ORDER BY id DESC LIMIT :dates
)), closed AS (
  SELECT acquirer_id, terminal_id, max(id), last_request_id, received_at_ms, waiting
  FROM reconciliation WHERE settlement_code = '1' GROUP BY acquirer_id, terminal_id
), completed AS (
  SELECT DISTINCT later.original_id FROM request AS later JOIN decision AS captured ON captured.request_id = later.id
  WHERE later.original_id IS NOT NULL AND later.function = 'advice' AND captured.captured_minor IS NOT NULL
)
"""
#: A later adjustment has taken the place of an earlier one.
_REPLACED: Final = "EXISTS (SELECT 1 FROM reversal AS other WHERE other.original_id = request.id AND other.mti = '')"
#: A completion has taken the place of what waited for its batch: of that only what reversals had taken back still counts.
_COMPLETED: Final = f"(request.capture = 'batch' AND request.id IN completed OR {_REPLACED})"
_LEFT: Final = """
COALESCE((SELECT replacement_minor FROM reversal WHERE original_id = request.id AND effective = 1 AND mti <> ''
  AND request.capture = 'batch' ORDER BY reversal.id DESC LIMIT 1), decision.approved_minor)
"""
#: The last agreement of a terminal (mine) and of its acquirer as a whole (whole), beside each request.
_CLOSED: Final = """
LEFT JOIN closed AS mine ON mine.acquirer_id = request.acquirer_id AND mine.terminal_id = request.terminal_id
LEFT JOIN closed AS whole ON whole.acquirer_id = request.acquirer_id AND whole.terminal_id = ''
"""


def _is_open(closed: str) -> str:
    """Whether a decision counts since an agreement: its request came later, or waited for its issuer then."""
    return f"""
    (decision.request_id > COALESCE({closed}.last_request_id, 0)
      OR decision.request_id IN (SELECT value FROM json_each({closed}.waiting)))
    """


#: Count, sum, and how many were undone, by acquirer, terminal, type and capture: since the terminal's last agreement, since
#: the acquirer's.
_SUMS: Final = """
SELECT acquirer_id, terminal_id, transaction_type, capture,
  SUM(counts * of_terminal), SUM(minor * of_terminal), SUM(undone * of_terminal),
  SUM(counts * of_acquirer), SUM(minor * of_acquirer), SUM(undone * of_acquirer)
"""
_APPROVED: Final = f"""
{_COUNTED} {_SUMS} FROM (
  SELECT request.acquirer_id, request.terminal_id, request.transaction_type, request.capture,
    CASE WHEN {_COMPLETED} THEN 0 ELSE 1 END AS counts, 0 AS undone,
    decision.approved_minor - CASE WHEN {_COMPLETED} THEN {_LEFT} ELSE 0 END AS minor,
    {_is_open("mine")} AS of_terminal, {_is_open("whole")} AS of_acquirer
  FROM decision JOIN dates ON decision.business_date >= dates.first
  JOIN request ON request.id = decision.request_id
  {_CLOSED}
  WHERE decision.approved_minor IS NOT NULL AND request.function <> 'batch'
) GROUP BY 1, 2, 3, 4
"""
_REVERSED: Final = f"""
{_COUNTED} {_SUMS} FROM (
  SELECT request.acquirer_id, request.terminal_id, request.transaction_type, request.capture, 1 AS counts,
    CASE reversal.replacement_minor WHEN 0 THEN 1 ELSE 0 END AS undone,
    COALESCE((SELECT earlier.replacement_minor FROM reversal AS earlier WHERE earlier.original_id = reversal.original_id
      AND earlier.effective = 1 AND earlier.id < reversal.id ORDER BY earlier.id DESC LIMIT 1), decision.approved_minor)
      - reversal.replacement_minor AS minor,
    reversal.received_at_ms > COALESCE(mine.received_at_ms, 0) AS of_terminal,
    reversal.received_at_ms > COALESCE(whole.received_at_ms, 0) AS of_acquirer
  FROM reversal JOIN dates ON reversal.business_date >= dates.first
  JOIN request ON request.id = reversal.original_id JOIN decision ON decision.request_id = request.id
  {_CLOSED}
  WHERE reversal.effective = 1 AND request.capture <> '{LATER}' AND NOT {_REPLACED}
) GROUP BY 1, 2, 3, 4
"""


def open_totals(db: sqlite3.Connection) -> dict[Subject, Totals]:
    """What each terminal, and each acquirer as a whole, has done since its last agreement, of the last business dates."""
    found: dict[Subject, Totals] = {}
    for acquirer_id, terminal_id, kind, capture, *sums in db.execute(_APPROVED, {"dates": TOTALS_DATES}):
        for subject, count, minor, _ in _by_subject(acquirer_id, terminal_id, sums):
            found.setdefault(subject, Totals()).add(kind, count, minor, capture)
    for acquirer_id, terminal_id, kind, _, *sums in db.execute(_REVERSED, {"dates": TOTALS_DATES}):
        for subject, count, minor, undone in _by_subject(acquirer_id, terminal_id, sums):
            found.setdefault(subject, Totals()).take_back(kind, count, minor, undone)
    return found


def _by_subject(acquirer_id: str, terminal_id: str, sums: Sequence[int]) -> Iterator[tuple[Subject, int, int, int]]:
    """Count, sum and how many were undone, of a terminal, and of its acquirer as a whole."""
    yield (acquirer_id, terminal_id), sums[0], sums[1], sums[2]
    yield (acquirer_id, ""), sums[3], sums[4], sums[5]
