"""Subelements by tag in plain text, cut in less time: what ``read.contents`` finds, no more and no less."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from switch.iso8583.element import Layout
from switch.iso8583.nested.plain_tags import LENGTHS_MAX, alone_by_head, cut_by_tag, is_plain
from switch.iso8583.nested.read import contents
from tests.support.strategies import DIALECTS

ELEMENT = DIALECTS["ascii"].element(48)
TAGS = ("92", "42", "43", "87", "86", "45")
PIECES = ("9203123", "4203212", "8701M", "92", "9200", "01005ORDER", "920312", "9299123", "4304X é", "é203123")
private = st.lists(st.one_of(st.sampled_from(PIECES), st.text(alphabet="0123456789AMZ é", max_size=6)), max_size=6).map("".join)


def layout() -> Layout:
    assert ELEMENT.layout is not None
    return ELEMENT.layout


def test_it_is_for_plain_text_by_tag_alone() -> None:
    assert is_plain(ELEMENT)
    assert not is_plain(DIALECTS["ascii"].element(55))
    assert not is_plain(DIALECTS["visa_like"].element(126))
    assert not is_plain(DIALECTS["ascii"].element(4))


@given(private)
def test_cutting_by_tag_is_reading_the_contents(value: str) -> None:
    assert cut_by_tag(layout(), value) == {part.key: part.value for part in reversed(contents(ELEMENT, value).parts)}


@example("9203123")
@example("8701M")
@example("8701M8701N")
@example("9203١٢٣")
@given(private)
def test_what_stands_alone_is_known_by_its_head(value: str) -> None:
    known = alone_by_head(layout(), TAGS).get(value[:4])
    if known is not None and len(value) == known.characters and value.isascii() and known.fits(value[4:]):
        assert cut_by_tag(layout(), value) == {known.tag: value[4:]}
    elif value in ("9203123", "8701M"):
        raise AssertionError("these are known")


def test_a_long_value_is_cut() -> None:
    assert f"43{LENGTHS_MAX:02d}" in alone_by_head(layout(), TAGS)
    assert f"43{LENGTHS_MAX + 1:02d}" not in alone_by_head(layout(), TAGS)


def test_what_is_not_of_its_class_ends_the_reading() -> None:
    assert cut_by_tag(layout(), "8701M9203123") == {"87": "M", "92": "123"}
    assert cut_by_tag(layout(), "8701M92031\x013" + "8701N") == {"87": "M"}
    assert cut_by_tag(layout(), "8701M8701N") == {"87": "M"}, "the first counts"
    assert cut_by_tag(layout(), "8701M920312") == {"87": "M"}, "it breaks off"
