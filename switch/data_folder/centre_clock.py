"""The centre's clock: the time that business dates, DE 7, expiries and statements go by, one for all processes of a centre.

It is the machine's clock until somebody sets it: then it runs beside that one, some time ahead or behind, or it stands still.
The machine's clock itself is never touched. The value is the first eight bytes of a file in the data folder, which each process
maps into its memory: to read it is no system call. Behind them stands each change, so that a time of the machine that was
written down (the trace has such) can be told as the centre's.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from switch.errors import DataFolderError
from switch.machine.private import begin_file, make_folder

CLOCK_FILE: Final = "clock"
WORD_BYTES: Final = 8  #: of the setting in use, of this machine's byte order: it is read and written in one piece
_CHANGE: Final = struct.Struct("=qq")  #: the machine's time of a change, and the setting from then on
AT_MS_MAX: Final = 253_370_764_800_000  #: 9999-01-01: the calendar of business dates ends with the year before
_NO_CLOCK: Final = "{0}: found another content, expected the clock of a centre; without the file it is the machine's"
OFFSET_MS_MAX: Final = AT_MS_MAX  #: between the two clocks, either way


def machine_ms() -> int:
    """The machine's clock: epoch milliseconds."""
    return time.time_ns() // 1_000_000


class ClockSetting(NamedTuple):
    """How the centre's clock goes: it stands at an instant, or runs so many milliseconds ahead of the machine's (below zero:
    behind)."""

    frozen: bool
    value_ms: int

    @classmethod
    def of_word(cls, word: int) -> ClockSetting:
        return cls(bool(word & 1), word >> 1)

    @property
    def word(self) -> int:
        """The setting as one number."""
        return self.value_ms << 1 | self.frozen

    @property
    def plausible(self) -> bool:
        """Whether somebody can have set it so."""
        return 0 <= self.value_ms < AT_MS_MAX if self.frozen else abs(self.value_ms) < OFFSET_MS_MAX

    @property
    def offset_ms(self) -> int | None:
        """How far ahead of the machine's clock it runs; None while it stands."""
        return None if self.frozen else self.value_ms

    def at(self, machine_at_ms: int) -> int:
        """The centre's time at a time of the machine."""
        return self.value_ms if self.frozen else machine_at_ms + self.value_ms

    def showing(self, at_ms: int, machine_at_ms: int) -> ClockSetting:
        """Set to another time: it runs on from there, or stands there, as it did before."""
        return ClockSetting(self.frozen, at_ms if self.frozen else at_ms - machine_at_ms)


MACHINE: Final = ClockSetting(False, 0)  #: the machine's clock, as it is


class CentreClock:
    """The clock of a centre as one of its processes has it; only the centre itself sets it."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path, self._descriptor = path, descriptor
        self._map = mmap.mmap(descriptor, WORD_BYTES)
        self._word = memoryview(self._map).cast("q")
        if not self.setting.plausible:
            raise DataFolderError(
                f"{path}: found another content, expected the clock of a centre; `rm` sets it to the machine's"
            )

    @classmethod
    def open(cls, data: Path) -> CentreClock:
        """The clock of a data folder, begun as the machine's where there is none. DataFolderError where it cannot be kept."""
        path = data / CLOCK_FILE
        try:
            make_folder(data)
            begin_file(path)
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            if os.fstat(descriptor).st_size < WORD_BYTES:
                os.ftruncate(descriptor, WORD_BYTES)  # zeros are the machine's clock
            return cls(path, descriptor)
        except (OSError, ValueError) as error:
            found = getattr(error, "strerror", None) or str(error)
            raise DataFolderError(f"{path}: found {found}, expected a file that can be written") from None

    @property
    def setting(self) -> ClockSetting:
        """How it goes now."""
        return ClockSetting.of_word(self._word[0])

    def now_ms(self) -> int:
        """The centre's time: epoch milliseconds."""
        word: int = self._word[0]
        return word >> 1 if word & 1 else time.time_ns() // 1_000_000 + (word >> 1)

    def today(self) -> date:
        """The centre's date in UTC, for the years that messages leave out."""
        return datetime.fromtimestamp(self.now_ms() / 1000, UTC).date()

    def set(self, setting: ClockSetting) -> None:
        """Go by another setting from now on; it is on the disk before any process goes by it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                whole = (os.fstat(self._descriptor).st_size - WORD_BYTES) // _CHANGE.size
                os.pwrite(self._descriptor, _CHANGE.pack(machine_ms(), setting.word), WORD_BYTES + whole * _CHANGE.size)
                os.fsync(self._descriptor)
                self._word[0] = setting.word
                self._map.flush()
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        except OSError as error:
            raise DataFolderError(f"{self._path}: found {error.strerror}, expected a file that can be written") from None


class ClockHistory:
    """How the clock of a data folder went and goes, read once; the machine's clock where there is none.

    ``changes`` are times of the machine, oldest first, each with the setting from then on.
    """

    def __init__(self, changes: list[tuple[int, ClockSetting]], setting: ClockSetting) -> None:
        self._times = [at_ms for at_ms, _ in changes]
        self._settings = [MACHINE, *(each for _, each in changes)]
        self.setting = setting

    @classmethod
    def read(cls, data: Path) -> ClockHistory:
        """The history of a data folder. DataFolderError where its file is none, or cannot be read."""
        path = data / CLOCK_FILE
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return cls([], MACHINE)
        except OSError as error:
            raise DataFolderError(f"{path}: found {error.strerror}, expected a file that can be read") from None
        if len(content) < WORD_BYTES:
            return cls([], MACHINE)
        whole = WORD_BYTES + (len(content) - WORD_BYTES) // _CHANGE.size * _CHANGE.size
        changes = [(at, ClockSetting.of_word(word)) for at, word in _CHANGE.iter_unpack(content[WORD_BYTES:whole])]
        setting = ClockSetting.of_word(int(struct.unpack_from("=q", content)[0]))
        if not all(each.plausible for each in (setting, *(each for _, each in changes))):
            raise DataFolderError(
                f"{path}: found another content, expected the clock of a centre; `rm` sets it to the machine's"
            )
        return cls(changes, setting)

    def centre_ms(self, machine_at_ms: int) -> int:
        """The centre's time at a time of the machine."""
        return self._settings[bisect_right(self._times, machine_at_ms)].at(machine_at_ms)

    def now_ms(self) -> int:
        """The centre's time now, as the clock went when it was read."""
        return self.setting.at(machine_ms())


def centre_clock_of(data: Path) -> Callable[[], int]:
    """The clock of a data folder for a command that looks at it, and makes nothing there: epoch milliseconds."""
    return ClockHistory.read(data).now_ms
