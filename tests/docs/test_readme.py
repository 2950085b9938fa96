"""The README is a landing page: short, true, and with pictures of this version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.docs.screens import (
    PICTURES,
    QUOTED,
    README,
    ROOT,
    SCREENS,
    Screen,
    masked,
    picture,
    reader,
    requoted,
    words_of_picture,
)
from tests.docs.statement_samples import PICTURE

LINES_MAX: Final = 120
COMMAND_LINE_MAX: Final = 10
WRITE_ANEW: Final = "write it anew: python -m tests.docs.screens"
TEXT: Final = README.read_text(encoding="utf-8")
FIGURE: Final = re.compile(r"\d[\d,]*(?:\.\d+)?")
LINK: Final = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with reader() as running:
        yield running


def test_it_is_a_landing_page() -> None:
    assert len(TEXT.splitlines()) <= LINES_MAX
    prose = TEXT.partition("\n\n")[2]
    assert "simulator" in prose.split(".", 1)[0]
    before, _, _ = TEXT.partition("```sh\n")
    assert before.count("\n") + 1 <= COMMAND_LINE_MAX


def figures(text: str) -> set[str]:
    """The figures of a text that say how much or how often: of two digits at least, without names, codes and addresses."""
    plain = re.sub(r"`[^`]*`|\]\([^)]*\)|ISO 8583|Apache-2\.0|AGPL-3\.0|Python 3\.\d+|\b0\d{3}\b", "", text)
    return {found for found in FIGURE.findall(plain) if len(found) > 1}


def claims() -> list[tuple[str, str]]:
    """Each point of the list that has a figure and a page behind it: its words, and the page."""
    points = re.findall(r"^- \*\*.*(?:\n {2}.*)*", TEXT, re.MULTILINE)
    return [(point, link[1]) for point in points if figures(point) and (link := LINK.search(point))]


def test_there_are_claims() -> None:
    points = re.findall(r"^- \*\*.*(?:\n {2}.*)*", TEXT, re.MULTILINE)
    assert len(claims()) == sum(bool(figures(point)) for point in points) == 2, "a figure has a page that it comes from"


@pytest.mark.parametrize(("point", "page"), claims())
def test_every_figure_stands_in_the_page_it_links(point: str, page: str) -> None:
    there = figures((ROOT / page).read_text(encoding="utf-8"))
    assert figures(point) <= there, f"{page} has not {figures(point) - there}"


def test_the_comparison_has_its_sources() -> None:
    sources = (ROOT / "docs" / "explanation" / "compared.md").read_text(encoding="utf-8")
    table = TEXT.partition("## How it compares")[2].partition("##")[0]
    tools = re.findall(r"^\| \[([^\]]+)\]", table, re.MULTILINE)
    assert tools == ["jPOS", "iso8583sim", "moov-io/iso8583", "WireMock"]
    rows = [row for row in sources.partition("| tool |")[2].partition("\n\n")[0].splitlines()[2:] if row.startswith("|")]
    of_tool: dict[str, int] = {}
    tool = ""
    for row in rows:
        first, _, source = (cell.strip() for cell in row.strip("|").split("|"))
        tool = next((known for known in tools if first.startswith(known)), tool)
        of_tool[tool] = of_tool.get(tool, 0) + 1
        assert re.search(r"\d{4}-\d\d-\d\d|November 2026|the same", source), f"no date: {row}"
    assert set(of_tool) == set(tools)
    assert min(of_tool.values()) >= 3


@pytest.mark.long
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.file)
def test_pictures_show_this_version(screen: Screen, folder: Path) -> None:
    kept = (PICTURES / screen.file).read_text(encoding="utf-8")
    assert words_of_picture(picture(screen, folder)) == words_of_picture(kept), WRITE_ANEW


def test_every_picture_is_used_and_described() -> None:
    pages = [README, *sorted((ROOT / "docs").rglob("*.md"))]
    shown = {
        name: alt for page in pages for alt, name in re.findall(r"!\[([^\]]*)\]\([^)]*img/([^)]+)\)", page.read_text("utf-8"))
    }
    assert set(shown) == {*(screen.file for screen in SCREENS), PICTURE.name, "report.png"}
    assert all(len(alt.split()) > 3 for alt in shown.values())


@pytest.mark.long
def test_quoted_blocks_are_what_is_printed(folder: Path) -> None:
    assert QUOTED.search(TEXT)
    assert masked(requoted(TEXT, folder)) == masked(TEXT), WRITE_ANEW


def test_the_index_names_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    named = {target for target, _ in LINK.findall(index.read_text(encoding="utf-8"))}
    pages = {page.relative_to(index.parent).as_posix() for page in index.parent.glob("*/*.md")}
    assert pages <= named


def test_masks_hide_what_differs_and_nothing_else() -> None:
    assert masked("2026-11-28 17:54:52.656 on 127.0.0.1:55836 after 2 ms") == "DATE TIME on ADDRESS after TOOK"
    assert masked("13 Date, local transaction 1129 at 11-29 13:40:42 UTC") == "13 Date, local transaction DE13 at DAY TIME UTC"
    assert masked("51 insufficient funds: 50.00 MAD") == "51 insufficient funds: 50.00 MAD"
