"""Putting an accepted shop into the files of a specification, where they stay right.

The merchant is written before its shop, and each file is replaced in one step: whoever reads the folder between the two, or
after a stop between them, finds a right specification that does not have the shop yet.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from switch.errors import SwitchError
from switch.gateway.store.affiliation_book import Affiliation
from switch.machine.private import create_file
from switch.specs.gateway.gateway_checks import GATEWAY_FILE
from switch.specs.load import load_specs
from switch.specs.specification import Specs

MERCHANTS_FILE: Final = "merchants.toml"
_Change = tuple[Path, bytes | None, bytes]  #: a file, what was read of it (None: there was none), and what it becomes


def missing_in(specs: Specs, accepted: Affiliation) -> tuple[bool, bool]:
    """Whether a specification lacks the merchant of an acceptance, and whether it lacks the shop."""
    names = accepted.decided
    return names["merchant_id"] not in specs.merchants, names["client_id"] not in specs.gateway.shops


def ready_for_specs(folder: Path, merchant: str, shop: str) -> Callable[[], None]:
    """Make ready to append a table to ``merchants.toml`` and one to ``gateway.toml`` of a folder: what does it, at once. An
    empty table is one that is there already.

    A copy of the folder is read first: SpecError where it would have a mistake. SwitchError where a file cannot be read now,
    or cannot be written then, or is not then what it is now.
    """
    tables = {name: table for name, table in ((MERCHANTS_FILE, merchant), (GATEWAY_FILE, shop)) if table}
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "specs"
        try:
            shutil.copytree(folder, copy)
            changes = [_change(folder / name, copy / name, table) for name, table in tables.items()]
        except OSError as fault:
            raise SwitchError(f"{folder}: found {fault.strerror or fault}, expected a folder that can be read") from None
        load_specs(copy)
    return partial(_replace_all, folder, changes)


def _change(path: Path, copy: Path, table: str) -> _Change:
    before = _content(copy)
    text = (before or b"").rstrip()
    whole = b"\n\n".join(part for part in (text, table.encode()) if part)
    copy.write_bytes(whole)
    return path, before, whole


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _replace_all(folder: Path, changes: list[_Change]) -> None:
    """Write the files beside themselves first, so that what may fail has failed before the first is replaced."""
    made: list[tuple[Path, Path]] = []
    try:
        for path, _, content in changes:
            real = path.resolve()  # a link stays one
            beside = real.with_name(f".{real.name}.partial")
            made.append((beside, real))
            with create_file(beside) as file:  # it has keys: nobody else reads it before it has the mode of the file
                file.write(content)
                os.fsync(file.fileno())
            if real.exists():
                shutil.copymode(real, beside)
        for path, before, _ in changes:
            if _content(path) != before:
                raise SwitchError(f"{path}: found another content than a moment ago, expected nobody else to write it")
        for beside, real in made:
            beside.replace(real)
    except OSError as fault:
        raise SwitchError(f"{folder}: found {fault.strerror or fault}, expected files that can be written") from None
    finally:
        for beside, _ in made:
            beside.unlink(missing_ok=True)
