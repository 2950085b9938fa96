"""What somebody pasted or named: a message, several, or a capture; and in which way it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from string import hexdigits
from typing import Final

from attrs import evolve

from switch.display.plural import plural
from switch.errors import FrameError, MessageError, NegativeAnswerError, SwitchError
from switch.explain.capture import Heard, Overheard, listen, numbered, overhear
from switch.iso8583.codec import Codec
from switch.iso8583.message import Message
from switch.iso8583.mti import VERSIONS, message_class
from switch.iso8583.reading.choice import Choice, choose, read
from switch.iso8583.reading.hiding import values_of
from switch.iso8583.reading.openings import unusual_ways
from switch.iso8583.reading.pasted.converted import Converted, converted
from switch.iso8583.reading.pasted.piece import Pasted
from switch.iso8583.reading.pasted.text import text_of, ways_to_read
from switch.iso8583.reading.recognize import MESSAGE_BYTES_MAX, Trial, Wrapping, from_hex, trials, unwrap
from switch.iso8583.reading.stream import UNREAD, Lost, Patience, Said, Way, whole_way
from switch.pcap.files import Capture, Packet, is_capture, read_capture
from switch.pcap.frames import PastedFrame, frame_of
from switch.record import frozen

UNUSUAL_BYTES_MAX: Final = 4_096  #: of a message looked at for what else may stand around it
TRIALS_OF_UNUSUAL_MAX: Final = 60
KNOWN_MAX: Final = 4  #: ways in which messages of one text are written; a further one is found out each time
TRIALS_OF_A_PIECE: Final = 25  #: readings that finding out about one message costs, about


@frozen(kw_only=True)
class Manner:
    """How things may be written: dialects, what may stand in front of a message, and the ways a stream may be written."""

    codecs: tuple[Codec, ...]
    wrappings: tuple[Wrapping, ...]
    ways: tuple[Way, ...]
    packet_ways: tuple[Way, ...]  #: for captures in which nothing tells where a message ends but its packet
    header_asked: bool  #: somebody said which length header there is


@frozen(kw_only=True)
class One:
    """One message, as likely as it gets. ``frame``: it came out of one; ``undone``: it was read as before a conversion."""

    how: str
    trial: Trial
    frame: PastedFrame | None = None
    conversion: Converted | None = None
    undone: bool = False


@frozen(kw_only=True)
class Several:
    """Messages one behind the other. ``by_line``: each stands in a line of its own of the text."""

    how: str
    heard: tuple[Heard, ...]
    by_line: bool


@frozen(kw_only=True)
class Packets:
    """A capture, or frames that were pasted one behind the other."""

    how: str
    capture: Capture
    overheard: Overheard


def read_given(data: bytes, manner: Manner, *, argument: bool = False) -> One | Several | Packets:
    """Whatever a file, an argument or standard input holds. SwitchError where it holds nothing that can be read."""
    if is_capture(data):
        return _packets("a capture file", read_capture(data), manner)
    if argument and text_of(data) is None:
        from_hex(data.decode("utf-8", "surrogateescape"))
    ways = ways_to_read(data)
    if not ways:
        raise SwitchError("message: found nothing, expected a message in hexadecimal or in bytes")
    for way in ways:
        if len(way.pieces) == 1 and is_capture(way.pieces[0].data):
            return _packets(f"{way.in_words}: a capture file", read_capture(way.pieces[0].data), manner)
    framed = _framed(ways, manner)
    if framed is not None:
        return framed
    choice = choose(ways, manner.codecs, manner.wrappings)
    if choice is not None and choice.whole:
        return _chosen(choice, manner)
    other = _unusual(ways, manner) or _stream(ways, manner, choice)
    if other is not None:
        return other
    short = [way for way in ways if len(way.pieces[0].data) <= MESSAGE_BYTES_MAX]
    if not short or choice is None or not choice.trials:
        raise SwitchError(f"message: found {len(ways[0].pieces[0].data)} bytes, expected at most {MESSAGE_BYTES_MAX}")
    if manner.header_asked and not (choice.trials[0] and choice.trials[0].missing):
        _check_header([way.pieces[0].data for way in short], manner.wrappings[0])
    if choice.pasted.as_text:
        _check_text(choice, data, argument=argument)
    return _chosen(choice, manner)


def _packets(how: str, capture: Capture, manner: Manner) -> Packets:
    return Packets(how=how, capture=capture, overheard=overhear(capture, manner.ways, manner.packet_ways))


def _framed(ways: Sequence[Pasted], manner: Manner) -> One | Several | Packets | None:
    """What was pasted with the headers of Ethernet, IP and TCP in front; None where there are none."""
    for way in ways:
        frames = [frame_of(piece.data, number) for number, piece in enumerate(way.pieces, start=1)]
        found = [frame for frame in frames if frame is not None]
        if not found or len(found) < len(frames):
            continue
        if len(found) > 1:
            packets: tuple[Packet, ...] = tuple(frame.packet for frame in found)
            return _packets(f"{way.in_words}: {found[0].kind} each", Capture(packets=packets, fault=None), manner)
        frame = found[0]
        how = f"{way.in_words}: {frame.in_words}"
        payload = frame.segment.data if frame.segment else b""
        trial = read(payload, manner.codecs, manner.wrappings) if 0 < len(payload) <= MESSAGE_BYTES_MAX else None
        if trial is None or not (trial.whole and trial.fits):
            heard = listen(payload, manner.ways)
            if heard:
                return Several(how=how, heard=heard, by_line=False)
        if trial is None or not trial.is_message:
            what = "its payload is no ISO 8583 message" if payload else "it has no payload of TCP"
            raise NegativeAnswerError(f"message: found {frame.in_words}; {what}, expected one")
        return One(how=how, trial=trial, frame=frame)
    return None


def _unusual(ways: Sequence[Pasted], manner: Manner) -> One | None:
    """One message with more around it than a length and a TPDU, where nobody has said what stands there."""
    if manner.header_asked or not manner.ways or len(manner.wrappings) == 1:
        return None
    for way in ways:
        data = way.pieces[0].data
        if len(way.pieces) > 1 or len(data) > UNUSUAL_BYTES_MAX:
            continue
        found = whole_way(data, unusual_ways(data, manner.codecs), TRIALS_OF_UNUSUAL_MAX)
        if found is not None:
            trial = next(trials([data], [found.codec], [Wrapping(found.header, found.tpdu)]), None)
            if trial is not None and trial.whole and trial.fits:
                return One(how=way.in_words, trial=trial)
    return None


def _stream(ways: Sequence[Pasted], manner: Manner, choice: Choice | None) -> Several | None:
    """Several messages one behind the other in one piece: where more of it makes sense than if it is one message."""
    patience = Patience(sum(len(way.pieces[0].data) for way in ways if len(way.pieces) == 1))
    forced = len({codec.dialect.edition for codec in manner.codecs}) == 1
    understood = (
        max((trial.understood_bytes for trial in choice.trials if trial and trial.is_message), default=0) if choice else 0
    )
    for way in ways:
        lined = way.as_text and b"\n" in way.pieces[0].data  # no length header counts the lines of an editor
        if len(way.pieces) != 1 or lined:
            continue
        heard = listen(way.pieces[0].data, manner.ways, patience)
        said = [one.item for one in heard if isinstance(one.item, Said) and (forced or _fits(one.item.message, one.way))]
        whole = sum(item.end - item.start for item in said if item.error is None)
        if whole > understood or (said and not understood and (forced or len(way.pieces[0].data) > MESSAGE_BYTES_MAX)):
            return Several(how=way.in_words, heard=heard, by_line=False)
    return None


def _fits(message: Message, way: Way) -> bool:
    """Whether a message is one of the edition that its dialect speaks."""
    return bool(message.mti) and message_class(message.mti, VERSIONS[way.codec.dialect.edition]) is not None


def _check_header(candidates: Iterable[bytes], wrapping: Wrapping) -> None:
    """A header that was asked for has to fit at least one reading of what was given."""
    fault: FrameError | None = None
    for data in candidates:
        try:
            unwrap(data, wrapping)
        except FrameError as error:
            fault = fault or error
        else:
            return
    if fault is not None:
        raise fault


def _check_text(choice: Choice, data: bytes, *, argument: bool) -> None:
    """A text that nothing but text can be, and that makes no sense as a message: what was expected instead."""
    own = choice.pasted.pieces[0].data.decode("latin-1")
    if len(choice.pasted.pieces) == 1 and not own.strip(hexdigits):
        from_hex(own)  # an odd number of digits, which as text make no message either
    if any(trial is not None and trial.is_message for trial in choice.trials):
        return
    text = text_of(data) or ""
    if argument or len(text.split()) == 1:
        from_hex(text)
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    words = "".join("*" if sign.isdecimal() else sign for sign in first[:24])
    found = f"text that begins with {words!r}" if words else "an empty text"
    raise SwitchError(f"message: found {found}, expected hexadecimal digits, a dump, a literal, base64 or a message as text")


def _chosen(choice: Choice, manner: Manner) -> One | Several:
    if len(choice.pasted.pieces) > 1:
        heard = numbered(list(_listed(choice, manner)))
        if not heard:
            raise SwitchError(f"message: found {choice.pasted.in_words}, expected more than header and TPDU in one of them")
        return Several(how=choice.pasted.in_words, heard=heard, by_line=True)
    trial = choice.trials[0]
    if trial is None:
        size = len(choice.pasted.pieces[0].data)
        raise SwitchError(f"message: found {plural(size, 'byte')}, expected more than header and TPDU")
    if trial.whole:
        return One(how=choice.pasted.in_words, trial=trial)
    conversion = converted(choice.pasted.pieces[0].data)
    before = conversion.before if conversion else None
    if before is not None:
        undone = read(before, manner.codecs, manner.wrappings)
        if undone is not None and (undone.whole, undone.fits, undone.signs) > (trial.whole, trial.fits, trial.signs):
            return One(how=choice.pasted.in_words, trial=undone, conversion=conversion, undone=True)
    return One(how=choice.pasted.in_words, trial=trial, conversion=conversion)


def _listed(choice: Choice, manner: Manner) -> Iterator[Heard]:
    """The messages of a list: each in a way that others of it are written in, where that makes sense of it."""
    pieces = choice.pasted.pieces
    patience = Patience(sum(len(piece.data) for piece in pieces))
    known: list[tuple[Codec, Wrapping]] = []
    heard: Heard | None = None
    for place, piece in enumerate(pieces):
        if patience.over and heard is not None:
            left = len(pieces) - place
            lost = Lost(0, 0, f"too much in front of it cannot be decoded: {plural(left, 'message')} not looked at")
            yield evolve(heard, item=lost, line=piece.line)
            return
        if len(piece.data) > MESSAGE_BYTES_MAX:
            yield from listen(piece.data, manner.ways, patience)
            continue
        found = _in_known(piece.data, known, patience)
        if found is None:
            patience.reading(TRIALS_OF_A_PIECE)
            trial = read(piece.data, manner.codecs, manner.wrappings, as_text=choice.pasted.as_text)
            if trial is None:
                continue
            found = _heard(trial)
            if trial.whole and trial.fits and len(known) < KNOWN_MAX:
                known.append((trial.codec, Wrapping(trial.header, bool(trial.tpdu_bytes))))
        heard = evolve(found, line=piece.line)
        yield heard


def _in_known(data: bytes, known: Sequence[tuple[Codec, Wrapping]], patience: Patience) -> Heard | None:
    """A message read wholly in one of the ways already met; None where none of them does."""
    for codec, wrapping in known:
        try:
            header, tpdu, body = unwrap(data, wrapping)
        except FrameError:
            continue
        message = codec.decode(body, lambda _: UNREAD)
        if message is UNREAD:
            patience.reading()
            trial = next(trials([data], [codec], [wrapping]), None)
            if trial is None or not (trial.whole and trial.fits):
                continue
            with suppress(MessageError):
                codec.decode(body)  # which makes a plan of its layout, in time
            return _heard(trial)
        way = Way(wrapping.header, wrapping.tpdu, codec)
        if _fits(message, way):
            return _of(Said(0, len(data), header, tpdu, body, message, None), way)
    return None


def _heard(trial: Trial) -> Heard:
    mti, elements = values_of(trial.parts)
    size = len(trial.header_bytes) + len(trial.tpdu_bytes) + len(trial.body)
    error = trial.error
    if error is None and trial.missing:
        error = MessageError(0, 0, f"a length header that announces {trial.missing} bytes more", "as many as follow")
    said = Said(0, size, trial.header_bytes, trial.tpdu_bytes, trial.body, Message(mti, elements), error)
    return _of(said, Way(trial.header, bool(trial.tpdu_bytes), trial.codec))


def _of(said: Said, way: Way) -> Heard:
    return Heard(number=0, packet=0, at_ns=None, source=None, destination=None, way=way, item=said)
