"""Programs of the product as processes: started, waited for by what they print, ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Final

ROOT: Final = Path(__file__).parent.parent.parent
SECONDS_MAX: Final = 120.0


class Running:
    """One ``switch`` command that serves, and what it has printed so far."""

    def __init__(self, *arguments: str | Path, until: str) -> None:
        command = [sys.executable, "-u", "-m", "switch", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._until, self._arguments = re.compile(until), arguments
        self.lines: list[str] = []
        self._found: re.Match[str] | None = None
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        assert self.process.stdout
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, output: IO[str]) -> None:
        with output:
            for line in output:
                with self._news:
                    self.lines.append(line.rstrip())
                    self._found = self._found or self._until.search(line)
                    self._news.notify_all()
        with self._news:
            self.lines.append("(it ended)")
            self._news.notify_all()

    def ready(self) -> str:
        """What the expression found in the line that says that it serves."""
        with self._news:
            self._news.wait_for(lambda: self._found or "(it ended)" in self.lines, SECONDS_MAX)
            assert self._found, f"{self._arguments}: {self.lines}"
            return self._found[1]

    def kill(self) -> None:
        """kill -9, as no program can expect it."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it as a person does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._reader.join(SECONDS_MAX)
        return code

    def __enter__(self) -> Running:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.stop()


def command(*arguments: str | Path, codes: tuple[int, ...] = (0,)) -> str:
    """What a command prints."""
    asked = [sys.executable, "-m", "switch", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(asked, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=SECONDS_MAX, check=False)
    assert ended.returncode in codes, f"{arguments}: {ended.stdout}{ended.stderr}"
    return ended.stdout
