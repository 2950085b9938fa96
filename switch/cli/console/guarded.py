"""Standard output as a command has it: whatever it prints, no control character of a stranger gets through."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO

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

    @property
    def buffer(self) -> GuardedBytes:
        """The stream of bytes below, for what is no text."""
        return GuardedBytes(self._stream.buffer, self._faults_kept)

    @contextmanager
    def _faults_kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            self.fault = fault
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class GuardedBytes:
    """A stream of bytes, written as it is. ``faults_kept`` is around all that may fail."""

    def __init__(self, stream: BinaryIO, faults_kept: Callable[[], AbstractContextManager[None]]) -> None:
        self._stream, self._faults_kept = stream, faults_kept

    def write(self, content: bytes) -> int:
        with self._faults_kept():
            return self._stream.write(content)

    def flush(self) -> None:
        with self._faults_kept():
            self._stream.flush()

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


def let_go_of_output() -> None:
    """What cannot be written is not tried again: the interpreter would say so in its own words, and end with 120."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
