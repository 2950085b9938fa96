"""Whether a PIN is the cardholder's: the PVV of the schemes, and the offset of IBM 3624."""

from __future__ import annotations

from typing import Final

from switch.card import Pan
from switch.card_security.ciphers import TripleDes, same
from switch.card_security.pin_blocks import PIN_DIGITS_MIN, check_pin
from switch.card_security.verification_values import are_digits, decimal
from switch.errors import CardSecurityError

PVV_DIGITS: Final = 4
TABLE: Final = "0123456789012345"  #: the usual decimalization table: A to F are 0 to 5
_PAN_DIGITS: Final = 11  #: of a card number in a PVV, without the check digit
_HEX: Final = "0123456789abcdef"
_HEXADECIMAL: Final = frozenset(_HEX + "ABCDEF")


def pvv(key: TripleDes, pan: Pan, key_index: str, pin: str) -> str:
    """The four digits of a PIN verification value (Visa PVV, also Mastercard's).

    ``key`` is the PVK pair, ``key_index`` its one digit (PVKI). Of the PIN the first four digits count. CardSecurityError
    where the card number has fewer than twelve digits, or the PIN is none.
    """
    if not are_digits(key_index, 1):
        raise CardSecurityError("key index of a PVV", f"{len(key_index)} characters", "one digit")
    if len(pan.digits) <= _PAN_DIGITS or not (pan.digits.isascii() and pan.digits.isdigit()):
        raise CardSecurityError("card number", f"{len(pan.digits)} characters", "12 to 19 digits")
    check_pin(pin)
    parameter = pan.digits[-_PAN_DIGITS - 1 : -1] + key_index + pin[:PVV_DIGITS]
    return decimal(key.encrypt(bytes.fromhex(parameter)), PVV_DIGITS)


def pvv_matches(key: TripleDes, pan: Pan, key_index: str, pin: str, value: str) -> bool:
    """Whether a PIN has this PVV."""
    return same(pvv(key, pan, key_index, pin).encode(), value.encode(errors="replace"))


def validation_data(pan: Pan, start: int = 0, length: int = 16, pad: str = "0") -> str:
    """The sixteen hexadecimal digits that IBM 3624 enciphers: ``length`` digits of the card number from ``start`` (0 is the
    first), padded on the right. Issuers differ in which they take.

    >>> validation_data(Pan("1234567890123456"), 4, 11, "F")
    '56789012345FFFFF'
    """
    if not (start >= 0 and 0 < length <= 16 and start + length <= len(pan.digits)):
        raise CardSecurityError("validation data", f"{length} digits from {start}", "1 to 16 digits inside the card number")
    return pan.digits[start : start + length].ljust(16, pad)


def natural_pin(key: TripleDes, data: str, digits: int, table: str = TABLE) -> str:
    """The PIN that IBM 3624 makes of validation data (16 hexadecimal digits): enciphered, then decimalized by a table."""
    if len(data) != 16 or not _HEXADECIMAL.issuperset(data):
        raise CardSecurityError("validation data", f"{len(data)} characters", "16 hexadecimal digits")
    if not are_digits(table, 16):
        raise CardSecurityError("decimalization table", f"{len(table)} characters", "16 digits")
    return key.encrypt(bytes.fromhex(data)).hex().translate(str.maketrans(_HEX, table))[:digits]


def pin_offset(key: TripleDes, data: str, pin: str, table: str = TABLE) -> str:
    """The IBM 3624 offset of a PIN: each digit less the natural PIN's, modulo 10. It has as many digits as the PIN."""
    check_pin(pin)
    natural = natural_pin(key, data, len(pin), table)
    return "".join(str((int(one) - int(other)) % 10) for one, other in zip(pin, natural, strict=True))


def offset_matches(key: TripleDes, data: str, pin: str, offset: str, table: str = TABLE) -> bool:
    """Whether a PIN has this offset. Where the offset is shorter, the first digits of the PIN count (IBM's check length)."""
    found = pin_offset(key, data, pin, table)
    wanted = offset.encode(errors="replace")
    return len(wanted) >= PIN_DIGITS_MIN and same(found.encode()[: len(wanted)], wanted)
