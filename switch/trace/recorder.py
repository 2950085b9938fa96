"""The trace: the last messages of every line, both ways, in ``trace.db`` of the data folder (``switch up --trace``).

Lines tell it of bytes as they come and go; what a turn has told is written once its answers are sent, so a crash may lose the
messages of the last turn. Card data that is never stored is overwritten first, the rest is sealed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from switch.data_folder import databases
from switch.data_folder.vault import Vault
from switch.errors import MessageError
from switch.iso8583.framing import Frame
from switch.iso8583.message import Message
from switch.iso8583.reading.recognize import TPDU_IDS
from switch.iso8583.reading.redaction import Blanked, blanked, head, noted
from switch.lines.line import RECEIVED, SENT, Direction, Line
from switch.machine.kept_files import KeptFiles, with_side_files
from switch.routing.traffic.effects import Notice

TRACE_FILE: Final = "trace.db"
SCHEMA: Final = databases.Schema(name="a trace", tables=frozenset({"message"}), scripts=("1.sql",), package=__package__)
TRACED_MAX: Final = 100_000  #: messages kept, four a purchase; with their indexes some 60 megabytes
TRIM_EVERY: Final = 1_000  #: so many more are kept before the oldest are taken out, so that it costs little
_BUSY_TIMEOUT_SECONDS: Final = 1.0  #: for another process that reads; it never holds the file for long

_MESSAGE: Final = f"""
INSERT INTO message (
  at_ms, line, direction, dialect, header, mti, stan, transmitted_at, terminal_id, rrn, response_code, fault, tpdu, blanked,
  body_cipher) VALUES ({", ".join("?" * 15)})
"""  # noqa: S608


class Trace:
    """Stores the messages that lines hand to it. If the file cannot be written, one notice says so, and nothing more is
    stored."""

    def __init__(
        self,
        path: Path,
        vault: Vault,
        *,
        clock_ms: Callable[[], int],
        tell: Callable[[Notice], None],
        kept_max: int = TRACED_MAX,
    ) -> None:
        self._path, self._vault, self._clock_ms, self._tell, self._kept_max = path, vault, clock_ms, tell, kept_max
        self._db = _connected(path)
        self._files = KeptFiles(with_side_files(path))
        self._trimmed = 0  #: id of the last message taken out
        self._told: list[tuple[int, Direction, Line, bytes, Blanked, str]] = []
        self._failed = False

    def heard(self, line: Line, frames: Sequence[Frame]) -> None:
        """Frames came in on a line, or its last bytes, which are none."""
        now_ms = self._clock_ms()
        for frame in frames:
            tpdu = frame.tpdu[: line.framer.tpdu_bytes]
            if tpdu[:1] not in TPDU_IDS:
                tpdu = bytes(len(tpdu))  # it may be the start of a card number
            self._told.append((now_ms, RECEIVED, line, tpdu, blanked(line.codec, frame.body), ""))
        framer = line.framer
        if line.over and framer.rest:
            fault = str(framer.fault or framer.incomplete)
            self._told.append((now_ms, RECEIVED, line, b"", head(framer.rest), fault))

    def said(self, line: Line, frames: Sequence[bytes]) -> None:
        """Frames are sent on a line, each with its length header."""
        now_ms, framer = self._clock_ms(), line.framer
        start = framer.header.lead_bytes - framer.header.between_bytes
        body, behind = start + framer.front_bytes, framer.header.behind_bytes
        for data in frames:
            tpdu = data[start : start + framer.tpdu_bytes]
            self._told.append((now_ms, SENT, line, tpdu, blanked(line.codec, data[body : len(data) - behind]), ""))

    def write(self) -> None:
        """Store the messages that came and went since the last call."""
        told, self._told = self._told, []
        if not told or self._failed:
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(_MESSAGE, [self._row(*each) for each in told])
            self._trim()
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            self._fail(error)

    def look(self) -> None:
        """Keep nothing more where the file was deleted, renamed or replaced: nobody could read it."""
        fault = None if self._failed else self._files.fault()
        if fault is not None:
            self._fail(fault)

    def _fail(self, why: object) -> None:
        self._failed = True
        self._tell(Notice("trace", f"{self._path}: cannot be written ({why}); no further message is kept"))

    def close(self) -> None:
        self.write()
        self._db.close()

    def _trim(self) -> None:
        (last,) = self._db.execute("SELECT max(id) FROM message").fetchone()
        if last - self._kept_max - self._trimmed >= TRIM_EVERY:
            self._trimmed = last - self._kept_max
            self._db.execute("DELETE FROM message WHERE id <= ?", (self._trimmed,))

    def _row(self, at_ms: int, direction: Direction, line: Line, tpdu: bytes, kept: Blanked, unframed: str) -> tuple[Any, ...]:
        mti = kept.message.mti
        elements = _understood(line, kept.message)
        key = [elements.get(number, "") for number in (11, 7, 41, 37)]
        fault = unframed or str(kept.error or "")
        header = "" if unframed else line.framer.header.notation
        about = (at_ms, line.name, direction, line.codec.dialect.name, header, mti, *key, kept.message.response_code, fault)
        return (*about, tpdu, noted(kept.places), self._vault.seal_bytes(kept.body))


def _understood(line: Line, message: Message) -> dict[int, str]:
    """The elements of a message in the centre's own words, as far as it can be read."""
    if not line.translates:
        return message.elements
    try:
        return line.understood(message).elements
    except (MessageError, LookupError, ValueError):
        return {}


def _connected(path: Path) -> sqlite3.Connection:
    """The trace's database, made where there is none. It may lose its end in a power cut, never its sense."""
    db = databases.to_write(path, SCHEMA, timeout_seconds=_BUSY_TIMEOUT_SECONDS)
    db.execute("PRAGMA synchronous = NORMAL")
    return db
