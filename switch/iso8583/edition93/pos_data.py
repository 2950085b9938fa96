"""The point of service in both editions: DE 22 (n 3), 25 and 26 of ISO 8583:1987, the POS data code of 1993 (DE 22, an 12).

The POS data code has a place for each thing 1987 packs into three elements. By the standard: places 1 to 6, 8 to 12, and of
the card data input mode (place 7) the digits 0 to 6. What networks agreed on since: modes 7 (credential on file),
A (contactless stripe), B (stripe read whole), M (contactless chip) and S (electronic commerce), and the electronic order (5)
among the ways a cardholder may be absent. Defaults of ours: what is said where 1987 says nothing (an attended terminal, its
PIN pad unknown, nobody authenticated).

A standing order, which marks a recurring payment, has a place in 1993 (place 5: 4). 1987 networks say it by DE 25 = 08 with a
credential on file (DE 22 = 10) or in electronic commerce (81): neither is written by mail or told by phone.
"""

from __future__ import annotations

from typing import Final, NamedTuple

CHARACTERS: Final = 12


class Point(NamedTuple):
    """What 1987 says of the point of service; None where the element is missing."""

    entry_mode: str | None  #: DE 22, n 3
    condition: str | None  #: DE 25
    pin_digits: str | None  #: DE 26, the longest PIN that can be entered: 04 to 12


#: DE 22 of 1987, first two digits -> card data input capability (place 1) and mode (place 7). A fallback from chip (80) is a
#: stripe read at a terminal that takes chips: 1993 has no other word for it, so it comes back as 02.
INPUT: Final = {
    "00": ("0", "0"),
    "01": ("6", "6"),
    "02": ("2", "2"),
    "03": ("3", "3"),
    "04": ("4", "4"),
    "05": ("5", "5"),
    "07": ("5", "M"),
    "10": ("6", "7"),
    "80": ("5", "2"),
    "81": ("6", "S"),
    "90": ("2", "B"),
    "91": ("2", "A"),
    "95": ("5", "5"),
}

#: Card data input mode -> DE 22 of 1987, first two digits.
ENTRY_MODES: Final = {
    "1": "01",
    "2": "02",
    "3": "03",
    "4": "04",
    "5": "05",
    "6": "01",
    "7": "10",
    "A": "91",
    "B": "90",
    "M": "07",
    "S": "81",
}

#: DE 25 of 1987 -> operating environment, cardholder and card (places 4 to 6). 06 (pre-authorization) and 41 (a part can be
#: taken) go into DE 24 and leave these to the entry mode; 03 has no place.
_CONDITIONS: Final = {
    "00": "101",
    "01": "110",
    "02": "201",
    "05": "100",
    "08": "020",
    "10": "101",
    "59": "550",
}
IDENTIFIED: Final = "10"  #: DE 25: customer identified, by other manual verification (place 8, 6) of the merchant (place 9, 4)
ELECTRONIC_ORDER: Final = "59"  #: DE 25
#: DE 22 of 1987, first two digits -> the condition they speak of by themselves.
IMPLIED: Final = {"10": "01", "81": ELECTRONIC_ORDER}

PRE_AUTHORIZATION: Final = "06"  #: DE 25
PARTIAL_ACCEPTED: Final = "41"  #: DE 25
BY_ORDER: Final = "08"  #: DE 25
_ABSENT: Final = {"1": "01", "2": BY_ORDER, "3": BY_ORDER, "4": BY_ORDER, "5": ELECTRONIC_ORDER}  #: place 5 -> DE 25
STANDING_ORDER: Final = "4"  #: place 5
_ON_FILE: Final = "10"  #: DE 22 of 1987, first two digits
_STANDING: Final = frozenset({_ON_FILE, "81"})  #: DE 22 of 1987, first two digits: an order in one of these is a standing one
_BY_HAND: Final = frozenset("016")  #: place 7: of a standing order, these are credentials on file
_UNATTENDED: Final = frozenset("24")  #: place 4
_PIN_DIGITS: Final = {f"{n:02d}": "456789ABC"[n - 4] for n in range(4, 13)}  #: DE 26 -> place 12
_PIN_LENGTHS: Final = {place: digits for digits, place in _PIN_DIGITS.items()}
PIN_PAD: Final = "1"  #: third digit of DE 22 of 1987: the terminal takes PINs; 2: it takes none


def pos_data_code(point: Point) -> str:
    """The POS data code of 1993."""
    entry = point.entry_mode or "000"
    condition = point.condition
    if condition not in _CONDITIONS:
        condition = IMPLIED.get(entry[:2], "00")
    capability, mode = INPUT.get(entry[:2], ("0", "0"))
    pin_pad = "0" if entry[2:] == "2" else _PIN_DIGITS.get(point.pin_digits or "", "1")
    has_pad = entry[2:] == PIN_PAD or pin_pad in _PIN_LENGTHS
    verified = "64" if condition == IDENTIFIED else "00"
    standing = condition == BY_ORDER and entry[:2] in _STANDING
    place = f"0{STANDING_ORDER}0" if standing else _CONDITIONS[condition]
    return f"{capability}{'1' if has_pad else '0'}0{place}{mode}{verified}00{pin_pad}"


def point_of_service(code: str, *, pre_authorization: bool) -> Point:
    """What a POS data code says in the words of 1987; ``pre_authorization`` is what DE 24 of 1993 says."""
    pin_pad = code[11]
    without = "2" if pin_pad == "0" else "0"
    pad = PIN_PAD if code[1] == "1" or pin_pad in _PIN_LENGTHS else without
    on_file = code[4] == STANDING_ORDER and code[6] in _BY_HAND
    entry_mode = (_ON_FILE if on_file else ENTRY_MODES.get(code[6], "00")) + pad
    condition = PRE_AUTHORIZATION if pre_authorization else _condition(code)
    return Point(entry_mode, condition, _PIN_LENGTHS.get(pin_pad))


def _condition(code: str) -> str:
    environment, cardholder, card, method = code[3], code[4], code[5], code[7]
    if cardholder in _ABSENT:
        return _ABSENT[cardholder]
    if card == "0":
        return "05"
    if environment in _UNATTENDED:
        return "02"
    return IDENTIFIED if method == "6" else "00"
