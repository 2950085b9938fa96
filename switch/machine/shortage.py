"""When this machine has nothing left for one more connection: a person is told, once in a while."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Final

import trio

TOLD_SECONDS: Final = 60.0  #: how often a person is told while it lasts
SHORTAGES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})  #: of this machine, not of a peer


class Shortage:
    """Tells a person, once in a while, that this machine has no file descriptor (or memory) left for one more connection."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told_at = -TOLD_SECONDS

    def met(self, doing: str, error: OSError) -> None:
        """``doing`` failed; told where that is for want of something here."""
        short = _shortage(error)
        now = trio.current_time()
        if short is not None and now >= self._told_at + TOLD_SECONDS:
            self._told_at = now
            self._tell(f"{doing}: {os.strerror(short)}; the lines there are go on, it is tried again until that is over")


def _shortage(error: BaseException | None) -> int | None:
    """Its number, where an error, or one of those that led to it, is for want of something on this machine."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_shortage, error.exceptions)), None)
    if isinstance(error, OSError) and error.errno in SHORTAGES:
        return error.errno
    return None if error is None else _shortage(error.__cause__)
