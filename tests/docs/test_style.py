"""How the pages are written: sentences that are read once, tables that are whole, links and options that exist.

``python -m tests.docs.pages`` prints the sentences to change.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click
import pytest

from switch.cli import VERBS, cli
from tests.docs.pages import ROOT, WORDS_MAX, Sentence, anchors, links, name, outside_blocks, pages, sentences, tables

SOURCE_CHARACTERS_MAX: Final = 120  #: of a line that is no table: two pages stand side by side in an editor
RIDDLES_MAX, LONG_MAX = 20, 10  #: of all pages together

#: Page -> how many of its sentences leave their subject or verb to the reader, and how many are too long. A page that is not
#: listed has none. These figures are only ever lowered.
CEILINGS: Final[dict[str, tuple[int, int]]] = {
    "docs/reference/cli.md": (14, 4),
    "docs/tutorials/first-day.md": (0, 1),
    "docs/tutorials/first-failure.md": (0, 1),
}

TO_COME: Final = "docs/fr/"  #: a folder of pages that others link to and that are still to be written

#: Options of other programs that our pages name.
FOREIGN: Final = frozenset({"--counts", "--table", "--help"})


@pytest.mark.parametrize("page", pages(), ids=name)
def test_sentences_are_read_once(page: Path) -> None:
    read = list(sentences(page))
    riddles_max, long_max = CEILINGS.get(name(page), (0, 0))
    riddles = [_told(each, *each.faults) for each in read if each.faults]
    long = [_told(each, f"{each.words} words") for each in read if each.words > WORDS_MAX]
    assert len(riddles) <= riddles_max, "\n".join(riddles)
    assert len(long) <= long_max, "\n".join(long)


def test_the_ceilings_are_of_pages_there_are() -> None:
    assert CEILINGS.keys() <= set(map(name, pages()))


def test_all_pages_together_have_few() -> None:
    read = [each for page in pages() for each in sentences(page)]
    assert sum(bool(each.faults) for each in read) <= RIDDLES_MAX
    assert sum(each.words > WORDS_MAX for each in read) <= LONG_MAX


def _told(sentence: Sentence, *faults: str) -> str:
    return f"{sentence.page}:{sentence.line}: {', '.join(faults)}: {sentence.text}"


@pytest.mark.parametrize("page", pages(), ids=name)
def test_rows_have_as_many_cells_as_their_head(page: Path) -> None:
    for head, *rows in tables(page):
        for number, row in rows:
            assert len(row) == len(head[1]), f"{name(page)}:{number}"


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for number, target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() and there.is_relative_to(ROOT) and name(there).startswith(TO_COME):
            continue
        assert there.exists(), f"{name(page)}:{number}: {target}"
        if anchor:
            assert anchor in anchors(there), f"{name(page)}:{number}: {target}"


@pytest.mark.parametrize("page", pages(), ids=name)
def test_options_exist(page: Path) -> None:
    known = set(_options(cli)) | FOREIGN
    for number, line in outside_blocks(page):
        for code in re.findall(r"`([^`]+)`", line):
            if re.match(r"(?:switch |-)", code):
                for option in re.findall(r"(?<!\S)(--[a-z][a-z-]+)", code):
                    assert option in known, f"{name(page)}:{number}: {option}"


def _options(command: click.Command) -> list[str]:
    found = [option for each in command.params for option in (*each.opts, *each.secondary_opts)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        below = VERBS if command is cli else command.list_commands(context)
        for verb in below:
            deeper = command.get_command(context, verb)
            found += _options(deeper) if deeper is not None else []
    return found


@pytest.mark.parametrize("page", pages(), ids=name)
def test_source_lines_are_short(page: Path) -> None:
    """Links, headings and pictures cannot be broken, and the page of the commands is made from them."""
    if page.name == "cli.md" or name(page).startswith(("docs/fr/", "docs/tutorials/")):
        return
    for number, line in outside_blocks(page):
        if not line.startswith(("|", "#", "![")):
            text = re.sub(r"\]\([^)]*\)|<!--.*?-->", "]", line)
            assert len(text) <= SOURCE_CHARACTERS_MAX, f"{name(page)}:{number}: {len(text)} characters"


def test_pages_of_the_reference_name_what_comes_next() -> None:
    for page in (ROOT / "docs" / "reference").glob("*.md"):
        if page.name != "cli.md":
            assert "\n## Next\n" in page.read_text(encoding="utf-8"), name(page)
