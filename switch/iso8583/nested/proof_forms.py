"""How a CVV2, an ECI and a CAVV are written in the subelements that a dialect has for them, and read from there."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import suppress
from typing import Final

CVV2_IS_THERE: Final = "1"
#: Last digit of an ECI, in the manner of Visa or of Mastercard, or of a UCAF collection indicator -> ECI as the house has it.
ECI_BY_DIGIT: Final = {"5": "05", "6": "06", "7": "07", "2": "05", "1": "06", "0": "07"}
_UCAF_BY_ECI: Final = {"05": "212", "06": "211", "07": "210"}


def from_form(name: str, form: str, value: str) -> str | None:
    """A value as the house has it, from how its place writes it; None where the place says that there is none."""
    if name == "cvv2" and form == "indicator":
        return value[2:].strip() or None if value[:1] == CVV2_IS_THERE else None
    if name == "eci":
        return ECI_BY_DIGIT.get(value.strip()[-1:])
    if name == "cavv":
        return _cavv(value.strip(), form)
    return value.strip() or None


def _cavv(value: str, form: str) -> str:
    """The bytes of a CAVV in hexadecimal; empty where they cannot be read."""
    with suppress(ValueError):
        raw = b64decode(value, validate=True) if form == "base64" else bytes.fromhex(value)
        return raw.hex().upper()
    return ""


def in_form(name: str, form: str, value: str) -> str:
    """The value as its place writes it."""
    if name == "cvv2" and form == "indicator":
        return f"{CVV2_IS_THERE}1{value:>4}"  # one of more characters does not fit its place: told, and not cut
    if name == "eci" and form == "ucaf":
        return _UCAF_BY_ECI.get(value, _UCAF_BY_ECI["07"])
    if name == "cavv" and form == "base64":
        return b64encode(bytes.fromhex(value)).decode("ascii")
    return value
