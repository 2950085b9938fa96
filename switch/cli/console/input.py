"""What ``switch decode`` is given to read: hexadecimal digits as arguments, a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from switch.errors import SwitchError
from switch.machine.files import kind_of

SOURCE_BYTES_MAX: Final = 64 * 1024 * 1024  #: read whole into memory; a capture of some 200,000 messages


def candidates(source: tuple[str, ...]) -> list[bytes]:
    """The bytes the arguments may mean: those their digits spell first, then those a file is made of."""
    from switch.iso8583.reading.recognize import from_hex

    if source and not " ".join(source).strip():
        return _not_empty([b""])
    if len(source) == 1 and source[0] != "-":
        data = _file(source[0])
        if data is not None:
            return _of_file(data)
    if source and source != ("-",):
        text = " ".join(source)
        try:
            return _not_empty([from_hex(text)])
        except SwitchError as error:
            if len(source) == 1 and text.isprintable() and len(text) < 80:
                raise SwitchError(f"{error}; nor is there a file {text!r}") from None
            raise
    if not source and sys.stdin.isatty():
        raise click.UsageError("nothing to decode: give the message in hexadecimal, a file, or - for standard input")
    return _of_file(sys.stdin.buffer.read(SOURCE_BYTES_MAX + 1))


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


def _of_file(data: bytes) -> list[bytes]:
    from switch.iso8583.reading.recognize import from_hex

    if len(data) > SOURCE_BYTES_MAX:
        raise SwitchError(f"message: found more than {SOURCE_BYTES_MAX} bytes, expected a message, a stream or a capture")
    try:
        spelled = [from_hex(data.decode("ascii"))]
    except (UnicodeDecodeError, SwitchError):
        spelled = []
    return _not_empty([*spelled, data])


def _not_empty(found: list[bytes]) -> list[bytes]:
    if not found[0]:
        raise SwitchError("message: found nothing, expected a message in hexadecimal or in bytes")
    return found
