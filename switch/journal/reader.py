"""The journal as the switch reads it: by key, and what a start has to know."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from switch.data_folder.vault import Vault
from switch.errors import DataFolderError
from switch.journal.open_totals import open_totals
from switch.journal.rows import REQUESTS, SELECT_REQUEST, RequestRow
from switch.record import frozen
from switch.routing.handling.reconciliation import RECONCILIATIONS_REMEMBERED_MAX
from switch.routing.handling.reversals import REVERSALS_REMEMBERED_MAX
from switch.routing.memory.deliveries import Delivery
from switch.routing.memory.history import REMEMBERED_MAX
from switch.routing.memory.names import SAME_STAN_SECONDS, seconds_apart
from switch.routing.memory.past import DecidedRequest, Named, NewAmount, Reference, SameStan
from switch.routing.memory.totals import Reconciled
from switch.routing.rules.reversal import Demand, ReversalOutcome
from switch.routing.traffic.recovery import Recovery
from switch.transaction import (
    INVALID_RESPONSE,
    ISSUER_INOPERATIVE,
    REASON_INVALID_RESPONSE,
    REASON_TIMEOUT,
    SWITCH,
    Authorization,
    Decision,
    ExchangeKey,
)

UNDECIDED_SEARCHED_MAX: Final = 200_000  #: latest requests looked through at a start; far more than may wait at once
KEYS_RESTORED_MAX: Final = 200_000  #: latest requests a switch that starts will know again: a third of a second of reading
OF_STAN_MAX: Final = 100  #: requests of one terminal and STAN looked through: it counts a million before it uses one again

_PAST: Final = f"""
SELECT {SELECT_REQUEST}, decision.response_code, decision.approval_code, decision.decided_by, decision.reason,
  decision.approved_minor,
  (SELECT replacement_minor FROM reversal WHERE original_id = request.id AND effective = 1 ORDER BY reversal.id DESC LIMIT 1),
  decision.response_code = '{ISSUER_INOPERATIVE}' AND EXISTS (
    SELECT 1 FROM delivery WHERE request_id = request.id AND message_reason = '{REASON_TIMEOUT}'),
  decision.approved_minor IS NULL AND decision.response_code <> '{INVALID_RESPONSE}' AND EXISTS (
    SELECT 1 FROM delivery WHERE request_id = request.id AND message_reason = '{REASON_INVALID_RESPONSE}')
FROM {REQUESTS} JOIN decision ON decision.request_id = request.id
"""
#: Not undone: what is still worth something, or was completed and so may be.
_NOT_REVERSED: Final = """
NOT EXISTS (SELECT 1 FROM reversal WHERE original_id = request.id AND effective = 1 AND replacement_minor = 0)
"""
_WORTH: Final = f"decision.approved_minor > 0 AND {_NOT_REVERSED}"
#: What a completion may name: asked or told, and no completion itself.
_NO_COMPLETION: Final = """
request.function <> 'batch' AND NOT (request.function = 'advice' AND request.message_class = 'financial')
"""
_OUTSTANDING: Final = f"""
request.capture IN ('completion', 'batch') AND {_WORTH} AND NOT EXISTS (
  SELECT 1 FROM request AS later JOIN decision AS ended ON ended.request_id = later.id
  WHERE later.original_id = request.id AND ended.captured_minor IS NOT NULL)
"""
_UNDECIDED: Final = f"""
SELECT {SELECT_REQUEST}
FROM (SELECT * FROM request ORDER BY id DESC LIMIT ?) AS request
LEFT JOIN request AS original ON original.id = request.original_id
LEFT JOIN decision ON decision.request_id = request.id WHERE decision.request_id IS NULL ORDER BY request.id
"""
_OWED: Final = f"""
SELECT {SELECT_REQUEST}, delivery.id, delivery.issuer, delivery.replacement_minor, delivery.reason, delivery.kind,
  delivery.message_reason, decision.approval_code
FROM delivery
JOIN request ON request.id = delivery.request_id
LEFT JOIN request AS original ON original.id = request.original_id
LEFT JOIN decision ON decision.request_id = request.id
LEFT JOIN delivered ON delivered.delivery_id = delivery.id
WHERE delivered.delivery_id IS NULL ORDER BY delivery.id
"""
#: Terminal and time as the indexes of requests know them, and whole. Without the plus SQLite puts the whole value into the
#: expression before it, which then is the expression of no index.
_TERMINAL: Final = "substr(request.terminal_id, -3) = substr(:terminal_id, -3) AND +request.terminal_id = :terminal_id"
_TIME: Final = "substr(request.transmitted_at, -6) = substr(:transmitted_at, -6) AND +request.transmitted_at = :transmitted_at"
_STAN: Final = f"request.stan = :stan AND {_TERMINAL} AND request.acquirer_id = :acquirer_id"
_OF_STAN: Final = f"""
SELECT {SELECT_REQUEST} FROM {REQUESTS}
WHERE {_STAN} AND request.function <> 'batch' ORDER BY request.id DESC LIMIT {OF_STAN_MAX}
"""
_REFERENCE: Final = f"request.rrn = :rrn AND {_TERMINAL} AND request.merchant_id = :merchant_id"
_KEYS: Final = "SELECT acquirer_id, terminal_id, stan, transmitted_at FROM request ORDER BY id DESC LIMIT ?"
_REVERSED_UNKNOWN: Final = """
SELECT original_acquirer_id, terminal_id, original_stan, original_transmitted_at, rrn, merchant_id, amount_minor, acquirer_id,
  transmitted_at
FROM reversal WHERE original_id IS NULL AND response_code = '00' ORDER BY id DESC LIMIT ?
"""
_CAME_REVERSED: Final = "SELECT 1 FROM reversal WHERE original_id IS NULL AND response_code = '00' AND "
_REVERSED_KEY: Final = (
    f"{_CAME_REVERSED} original_stan = ? AND terminal_id = ? AND original_transmitted_at = ? AND original_acquirer_id = ?"
)
_REVERSED_REFERENCE: Final = (
    f"{_CAME_REVERSED} original_stan IS NULL AND rrn = ? AND terminal_id = ? AND merchant_id = ? AND amount_minor = ?"
)
_REVERSED_STAN: Final = (
    f"{_CAME_REVERSED} original_stan = ? AND terminal_id = ? AND original_transmitted_at IS NULL AND acquirer_id = ? "
    "AND merchant_id = ? AND amount_minor = ?"
).replace("SELECT 1", "SELECT transmitted_at")
#: A reversal that was refused is not among them: one that comes again is judged anew.
_REVERSALS: Final = """
SELECT acquirer_id, terminal_id, stan, transmitted_at, original_acquirer_id, original_stan, original_transmitted_at, rrn,
  merchant_id, amount_minor, replacement_minor, original_id, effective, response_code, reason
FROM reversal WHERE response_code = '00' AND mti <> '' ORDER BY id DESC LIMIT ?
"""
#: What was approved and names a hold: its increments, and the completion that took its place. Of a sale several may have,
#: one after the other; the last column says which of them were reversed, or made by the centre.
_LINKED: Final = f"""
SELECT request.acquirer_id, request.terminal_id, request.stan, request.transmitted_at,
  request.function = 'advice' AND request.message_class = 'financial', decision.approved_minor,
  request.line = '{SWITCH}' OR EXISTS (
    SELECT 1 FROM reversal WHERE original_id = request.id AND effective = 1 AND replacement_minor = 0 AND mti <> '')
FROM request JOIN decision ON decision.request_id = request.id
WHERE request.original_id = ? AND request.function <> 'batch' AND decision.approved_minor IS NOT NULL ORDER BY request.id
"""
_ENDED: Final = """
SELECT business_date FROM decision WHERE request_id = ?
  AND business_date <> (SELECT business_date FROM business_day ORDER BY id DESC LIMIT 1)
"""
_BATCH_CLOSED: Final = """
SELECT 1 FROM reconciliation WHERE settlement_code = '1' AND acquirer_id = ? AND terminal_id IN ('', ?)
  AND last_request_id >= ? AND NOT EXISTS (SELECT 1 FROM json_each(waiting) WHERE value = ?)
"""
#: The completion of the hold that an increment added to.
_COMPLETED_TOGETHER: Final = """
SELECT request.acquirer_id, request.terminal_id, request.stan, request.transmitted_at
FROM request JOIN decision ON decision.request_id = request.id
WHERE request.original_id = (SELECT original_id FROM request WHERE id = ?) AND request.function = 'advice'
  AND request.message_class = 'financial' AND decision.approved_minor IS NOT NULL ORDER BY request.id LIMIT 1
"""
_UNCAPTURED: Final = """
SELECT request.acquirer_id, request.terminal_id, request.stan, request.transmitted_at
FROM request JOIN decision ON decision.request_id = request.id
WHERE request.capture = 'batch' AND decision.approved_minor IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM request AS later JOIN decision AS captured ON captured.request_id = later.id
  WHERE later.original_id = request.id AND captured.captured_minor IS NOT NULL)
ORDER BY request.id
"""
_RECONCILED: Final = """
SELECT acquirer_id, terminal_id, stan, transmitted_at, settlement_code, response_code, totals, last_request_id, reason, waiting
FROM reconciliation ORDER BY id DESC LIMIT ?
"""


@frozen(kw_only=True)
class Beginning:
    """What a switch that starts has to know: where numbers go on, and what it has to take up."""

    first_request_id: int
    first_delivery_id: int
    recovery: Recovery


def read_open_date(path: Path) -> tuple[str, str] | None:
    """The open business date of a journal, and who opened it; None where there is none. DataFolderError where it cannot be
    read."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT business_date, opened_by FROM business_day ORDER BY id DESC LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        raise DataFolderError(f"{path}: found {error}, expected a journal of Switch") from None
    return None if row is None else (str(row[0]), str(row[1]))


class JournalReader:
    """The journal as the switch reads it, on the switch's own connection."""

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        self._db, self._vault = db, vault

    def find(self, key: ExchangeKey) -> DecidedRequest | None:
        return self._past(f"{_STAN} AND {_TIME}", key._asdict())

    def find_named(self, named: Named) -> DecidedRequest | None:
        if isinstance(named, SameStan):
            return self._find_same_stan(named)
        where = f"{_REFERENCE} AND request.amount_minor = :amount_minor"
        return self._past(f"{where} AND {_WORTH}", named._asdict()) or self._past(where, named._asdict())

    def _find_same_stan(self, named: SameStan) -> DecidedRequest | None:
        best: DecidedRequest | None = None
        for request in self.of_stan(named.key, SAME_STAN_SECONDS):
            past = self.find(request.key) if named.fits(request) else None
            if past is not None and (best is None or past.to_undo > best.to_undo):
                best = past
        return best

    def find_hold(self, reference: Reference, approval_code: str | None) -> DecidedRequest | None:
        where, name = f"{_REFERENCE} AND {_NO_COMPLETION}", reference._asdict() | {"approval_code": approval_code}
        of_code = "decision.approval_code = :approval_code"
        return (
            self._past(f"{where} AND {of_code} AND {_OUTSTANDING}", name)
            or self._past(f"{where} AND {of_code}", name)
            or self._past(f"{where} AND {_OUTSTANDING}", name)
            or self._past(where, name)
        )

    def of_stan(self, key: ExchangeKey, seconds: float) -> list[Authorization]:
        rows = map(RequestRow._make, self._db.execute(_OF_STAN, key._asdict()))
        near = (row for row in rows if seconds_apart(row.transmitted_at, key.transmitted_at) <= seconds)
        return [row.authorization(self._vault) for row in near]

    def came_reversed(self, name: ExchangeKey | Named) -> bool:
        if isinstance(name, ExchangeKey):
            sql, wanted = _REVERSED_KEY, (name.stan, name.terminal_id, name.transmitted_at, name.acquirer_id)
            return self._db.execute(sql, wanted).fetchone() is not None
        if isinstance(name, Reference):
            return self._db.execute(_REVERSED_REFERENCE, name).fetchone() is not None
        of_stan = (name.stan, name.terminal_id, name.acquirer_id, name.merchant_id, name.amount_minor)
        times = self._db.execute(_REVERSED_STAN, of_stan)
        return any(seconds_apart(at, name.at) <= SAME_STAN_SECONDS for (at,) in times)

    def ended_date(self, request_id: int) -> str | None:
        row = self._db.execute(_ENDED, (request_id,)).fetchone()
        return None if row is None else str(row[0])

    def batch_closed(self, past: DecidedRequest) -> bool:
        key, request_id = past.authorization.key, past.request_id
        wanted = (key.acquirer_id, key.terminal_id, request_id, request_id)
        return self._db.execute(_BATCH_CLOSED, wanted).fetchone() is not None

    def beginning(self) -> Beginning:
        """Where the numbers go on, and what has to be taken up."""
        return Beginning(
            first_request_id=self._after("request"),
            first_delivery_id=self._after("delivery"),
            recovery=self._recovery(),
        )

    def _after(self, table: str) -> int:
        (last,) = self._db.execute(f"SELECT max(id) FROM {table}").fetchone()
        return (last or 0) + 1

    def _recovery(self) -> Recovery:
        db = self._db
        decided = db.execute(f"{_PAST} ORDER BY decision.request_id DESC LIMIT ?", (REMEMBERED_MAX // 2,)).fetchall()
        undecided = db.execute(_UNDECIDED, (UNDECIDED_SEARCHED_MAX,)).fetchall()
        unknown = db.execute(_REVERSED_UNKNOWN, (KEYS_RESTORED_MAX,)).fetchall()
        reversals = db.execute(_REVERSALS, (REVERSALS_REMEMBERED_MAX // 2,)).fetchall()
        reconciled = db.execute(_RECONCILED, (RECONCILIATIONS_REMEMBERED_MAX // 2,)).fetchall()
        return Recovery(
            keys=db.execute(_KEYS, (KEYS_RESTORED_MAX,)).fetchall(),
            decided=[self._to_past(row) for row in reversed(decided)],
            undecided=[(row.id, row.authorization(self._vault), row.issuer) for row in map(RequestRow._make, undecided)],
            owed=[self._to_delivery(row) for row in db.execute(_OWED).fetchall()],
            reversals=[_to_outcome(row) for row in reversed(reversals)],
            reversed_unknown=[_to_meant(row) for row in reversed(unknown)],
            totals=open_totals(db),
            uncaptured=[ExchangeKey(*row) for row in db.execute(_UNCAPTURED).fetchall()],
            reconciled=[_to_reconciled(row) for row in reversed(reconciled)],
        )

    def _past(self, where: str, wanted: dict[str, Any]) -> DecidedRequest | None:
        sql = f"{_PAST} WHERE {where} ORDER BY request.id DESC LIMIT 1"
        return next(map(self._to_past, self._db.execute(sql, wanted)), None)

    def _to_past(self, row: Sequence[Any]) -> DecidedRequest:
        request, (code, approval_code, decided_by, reason, approved_minor, left_minor, *doubts) = RequestRow.of(row)
        unanswered, given_back = map(bool, doubts)
        authorization = request.authorization(self._vault)
        partly = approved_minor if approved_minor is not None and approved_minor < authorization.amount_minor else None
        decision = Decision(
            response_code=code,
            approval_code=approval_code,
            decided_by=decided_by,
            reason=reason,
            approved_minor=partly,
            unanswered=unanswered,
        )
        past = DecidedRequest(request.id, authorization, request.issuer, decision, approved_minor or 0, capture=request.capture)
        past.given_back = given_back
        if left_minor is not None:
            past.remaining_minor = left_minor
        if past.held:
            self._link(past)
        return past

    def _link(self, hold: DecidedRequest) -> None:
        """Fill in what was added to a hold, and what completed it."""
        hold.sold_minor = hold.remaining_minor
        for *key, completes, amount_minor, gone in self._db.execute(_LINKED, (hold.request_id,)).fetchall():
            if completes:
                hold.completed_by, hold.remaining_minor = ExchangeKey(*key), 0
                hold.adjustments += () if gone else (NewAmount(ExchangeKey(*key), amount_minor),)
            else:
                hold.increments += (ExchangeKey(*key),)
        if hold.authorization.original_key is not None and hold.held:
            row = self._db.execute(_COMPLETED_TOGETHER, (hold.request_id,)).fetchone()
            if row is not None:
                hold.completed_by, hold.remaining_minor = ExchangeKey(*row), 0

    def _to_delivery(self, row: Sequence[Any]) -> Delivery:
        request, (delivery_id, issuer, left_minor, reason, kind, message_reason, approval_code) = RequestRow.of(row)
        original = request.authorization(self._vault)
        return Delivery(delivery_id, issuer, request.id, original, left_minor, reason, kind, message_reason, approval_code)


def _to_meant(row: Sequence[Any]) -> ExchangeKey | Named:
    """What a reversal named that was not known: the key of DE 90, else its reference, else the STAN."""
    acquirer_id, terminal_id, stan, transmitted_at, rrn, merchant_id, amount_minor, own_acquirer_id, own_transmitted_at = row
    if stan is None:
        return Reference(rrn, terminal_id, merchant_id, amount_minor)
    if transmitted_at is None:
        return SameStan(own_acquirer_id, terminal_id, stan, merchant_id, amount_minor, own_transmitted_at, None)
    return ExchangeKey(acquirer_id, terminal_id, stan, transmitted_at)


def _to_outcome(row: Sequence[Any]) -> tuple[Demand, ReversalOutcome]:
    """What a reversal asked for, and what came of it."""
    key, (acquirer_id, stan, transmitted_at, rrn, merchant_id, amount_minor, replacement_minor) = (
        ExchangeKey(*row[:4]),
        row[4:11],
    )
    name = rrn if stan is None else stan
    named = name if transmitted_at is None else ExchangeKey(acquirer_id, key.terminal_id, stan, transmitted_at)
    original_id, effective, response_code, reason = row[11:]
    demand = Demand(key, named, merchant_id, amount_minor, replacement_minor)
    return demand, ReversalOutcome(original_id, bool(effective), response_code, reason)


def _to_reconciled(row: Sequence[Any]) -> tuple[ExchangeKey, Reconciled]:
    settlement_code, response_code, totals, last_request_id, reason, waiting = row[4:]
    counted = (json.loads(totals), last_request_id, reason, tuple(json.loads(waiting)))
    return ExchangeKey(*row[:4]), Reconciled(settlement_code, response_code, *counted)
