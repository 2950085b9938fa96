"""What strangers wrote, as it may be shown: no control character reaches a terminal, a file or a log; no formula a spreadsheet.

Card acceptors' data, references and reasons come off a wire, names out of files anybody may have edited. Every way out asks
here: the notices of a centre, tables and JSON of the commands, error sentences, statements and the other CSV files.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: What makes a spreadsheet take a cell for a formula, as ASCII and in the full width it also accepts.
FORMULA_STARTS: Final = "=+-@＝＋－＠"

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
#: Where a cell may begin for a spreadsheet: at its start, and behind a semicolon, the separator of half of Europe.
_FORMULA: Final = re.compile(rf"(^\s*|;\s*)(?=[{re.escape(FORMULA_STARTS)}])")


def visible(text: str) -> str:
    r"""A text on one line with everything that is no printable character written out: controls, escapes, line separators, marks
    that turn the direction of writing, characters of no width.

    >>> print(visible("A\x1b[2J\u202eB"))
    A\x1b[2J\u202eB
    """
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def visible_lines(text: str) -> str:
    """The same for a text of several lines, which it keeps."""
    return text if text.isprintable() else "\n".join(map(visible, text.split("\n")))


def visible_json(text: str) -> str:
    r"""JSON text with the same characters as JSON escapes, which mean the same to its reader; its line ends stay.

    >>> print(visible_json('"\x7f"'))
    "\u007f"
    """
    if text.isprintable():
        return text
    return "".join(letter if letter == "\n" else _shown(letter, json=True) for letter in text)


def cell(text: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula: a quote stands before what would begin one.

    >>> cell("=1+1"), cell("-12.50"), cell("ONDE0001")
    ("'=1+1", '-12.50', 'ONDE0001')
    """
    shown = visible(text)
    return shown if _NUMBER.fullmatch(shown) else _FORMULA.sub(r"\1'", shown)


def _shown(letter: str, *, json: bool = False) -> str:
    if letter.isprintable() or unicodedata.category(letter) == "Zs":
        return letter
    code = ord(letter)
    if json:
        units = letter.encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
