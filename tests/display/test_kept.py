"""Texts that are written once."""

from __future__ import annotations

from switch.display.kept import KeptTexts


def test_a_value_is_written_once_until_there_are_too_many() -> None:
    written: list[int] = []

    def write(number: int) -> str:
        written.append(number)
        return str(number)

    kept = KeptTexts(write, most=2)
    assert [kept[number] for number in (1, 1, 2, 1, 3)] == ["1", "1", "2", "1", "3"]
    assert (written, dict(kept)) == ([1, 2, 3], {3: "3"})
