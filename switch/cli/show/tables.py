"""What every verb prints with: tables, JSON, plain lines. The only module that knows rich, and only when something is shown.

A cell is one line, whatever a stranger put into it.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.console.words import said
from switch.display.visible import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPED_COLUMNS: Final = 10_000  #: where no terminal sets a width, nothing is ever wrapped or cut

#: Columns that may be broken between words when a terminal is narrow; all others (numbers, hex, references) stay whole.
WORDS: Final = frozenset({"name", "value", "meaning", "purpose", "detail", "reason", "fault", "terminals", "answer"})
WORD_COLUMNS_MAX: Final = 40  #: a longer word, such as the hex of chip data, is broken
FIGURES: Final = frozenset(
    {"#", "DE", "byte", "bytes", "amount", "balance", "balance each", "count", "debit", "credit", "forward", "days"}
    | {"gross", "interchange", "discount", "VAT", "net", "net to merchants", "MAD"}
)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print a table under its title. Columns named in WORDS wrap in a terminal, those in FIGURES stand to the right."""
    from rich.table import Table

    cells = [[visible(str(cell)) for cell in row] for row in rows]
    shown = visible(said(title)) or None
    table = Table(title=shown, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for place, column in enumerate(columns):
        words = column in WORDS
        texts = [said(column), *(row[place] for row in cells)]
        needed = max(map(len, texts))
        longest_word = max((len(word) for text in texts for word in text.split()), default=0)
        table.add_column(
            said(column),
            justify="right" if column in FIGURES else "left",
            no_wrap=not words,
            overflow="fold",
            min_width=min(longest_word, WORD_COLUMNS_MAX) if words else needed,
        )
    for row in cells:
        table.add_row(*row)
    _print(table)


def show_list(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table of thousands of rows, a line each, nothing broken: rich takes a millisecond and a half for each of them."""
    lines = [tuple(map(said, columns)), *(tuple(visible(str(cell)) for cell in row) for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    layout = "  ".join(
        f"{{:{'>' if column in FIGURES else '<'}{width}}}" for column, width in zip(columns, widths, strict=True)
    )
    for line in lines:
        click.echo(layout.format(*line).rstrip())


def show_pairs(pairs: Iterable[tuple[str, object]], *, wrapped: Collection[str] = ()) -> None:
    """Print labels and values, one pair a line; in a terminal the values of ``wrapped`` labels are broken between words."""
    listed = [(visible(said(label)), visible(str(value))) for label, value in pairs]
    width = max((len(label) for label, _ in listed), default=0)
    for label, value in listed:
        lines = _broken(value, width + 2) if label in wrapped and sys.stdout.isatty() else [value]
        for place, line in enumerate(lines):
            click.echo(f"{label if place == 0 else '':<{width}}  {line}".rstrip())


def _broken(text: str, indent: int) -> list[str]:
    """A text in lines of the terminal's width, less an indent."""
    import shutil
    import textwrap

    width = max(shutil.get_terminal_size().columns - indent, WORD_COLUMNS_MAX)
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _print(table: Table) -> None:
    """Print a table as wide as it has to be: what must stay whole does, even in a terminal that is narrower."""
    from rich.measure import Measurement

    console = _console(sys.stdout.isatty())
    needed = Measurement.get(console, console.options.update(max_width=PIPED_COLUMNS), table).minimum
    console.width = max(console.width, needed)
    console.print(table, crop=False)
    assert isinstance(console.file, io.StringIO)
    for line in console.file.getvalue().splitlines():
        click.echo(line.rstrip())


def _console(terminal: bool) -> Console:
    """A console that writes into memory; plain text unless standard output is a terminal."""
    import shutil

    from rich.console import Console

    width = shutil.get_terminal_size().columns if terminal else PIPED_COLUMNS
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, highlight=False, markup=False, emoji=False)
