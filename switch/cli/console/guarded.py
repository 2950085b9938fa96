"""Standard output as a command has it: whatever it prints, no control character of a stranger gets through."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from switch.display.visible import visible_lines


class Guarded:
    """A text stream before another one. Lines are kept, and in a terminal the colours of the program's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._styled = stream, stream.isatty()
        self.fault: OSError | None = None  #: why the last of it could not be written

    def write(self, text: str) -> int:
        with self._faults_kept():
            self._stream.write(visible_lines(text, styled=self._styled))
        return len(text)

    def flush(self) -> None:
        with self._faults_kept():
            self._stream.flush()

    @contextmanager
    def _faults_kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            self.fault = fault
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def guarded_output() -> Iterator[None]:
    """Standard output is guarded as long as the block lasts."""
    before = sys.stdout
    sys.stdout = Guarded(before)  # a stream as far as print, click and rich look
    try:
        yield
    finally:
        sys.stdout = before
