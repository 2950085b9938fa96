"""The messages of a transaction out of the trace, each beside the step that tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from switch.errors import NegativeAnswerError
from switch.explain.lifecycle import Lifecycle, Row
from switch.explain.step import Step
from switch.explain.timeline import in_order
from switch.iso8583.mti import describe_mti
from switch.trace.reader import KEPT, Traced, message_numbered, opened
from switch.trace.recorder import TRACE_FILE
from switch.transaction import RRN_CHARACTERS

StepWithMessage = tuple[Step, Traced | None]  #: a step, and the message of the trace it tells of

UNDATED_MS: Final = 5_000  #: how long before it was journaled a request without DE 7 and 37 may have come
_OF_RRN: Final = "SELECT id, stan, terminal_id, transmitted_at FROM message WHERE rrn IN (?, ?)"
_OF_KEY: Final = "SELECT id FROM message WHERE stan = ? AND terminal_id = ? AND transmitted_at = ?"
_UNDATED: Final = """
SELECT id FROM message
WHERE stan = ? AND terminal_id = ? AND transmitted_at = '' AND direction = 'received' AND line = ?
  AND centre_ms(at_ms) BETWEEN ? AND ?
"""


def messages_of(data: Path, story: Lifecycle) -> list[Traced]:
    """The messages of an RRN, in order: by DE 37, and by the key (DE 11, 41, 7) of its requests and reversals and of whatever
    else has that DE 37. NegativeAnswerError where none is kept."""
    with opened(data) as (db, vault):
        rrns = {life.request["rrn"] for life in story.lives} | {story.rrn}
        message_ids, keys = set[int](), {_key(row) for row in _keyed(story)}
        for rrn in rrns:
            for message_id, *key in db.execute(_OF_RRN, (rrn.strip(), f"{rrn.strip():<{RRN_CHARACTERS}}")):
                message_ids.add(message_id)
                keys.add(tuple(key))
        for key in keys:
            if all(key):
                message_ids |= {message_id for (message_id,) in db.execute(_OF_KEY, key)}
        for life in story.lives:
            message_ids |= {message_id for (message_id,) in db.execute(_UNDATED, _undated(life.request))}
        if not message_ids:
            raise NegativeAnswerError(f"{data / TRACE_FILE} has no message of RRN {story.rrn}, {KEPT}")
        messages = (message_numbered(db, vault, number) for number in sorted(message_ids))
        return [message for message in messages if message is not None]


def with_messages(steps: Sequence[Step], traced: Iterable[Traced]) -> list[StepWithMessage]:
    """Steps with the message each tells of, and a step more for every message that the journal does not tell of."""
    message_at: dict[int, Traced] = {}
    more: list[StepWithMessage] = []
    for message in traced:
        place = _nearest(message, steps, message_at)
        if place is None:
            more.append((_step(message), message))
        else:
            message_at[place] = message
    paired = [(step, message_at.get(place)) for place, step in enumerate(steps)]
    return sorted([*paired, *more], key=lambda pair: in_order(pair[0]))


def _nearest(message: Traced, steps: Sequence[Step], taken: Mapping[int, Traced]) -> int | None:
    """The place of the step that tells of a message: of its MTI, or of any; the nearest in time that is not another's."""
    fitting = [
        (step.mti == "", abs(step.at_ms - message.at_ms), place)
        for place, step in enumerate(steps)
        if place not in taken and step.at_ms is not None and _fits(step, message)
    ]
    return min(fitting)[2] if fitting else None


def _fits(step: Step, message: Traced) -> bool:
    return (step.leg, step.direction) == (message.leg, message.direction) and step.mti in ("", message.mti)


def _step(message: Traced) -> Step:
    named = f"{message.mti} {describe_mti(message.mti)}" if message.mti else "bytes that cannot be decoded"
    coded = f" {message.response_code}" if message.response_code else ""
    fault = f": {message.fault}" if message.fault else ""
    return Step(
        at_ms=message.at_ms,
        leg=message.leg,
        what=message.direction,
        detail=f"{named}{coded}, {message.way}{fault}",
        request_id=None,
        mti=message.mti,
        direction=message.direction,
    )


def _keyed(story: Lifecycle) -> Iterator[Row]:
    for life in story.lives:
        yield life.request
        yield from life.reversals
    yield from story.unknown


def _key(row: Row) -> tuple[str, ...]:
    return row["stan"], row["terminal_id"], row["transmitted_at"]


def _undated(request: Row) -> tuple[Any, ...]:
    at_ms = request["received_at_ms"]
    return request["stan"], request["terminal_id"], request["line"], at_ms - UNDATED_MS, at_ms
