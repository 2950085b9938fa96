"""Whether a process runs that is no child of the test's, and so cannot be waited for."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

END_SECONDS_MAX: Final = 60.0


def runs(pid: int) -> bool:
    """Whether a process runs; one that nobody has asked how it ended does not.

    It may end at any moment: before the file about it is opened (no such file) and before it is read (no such process).
    """
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


def ends(pid: int) -> bool:
    """Whether a process ends before long."""
    deadline = time.monotonic() + END_SECONDS_MAX
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not runs(pid)
