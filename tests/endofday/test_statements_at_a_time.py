"""How many merchants are asked for at once, so that a date of any length is written in the same space."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from switch.endofday import files

LINES = {"A": 4, "B": 5, "C": 1, "D": 20, "F": 3}  # E has none


@pytest.mark.parametrize(
    ("in_files", "expected"),
    [
        (True, [(0, ["A", "B", "C"]), (3, ["D"]), (4, ["E", "F"])]),
        (False, [(0, ["A", "B"]), (2, ["C", "D"]), (4, ["E", "F"])]),
    ],
    ids=["by lines", "by merchants"],
)
def test_each_merchant_is_asked_for_once_and_no_more_at_a_time_than_are_wanted(
    monkeypatch: pytest.MonkeyPatch, in_files: bool, expected: list[tuple[int, list[str]]]
) -> None:
    monkeypatch.setattr(files, "LINES_ASKED", 10)
    monkeypatch.setattr(files, "STATEMENTS_ASKED", 2)
    monkeypatch.setattr(files, "are_in_files", lambda _: in_files)
    books: Any = SimpleNamespace(execute=lambda *_: SimpleNamespace(fetchall=lambda: list(LINES.items())))
    assert list(files._some_at_a_time(books, "2026-11-20", list("ABCDEF"))) == expected
