"""``switch issuer serve`` in a process of its own: what becomes of it when its centre dies before it listens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

END_SECONDS_MAX = 60.0


@pytest.mark.long
def test_an_issuer_whose_centre_is_gone_ends_without_a_word(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "switch", "issuer", "serve", "atlas", "--data", str(tmp_path), "--port", "0", "--announce"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE, timeout=END_SECONDS_MAX, check=False
        )
    finally:
        os.close(writing)
    assert done.stderr == b""
