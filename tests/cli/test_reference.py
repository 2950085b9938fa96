"""docs/reference/cli.md is what the commands say of themselves."""

from __future__ import annotations

from pathlib import Path

from switch.cli.reference import reference

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "cli.md"


def test_the_reference_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "write it anew: make docs"
