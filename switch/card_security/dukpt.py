"""DUKPT with Triple DES (ANSI X9.24-1:2009): a key for each transaction, derived from one that the terminal no longer has.

A key serial number (KSN) is ten bytes: 59 bits that name the terminal's initial key, then 21 of a transaction counter.
"""

from __future__ import annotations

from typing import Final, Literal

from switch.card_security.ciphers import DES_BYTES, TripleDes, xor
from switch.errors import CardSecurityError

KSN_BYTES: Final = 10
COUNTER_BITS: Final = 21
COUNTER_MAX: Final = (1 << COUNTER_BITS) - 1
DukptUse = Literal["pin", "mac", "mac_response", "data", "data_response"]
#: Use -> the variant that the key of a transaction is xored with (X9.24-1:2009, annex A.4.1 and table A-2).
VARIANTS: Final[dict[DukptUse, bytes]] = {
    "pin": bytes.fromhex("00000000000000FF" * 2),
    "mac": bytes.fromhex("000000000000FF00" * 2),
    "mac_response": bytes.fromhex("00000000FF000000" * 2),
    "data": bytes.fromhex("0000000000FF0000" * 2),
    "data_response": bytes.fromhex("000000FF00000000" * 2),
}
_OTHER_HALF: Final = bytes.fromhex("C0C0C0C000000000" * 2)
_COUNTER_MASK: Final = COUNTER_MAX


def counter_of(ksn: bytes) -> int:
    """The transaction counter of a key serial number.

    >>> counter_of(bytes.fromhex("FFFF9876543210E00001"))
    1
    """
    _check_ksn(ksn)
    return int.from_bytes(ksn, "big") & _COUNTER_MASK


def initial_key(base_key: bytes, ksn: bytes) -> bytes:
    """The initial PIN encryption key (IPEK) of a terminal: 16 bytes, from the base derivation key (BDK) of 16 bytes."""
    _check_ksn(ksn)
    if len(base_key) != 2 * DES_BYTES:
        raise CardSecurityError("BDK", f"{len(base_key)} bytes", "16 bytes")
    name = (int.from_bytes(ksn, "big") & ~_COUNTER_MASK).to_bytes(KSN_BYTES, "big")[:DES_BYTES]
    return TripleDes(base_key).encrypt(name) + TripleDes(xor(base_key, _OTHER_HALF)).encrypt(name)


def transaction_key(first_key: bytes, ksn: bytes) -> bytes:
    """The key of the transaction that a key serial number counts: 16 bytes, before any variant. ``first_key`` is the IPEK."""
    counter = counter_of(ksn)
    key, register = first_key, int.from_bytes(ksn[2:], "big") & ~_COUNTER_MASK
    for place in reversed(range(COUNTER_BITS)):
        bit = counter & (1 << place)
        if bit:
            register |= bit
            key = _next(key, register.to_bytes(DES_BYTES, "big"))
    return key


def session_key(base_key: bytes, ksn: bytes, use: DukptUse) -> bytes:
    """The key of a transaction for one use: PIN, MAC of the request or of the response, data of either. 16 bytes.

    Data keys are enciphered under themselves once more, as X9.24-1:2009 has it. CardSecurityError where the KSN has not
    ten bytes, or its counter is 0, which no transaction has.
    """
    if counter_of(ksn) == 0:
        raise CardSecurityError("KSN", "a transaction counter of 0", "1 or more")
    key = xor(transaction_key(initial_key(base_key, ksn), ksn), VARIANTS[use])
    return TripleDes(key).encrypt(key) if use in ("data", "data_response") else key


def _next(key: bytes, register: bytes) -> bytes:
    """The non-reversible step of X9.24-1: both halves of the key that follows."""
    return _half(xor(key, _OTHER_HALF), register) + _half(key, register)


def _half(key: bytes, register: bytes) -> bytes:
    left, right = key[:DES_BYTES], key[DES_BYTES:]
    return xor(TripleDes(left * 2).encrypt(xor(register, right)), right)


def _check_ksn(ksn: bytes) -> None:
    if len(ksn) != KSN_BYTES:
        raise CardSecurityError("KSN", f"{len(ksn)} bytes", f"{KSN_BYTES} bytes")
