"""Messages and captures: whatever the bytes are, they are described as far as they make sense, in every dialect."""

from __future__ import annotations

import io
from contextlib import redirect_stdout, suppress
from functools import cache
from typing import Final
from zlib import crc32
from zoneinfo import ZoneInfo

from switch.centre.traffic.wire_format_hint import WireFormatHint
from switch.cli.show.messages import View, show_capture
from switch.errors import MessageError, SwitchError
from switch.explain.capture import listen, overhear
from switch.iso8583.codec import Codec
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.reading.describe import describe
from switch.iso8583.reading.recognize import Wrapping, around_in_line, likeliest, trials
from switch.iso8583.reading.stream import Way
from switch.pcap.files import read_capture
from tests.fuzz import texts
from tests.iso8583.samples import CHIP_PURCHASE, ECHO_TEST, PURCHASE, REVERSAL, said_in
from tests.pcap.builder import SLL, Ends, conversation, handshake, pcap, pcapng, segments
from tests.support.strategies import DIALECTS

SAMPLES: Final = (PURCHASE, CHIP_PURCHASE, ECHO_TEST, REVERSAL)
HEADERS: Final = ("2b", "4a", "2bi", "4v", "2d", "2l")
NAMES: Final = tuple(DIALECTS)
DIALECTS_AT_ONCE: Final = 3
VIEW: Final = View(chosen=frozenset(), everything=False, as_json=False, unmasked=False, zone=ZoneInfo("Africa/Casablanca"))
#: What a mutation may put in: length headers, bitmaps, lengths and what opens a file.
WORDS: Final = (
    *(b"\x00\x00", b"\xff\xff", b"0000", b"9999", b"0100", b"\x01\x00", b"1100", b"\x60\x00\x01\x00\x00", b"\x80" + bytes(7)),
    *(b"\xff" * 8, b"19", b"\x19", b"999", b"=", b"D", b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a", b"\x45\x00", b"\x4f\x00"),
)


@cache
def _codecs() -> dict[str, Codec]:
    return {name: Codec(dialect) for name, dialect in DIALECTS.items()}


@cache
def _ways() -> dict[str, list[Way]]:
    """By length header: all ways to write behind it."""
    few = [_codecs()[name] for name in ("ascii", "bcd", "ebcdic", "ascii93")]
    forms = {header: HeaderFormat.parse(header) for header in HEADERS}
    return {header: [Way(form, tpdu, codec) for tpdu in (False, True) for codec in few] for header, form in forms.items()}


def _some_ways(data: bytes) -> list[Way]:
    return _ways()[HEADERS[crc32(data) % len(HEADERS)]] + _ways()["2b"]


def _share(data: bytes, codecs: dict[str, Codec]) -> dict[str, Codec]:
    """A few of the dialects, others for other bytes: all of them each time would be a quarter of the trials."""
    first = crc32(data) % len(codecs)
    names = [*codecs, *codecs][first : first + DIALECTS_AT_ONCE]
    return {name: codecs[name] for name in names}


def decoding(data: bytes) -> None:
    """One message in a few dialects; one that reads it whole says it again as it read it."""
    for codec in _share(data, _codecs()).values():
        _, error = codec.inspect(data)
        message: Message | None = None
        with suppress(MessageError):
            message = codec.decode(data)
        assert (message is None) == (error is not None), f"{codec.dialect.name}: decode and inspect do not agree"
        describe(codec, data)
        if message is None:
            around_in_line(codec, data)
            continue
        try:
            said = codec.encode(message)
        except MessageError:
            continue  # what a peer may say and the centre never would
        assert codec.decode(said) == message, f"{codec.dialect.name}: what was read is said otherwise"


@cache
def _hints() -> WireFormatHint:
    return WireFormatHint({}, {name: DIALECTS[name] for name in ("ascii", "bcd", "ascii93")})


def recognition(data: bytes) -> None:
    """Bytes nobody knows the form of: a message behind anything, a stream of them, the opening of a line."""
    headers = [None, *(HeaderFormat.parse(header) for header in HEADERS)]
    wrappings = [Wrapping(header, tpdu) for header in headers for tpdu in (False, True)]
    trial = likeliest(trials([data], _share(data, _codecs()).values(), wrappings))
    if trial is not None:
        trial.reading()
    for one in listen(data, _some_ways(data)):
        assert 0 <= one.item.start <= one.item.end <= len(data)
    _hints().looks_like(data)


def capture(data: bytes) -> None:
    """A capture file, as ``switch decode`` lists it."""
    try:
        with redirect_stdout(io.StringIO()):
            read = read_capture(data)
            show_capture(read, overhear(read, _some_ways(data)), VIEW)
    except SwitchError as error:
        texts.one_sentence(error)


def decoding_seeds() -> list[bytes]:
    return [_codecs()[name].encode(said_in(name, sample)) for name in NAMES for sample in SAMPLES]


def recognition_seeds() -> list[bytes]:
    seeds = []
    for place, body in enumerate(decoding_seeds()):
        header = HeaderFormat.parse(HEADERS[place % len(HEADERS)])
        tpdu = bytes.fromhex("6000010000") if place % 3 == 0 else b""
        frame = header.header(len(tpdu + body)) + tpdu + body
        seeds += [frame, frame * 3, body]
    return seeds


def capture_seeds() -> list[bytes]:
    bodies = [_codecs()["ascii"].encode(sample) for sample in SAMPLES]
    stream = b"".join(HeaderFormat.parse("2b").header(len(body)) + body for body in bodies)
    sent = [*handshake(), *segments(True, stream, 200), *segments(False, stream, 500)]
    ends = Ends(client="2001:db8::7", server="2001:db8::1")
    return [
        pcap(conversation(sent)),
        pcap(conversation(sent, link_type=SLL), link_type=SLL, order=">", nanoseconds=True),
        pcapng(conversation(sent, ends)),
        pcapng(conversation([*reversed(sent), *sent]), order=">"),
    ]
