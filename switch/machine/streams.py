"""Standard input and output of a command, whatever it was started with."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import Final

from switch.errors import SwitchError
from switch.machine.files import kind_of

#: Each stream, how it is opened, and how what stands in for one that is closed: input has nothing, errors go nowhere, and what
#: is written to output fails.
_STREAMS: Final = (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY))


def open_closed_streams() -> None:
    """Put something in the place of each stream that is closed, so that no file which is opened later is taken for it."""
    for number, (name, mode, flags) in enumerate(_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, flags)  # it gets the lowest number that is free, which is this one
                setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  (for as long as we run)


def refuse_other_input(command: str, wanted: str, expected: str) -> None:
    """SwitchError where standard input is none that a centre gives to a process it starts: ``wanted`` as ``kind_of`` says."""
    mode = os.fstat(0).st_mode
    found = "a terminal" if stat.S_ISCHR(mode) and os.isatty(0) else kind_of(mode) or "a file"
    if found != wanted:
        raise SwitchError(f"{command}: found {found} as standard input, expected {expected}: switch up starts this by itself")
