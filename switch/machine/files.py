"""Reading a file somebody named: no more of it than it may be, and never from what has no end or nobody at its other end."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from switch.errors import SwitchError

_KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def kind_of(mode: int) -> str | None:
    """What stands there in place of a file, in words; None where it is a file."""
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "something else")


def read_whole(path: Path, bytes_max: int) -> bytes:
    """The content of a regular file of at most ``bytes_max`` bytes.

    FileNotFoundError where there is none; SwitchError, which says what was found and no more, for anything else.
    """
    try:
        with open(path, "rb", opener=_open) as file:  # Path.open takes no opener
            kind = kind_of(os.fstat(file.fileno()).st_mode)
            content = b"" if kind else file.read(bytes_max + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as fault:
        what = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise SwitchError(kind_at(path) or f"a file that cannot be read ({what})") from None
    if kind is not None:
        raise SwitchError(kind)
    if len(content) > bytes_max:
        raise SwitchError(f"a file of more than {bytes_max // 1024} KiB")
    return content


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe nobody writes to is opened at once


def kind_at(path: Path) -> str | None:
    """What stands at a path in place of a file; None where there is a file, or nothing."""
    try:
        return kind_of(path.stat().st_mode)
    except (OSError, ValueError):
        return None
