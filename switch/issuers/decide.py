"""An issuer's judgement of authorizations and reversals: the answer, and what the process that speaks for it does with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple
from zlib import crc32

from attrs import evolve

from switch.issuers.account import ACCOUNT_CURRENCY, NO_CARD, AccountBook, Entry, Records, Reference
from switch.issuers.profile import DO_NOT_HONOR, LOST, STOLEN, Card
from switch.issuers.scenario import Match, ScenarioState
from switch.money import currency_name, format_minor
from switch.transaction import (
    APPROVED,
    APPROVED_REASON,
    EXPIRED_CARD,
    FORMAT_ERROR,
    INSUFFICIENT_FUNDS,
    INVALID_AMOUNT,
    INVALID_CARD,
    INVALID_TRANSACTION,
    ISSUER_INOPERATIVE,
    LOST_CARD,
    STOLEN_CARD,
    UNABLE_TO_LOCATE,
    Authorization,
    Decision,
    ExchangeKey,
    Reversal,
)
from switch.transaction import DO_NOT_HONOR as DO_NOT_HONOR_CODE


class Judgement(NamedTuple):
    """A decision and its delivery. A ``hold`` goes into the durable book before the answer leaves."""

    decision: Decision  #: with ``silence``: what the switch will come to by itself
    delay_seconds: float
    silence: bool
    hold: Entry | None


class Undoing(NamedTuple):
    """What comes of a reversal. An ``entry`` goes into the durable book before the answer leaves."""

    response_code: str
    entry: Entry | None  #: a release, or the note that the original is to be refused; None where nothing changes


OVERTAKEN_REASON = "its reversal came before it"


class Case(NamedTuple):
    """All that a check looks at."""

    request: Authorization
    match: Match | None
    card: Card
    available_minor: int
    today_yymm: str
    issuer_id: str


Refusal = tuple[str, str]  #: response code and reason
Check = Callable[[Case], Refusal | None]

STATUS_REFUSALS: dict[str, Refusal] = {
    DO_NOT_HONOR: (DO_NOT_HONOR_CODE, "card is set to do not honor"),
    LOST: (LOST_CARD, "card is reported lost"),
    STOLEN: (STOLEN_CARD, "card is reported stolen"),
}


def scenario_refuses(case: Case) -> Refusal | None:
    if case.match is None or case.match.then.response_code is None:
        return None
    return case.match.then.response_code, case.match.reason


def card_unknown(case: Case) -> Refusal | None:
    return (INVALID_CARD, f"{case.issuer_id} has no card of this number") if case.card is NO_CARD else None


def card_blocked(case: Case) -> Refusal | None:
    return STATUS_REFUSALS.get(case.card.status)


def card_expired(case: Case) -> Refusal | None:
    expiry = case.card.expiry
    return (EXPIRED_CARD, f"card expired {expiry}") if expiry < case.today_yymm else None


def expiry_differs(case: Case) -> Refusal | None:
    sent = case.request.expiry
    if sent is None or sent == case.card.expiry:
        return None
    return EXPIRED_CARD, f"expiry {sent} was sent and the card has {case.card.expiry}"


def currency_foreign(case: Case) -> Refusal | None:
    currency = case.request.currency
    if currency == ACCOUNT_CURRENCY:
        return None
    return INVALID_TRANSACTION, f"amount is in {currency_name(currency)} and the account in {currency_name(ACCOUNT_CURRENCY)}"


def amount_zero(case: Case) -> Refusal | None:
    return None if case.request.amount_minor > 0 else (INVALID_AMOUNT, "amount is zero")


def funds_short(case: Case) -> Refusal | None:
    if case.request.amount_minor <= case.available_minor:
        return None
    available, asked = format_minor(case.available_minor), format_minor(case.request.amount_minor)
    name = currency_name(ACCOUNT_CURRENCY)
    return INSUFFICIENT_FUNDS, f"available {available} {name} is less than {asked} {name}"


#: In this order; the first refusal stands.
CHECKS: tuple[Check, ...] = (
    scenario_refuses,
    card_unknown,
    card_blocked,
    card_expired,
    expiry_differs,
    currency_foreign,
    amount_zero,
    funds_short,
)


def decide(
    request: Authorization,
    accounts: AccountBook,
    scenario: ScenarioState,
    *,
    now_ms: int,
    today_yymm: str,
    approval_codes: Iterator[str],
) -> Judgement:
    """Judge one request and place its hold.

    A repeat (same exchange key) gets the first answer again, at once, without a second hold; after silence it is judged anew.
    A request whose reversal came before it is refused, whatever the scenario says.
    ``today_yymm`` is the month by the centre's clock.
    """
    repeated = accounts.remembered(request.key)
    if repeated is not None:
        return Judgement(repeated, 0.0, False, None)
    if accounts.came_reversed(request):
        decision = _refused(accounts, INVALID_TRANSACTION, OVERTAKEN_REASON)
        accounts.remember(request.key, decision, None)
        return Judgement(decision, 0.0, False, None)
    match = scenario.match(request)
    if match is not None and match.then.silence:
        return Judgement(_refused(accounts, ISSUER_INOPERATIVE, f"{match.reason}: no answer"), 0.0, True, None)
    card = accounts.card(request.pan.digits)
    case = Case(request, match, card, accounts.available_minor(card), today_yymm, accounts.issuer_id)
    hold = None
    for check in CHECKS:
        refusal = check(case)
        if refusal is not None:
            decision = _refused(accounts, *refusal)
            break
    else:
        approval_code = next(approval_codes)
        hold = accounts.authorize(request, card, approval_code, APPROVED, now_ms)
        decision = Decision(
            response_code=APPROVED, approval_code=approval_code, decided_by=accounts.issuer_id, reason=APPROVED_REASON
        )
    if match is not None and match.then.response_code is None:
        decision = _told_late(decision, match)
    accounts.remember(request.key, decision, hold)
    return Judgement(decision, 0.0 if match is None else match.then.delay_seconds, False, hold)


def undo(reversal: Reversal, accounts: AccountBook, records: Records, *, now_ms: int) -> Undoing:
    """Lower the hold of a reversal's original to what is to remain of it; accepted wherever there is nothing to undo.

    A hold only ever comes down: a repeat, or a reversal that leaves more than an earlier one did, changes nothing, in
    whatever order they come. An original that was refused, met silence or is not known is refused should it come later.
    Refused itself is a reversal that names no original at all, and one whose card is not the original's.
    """
    key = reversal.original_key
    if key is None:
        if not reversal.rrn:
            return Undoing(FORMAT_ERROR, None)
        key = records.key_of(Reference(reversal.rrn, reversal.key.terminal_id, reversal.amount_minor))
    hold = None if key is None else _original_hold(key, accounts, records)
    if key is None or hold is None:
        return Undoing(APPROVED, accounts.refuse_original(reversal, now_ms))
    if reversal.pan is not None and accounts.card(reversal.pan.digits).account != hold.account:
        return Undoing(UNABLE_TO_LOCATE, None)
    return Undoing(APPROVED, accounts.release(key, now_ms, reversal.replacement_minor))


def _original_hold(key: ExchangeKey, accounts: AccountBook, records: Records) -> Entry | None:
    """The hold of an exchange, remembered or from the book; it is remembered from then on."""
    hold = accounts.hold(key)
    if hold is None:
        hold = records.hold_of(key)
        if hold is not None:
            accounts.recall(hold)
    return hold


def _refused(accounts: AccountBook, response_code: str, reason: str) -> Decision:
    return Decision(response_code=response_code, approval_code=None, decided_by=accounts.issuer_id, reason=reason)


def _told_late(decision: Decision, match: Match) -> Decision:
    return evolve(decision, reason=f"{decision.reason} ({match.reason}: {match.then.delay_seconds:g} s late)")


_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUVWXY"  # 32: without I, O, S and Z, which are misread
_CODE_BITS = 30  # six characters of five bits
_CODE_STEP = 0x278DDE6D  # odd, so that 2**30 steps meet every code once
_PAIRS = [first + second for first in _CODE_LETTERS for second in _CODE_LETTERS]


def approval_codes(seed: int, issuer_id: str, start: int = 0) -> Iterator[str]:
    """Approval codes of six letters and digits (DE 38), the same for one seed, none twice in 2**30.

    ``start`` is how many were given before, so that a restart does not give one again.
    """
    offset = crc32(f"{seed} {issuer_id}".encode())
    for number in count(start):
        code = (number * _CODE_STEP + offset) & ((1 << _CODE_BITS) - 1)
        yield _PAIRS[code >> 20] + _PAIRS[code >> 10 & 1023] + _PAIRS[code & 1023]
