"""Commands that tests run in their own process leave it as it was."""

from __future__ import annotations

import os
from pathlib import Path

from tests.cli.command import run


def test_a_command_that_gives_way_leaves_the_tests_their_priority(tmp_path: Path) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert run("tail", "--no-follow", "--data", tmp_path).code == 2
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
