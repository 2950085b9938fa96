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
TO_COME: Final = "docs/fr/"  #: a folder of pages that others link to and that are still to be written

#: Options of other programs that our pages name.
FOREIGN: Final = frozenset({"--switch-keep", "--counts", "--table", "--help"})


@pytest.mark.parametrize("page", pages(), ids=name)
def test_sentences_are_read_once(page: Path) -> None:
    read = list(sentences(page))
    faults = [_told(each, *each.faults) for each in read if each.faults]
    faults += [_told(each, f"{each.words} words") for each in read if each.words > WORDS_MAX]
    assert not faults, "\n".join(faults)


def _told(sentence: Sentence, *faults: str) -> str:
    return f"{sentence.page}:{sentence.line}: {', '.join(faults)}: {sentence.text}"


@pytest.mark.parametrize("page", pages(), ids=name)
def test_rows_have_as_many_cells_as_their_head(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    for head, *rows in tables(page):
        ruled = lines[head[0]] if head[0] < len(lines) else ""
        assert re.fullmatch(r"\|[ :|-]+\|", ruled), f"{name(page)}:{head[0]}: a row without a head, cut off by a blank line"
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
