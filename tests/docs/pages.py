"""The pages of the project as tests read them: their prose, cells, tables, headings and links.

``python -m tests.docs.pages [PAGE …]`` prints every sentence that a reader may have to read twice, with page and line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
WORDS_MAX: Final = 30  #: of a sentence: a longer one has two ideas
CELL_WORDS_MIN: Final = 6  #: of a cell of a table that is read as a sentence

#: Sentences whose subject or verb the reader has to guess. Each pattern is a way of writing that this project does without.
RIDDLES: Final = {
    "a clause as subject": re.compile(
        r"(?:^|[;:] )(?:What|what|Who|who|Whoever|Whatever) (?:[\w-]+ ){1,14}?"
        r"(?:is|are|was|does|gets|goes|stays|counts|has|needs|may|can|will|shows|stands)\b"
    ),
    "a clause behind a preposition": re.compile(
        r"\b(?:of|for|to|with|by|than|in|from|on|at|beside|as|and|or|less|before) (?:what|who|whoever|whatever)\b"
    ),
    "told, owed or said by nobody": re.compile(
        r"\b(?:is|are|was|were|be) (?:told|owed|said)\b|\btold (?:of|in|apart)\b|\bsays? so\b|\btells? of\b"
    ),
    "a subject of another sentence": re.compile(
        r"(?:^|[;:] )(?:One|Those|Others|None|Nothing|The same|one|those|others|the same|nothing) "
        r"(?:is|are|was|has|have|that|which|who|nobody|goes|gets|stands|may|can|will)\b"
    ),
}


class Sentence(NamedTuple):
    """One sentence of a page, or a cell of a table."""

    page: str
    line: int
    text: str

    @property
    def faults(self) -> list[str]:
        """Why it may have to be read twice; empty for most."""
        return [name for name, pattern in RIDDLES.items() if pattern.search(self.text)]

    @property
    def words(self) -> int:
        """Words that have a letter: numbers of elements are read at a glance."""
        return sum(any(map(str.isalpha, word)) for word in self.text.split())


def pages() -> list[Path]:
    """The pages for readers, and none for those who change the code."""
    return [ROOT / "README.md", ROOT / "specs" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def outside_blocks(page: Path) -> Iterator[tuple[int, str]]:
    """The lines of a page with their numbers, without blocks of code and without comments."""
    fenced = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("<!--"):
            yield number, line


def cells(row: str) -> list[str]:
    """The cells of a row of a table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip())[1:-1]]


def tables(page: Path) -> Iterator[list[tuple[int, list[str]]]]:
    """The tables of a page, each a list of rows with their lines; the first is the head."""
    table: list[tuple[int, list[str]]] = []
    for number, line in [*outside_blocks(page), (0, "")]:
        if line.startswith("|"):
            table.append((number, cells(line)))
        elif table:
            yield table
            table = []


def anchors(page: Path) -> set[str]:
    """The places of a page that a link can name, as GitHub makes them of its headings."""
    found: set[str] = set()
    for _, line in outside_blocks(page):
        found.update(re.findall(r'<a id="([^"]+)"', line))
        if heading := re.match(r"#+ (.*)", line):
            words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
            anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            while anchor in found:
                anchor += "-1"
            found.add(anchor)
    return found


def links(page: Path) -> Iterator[tuple[int, str]]:
    """Where the links of a page lead, but those to other sites."""
    for number, line in outside_blocks(page):
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
            if "://" not in target and not target.startswith("mailto:"):
                yield number, target


def sentences(page: Path) -> Iterator[Sentence]:
    """The sentences of a page: of its prose, and of its longer cells."""
    paragraph: list[tuple[int, str]] = []
    for number, line in [*outside_blocks(page), (0, "")]:
        words = line.strip()
        behind_a_block = bool(paragraph) and number != paragraph[-1][0] + 1
        if behind_a_block or words.startswith("|") or not words or re.match(r"#|[-*] |\d+\. |>", words):
            yield from _of_paragraph(page, paragraph)
            paragraph = []
        if words.startswith("|"):
            for cell in cells(words):
                text = _plain(cell)
                if len(text.split()) >= CELL_WORDS_MIN:
                    yield from (Sentence(name(page), number, part) for part in _parts(text))
        elif words and not words.startswith("#"):
            paragraph.append((number, re.sub(r"^(?:[-*]|\d+\.|>) ", "", words)))


def _of_paragraph(page: Path, lines: list[tuple[int, str]]) -> Iterator[Sentence]:
    marked = " ".join(f"\0{number}\0{text}" for number, text in lines)
    number = lines[0][0] if lines else 0
    for part in _parts(_plain(marked)):
        starts = [int(found) for found in re.findall("\0(\\d+)\0", part)]
        first = int(part[1 : part.index("\0", 1)]) if part.startswith("\0") else number
        yield Sentence(name(page), first, " ".join(re.sub("\0\\d+\0", "", part).split()))
        number = starts[-1] if starts else number


def _plain(text: str) -> str:
    """Words without Markdown: code is a word of its own."""
    text = re.sub(r"`[^`]*`", "CODE", text)
    text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", text)
    return text.replace("**", "").replace("\\|", "|").replace("*", "")


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])[)\"”]* +(?=[^a-z ])", text) if part.strip("\0 0123456789")]


if __name__ == "__main__":
    wanted = sys.argv[1:]
    riddles = long = 0
    for each in pages():
        if wanted and not any(part in name(each) for part in wanted):
            continue
        for sentence in sentences(each):
            faults = sentence.faults + ([f"{sentence.words} words"] if sentence.words > WORDS_MAX else [])
            riddles, long = riddles + bool(sentence.faults), long + (sentence.words > WORDS_MAX)
            if faults:
                print(f"{sentence.page}:{sentence.line}: {', '.join(faults)}: {sentence.text}")
    print(f"{riddles} riddles, {long} sentences of more than {WORDS_MAX} words")
