"""What every verb prints with: tables, records, pairs, JSON. No line of it is wider than the terminal.

A cell is one line, whatever a stranger put into it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import click

from switch.cli.console.screen import Tone, broken, columns, say, say_lines, say_text, size
from switch.cli.console.words import said
from switch.display.visible import visible

#: Columns that may be broken between words when a terminal is narrow; all others (numbers, hex, references) stay whole.
WORDS: Final = frozenset(
    {"name", "value", "meaning", "purpose", "detail", "reason", "fault", "error", "exchange", "terminals", "answer"}
    | {"header", "A", "B", "check", "remark", "rule"}
)
WORD_COLUMNS_MIN: Final = 14  #: what a column of words keeps at least; where there is less, rows become records
GAP: Final = 2  #: blanks between columns
FIGURES: Final = frozenset(
    {"#", "DE", "byte", "bytes", "amount", "balance", "balance each", "count", "debit", "credit", "forward", "days"}
    | {"entries", "hits", "id"}
    | {"LEFT line", "RIGHT line", "LEFT lines", "RIGHT lines", "LEFT", "RIGHT", "difference", "differences", "findings"}
    | {"transactions", "by journal", "by bank", "by day"}
    | {"ledger", "held", "available", "gross", "interchange", "discount", "VAT", "net", "net to merchants", "MAD"}
    | {"paid out", "decisions", "approved", "change"}
    | {"dates", "charged back", "fee", "booked"}
    | {"share", "rate", "sent", "a second", "p50 ms", "p95 ms", "p99 ms", "max ms", "behind ms"}
)


def show_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "",
    below: Collection[str] = (),
    tones: Mapping[int, Tone] | None = None,
    headings: Mapping[int, str] | None = None,
) -> None:
    """Print a table under its title. Columns named in WORDS wrap in a terminal, those in FIGURES stand to the right.

    A terminal that is too narrow shows the columns ``below`` beneath their row; where that is not enough, it shows each row as
    a record, a line for each of its values. ``tones`` and ``headings`` are those of rows: by place, a colour, a line above.
    """
    cells = [[visible(str(cell)) for cell in row] for row in rows]
    if title:
        say_text(visible(said(title)), "title")
    width, tones, headings = columns(), tones or {}, headings or {}
    beside, apart = list(range(len(heads))), []
    widths = _widths(heads, cells, width)
    if below and (widths is None or _is_crowded(heads, cells, widths, below)):
        beside = [place for place, head in enumerate(heads) if head not in below]
        apart = [place for place, head in enumerate(heads) if head in below]
        widths = _widths([heads[place] for place in beside], [[row[place] for place in beside] for row in cells], width)
    if widths is None:
        _show_records(heads, cells, tones, headings)
        return
    shown = [heads[place] for place in beside]
    lines: list[tuple[str, Tone | None]] = [(line, "hint") for line in _row_lines(shown, list(map(said, shown)), widths)]
    for number, row in enumerate(cells):
        tone = tones.get(number)
        if number in headings:
            lines += [(line, "title") for line in broken(visible(headings[number]), width)]
        lines += [(line, tone) for line in _row_lines(shown, [row[place] for place in beside], widths)]
        lines += [(f"    {line}", tone) for place in apart if row[place] for line in broken(row[place], width - 4)]
    say_lines(lines)


def _widths(heads: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """How wide each column is; None where a terminal of this width has no room for them."""
    natural = [max(map(size, [said(head), *(row[place] for row in cells)])) for place, head in enumerate(heads)]
    room = width - GAP * (len(heads) - 1)
    if sum(natural) <= room:
        return natural
    widths = [
        min(wanted, max(len(said(head)), min(WORD_COLUMNS_MIN, _longest_word(row[place] for row in cells))))
        if head in WORDS
        else wanted
        for place, (head, wanted) in enumerate(zip(heads, natural, strict=True))
    ]
    for _ in range(room - sum(widths)):
        short = [place for place, wanted in enumerate(natural) if widths[place] < wanted]
        widths[min(short, key=widths.__getitem__)] += 1
    return widths if sum(widths) <= room else None


def _longest_word(texts: Iterable[str]) -> int:
    return max((size(word) for text in texts for word in text.split()), default=0)


def _is_crowded(heads: Sequence[str], cells: Sequence[Sequence[str]], widths: Sequence[int], below: Collection[str]) -> bool:
    """Whether one of these columns would have to be broken."""
    return any(
        size(row[place]) > widths[place] for place, head in enumerate(heads) if head in below for row in cells
    )  # fmt: skip


def _row_lines(heads: Sequence[str], row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """A row in as many lines as its longest cell takes."""
    cells = [broken(cell, width) for cell, width in zip(row, widths, strict=True)]
    lines = []
    for number in range(max(map(len, cells))):
        parts = []
        for head, cell, width in zip(heads, cells, widths, strict=True):
            text = cell[number] if number < len(cell) else ""
            blanks = " " * (width - size(text))
            parts.append(blanks + text if head in FIGURES else text + blanks)
        lines.append((" " * GAP).join(parts))
    return lines


def _show_records(
    heads: Sequence[str], cells: Sequence[Sequence[str]], tones: Mapping[int, Tone], headings: Mapping[int, str]
) -> None:
    """Each row as labels and values; what is empty is left out."""
    for number, row in enumerate(cells):
        if number:
            say()
        if number in headings:
            say_text(visible(headings[number]), "title")
        _show_labelled([(said(head), cell.strip()) for head, cell in zip(heads, row, strict=True) if cell], tones.get(number))


def show_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Print labels and values, one pair a line; in a terminal longer values are broken between words."""
    _show_labelled([(visible(said(label)), visible(str(value))) for label, value in pairs], None)


def _show_labelled(pairs: Sequence[tuple[str, str]], tone: Tone | None) -> None:
    width = max((size(label) for label, _ in pairs), default=0)
    for label, value in pairs:
        for place, line in enumerate(broken(value, columns() - width - GAP)):
            shown = label if place == 0 else ""
            say(f"{shown}{' ' * (width - size(shown) + GAP)}{line}", tone)


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
