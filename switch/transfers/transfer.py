"""A transfer: one attempt to pay a payout, and the state that follows from what the bank said of it.

The state is made of everything the bank said, in whatever order it came: the same files read in another order, or twice, leave
the same state. A payout may be tried again only when its last transfer has ended without paying it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import Final, Literal

from switch.record import frozen

#: What a bank says of a transfer. ``accepted``: it takes it, or is working on it; ``settled``: the money has left the account;
#: ``rejected``: it does not execute it; ``returned``: the money came back. ``released`` is said by a person who asked the bank.
BankVerdict = Literal["accepted", "settled", "rejected", "returned", "released"]
#: ``due``: no transfer was issued yet, or the last one ended and the next file has another.
TransferState = Literal["due", "issued", "accepted", "rejected", "returned", "disputed"]
STATES: Final[tuple[TransferState, ...]] = ("due", "issued", "accepted", "rejected", "returned", "disputed")
#: States of a transfer that did not pay, or paid and had the money back: the payout waits for another one.
PAYABLE_AGAIN: Final[frozenset[TransferState]] = frozenset({"rejected", "returned"})
ID_LENGTH_MAX: Final = 35  #: Max35Text of ISO 20022: message ids, payment ids, end-to-end ids
_PLAIN: Final = re.compile(r"[A-Za-z0-9.-]+")  #: letters that every bank takes in an id
_KEPT: Final = 18  #: characters of a long reference that its end-to-end id keeps
_DIGEST: Final = 10  #: hexadecimal digits that tell two long references apart


@frozen(kw_only=True)
class Transfer:
    """One attempt to pay one payout."""

    end_to_end_id: str
    reference: str  #: of the payout
    attempt: int  #: 1, and one more each time the payout is tried again
    merchant_id: str
    name: str  #: of the account's holder
    rib: str
    currency: str  #: ISO 4217, numeric
    amount_minor: int
    requested_date: str  #: the banking day on which the bank is to execute it
    remittance: str  #: what the merchant reads on its bank statement


def state_of(said: Collection[str]) -> TransferState:
    """The state of a transfer that was issued, by the verdicts on it.

    >>> state_of([]), state_of(["accepted", "settled"]), state_of(["settled", "returned"])
    ('issued', 'accepted', 'returned')

    A bank that rejects a transfer and also settles it contradicts itself, and nobody may pay again before a person asked it:

    >>> state_of(["rejected", "settled"]), state_of(["rejected", "settled", "released"])
    ('disputed', 'rejected')
    """
    if "returned" in said:
        return "returned"
    if "rejected" in said:
        return "disputed" if "settled" in said and "released" not in said else "rejected"
    return "accepted" if said else "issued"


def end_to_end_id_of(reference: str, attempt: int) -> str:
    """The end-to-end id of a payout's transfer: its reference, and the number of the attempt from the second one on.

    A reference that is too long for ISO 20022, or has other characters than letters, digits, point and hyphen, keeps its
    beginning and gets a digest of the whole.

    >>> end_to_end_id_of("2026-11-20-EPICERIE0000001", 1), end_to_end_id_of("2026-11-20-EPICERIE0000001", 2)
    ('2026-11-20-EPICERIE0000001', '2026-11-20-EPICERIE0000001/2')
    >>> end_to_end_id_of("2026-11-20-EPICERIE0000001-PORT0001-000285", 3)
    '2026-11-20-EPICERI.c99184e162/3'
    """
    suffix = "" if attempt == 1 else f"/{attempt}"
    if _PLAIN.fullmatch(reference) and len(reference) + len(suffix) <= ID_LENGTH_MAX:
        return reference + suffix
    kept = re.sub(r"[^A-Za-z0-9.-]", "-", reference[:_KEPT])
    return f"{kept}.{hashlib.sha256(reference.encode()).hexdigest()[:_DIGEST]}{suffix}"
