"""The centre as one test sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from attrs import evolve

from switch.card import mask_pan
from switch.data_folder.centre_clock import centre_clock_of
from switch.data_folder.control_socket import ask_centre
from switch.display.plural import plural
from switch.errors import SwitchError, UnreachableError
from switch.issuers.process.accounts import change, find_card
from switch.money import parse_amount
from switch.testing.clock_for_tests import ClockForTests
from switch.testing.expecting import Expecting, Saw, condition_values
from switch.testing.owned_centre import OwnedCentre
from switch.testing.reserve import ALL_SERIES, ISSUER_OF_RESERVE, RESERVE_EXPIRY, USUAL_BALANCE_MINOR, merchant_id, terminal_ids
from switch.verification.expectation import Expectation
from switch.verification.seen_message import GATEWAY_SIDE, SeenMessage, SeenMessages
from switch.verification.verdict import ExpectationVerdict, judge, unexpected
from switch.verification.verdict_words import message_line, seen_in_words, verdict_text
from switch.witness.expectation_files import expectation_of_values, expectations_of_texts
from switch.witness.followed_trace import FollowedTrace, followed_trace
from switch.witness.waiting import machine_clock_ms, verified


class CardForTest:
    """A card that no other test has: its number, and its expiry as YYMM (DE 14)."""

    def __init__(self, pan: str, expiry: str, rule: Callable[[str], None]) -> None:
        self.pan, self.expiry, self._rule = pan, expiry, rule

    def answers(self, *steps: str, of: str = "request") -> Self:
        """How the host answers the next messages of this card, of a class such as ``request`` or ``reversal``: ``ok``,
        ``silence``, ``91``, ``late 12s`` and all else that rules have; afterwards as usual."""
        self._rule(f"card={self.pan} class={of} -> {', '.join(steps)}")
        return self

    def __str__(self) -> str:
        return self.pan

    def __repr__(self) -> str:
        return f"CardForTest({mask_pan(self.pan)})"


class CentreForTests:
    """A host to connect a gateway to, and what a test expects of it. Whatever is seen is seen since the test began."""

    def __init__(self, owned: OwnedCentre, source: FollowedTrace, *, strict: bool) -> None:
        self._owned, self._source, self._strict = owned, source, strict
        self._seen = SeenMessages()
        self._pending: list[Expecting] = []
        self._checked: list[Expectation] = []
        self._rules: list[int] = []
        number = owned.next_merchant()
        self.merchant = merchant_id(number)  #: DE 42 of this test
        self.terminals = terminal_ids(number)  #: DE 41; all are this merchant's
        self.terminal = self.terminals[0]
        self.clock = ClockForTests(owned.data)  #: the time the centre goes by; a test that stops it lets it run in the end

    @property
    def host(self) -> str:
        """The address the listeners are bound to."""
        return str(next(iter(self._owned.ready["listeners"].values()))["host"])

    def port(self, listener: str = "ascii") -> int:
        """The port of a listener: ``ascii``, ``ascii_hex``, ``bcd``, ``ascii93`` …"""
        listeners = self._owned.ready["listeners"]
        if listener not in listeners:
            raise SwitchError(f"port: found {listener!r}, expected one of {', '.join(sorted(listeners))}")
        return int(listeners[listener]["port"])

    @property
    def data(self) -> Path:
        """The data folder, for commands such as ``switch explain --data``."""
        return self._owned.data

    @property
    def ready_file(self) -> Path:
        """The ready file, for ``switch send --ready-file``."""
        return self._owned.ready_file

    def card(self, balance: str | None = None) -> CardForTest:
        """A fresh card, with 25,000.00 unless another ``balance`` is asked for."""
        wanted = USUAL_BALANCE_MINOR if balance is None else parse_amount(balance)
        exact = next((each for each in ALL_SERIES if each.balance_minor == wanted), None)
        empty = next(each for each in ALL_SERIES if each.balance_minor == 0)
        series, missing = (exact, 0) if exact is not None else (empty, wanted)
        pan = series.pan(self._owned.next_card(series))
        if missing:
            profile = self._owned.specs.issuers[ISSUER_OF_RESERVE]
            card = find_card(profile, pan)
            assert card is not None, "a card of the reserve is the bank's"
            change(self.data, profile, card.account, "credit", missing, clock_ms=centre_clock_of(self.data))
        return CardForTest(pan, RESERVE_EXPIRY, self.rule)

    def rule(self, *rules: str) -> None:
        """Make the host misbehave: rules in one line each (``amount=77 -> 05``), from now to the end of the test."""
        __tracebackhide__ = True
        answer = ask_centre(self.data, {"do": "add", "lines": list(rules)})
        wrong = answer.get("mistakes") or [answer["error"]] if "rules" not in answer else []
        if wrong:
            raise SwitchError("; ".join(map(str, wrong)))
        self._rules += [each["id"] for each in answer["rules"]]

    def end(self) -> None:
        """Remove the rules of this test, and let the clock run that it stopped."""
        self.clock.end()
        if self._rules:
            ids, self._rules = self._rules, []
            with suppress(UnreachableError):  # it has ended already
                ask_centre(self.data, {"do": "remove", "ids": ids})

    def expect(self, sentence: str | None = None, /, **when: Any) -> Expecting:
        """What must have been seen: a sentence as for ``switch verify``, or conditions (``mti="0420", card=card``) with the
        methods of the result. It is checked when the test ends, or before by its ``check``."""
        if sentence is not None:
            if when:
                raise SwitchError("expect: found conditions beside a sentence, expected one of them")
            (read,) = expectations_of_texts([sentence], self._owned.specs)
            expecting = Expecting(self, {}, read)
        else:
            expecting = Expecting(self, {"when": condition_values(when)})
        self._pending.append(expecting)
        return expecting

    def saw(self, whose: CardForTest | str | None = None, /, **when: Any) -> Saw:
        """What was seen of a card, or of a ``terminal=``, an ``rrn=`` …: a beginning of expectations that are checked at
        once."""
        of = {} if whose is None else {"card": whose}
        return Saw(self, condition_values({**of, **when}))

    def in_order(self, *expected: Expecting) -> None:
        """Each of these must come after the one before it."""
        for earlier, later in pairwise(expected):
            later.comes_after(earlier)

    def requests(self, sentence: str | None = None, /, **when: Any) -> list[SeenMessage]:
        """The messages the gateway sent since the test began, or those that are chosen by a sentence or by conditions."""
        self._look()
        if sentence is not None:
            (wanted,) = expectations_of_texts([sentence], self._owned.specs)
        else:
            wanted = expectation_of_values("requests", {"when": condition_values(when)}, self._owned.specs)
        now_ms = machine_clock_ms()
        return list(judge([wanted], self._seen, begun_ms=now_ms, now_ms=now_ms, ended=True)[0].matched)

    def code_of(self, message: SeenMessage) -> str:
        """The response code that a message was answered with; empty where it was not answered."""
        self._look()
        return self._seen.code_of(message)

    def check(self) -> None:
        """Check everything the test expects and has not checked, waiting as long as that says; AssertionError where it
        fails."""
        __tracebackhide__ = True
        pending, self._pending = self._pending, []
        read = [_without_wait(each.expectation(self._owned.specs)) for each in pending]
        self._hold(read, max((each.wait_ms for each in pending), default=0), final=True)

    def check_now(self, expecting: Expecting) -> None:
        """Check one expectation; AssertionError where it fails."""
        __tracebackhide__ = True
        if expecting in self._pending:
            self._pending.remove(expecting)
        read = [_without_wait(each.expectation(self._owned.specs)) for each in (*expecting.before, expecting)]
        self._hold(read, expecting.wait_ms, final=False)
        self._checked += read[-1:]

    def _hold(self, expectations: list[Expectation], wait_ms: int, *, final: bool) -> None:
        """Hold expectations against what was seen. In the end those that were checked before are held to their most, too."""
        __tracebackhide__ = True
        outcome = verified(expectations, self._source, wait_ms=wait_ms, seen=self._seen)
        failed = [verdict for verdict in outcome.verdicts if verdict.state != "met"]
        again, left_over = list[ExpectationVerdict](), list(outcome.unexpected)
        if final:
            now_ms = machine_clock_ms()
            again = judge(self._checked, self._seen, begun_ms=now_ms, now_ms=now_ms, ended=True)
            failed += [verdict for verdict in again if verdict.offending]
            left_over = unexpected([*outcome.verdicts, *again], self._seen)
        texts = [verdict_text(verdict, self._seen, self._time_of) for verdict in failed]
        if final and self._strict and left_over:
            texts.append("\n  ".join(["strict: no expectation speaks of", *map(self.line_of, left_over)]))
        if texts:
            sent = sum(message.sender == GATEWAY_SIDE for message in self._seen)
            raise AssertionError("\n".join(["not as expected:", *texts, seen_in_words(self._seen, left_over, sent)]))

    def _time_of(self, at_ms: int) -> str:
        """A time of the day, in the centre's time zone as everywhere."""
        seconds, milliseconds = divmod(at_ms, 1000)
        return f"{datetime.fromtimestamp(seconds, self._owned.specs.calendar.zone):%H:%M:%S}.{milliseconds:03d}"

    def line_of(self, message: SeenMessage) -> str:
        """A message in a line, its card masked."""
        return message_line(message, self._time_of, self._seen.code_of(message))

    def transcript(self) -> str:
        """Every message of both legs since the test began, a line each; without network management between host and banks."""
        self._look()
        shown = [each for each in self._seen if GATEWAY_SIDE in each.way or not each.is_network_management]
        return "\n".join([*map(self.line_of, shown), *self._rule_lines()]) or "no message"

    def _rule_lines(self) -> list[str]:
        """Each rule of this test, and how often it applied."""
        if not self._rules:
            return []
        with suppress(UnreachableError):
            rules = ask_centre(self.data, {"do": "list"}).get("rules", ())
            return [
                f"rule {each['rule']}: applied {plural(each['hits'], 'time')}" for each in rules if each["id"] in self._rules
            ]
        return []

    def _look(self) -> None:
        self._seen.add(self._source.look())


@contextmanager
def centre_for_tests(owned: OwnedCentre, *, strict: bool = False) -> Iterator[CentreForTests]:
    """The centre for one test, from now on."""
    with followed_trace(owned.data, owned.specs) as source:
        source.begin_after()
        centre = CentreForTests(owned, source, strict=strict)
        try:
            yield centre
        finally:
            centre.end()


def _without_wait(expectation: Expectation) -> Expectation:
    """What must not come, and for no time that is said, holds as long as others wait, and needs no wait of its own."""
    timeless = expectation.low == 0 and expectation.window_ms is None and expectation.within_ms is None
    return evolve(expectation, window_ms=0) if timeless else expectation
