"""docs/reference/scenarios.md lists the scenarios of the library, each with its rules and with what is seen."""

from __future__ import annotations

from pathlib import Path

from switch.cli.scenario_reference import scenario_reference

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "scenarios.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == scenario_reference(), "write it anew: make docs"
