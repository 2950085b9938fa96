"""Chip data in words: what the values of EMV tags mean (EMV 4.3 book 3, annexes A and C; book 4, annex A).

A value of another length than the books give is left without words: a card may have anything there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from switch.money import currency_name, format_minor
from switch.transaction import response_meaning

#: Byte and bit (8 is the highest) -> words, of tags that are fields of bits.
_Bits = Mapping[tuple[int, int], str]

_INTERCHANGE: Final[_Bits] = {
    (1, 7): "static data authentication",
    (1, 6): "dynamic data authentication",
    (1, 5): "cardholder verification",
    (1, 4): "terminal risk management",
    (1, 3): "issuer authentication",
    (1, 1): "combined data authentication",
    (2, 8): "contactless EMV",
}
_VERIFICATION: Final[_Bits] = {
    (1, 8): "offline data authentication not performed",
    (1, 7): "static data authentication failed",
    (1, 6): "chip data missing",
    (1, 5): "card on the terminal's exception file",
    (1, 4): "dynamic data authentication failed",
    (1, 3): "combined data authentication failed",
    (2, 8): "another application version than the terminal's",
    (2, 7): "application expired",
    (2, 6): "application not yet effective",
    (2, 5): "service not allowed for the card",
    (2, 4): "new card",
    (3, 8): "cardholder verification not successful",
    (3, 7): "verification method not recognized",
    (3, 6): "PIN tries exceeded",
    (3, 5): "PIN required and no PIN pad",
    (3, 4): "PIN required and not entered",
    (3, 3): "online PIN entered",
    (4, 8): "floor limit exceeded",
    (4, 7): "lower offline limit exceeded",
    (4, 6): "upper offline limit exceeded",
    (4, 5): "selected at random to go online",
    (4, 4): "merchant forced it online",
    (5, 8): "default TDOL used",
    (5, 7): "issuer authentication failed",
    (5, 6): "script failed before the final cryptogram",
    (5, 5): "script failed after the final cryptogram",
    (5, 4): "relay resistance threshold exceeded",
    (5, 3): "relay resistance time limits exceeded",
}
_STATUS: Final[_Bits] = {
    (1, 8): "offline data authentication",
    (1, 7): "cardholder verification",
    (1, 6): "card risk management",
    (1, 5): "issuer authentication",
    (1, 4): "terminal risk management",
    (1, 3): "script processing",
}
_CAPABILITIES: Final[_Bits] = {
    (1, 8): "manual entry",
    (1, 7): "magnetic stripe",
    (1, 6): "chip",
    (2, 8): "plaintext offline PIN",
    (2, 7): "online PIN",
    (2, 6): "signature",
    (2, 5): "enciphered offline PIN",
    (2, 4): "no verification",
    (3, 8): "static data authentication",
    (3, 7): "dynamic data authentication",
    (3, 6): "card capture",
    (3, 4): "combined data authentication",
}
_METHODS: Final = {
    0x00: "failed",
    0x01: "plaintext PIN, verified by the card",
    0x02: "online PIN",
    0x03: "plaintext PIN, verified by the card, and signature",
    0x04: "enciphered PIN, verified by the card",
    0x05: "enciphered PIN, verified by the card, and signature",
    0x1E: "signature",
    0x1F: "none required",
    0x3F: "none performed",
}
_CONDITIONS: Final = {
    0x00: "always",
    0x01: "for unattended cash",
    0x02: "for what is neither cash nor cash back",
    0x03: "as the terminal supports it",
    0x04: "for manual cash",
    0x05: "for a purchase with cash back",
    0x06: "below amount X",
    0x07: "above amount X",
    0x08: "below amount Y",
    0x09: "above amount Y",
}
_RESULTS: Final = {0x00: "result unknown", 0x01: "failed", 0x02: "successful"}
_CRYPTOGRAMS: Final = {0x00: "AAC, declined offline", 0x40: "TC, approved offline", 0x80: "ARQC, asks the issuer"}
_REASONS: Final = {1: "service not allowed", 2: "PIN tries exceeded", 3: "issuer authentication failed"}
_OPERATED_BY: Final = {"1": "a bank", "2": "a merchant", "3": "the cardholder"}
_TERMINALS: Final = {
    "1": "attended, online only",
    "2": "attended, offline with online capability",
    "3": "attended, offline only",
    "4": "unattended, online only",
    "5": "unattended, offline with online capability",
    "6": "unattended, offline only",
}
_TYPES: Final = {
    "00": "purchase",
    "01": "cash withdrawal",
    "09": "purchase with cash back",
    "11": "quasi-cash",
    "20": "refund",
    "30": "balance inquiry",
    "31": "balance inquiry",
}
#: DE 39 as the terminal sets it where no issuer was asked.
_OFFLINE_CODES: Final = {
    "Y1": "approved offline",
    "Z1": "declined offline",
    "Y3": "unable to go online, approved offline",
    "Z3": "unable to go online, declined offline",
}
IAD_VISA_BYTES: Final = 0x06  #: first byte of issuer application data in the manner of Visa: how many follow


def chip_words(tag: str, value: str, tags: Mapping[str, str]) -> str:
    """The value (hexadecimal) of a tag in words; empty where there are none. ``tags`` are all of the same chip data."""
    words = _WORDS.get(tag)
    if words is None or not value:
        return ""
    try:
        return words(bytes.fromhex(value), tags)
    except (ValueError, IndexError):
        return ""


def _of_bits(bits: _Bits, size: int, none: str) -> Callable[[bytes, Mapping[str, str]], str]:
    """Words for a field of ``size`` bytes of bits; ``none`` where none is set that has words."""

    def words(data: bytes, _: Mapping[str, str]) -> str:
        if len(data) != size:
            return ""
        return ", ".join(said for (byte, bit), said in bits.items() if data[byte - 1] & 1 << bit - 1) or none

    return words


def _method(data: bytes, _: Mapping[str, str]) -> str:
    if len(data) != 3:
        return ""
    method, condition, result = data
    code = method if method == 0x3F else method & 0x3F
    said = (_METHODS.get(code, f"method {code:02X}"), _CONDITIONS.get(condition, ""), _RESULTS.get(result, ""))
    return ", ".join(word for word in said if word)


def _information(data: bytes, _: Mapping[str, str]) -> str:
    if len(data) != 1:
        return ""
    kind = _CRYPTOGRAMS.get(data[0] & 0xC0, "")
    said = (kind, "advice required" if data[0] & 0x08 else "", _REASONS.get(data[0] & 0x07, ""))
    return ", ".join(word for word in said if word)


def _amount(data: bytes, tags: Mapping[str, str]) -> str:
    """An amount in the currency of 5F2A, where there is one."""
    digits, currency = data.hex(), tags.get("5F2A", "")[1:]
    if len(data) != 6 or not digits.isdecimal():
        return ""
    money = format_minor(int(digits), currency or "504")
    return f"{money} {currency_name(currency)}" if currency else money


def _currency(data: bytes, _: Mapping[str, str]) -> str:
    name = currency_name(data.hex()[1:])
    return name if len(data) == 2 and name.isalpha() else ""


def _day(data: bytes, _: Mapping[str, str]) -> str:
    digits = data.hex()
    return f"20{digits[:2]}-{digits[2:4]}-{digits[4:]}" if len(digits) == 6 and digits.isdecimal() else ""


def _number(data: bytes, _: Mapping[str, str]) -> str:
    return str(int.from_bytes(data, "big"))


def _code(data: bytes, _: Mapping[str, str]) -> str:
    code = data.decode("ascii") if data.isascii() else ""
    return f"{code}: {_OFFLINE_CODES.get(code) or response_meaning(code)}" if len(code) == 2 and code.isalnum() else ""


def _type(data: bytes, _: Mapping[str, str]) -> str:
    return _TYPES.get(data.hex(), "")


def _terminal(data: bytes, _: Mapping[str, str]) -> str:
    digits = data.hex()
    first, second = digits[0], digits[1:]
    return f"{_TERMINALS[second]}, operated by {_OPERATED_BY[first]}" if second in _TERMINALS and first in _OPERATED_BY else ""


def _application_data(data: bytes, _: Mapping[str, str]) -> str:
    """Key index and cryptogram version: behind a length in the manner of Visa, else first (as Mastercard has them)."""
    rest = data[1:] if data[0] == IAD_VISA_BYTES and len(data) > IAD_VISA_BYTES else data
    return f"key index {rest[0]}, cryptogram version {rest[1]}"


def _issuer_authentication(data: bytes, _: Mapping[str, str]) -> str:
    if len(data) == 10 and data[8:].isalnum():
        return f"ARPC (method 1) with response code {data[8:].decode('ascii')}"
    return "ARPC (method 2) with the card's status update" if len(data) == 8 else ""


def _ascii(data: bytes, _: Mapping[str, str]) -> str:
    text = data.decode("ascii") if data.isascii() else ""
    return text.strip() if text.isprintable() else ""


_WORDS: Final[Mapping[str, Callable[[bytes, Mapping[str, str]], str]]] = {
    "50": _ascii,
    "5F24": _day,
    "5F25": _day,
    "5F2A": _currency,
    "5F2D": _ascii,
    "82": _of_bits(_INTERCHANGE, 2, "supports nothing"),
    "8A": _code,
    "91": _issuer_authentication,
    "95": _of_bits(_VERIFICATION, 5, "nothing found"),
    "9A": _day,
    "9B": _of_bits(_STATUS, 2, "nothing performed"),
    "9C": _type,
    "9F02": _amount,
    "9F03": _amount,
    "9F10": _application_data,
    "9F12": _ascii,
    "9F27": _information,
    "9F33": _of_bits(_CAPABILITIES, 3, "none"),
    "9F34": _method,
    "9F35": _terminal,
    "9F36": _number,
    "9F41": _number,
}
