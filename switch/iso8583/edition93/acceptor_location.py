"""Where a card acceptor is: DE 43 of ISO 8583:1987 (40 characters) and of 1993 (parts between backslashes)."""

from __future__ import annotations

from typing import Final

#: Name (23), city (13), state (2), country (2) of DE 43 of 1987; 1993 has name, street and city, each ended by a backslash,
#: then postal code (10), region (3) and country (3).
_NAME, _CITY, _STATE = 23, 13, 2
PLACE_CHARACTERS: Final = 40
_COUNTRIES: Final = {"MA": "MAR", "FR": "FRA", "ES": "ESP", "TN": "TUN", "DZ": "DZA"}  #: ISO 3166: two letters, three letters
_COUNTRIES_BACK: Final = {three: two for two, three in _COUNTRIES.items()}


def place_to_1993(text: str) -> str:
    """DE 43 of 1993 from the 40 characters of 1987; the street and the postal code are not known there."""
    text = text.replace("\\", " ")
    name, city = text[:_NAME].rstrip(), text[_NAME : _NAME + _CITY].rstrip()
    state, country = text[_NAME + _CITY :][:_STATE], text[_NAME + _CITY + _STATE :]
    return f"{name}\\\\{city}\\{'':10}{state:3}{_COUNTRIES.get(country, country):3}"


def place_to_1987(text: str) -> str:
    """The 40 characters of 1987 from DE 43 of 1993; one without backslashes is taken as it stands."""
    parts = text.split("\\", 3)
    if len(parts) < 4:
        return f"{text:40.40}"
    name, _, city, rest = parts
    region, country = rest[10:13], rest[13:16]
    two = _COUNTRIES_BACK.get(country) or (country if not country[2:].strip() else "")
    return f"{name:23.23}{city:13.13}{region:2.2}{two:2.2}"
