"""A file that somebody named, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from switch.errors import SwitchError


def write_whole(path: Path, content: bytes) -> None:
    """A file of this content and no other. It appears under its name, or replaces an earlier one, once it is whole.

    SwitchError where something else stands there, or where it cannot be written.
    """
    from switch.machine.files import kind_at
    from switch.machine.private import create_file

    kind = kind_at(path)
    if kind is not None:
        raise SwitchError(f"{path}: found {kind}, expected a file that can be written")
    partial = path.with_name(f".{path.name}.partial")
    try:
        with create_file(partial) as file:
            file.write(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SwitchError(f"{path}: found {error.strerror}, expected a file that can be written") from None


def refuse_overwriting(option: str, path: Path, read: Iterable[Path]) -> None:
    """SwitchError where a file to be written is one that the command reads, under this name or through a link."""
    for other in read:
        try:
            is_same = path.samefile(other)
        except OSError:  # one of them is not there: whoever reads or writes it says so
            continue
        if is_same:
            raise SwitchError(f"{option}: found {path}, which this command reads, expected another file")
