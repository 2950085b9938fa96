"""``switch tail`` beside a centre: a process of its own that reads the trace, so that the centre never waits for it."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

LAST_LINES_SECONDS_MAX: Final = 2.0  #: for the last lines, once the centre has ended


class Viewer:
    """The process. It ends when its standard input does, so it never outlives its centre, however that died."""

    def __init__(self, data: Path, specs_folder: Path | None) -> None:
        specs = ["--specs", str(specs_folder)] if specs_folder else []
        self._command = [sys.executable, "-m", "switch", "tail", "--beside", "--data", str(data), *specs]
        self._since_ms = time.time_ns() // 1_000_000
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin with the messages since the centre began. Where no process can be started, the centre goes on without."""
        with suppress(OSError):
            command = [*self._command, "--since", str(self._since_ms)]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603  (our own interpreter)

    def end(self) -> None:
        """Let it show what is left, and end."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(LAST_LINES_SECONDS_MAX)
        except subprocess.TimeoutExpired:  # stopped, or held up by whoever reads it
            self._process.kill()
            self._process.wait()
