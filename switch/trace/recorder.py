"""The trace: the last messages of every line, both ways, in ``trace.db`` of the data folder (``switch up --trace``).

What lines have told (``told``) is decoded here, in a process of its own (``process``), and written in one transaction a batch.
Card data that is never stored is overwritten first, the rest is sealed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

from switch.data_folder import databases
from switch.data_folder.vault import Vault
from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993, Dialect
from switch.iso8583.edition93.translation import Translation
from switch.iso8583.framing import TPDU_BYTES
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.reading.recognize import TPDU_IDS
from switch.iso8583.reading.redaction import Blanked, blanked, head, noted
from switch.lines.line import RECEIVED, SENT, Direction
from switch.lines.wire_format import WireFormat, utc_today
from switch.machine.kept_files import KeptFiles, with_side_files
from switch.trace.told import HEARD, SAID, Told

TRACE_FILE: Final = "trace.db"
SCHEMA: Final = databases.Schema(name="a trace", tables=frozenset({"message"}), scripts=("1.sql",), package=__package__)
TRACED_MAX: Final = 100_000  #: messages kept, four a purchase; with their indexes some 60 megabytes
TRIM_EVERY: Final = 1_000  #: so many more are kept before the oldest are taken out, so that it costs little
_BUSY_TIMEOUT_SECONDS: Final = 1.0  #: for another process that reads; it never holds the file for long

_MESSAGE: Final = f"""
INSERT INTO message (
  at_ms, line, direction, dialect, header, mti, stan, transmitted_at, terminal_id, rrn, response_code, fault, tpdu, blanked,
  body_cipher) VALUES ({", ".join("?" * 15)})
"""


class Recorder:
    """Stores what lines have told. ``dialects`` are those they may speak, by name. If the file cannot be written, ``tell`` gets
    one sentence, and nothing more is stored."""

    def __init__(
        self,
        path: Path,
        vault: Vault,
        dialects: Mapping[str, Dialect],
        *,
        tell: Callable[[str], None],
        kept_max: int = TRACED_MAX,
        today: Callable[[], date] = utc_today,
    ) -> None:
        self._path, self._vault, self._tell, self._kept_max, self._today = path, vault, tell, kept_max, today
        self._db = _connected(path)
        self._files = KeptFiles(with_side_files(path))
        self._dialects, self._codecs = dialects, dict[str, Codec]()
        self._wires: dict[tuple[str, str, bool], _Wire] = {}
        self._trimmed = 0  #: id of the last message taken out
        self._failed = False

    def record(self, told: Sequence[Told]) -> None:
        """Store messages, in one transaction."""
        if not told or self._failed:
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(_MESSAGE, self._rows(told))
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
        self._tell(f"{self._path}: cannot be written ({why}); no further message is kept")

    def close(self) -> None:
        self._db.close()

    def _trim(self) -> None:
        (last,) = self._db.execute("SELECT max(id) FROM message").fetchone()
        if last - self._kept_max - self._trimmed >= TRIM_EVERY:
            self._trimmed = last - self._kept_max
            self._db.execute("DELETE FROM message WHERE id <= ?", (self._trimmed,))

    def _wire(self, words: tuple[str, str, bool]) -> _Wire:
        """How messages stand on a line."""
        dialect, notation, tpdu = words
        if dialect not in self._codecs:
            self._codecs[dialect] = Codec(self._dialects[dialect])
        wire = WireFormat(codec=self._codecs[dialect], header=HeaderFormat.parse(notation), tpdu=tpdu, today=self._today)
        return self._wires.setdefault(words, _Wire(wire))

    def _rows(self, told: Sequence[Told]) -> Iterator[tuple[Any, ...]]:
        for at_ms, name, words, what, parts in told:
            wire = self._wires.get(words) or self._wire(words)
            if what == SAID:
                for data in parts:
                    kept = blanked(wire.codec, data[wire.body : len(data) - wire.behind])
                    wire.said(kept.message)
                    yield self._row(at_ms, name, SENT, wire, data[wire.start : wire.tpdu_end], kept)
            elif what == HEARD:
                tpdu = parts[0][: wire.tpdu_bytes]
                if tpdu[:1] not in TPDU_IDS:
                    tpdu = bytes(len(tpdu))  # it may be the start of a card number
                yield self._row(at_ms, name, RECEIVED, wire, tpdu, blanked(wire.codec, parts[1]))
            else:
                yield self._row(at_ms, name, RECEIVED, wire, b"", head(parts[0]), unframed=parts[1])

    def _row(
        self, at_ms: int, name: str, direction: Direction, wire: _Wire, tpdu: bytes, kept: Blanked, *, unframed: str = ""
    ) -> tuple[Any, ...]:
        mti = kept.message.mti
        elements = wire.understood(kept.message)
        key = [elements.get(number, "") for number in (11, 7, 41, 37)]
        fault = unframed or str(kept.error or "")
        header = "" if unframed else wire.notation
        about = (at_ms, name, direction, wire.dialect, header, mti, *key, kept.message.response_code, fault)
        return (*about, tpdu, noted(kept.places), self._vault.seal_bytes(kept.body))


class _Wire:
    """How messages stand on the lines of one wire format, and what they say in the centre's own words."""

    def __init__(self, wire: WireFormat) -> None:
        self.codec, header = wire.codec, wire.header
        self.dialect, self.notation, _ = wire.words
        self.tpdu_bytes = TPDU_BYTES if wire.tpdu else 0
        self.start = header.lead_bytes - header.between_bytes
        self.tpdu_end = self.start + self.tpdu_bytes
        self.body, self.behind = self.tpdu_end + header.between_bytes, header.behind_bytes
        translates = wire.codec.dialect.edition == EDITION_1993
        self._translation = Translation(wire.today) if translates else None

    def said(self, message: Message) -> None:
        """A message was sent: its answer gives back less than what names it to the centre."""
        if self._translation is not None:
            with suppress(MessageError, LookupError, ValueError):
                self._translation.overheard(message)

    def understood(self, message: Message) -> dict[int, str]:
        """The elements of a message in the centre's own words, as far as it can be read."""
        if self._translation is None:
            return message.elements
        try:
            return self._translation.heard(message).elements
        except (MessageError, LookupError, ValueError):
            return {}


def begin_trace(path: Path) -> None:
    """Make the trace's file where there is none; DataFolderError where it cannot be written, or is another's."""
    _connected(path).close()


def _connected(path: Path) -> sqlite3.Connection:
    """The trace's database, made where there is none. It may lose its end in a power cut, never its sense."""
    db = databases.to_write(path, SCHEMA, timeout_seconds=_BUSY_TIMEOUT_SECONDS)
    db.execute("PRAGMA synchronous = NORMAL")
    return db
