"""An issuer's judgement of requests and reversals: the answer, and what the process that speaks for it does with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple
from zlib import crc32

from attrs import evolve

from switch.issuers.account import NO_CARD, AccountBook
from switch.issuers.amounts import balances, original_amount
from switch.issuers.cards.magic import Match, magic_match
from switch.issuers.cards.status import ACCOUNT_BLOCKED, BLOCKED_BY_BANK, STATUS_REFUSALS, Refusal
from switch.issuers.case import Case, Means
from switch.issuers.entry import Entry, EntryReference, Records
from switch.issuers.product_checks import (
    ALL_CASH,
    HANDS_OUT_CASH,
    OF_PRODUCT,
    account_missing,
    channel_closed,
    contactless_above_limit,
    not_active_yet,
    order_stopped,
    service_not_bought,
    used_abroad,
    used_too_much,
)
from switch.issuers.proofs.proof import Proof, Proofs, authentication_missing
from switch.issuers.proofs.tries import ProofEvent
from switch.money import currency_name, worded_minor
from switch.transaction import (
    AMOUNT_LIMIT_EXCEEDED,
    APPROVED,
    APPROVED_REASON,
    BALANCE_INQUIRY,
    CREDITS,
    DEBITS,
    EXPIRED_CARD,
    FORMAT_ERROR,
    INQUIRIES,
    INSUFFICIENT_FUNDS,
    INVALID_AMOUNT,
    INVALID_CARD,
    INVALID_TRANSACTION,
    OTHER,
    PARTIALLY_APPROVED,
    UNABLE_TO_LOCATE,
    Authorization,
    Decision,
    Reversal,
)


class Judgement(NamedTuple):
    """A decision. An ``entry`` goes into the durable book before the answer leaves."""

    decision: Decision
    entry: Entry | None  #: a hold or a credit; None where no money moves
    events: tuple[ProofEvent, ...] = ()  #: what the book has to remember of the proofs of card and holder, too
    magic: str | None = None  #: the kind of the card, where it is a magic one and no rule says how it is answered


class Undoing(NamedTuple):
    """What comes of a reversal. An ``entry`` goes into the durable book before the answer leaves."""

    response_code: str
    entry: Entry | None  #: what undoes its original, or the note that the original is to be refused; None where nothing changes


OVERTAKEN_REASON = "its reversal came before it"


_Check = Callable[[Case], Refusal | None]


def scenario_refuses(case: Case) -> Refusal | None:
    if case.match is None or case.match.code is None:
        return None
    return case.match.code, case.match.reason


def card_unknown(case: Case) -> Refusal | None:
    return (INVALID_CARD, f"{case.issuer_id} has no card of this number") if case.card is NO_CARD else None


def card_blocked(case: Case) -> Refusal | None:
    return ACCOUNT_BLOCKED if case.card.status == BLOCKED_BY_BANK else STATUS_REFUSALS.get(case.card.status)


def card_expired(case: Case) -> Refusal | None:
    expiry = case.card.expiry
    return (EXPIRED_CARD, f"card expired {expiry}") if expiry < case.today_yymm else None


def expiry_differs(case: Case) -> Refusal | None:
    sent = case.request.expiry
    if sent is None or sent == case.card.expiry or (case.card.any_expiry and sent >= case.today_yymm):
        return None
    return EXPIRED_CARD, f"expiry {sent} was sent and the card has {case.card.expiry}"


def authentication_asked(case: Case) -> Refusal | None:
    return authentication_missing(case.request, case.card)


def proof_wrong(case: Case) -> Refusal | None:
    return None if case.proof is None else case.proof.wrong()


def currency_foreign(case: Case) -> Refusal | None:
    currency = case.request.currency
    if currency == case.currency:
        return None
    return INVALID_TRANSACTION, f"amount is in {currency_name(currency)} and the account in {currency_name(case.currency)}"


def amount_zero(case: Case) -> Refusal | None:
    return None if case.request.amount_minor > 0 else (INVALID_AMOUNT, "amount is zero")


def cash_above_limit(case: Case) -> Refusal | None:
    request, card = case.request, case.card
    limit_minor = card.cash_limit_minor if card.cash_limit_minor is not None else card.product.cash_limit_minor
    if request.cash_back_minor > request.amount_minor:
        return INVALID_AMOUNT, "more cash back than the amount it is part of"
    if limit_minor is None:
        return None
    cash_minor = request.amount_minor if request.transaction_type in ALL_CASH else request.cash_back_minor
    if cash_minor <= limit_minor:
        return None
    said, limit = worded_minor(cash_minor, case.currency), worded_minor(limit_minor, case.currency)
    return AMOUNT_LIMIT_EXCEEDED, f"{said} in cash is more than the card's limit of {limit}"


def funds_short(case: Case) -> Refusal | None:
    if case.request.amount_minor <= case.available_minor or (case.available_minor > 0 and takes_part(case.request)):
        return None
    available, asked = worded_minor(case.available_minor, case.currency), worded_minor(case.request.amount_minor, case.currency)
    return INSUFFICIENT_FUNDS, f"available {available} is less than {asked}"


def takes_part(request: Authorization) -> bool:
    """Whether a part of the amount may be granted: the acquirer can take one. Cash is handed out whole or not at all."""
    return request.partial_accepted and request.transaction_type not in HANDS_OUT_CASH


def not_offered(case: Case) -> Refusal | None:
    return INVALID_TRANSACTION, f"processing code {case.request.processing_code} is not offered by {case.issuer_id}"


_OF_CARD: tuple[_Check, ...] = (scenario_refuses, card_unknown, card_blocked)
_OF_EXPIRY: tuple[_Check, ...] = (not_active_yet, card_expired, expiry_differs)
_OF_USE: tuple[_Check, ...] = (order_stopped, used_abroad, service_not_bought, channel_closed, account_missing)
_OF_PROOFS: tuple[_Check, ...] = (authentication_asked, proof_wrong)
_OF_AMOUNT: tuple[_Check, ...] = (currency_foreign, amount_zero)
_OF_LIMITS: tuple[_Check, ...] = (contactless_above_limit, cash_above_limit, used_too_much)

#: Transaction type -> what it is judged by, in this order; the first refusal stands. A refund reaches an account whose card
#: has expired too, and what asks without moving money needs no amount.
CHECKS: dict[str, tuple[_Check, ...]] = {
    **dict.fromkeys(DEBITS, (*_OF_CARD, *_OF_EXPIRY, *_OF_USE, *_OF_PROOFS, *_OF_AMOUNT, *_OF_LIMITS, funds_short)),
    **dict.fromkeys(CREDITS, (*_OF_CARD, *_OF_AMOUNT)),
    **dict.fromkeys(INQUIRIES, (*_OF_CARD, *_OF_EXPIRY, *_OF_USE, *_OF_PROOFS)),
    OTHER: (*_OF_CARD, not_offered),
}


#: The same for a card without rules of its own, which are most.
_UNRULED: dict[str, tuple[_Check, ...]] = {
    kind: tuple(check for check in checks if check not in OF_PRODUCT) for kind, checks in CHECKS.items()
}


def decide(
    request: Authorization,
    accounts: AccountBook,
    match: Match | None,
    *,
    means: Means,
    now_ms: int,
    today_yymm: str,
    approval_codes: Iterator[str],
    asked: Authorization | None = None,
    proofs: Proofs | None = None,
) -> Judgement:
    """Judge one request and place its hold or its credit.

    A repeat (same exchange key) gets the first answer again, and nothing more is placed. A request whose reversal came before
    it is refused, whatever a rule of a scenario says (``match``).
    ``today_yymm`` is the month by the centre's clock; without ``proofs`` no proof of card and holder is looked at. ``asked``
    is the request in the currency of the sale, where ``request`` has been converted to that of the account; magic cards go
    by it.
    """
    repeated = accounts.remembered(request.key)
    if repeated is not None:
        return Judgement(_with_original_amount(repeated, request), None)
    if accounts.came_reversed(request):
        decision = _refused(accounts, INVALID_TRANSACTION, OVERTAKEN_REASON)
        accounts.remember(request.key, decision, None)
        return Judgement(decision, None)
    card, magic = accounts.card(request.pan.digits), None
    if card.magic is not None and match is None:
        magic, match = card.magic, magic_match(card.magic, (request if asked is None else asked).amount_minor)
    available_minor = accounts.available_minor(card)
    proof = None if request.security is None or proofs is None else proofs.of(request, card, now_ms)
    case = Case(request, match, card, available_minor, today_yymm, accounts.issuer_id, now_ms, accounts, means, proof)
    entry = None
    for check in (CHECKS if card.ruled else _UNRULED)[request.transaction_type]:
        refusal = check(case)
        if refusal is not None:
            decision = _refused(accounts, *refusal, proof)
            break
    else:
        decision, entry = _granted(case, accounts, next(approval_codes), now_ms)
    if match is not None and match.code is None:
        decision = evolve(decision, reason=f"{decision.reason} ({match.reason}{match.told and ': '}{match.told})")
    accounts.remember(request.key, decision, entry)
    events = () if proof is None else proof.events
    return Judgement(decision, entry, events, magic)


def _granted(case: Case, accounts: AccountBook, approval_code: str, now_ms: int) -> tuple[Decision, Entry | None]:
    """The approval of a request judged good, and what it places."""
    request, card, entry = case.request, case.card, None
    code, reason, granted_minor, carried = APPROVED, APPROVED_REASON, None, None
    if request.transaction_type in DEBITS:
        held_minor = request.amount_minor
        granted = _part(case)
        if held_minor > case.available_minor:
            granted = min(case.available_minor, case.available_minor if granted is None else granted)
        if granted is not None:
            code, reason, held_minor = PARTIALLY_APPROVED, _partial_reason(case, granted), granted
            granted_minor, carried = held_minor, original_amount(request.amount_minor, case.currency)
        entry = accounts.hold(request, card, held_minor, approval_code, code, now_ms)
    elif request.transaction_type in CREDITS:
        entry = accounts.credit(request, card, approval_code, code, now_ms)
    elif request.transaction_type == BALANCE_INQUIRY:
        carried = balances(accounts.ledger_minor(card), case.available_minor, case.currency)
    decision = Decision(
        response_code=code,
        approval_code=approval_code,
        decided_by=accounts.issuer_id,
        reason=reason,
        approved_minor=granted_minor,
        carried=carried,
        results=None if case.proof is None else case.proof.results(code),
    )
    return decision, entry


def _part(case: Case) -> int | None:
    """What a rule grants, or half of what is asked for, where a magic card grants no more; None where all is granted. Cash is
    handed out whole."""
    request, match = case.request, case.match
    if match is None or request.transaction_type in HANDS_OUT_CASH:
        return None
    if match.part_minor is not None:
        return match.part_minor if 0 < match.part_minor < request.amount_minor else None
    return request.amount_minor // 2 or None if match.in_part else None


def _partial_reason(case: Case, granted_minor: int) -> str:
    granted, asked = worded_minor(granted_minor, case.currency), worded_minor(case.request.amount_minor, case.currency)
    return f"approved {granted} of {asked}{', all that is available' if granted_minor == case.available_minor else ''}"


def _with_original_amount(decision: Decision, request: Authorization) -> Decision:
    """A partial approval rebuilt from the book, which does not keep what was asked for."""
    if decision.response_code != PARTIALLY_APPROVED or decision.carried is not None:
        return decision
    return evolve(decision, carried=original_amount(request.amount_minor, request.currency))


def undo(reversal: Reversal, accounts: AccountBook, records: Records, *, now_ms: int) -> Undoing:
    """Lower a reversal's original, a hold or a credit, to what is to remain of it; accepted wherever there is nothing to undo.

    It only ever comes down: a repeat, or a reversal that leaves more than an earlier one did, changes nothing, in
    whatever order they come. An original that was refused, met silence or is not known is refused should it come later. One
    that was granted in part, for no more than is to remain, stays as it is, and no later advice adds to it.
    Refused itself is a reversal that names no original at all, and one whose card is not the original's.
    """
    key = reversal.original_key
    if key is None:
        if not reversal.rrn:
            return Undoing(FORMAT_ERROR, None)
        key = records.key_of(EntryReference(reversal.rrn, reversal.key.terminal_id, reversal.amount_minor))
    placed = None if key is None else accounts.placed(key, records)
    if key is None or placed is None:
        return Undoing(APPROVED, accounts.refuse_original(reversal, now_ms))
    if reversal.pan is not None and accounts.card(reversal.pan.digits).account != placed.entry.account:
        return Undoing(UNABLE_TO_LOCATE, None)
    entry = accounts.lower(key, now_ms, reversal.replacement_minor)
    if entry is None and placed.granted_in_part:
        entry = accounts.refuse_original(reversal, now_ms)
    return Undoing(APPROVED, entry)


def _refused(accounts: AccountBook, response_code: str, reason: str, proof: Proof | None = None) -> Decision:
    return Decision(
        response_code=response_code,
        approval_code=None,
        decided_by=accounts.issuer_id,
        reason=reason,
        results=None if proof is None else proof.results(response_code),
    )


_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUVWXY"  # 32: without I, O, S and Z, which are misread
_CODE_BITS = 30  # six characters of five bits
_CODE_STEP = 0x278DDE6D  # odd, so that 2**30 steps meet every code once
_PAIRS = [first + second for first in _CODE_LETTERS for second in _CODE_LETTERS]


def approval_codes(seed: int, issuer_id: str, start: int = 0) -> Iterator[str]:
    """Approval codes of six letters and digits (DE 38), the same for one seed, none twice in 2**30.

    ``start`` is how many were given before, so that a restart does not give one of them again. Those of inquiries and card
    verifications are in no book and not counted: no money stands behind them.
    """
    offset = crc32(f"{seed} {issuer_id}".encode())
    for number in count(start):
        code = (number * _CODE_STEP + offset) & ((1 << _CODE_BITS) - 1)
        yield _PAIRS[code >> 20] + _PAIRS[code >> 10 & 1023] + _PAIRS[code & 1023]
