"""How and where a message says a card is used, as far as an issuer asks (ISO 8583:1987)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from switch.transaction import CardUse

_CONTACTLESS: Final = frozenset({"07", "91"})  #: DE 22, first two digits: chip and stripe data without contact
_ON_FILE: Final = "10"  #: DE 22, first two digits
_COUNTRY: Final = 19  #: of the acquirer
_PIN_BLOCK: Final = 52
_PLACE: Final = 43
_PLACE_CHARACTERS: Final = 40

#: Third and fourth digit of DE 3 -> which account of the cardholder.
ACCOUNT_TYPES: Final = {"10": "savings", "20": "cheque", "30": "credit", "40": "universal", "50": "investment"}

#: Letters at the end of DE 43 -> ISO 3166 numeric, of the countries a test in Morocco meets most. Others stay letters: they
#: are abroad for every issuer of these.
COUNTRY_NUMBERS: Final = {
    **dict.fromkeys(("MA", "MAR"), "504"),
    **dict.fromkeys(("DZ", "DZA"), "012"),
    **dict.fromkeys(("TN", "TUN"), "788"),
    **dict.fromkeys(("MR", "MRT"), "478"),
    **dict.fromkeys(("SN", "SEN"), "686"),
    **dict.fromkeys(("CI", "CIV"), "384"),
    **dict.fromkeys(("EG", "EGY"), "818"),
    **dict.fromkeys(("FR", "FRA"), "250"),
    **dict.fromkeys(("ES", "ESP"), "724"),
    **dict.fromkeys(("BE", "BEL"), "056"),
    **dict.fromkeys(("IT", "ITA"), "380"),
    **dict.fromkeys(("DE", "DEU"), "276"),
    **dict.fromkeys(("GB", "GBR"), "826"),
    **dict.fromkeys(("US", "USA"), "840"),
    **dict.fromkeys(("AE", "ARE"), "784"),
}


def card_use(e: Mapping[int, str]) -> CardUse:
    """What the elements of a request say of the use of its card."""
    entry = e.get(22, "")[:2]
    return CardUse(
        countries=frozenset(_countries(e)),
        contactless=entry in _CONTACTLESS,
        with_pin=_PIN_BLOCK in e,
        on_file=entry == _ON_FILE,
        account=ACCOUNT_TYPES.get(e.get(3, "")[2:4], ""),
    )


def _countries(e: Mapping[int, str]) -> Iterator[str]:
    """Of the acquirer (DE 19), and of the card acceptor (the end of DE 43)."""
    acquirer = e.get(_COUNTRY, "").strip("0 ")
    if acquirer:
        yield e[_COUNTRY]
    letters = place_country(e.get(_PLACE, ""))
    if letters:
        yield COUNTRY_NUMBERS.get(letters, letters)


def place_country(place: str) -> str:
    """The letters of a country at the end of DE 43: two of them behind two of a state, or, as Mastercard has it, three behind a
    blank. Empty where it ends with something else.

    >>> place_country(f"{'EPICERIE DU SOUK':23}{'AGADIR':13}  MA"), place_country(f"{'BAR TABAC':22} {'LYON':13} FRA")
    ('MA', 'FRA')
    """
    if len(place) != _PLACE_CHARACTERS:
        return ""
    three, two = place[37:], place[38:]
    letters = three if place[36] == " " and " " not in three else two
    return letters if letters.isascii() and letters.isalpha() and letters.isupper() else ""
