"""The starter of ``switch up``, launched before the command line is read: the two processes load side by side from the first
moment. Where the command line means another one, or none, it ends again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Final

from switch.machine.starting import Launched, launch, starter_command

_NONE_FOR: Final = frozenset({"-h", "--help"})
_launched: Final = list[tuple[list[str], Launched]]()  #: at most one, that nobody has taken yet


def launch_ahead(arguments: Sequence[str], specs_variable: str = "SWITCH_SPECS") -> None:
    """Launch the starter that ``switch up`` will ask for with these arguments."""
    if not _NONE_FOR.isdisjoint(arguments):
        return
    folder = os.environ.get(specs_variable) or None
    for word, following in pairwise([*arguments, ""]):
        name, sign, value = word.partition("=")
        if name == "--specs":
            folder = value if sign else following
    command = starter_command(Path(folder) if folder else None)
    with suppress(OSError):  # it is launched again when it is needed
        _launched.append((command, launch(command)))


def launched_by(command: list[str]) -> Launched:
    """The starter of a command, launched ahead or now; OSError where there can be none."""
    mine = next((launched for ahead, launched in _launched if ahead == command), None)
    if mine is None:
        end_unneeded()
        return launch(command)
    _launched.clear()
    return mine


def end_unneeded() -> None:
    """End the starter that nobody has taken."""
    while _launched:
        _launched.pop()[1].end_now()
