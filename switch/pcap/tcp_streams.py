"""TCP segments put together again: what each side of each connection said, in order, and where bytes are missing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from switch.pcap.packets import Endpoint, Segment
from switch.record import frozen

_HALF, _WHOLE = 2**31, 2**32  #: of the numbers TCP gives its bytes


class Mark(NamedTuple):
    """Up to ``end``, the bytes of a run were there when this packet came."""

    end: int
    packet: int
    at_ns: int | None


class Run(NamedTuple):
    """Bytes without a gap among them; ``missing`` bytes before them are not in the capture."""

    missing: int
    data: bytes
    marks: tuple[Mark, ...]

    def mark(self, end: int) -> Mark:
        """When the bytes up to ``end`` were there."""
        return self.marks[min(bisect_left(self.marks, (end,)), len(self.marks) - 1)]


@frozen(kw_only=True)
class Stream:
    """What one side of a connection said. Both sides of a connection have the same ``connection`` number, from 1."""

    connection: int
    source: Endpoint
    destination: Endpoint
    runs: tuple[Run, ...]


class _Direction:
    """The segments of one direction. Numbers are counted on from the first one seen, past every overflow."""

    def __init__(self, first: Segment) -> None:
        self.source, self.destination = first.source, first.destination
        self._sequence, self._place = first.sequence, 0
        self._start = 0
        self._opened = first.opens
        self._parts: list[tuple[int, Segment]] = []
        self.add(first)

    def _place_of(self, segment: Segment) -> int:
        return self._place + (segment.sequence - self._sequence + _HALF) % _WHOLE - _HALF

    def begins_anew(self, segment: Segment) -> bool:
        """Whether a segment opens another connection between the same ports."""
        return segment.opens and self._place_of(segment) != self._start

    def add(self, segment: Segment) -> None:
        place = self._place_of(segment)
        self._sequence, self._place = segment.sequence, place
        if not self._opened:
            self._start = min(self._start, place)
        if segment.data:
            self._parts.append((place, segment))

    def runs(self) -> tuple[Run, ...]:
        """The data in order. What came twice is taken once, as the segment that begins first has it."""
        runs: list[Run] = []
        pieces: list[bytes] = []
        marks: list[Mark] = []
        missing, reached, size = 0, self._start, 0
        latest: tuple[int, int | None] = 0, None
        for place, segment in sorted(self._parts, key=lambda part: part[0]):
            fresh = segment.data[max(reached - place, 0) :]
            if not fresh:
                continue
            if place > reached:
                if pieces:
                    runs.append(Run(missing, b"".join(pieces), tuple(marks)))
                pieces, marks, size = [], [], 0
                missing = place - reached
            latest = max(latest, (segment.packet, segment.at_ns), key=lambda seen: seen[0])
            pieces.append(fresh)
            size += len(fresh)
            marks.append(Mark(size, *latest))
            reached = max(place, reached) + len(fresh)
        if pieces:
            runs.append(Run(missing, b"".join(pieces), tuple(marks)))
        return tuple(runs)


def streams(segments: Iterable[Segment]) -> list[Stream]:
    """What was said on every connection, each direction apart, in the order they were first heard."""
    current: dict[tuple[Endpoint, Endpoint], tuple[int, _Direction]] = {}
    numbers: dict[tuple[frozenset[Endpoint], int], int] = {}
    directions: list[tuple[int, _Direction]] = []
    for segment in segments:
        if not (segment.data or segment.opens):
            continue
        ends = segment.source, segment.destination
        known = current.get(ends)
        if known is not None and not known[1].begins_anew(segment):
            known[1].add(segment)
            continue
        generation = known[0] + 1 if known else 0
        direction = _Direction(segment)
        current[ends] = generation, direction
        number = numbers.setdefault((frozenset(ends), generation), len(numbers) + 1)
        directions.append((number, direction))
    heard = ((number, direction, direction.runs()) for number, direction in directions)
    return [
        Stream(connection=number, source=direction.source, destination=direction.destination, runs=runs)
        for number, direction, runs in heard
        if runs
    ]
