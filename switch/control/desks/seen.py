"""Messages that were seen, over HTTP: found, counted, verified, by the words of rules and expectations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

from switch.control.desks.call import Call, Desk
from switch.control.desks.problem import ProblemError, WrongField, wrong, wrong_fields
from switch.errors import NegativeAnswerError, SpecError
from switch.scenarios.scope import Scope
from switch.spec_table import SpecTable
from switch.verification.expectation import Expectation
from switch.verification.seen_message import SeenMessage, SeenMessages
from switch.verification.verdict import ExpectationVerdict, judge
from switch.witness.expectation_files import expectation_of_values, expectations_of_texts
from switch.witness.followed_trace import FollowedTrace, followed_trace
from switch.witness.message_values import message_values, never_request, verdict_values, verified_values
from switch.witness.waiting import MessageSource, machine_clock_ms, verified

EXPECTATIONS_MAX: Final = 1_000  #: remembered at once
LISTED_USUALLY: Final = 100
VERIFICATION_SECONDS_MAX: Final = 600
_SLICE_SECONDS: Final = 1.0  #: how often a verification looks whether somebody still waits for it


class ScopedSource:
    """The messages of one scope with their answers; of everybody where there is none. It ends once ``gone`` says so."""

    def __init__(self, source: FollowedTrace, scope: Scope | None, gone: Callable[[], bool]) -> None:
        self._source, self._scope, self._gone = source, scope, gone
        self._awaited: set[tuple[str, str, str]] = set()

    def look(self) -> Sequence[SeenMessage]:
        """What came since the last look."""
        return [each for each in self._source.look() if self.has(each)]

    def has(self, message: SeenMessage) -> bool:
        """Whether a message is of the scope, or the answer to one that is."""
        if self._scope is None:
            return True
        if self._scope.has(message.facts):
            if message.answers:
                self._awaited.add((message.line, message.answers, message.stan))
            return True
        return (message.line, message.mti, message.stan) in self._awaited

    def wait(self, seconds: float) -> bool:
        """Wait for a message, but look from time to time whether anybody waits for us."""
        return not self._gone() and self._source.wait(min(seconds, _SLICE_SECONDS))


def scope_values(desk: Desk, name: str) -> dict[str, Any]:
    """A scope as its centre has it, with whole card numbers; a problem where there is none of this name."""
    scopes: list[dict[str, Any]] = desk.ask({"do": "scopes", "unmasked": True})["scopes"]
    found = next((each for each in scopes if each["name"] == name), None)
    if found is None:
        known = ", ".join(each["name"] for each in scopes)
        raise wrong("scope", repr(name), f"one of {known}" if known else "a scope that was added", HTTPStatus.NOT_FOUND)
    return found


def scope_of(desk: Desk, name: str) -> Scope | None:
    """The scope of a name; None of an empty one."""
    return Scope.from_table(SpecTable("scope", scope_values(desk, name))) if name else None


@contextmanager
def seen_since(desk: Desk, scope_name: str, since: int | None, gone: Callable[[], bool]) -> Iterator[MessageSource]:
    """The messages of a scope since it began anew, or since a number. A problem where none are kept."""
    scope = scope_of(desk, scope_name)
    with desk.memory.lock:
        begun = max(desk.memory.begun.get(scope_name, 0), since or 0)
    with _kept(), followed_trace(desk.data, desk.specs) as source:
        source.last = begun
        yield ScopedSource(source, scope, gone)


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except NegativeAnswerError:
        sentence = "found a Switch that keeps no messages, expected one that was started with `switch up --api --trace`"
        raise ProblemError(HTTPStatus.CONFLICT, sentence) from None


def begin_anew(desk: Desk, scope: str) -> int:
    """Pass over what was seen until now, and forget the expectations; how many these were."""
    last = 0
    try:
        with followed_trace(desk.data, desk.specs) as source:
            last = source.begin_after()
    except NegativeAnswerError:
        pass  # nothing is kept that could be passed over
    with desk.memory.lock:
        desk.memory.begun[scope] = last
        gone = [number for number, (of, _) in desk.memory.expectations.items() if of == scope]
        for number in gone:
            del desk.memory.expectations[number]
    return len(gone)


def list_requests(desk: Desk, call: Call) -> dict[str, Any]:
    """What gateways sent, oldest first; without network management, unless it is asked for."""
    return _listed(desk, call, {}, lambda each, seen: bool(call.query.get("network")) or not each.is_network_management)


def unmatched_requests(desk: Desk, call: Call) -> dict[str, Any]:
    """What Switch could not act on: unreadable, or answered 30, 40 or 94."""
    return _listed(desk, call, {}, never_request)


def find_requests(desk: Desk, call: Call) -> dict[str, Any]:
    return _listed(desk, call, call.body, lambda each, seen: True)


def count_requests(desk: Desk, call: Call) -> dict[str, Any]:
    with _found(desk, call, call.body) as (found, _):
        return {"count": len(found)}


def _listed(
    desk: Desk, call: Call, wanted: dict[str, Any], keep: Callable[[SeenMessage, SeenMessages], bool]
) -> dict[str, Any]:
    limit, zone = call.query.get("limit") or wanted.get("limit") or LISTED_USUALLY, desk.specs.calendar.zone
    with _found(desk, call, wanted) as (found, seen):
        kept = [each for each in found if keep(each, seen)]
        return {"requests": [message_values(each, seen, zone) for each in kept[-limit:]], "count": len(kept)}


@contextmanager
def _found(desk: Desk, call: Call, wanted: dict[str, Any]) -> Iterator[tuple[Sequence[SeenMessage], SeenMessages]]:
    """The messages that are wanted, among all that were seen; they can be read inside the block."""
    asked = {key: value for key, value in wanted.items() if key in ("when", "answer", "from", "to", "unreadable")}
    expectation = _expectation(desk, {**asked, "when": asked.get("when", {})}, "")
    with seen_since(desk, call.scope, call.query.get("since"), call.gone) as source:
        seen = SeenMessages(source.look())
        yield judge([expectation], seen, begun_ms=0, now_ms=0, ended=True)[0].matched, seen


def near_misses(desk: Desk, call: Call) -> dict[str, Any]:
    """The messages that came nearest to an expectation that is not met."""
    expectation = _expectation(desk, call.body["expect"], "expect")
    with seen_since(desk, call.scope, call.query.get("since"), call.gone) as source:
        now_ms = machine_clock_ms()
        verdict = judge([expectation], SeenMessages(source.look()), begun_ms=now_ms, now_ms=now_ms, ended=True)[0]
    return verdict_values(verdict)


def _expectation(desk: Desk, given: Any, field: str) -> Expectation:
    """An expectation in one line, or as a table. A problem where it is wrong."""
    try:
        if isinstance(given, str):
            return expectations_of_texts([given], desk.specs)[0]
        return expectation_of_values("", given, desk.specs)
    except SpecError as error:
        raise wrong_fields([_wrong(each, field) for each in error.mistakes]) from None


def _wrong(error: SpecError, field: str) -> WrongField:
    named = f"{field}.{error.key}" if field and error.key else field or error.key
    return WrongField(named, f"found {error.found}, expected {error.expected}")


def list_expectations(desk: Desk, call: Call) -> dict[str, Any]:
    with desk.memory.lock:
        kept = [(number, of, given) for number, (of, given) in desk.memory.expectations.items()]
    wanted = call.query.get("scope")
    return {"expectations": [_kept_values(desk, *each) for each in kept if wanted is None or each[1] == wanted]}


def _kept_values(desk: Desk, number: int, scope: str, given: Any) -> dict[str, Any]:
    return {"id": number, "scope": scope, "expectation": _expectation(desk, given, "expect").title}


def add_expectations(desk: Desk, call: Call) -> dict[str, Any]:
    given = call.body["expect"]
    for place, each in enumerate(given):
        _expectation(desk, each, f"expect[{place}]")
    if call.scope:
        scope_values(desk, call.scope)
    memory = desk.memory
    with memory.lock:
        if len(memory.expectations) + len(given) > EXPECTATIONS_MAX:
            sentence = f"found {len(memory.expectations)} expectations already, expected at most {EXPECTATIONS_MAX}"
            raise ProblemError(HTTPStatus.CONFLICT, sentence)
        numbers = range(memory.last_expectation + 1, memory.last_expectation + 1 + len(given))
        memory.last_expectation += len(given)
        memory.expectations.update({number: (call.scope, each) for number, each in zip(numbers, given, strict=True)})
    return {"expectations": [_kept_values(desk, n, call.scope, each) for n, each in zip(numbers, given, strict=True)]}


def remove_expectations(desk: Desk, call: Call) -> dict[str, Any]:
    """Forget the expectations of one scope, or those of none."""
    with desk.memory.lock:
        gone = [number for number, (of, _) in desk.memory.expectations.items() if of == call.scope]
        for number in gone:
            del desk.memory.expectations[number]
    return {"removed": len(gone)}


def remove_expectation(desk: Desk, call: Call) -> dict[str, Any]:
    with desk.memory.lock:
        found = desk.memory.expectations.pop(call.path["id"], None)
    if found is None:
        raise wrong("id", str(call.path["id"]), "the id of an expectation", HTTPStatus.NOT_FOUND)
    return {"removed": 1}


def verify(desk: Desk, call: Call) -> dict[str, Any]:
    """Hold expectations against what was seen, and wait for what is still to come: those of the body, else those that are
    remembered for the scope."""
    body = call.body or {}
    if "expect" in body:
        given = [(f"expect[{place}]", each) for place, each in enumerate(body["expect"])]
    else:
        with desk.memory.lock:
            kept = [(number, each) for number, (of, each) in desk.memory.expectations.items() if of == call.scope]
        given = [(f"expectation {number}", each) for number, each in kept]
    if not given:
        raise wrong("expect", "no expectation", "at least one here, or remembered (POST /__admin/expectations)")
    read = [_expectation(desk, each, field) for field, each in given]
    _refuse_unknown_order(read)
    timeout = call.query.get("timeout")
    wait_ms = max(map(_own_wait_ms, read)) if timeout is None else round(timeout * 1000)
    with seen_since(desk, call.scope, call.query.get("since"), call.gone) as source:
        outcome = verified(read, source, wait_ms=min(wait_ms, VERIFICATION_SECONDS_MAX * 1000))
        strict = bool(body.get("strict") and outcome.unexpected)
        zone, numbers = desk.specs.calendar.zone, _named(outcome.verdicts)
        named = [message_values(each, outcome.seen, zone) for each in outcome.seen if each.number in numbers]
    return {**verified_values(outcome, strict=strict), "messages": named}


def _named(verdicts: Sequence[ExpectationVerdict]) -> set[int]:
    """The numbers of the messages that the verdicts name."""
    return {
        message.number
        for verdict in verdicts
        for message in (*verdict.matched, *verdict.offending, *(near.message for near in verdict.near))
    }


def _refuse_unknown_order(expectations: Sequence[Expectation]) -> None:
    """``after`` names an MTI, or another expectation of the same verification."""
    names = {each.name for each in expectations if each.name}
    for place, each in enumerate(expectations):
        if each.after is not None and not each.after.isdecimal() and each.after not in names:
            raise wrong(f"expect[{place}].after", repr(each.after), "an MTI, or the name of another expectation")


def _own_wait_ms(expectation: Expectation) -> int:
    """How long an expectation says that it takes."""
    parts = (expectation.within_ms, expectation.window_ms, expectation.nothing_ms)
    return sum(each for each in parts if each is not None)
