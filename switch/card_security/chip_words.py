"""Chip data in words: names of tags, and what the bits of TVR, CVM results and their like mean (EMV Books 3 and 4, public)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

#: Tag -> its name in EMV Book 3, annex A.
TAG_NAMES: Final = {
    "4F": "Application Identifier (AID)",
    "50": "Application Label",
    "57": "Track 2 Equivalent Data",
    "5A": "Application PAN",
    "5F20": "Cardholder Name",
    "5F24": "Application Expiration Date",
    "5F25": "Application Effective Date",
    "5F28": "Issuer Country Code",
    "5F2A": "Transaction Currency Code",
    "5F2D": "Language Preference",
    "5F30": "Service Code",
    "5F34": "Application PAN Sequence Number",
    "71": "Issuer Script Template 1",
    "72": "Issuer Script Template 2",
    "82": "Application Interchange Profile",
    "84": "Dedicated File (DF) Name",
    "86": "Issuer Script Command",
    "8A": "Authorisation Response Code",
    "8E": "CVM List",
    "91": "Issuer Authentication Data",
    "95": "Terminal Verification Results",
    "9A": "Transaction Date",
    "9B": "Transaction Status Information",
    "9C": "Transaction Type",
    "9F02": "Amount, Authorised",
    "9F03": "Amount, Other",
    "9F06": "Application Identifier (AID) - terminal",
    "9F07": "Application Usage Control",
    "9F08": "Application Version Number",
    "9F09": "Application Version Number - terminal",
    "9F0D": "Issuer Action Code - Default",
    "9F0E": "Issuer Action Code - Denial",
    "9F0F": "Issuer Action Code - Online",
    "9F10": "Issuer Application Data",
    "9F12": "Application Preferred Name",
    "9F15": "Merchant Category Code",
    "9F16": "Merchant Identifier",
    "9F1A": "Terminal Country Code",
    "9F1C": "Terminal Identification",
    "9F1E": "Interface Device Serial Number",
    "9F21": "Transaction Time",
    "9F26": "Application Cryptogram",
    "9F27": "Cryptogram Information Data",
    "9F33": "Terminal Capabilities",
    "9F34": "CVM Results",
    "9F35": "Terminal Type",
    "9F36": "Application Transaction Counter (ATC)",
    "9F37": "Unpredictable Number",
    "9F39": "POS Entry Mode",
    "9F40": "Additional Terminal Capabilities",
    "9F41": "Transaction Sequence Counter",
    "9F53": "Transaction Category Code",
    "9F5B": "Issuer Script Results",
    "9F6E": "Form Factor Indicator / Third Party Data",
    "9F7C": "Customer Exclusive Data",
}

_RFU: Final = ""
#: Byte by byte, the meaning of each bit from b8 to b1; what is reserved has none.
_TVR: Final = (
    (
        "offline data authentication was not performed",
        "SDA failed",
        "ICC data missing",
        "card appears on terminal exception file",
        "DDA failed",
        "CDA failed",
        "SDA selected",
        _RFU,
    ),
    (
        "ICC and terminal have different application versions",
        "expired application",
        "application not yet effective",
        "requested service not allowed for card product",
        "new card",
        *(_RFU,) * 3,
    ),
    (
        "cardholder verification was not successful",
        "unrecognised CVM",
        "PIN try limit exceeded",
        "PIN entry required, PIN pad not present or not working",
        "PIN entry required, PIN pad present, but PIN was not entered",
        "online PIN entered",
        *(_RFU,) * 2,
    ),
    (
        "transaction exceeds floor limit",
        "lower consecutive offline limit exceeded",
        "upper consecutive offline limit exceeded",
        "transaction selected randomly for online processing",
        "merchant forced transaction online",
        *(_RFU,) * 3,
    ),
    (
        "default TDOL used",
        "issuer authentication failed",
        "script processing failed before final GENERATE AC",
        "script processing failed after final GENERATE AC",
        *(_RFU,) * 4,
    ),
)
_TSI: Final = (
    (
        "offline data authentication was performed",
        "cardholder verification was performed",
        "card risk management was performed",
        "issuer authentication was performed",
        "terminal risk management was performed",
        "script processing was performed",
        *(_RFU,) * 2,
    ),
)
_AIP: Final = (
    (
        _RFU,
        "SDA supported",
        "DDA supported",
        "cardholder verification is supported",
        "terminal risk management is to be performed",
        "issuer authentication is supported",
        _RFU,
        "CDA supported",
    ),
)
_TERMINAL_CAPABILITIES: Final = (
    ("manual key entry", "magnetic stripe", "IC with contacts", *(_RFU,) * 5),
    (
        "plaintext PIN for ICC verification",
        "enciphered PIN for online verification",
        "signature (paper)",
        "enciphered PIN for offline verification",
        "no CVM required",
        *(_RFU,) * 3,
    ),
    ("SDA", "DDA", "card capture", _RFU, "CDA", *(_RFU,) * 3),
)
_CVM: Final = {
    0x00: "CVM processing failed",
    0x01: "plaintext PIN verified by the ICC",
    0x02: "enciphered PIN verified online",
    0x03: "plaintext PIN verified by the ICC, and signature",
    0x04: "enciphered PIN verified by the ICC",
    0x05: "enciphered PIN verified by the ICC, and signature",
    0x1E: "signature",
    0x1F: "no CVM required",
    0x3F: "no CVM performed",
}
_CVM_CONDITIONS: Final = {
    0x00: "always",
    0x01: "if unattended cash",
    0x02: "if not unattended cash, manual cash or purchase with cashback",
    0x03: "if the terminal supports the CVM",
    0x04: "if manual cash",
    0x05: "if purchase with cashback",
    0x06: "if in the application currency and under X",
    0x07: "if in the application currency and over X",
    0x08: "if in the application currency and under Y",
    0x09: "if in the application currency and over Y",
}
_CVM_RESULTS: Final = {0: "result unknown", 1: "failed", 2: "successful"}
_CRYPTOGRAMS: Final = ("AAC: declined offline", "TC: approved offline", "ARQC: authorization requested", "reserved")
_ADVICE_REASONS: Final = {1: "service not allowed", 2: "PIN try limit exceeded", 3: "issuer authentication failed"}
_TRANSACTION_TYPES: Final = {
    "00": "purchase",
    "01": "cash",
    "09": "purchase with cashback",
    "20": "refund",
    "21": "deposit",
    "30": "balance inquiry",
    "31": "available funds inquiry",
    "40": "transfer",
    "50": "payment",
}
_OPERATORS: Final = {"1": "financial institution", "2": "merchant", "3": "cardholder"}
_TERMINALS: Final = {
    "1": "attended, online only",
    "2": "attended, offline with online capability",
    "3": "attended, offline only",
    "4": "unattended, online only",
    "5": "unattended, offline with online capability",
    "6": "unattended, offline only",
}


def tag_name(tag: str) -> str:
    """The name of a tag; empty where EMV has none for it.

    >>> tag_name("9F36")
    'Application Transaction Counter (ATC)'
    """
    return TAG_NAMES.get(tag.upper(), "")


def in_words(tag: str, value: bytes) -> tuple[str, ...]:
    """What a value says, one statement an entry; nothing where the tag has no words here, or the value not its length.

    >>> in_words("95", bytes.fromhex("8000048000"))[1:]
    ('online PIN entered', 'transaction exceeds floor limit')
    """
    size, words = _WORDS.get(tag.upper(), (0, None))
    return words(value) if words is not None and (len(value) == size or not size) else ()


def issuer_application_data(value: bytes) -> dict[str, str]:
    """The parts of 9F10 that are known: of Visa's (it begins with its length) and of M/Chip's, in hexadecimal."""
    if len(value) >= 7 and value[0] in (0x06, 0x1F) and value[0] < len(value):
        layout = "visa"
        parts = {"key index": value[1:2], "cryptogram version": value[2:3], "card results (CVR)": value[3:7]}
    elif len(value) >= 8:
        layout = "mastercard"
        parts = {"key index": value[0:1], "cryptogram version": value[1:2], "card results (CVR)": value[2:8]}
        parts |= {"DAC or dynamic number": value[8:10], "counters": value[10:]}
    else:
        return {}
    return {"layout": layout, **{name: part.hex().upper() for name, part in parts.items() if part}}


def _flags(table: tuple[tuple[str, ...], ...]) -> Callable[[bytes], tuple[str, ...]]:
    def words(value: bytes) -> tuple[str, ...]:
        return tuple(
            meaning or f"byte {place + 1} bit {8 - bit}, reserved"
            for place, (byte, meanings) in enumerate(zip(value, table, strict=False))
            for bit, meaning in enumerate(meanings)
            if byte & (0x80 >> bit)
        )

    return words


def _cvm_results(value: bytes) -> tuple[str, ...]:
    method, condition, result = value
    more = ("else the next rule",) if method & 0x40 and method != 0x7F and method & 0x3F != 0x3F else ()
    return (
        _CVM.get(method & 0x3F, f"CVM {method:02X}"),
        _CVM_CONDITIONS.get(condition, f"condition {condition:02X}"),
        _CVM_RESULTS.get(result, f"result {result:02X}"),
        *more,
    )


def _cryptogram_information(value: bytes) -> tuple[str, ...]:
    advice = ("advice required",) if value[0] & 0x08 else ()
    reason = _ADVICE_REASONS.get(value[0] & 0x07)
    return (_CRYPTOGRAMS[value[0] >> 6], *advice, *((reason,) if reason else ()))


def _terminal_type(value: bytes) -> tuple[str, ...]:
    text = value.hex()
    words = (_OPERATORS.get(text[0]), _TERMINALS.get(text[1]))
    return tuple(word for word in words if word)


def _transaction_type(value: bytes) -> tuple[str, ...]:
    word = _TRANSACTION_TYPES.get(value.hex())
    return (word,) if word else ()


def _response_code(value: bytes) -> tuple[str, ...]:
    offline = {"Y1": "offline approved", "Z1": "offline declined", "Y3": "unable to go online, offline approved"}
    offline["Z3"] = "unable to go online, offline declined"
    text = value.decode("latin-1")
    return (offline[text],) if text in offline else (f"response code {text}",) if text.isalnum() and text.isascii() else ()


def _digits(label: str, drop: int = 0) -> Callable[[bytes], tuple[str, ...]]:
    def words(value: bytes) -> tuple[str, ...]:
        text = value.hex()
        return (f"{label} {text[drop:]}",) if text.isdigit() else ()

    return words


def _parts(value: bytes) -> tuple[str, ...]:
    return tuple(f"{name} {part}" for name, part in issuer_application_data(value).items())


def _count(value: bytes) -> tuple[str, ...]:
    return (str(int.from_bytes(value, "big")),)


#: Tag -> length of its value in bytes (0: any), and what makes words of it.
_WORDS: Final[dict[str, tuple[int, Callable[[bytes], tuple[str, ...]] | None]]] = {
    "5F2A": (2, _digits("ISO 4217 currency", 1)),
    "5F34": (1, _digits("card")),
    "82": (2, _flags(_AIP)),
    "8A": (2, _response_code),
    "95": (5, _flags(_TVR)),
    "9A": (3, _digits("YYMMDD")),
    "9B": (2, _flags(_TSI)),
    "9C": (1, _transaction_type),
    "9F02": (6, _digits("minor units")),
    "9F03": (6, _digits("minor units")),
    "9F10": (0, _parts),
    "9F1A": (2, _digits("ISO 3166 country", 1)),
    "9F21": (3, _digits("HHMMSS")),
    "9F27": (1, _cryptogram_information),
    "9F33": (3, _flags(_TERMINAL_CAPABILITIES)),
    "9F34": (3, _cvm_results),
    "9F35": (1, _terminal_type),
    "9F36": (2, _count),
    "9F39": (1, _digits("entry mode")),
}
