"""What only a person at a terminal is shown: the next step behind a result, and progress while something takes its time."""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Final

import click

from switch.cli.console.words import said
from switch.display.measured import Measured

BAR_COLUMNS: Final = 20  #: of a bar of progress
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
    """One line on standard error that says what is being done; it goes away at the end, and is nothing without a terminal.

    A text that is ``Measured`` gets a bar and the time that is left, as far as the steps until now tell it.
    """

    def __init__(self, *, silent: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._shown = sys.stderr.isatty() and not silent
        self._written = False
        self._clock = clock
        self._began = clock()  #: when the work began that the bar is of
        self._total = 0

    def say(self, text: str) -> None:
        """Say what is being done now, instead of what was said before, in the language of the person."""
        if self._shown:
            self._written = True
            sys.stderr.write(f"{LINE_START}{said(text)} …{self._bar(text) if isinstance(text, Measured) else ''}")
            sys.stderr.flush()

    def _bar(self, text: Measured) -> str:
        """A bar of the steps done, with the time left once a step is done; nothing where the terminal has no room for it."""
        if not text.done or text.total != self._total:
            self._began, self._total = self._clock(), text.total
        filled = BAR_COLUMNS * text.done // max(text.total, 1)
        bar = f" {'━' * filled}{'─' * (BAR_COLUMNS - filled)} {100 * text.done // max(text.total, 1):3d} %"
        if text.done:
            left = round((self._clock() - self._began) * (text.total - text.done) / text.done)
            bar += f" {said(f'{left // 60}:{left % 60:02d} left')}"
        room = shutil.get_terminal_size().columns - len(said(text)) - len(" …") - 1
        return bar if len(bar) <= room else ""

    def done(self) -> None:
        """Nothing is being done any more; calling it twice does no harm."""
        if self._written:
            self._written = False
            sys.stderr.write(LINE_START)
            sys.stderr.flush()
