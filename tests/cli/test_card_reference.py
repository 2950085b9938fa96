"""docs/reference/test-cards.md lists the cards of the specification, each with the code that it gives."""

from __future__ import annotations

from pathlib import Path

from switch.cli.card_reference import card_reference

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "test-cards.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == card_reference(), "write it anew: make docs"
