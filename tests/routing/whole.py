"""A dialogue whose effects are told whole: every amount, number, name and reason of them, one line an effect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve

from switch.routing.memory.deliveries import Delivery
from switch.routing.switchboard import Switchboard
from switch.routing.traffic.effects import (
    Deliver,
    Effect,
    Forward,
    JournalDecision,
    JournalDelivery,
    JournalRequest,
    JournalReversal,
    Reply,
    ReplyReversal,
)
from switch.transaction import Authorization, Decision, ExchangeKey, Reversal
from tests.support.dialogue import in_words


def _key(key: ExchangeKey | None) -> str:
    """STAN and time, for all of these are of one acquirer and mostly of one terminal."""
    if key is None:
        return "none"
    return f"{key.stan}@{key.transmitted_at[-6:]}" + ("" if key.terminal_id == "TERM0001" else f"/{key.terminal_id}")


def _request(request: Authorization) -> str:
    named = f" of {_key(request.original_key)}" if request.original_key else ""
    said = [request.function, request.message_class, request.entry_mode, request.approval_code, request.original_minor]
    return f"{_key(request.key)}{named} {request.amount_minor} {' '.join(str(each) for each in said if each is not None)}"


def _reversal(reversal: Reversal) -> str:
    amounts = f"{reversal.amount_minor} leaves {reversal.replacement_minor}"
    named = _key(reversal.original_key)
    return f"{reversal.mti or 'no message'} {_key(reversal.key)} of {named} {amounts}, {reversal.reason!r}"


def _delivery(owed: Delivery) -> str:
    what = f"{owed.delivery_id} {owed.kind} to {owed.issuer}, request {owed.request_id}"
    return f"{what}, {owed.replacement_minor} of {_request(owed.original)}, {owed.message_reason!r} {owed.approval_code}"


def _decision(decision: Decision) -> str:
    worth = "" if decision.approved_minor is None else f" grants {decision.approved_minor}"
    doubt = " unanswered" if decision.unanswered else ""
    return f"{decision.response_code} {decision.approval_code} by {decision.decided_by}{worth}{doubt}: {decision.reason}"


def whole(effect: Effect) -> str:
    """An effect with all that the journal, an issuer or an acquirer has of it."""
    match effect:
        case JournalRequest():
            issuer = effect.route.issuer if effect.route else "nobody"
            where = f"{effect.line}, {effect.merchant_type}, {issuer} {effect.origin}, {effect.capture}"
            named = "" if effect.original_id is None else f" for {effect.original_id}"
            return f"request {effect.request_id}{named}: {_request(effect.authorization)}; {where}"
        case Forward():
            return f"forward to {effect.issuer} of {effect.origin}{' in part' if effect.in_part else ''}: " + _request(
                effect.authorization
            )
        case JournalDecision():
            return (
                f"decision {effect.request_id}, {effect.approved_minor}/{effect.captured_minor}: {_decision(effect.decision)}"
            )
        case Reply():
            decision = effect.decision
            worth = "" if decision.approved_minor is None else f" of {decision.approved_minor}"
            code = f"{decision.response_code} {decision.approval_code}{worth}"
            return f"reply {code} on {effect.origin} to {_key(effect.authorization.key)}"
        case JournalReversal():
            done = "effective" if effect.outcome.effective else "nothing done"
            outcome = f"{effect.outcome.original_id} {done} {effect.outcome.response_code}: {effect.outcome.reason}"
            return f"reversal by {effect.line}: {_reversal(effect.reversal)}: {outcome}"
        case ReplyReversal():
            return f"reply {effect.response_code} on {effect.origin} to reversal {_key(effect.reversal.key)}"
        case JournalDelivery():
            return f"owed {_delivery(effect.delivery)}: {effect.delivery.reason}"
        case Deliver():
            return f"deliver {effect.delivery.delivery_id} to {effect.delivery.issuer}{' again' if effect.repeat else ''}"
        case _:
            return in_words(effect)


def told(board: Switchboard, events: Iterable[Any]) -> list[str]:
    """What comes of events, one after another; a number is seconds that pass. Each line begins with the number of the event."""
    lines: list[str] = []
    now = 0.0
    for number, event in enumerate(events, start=1):
        if isinstance(event, (int, float)):
            now += event
            effects = board.tick(now)
        else:
            effects = board.handle(event, now)
        lines += [f"{number:2} {whole(effect)}" for effect in effects]
    return lines


def changed(event: Any, **changes: Any) -> Any:
    """The event of a request or a reversal that says something else."""
    name = "reversal" if hasattr(event, "reversal") else "authorization"
    return evolve(event, **{name: evolve(getattr(event, name), **changes)})
