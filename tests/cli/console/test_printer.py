"""What the centre prints beside its work: what cannot be written holds nobody up, and is no fault at its end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from switch.cli.console.guarded import guarded_output
from switch.cli.console.printer import Printer


def test_what_finds_no_room_is_dropped_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with guarded_output():
            printer = Printer(lambda: None)
            printer.print("one")
            printer.print("other")
            printer.close()
            sys.stdout.flush()
