"""EMV tags in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.elements import EMV_CARD_DATA
from switch.iso8583.nested import chip_words as words_of_chips
from switch.iso8583.nested.chip_words import chip_words

MAD = {"5F2A": "0504"}


@pytest.mark.parametrize(
    ("tag", "value", "words"),
    [
        ("95", "0000000000", "nothing found"),
        ("95", "0080048000", "another application version than the terminal's, online PIN entered, floor limit exceeded"),
        ("95", "8000048000", "offline data authentication not performed, online PIN entered, floor limit exceeded"),
        ("95", "0000000040", "issuer authentication failed"),
        ("95", "00", ""),
        ("9B", "E800", "offline data authentication, cardholder verification, card risk management, terminal risk management"),
        (
            "82",
            "3900",
            "dynamic data authentication, cardholder verification, terminal risk management, combined data authentication",
        ),
        ("9F34", "420300", "online PIN, as the terminal supports it, result unknown"),
        ("9F34", "1E0302", "signature, as the terminal supports it, successful"),
        ("9F34", "3F0000", "none performed, always, result unknown"),
        ("9F34", "1F0002", "none required, always, successful"),
        ("9F27", "80", "ARQC, asks the issuer"),
        ("9F27", "40", "TC, approved offline"),
        ("9F27", "02", "AAC, declined offline, PIN tries exceeded"),
        ("9F02", "000000012500", "125.00 MAD"),
        ("9F02", "00000001250A", ""),
        ("5F2A", "0978", "EUR"),
        ("9A", "261128", "2026-11-28"),
        ("9C", "01", "cash withdrawal"),
        ("8A", "5A33", "Z3: unable to go online, declined offline"),
        ("8A", "3531", "51: insufficient funds"),
        ("9F36", "002A", "42"),
        ("9F10", "06010A03A00000", "key index 1, cryptogram version 10"),
        ("9F10", "0110A00003220000000000000000000000FF", "key index 1, cryptogram version 16"),
        ("91", "F8C9CECAABD55AD13030", "ARPC (method 1) with response code 00"),
        ("91", "F8C9CECA00820000", "ARPC (method 2) with the card's status update"),
        ("9F35", "22", "attended, offline with online capability, operated by a merchant"),
        ("9F33", "E04000", "manual entry, magnetic stripe, chip, online PIN"),
        ("9F26", "C0FFEE0123456789", ""),
        ("DF01", "AA", ""),
    ],
)
def test_tags_in_words(tag: str, value: str, words: str) -> None:
    assert chip_words(tag, value, MAD) == words


def test_no_tag_of_card_data_has_words() -> None:
    assert EMV_CARD_DATA.isdisjoint(words_of_chips._WORDS)


@given(st.sampled_from(sorted(words_of_chips._WORDS)), st.binary(max_size=40), st.binary(max_size=3))
def test_whatever_a_tag_holds_there_are_words_or_none(tag: str, value: bytes, currency: bytes) -> None:
    said = chip_words(tag, value.hex().upper(), {"5F2A": currency.hex().upper()})
    assert said.isprintable()
