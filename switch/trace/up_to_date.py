"""Reading what the switch has just handed over: a reader asks the process that writes the trace, and waits for it.

The two meet at sockets that are named after the data folder and are no files: one for who wants all that was handed over by
now, one for who wants to be woken by each further message. To be asked costs the switch nothing: only the process that writes
the trace is.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

WRITTEN_SECONDS_MAX: Final = 1.0  #: how long a reader waits; then it reads what there is
READERS_MAX: Final = 64  #: who may wait at once
FOLLOWED: Final = "-followed"  #: behind the name at which one is woken
_WAKINGS_READ: Final = 65_536  #: those of many messages at once
_AT_ONCE_SECONDS: Final = 0.000_001  #: a socket that waits no time at all does not block, which is another thing
FOLLOWERS_MAX: Final = 64  #: who may be woken; whoever comes then replaces the one that has been there longest


def wait_until_written(data: Path) -> None:
    """Wait until the trace of a data folder has what was handed over before; where nobody writes it, not at all."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(WRITTEN_SECONDS_MAX)
        asking.connect(_name_of(data))
        asking.recv(1)  # nothing is said: the other end closes it


class Wakening:
    """Woken whenever messages are written into the trace of a data folder, from its making on."""

    def __init__(self, data: Path) -> None:
        self._asking = socket.socket(socket.AF_UNIX)
        self.followed = False  #: whether somebody writes the trace
        with suppress(OSError):
            self._asking.connect(_name_of(data, FOLLOWED))
            self.followed = True

    def wait(self, seconds: float) -> bool:
        """Wait for a message, so long at most; False where nobody writes the trace any more, and nothing can come."""
        if not self.followed:
            return False
        self._asking.settimeout(max(seconds, _AT_ONCE_SECONDS))
        try:
            self.followed = bool(self._asking.recv(_WAKINGS_READ))
        except TimeoutError:
            pass
        except OSError:
            self.followed = False
        return self.followed

    def close(self) -> None:
        self._asking.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Readers:
    """Who waits, as the process that writes sees it."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._waiting: list[tuple[int, socket.socket]] = []
        self._followers: list[socket.socket] = []
        self._listening: socket.socket | None = None
        self._followed: socket.socket | None = None
        self.listen()

    def listen(self) -> None:
        """Take the names, where that is still to be done: another process may be about to end that has them."""
        self._listening = self._listening or _listening_at(self._data, "")
        self._followed = self._followed or _listening_at(self._data, FOLLOWED)

    @property
    def numbers(self) -> list[int]:
        """The file numbers that say that somebody asks."""
        return [each.fileno() for each in (self._listening, self._followed) if each is not None]

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def welcome(self, come: int) -> None:
        """Let everybody wait who asks, each for so many bytes as have come; and take in who wants to be woken."""
        _take_all(self._listening, lambda asking: self._waiting.append((come, asking)))
        _take_all(self._followed, self._follow)

    def _follow(self, asking: socket.socket) -> None:
        asking.setblocking(False)
        self._followers.append(asking)
        if len(self._followers) > FOLLOWERS_MAX:
            self._followers.pop(0).close()

    def wake(self) -> None:
        """Messages were written: wake who follows. Whoever has been woken and has not looked yet is left alone."""
        for asking in list(self._followers):
            try:
                asking.send(b".")
            except BlockingIOError:
                pass
            except OSError:
                asking.close()
                self._followers.remove(asking)

    def tell(self, written: int) -> None:
        """Tell those who wait for no more than that."""
        for awaited, asking in self._waiting:
            if awaited <= written:
                asking.close()
        self._waiting = [each for each in self._waiting if each[0] > written]

    def close(self) -> None:
        for asking in [asking for _, asking in self._waiting] + self._followers:
            asking.close()
        for listening in (self._listening, self._followed):
            if listening is not None:
                listening.close()


def _listening_at(data: Path, of: str) -> socket.socket | None:
    """A socket at a name; None where another process has it."""
    listening = socket.socket(socket.AF_UNIX)
    listening.setblocking(False)
    try:
        listening.bind(_name_of(data, of))
        listening.listen(READERS_MAX)
    except OSError:
        listening.close()
        return None
    return listening


def _take_all(listening: socket.socket | None, take: Callable[[socket.socket], None]) -> None:
    """Give on everybody who asks at a socket."""
    with suppress(OSError):
        while listening is not None:
            take(listening.accept()[0])


def _name_of(data: Path, of: str = "") -> str:
    """An abstract name: it is there for as long as its socket is."""
    about = data.stat()
    return f"\0switch-trace-{about.st_dev:x}-{about.st_ino:x}{of}"
