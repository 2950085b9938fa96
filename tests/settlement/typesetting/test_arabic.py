"""Arabic on paper: letters joined, words from right to left, figures and Latin words as they are read."""

from __future__ import annotations

import unicodedata

import pytest

from switch.errors import SwitchError
from switch.settlement.typesetting import arabic
from switch.settlement.typesetting.arabic import as_seen, has_shaping, is_right_to_left

needs_shaping = pytest.mark.skipif(not has_shaping(), reason="arabic-reshaper and python-bidi are not installed")


def test_only_letters_from_right_to_left_need_it() -> None:
    assert is_right_to_left("CAFÉ مقهى")
    assert is_right_to_left("\ufe8e")
    assert not is_right_to_left("CAFÉ 1 234,56 – Ж")


@needs_shaping
def test_letters_are_joined_and_stand_in_the_order_they_are_seen() -> None:
    seen = as_seen("سلام")
    assert unicodedata.normalize("NFKC", seen[::-1]) == "سلام"
    assert seen != "سلام"[::-1]
    assert len(seen) == 3  # lam and alef are one letter


@needs_shaping
def test_a_date_and_an_amount_in_a_sentence_stay_as_they_are() -> None:
    assert "30/11/2026" in as_seen("الصافي (تاريخ القيمة 30/11/2026)")
    assert "TPE 12" in as_seen("جهاز TPE 12")


def test_a_machine_without_the_extra_is_told_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arabic, "_tools", lambda: None)
    arabic.as_seen.cache_clear()
    with pytest.raises(SwitchError, match=r"pip install 'interbank-switch\[arabic\]' brings them"):
        as_seen("سلام")
