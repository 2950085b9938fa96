"""What the values of some elements mean in words (ISO 8583:1993, annex A, and what networks agree on)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switch.iso8583.edition93.action_codes import ACTION_MEANINGS
from switch.iso8583.mti import describe_mti
from switch.iso8583.reading import meanings

#: Elements that say the same as in 1987.
_ALIKE: Final = frozenset({3, 7, 54, *meanings.AMOUNTS, *meanings.CURRENCY_ELEMENTS, *meanings.CONVERSION_RATES})

#: DE 22, place 7: how the card was read; digits by the standard, letters and 7 by networks.
INPUT_MODES: Final = {
    "0": "entry unknown",
    "1": "entered by hand, no terminal",
    "2": "magnetic stripe",
    "3": "bar code",
    "4": "optical reading",
    "5": "chip",
    "6": "entered by hand",
    "7": "credential on file",
    "A": "contactless magnetic stripe",
    "B": "magnetic stripe, read whole",
    "M": "contactless chip",
    "S": "electronic commerce",
}
#: DE 22, place 5: where the cardholder is, if not at the point of sale.
CARDHOLDER: Final = {
    "1": "cardholder absent",
    "2": "mail order",
    "3": "telephone order",
    "4": "standing order",
    "5": "electronic order",
}
UNATTENDED: Final = frozenset("24")  #: DE 22, place 4

#: DE 24.
FUNCTION_MEANINGS_93: Final = {
    "100": "original authorization",
    "101": "original authorization, amount estimated",
    "102": "replacement authorization",
    "103": "replacement authorization, amount estimated",
    "104": "resubmission",
    "105": "resubmission, amount estimated",
    "106": "supplementary authorization",
    "107": "supplementary authorization, amount estimated",
    "108": "inquiry",
    "170": "original authorization, a part can be taken (private use)",
    "200": "original financial transaction",
    "201": "approved before, same amount",
    "202": "approved before, other amount",
    "270": "original financial transaction, a part can be taken (private use)",
    "400": "full reversal",
    "401": "partial reversal",
    "500": "final totals",
    "501": "totals of a checkpoint",
    "801": "sign-on",
    "802": "sign-off",
    "811": "key change",
    "821": "cut-over",
    "822": "checkpoint",
    "831": "echo",
}

#: DE 25.
REASONS: Final = {
    "1000": "stand-in, the issuer's choice",
    "1003": "stand-in, issuer unavailable",
    "1006": "under the floor limit",
    "4000": "customer cancellation",
    "4001": "unspecified",
    "4002": "suspected malfunction",
    "4004": "completed in part",
    "4006": "response received too late",
    "4007": "device could not complete",
    "4013": "could not be delivered to the point of service",
    "4020": "invalid response",
    "4021": "time out waiting for response",
}


def meaning(number: int, value: str, elements: Mapping[int, str]) -> str:
    """The value of element ``number`` in words, where there is more to say than itself; ``elements`` are the message's."""
    if number in _ALIKE:
        return meanings.meaning(number, value, elements)
    if number == 22:
        return _point_of_service(value)
    if number == 30:
        currency = elements.get(49, "504")
        return meanings.amount(value[:12], currency) if value[:12].isdecimal() else ""
    if number == 56 and len(value) >= 4:
        return f"of {value[:4]} {describe_mti(value[:4])}"
    return {24: FUNCTION_MEANINGS_93, 25: REASONS, 39: ACTION_MEANINGS}.get(number, {}).get(value, "")


def _point_of_service(code: str) -> str:
    """How the card was read, where its holder is, and whether a PIN can be entered."""
    if len(code) < 12:
        return ""
    said = [INPUT_MODES.get(code[6], ""), CARDHOLDER.get(code[4], "")]
    if code[3] in UNATTENDED:
        said.append("unattended terminal")
    said.append("terminal takes PINs" if code[1] == "1" else "terminal takes no PIN" if code[11] == "0" else "")
    return ", ".join(word for word in said if word)
