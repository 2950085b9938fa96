"""What the pages say can be typed: every ``switch decode`` line works as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from switch.cli import VERBS
from tests.cli.command import run

ROOT = Path(__file__).parent.parent.parent
#: The tutorials and how-to pages run as a whole, block by block (tests/docs/test_pages.py).
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "reference").glob("*.md"))]
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
DECODE = re.compile(r"^(?:\$ )?switch (decode [^|\n]*)$", re.MULTILINE)
DECODED = [(name, line) for name, text in TEXTS.items() for line in DECODE.findall(text) if "[OPTIONS]" not in line]


def test_there_are_lines_to_try() -> None:
    assert {name for name, _ in DECODED} >= {"cli.md"}


@pytest.mark.parametrize(("page", "line"), DECODED)
def test_every_decode_line_works(page: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = run(*shlex.split(line, comments=True))
    assert (outcome.code, outcome.err) == (1 if "--diff" in line else 0, ""), page  # the two it compares differ


def test_verbs_of_the_pages_exist() -> None:
    for name, text in TEXTS.items():
        blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for verb in re.findall(r"^(?:\$ )?switch ([a-z]+)", "\n".join(blocks), re.MULTILINE):
            assert verb in VERBS, f"{name}: switch {verb}"
