"""Where ``switch send`` calls and how it speaks there: a listener of a running centre or of a specification."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from switch.cli.command.names import known
from switch.errors import SwitchError
from switch.record import frozen

if TYPE_CHECKING:
    from switch.iso8583.header import HeaderFormat
    from switch.specs.centre_profile import Listener
    from switch.specs.parts import Parts

LOCALHOST = "127.0.0.1"


@frozen(kw_only=True)
class Place:
    """Where to call and how to speak there. ``data`` is the centre's data folder where a ready file tells it."""

    host: str
    listener: Listener
    source: Path | None  #: the folder of the specification, None for the embedded one
    data: Path | None


def specs_and_place(folder: Path | None, ready_file: Path | None, name: str | None) -> tuple[Parts, Place]:
    """The listener of this name, or the first: of a running centre's ready file, with its specification, else of ``folder``."""
    from switch.acquirer.ready_file import read_ready
    from switch.specs.folder import folder_of
    from switch.specs.parts import Parts

    if ready_file is not None:
        ready = read_ready(ready_file)
        chosen = known("--listener", name, ready.listeners, ready_file, "--ready-file") if name else next(iter(ready.listeners))
        specs = Parts(folder_of(ready.data, folder))
        return specs, Place(host=ready.hosts[chosen], listener=ready.listeners[chosen], source=specs.folder, data=ready.data)
    specs = Parts(folder)
    listeners = {listener.name: listener for listener in specs.centre.listeners}
    chosen = known("--listener", name, listeners, folder) if name is not None else next(iter(listeners))
    return specs, Place(host=LOCALHOST, listener=listeners[chosen], source=folder, data=None)


def header_format(notation: str) -> HeaderFormat:
    from switch.iso8583.header import HeaderFormat

    try:
        return HeaderFormat.parse(notation)
    except ValueError as fault:
        raise SwitchError(f"--header: found {notation!r}, expected {fault}") from None
