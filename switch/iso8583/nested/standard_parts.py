"""Elements that the standard itself divides: DE 90, DE 54, and DE 56 of ISO 8583:1993, part by part.

A dialect that describes subelements of its own there is followed instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from switch.iso8583.dialect import EDITION_1987, EDITION_1993
from switch.iso8583.mti import describe_mti
from switch.money import currency_name, format_minor


class StandardPart(NamedTuple):
    """One part of a value: its name, its notation, what stands there, and that in words."""

    name: str
    format: str
    value: str
    meaning: str


ENTRY_CHARACTERS: Final = 20  #: of DE 54: account type (2), amount type (2), currency (3), C or D, amount (12)
ORIGINAL_DIGITS: Final = 42  #: of DE 90
ORIGINAL_1993_DIGITS_MIN: Final = 22  #: of DE 56 of 1993: MTI, STAN, date and time

#: DE 54 of 1987 and 1993, first two characters.
_ACCOUNT_TYPES: Final = {
    "00": "default account",
    "10": "savings account",
    "20": "cheque account",
    "30": "credit account",
    "40": "universal account",
}
#: Third and fourth character of an entry of DE 54. 57 is said by networks.
_AMOUNT_TYPES: Final = {
    "01": "ledger balance",
    "02": "available",
    "03": "amount owing",
    "04": "amount due",
    "40": "cash back",
    "53": "approved amount",
    "57": "asked for",
    "90": "available credit",
    "91": "credit limit",
}
_SIGNS: Final = {"C": "credit", "D": "debit"}


def standard_parts(number: int, value: str, edition: str) -> tuple[StandardPart, ...]:
    """The parts of an element that the standard divides; none of any other, and of a value that is not so divided."""
    if number == 54 and value and len(value) % ENTRY_CHARACTERS == 0:
        return tuple(_amounts(value))
    if number == 90 and edition == EDITION_1987 and len(value) == ORIGINAL_DIGITS:
        return tuple(_original(value))
    if number == 56 and edition == EDITION_1993 and len(value) >= ORIGINAL_1993_DIGITS_MIN and value.isdecimal():
        return tuple(_original_1993(value))
    return ()


def _amounts(value: str) -> Iterator[StandardPart]:
    for start in range(0, len(value), ENTRY_CHARACTERS):
        entry = value[start : start + ENTRY_CHARACTERS]
        account, kind, currency, sign, digits = entry[:2], entry[2:4], entry[4:7], entry[7], entry[8:]
        words = [_ACCOUNT_TYPES.get(account, f"account type {account}"), _AMOUNT_TYPES.get(kind, f"amount type {kind}")]
        if digits.isascii() and digits.isdecimal():
            words.append(f"{format_minor(int(digits), currency)} {currency_name(currency)}")
        words.append(_SIGNS.get(sign, f"sign {sign}"))
        yield StandardPart("Amount", f"an {ENTRY_CHARACTERS}", entry, ", ".join(words))


def _original(value: str) -> Iterator[StandardPart]:
    mti, stan, at, acquirer, forwarder = value[:4], value[4:10], value[10:20], value[20:31], value[31:]
    yield StandardPart("Original message type", "n 4", mti, describe_mti(mti))
    yield StandardPart("Original STAN", "n 6", stan, "")
    yield StandardPart("Original date and time", "n 10", at, _moment(at) if at.strip("0") else "not told")
    yield StandardPart("Original acquirer", "n 11", acquirer, acquirer.lstrip("0") or "not told")
    yield StandardPart("Original forwarder", "n 11", forwarder, forwarder.lstrip("0") or "none")


def _original_1993(value: str) -> Iterator[StandardPart]:
    mti, stan, at, acquirer = value[:4], value[4:10], value[10:22], value[24:]
    yield StandardPart("Original message type", "n 4", mti, describe_mti(mti))
    yield StandardPart("Original STAN", "n 6", stan, "")
    yield StandardPart("Original date and time", "n 12", at, f"20{at[:2]}-{_moment(at[2:])}")
    if acquirer:
        yield StandardPart("Original acquirer", "n..11", acquirer, "")


def _moment(at: str) -> str:
    """Month, day and time of MMDDhhmmss."""
    return f"{at[:2]}-{at[2:4]} {at[4:6]}:{at[6:8]}:{at[8:]}"
