"""What only a person at a terminal is shown: the next step behind a result, and progress while something takes its time."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import Final

import click

from switch.cli.console.words import said

LINE_START: Final = "\r\x1b[2K"  #: back to the first column of an empty line


def next_step(text: str) -> None:
    """One dim line behind what a command printed, with what to do next; nothing where no terminal reads it.

    Where it is wider than the terminal, it goes on below.
    """
    if sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        for line in textwrap.wrap(f"{said('next')}{said(': ')}{text}", columns, break_long_words=False, break_on_hyphens=False):
            click.secho(line, dim=True)


class Progress:
    """One line on standard error that says what is being done; it goes away at the end, and is nothing without a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._written = False

    def say(self, text: str) -> None:
        """Say what is being done now, instead of what was said before."""
        if self._shown:
            self._written = True
            sys.stderr.write(f"{LINE_START}{text} …")
            sys.stderr.flush()

    def done(self) -> None:
        """Nothing is being done any more; calling it twice does no harm."""
        if self._written:
            self._written = False
            sys.stderr.write(LINE_START)
            sys.stderr.flush()
