"""The trace of a data folder, followed: what came since the last look, and waiting for more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from switch.iso8583.mti import expects_answer, response_mti
from switch.specs.specification import Specs
from switch.trace.reader import message_numbered, opened
from switch.trace.traced_rows import TracedRow, TracedRows
from switch.trace.up_to_date import Wakening, wait_until_written
from switch.verification.seen_message import GATEWAY_SIDE, HOST_SIDE, ISSUER_SIDE, Party, SeenMessage
from switch.witness.traced_facts import MTI_DIGITS_ALL, TracedFacts, TraceOpener


class FollowedTrace:
    """An opened trace. Whoever has an answer of the host finds the request in the next look."""

    def __init__(self, data: Path, rows: TracedRows, reader: TraceOpener, wakening: Wakening) -> None:
        self._data, self._rows, self._reader, self._wakening = data, rows, reader, wakening
        self.last = 0  #: number of the last message that was looked at

    def begin_after(self, before_ms: int | None = None) -> int:
        """Pass over the messages there are, or those before a time; the number of the last of them."""
        wait_until_written(self._data)
        self.last = self._rows.last(before_ms)
        return self.last

    def look(self) -> list[SeenMessage]:
        """What came since the last look, oldest first."""
        wait_until_written(self._data)
        rows = self._rows.after(self.last)
        if rows:
            self.last = rows[-1].id
        return [_seen(row, self._reader) for row in rows]

    def wait(self, seconds: float) -> bool:
        """Wait for a message, so long at most; False where nobody writes the trace any more."""
        return self._wakening.wait(seconds)


@contextmanager
def followed_trace(data: Path, specs: Specs) -> Iterator[FollowedTrace]:
    """The trace of a data folder, followed from its first message on; NegativeAnswerError where none is kept."""
    with Wakening(data) as wakening, opened(data) as (db, vault):
        yield FollowedTrace(data, TracedRows(db), TraceOpener(specs, partial(message_numbered, db, vault)), wakening)


def _seen(row: TracedRow, reader: TraceOpener) -> SeenMessage:
    peer: Party = GATEWAY_SIDE if row.of_acquirer else ISSUER_SIDE
    known = len(row.mti) == MTI_DIGITS_ALL and row.mti.isascii() and row.mti.isdecimal()
    return SeenMessage(
        number=row.id,
        at_ms=row.at_ms,
        line=row.line,
        sender=peer if row.received else HOST_SIDE,
        receiver=HOST_SIDE if row.received else peer,
        mti=row.mti,
        stan=row.stan,
        rrn=row.rrn.strip(),
        terminal_id=row.terminal_id.strip(),
        code=row.response_code,
        fault=row.fault,
        answers=response_mti(row.mti) if known and expects_answer(row.mti) else "",
        facts=TracedFacts(row, reader),
    )
