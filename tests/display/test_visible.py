"""What strangers wrote, as it may be shown."""

from __future__ import annotations

import json
import re
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from switch.display.visible import cell, visible, visible_lines

HOSTILE = "\x1b[2J\u202e\u200b\u2028\x9b\x7f\u2066\ufeff\ud800\U000e0041\t\r\n"
any_text = st.text(st.characters(exclude_categories=[]))


@given(any_text)
@example(HOSTILE)
def test_nothing_unseen_is_left(text: str) -> None:
    shown = visible(text)
    assert not {letter for letter in shown if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert visible(shown) == shown


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert (visible(text), visible_lines(text)) == (text, text)


@given(any_text)
@example(HOSTILE)
def test_lines_are_kept_and_json_means_the_same(text: str) -> None:
    shown = visible_lines(json.dumps([text], ensure_ascii=False, indent=2))
    assert json.loads(shown) == json.loads(json.dumps([text]))
    assert shown.count("\n") == 2
    assert visible_lines("a\r\nb\nc") == "a\r\nb\nc"


@given(st.text(st.sampled_from("a\r\n\x1b")))
@example("\r\r\n\n")
def test_only_ends_of_lines_stay(text: str) -> None:
    shown = visible_lines(text)
    assert not set(shown.replace("\r\n", "\n")) & {"\r", "\x1b"}
    assert shown.replace(r"\x0d", "\r").replace(r"\x1b", "\x1b") == text


def test_styles_are_kept_where_there_is_a_terminal() -> None:
    assert visible_lines("\x1b[1mA\x1b[0m\x1b[2J", styled=True) == "\x1b[1mA\x1b[0m\\x1b[2J"
    assert visible_lines("\x1b[1mA") == r"\x1b[1mA"


@given(any_text)
@example("=1+1")
@example(" @SUM(A1)")
@example("-1-1")
@example("A;=1")
@example("\t=1")
def test_no_cell_begins_a_formula_but_a_number_is_one(text: str) -> None:
    shown = cell(text)
    assert re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)?", shown) or not re.search(r"(^\s*|;\s*)[=+\-@＝＋－＠]", shown)


@given(st.decimals(-(10**9), 10**9, places=2, allow_nan=False))
def test_amounts_stay_numbers(amount: object) -> None:
    assert cell(str(amount)) == str(amount)
