"""Counts with their nouns."""

from __future__ import annotations

import pytest

from switch.display.plural import plural


@pytest.mark.parametrize(
    ("count", "words", "told"),
    [
        (0, ("approval",), "0 approvals"),
        (1, ("approval",), "1 approval"),
        (2, ("byte",), "2 bytes"),
        (1, ("file is", "files are"), "1 file is"),
        (2, ("file is", "files are"), "2 files are"),
    ],
)
def test_one_is_not_told_as_many(count: int, words: tuple[str, ...], told: str) -> None:
    assert plural(count, *words) == told
