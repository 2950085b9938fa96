"""PIN blocks of ISO 9564-1: formats 0 and 3 in a DES block, format 4 in an AES block.

A PIN is 4 to 12 digits. Formats 0 and 3 hide it behind the card number, so that a block read with another card's number is no
PIN, or another one; format 3 is filled by chance, and so is format 4, which is enciphered twice.
"""

from __future__ import annotations

from typing import Final, Literal

from switch.card import Pan
from switch.card_security.ciphers import AES_BYTES, DES_BYTES, Aes, BlockCipher, xor
from switch.errors import CardSecurityError

PinBlockFormat = Literal[0, 3, 4]
PIN_BLOCK_FORMATS: Final[tuple[PinBlockFormat, ...]] = (0, 3, 4)
PIN_DIGITS_MIN: Final = 4
PIN_DIGITS_MAX: Final = 12
FILL_BYTES: Final = 10  #: of chance that format 3 takes for a PIN of four digits; format 4 takes eight
_FIELD_DIGITS: Final = 14  #: of PIN and fill, behind format and length
_PAN_DIGITS: Final = 12  #: of a card number in formats 0 and 3, without the check digit
_FILL_3: Final = "ABCDEF"
_FILLS: Final = {0: set("f"), 3: set("abcdef"), 4: set("a")}


def block_bytes(kind: PinBlockFormat) -> int:
    """The length of a block of a format, in bytes.

    >>> [block_bytes(kind) for kind in PIN_BLOCK_FORMATS]
    [8, 8, 16]
    """
    return AES_BYTES if kind == 4 else DES_BYTES


def sealed_pin(kind: PinBlockFormat, key: BlockCipher, pin: str, pan: Pan, fill: bytes = b"") -> bytes:
    """An enciphered PIN block (ISO 9564-1). ``fill`` is FILL_BYTES bytes of chance for formats 3 and 4.

    CardSecurityError where the PIN has not 4 to 12 digits, the fill is too short, or the key is not of the cipher the format
    takes: AES for 4, Triple DES for 0 and 3.
    """
    _check_key(kind, key)
    if kind == 4:
        return key.encrypt(xor(key.encrypt(pin_field(4, pin, fill)), pan_field(4, pan)))
    return key.encrypt(clear_block(kind, pin, pan, fill))


def opened_pin(kind: PinBlockFormat, key: BlockCipher, block: bytes, pan: Pan) -> str:
    """The PIN of an enciphered block (ISO 9564-1). CardSecurityError where it is no PIN under this key and card number."""
    _check_key(kind, key)
    if len(block) != block_bytes(kind):
        raise CardSecurityError("PIN block", f"{len(block)} bytes", f"{block_bytes(kind)} bytes of format {kind}")
    if kind == 4:
        return _pin_in(4, key.decrypt(xor(key.decrypt(block), pan_field(4, pan))))
    return clear_pin(kind, key.decrypt(block), pan)


def clear_block(kind: Literal[0, 3], pin: str, pan: Pan, fill: bytes = b"") -> bytes:
    """A block of format 0 or 3 before it is enciphered: eight bytes."""
    return xor(pin_field(kind, pin, fill), pan_field(kind, pan))


def chip_block(pin: str) -> bytes:
    """A block of format 2: what a terminal hands to the chip, which compares the PIN itself. It never travels to an issuer."""
    check_pin(pin)
    return bytes.fromhex(f"2{len(pin):X}{pin}".ljust(2 * DES_BYTES, "F"))


def clear_pin(kind: Literal[0, 3], block: bytes, pan: Pan) -> str:
    """The PIN of a deciphered block of format 0 or 3. CardSecurityError where it is none."""
    if len(block) != DES_BYTES:
        raise CardSecurityError("PIN block", f"{len(block)} bytes", f"{DES_BYTES} bytes of format {kind}")
    return _pin_in(kind, xor(block, pan_field(kind, pan)))


def pin_field(kind: PinBlockFormat, pin: str, fill: bytes = b"") -> bytes:
    """Format, length, PIN and fill: the part of a block without the card number."""
    check_pin(pin)
    rest = _FIELD_DIGITS - len(pin)
    if kind != 0 and len(fill) < FILL_BYTES:
        raise CardSecurityError("fill of a PIN block", f"{len(fill)} bytes", f"{FILL_BYTES} bytes of chance")
    begin = f"{kind:X}{len(pin):X}{pin}"
    if kind == 0:
        return bytes.fromhex(begin + "F" * rest)
    if kind == 3:
        return bytes.fromhex(begin + "".join(_FILL_3[byte % len(_FILL_3)] for byte in fill[:rest]))
    return bytes.fromhex(begin + "A" * rest) + fill[:DES_BYTES]


def pan_field(kind: PinBlockFormat, pan: Pan) -> bytes:
    """The part of a block that is the card number: its last twelve digits but the check digit, or, in format 4, all of it."""
    digits = pan.digits
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        raise CardSecurityError("card number", f"{len(digits)} characters", "at most 19 digits")
    if kind == 4:
        digits = digits.rjust(_PAN_DIGITS, "0")
        return bytes.fromhex(f"{len(digits) - _PAN_DIGITS:X}{digits}".ljust(2 * AES_BYTES, "0"))
    return bytes.fromhex(digits[:-1][-_PAN_DIGITS:].rjust(2 * DES_BYTES, "0"))


def check_pin(pin: str) -> None:
    """CardSecurityError where a PIN has not 4 to 12 digits."""
    if not (PIN_DIGITS_MIN <= len(pin) <= PIN_DIGITS_MAX and pin.isascii() and pin.isdigit()):
        raise CardSecurityError("PIN", f"{len(pin)} characters", f"{PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits")


def _pin_in(kind: PinBlockFormat, field: bytes) -> str:
    """The PIN of a field. What the field holds is not told: it may be a PIN for all that is wrong."""
    text = field.hex()
    if text[0] != str(kind):
        raise CardSecurityError("PIN block", "another format, key or card number", f"a block of format {kind}")
    size = int(text[1], 16)
    if not PIN_DIGITS_MIN <= size <= PIN_DIGITS_MAX:
        raise CardSecurityError("PIN block", "a length that no PIN has", f"{PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits")
    pin, rest = text[2 : 2 + size], text[2 + size : 2 + _FIELD_DIGITS]
    if not pin.isdigit() or not _FILLS[kind].issuperset(rest):
        raise CardSecurityError("PIN block", "other than digits and their fill", f"a PIN in format {kind}")
    return pin


def _check_key(kind: PinBlockFormat, key: BlockCipher) -> None:
    if isinstance(key, Aes) != (kind == 4):
        expected = "AES" if kind == 4 else "Triple DES"
        raise CardSecurityError("PIN key", "AES" if isinstance(key, Aes) else "Triple DES", f"{expected} for format {kind}")
