"""Which bytes of a dump are hidden: card data by their element, and card numbers wherever and however they stand."""

from __future__ import annotations

import pytest

from switch.iso8583.codec import Codec
from switch.iso8583.element import EBCDIC
from switch.iso8583.message import Message
from switch.iso8583.reading.describe import describe
from switch.iso8583.reading.recognize import hidden_places
from tests.iso8583.samples import CHIP_PURCHASE, PAN, PURCHASE, TRACK_2, codec, with_elements


def hidden(wire: Codec, data: bytes) -> set[int]:
    return hidden_places(wire, data, describe(wire, data))


def spans(data: bytes, *parts: bytes) -> set[int]:
    return {place for part in parts for place in range(data.index(part), data.index(part) + len(part))}


def test_elements_of_card_data_are_hidden_whole() -> None:
    wire = codec("ascii")
    message = with_elements(CHIP_PURCHASE, de2=PAN, de45=f"B{PAN}^A/B^2912", de48="9203123")
    data = wire.encode(message)
    echo = wire.encode(Message("0800", {7: "1122091531", 11: "000042", 70: "301"}))
    assert not hidden(wire, echo) & set(range(len(echo) - 3, len(echo)))
    parts = [PAN.encode(), TRACK_2.encode(), b"B" + PAN.encode(), b"9203123", bytes.fromhex("0412AC89ABCDEF67")]
    places = hidden(wire, data)
    assert spans(data, *parts, bytes.fromhex(message.elements[55])) <= places
    assert not places & spans(data, b"SHOP", b"TERM")


@pytest.mark.parametrize("written", [PAN.encode(), PAN.encode(EBCDIC)], ids=["ascii", "ebcdic"])
@pytest.mark.parametrize("before", [0, 1, 40])
def test_a_card_number_is_hidden_where_nothing_can_be_read(written: bytes, before: int) -> None:
    wire = codec("ascii")
    data = b"\x01" * before + written + b"\x01\x02"
    places = hidden_places(wire, data, describe(wire, data))
    assert set(range(before, before + len(written))) <= places
    part = hidden_places(wire, data, describe(wire, data), before + 2, before + 5)
    assert {before + 2, before + 3, before + 4} <= part


def test_packed_digits_are_hidden_where_they_are_no_text() -> None:
    packed = bytes.fromhex(PAN)
    for name in ("ascii", "bcd"):
        wire = codec(name)
        data = b"\xff\xff" + packed + b"\xff\xff"
        assert set(range(2, 2 + len(packed))) <= hidden(wire, data), name


def test_what_is_wrong_in_card_data_is_hidden_to_the_end() -> None:
    wire = codec("ascii")
    data = wire.encode(with_elements(PURCHASE, de35=TRACK_2)).replace(b"=2912", b"=29X2")
    at = data.index(b"37" + PAN.encode()) + 2
    places = hidden(wire, data)
    assert set(range(at, len(data))) <= places
    assert not places & set(range(4))
