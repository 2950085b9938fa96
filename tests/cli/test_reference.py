"""docs/reference/cli.md is what the commands say of themselves, and test-cards.md what the specification has."""

from __future__ import annotations

from pathlib import Path

from switch.cli.reference import card_reference, reference

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def test_the_reference_is_up_to_date() -> None:
    assert (FOLDER / "cli.md").read_text(encoding="utf-8") == reference(), "write it anew: make docs"


def test_the_cards_are_up_to_date() -> None:
    assert (FOLDER / "test-cards.md").read_text(encoding="utf-8") == card_reference(), "write it anew: make docs"
