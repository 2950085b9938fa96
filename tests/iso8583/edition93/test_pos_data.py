"""The point of service in both editions. The tables here are written from the standards, not from the code."""

from __future__ import annotations

import re
from itertools import product
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.edition93.pos_data import ENTRY_MODES, INPUT, Point, point_of_service, pos_data_code
from switch.iso8583.reading import meanings

#: What may stand in each place of the POS data code: ISO 8583:1993, and the letters and digits networks added to place 5 and 7.
PLACES: Final = (
    "0123456",  # card data input capability
    "0123456",  # cardholder authentication capability
    "01",  # card capture capability
    "012345",  # operating environment
    "012345",  # cardholder: present, absent, mail, telephone, standing order; networks: electronic order
    "01",  # card: not present, present
    "01234567ABMS",  # card data input mode
    "0123456",  # cardholder authentication method
    "012345",  # who authenticated
    "0123",  # card data output capability
    "01234",  # terminal output capability
    "01456789ABC",  # PIN capture capability
)
POS_DATA_CODE: Final = re.compile("".join(f"[{allowed}]" for allowed in PLACES))

#: DE 22 of 1987: 00 to 05 by the standard, the others by networks; which way in they come to. 95 is a chip, and 80 a stripe.
WAYS_IN: Final = {
    "00": "0",
    "01": "6",
    "02": "2",
    "03": "3",
    "04": "4",
    "05": "5",
    "07": "M",
    "10": "7",
    "80": "2",
    "81": "S",
    "90": "B",
    "91": "A",
    "95": "5",
}
#: What of them 1993 has no word for comes back as.
COMES_BACK_AS: Final = {"80": "02", "95": "05"}
#: DE 25 of 1987 that says where cardholder, card and terminal are. 03, 06 and 41 say something else.
WHEREABOUTS: Final = ("00", "01", "02", "05", "08", "10", "59")
PIN_LENGTHS: Final = tuple(f"{digits:02d}" for digits in range(4, 13))

codes = st.from_regex(POS_DATA_CODE, fullmatch=True)


def said(entry_mode: str | None, condition: str | None, pin_digits: str | None = None) -> str:
    return pos_data_code(Point(entry_mode, condition, pin_digits))


def heard(code: str) -> Point:
    return point_of_service(code, pre_authorization=False)


def test_every_way_in_has_its_word_in_both_tables() -> None:
    assert WAYS_IN.keys() == INPUT.keys() == meanings.ENTRY_MODE_MEANINGS.keys()
    assert ENTRY_MODES.keys() == set(PLACES[6]) - {"0"}


@pytest.mark.parametrize(("entry", "mode"), WAYS_IN.items())
def test_how_the_card_was_read(entry: str, mode: str) -> None:
    assert said(f"{entry}0", "00")[6] == mode
    assert heard(said(f"{entry}0", "00")).entry_mode == f"{COMES_BACK_AS.get(entry, entry)}0"


@pytest.mark.parametrize(
    ("condition", "places"),
    [
        ("00", "101"),  # on the premises, attended; cardholder and card are there
        ("01", "110"),  # the cardholder is not there, and so the card is not
        ("02", "201"),  # on the premises, unattended
        ("05", "100"),  # the cardholder is there without his card
        ("08", "020"),  # no terminal; by mail
        ("10", "101"),
        ("59", "550"),  # where the cardholder is, unattended; electronic order
    ],
)
def test_where_everybody_is(condition: str, places: str) -> None:
    assert said("012", condition)[3:6] == places


def test_a_customer_who_is_identified() -> None:
    """By other manual verification, of the merchant."""
    assert said("011", "10")[7:9] == "64"
    assert {said("011", condition)[7:9] for condition in WHEREABOUTS if condition != "10"} == {"00"}


@pytest.mark.parametrize(
    ("pad", "pin_digits", "capability", "capture"),
    [
        ("0", None, "0", "1"),  # unknown
        ("1", None, "1", "1"),  # takes PINs, of what length is unknown
        ("2", None, "0", "0"),  # takes none
        ("1", "04", "1", "4"),
        ("1", "12", "1", "C"),
        ("0", "06", "1", "6"),  # one that captures six digits takes PINs
        ("2", "06", "0", "0"),  # one that takes none captures none
    ],
)
def test_the_pin_pad(pad: str, pin_digits: str | None, capability: str, capture: str) -> None:
    code = said(f"05{pad}", "00", pin_digits)
    assert (code[1], code[11]) == (capability, capture)


@pytest.mark.parametrize("entry", WAYS_IN)
def test_what_1987_says_comes_back(entry: str) -> None:
    pins = [("0", None), ("1", None), ("2", None), *(("1", digits) for digits in PIN_LENGTHS)]
    for condition, (pad, digits) in product(WHEREABOUTS, pins):
        point = Point(entry + pad, condition, digits)
        assert heard(pos_data_code(point)) == point._replace(entry_mode=COMES_BACK_AS.get(entry, entry) + pad)


@pytest.mark.parametrize(
    ("entry", "implied"), [("051", "00"), ("021", "00"), ("812", "59"), ("100", "01"), (None, "00"), ("990", "00")]
)
@pytest.mark.parametrize("condition", [None, "06", "41", "03", "99"])
def test_what_is_not_said_follows_from_the_way_in(entry: str | None, implied: str, condition: str | None) -> None:
    assert said(entry, condition) == said(entry, implied)


@given(
    st.text("0123456789", min_size=3, max_size=3),
    st.none() | st.text("0123456789", min_size=2, max_size=2),
    st.none() | st.sampled_from(PIN_LENGTHS),
)
def test_what_is_said_is_a_code_of_the_standard(entry: str, condition: str | None, pin_digits: str | None) -> None:
    assert POS_DATA_CODE.fullmatch(said(entry, condition, pin_digits))


@given(codes, st.booleans())
def test_every_code_is_understood_and_then_keeps_its_meaning(code: str, pre_authorization: bool) -> None:
    """What 1987 has no word for is gone after the first time; nothing more goes after that."""
    point = point_of_service(code, pre_authorization=pre_authorization)
    assert re.fullmatch(r"(?:0[0-57]|10|81|9[01])[012]", point.entry_mode or "")
    if pre_authorization:
        assert point.condition == "06"
    again = point_of_service(pos_data_code(point), pre_authorization=pre_authorization)
    assert again == point


@given(codes)
def test_a_cardholder_who_is_absent_stays_so_and_one_who_is_there_too(code: str) -> None:
    returned = pos_data_code(heard(code))
    assert (returned[4] == "0") == (code[4] == "0")
    assert returned[6] == code[6] or code[6] in "016"


@pytest.mark.parametrize("mode", PLACES[6])
def test_a_standing_order_stays_one(mode: str) -> None:
    """What is written or keyed in for it is a credential on file; 1987 says 08 with one of these."""
    code = f"600040{mode}00001"
    point = heard(code)
    assert point.condition == "08"
    if mode in "0167S":
        assert point.entry_mode == ("810" if mode == "S" else "100")
        assert pos_data_code(point)[4] == "4"


def test_credentials_on_file() -> None:
    assert said("100", "01") == "600110700001"
    assert said("100", "08") == "600040700001"
    assert said("812", "59") == "600550S00000"
    assert said("100", "59") == "600550700001"
    assert heard("600040700001") == Point("100", "08", None)
    assert heard("600110700001") == Point("100", "01", None)


@pytest.mark.parametrize("way", "23")
def test_mail_and_telephone_are_one_in_1987(way: str) -> None:
    assert heard(f"6000{way}0600001") == Point("010", "08", None)
    assert said("010", "08")[4] == "2"
