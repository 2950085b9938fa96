"""Card verification values: CVV and CVC of the stripe, CVV2 and CVC2 of the printed card, iCVV of the chip.

The schemes name them differently and reckon them alike: the card number, four digits of the expiry date and three of a service
code, enciphered under a pair of DES keys (the CVK), the digits of the outcome first and its letters, taken as 0 to 5, behind.
"""

from __future__ import annotations

from typing import Final, Literal

from switch.card import Pan
from switch.card_security.ciphers import TripleDes, same
from switch.card_security.mac import padded
from switch.errors import CardSecurityError

ValueKind = Literal["cvv", "cvv2", "icvv", "csc"]
VALUE_KINDS: Final[tuple[ValueKind, ...]] = ("cvv", "cvv2", "icvv", "csc")
CVV2_SERVICE_CODE: Final = "000"  #: stands in the place of the service code for what is printed on the card
ICVV_SERVICE_CODE: Final = "999"  #: the same for the track data in the chip
CSC_DIGITS: Final = 4
CVV_DIGITS: Final = 3
_BLOCK_DIGITS: Final = 32  #: of two DES blocks
_LETTERS: Final = str.maketrans("", "", "abcdef")
_DIGITS: Final = str.maketrans("abcdef", "012345", "0123456789")


def cvv(key: TripleDes, pan: Pan, expiry: str, service_code: str) -> str:
    """The three digits of CVV (Visa) or CVC (Mastercard) for the stripe.

    ``key`` is a CVK pair of 16 bytes, ``expiry`` YYMM as the track has it, ``service_code`` three digits (ISO/IEC 7813).
    CardSecurityError for anything else.
    """
    return verification_digits(key, pan, expiry, service_code, CVV_DIGITS)


def cvv2(key: TripleDes, pan: Pan, expiry: str) -> str:
    """The three digits of CVV2 or CVC2, printed on the card: service code 000.

    ``expiry`` is four digits, YYMM here; an issuer that reckons with MMYY passes them in that order.
    """
    return verification_digits(key, pan, expiry, CVV2_SERVICE_CODE, CVV_DIGITS)


def icvv(key: TripleDes, pan: Pan, expiry: str) -> str:
    """The three digits of iCVV or chip CVC, in the track data of the chip: service code 999."""
    return verification_digits(key, pan, expiry, ICVV_SERVICE_CODE, CVV_DIGITS)


def csc(key: TripleDes, pan: Pan, expiry: str) -> str:
    """Four digits for the front of a card whose number has 15. A neutral test formula, not that of any scheme.

    The real formula is not public. This is CVV2's, of which four digits are taken, not three.
    """
    return verification_digits(key, pan, expiry, CVV2_SERVICE_CODE, CSC_DIGITS)


def cvc3(key: TripleDes, track: bytes, atc: bytes, unpredictable: bytes) -> int:
    """The dynamic value (CVC3) of a contactless card in stripe mode, 0 to 65,535; its last digits stand in a track.

    ``key`` is the card's own (``cryptograms.icc_master_key`` of the issuer's), ``track`` the track before counter, number and
    value are put in (track 2 packed, track 1 in ASCII), ``atc`` two bytes, ``unpredictable`` four. CardSecurityError where
    their lengths are others.
    """
    for name, value, size in (("ATC", atc, 2), ("unpredictable number", unpredictable, 4)):
        if len(value) != size:
            raise CardSecurityError(f"{name} of a CVC3", f"{len(value)} bytes", f"{size} bytes")
    static = key.algorithm_3(padded(track, 2))[-2:]
    return int.from_bytes(key.encrypt(static + unpredictable + atc)[-2:], "big")


#: Kind -> the three digits in the place of the service code; a CVV has that of its card.
_SERVICE_CODES: Final = {"cvv2": CVV2_SERVICE_CODE, "icvv": ICVV_SERVICE_CODE, "csc": CVV2_SERVICE_CODE}


def value_of(kind: ValueKind, key: TripleDes, pan: Pan, expiry: str, service_code: str = "") -> str:
    """The value of a kind; ``service_code`` is used by ``cvv`` alone."""
    digits = CSC_DIGITS if kind == "csc" else CVV_DIGITS
    return verification_digits(key, pan, expiry, _SERVICE_CODES.get(kind, service_code), digits)


def value_matches(kind: ValueKind, key: TripleDes, pan: Pan, expiry: str, value: str, service_code: str = "") -> bool:
    """Whether the value that somebody typed or read is the card's. False for anything that is not digits of that length."""
    return same(value_of(kind, key, pan, expiry, service_code).encode(), value.encode(errors="replace"))


def verification_digits(key: TripleDes, pan: Pan, four: str, three: str, count: int) -> str:
    """``count`` digits over a card number, four digits and three: what all these values have in common."""
    if not are_digits(four, 4):
        raise CardSecurityError("expiry", f"{len(four)} characters", "four digits, YYMM")
    if not are_digits(three, 3):
        raise CardSecurityError("service code", f"{len(three)} characters", "three digits")
    text = pan.digits + four + three
    if len(text) > _BLOCK_DIGITS or not (text.isascii() and text.isdigit()):
        raise CardSecurityError("card number", f"{len(pan.digits)} characters", "at most 19 digits")
    return decimal(key.algorithm_3(bytes.fromhex(text.ljust(_BLOCK_DIGITS, "0"))), count)


def are_digits(text: str, count: int) -> bool:
    """Whether a text is so many decimal digits.

    >>> are_digits("0123", 4), are_digits("12", 4), are_digits("१२३४", 4)
    (True, False, False)
    """
    return len(text) == count and text.isascii() and text.isdigit()


def decimal(block: bytes, count: int) -> str:
    """The first ``count`` decimal digits of a block in hexadecimal; where it has fewer, its letters follow as 0 to 5.

    >>> decimal(bytes.fromhex("ABCD12EFABCDEF3A"), 5)
    '12301'
    """
    text = block.hex()
    digits = text.translate(_LETTERS)
    if len(digits) < count:
        digits += text.translate(_DIGITS)
    return digits[:count]
