"""What the pages say can be typed: every ``switch decode`` line works as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from switch.cli import VERBS
from tests.cli.command import run

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
DECODE = re.compile(r"^(?:\$ )?switch (decode [^|\n]*)$", re.MULTILINE)
#: Folders of pages that are being written; a link into one of them may lead nowhere yet.
TO_COME = re.compile(r"(?:^|/)(?:tutorials|how-to|reference|fr)/[a-z0-9-]+\.md$")
DECODED = [(name, line) for name, text in TEXTS.items() for line in DECODE.findall(text) if "[OPTIONS]" not in line]


def test_there_are_lines_to_try() -> None:
    assert {name for name, _ in DECODED} >= {"gateway.md", "cli.md"}


@pytest.mark.parametrize(("page", "line"), DECODED)
def test_every_decode_line_works(page: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = run(*shlex.split(line, comments=True))
    assert (outcome.code, outcome.err) == (0, ""), page


def test_verbs_of_the_pages_exist() -> None:
    for name, text in TEXTS.items():
        blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for verb in re.findall(r"^(?:\$ )?switch ([a-z]+)", "\n".join(blocks), re.MULTILINE):
            assert verb in VERBS, f"{name}: switch {verb}"


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists() or TO_COME.search(target), f"{page.name}: {target}"
