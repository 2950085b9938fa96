"""Debian's Chromium, driven by playwright. Without the two a test in a browser is skipped; the gate has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

_CHROMIUM: Final = Path("/usr/bin/chromium")
#: Marks of a module of tests in a browser. What playwright leaves to the garbage collector warns of itself.
IN_A_BROWSER: Final = [pytest.mark.outside, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@contextmanager
def opened_browser() -> Iterator[Any]:
    """A browser without a window, for as long as the block lasts."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not _CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as program:
        browser = program.chromium.launch(executable_path=str(_CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()
