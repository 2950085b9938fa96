"""What an issuer does with an advice: it is told of what was done already, so nothing is asked of the account or a scenario."""

from __future__ import annotations

from typing import NamedTuple

from switch.issuers.account import NO_CARD, AccountBook
from switch.issuers.decide import OVERTAKEN_REASON
from switch.issuers.entry import HOLD, Entry, Placed, Records
from switch.issuers.profile import Card
from switch.money import currency_name, worded_minor
from switch.transaction import (
    APPROVALS,
    APPROVED,
    CREDITS,
    DEBITS,
    FINANCIAL,
    INQUIRIES,
    INVALID_CARD,
    INVALID_TRANSACTION,
    UNABLE_TO_LOCATE,
    Authorization,
    Decision,
)


class Taken(NamedTuple):
    """What comes of an advice. The entries go into the durable book, all in one, before the answer leaves."""

    decision: Decision  #: of the answer (0130, 0230)
    entries: tuple[Entry, ...]


def take(advice: Authorization, accounts: AccountBook, records: Records, *, now_ms: int) -> Taken:
    """Hold or credit what an advice tells of, also where the account has less.

    A completion (0220 that names a hold) gives that hold back whole and holds its own amount under its own key. What is
    placed under the advice's key already is left as it is, so a repeat changes nothing, and neither does the advice of a
    request the issuer had approved itself, unless for less. Once its reversal came, nothing is held for an advice.
    """
    card = accounts.card(advice.pan.digits)
    refusal = _refusal(advice, card, accounts)
    if refusal is not None:
        return _answered(accounts, *refusal)
    if advice.advised_code is not None and advice.advised_code not in APPROVALS:
        return _answered(accounts, APPROVED, f"nothing to hold: it was answered {advice.advised_code}")
    known = accounts.placed(advice.key, records)
    if known is not None and (accounts.came_reversed(advice) or not _granted_less(known, advice)):
        return _answered(accounts, APPROVED, "nothing to hold: this is known already")
    hold = known.entry if known is not None else _completed_hold(advice, accounts, records)
    if hold is not None and hold.account != card.account:
        return _answered(accounts, UNABLE_TO_LOCATE, "its card is not that of the original it names")
    released = None if hold is None else accounts.release(hold.key, now_ms)
    overtaken = accounts.came_reversed(advice)
    placed = None if overtaken or not _moves_money(advice) else _force(advice, card, accounts, now_ms)
    entries = tuple(entry for entry in (released, placed) if entry is not None)
    return _answered(accounts, APPROVED, _told(released, placed, overtaken, accounts.currency), entries)


def _granted_less(known: Placed, advice: Authorization) -> bool:
    """Whether the issuer granted less than the advice says was granted in its stead. A grant that was reversed, in whole or
    in part, stays as it is."""
    return known.left_minor == known.entry.amount_minor < advice.amount_minor


def _refusal(advice: Authorization, card: Card, accounts: AccountBook) -> tuple[str, str] | None:
    if card is NO_CARD:
        return INVALID_CARD, f"{accounts.issuer_id} has no card of this number"
    if advice.currency != accounts.currency:
        said, kept = currency_name(advice.currency), currency_name(accounts.currency)
        return INVALID_TRANSACTION, f"amount is in {said} and the account in {kept}"
    if advice.transaction_type not in DEBITS | CREDITS | INQUIRIES:
        return INVALID_TRANSACTION, f"processing code {advice.processing_code} is not offered by {accounts.issuer_id}"
    return None


def _completed_hold(advice: Authorization, accounts: AccountBook, records: Records) -> Entry | None:
    """The hold a completion settles; a refund may name the sale it gives back, which stays as it is."""
    key = advice.original_key
    if key is None or advice.message_class != FINANCIAL or advice.transaction_type not in DEBITS:
        return None
    original = accounts.placed(key, records)
    return original.entry if original is not None and original.entry.kind == HOLD else None


def _moves_money(advice: Authorization) -> bool:
    return advice.amount_minor > 0 and advice.transaction_type not in INQUIRIES


def _force(advice: Authorization, card: Card, accounts: AccountBook, now_ms: int) -> Entry:
    entry = accounts.force(advice, card, advice.advised_code or APPROVED, now_ms)
    accounts.recall(Placed.new(entry))
    return entry


def _told(released: Entry | None, placed: Entry | None, overtaken: bool, currency: str) -> str:
    """In words for a person what an advice has changed."""
    words = []
    if released is not None:
        words.append(f"gave back the {worded_minor(released.amount_minor, currency)} held")
    if placed is not None:
        verb = "credited" if placed.taken_minor < 0 else "held"
        words.append(f"{verb} {worded_minor(placed.amount_minor, currency)}")
    elif overtaken:
        words.append(f"held nothing: {OVERTAKEN_REASON}")
    return ", ".join(words) or "nothing to hold"


def _answered(accounts: AccountBook, response_code: str, reason: str, entries: tuple[Entry, ...] = ()) -> Taken:
    decision = Decision(response_code=response_code, approval_code=None, decided_by=accounts.issuer_id, reason=reason)
    return Taken(decision, entries)
