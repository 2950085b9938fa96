"""A sentence that says how far the work is, and is a sentence like any other to who does not ask."""

from __future__ import annotations

from switch.display.measured import Measured


def test_it_is_a_text_with_a_measure() -> None:
    told = Measured("proving day 3 of 9", 2, 9)
    assert (told, f"{told} …", told.done, told.total) == ("proving day 3 of 9", "proving day 3 of 9 …", 2, 9)
