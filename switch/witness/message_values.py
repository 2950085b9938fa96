"""Messages that were seen, and verdicts on them, as plain values for programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from switch.card import mask_numbers, mask_pan
from switch.verification.seen_message import SeenMessage, SeenMessages
from switch.verification.verdict import ExpectationVerdict
from switch.witness.waiting import Verified

#: Codes of answers to messages that never became a request: the journal has none of them.
NEVER_REQUESTS: Final = frozenset({"30", "40", "94"})


def never_request(message: SeenMessage, seen: SeenMessages) -> bool:
    """Whether Switch could not act on a message: it is unreadable, or was answered so."""
    return bool(message.fault) or seen.code_of(message) in NEVER_REQUESTS


def message_values(message: SeenMessage, seen: SeenMessages, zone: ZoneInfo) -> dict[str, Any]:
    """What a message says, and its answer; the card is masked. ``fault`` says why it cannot be decoded."""
    card = next(iter(message.facts.words("card")), "")
    answer = seen.answer_of(message)
    moment = datetime.fromtimestamp(message.at_ms // 1000, UTC) + timedelta(milliseconds=message.at_ms % 1000)
    return {
        "number": message.number,
        "at_ms": message.at_ms,
        "at": moment.astimezone(zone).isoformat(timespec="milliseconds"),
        "from": message.sender,
        "to": message.receiver,
        "line": message.line,
        "mti": message.mti or None,
        "pan_masked": mask_pan(card) if card else None,
        "amount_minor": message.facts.amount_minor,
        "stan": message.stan or None,
        "rrn": message.rrn or None,
        "terminal_id": message.terminal_id or None,
        "response_code": seen.code_of(message) or None,
        "response_number": answer.number if answer is not None else None,
        "elapsed_ms": answer.at_ms - message.at_ms if answer is not None else None,
        "fault": mask_numbers(message.fault) or None,
    }


def verified_values(outcome: Verified, *, strict: bool) -> dict[str, Any]:
    """What became of a verification; ``strict``: a message that nothing expected makes it fail."""
    return {
        "met": outcome.met and not strict,
        "expectations": [verdict_values(verdict) for verdict in outcome.verdicts],
        "unexpected": [message.number for message in outcome.unexpected],
        "waited_ms": outcome.waited_ms,
    }


def verdict_values(verdict: ExpectationVerdict) -> dict[str, Any]:
    """The verdict on one expectation; messages by their numbers."""
    return {
        "name": verdict.expectation.title,
        "expectation": verdict.expectation.in_words,
        "met": verdict.state == "met",
        "problem": verdict.problem or None,
        "matched": [message.number for message in verdict.matched],
        "offending": [message.number for message in verdict.offending],
        "near_misses": [
            {"number": near.message.number, "differences": [difference._asdict() for difference in near.differences]}
            for near in verdict.near
        ],
    }
