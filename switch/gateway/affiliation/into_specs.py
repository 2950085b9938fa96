"""Putting an accepted shop into the files of a specification: both tables, or neither, and only where the files stay right."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from switch.errors import SwitchError
from switch.specs.gateway.gateway_checks import GATEWAY_FILE
from switch.specs.load import load_specs

MERCHANTS_FILE: Final = "merchants.toml"


def ready_for_specs(folder: Path, merchant: str, shop: str) -> Callable[[], None]:
    """Make ready to append a table to ``merchants.toml`` and one to ``gateway.toml`` of a folder: what does it, at once.

    A copy of the folder is read first: SpecError where it would have a mistake. SwitchError where a file cannot be read now,
    or cannot be written then.
    """
    tables = {MERCHANTS_FILE: merchant, GATEWAY_FILE: shop}
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "specs"
        try:
            shutil.copytree(folder, copy)
            texts = {name: _appended(copy / name, table) for name, table in tables.items()}
        except OSError as fault:
            raise SwitchError(f"{folder}: found {fault.strerror or fault}, expected a folder that can be read") from None
        load_specs(copy)
    return partial(_replace_all, folder, texts)


def _appended(path: Path, table: str) -> str:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    whole = f"{text.rstrip()}\n\n{table}" if text.strip() else table
    path.write_text(whole, encoding="utf-8")
    return whole


def _replace_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files beside themselves first, so that what may fail has failed before the first is replaced."""
    made: list[tuple[Path, Path]] = []
    try:
        for name, text in texts.items():
            beside = folder / f".{name}.partial"
            made.append((beside, folder / name))
            beside.write_text(text, encoding="utf-8")
            if (folder / name).exists():
                shutil.copymode(folder / name, beside)
        for beside, path in made:
            beside.replace(path)
    except OSError as fault:
        for beside, _ in made:
            beside.unlink(missing_ok=True)
        raise SwitchError(f"{folder}: found {fault.strerror or fault}, expected files that can be written") from None
