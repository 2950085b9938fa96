"""What a capture says: ``capture`` cuts it into streams, ``iso8583`` reads them; here they meet. No file is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from attrs import evolve

from switch.display.plural import plural
from switch.iso8583.reading.stream import Lost, Patience, Said, Way, begin_as_messages, likeliest_way, read_stream
from switch.pcap.files import Capture
from switch.pcap.packets import Endpoint, Segment, segment_of
from switch.pcap.tcp_streams import Run, Stream, streams
from switch.record import frozen

RUNS_JUDGED: Final = 4  #: stretches between gaps that are looked at when a wire format is found out
PACKETS_JUDGED: Final = 8  #: of each side, where a packet may be a message
FOREIGN_JUDGED: Final = (
    50  #: connections that begin as messages do and are none, before others are tried only in the ways found
)
FOREIGN_SEARCHED: Final = 12  #: connections searched in vain for a beginning in the middle of a frame


@frozen(kw_only=True)
class Heard:
    """One message, or bytes that are none, with its sender and its time. ``number`` counts the messages; 0 for what is none.

    ``packet`` is the one that brought its last byte. ``source`` and ``destination`` are None, ``packet`` 0 and ``at_ns`` None
    in a stream that is no capture. ``line`` is that of a text, where one holds a message a line; else 0.
    """

    number: int
    packet: int
    at_ns: int | None
    source: Endpoint | None
    destination: Endpoint | None
    way: Way
    item: Said | Lost
    line: int = 0


@frozen(kw_only=True)
class Connection:
    """Two ends that talk, how they write (None: not in ISO 8583 as far as can be seen), and how much they said."""

    ends: tuple[Endpoint, Endpoint]
    way: Way | None
    bytes_total: int


@frozen(kw_only=True)
class Overheard:
    """Everything a capture says, in the order it was heard. ``left_out`` counts the packets without a TCP segment by reason."""

    connections: tuple[Connection, ...]
    heard: tuple[Heard, ...]
    left_out: dict[str, int]


def overhear(capture: Capture, ways: Sequence[Way], packet_ways: Sequence[Way] = ()) -> Overheard:
    """The messages of all connections of a capture, each read in the way that makes most sense of it.

    ``packet_ways`` have no length header: they are tried where no other makes sense, on what each packet brought.
    """
    read = [segment_of(packet) for packet in capture.packets]
    left_out = Counter(reason for reason in read if isinstance(reason, str))
    connections: list[Connection] = []
    heard: list[Heard] = []
    spoken = sorted(streams(one for one in read if isinstance(one, Segment)), key=lambda stream: stream.connection)
    patience = Patience(sum(len(run.data) for side in spoken for run in side.runs))
    judge, by_packet = _Judge(ways), _Judge(packet_ways, searched_max=0)
    for _, group in groupby(spoken, key=lambda stream: stream.connection):
        sides = list(group)
        way = judge.way_of([run.data for side in sides for run in side.runs[:RUNS_JUDGED]]) if ways else None
        if way is None and packet_ways:
            parts = [part for side in sides for part in _parts(side.runs[:RUNS_JUDGED])[:PACKETS_JUDGED]]
            way = by_packet.way_of(parts)
            if way is not None and ways and not any(_is_whole(part, way) for part in parts):
                way = None  # nobody said that there is no header, and nothing plainly has none
        total = sum(len(run.data) for side in sides for run in side.runs)
        connections.append(Connection(ends=(sides[0].source, sides[0].destination), way=way, bytes_total=total))
        if way is not None:
            heard += [one for side in sides for one in _said_by(side, way, patience)]
    heard.sort(key=lambda one: one.packet)
    return Overheard(connections=tuple(connections), heard=numbered(heard), left_out=dict(left_out))


class _Judge:
    """Finds out how the connections of a capture are written. What one is written in, the next one probably is too."""

    def __init__(self, ways: Sequence[Way], searched_max: int = FOREIGN_SEARCHED) -> None:
        self._ways, self._patience, self._searched_max = ways, Patience(0), searched_max
        self._found: list[Way] = []
        self._places = {(way.lead_bytes, way.codec.dialect.mti) for way in ways}  #: where an MTI may stand, and in what
        self._foreign = self._searched = 0  #: connections that make no sense in any way, of each kind

    def way_of(self, sides: Sequence[bytes]) -> Way | None:
        known = likeliest_way(sides, self._found, self._patience, searched=False)
        if known is not None:
            return known
        searched = self._searched < self._searched_max
        begins = self._foreign < FOREIGN_JUDGED and any(begin_as_messages(data, self._places) for data in sides)
        if not searched and not begins:
            return None
        way = likeliest_way(sides, self._ways, self._patience, searched=searched)
        if way is None:
            self._foreign += begins
            self._searched += 1
        elif way not in self._found:
            self._found.append(way)
        return way


def listen(data: bytes, ways: Sequence[Way], patience: Patience | None = None) -> tuple[Heard, ...]:
    """The messages of one stream of bytes; none unless one makes sense wholly, or several follow each other unbroken."""
    patience = patience or Patience(len(data))
    way = likeliest_way([data], ways)
    if way is None:
        return ()
    items = list(read_stream(data, way, patience))
    messages = [item for item in items if isinstance(item, Said)]
    broken = len(items) - len(messages) - patience.over
    if not any(item.error is None for item in messages) and (len(messages) < 2 or broken):
        return ()
    heard = [Heard(number=0, packet=0, at_ns=None, source=None, destination=None, way=way, item=item) for item in items]
    return numbered(heard)


def numbered(heard: Sequence[Heard]) -> tuple[Heard, ...]:
    """The same with its messages counted."""
    number, counted = 0, []
    for one in heard:
        is_message = isinstance(one.item, Said)
        number += is_message
        counted.append(evolve(one, number=number) if is_message else one)
    return tuple(counted)


def _said_by(side: Stream, way: Way, patience: Patience) -> list[Heard]:
    """The messages of one side of a connection. A gap in the capture, with the messages it tore apart, is one ``Lost``."""
    heard: list[Heard] = []
    for run in side.runs:
        items = list(read_stream(run.data, way, patience) if way.header else _by_packet(run, way, patience))
        if run.missing:
            skipped = 0
            if heard and isinstance(heard[-1].item, Lost) and heard[-1].item.end:
                lost = heard.pop().item
                skipped += lost.end - lost.start
            if items and isinstance(items[0], Lost):
                lost = items.pop(0)
                skipped += lost.end - lost.start
            around = f"; {plural(skipped, 'byte')} around them skipped" if skipped else ""
            items.insert(0, Lost(0, 0, f"{plural(run.missing, 'byte')} are missing from the capture{around}"))
        heard += [_heard(side, run, item, way) for item in items]
    return heard


def _parts(runs: Iterable[Run]) -> list[bytes]:
    """What each packet brought."""
    return [run.data[start:end] for run in runs for start, end in _borders(run)]


def _is_whole(part: bytes, way: Way) -> bool:
    """Whether a packet brought one message, and it makes sense."""
    first = next(read_stream(part, way, Patience(0)), None)
    return isinstance(first, Said) and first.error is None and first.end == len(part)


def _borders(run: Run) -> Iterator[tuple[int, int]]:
    return pairwise([0, *(mark.end for mark in run.marks)])


def _by_packet(run: Run, way: Way, patience: Patience) -> Iterator[Said | Lost]:
    """The messages of a run in which each packet brings one."""
    for start, end in _borders(run):
        for item in read_stream(run.data[start:end], way, patience):
            yield item._replace(start=item.start + start, end=item.end + start)


def _heard(side: Stream, run: Run, item: Said | Lost, way: Way) -> Heard:
    mark = run.mark(item.end)
    return Heard(
        number=0,
        packet=mark.packet,
        at_ns=mark.at_ns,
        source=side.source,
        destination=side.destination,
        way=way,
        item=item,
    )
