"""What the values of some elements mean in words (ISO 8583:1987, annexes A and B, and what networks agree on)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.pin_control import PinControl
from switch.iso8583.mapping.session import KEY_FUNCTION_NAMES, NETWORK_FUNCTION_NAMES
from switch.iso8583.nested.proof_forms import ECI_BY_DIGIT
from switch.money import currency_name, format_minor
from switch.rates import Rate
from switch.transaction import RESPONSE_MEANINGS, SCHEME_MEANINGS

#: DE 3, first two digits.
PROCESSING_CODES: Final = {
    "00": "purchase",
    "01": "cash withdrawal",
    "02": "debit adjustment",
    "09": "purchase with cash back",
    "11": "quasi-cash",
    "20": "refund",
    "21": "deposit",
    "22": "credit adjustment",
    "30": "balance inquiry",
    "31": "balance inquiry",
    "38": "mini statement",
    "40": "transfer",
    "50": "bill payment",
}

#: DE 22, first two digits: how the card was read.
ENTRY_MODE_MEANINGS: Final = {
    "00": "unknown",
    "01": "entered by hand",
    "02": "magnetic stripe",
    "03": "bar code",
    "04": "optical reading",
    "05": "chip",
    "07": "contactless chip",
    "10": "credential on file",
    "80": "magnetic stripe, fallback from chip",
    "81": "electronic commerce",
    "90": "magnetic stripe, read whole",
    "91": "contactless magnetic stripe",
    "95": "chip, card verification unreliable",
}
PIN_ENTRY: Final = {"1": "terminal takes PINs", "2": "terminal takes no PIN"}  #: DE 22, third digit

#: DE 25.
_CONDITIONS: Final = {
    "00": "normal presentment",
    "01": "customer not present",
    "02": "unattended terminal",
    "03": "merchant suspicious",
    "05": "card not present",
    "06": "pre-authorization",
    "08": "mail or telephone order",
    "10": "customer identified",
    "41": "a part of the amount can be taken",
    "59": "electronic commerce",
}

#: DE 54, digits 3 and 4 of each entry.
_ADDITIONAL_AMOUNTS: Final = {"01": "ledger balance", "02": "available", "40": "cash back", "57": "asked for"}

SETTLEMENT_CODES: Final = {"0": "not compared", "1": "in balance", "2": "out of balance"}  #: DE 66

AMOUNTS: Final = {4: 49, 5: 50, 6: 51}  #: amount -> the element that says its currency
CURRENCY_ELEMENTS: Final = frozenset({49, 50, 51})


CONVERSION_RATES: Final = frozenset({9, 10})
_TRANSMITTED: Final = re.compile(r"([01][0-9])([0-3][0-9])([0-2][0-9])([0-5][0-9])([0-5][0-9])", re.ASCII)


#: Element -> the words for its values; of DE 3 for its first two digits.
TABLES: Final[Mapping[int, Mapping[str, str]]] = {
    3: PROCESSING_CODES,
    25: _CONDITIONS,
    39: RESPONSE_MEANINGS | SCHEME_MEANINGS,
    66: SETTLEMENT_CODES,
    70: NETWORK_FUNCTION_NAMES | KEY_FUNCTION_NAMES,
}


def meaning(number: int, value: str, elements: Mapping[int, str]) -> str:
    """The value of element ``number`` in words, where there is more to say than itself; ``elements`` are the message's."""
    if number in AMOUNTS and value:
        return amount(value, elements.get(AMOUNTS[number], "504"))
    if number in CURRENCY_ELEMENTS:
        return currency_name(value)
    if number in CONVERSION_RATES:
        return conversion_rate(value)
    if number == 7:
        return transmitted(value)
    if number == 22:
        said = (ENTRY_MODE_MEANINGS.get(value[:2], ""), PIN_ENTRY.get(value[2:], ""))
        return ", ".join(word for word in said if word)
    if number == 53:
        control = PinControl.read(value)
        return f"PIN block of format {control.kind}, key {control.key_index}" if control is not None else ""
    if number == 54:
        return ", ".join(_additional(value[start : start + 20]) for start in range(0, len(value), 20))
    return TABLES.get(number, {}).get(value[:2] if number == 3 else value, "")


def transmitted(digits: str) -> str:
    """DE 7, MMDDhhmmss, for people: it is UTC by the standard, whatever zone the rest is in; empty where it is none.

    >>> transmitted("1129125714")
    '11-29 12:57:14 UTC'
    """
    match = _TRANSMITTED.fullmatch(digits)
    return "" if match is None else "{}-{} {}:{}:{} UTC".format(*match.groups())


def conversion_rate(code: str) -> str:
    """A rate of eight digits as a decimal number; empty where it is none."""
    rate = Rate.of_code(code)
    return rate.text if rate is not None else ""


def amount(digits: str, currency: str) -> str:
    """Minor units as money."""
    return f"{format_minor(int(digits), currency)} {currency_name(currency)}"


def _additional(entry: str) -> str:
    """One entry of DE 54: what it is and how much; a balance below zero is a debit, of other amounts the sign is understood."""
    what, currency, digits = _ADDITIONAL_AMOUNTS.get(entry[2:4]), entry[4:7], entry[8:]
    if what is None or not (len(digits) == 12 and digits.isascii() and digits.isdecimal()):
        return "an amount of another kind"
    below_zero = entry[7] == "D" and entry[2:4] in ("01", "02")
    return f"{what} {format_minor(-int(digits) if below_zero else int(digits), currency)} {currency_name(currency)}"


#: What an issuer found, and how far a cardholder was authenticated, in words.
_RESULTS: Final = {
    "cvv2_result": {"M": "match", "N": "no match", "P": "not processed", "S": "missing", "U": "not verified"},
    "cvv_result": {"1": "wrong", "2": "right"},
    "cavv_result": {
        "0": "cannot be read",
        "1": "wrong",
        "2": "right",
        "3": "right, of an attempt",
        "4": "wrong, of an attempt",
    },
    "eci": {"05": "authenticated", "06": "attempted", "07": "not authenticated"},
}


def proof_words(dialect: Dialect, place: str, value: str) -> str:
    """What stands in a subelement such as 48.87 in words, where the dialect says that it is a result or an ECI."""
    for name, words in _RESULTS.items():
        if dialect.security.get(name) == place:
            return words.get((ECI_BY_DIGIT.get(value.strip()[-1:]) or "") if name == "eci" else value, "")
    return ""
