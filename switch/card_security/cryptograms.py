"""Chip cryptograms (EMV Book 2): the card's ARQC, made and verified, and the issuer's answer to it, the ARPC.

An issuer master key gives each card its own (the ICC master key), that gives a session key for each transaction, and that a MAC
over data of terminal and card. The *cryptogram version* says which of the ways is meant; those here are in public literature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from switch.card import Pan
from switch.card_security.ciphers import DES_BYTES, TripleDes, odd_parity, same, xor
from switch.card_security.mac import PaddingMethod, padded
from switch.card_security.verification_values import are_digits, decimal
from switch.errors import CardSecurityError
from switch.record import frozen

CRYPTOGRAM_BYTES: Final = 8
CSU_BYTES: Final = 4  #: card status update, in the ARPC of method 2
PROPRIETARY_BYTES_MAX: Final = 8
ATC_MAX: Final = 0xFFFF
_OPTION_A_DIGITS: Final = 16

#: Tags that every cryptogram covers, in this order, with their lengths in bytes.
COVERED: Final = {
    "9F02": 6,  # amount, authorised
    "9F03": 6,  # amount, other
    "9F1A": 2,  # terminal country
    "95": 5,  # terminal verification results
    "5F2A": 2,  # transaction currency
    "9A": 3,  # date
    "9C": 1,  # transaction type
    "9F37": 4,  # unpredictable number
    "82": 2,  # application interchange profile
    "9F36": 2,  # application transaction counter
}
CRYPTOGRAM_TAG: Final = "9F26"
ISSUER_DATA_TAG: Final = "9F10"
_ATC, _UNPREDICTABLE = "9F36", "9F37"


class CryptogramVersion(NamedTuple):
    """How a cryptogram is made. ``number`` is the CVN as issuer application data (9F10) have it."""

    name: str
    scheme: Literal["visa", "mastercard"]
    number: int
    session: Literal["none", "common", "mastercard"]  #: how the key of a transaction is derived
    tail: Literal["cvr", "cvr and counters", "whole"]  #: which part of 9F10 the cryptogram covers
    padding: PaddingMethod
    arpc_method: Literal[1, 2]
    arpc_session: bool  #: whether the ARPC is made with the session key, or with the ICC master key
    option_b: bool = False  #: a card number of more than 16 digits is hashed (EMV Book 2, A1.4.2)


#: Visa's are told by their decimal number, Mastercard's by theirs: CVN 16 is 10 in hexadecimal.
CRYPTOGRAM_VERSIONS: Final = {
    version.name: version
    for version in (
        CryptogramVersion("visa-10", "visa", 10, "none", "cvr", 1, 1, False),
        CryptogramVersion("visa-18", "visa", 18, "common", "whole", 2, 2, True, option_b=True),
        CryptogramVersion("visa-22", "visa", 22, "common", "whole", 2, 2, True, option_b=True),
        CryptogramVersion("mastercard-16", "mastercard", 16, "mastercard", "cvr", 2, 1, False),
        CryptogramVersion("mastercard-17", "mastercard", 17, "mastercard", "cvr and counters", 2, 1, False),
        CryptogramVersion("mastercard-20", "mastercard", 20, "common", "cvr", 2, 1, True),
        CryptogramVersion("mastercard-21", "mastercard", 21, "common", "cvr and counters", 2, 1, True),
    )
}
_BY_NUMBER: Final = {(version.scheme, version.number): version for version in CRYPTOGRAM_VERSIONS.values()}


def version_of(issuer_data: bytes) -> CryptogramVersion:
    """The version that issuer application data (9F10) name. Visa's begin with their length, 6 or 31; M/Chip's with a key index.

    CardSecurityError where the version is not in the table.
    """
    visa = len(issuer_data) >= 7 and issuer_data[0] in (0x06, 0x1F) and issuer_data[0] < len(issuer_data)
    scheme: Literal["visa", "mastercard"] = "visa" if visa else "mastercard"
    place = 2 if visa else 1
    number = issuer_data[place] if len(issuer_data) > place else -1
    version = _BY_NUMBER.get((scheme, number))
    if version is None:
        names = ", ".join(CRYPTOGRAM_VERSIONS)
        found = f"{scheme} {number}" if number >= 0 else f"{len(issuer_data)} bytes"
        raise CardSecurityError("cryptogram version in tag 9F10", found, f"one of {names}")
    return version


def icc_master_key(issuer_key: TripleDes, pan: Pan, sequence: str = "00", *, option_b: bool = False) -> bytes:
    """A card's master key: 16 bytes (EMV Book 2, A1.4.1 option A, or A1.4.2 option B for more than 16 digits).

    ``sequence`` is the PAN sequence number, two digits (tag 5F34, DE 23).
    """
    if not are_digits(sequence, 2):
        raise CardSecurityError("PAN sequence number", f"{len(sequence)} characters", "two digits")
    text = pan.digits + sequence
    if not (text.isascii() and text.isdigit() and len(pan.digits) <= 19):
        raise CardSecurityError("card number", f"{len(pan.digits)} characters", "at most 19 digits")
    if option_b and len(pan.digits) > _OPTION_A_DIGITS:
        even = text if len(text) % 2 == 0 else "0" + text
        hashed = hashlib.sha1(bytes.fromhex(even), usedforsecurity=False).digest()
        text = decimal(hashed, _OPTION_A_DIGITS)
    block = bytes.fromhex(text[-_OPTION_A_DIGITS:].rjust(_OPTION_A_DIGITS, "0"))
    return odd_parity(issuer_key.encrypt(block + xor(block, b"\xff" * DES_BYTES)))


def derived_session_key(master_key: TripleDes, diversifier: bytes) -> bytes:
    """A session key of 16 bytes (EMV Book 2, A1.3.1, common session key derivation); the diversifier has eight bytes."""
    if len(diversifier) != DES_BYTES:
        raise CardSecurityError("diversifier", f"{len(diversifier)} bytes", f"{DES_BYTES} bytes")
    left, right = (diversifier[:2] + mark + diversifier[3:] for mark in (b"\xf0", b"\x0f"))
    return odd_parity(master_key.encrypt(left + right))


class ChipCard(NamedTuple):
    """What names a card to the issuer's keys: its number and, for cards of one number, its sequence number (two digits)."""

    pan: Pan
    sequence: str = "00"


class CryptogramKeys:
    """The keys of one transaction of one card: what verifies its ARQC and makes its ARPC."""

    def __init__(self, version: CryptogramVersion, issuer_key: TripleDes, card: ChipCard, values: Mapping[str, bytes]) -> None:
        """``issuer_key`` is the IMK-AC; of ``values`` (tag -> value) the ATC is used, and the unpredictable number."""
        self._version, self._values = version, values
        master = TripleDes(icc_master_key(issuer_key, card.pan, card.sequence, option_b=version.option_b))
        atc, session = _value(values, _ATC, 2), master
        if version.session == "common":
            session = TripleDes(derived_session_key(master, atc + bytes(6)))
        elif version.session == "mastercard":
            unpredictable = _value(values, _UNPREDICTABLE, 4)
            session = TripleDes(derived_session_key(master, atc + bytes(2) + unpredictable))
        self._key, self._arpc_key = session, session if version.arpc_session else master

    def cryptogram(self) -> bytes:
        """The eight bytes of the application cryptogram over the data (EMV Book 2, 8.1)."""
        return cryptogram_over(self._key, covered_data(self._version, self._values), self._version.padding)

    def issuer_authentication_data(
        self, cryptogram: bytes, response_code: str, status_update: bytes = bytes(CSU_BYTES)
    ) -> bytes:
        """The value of tag 91: ARPC and what it vouches for, the response code (method 1) or the card status update (2).

        ``response_code`` is DE 39, two characters, as tag 8A has it.
        """
        if self._version.arpc_method == 1:
            code = response_code.encode("ascii", errors="replace")
            return arpc_method_1(self._arpc_key, cryptogram, code) + code
        return arpc_method_2(self._arpc_key, cryptogram, status_update) + status_update


def covered_data(version: CryptogramVersion, values: Mapping[str, bytes]) -> bytes:
    """The bytes a cryptogram covers. CardSecurityError where a tag is missing, or has not its length."""
    data = b"".join([_value(values, tag, size) for tag, size in COVERED.items()])
    issuer_data = values.get(ISSUER_DATA_TAG, b"")
    if version.tail == "whole":
        tail, least = issuer_data, 7
    elif version.scheme == "visa":
        tail, least = issuer_data[3:7], 7
    else:
        tail = issuer_data[2:8] + (issuer_data[10:] if version.tail == "cvr and counters" else b"")
        least = 18 if version.tail == "cvr and counters" else 8
    if len(issuer_data) < least:
        raise CardSecurityError("tag 9F10", f"{len(issuer_data)} bytes", f"{least} bytes or more for {version.name}")
    return data + tail


def cryptogram_over(session_key: TripleDes, data: bytes, padding: PaddingMethod) -> bytes:
    """ISO/IEC 9797-1 algorithm 3 over the data: eight bytes (EMV Book 2, A1.2.1)."""
    return session_key.algorithm_3(padded(data, padding))


def arpc_method_1(key: TripleDes, cryptogram: bytes, response_code: bytes) -> bytes:
    """The ARPC of EMV Book 2, 8.2.1: eight bytes, over the ARQC and the two bytes of the response code."""
    _check_cryptogram(cryptogram)
    if len(response_code) != 2:
        raise CardSecurityError("response code of an ARPC", f"{len(response_code)} bytes", "2 bytes")
    return key.encrypt(xor(cryptogram, response_code + bytes(6)))


def arpc_method_2(key: TripleDes, cryptogram: bytes, status_update: bytes, proprietary: bytes = b"") -> bytes:
    """The ARPC of EMV Book 2, 8.2.2: four bytes, over ARQC, card status update and proprietary authentication data."""
    _check_cryptogram(cryptogram)
    if len(status_update) != CSU_BYTES:
        raise CardSecurityError("card status update", f"{len(status_update)} bytes", f"{CSU_BYTES} bytes")
    if len(proprietary) > PROPRIETARY_BYTES_MAX:
        found = f"{len(proprietary)} bytes"
        raise CardSecurityError("proprietary authentication data", found, f"at most {PROPRIETARY_BYTES_MAX} bytes")
    return key.algorithm_3(padded(cryptogram + status_update + proprietary, 2))[:CSU_BYTES]


def cryptogram_matches(keys: CryptogramKeys, cryptogram: bytes) -> bool:
    """Whether a card with these keys made this cryptogram over these data."""
    return same(keys.cryptogram(), cryptogram)


def atc_of(values: Mapping[str, bytes]) -> int:
    """The application transaction counter (tag 9F36), 0 to 65,535."""
    return int.from_bytes(_value(values, _ATC, 2), "big")


def atc_is_new(last: int | None, counter: int, jump_max: int = 1000) -> bool:
    """Whether a counter follows the last one an issuer has seen (None: it has seen none) by no more than ``jump_max``.

    >>> atc_is_new(5, 6), atc_is_new(5, 5), atc_is_new(5, 5000), atc_is_new(None, 5000)
    (True, False, False, True)
    """
    return last is None or 0 < counter - last <= jump_max


def with_cryptogram(
    version: CryptogramVersion, issuer_key: TripleDes, card: ChipCard, values: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The values with the ARQC (9F26) that a test card would put among them, and 9F27 that calls it one."""
    cryptogram = CryptogramKeys(version, issuer_key, card, values).cryptogram()
    return {**values, CRYPTOGRAM_TAG: cryptogram, "9F27": b"\x80"}


def sample_issuer_data(version: CryptogramVersion, key_index: int = 1) -> bytes:
    """Issuer application data (9F10) as a test card of a version has them: no offline counters, nothing refused."""
    number = version.number.to_bytes(1, "big")
    if version.scheme == "visa":
        return bytes([6, key_index]) + number + bytes.fromhex("03A00000")
    return bytes([key_index]) + number + bytes.fromhex("A00003240000") + bytes(2) + bytes(7) + b"\xff"


@frozen(kw_only=True)
class ChipPurchase:
    """What a terminal tells a test card, and what the two agree on; digits are those of the messages' own elements."""

    amount_minor: int
    currency: str  #: three digits (ISO 4217)
    country: str  #: three digits (ISO 3166), of the terminal
    date: str  #: YYMMDD
    atc: int  #: 1 to 65,535: how often the card was used
    unpredictable: bytes  #: four bytes of chance from the terminal
    transaction_type: str = "00"  #: the first two digits of DE 3
    other_minor: int = 0  #: the part that is handed out in cash
    pin_online: bool = False  #: whether the cardholder typed a PIN that goes to the issuer


def sample_chip_values(version: CryptogramVersion, card: ChipCard, purchase: ChipPurchase) -> dict[str, bytes]:
    """The values of DE 55 as a contact terminal sends them for a test card; ``with_cryptogram`` adds the cryptogram."""
    texts = {
        "9F02": f"{purchase.amount_minor:012d}",
        "9F03": f"{purchase.other_minor:012d}",
        "9F1A": purchase.country.rjust(4, "0"),
        "95": "0000048000" if purchase.pin_online else "0000008000",
        "5F2A": purchase.currency.rjust(4, "0"),
        "9A": purchase.date,
        "9C": purchase.transaction_type,
        "9F37": purchase.unpredictable.hex(),
        "82": "3900",
        "9F36": f"{purchase.atc:04X}",
        "9F33": "E0F8C8",
        "9F34": "020300" if purchase.pin_online else "1E0300",
        "9F35": "22",
        "5F34": card.sequence,
    }
    try:
        values = {tag: bytes.fromhex(text) for tag, text in texts.items()}
    except ValueError:
        raise CardSecurityError("purchase of a chip card", "a value that is no digits", "digits of even number") from None
    return {**values, ISSUER_DATA_TAG: sample_issuer_data(version)}


def _check_cryptogram(cryptogram: bytes) -> None:
    if len(cryptogram) != CRYPTOGRAM_BYTES:
        raise CardSecurityError("application cryptogram", f"{len(cryptogram)} bytes", f"{CRYPTOGRAM_BYTES} bytes")


def _value(values: Mapping[str, bytes], tag: str, size: int) -> bytes:
    value = values.get(tag)
    if value is None or len(value) != size:
        found = "nothing" if value is None else f"{len(value)} bytes"
        raise CardSecurityError(f"tag {tag}", found, f"{size} bytes")
    return value
