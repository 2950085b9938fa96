"""Which message of a capture answers which, which repeats an earlier one, and what stays without the other."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Final

from attrs import define

from switch.explain.capture import Heard
from switch.iso8583.message import Message
from switch.iso8583.reading.pairing import answers, asks, is_answer, name_of, repeats
from switch.iso8583.reading.stream import Said
from switch.record import frozen

ASKED_MAX: Final = 16  #: requests of one name that are looked at for each message
NS_A_MS: Final = 1_000_000

REQUEST, ANSWER, LONE_ANSWER = "request", "answer", "answer without request"


@frozen(kw_only=True)
class Note:
    """What a message has to do with others, by their numbers. ``of`` is the request it answers."""

    kind: str
    of: int | None = None
    repeats: int | None = None
    answered_by: int | None = None
    after_ns: int | None = None
    waits: bool = False  #: a request that nobody answers, nor one of its repeats

    @property
    def in_words(self) -> str:
        """Nothing for a request that is answered, as most are.

        >>> Note(kind=ANSWER, of=3, after_ns=1_500_000).in_words
        'answers #3 after 1.5 ms'
        """
        words = [f"repeats #{self.repeats}"] if self.repeats else []
        if self.kind == LONE_ANSWER:
            words.append("answers no request")
        elif self.of is not None:
            after = "" if self.after_ns is None else f" after {self.after_ns / NS_A_MS:,.1f} ms"
            words.append(f"answers #{self.of}{after}")
        elif self.waits:
            words.append("no answer")
        return ", ".join(words)


@define
class _Asked:
    """A request, and what came of it. ``chain`` is the number of the first one where it repeats one."""

    heard: Heard
    message: Message
    chain: int
    repeats: int | None = None
    answered_by: Heard | None = None


_Ends = tuple[str, str, tuple[str, str]]


def exchanges(heard: Sequence[Heard]) -> dict[int, Note]:
    """A note for each request and answer of a capture, by its number, in the order they were heard."""
    asked: defaultdict[_Ends, deque[_Asked]] = defaultdict(lambda: deque(maxlen=ASKED_MAX))
    requests: list[_Asked] = []
    notes: dict[int, Note] = {}
    for one in heard:
        if not isinstance(one.item, Said) or one.source is None or one.destination is None:
            continue
        message = one.item.message
        name = name_of(message)
        if name is None:
            continue
        if asks(message):
            earlier = asked[one.source.address, str(one.destination), name]
            first = next((each for each in reversed(earlier) if repeats(message, each.message)), None)
            request = _Asked(one, message, first.chain if first else one.number, first.heard.number if first else None)
            earlier.append(request)
            requests.append(request)
        elif is_answer(message):
            notes[one.number] = _answered(one, message, asked[one.destination.address, str(one.source), name])
    answered = {request.chain for request in requests if request.answered_by is not None}
    for request in requests:
        by = request.answered_by
        notes[request.heard.number] = Note(
            kind=REQUEST,
            repeats=request.repeats,
            answered_by=by.number if by else None,
            after_ns=_between(request.heard, by) if by else None,
            waits=request.chain not in answered,
        )
    return notes


def _answered(one: Heard, message: Message, asked: deque[_Asked]) -> Note:
    """The note of an answer; the request it answers is the first that has none yet, else the last that had one."""
    fitting = [request for request in asked if answers(message, request.message)]
    if not fitting:
        return Note(kind=LONE_ANSWER)
    waiting = next((request for request in fitting if request.answered_by is None), None)
    if waiting is None:
        last = fitting[-1]
        assert last.answered_by is not None
        again = last.answered_by.number
        return Note(kind=ANSWER, of=last.heard.number, repeats=again, after_ns=_between(last.heard, one))
    waiting.answered_by = one
    return Note(kind=ANSWER, of=waiting.heard.number, after_ns=_between(waiting.heard, one))


def _between(request: Heard, answer: Heard) -> int | None:
    if request.at_ns is None or answer.at_ns is None:
        return None
    return answer.at_ns - request.at_ns
