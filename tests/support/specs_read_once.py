"""The embedded specification, read once by each process of the tests: it cannot be changed, and hundreds of tests want it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from switch.specs.specification import Specs


def read_once(load: Callable[..., Specs]) -> Callable[..., Specs]:
    """``load_specs`` that remembers what it made of the embedded specification, for each ``today``; any folder is read anew.

    So ``load_specs(default_folder())`` reads the embedded one, where a test is about the reading.
    """

    @cache
    def embedded(today: str | None) -> Specs:
        return load(today=today)

    @wraps(load)
    def remembering(folder: Path | None = None, **options: Any) -> Specs:
        return load(folder, **options) if folder is not None else embedded(options.get("today"))

    return remembering
