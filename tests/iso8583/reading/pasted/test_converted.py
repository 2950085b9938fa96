"""Bytes that were taken for text: where it shows, and what they were before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.reading.pasted.converted import REPLACEMENT, converted


@given(st.binary(min_size=5, max_size=80))
def test_a_conversion_is_undone(data: bytes) -> None:
    found = converted(data.decode("latin-1").encode())
    high = [place for place, byte in enumerate(data) if byte > 0x7F]
    assert (found is None) == (not high)
    if found is not None:
        assert found.place == high[0]
        assert found.before == data


@given(st.binary(max_size=80))
def test_any_bytes_are_looked_at(data: bytes) -> None:
    found = converted(data)
    assert found is None or 0 <= found.place < len(data)


def test_a_length_in_front_may_have_been_put_there_later() -> None:
    found = converted(b"\x00\x9d" + b"0100r\xc3\x80\xc2\x82")
    assert found is not None
    assert (found.place, found.before) == (7, b"\x00\x9d0100r\xc0\x82")
    assert converted(b"0100r\xc3\x80\x82") is None
    assert converted(b"0100") is None


def test_what_is_lost_is_told() -> None:
    found = converted(b"0100r" + REPLACEMENT + b"\xc2\x80")
    assert found is not None
    assert (found.place, found.before) == (5, None)
    assert found.in_words == "looks converted as UTF-8 at byte 5: ef bf bd stands for a byte that is lost"


def test_a_byte_of_windows_1252() -> None:
    found = converted(b"0100" + "\u20ac\u017d".encode())
    assert found is not None
    assert found.before == b"0100\x80\x8e"
