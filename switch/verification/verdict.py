"""Expectations held against what was seen: met, failed, or still open; and what came nearest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from switch.card import mask_numbers
from switch.money import format_minor
from switch.record import frozen
from switch.scenarios.condition import Clause
from switch.verification.duration import in_seconds
from switch.verification.expectation import NO_ANSWER, Expectation, is_mti
from switch.verification.seen_message import GATEWAY_SIDE, SeenMessage, SeenMessages

State = Literal["met", "failed", "open"]
NEAR_MISSES_MAX: Final = 3  #: shown of an expectation


class Deviation(NamedTuple):
    """One thing about a message that is not as expected."""

    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, found {self.found}"


class NearMiss(NamedTuple):
    """A message that is almost the one that is expected."""

    message: SeenMessage
    differences: tuple[Deviation, ...]


@frozen(kw_only=True)
class ExpectationVerdict:
    """What became of one expectation. ``until_ms``: when an open one is judged anew, whatever comes; None: as the wait ends."""

    expectation: Expectation
    state: State
    matched: tuple[SeenMessage, ...]
    problem: str = ""  #: why it failed, in words
    until_ms: int | None = None
    offending: tuple[SeenMessage, ...] = ()  #: what should not have come
    near: tuple[NearMiss, ...] = ()
    used: frozenset[int] = frozenset()  #: numbers of the messages it speaks of


def judge(
    expectations: Sequence[Expectation], seen: SeenMessages, *, begun_ms: int, now_ms: int, ended: bool
) -> list[ExpectationVerdict]:
    """The verdict on each. ``begun_ms`` is when the waiting began; ``ended``: nobody waits any longer, so none stays open."""
    named = {each.name: each for each in expectations if each.name}
    court = _Court(named, seen, begun_ms, now_ms)
    return [court.verdict(each, ended=ended) for each in expectations]


def unexpected(verdicts: Sequence[ExpectationVerdict], seen: SeenMessages) -> list[SeenMessage]:
    """The gateway's messages that no expectation speaks of."""
    used = {number for verdict in verdicts for number in verdict.used}
    return [message for message in seen if message.sender == GATEWAY_SIDE and message.number not in used]


class _Court:
    """What all verdicts of one moment are made from."""

    def __init__(self, named: Mapping[str, Expectation], seen: SeenMessages, begun_ms: int, now_ms: int) -> None:
        self._named, self._seen, self._begun_ms, self._now_ms = named, seen, begun_ms, now_ms

    def verdict(self, expectation: Expectation, *, ended: bool) -> ExpectationVerdict:
        """What becomes of an expectation now."""
        way, used = expectation.way, set[int]()
        matched = [each for each in self._seen if each.way == way and not any(self._differences(expectation, each))]
        for message in matched:
            used.add(message.number)
            original = self._original(expectation, message)
            used |= {original.number} if original is not None else set()
            used |= {each.number for each in self._before(expectation, message)}

        def made(
            state: State, problem: str = "", until_ms: int | None = None, offending: Sequence[SeenMessage] = ()
        ) -> ExpectationVerdict:
            near = () if state != "failed" or len(matched) >= expectation.low else self._nearest(expectation, matched)
            return ExpectationVerdict(
                expectation=expectation,
                state=state,
                matched=tuple(matched),
                problem=problem,
                until_ms=until_ms,
                offending=tuple(offending),
                near=near,
                used=frozenset(used),
            )

        return self._judged(expectation, matched, made, ended=ended)

    def _judged(
        self, expectation: Expectation, matched: list[SeenMessage], made: Callable[..., ExpectationVerdict], *, ended: bool
    ) -> ExpectationVerdict:
        count, high = len(matched), expectation.high
        if high is not None and count > high:
            return made("failed", f"found {count}, expected {expectation.count_in_words}", offending=matched[high:])
        if count < expectation.low:
            until = self._last_moment(expectation)
            if ended or (until is not None and self._now_ms >= until):
                return made("failed", f"found {count}, expected {expectation.count_in_words}")
            return made("open", until_ms=until)
        until = None
        if expectation.nothing_after and matched:
            pivot = matched[max(expectation.low, 1) - 1] if high == expectation.low else matched[-1]
            if expectation.nothing_ms is not None:
                until = pivot.at_ms + expectation.nothing_ms
            behind = [each for each in self._behind(expectation, pivot) if until is None or each.at_ms <= until]
            if behind:
                return made("failed", f"found {_after(behind[0], pivot)}, expected nothing after", offending=behind)
        elif expectation.low == 0:
            until = self._last_moment(expectation)
        else:
            return made("met")
        return made("met" if ended or (until is not None and self._now_ms >= until) else "open", until_ms=until)

    def _last_moment(self, expectation: Expectation) -> int | None:
        """When no message can meet the expectation any more; None where that is not known yet."""
        if expectation.window_ms is not None:
            return self._begun_ms + expectation.window_ms
        if expectation.within_ms is None:
            return None
        if expectation.of is None:
            return self._begun_ms + expectation.within_ms
        originals = [each for each in self._seen if self._may_be_original(expectation, each)]
        return originals[-1].at_ms + expectation.within_ms if originals else None

    def _may_be_original(self, expectation: Expectation, message: SeenMessage) -> bool:
        """Whether the message that is expected could be of this original, as far as the expectation says whose it is."""
        return (
            message.mti == expectation.of
            and message.way == expectation.way
            and all(clause.fits(message.facts) for clause in expectation.whose)
        )

    def _behind(self, expectation: Expectation, pivot: SeenMessage) -> Iterator[SeenMessage]:
        """What came after a message from the same sender, of the card, the RRN … that is meant."""
        for message in self._seen:
            if message.number > pivot.number and message.way == pivot.way and expectation.is_of_the_same(message):
                yield message

    def _differences(self, expectation: Expectation, message: SeenMessage) -> Iterator[Deviation]:
        """What of a message is not as expected; its time and its answer are looked at where all else is."""
        facts, when, different = message.facts, expectation.when, False
        for clause in when.clauses:
            if not clause.fits(facts):
                different = True
                yield _of_clause(clause, message)
        unmet = None if when.plain or different else when.unmet(facts)
        if unmet is not None:
            different = True
            yield Deviation("condition", unmet, "something else")
        if expectation.unreadable is not None and expectation.unreadable != bool(message.fault):
            different = True
            expected = "one that cannot be decoded" if expectation.unreadable else "one that can be decoded"
            yield Deviation("message", expected, message.fault or "a sound one")
        if not different:
            yield from self._of_answer(expectation, message)
            yield from self._of_time(expectation, message)

    def _of_answer(self, expectation: Expectation, message: SeenMessage) -> Iterator[Deviation]:
        """What of a message's answer is not as expected, and of what came before it."""
        if expectation.answer is not None:
            code = self._seen.code_of(message)
            if code != ("" if expectation.answer == NO_ANSWER else expectation.answer):
                yield Deviation("answer", expectation.answer, code or NO_ANSWER)
        if expectation.after is not None and not self._before(expectation, message):
            yield Deviation("order", f"after {expectation.after}", "none before it")

    def _of_time(self, expectation: Expectation, message: SeenMessage) -> Iterator[Deviation]:
        """What of a message's time, and of its amount, does not go with its original."""
        original, within = self._original(expectation, message), expectation.within_ms
        if expectation.of is not None and original is None:
            yield Deviation("original", f"a {expectation.of} before it", "none")
            return
        begun, of = (self._begun_ms, "the beginning") if original is None else (original.at_ms, f"its {expectation.of}")
        if within is not None and message.at_ms - begun > within:
            yield Deviation("time", f"within {in_seconds(within)} of {of}", in_seconds(message.at_ms - begun))
        if expectation.amount_equal and original is not None:
            amount, asked = message.facts.amount_minor, original.facts.amount_minor
            if amount != asked:
                yield Deviation("amount", f"{_money(asked)}, as in its original", _money(amount))

    def _nearest(self, expectation: Expectation, matched: Sequence[SeenMessage]) -> tuple[NearMiss, ...]:
        """The messages that differ least, though not in every clause; of those, first the ones of the card, the RRN … that is
        meant, and the latest."""
        found, clauses = list[tuple[int, bool, int, SeenMessage]](), expectation.when.clauses
        for message in self._seen:
            if message.way == expectation.way and message.mti != expectation.of and message not in matched:
                unfit = sum(not clause.fits(message.facts) for clause in clauses)
                if unfit < max(len(clauses), 1):
                    found.append((unfit, not expectation.is_of_the_same(message), -message.number, message))
        found.sort(key=lambda each: each[:3])
        near = [message for *_, message in found[:NEAR_MISSES_MAX]]
        return tuple(NearMiss(message, tuple(self._differences(expectation, message))) for message in near)

    def _original(self, expectation: Expectation, message: SeenMessage) -> SeenMessage | None:
        """The last message before this one that it is about."""
        if expectation.of is None:
            return None
        found = [
            each
            for each in self._seen
            if each.number < message.number
            and each.mti == expectation.of
            and each.way == message.way
            and _is_about(message, each)
        ]
        return found[-1] if found else None

    def _before(self, expectation: Expectation, message: SeenMessage) -> list[SeenMessage]:
        """What has to come before a message, and did."""
        after = expectation.after
        if after is None:
            return []
        earlier = [each for each in self._seen if each.number < message.number]
        if is_mti(after):
            return [each for each in earlier if each.mti == after and expectation.is_of_the_same(each)]
        other = self._named[after]
        return [each for each in earlier if each.way == other.way and not list(self._differences(other, each))]


def _is_about(message: SeenMessage, original: SeenMessage) -> bool:
    """Whether a message names another as its original: by its STAN, else by the RRN they share, else by card and terminal."""
    named = message.facts.original_stan
    if named:
        return original.stan == named and original.terminal_id == message.terminal_id
    if message.rrn:
        return original.rrn == message.rrn and original.terminal_id == message.terminal_id
    cards = set(message.facts.words("card")) & set(original.facts.words("card"))
    return bool(cards) and original.terminal_id == message.terminal_id


def _of_clause(clause: Clause, message: SeenMessage) -> Deviation:
    """What a message says in place of what a clause asks for."""
    facts = message.facts
    what = clause.word
    if clause.kind == "amount":
        amount = facts.amount_minor
        return Deviation(what, clause.in_words.partition("=")[2], _money(amount))
    found = facts.element(clause.name) if clause.kind == "element" else ", ".join(sorted(facts.words(clause.name)))
    return Deviation(what, clause.in_words.partition("=")[2], mask_numbers(found) or "nothing")


def _money(amount_minor: int | None) -> str:
    return "nothing" if amount_minor is None else format_minor(amount_minor).split()[0]


def _after(message: SeenMessage, pivot: SeenMessage) -> str:
    """What came, and how long after what."""
    what = message.mti or "bytes that cannot be decoded"
    return f"{what} {in_seconds(message.at_ms - pivot.at_ms)} after the {pivot.mti or 'message'}"
