"""What ``switch decode`` is given to read: text as arguments, a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from switch.errors import SwitchError
from switch.machine.files import kind_of
from switch.record import frozen

NOTHING_GIVEN: Final = "message: found nothing, expected a message in hexadecimal or in bytes"
SOURCE_BYTES_MAX: Final = 64 * 1024 * 1024  #: read whole into memory; a capture of some 200,000 messages


@frozen(kw_only=True)
class Given:
    """What is to be read: its bytes, the name to call it by, and whether it was typed as an argument."""

    name: str
    data: bytes
    argument: bool


def given(source: tuple[str, ...]) -> Given:
    """What the arguments stand for: the file they name, standard input, else the text they are."""
    if source and not " ".join(source).strip():
        raise SwitchError(NOTHING_GIVEN)
    if not source and sys.stdin.isatty():
        raise SwitchError(NOTHING_GIVEN, hint="give the message as text, a file, or - for standard input")
    if source in ((), ("-",)):
        return _limited(Given(name="-", data=sys.stdin.buffer.read(SOURCE_BYTES_MAX + 1), argument=False))
    data = _file(source[0]) if len(source) == 1 else None
    if data is not None:
        return _limited(Given(name=source[0], data=data, argument=False))
    text = " ".join(source)
    return Given(name="the argument", data=text.encode("utf-8", "surrogateescape"), argument=True)


def given_each(source: tuple[str, ...]) -> list[Given]:
    """Two things to compare, each a file, a text, or standard input."""
    if len(source) != 2:
        raise SwitchError(f"--diff: found {len(source)} arguments, expected two messages (quote a text with blanks)")
    if source == ("-", "-"):
        raise SwitchError("--diff: found - twice, expected standard input once at most")
    return [given((one,)) for one in source]


def _limited(found: Given) -> Given:
    if len(found.data) > SOURCE_BYTES_MAX:
        raise SwitchError(f"message: found more than {SOURCE_BYTES_MAX} bytes, expected a message, a stream or a capture")
    if not found.data:
        raise SwitchError(NOTHING_GIVEN)
    return found


def _file(name: str) -> bytes | None:
    """The content of a file, no more of it than can be read; None where there is none of this name."""
    path = Path(name)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None
    kind = kind_of(mode)
    if kind in ("a folder", "a socket") or (kind == "a pipe" and not path.is_relative_to("/dev")):  # <(command) stands in /dev
        raise SwitchError(f"{name}: found {kind}, expected a file with a message")
    try:
        with path.open("rb") as file:
            return file.read(SOURCE_BYTES_MAX + 1)
    except OSError as fault:
        raise SwitchError(f"{name}: found a file that cannot be read ({fault.strerror}), expected a message") from None
