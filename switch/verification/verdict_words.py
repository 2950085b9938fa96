"""Verdicts in words: what was expected, what was found, and the nearest misses, element by element."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from switch.card import mask_numbers, mask_pan
from switch.display.plural import plural
from switch.money import format_minor
from switch.verification.seen_message import SeenMessage, SeenMessages
from switch.verification.verdict import ExpectationVerdict

FOUND_SHOWN_MAX: Final = 10
OFFENDING_SHOWN_MAX: Final = 5
_INDENT: Final = "  "
TimeWords = Callable[[int], str]  #: of a time, for people


def message_line(message: SeenMessage, time_of: TimeWords, code: str = "") -> str:
    """A message in a line; its card is masked."""
    card = next(iter(message.facts.words("card")), "")
    amount = message.facts.amount_minor
    parts = [f"#{message.number}", time_of(message.at_ms), f"{message.sender} → {message.receiver}", message.mti or "bytes"]
    parts += [mask_pan(card)] if card else []
    parts += [format_minor(amount)] if amount else []
    parts += [f"RRN {message.rrn}"] if message.rrn else []
    parts += [f"STAN {message.stan}"] if message.stan else []
    parts += [f"answered {code}"] if code and not message.code else [f"code {message.code}"] if message.code else []
    parts += [f"cannot be decoded: {message.fault}"] if message.fault else []
    return mask_numbers(", ".join(parts))


def verdict_text(verdict: ExpectationVerdict, seen: SeenMessages, time_of: TimeWords) -> str:
    """A failed expectation with its reason, the messages that were found, in order, those that should not have come, and those
    that came nearest."""
    expectation = verdict.expectation
    lines = [expectation.title]
    if expectation.title != expectation.in_words:
        lines.append(f"{_INDENT}{expectation.in_words}")
    lines.append(f"{_INDENT}{verdict.problem}")
    wrong = {message.number for message in verdict.offending}
    found = [message for message in verdict.matched if message.number not in wrong]
    lines += [f"{_INDENT}found: {message_line(message, time_of, seen.code_of(message))}" for message in found[:FOUND_SHOWN_MAX]]
    if len(found) > FOUND_SHOWN_MAX:
        lines.append(f"{_INDENT}and {plural(len(found) - FOUND_SHOWN_MAX, 'more', 'more')}")
    shown = verdict.offending[:OFFENDING_SHOWN_MAX]
    lines += [f"{_INDENT}too much: {message_line(message, time_of, seen.code_of(message))}" for message in shown]
    if len(verdict.offending) > OFFENDING_SHOWN_MAX:
        lines.append(f"{_INDENT}and {plural(len(verdict.offending) - OFFENDING_SHOWN_MAX, 'more', 'more')}")
    for near in verdict.near:
        lines.append(f"{_INDENT}nearest: {message_line(near.message, time_of, seen.code_of(near.message))}")
        lines += [f"{_INDENT * 2}{difference}" for difference in near.differences]
    return "\n".join(lines)


def seen_in_words(seen: SeenMessages, left_over: Sequence[SeenMessage], sent: int) -> str:
    """How many messages the gateway sent, and how many of them nothing expected."""
    if not sent:
        return "the gateway sent no message" if not len(seen) else "the gateway sent no message in that time"
    rest = f"no expectation speaks of {len(left_over)} of them" if left_over else "expectations speak of each"
    return f"the gateway sent {plural(sent, 'message')}; {rest}"
