"""Reading all that one side of a line said: frames one after the other, and the next one that makes sense where one makes none.

Where nobody says how a stream is written, the reading is taken that makes sense of most of its first frames.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

from switch.display.plural import plural
from switch.errors import FrameError, MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.element import EBCDIC
from switch.iso8583.framing import FRAME_BYTES_MAX, TPDU_BYTES
from switch.iso8583.header import LINE_FEED, STX, WITHOUT_LENGTH, HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.mti import CLASSES, FUNCTIONS, ORIGINS, VERSIONS
from switch.iso8583.reading.recognize import VERSION_DIGITS

_NOTATIONS = ("2b", "4a", "4b", "2d", "4v", "2l", "2bi", "4ai", "4bi", "2di", "2li", "4l", "4li", "4d", "4di", "2a", "2ai")
HEADERS: Final = tuple(map(HeaderFormat.parse, _NOTATIONS))  #: every length header there is, the usual ones first
FRAMES_JUDGED: Final = 8  #: of each side of a line, when its wire format is found out
FRAMES_LOOKED_AT: Final = 64  #: and keep-alives, to find so many
SEARCHED_BYTES: Final = 4_096  #: of each side, when its beginning makes no sense: longer than a message anybody sends

READINGS_OF_A_WAY: Final = 16  #: of one way, where beginnings are searched for sense
PATIENCE_READINGS: Final = (
    1_000  #: how many messages are read the slow way, a tenth of a millisecond each, however short the stream
)
PATIENCE_BYTES: Final = 1_024  #: and one more for each so many of its bytes
HEADERS_A_READING: Final = 32  #: so many length headers are looked at in the time of one reading
HINT_FRAMES: Final = 2  #: of a line that makes no sense, keep-alives counted
HINT_READINGS_MAX: Final = 12  #: messages read to find out what a line looks like; half a millisecond each at most

UNDERSTOOD_MIN: Final = 0.25  #: of the bytes of a stream that is not plainly frames, to be taken for ISO 8583 at all

UNREAD: Final = Message("", {})  #: stands for a message that no plan reads


class Way(NamedTuple):
    """How a stream may be written: its length header (None: each message is sent by itself), whether a TPDU stands behind it,
    its dialect."""

    header: HeaderFormat | None
    tpdu: bool
    codec: Codec

    @property
    def behind(self) -> str:
        """As a hint says it: the dialect, and what stands in front of each message."""
        if self.header is None:
            return f"{self.codec.dialect.name} behind no length header{' and a TPDU' if self.tpdu else ''}"
        if self.header.kind in WITHOUT_LENGTH or self.header.between or self.header.behind_bytes:
            return f'{self.codec.dialect.name}, {self.header.in_words} (header = "{self.header.notation}")'
        return f"{self.codec.dialect.name} behind {self.header.in_words}{' and a TPDU' if self.tpdu else ''}"

    @property
    def in_words(self) -> str:
        header = f"header {self.header.notation}" if self.header else "no length header"
        return f"{self.codec.dialect.name}, {header}{', TPDU' if self.tpdu else ''}"

    @property
    def header_bytes(self) -> int:
        return self.header.width if self.header else 0

    @property
    def lead_bytes(self) -> int:
        """What stands in front of a message."""
        return (self.header.lead_bytes if self.header else 0) + (TPDU_BYTES if self.tpdu else 0)


class Patience:
    """How much more of what makes no sense is read: whoever sends it shall not decide how long that takes.

    Counted, not timed: the same bytes are always read as far.
    """

    def __init__(self, size: int, readings: int = PATIENCE_READINGS) -> None:
        self._left = self._whole = (readings + size // PATIENCE_BYTES) * HEADERS_A_READING

    @property
    def over(self) -> bool:
        return self._left <= 0

    @property
    def short(self) -> bool:
        return self._left < self._whole // 2

    @property
    def spent(self) -> int:
        """Readings, rounded up."""
        return -((self._left - self._whole) // HEADERS_A_READING)

    def header(self) -> None:
        """A length header is looked at."""
        self._left -= 1

    def reading(self, count: int = 1) -> None:
        """A message is read the slow way."""
        self._left -= count * HEADERS_A_READING


class Said(NamedTuple):
    """One message of a stream: the place of its frame there, and what could be read of it (``error``: not all)."""

    start: int
    end: int
    header: bytes
    tpdu: bytes
    body: bytes
    message: Message
    error: MessageError | None


class Lost(NamedTuple):
    """Bytes of a stream that are no frame, and a sentence about them."""

    start: int
    end: int
    sentence: str


def read_stream(data: bytes, way: Way, patience: Patience | None = None) -> Iterator[Said | Lost]:
    """Every message of a stream, and every place where reading lost its way; keep-alives are passed over.

    A frame that makes no sense is given up for a message that stands whole inside it or behind it; when patience is short, only
    where no message begins at its end. Where the ``patience`` is
    over, what follows is not looked at.
    """
    place, patience, mti = 0, patience or Patience(len(data)), mti_pattern(way.codec.dialect.mti)
    while place < len(data):
        said: Said | None = None
        fault: FrameError | MessageError | None
        if patience.over:
            yield Lost(
                place,
                len(data),
                f"too much in front of it cannot be decoded: {plural(len(data) - place, 'byte')} not looked at",
            )
            return
        try:
            end = _end_of_frame(data, place, way)
        except FrameError as error:
            fault, end = error, len(data)
        else:
            if end == place + way.header_bytes:
                patience.header()
                place = end
                continue
            said = _said(data, place, end, way, patience)
            fault = said.error
        following = None
        if fault is not None and not (said and patience.short and mti.match(data, end + way.lead_bytes)):
            following = _next_sense(data, place + 1, end, way, patience)
        if said is not None and following is None:
            yield said
        else:
            end = end if following is None else following
            yield Lost(place, end, f"{fault}; {plural(end - place, 'byte')} skipped")
        place = end


def likeliest_way(
    sides: Sequence[bytes], ways: Sequence[Way], patience: Patience | None = None, *, searched: bool = True
) -> Way | None:
    """The way that makes sense of most of the first frames of all sides of a line; None where none makes sense of any.

    A side may begin in the middle of a frame, as a capture does that was started late; then its beginning is ``searched``.
    """
    if not ways:
        return None
    patience = patience or Patience(0)
    strict, way = _best(sides, ways, _unbroken, patience)
    if strict.whole_bytes or (len(ways) == 1 and strict.understood_bytes):
        return way
    if searched:
        beginnings = [data[:SEARCHED_BYTES] for data in sides]
        found, other = _best(beginnings, ways, _all_said, patience)
        if found.whole_bytes >= UNDERSTOOD_MIN * max(sum(map(len, beginnings)), 1):
            return other
    return way if strict.understood_bytes >= UNDERSTOOD_MIN * max(strict.covered_bytes, 1) else None


def begin_as_messages(data: bytes, places: Iterable[tuple[int, str]]) -> bool:
    """Whether an MTI stands at one of these places, in the encoding named beside it."""
    return any(mti_pattern(encoding).match(data, place) for place, encoding in places)


def whole_way(opening: bytes, ways: Iterable[Way], readings_max: int = HINT_READINGS_MAX) -> Way | None:
    """The way in which the first bytes of a line are whole messages of the edition spoken; None where there is none.

    Others wait for it, and the peer chooses the bytes: few frames are looked at, and of those that begin as a message does
    no more than ``readings_max`` are read.
    """
    beginnings: dict[tuple[HeaderFormat | None, bool], list[tuple[int, int]]] = {}
    best, found, readings = (0, 0, 0), None, 0
    for way in dict.fromkeys(ways):
        if way[:2] not in beginnings:
            beginnings[way[:2]] = list(islice(_frames(opening, way), HINT_FRAMES))
        mti = mti_pattern(way.codec.dialect.mti)
        bodies = [opening[start:end] for start, end in beginnings[way[:2]] if mti.match(opening, start, end)]
        if not any(_version(body, way.codec) == way.codec.dialect.mti_version for body in bodies):
            continue
        if readings + len(bodies) > readings_max:
            break
        whole = fitting = 0
        for body in bodies:
            readings += 1
            parts, error = way.codec.inspect(body)
            if error is not None:
                break
            whole += len(body)
            fitting += parts[0][3][0] == VERSIONS[way.codec.dialect.edition]
        sense = whole, whole == sum(map(len, bodies)), fitting
        if sense[1] and fitting == len(bodies):
            return way
        if sense > best:
            best, found = sense, way
    return found if best[1] and best[2] else None


def _version(body: bytes, codec: Codec) -> str:
    """The first digit of an MTI, which says its edition."""
    return str(body[0] >> 4 if codec.dialect.mti == "bcd" else body[0] & 0x0F)


def _frames(data: bytes, way: Way) -> Iterator[tuple[int, int]]:
    """Where the messages of the first frames of a stream begin and end, before reading loses its way; keep-alives too."""
    place = 0
    while place < len(data):
        try:
            end = _end_of_frame(data, place, way)
        except FrameError:
            return
        yield place + way.lead_bytes, end - (way.header.behind_bytes if way.header else 0)
        place = end


_NOTHING: Final = Message("", {})
_NO_MTI: Final = MessageError(0, 0, "no MTI", "one")


class _Sense(NamedTuple):
    """How much sense a reading makes: bytes of messages read whole, bytes understood in all, messages of the edition of the
    standard that is spoken, bytes that are messages at all. Bytes, as small messages are easily read by chance."""

    whole_bytes: int
    understood_bytes: int
    fitting: int
    covered_bytes: int


_Reader = Callable[[bytes, Way, Patience], Iterable[Said]]


def _unbroken(data: bytes, way: Way, patience: Patience) -> Iterator[Said]:
    """The messages before reading loses its way, which it does soon in a foreign stream."""
    mti = mti_pattern(way.codec.dialect.mti)
    for start, end in islice(_frames(data, way), FRAMES_LOOKED_AT):
        place = start - way.lead_bytes
        if patience.over:
            return
        if mti.match(data, start, end):
            yield _said(data, place, end, way, patience)
        elif end > place + way.header_bytes:
            yield Said(place, end, b"", b"", b"", _NOTHING, _NO_MTI)


def _all_said(data: bytes, way: Way, patience: Patience) -> Iterator[Said]:
    own = Patience(0, READINGS_OF_A_WAY)
    for item in read_stream(data, way, own) if not patience.over else ():
        if isinstance(item, Said):
            yield item
    patience.reading(own.spent)


def _best(sides: Sequence[bytes], ways: Sequence[Way], read: _Reader, patience: Patience) -> tuple[_Sense, Way]:
    judged = [
        (_sense((said for data in sides for said in islice(read(data, way, patience), FRAMES_JUDGED)), way), way)
        for way in ways
    ]
    return max(judged, key=lambda pair: pair[0])  # the first of equals


def _sense(messages: Iterable[Said], way: Way) -> _Sense:
    whole = understood = fitting = covered = 0
    version = VERSIONS[way.codec.dialect.edition]
    mti = mti_pattern(way.codec.dialect.mti)
    for said in messages:
        covered += said.end - said.start
        if said.error is None:
            whole += len(said.body)
            fitting += said.message.mti[0] == version
            understood += len(said.body)
        elif mti.match(said.body):
            parts, _ = way.codec.inspect(said.body)
            understood += sum(len(raw) for _, _, raw, _ in parts) or 1
    return _Sense(whole, understood, fitting, covered)


def _end_of_frame(data: bytes, place: int, way: Way) -> int:
    """Where the frame at a place ends; FrameError where none is there, or not all of it."""
    if way.header is None:
        if way.tpdu and len(data) - place < TPDU_BYTES:
            raise FrameError(f"TPDU: found {plural(len(data) - place, 'byte')}, expected {TPDU_BYTES}")
        return len(data)
    if way.header.kind in WITHOUT_LENGTH:
        return _end_without_length(data, place, way.header)
    behind = place + way.header.width
    head = data[place:behind]
    if len(head) < way.header.width:
        raise FrameError(f"length header: found {plural(len(head), 'byte')}, expected {way.header.width}")
    length = way.header.length(head)
    if not 0 <= length <= FRAME_BYTES_MAX:
        raise FrameError(f"length header {head.hex(' ')}: found a frame of {length} bytes, expected 0 to {FRAME_BYTES_MAX}")
    if not length:
        return behind
    front = way.lead_bytes - way.header.width
    if way.header.message_only:
        length += front + way.header.behind_bytes
    if behind + length > len(data):
        left = len(data) - behind
        raise FrameError(f"length header {head.hex(' ')}: found {plural(left, 'byte')} behind it, expected {length}")
    if way.tpdu and length < TPDU_BYTES:
        raise FrameError(f"TPDU: found a frame of {length} bytes, expected at least the {TPDU_BYTES} of the TPDU")
    if length < front + way.header.behind_bytes:
        raise FrameError(f"header before the MTI: found a frame of {length} bytes, expected at least the {front} before it")
    if way.header.between:
        way.header.check(data[behind + front - way.header.between_bytes : behind + front])
    return behind + length


def _end_without_length(data: bytes, place: int, header: HeaderFormat) -> int:
    """The same where a sign ends the message."""
    sign = {LINE_FEED: b"\n", STX: b"\x03"}.get(header.kind)
    end = data.find(sign, place) if sign else len(data)
    if end < 0 or end + header.behind_bytes > len(data):
        raise FrameError(f"found {plural(len(data) - place, 'byte')} without an end, expected {header.in_words}")
    return end + header.behind_bytes


def _unread(_: bytes) -> Message:
    return UNREAD


def _said(data: bytes, place: int, end: int, way: Way, patience: Patience) -> Said:
    behind, start = place + way.header_bytes, place + way.lead_bytes
    body, error = data[start : end - (way.header.behind_bytes if way.header else 0)], None
    message = way.codec.decode(body, _unread)
    if message is UNREAD:
        patience.reading()
        parts, error = way.codec.inspect(body)
        if error is None:
            patience.reading()
            message = way.codec.decode(body)
        else:
            values = {key: value for key, _, _, value in parts}
            elements = {int(key): value for key, value in values.items() if key.isdecimal() and key != "1"}
            message = Message(values.get("t", ""), elements)
    return Said(place, end, data[place:behind], data[behind:start], body, message, error)


def _next_sense(data: bytes, start: int, limit: int, way: Way, patience: Patience) -> int | None:
    """The first place between ``start`` and ``limit`` where a frame stands whose message makes sense wholly."""
    lead = way.lead_bytes
    for match in mti_pattern(way.codec.dialect.mti).finditer(data, start + lead, limit + lead):
        place = match.start() - lead
        patience.header()
        if patience.over:
            return None
        with suppress(FrameError):
            end = _end_of_frame(data, place, way)
            if _said(data, place, end, way, patience).error is None:
                return place
    return None


@cache
def mti_pattern(encoding: str) -> re.Pattern[bytes]:
    """Finds what may be an MTI, wherever it stands."""
    known = [v + c + f + o for v in VERSION_DIGITS for c in CLASSES for f in FUNCTIONS for o in ORIGINS]
    if encoding == "bcd":
        firsts, seconds = ({bytes.fromhex(mti[part]) for mti in known} for part in (slice(2), slice(2, 4)))
        sets = [firsts, seconds]
    else:
        code = EBCDIC if encoding == "ebcdic" else "ascii"
        sets = [{mti[place].encode(code) for mti in known} for place in range(4)]
    return re.compile(b"(?=" + b"".join(b"[" + re.escape(b"".join(sorted(one))) + b"]" for one in sets) + b")", re.DOTALL)
