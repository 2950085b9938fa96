"""Reading what the switch has just handed over: a reader asks the process that writes the trace, and waits for it.

The two meet at a socket that is named after the data folder and is no file. To be asked costs the switch nothing: only the
process that writes it is.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

WRITTEN_SECONDS_MAX: Final = 1.0  #: how long a reader waits; then it reads what there is
READERS_MAX: Final = 64  #: who may wait at once


def wait_until_written(data: Path) -> None:
    """Wait until the trace of a data folder has what was handed over before; where nobody writes it, not at all."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(WRITTEN_SECONDS_MAX)
        asking.connect(_name_of(data))
        asking.recv(1)  # nothing is said: the other end closes it


class Readers:
    """Who waits, as the process that writes sees it."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._waiting: list[tuple[int, socket.socket]] = []
        self._listening: socket.socket | None = None
        self.listen()

    def listen(self) -> None:
        """Take the name, where that is still to be done: another process may be about to end that has it."""
        if self._listening is None:
            listening = socket.socket(socket.AF_UNIX)
            listening.setblocking(False)
            try:
                listening.bind(_name_of(self._data))
                listening.listen(READERS_MAX)
            except OSError:
                listening.close()
            else:
                self._listening = listening

    @property
    def numbers(self) -> list[int]:
        """The file numbers that say that somebody asks."""
        return [self._listening.fileno()] if self._listening is not None else []

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def welcome(self, come: int) -> None:
        """Let everybody wait who asks, each for so many bytes as have come."""
        with suppress(OSError):
            while self._listening is not None:
                self._waiting.append((come, self._listening.accept()[0]))

    def tell(self, written: int) -> None:
        """Tell those who wait for no more than that."""
        for awaited, asking in self._waiting:
            if awaited <= written:
                asking.close()
        self._waiting = [each for each in self._waiting if each[0] > written]

    def close(self) -> None:
        for _, asking in self._waiting:
            asking.close()
        if self._listening is not None:
            self._listening.close()


def _name_of(data: Path) -> str:
    """An abstract name: it is there for as long as its socket is."""
    about = data.stat()
    return f"\0switch-trace-{about.st_dev:x}-{about.st_ino:x}"
