"""The ready file of a running centre (``switch up --ready-file``): where its listeners are, and its data folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from switch.errors import SwitchError, UnreachableError
from switch.machine.files import read_whole
from switch.record import frozen

if TYPE_CHECKING:
    from switch.issuers.secure_line import ServerTls
    from switch.specs.centre_profile import Listener

EXPECTED: Final = "what `switch up --ready-file` writes"
READY_BYTES_MAX: Final = 1 << 20  #: of a ready file; one of a hundred listeners has 20,000


@frozen(kw_only=True)
class Ready:
    """What a ready file says. ``hosts`` are those the listeners of the same names are bound to."""

    data: Path
    hosts: Mapping[str, str]
    listeners: Mapping[str, Listener]


def read_ready(path: Path) -> Ready:
    """Read a ready file. UnreachableError where there is none, for then no centre is ready; SwitchError where it is none."""
    try:
        content: Any = json.loads(read_whole(path, READY_BYTES_MAX))
        places = content["listeners"]
        return Ready(
            data=Path(content["data"]),
            hosts={name: str(place["host"]) for name, place in places.items()},
            listeners={name: _listener(name, place) for name, place in places.items()},
        )
    except FileNotFoundError:
        raise UnreachableError(f"{path}: no such file, so no Switch is ready (switch up --ready-file {path})") from None
    except SwitchError as found:
        raise SwitchError(f"{path}: found {found}, expected {EXPECTED}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SwitchError(f"{path}: found something else, expected {EXPECTED}") from None


def _listener(name: str, place: Mapping[str, Any]) -> Listener:
    from switch.iso8583.header import HeaderFormat
    from switch.specs.centre_profile import Listener

    return Listener(
        name=name,
        port=int(place["port"]),
        dialect=str(place["dialect"]),
        header=HeaderFormat.parse(place["header"]),
        tpdu=bool(place["tpdu"]),
        tls=_tls(place.get("tls")),
    )


def _tls(about: Mapping[str, Any] | None) -> ServerTls | None:
    from switch.issuers.secure_line import ServerTls

    if about is None:
        return None
    return ServerTls(certificate=str(about["certificate"]), key="", plain=bool(about["plain"]))
