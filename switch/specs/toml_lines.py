"""On which line of a TOML text each key stands: tomli does not tell, and an error without a line sends a banker searching."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

_PART: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_DOTTED: Final = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEAD: Final = rf"[ \t]*(?:(\[\[?)[ \t]*({_DOTTED})[ \t]*\]|({_DOTTED})[ \t]*=)"
_PIECE: Final = r"""
    \"{3}(?:[^\\]|\\.)*?\"{3,5}   # multi-line string
    | '{3}.*?'{3,5}
    | \"(?:[^\"\\\n]|\\.)*\"
    | '[^'\n]*'
    | \#[^\n]*
    | [\[\]{}\n]
    """


class TomlLines(Mapping[str, int]):
    """The lines of ``toml_lines``, looked for when somebody asks for one: where a file is right nobody does."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> dict[str, int]:
        return toml_lines(self._text)

    def __getitem__(self, path: str) -> int:
        return self._lines[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def toml_lines(text: str) -> dict[str, int]:
    """The 1-based line of every key and table header of a TOML text, by dotted path; arrays of tables count from 1.

    Keys inside inline tables are not listed. Texts and tables of an array are, where they stand on a line of their own.

    >>> toml_lines('rules = [\\n  "a -> ok",\\n  "b -> ok",\\n]')["rules[2]"]
    3
    >>> toml_lines('title = "x"\\n[[range]]\\nbins = "40"\\n[[range]]\\nbins = "51"')["range[2].bins"]
    5
    """
    heads, tokens = re.compile(_HEAD), re.compile(_PIECE, re.DOTALL | re.VERBOSE)
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, position, line = "", 0, 1
    while position < len(text):
        if head := heads.match(text, position):
            bracket, header, key = head.groups()
            if bracket:
                table = _header_path(header, bracket == "[[", counts)
            lines.setdefault(table if bracket else _joined(table, key), line)
            position = head.end()
        position, passed, items = _end_of_value(tokens, text, position)
        if head and not bracket:
            lines |= {f"{_joined(table, key)}[{place}]": line + down for place, down in enumerate(items, start=1) if down}
        line += passed
    return lines


def _header_path(header: str, is_array: bool, counts: dict[str, int]) -> str:
    """The path of a table header, each array of tables on the way with the number of its last table."""
    path = ""
    parts = [part.strip("\"' \t") for part in re.findall(_PART, header)]
    for place, part in enumerate(parts, start=1):
        path = _joined(path, part)
        if is_array and place == len(parts):
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path += f"[{counts[path]}]"
    return path


def _joined(table: str, key: str) -> str:
    dotted = ".".join(part.strip("\"'") for part in re.findall(_PART, key))
    return f"{table}.{dotted}" if table else dotted


def _end_of_value(tokens: re.Pattern[str], text: str, position: int) -> tuple[int, int, list[int]]:
    """The start of the line after a value that may span lines, how many line ends it passed, and how many lines below its
    beginning each text or table of an array stands."""
    depth, passed, first, items = 0, 0, "", list[int]()
    while token := tokens.search(text, position):
        position, word = token.end(), token[0]
        if depth == 1 and first == "[" and word[0] in "\"'{[":
            items.append(passed)
        first = first or (word if word in "[{" else "")
        passed += word.count("\n")
        depth += (word in "[{") - (word in "]}")
        if word == "\n" and depth <= 0:
            return position, passed, items
    return len(text), passed, items
