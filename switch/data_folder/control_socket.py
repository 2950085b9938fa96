"""The door of a running centre: a socket in its data folder, through which commands of the same owner ask it for something.

One connection carries one order and its answer, each a JSON object: the end of the order is the end of what the asker sends.
Whoever may enter the folder may ask; nobody else can.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISSOCK
from typing import Any, Final

from switch.errors import DataFolderError, UnreachableError

CONTROL_SOCKET: Final = "control"
ASKER_SECONDS_MAX: Final = 30.0  #: how long an asker waits
ORDER_BYTES_MAX: Final = 4 * 1024 * 1024  #: of an order: a file of some ten thousand rules
ASKERS_MAX: Final = 16  #: who may wait at the door at once


@contextmanager
def _path_of(data: Path) -> Iterator[str]:
    """The socket by a path that is short enough for one, however deep the folder is. OSError where there is no folder."""
    folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{CONTROL_SOCKET}"
    finally:
        os.close(folder)


def open_door(data: Path) -> socket.socket:
    """Listen in a data folder that this process holds alone. DataFolderError where something else has the socket's name."""
    path, door = data / CONTROL_SOCKET, socket.socket(socket.AF_UNIX)
    door.setblocking(False)
    try:
        with suppress(FileNotFoundError):
            if S_ISSOCK(path.lstat().st_mode):
                path.unlink()  # of a centre that ended without a word
        before = os.umask(0o177)
        try:
            with _path_of(data) as name:
                door.bind(name)
        finally:
            os.umask(before)
        door.listen(ASKERS_MAX)
    except OSError as error:
        door.close()
        raise DataFolderError(f"{path}: found {error.strerror}, expected a place for a socket") from None
    return door


def close_door(data: Path, door: socket.socket) -> None:
    """Listen no more, and leave nothing in the folder."""
    door.close()
    with suppress(OSError):
        (data / CONTROL_SOCKET).unlink()


def ask_centre(data: Path, order: dict[str, Any], seconds: float = ASKER_SECONDS_MAX) -> dict[str, Any]:
    """The answer of the centre that runs in a data folder. UnreachableError where none does, or it does not answer for so many
    ``seconds``."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(seconds)
        try:
            with _path_of(data) as name:
                asking.connect(name)
            asking.sendall(json.dumps(order).encode())
            asking.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: asking.recv(65_536), b""))
            answer = json.loads(said)
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            raise UnreachableError(f"--data: found no running centre in {data}, expected one: `switch up`") from None
        except OSError as error:
            raise UnreachableError(f"{data / CONTROL_SOCKET}: found {error.strerror or error}, expected an answer") from None
        except ValueError:
            raise UnreachableError(f"{data / CONTROL_SOCKET}: found no answer, expected one of a running centre") from None
    assert isinstance(answer, dict)
    return answer
