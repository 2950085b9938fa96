"""What of bytes that make no sense is believed, and where a card number may stand outside its element."""

from __future__ import annotations

import pytest

from switch.iso8583.reading.hiding import NOWHERE, Places, believed, is_carded, is_dated, suspect_places, values_of
from tests.iso8583.samples import PAN, PURCHASE, codec, with_elements

OTHER = "4507160000000028"
NOT_LUHN = "4507160000000011"


@pytest.mark.parametrize(
    ("mti", "elements", "in_1987", "in_1993"),
    [
        ("0100", {7: "1122091530"}, True, False),
        ("1100", {12: "261122101530"}, False, True),
        ("1100", {7: "1122091530"}, False, False),
        ("0100", {12: "261122101530"}, False, False),
        ("0100", {7: "1322091530"}, False, False),
        ("0100", {7: "0229091530"}, True, False),
        ("0100", {7: "0230091530"}, False, False),
        ("0100", {7: "112209153"}, False, False),
        ("0100", {2: PAN}, True, False),
        ("1100", {2: PAN}, False, True),
        ("1100", {2: PAN, 12: "261322101530"}, False, True),
        ("0100", {2: PAN, 7: "9999999999"}, False, False),
        ("0100", {2: NOT_LUHN, 7: "1122091530"}, False, False),
        ("0100", {2: PAN, 35: f"{PAN}=2912", 7: "1122091530"}, True, False),
        ("0100", {2: PAN, 35: f"{OTHER}D2912", 7: "1122091530"}, False, False),
        ("0100", {2: "450716******0010", 7: "1122091530"}, True, False),
        ("0100", {2: "00000000000", 7: "1122091530"}, False, False),
        ("0100", {2: "0000000000000000", 7: "1122091530"}, False, False),
        ("0100", {}, False, False),
        ("", {7: "1122091530"}, False, False),
        ("0900", {7: "1122091530"}, False, False),
        ("2100", {7: "1122091530", 12: "261122101530"}, False, False),
    ],
    ids=str,
)
def test_what_is_plainly_a_message_of_an_edition_is_believed(
    mti: str, elements: dict[int, str], in_1987: bool, in_1993: bool
) -> None:
    assert [believed(mti, elements, edition) for edition in ("1987", "1993")] == [in_1987, in_1993]


def test_a_time_there_is_dates_a_message_of_its_edition() -> None:
    times = {"1122091530": True, "0229000000": True, "1122096000": False, "11220915300": False, "": False}
    assert {at: is_dated({7: at}, "1987") for at in times} == times
    times = {"261122101530": True, "260229101530": False, "280229101530": True, "26112210153": False, "": False}
    assert {at: is_dated({12: at}, "1993") for at in times} == times
    assert not is_dated({12: "261122101530"}, "1987")
    assert not is_dated({7: "1122091530"}, "1993")


def test_a_card_is_one_number_with_a_right_check_digit() -> None:
    cards: list[tuple[dict[int, str], bool]] = [
        ({2: PAN}, True),
        ({35: f"{PAN}D2912"}, True),
        ({2: PAN, 35: f"{PAN}=2912"}, True),
        ({2: PAN, 35: f"{OTHER}=2912"}, False),
        ({2: NOT_LUHN}, False),
        ({2: "000000000000"}, False),
        ({2: "450716******0010"}, False),
        ({2: "18"}, False),
        ({}, False),
    ]
    assert [is_carded(elements) for elements, _ in cards] == [carded for _, carded in cards]


def test_bytes_are_hidden_as_they_would_be_shown() -> None:
    places = Places(text=((10, 20),), ebcdic=((30, 40),), packed=((50, 60),))
    hidden = {
        (way, start): places.hide(way, start, start + 5)
        for way in ("ascii", "hex", "ebcdic", "bcd", "raw")
        for start in (5, 6, 19, 20, 26, 39, 40, 46, 59, 60)
    }
    inside = {"text": (6, 19), "ebcdic": (26, 39), "packed": (46, 59)}
    ways = {"ascii": ["text"], "hex": ["text"], "ebcdic": ["ebcdic"], "bcd": ["packed"], "raw": list(inside)}
    assert hidden == {(way, start): any(start in inside[each] for each in ways[way]) for way, start in hidden}
    assert places.all == ((10, 20), (30, 40), (50, 60))
    assert not NOWHERE.hide("raw", 0, 1_000)


def test_a_copy_of_the_card_is_found_wherever_it_stands() -> None:
    wire = codec("ascii")
    data = wire.encode(with_elements(PURCHASE, de47=f"card {PAN} of"))
    parts, _ = wire.inspect(data)
    assert values_of(parts)[0] == "0100"
    places = suspect_places(wire, data, parts, whole=True)
    at = data.index(PAN.encode() + b" of")
    assert places.hide("ascii", at, at + 1)
    assert not places.hide("ascii", at - 2, at)
    other = wire.encode(with_elements(PURCHASE, de47=f"card {OTHER} of"))
    at = other.index(OTHER.encode())
    found = suspect_places(wire, other, wire.inspect(other)[0], whole=True)
    assert not found.hide("ascii", at + 15, at + 16), "another number is not a copy of it"


@pytest.mark.parametrize("name", ["bcd", "ascii_hex"])
def test_a_copy_in_ebcdic_is_found_too(name: str) -> None:
    wire = codec(name)
    data = wire.encode(PURCHASE) + PAN.encode("cp500") + b"\xf1\xf2"
    at = data.index(PAN.encode("cp500"))
    places = suspect_places(wire, data, wire.inspect(wire.encode(PURCHASE))[0], whole=True)
    assert places.hide("ebcdic", at, at + 1)
    assert places.hide("raw", at + 15, at + 16)
    assert not places.hide("ebcdic", at + 16, at + 18)
