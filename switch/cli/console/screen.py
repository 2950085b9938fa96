"""The terminal that is printed on: how wide it is, whether it takes colours, and text that keeps to both."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, Literal

import click

UNLIMITED: Final = 10_000  #: columns where no terminal sets a width: nothing is broken or cut

_STAYS: Final = "\x1f"  #: in place of a blank at which no line ends; what is printed has no control characters
#: The blanks that French has before these marks, and inside its quotes.
_TOGETHER: Final = re.compile(r" (?=[:;!?»](?: |$))|(?<=«) ")

#: What a colour says, always beside words that say the same.
Tone = Literal["good", "declined", "bad", "hint", "title"]
_STYLES: Final[dict[Tone, Callable[[str], str]]] = {
    "good": partial(click.style, fg="green"),
    "declined": partial(click.style, fg="yellow"),
    "bad": partial(click.style, fg="red"),
    "hint": partial(click.style, dim=True),
    "title": partial(click.style, bold=True),
}


def coloured() -> bool:
    """Whether standard output takes colours: a terminal does, unless NO_COLOR or TERM=dumb; FORCE_COLOR decides for a pipe."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def columns() -> int:
    """How wide a line may be now."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else UNLIMITED


def say(text: str = "", tone: Tone | None = None) -> None:
    """Print a line that fits already; no blanks at its end, with or without a colour."""
    say_lines([(text, tone)])


def say_lines(lines: Iterable[tuple[str, Tone | None]]) -> None:
    """Print many lines that fit already, at once: a list may have thousands."""
    colour = coloured()
    shown = [_styled(text.rstrip(), tone) if colour and tone else text.rstrip() for text, tone in lines]
    if shown:
        click.echo("\n".join(shown), color=colour)


def _styled(text: str, tone: Tone) -> str:
    return _STYLES[tone](text) if text else text


def say_text(text: str, tone: Tone | None = None, *, indent: str = "") -> None:
    """Print a sentence, broken between words where the terminal is narrower; what follows the first line is indented."""
    for place, line in enumerate(broken(text, columns() - len(indent))):
        say(f"{indent if place else ''}{line}", tone)


def say_command(label: str, command: str, tone: Tone | None = "hint", *, gap: str = "  ") -> None:
    """Print a command behind its label; a terminal that is too narrow gets it on several lines, still fit to be pasted."""
    before = f"{label}{gap}"
    lines = broken(command, max(columns() - len(before) - 2, 20), whole=True)
    if len(lines) > 1 and gap != " ":  # what is pasted gets all the width
        say(label, tone)
        before, lines = "  ", broken(command, columns() - 6, whole=True)
    for place, line in enumerate(lines):
        say(f"{before if place == 0 else '    '}{line}{'' if place == len(lines) - 1 else ' ' + chr(92)}", tone)


def dump_bytes(indent: int = 0) -> int:
    """How many bytes of a message stand on a line of hexadecimal digits: 16, or 8 where the terminal is too narrow."""
    return 16 if columns() >= indent + 72 else 8


def size(text: str) -> int:
    """Columns that a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def broken(text: str, width: int, *, whole: bool = False) -> list[str]:
    """A text in lines of a width, broken between words, all as far in as the first; a longer word is broken too, unless
    it must stay ``whole``."""
    if size(text) <= width:
        return [text]
    import textwrap

    if size(text) > len(text):  # of characters that take two columns each
        width //= 2
    together, indent = _TOGETHER.sub(_STAYS, text), text[: len(text) - len(text.lstrip(" "))]
    lines = textwrap.wrap(together, max(width, 1), subsequent_indent=indent, break_long_words=not whole, break_on_hyphens=False)
    return [line.replace(_STAYS, " ") for line in lines] or [""]
