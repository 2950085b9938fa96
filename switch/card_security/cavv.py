"""A cardholder authentication value (CAVV) for tests: CVV2 over other data, in the twenty bytes such a value has.

**A neutral test formula.** The formulas of the schemes are not public; this one has their shape (a result, a number nobody can
guess, and digits under a key that the issuer holds), and no value made by a scheme is right under it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from switch.card import Pan
from switch.card_security.ciphers import TripleDes, same
from switch.card_security.verification_values import CVV_DIGITS, are_digits, verification_digits
from switch.errors import CardSecurityError

CAVV_BYTES: Final = 20
_TRANSACTION_BYTES: Final = 8  #: of the number the access control server gave the transaction
_LAST: Final = CAVV_BYTES - 5 - 2 - _TRANSACTION_BYTES


class CavvParts(NamedTuple):
    """What a CAVV says beside its three digits."""

    result: str  #: one digit: 0 authenticated, 7 attempted
    factor: str  #: two digits: how the cardholder was asked; 00 not at all
    number: str  #: four digits nobody can guess
    transaction: bytes  #: eight bytes: the number of the authentication


def make_cavv(key: TripleDes, pan: Pan, parts: CavvParts) -> bytes:
    """The twenty bytes: result, factor, key index, three digits, number (all BCD), transaction, zeros. A test formula."""
    checked = (
        ("result", parts.result, 1, "one digit"),
        ("factor", parts.factor, 2, "two digits"),
        ("number", parts.number, 4, "four digits"),
    )
    for name, text, count, expected in checked:
        if not are_digits(text, count):
            raise CardSecurityError(f"CAVV {name}", f"{len(text)} characters", expected)
    if len(parts.transaction) != _TRANSACTION_BYTES:
        raise CardSecurityError("CAVV transaction", f"{len(parts.transaction)} bytes", f"{_TRANSACTION_BYTES} bytes")
    digits = verification_digits(key, pan, parts.number, parts.result + parts.factor, CVV_DIGITS)
    head = bytes.fromhex(f"0{parts.result}{parts.factor}01" + f"0{digits}" + parts.number)
    return head + parts.transaction + bytes(_LAST)


def cavv_parts(cavv: bytes) -> CavvParts:
    """What a CAVV says, whoever made it; CardSecurityError where it has not twenty bytes, or no digits where they should be."""
    if len(cavv) != CAVV_BYTES:
        raise CardSecurityError("CAVV", f"{len(cavv)} bytes", f"{CAVV_BYTES} bytes")
    head = cavv[:7].hex()
    if not head.isdigit() or head[0] != "0":
        raise CardSecurityError("CAVV", "bytes that are no digits", "digits in its first seven bytes", position=0)
    return CavvParts(head[1], head[2:4], head[10:14], cavv[7 : 7 + _TRANSACTION_BYTES])


def cavv_matches(key: TripleDes, pan: Pan, cavv: bytes) -> bool:
    """Whether a CAVV is the one of this card and of what it says itself; False for bytes that are none."""
    try:
        return same(make_cavv(key, pan, cavv_parts(cavv)), cavv)
    except CardSecurityError:
        return False
