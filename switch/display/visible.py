"""What strangers wrote, as it may be shown: no control character reaches a terminal, a file or a log; no formula a spreadsheet.

Card acceptors' data, references and reasons come off a wire, names out of files anybody may have edited. Every way out asks
here: the notices of a centre, the output of the commands, error sentences, statements and the other CSV files.
"""

from __future__ import annotations

import re
from typing import Final

#: Controls (C0, DEL, C1), what has no width or turns the direction of writing (Cf), line separators, halves of characters.
UNSHOWN: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f"
)
#: What makes a spreadsheet take a cell for a formula, as ASCII and in the full width it also accepts.
FORMULA_STARTS: Final = "=+-@＝＋－＠"

#: Patterns as text: `re` compiles each when it is first needed, and most commands need none of them.
_UNSHOWN: Final = f"[{UNSHOWN}]"
_UNSHOWN_BUT_LINES: Final = f"(?!\r?\n)[{UNSHOWN}]"
_UNSHOWN_BUT_STYLES: Final = f"(\x1b\\[[0-9;]*m)|(?!\r?\n)[{UNSHOWN}]"
_NUMBER: Final = r"[+-]?[0-9]+(?:[.,][0-9]+)?"
#: Where a cell may begin for a spreadsheet: at its start, and behind a semicolon, the separator of half of Europe.
_FORMULA: Final = rf"(^\s*|;\s*)(?=[{re.escape(FORMULA_STARTS)}])"


def visible(text: str) -> str:
    r"""A text on one line, with whatever would not be seen as itself written out.

    >>> print(visible("A\x1b[2J\nB\u202eC"))
    A\x1b[2J\x0aB\u202eC
    """
    return text if text.isprintable() else re.sub(_UNSHOWN, _written_out, text)


def visible_lines(text: str, *, styled: bool = False) -> str:
    """The same for a text of several lines, which it keeps; ``styled`` keeps colours (SGR), too, for a terminal.

    JSON stays JSON: what its strings may hold as it is, is written out as JSON writes it.
    """
    if text.replace("\r\n", "").replace("\n", "").isprintable():
        return text
    return re.sub(_UNSHOWN_BUT_STYLES if styled else _UNSHOWN_BUT_LINES, _written_out, text)


def cell(text: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula: a quote stands before what would begin one.

    >>> cell("=1+1"), cell("-12.50"), cell("ONDE0001")
    ("'=1+1", '-12.50', 'ONDE0001')
    """
    shown = visible(text)
    if shown[:1].isalnum() and ";" not in shown:  # nearly always: nothing a formula begins with
        return shown
    return shown if re.fullmatch(_NUMBER, shown) else re.sub(_FORMULA, r"\1'", shown)


def _written_out(found: re.Match[str]) -> str:
    letter = found[0]
    if len(letter) > 1:
        return letter  # a style
    if letter < " ":
        return f"\\x{ord(letter):02x}"
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))
