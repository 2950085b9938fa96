"""A peer that is not understood is told of while it waits: bytes that make no frame, network management that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
import trio
from trio.testing import MockClock

from switch.iso8583.header import HeaderFormat, checksum
from switch.iso8583.message import Message
from tests.iso8583.samples import codec
from tests.support.centre_in_loop import Loopback, loopback, purchase
from tests.support.played_issuer import quiet

TEXT = codec("ascii_hex").encode(Message("0800", {7: "1122100000", 11: "000001", 70: "301"}))
BINARY = codec("ascii").encode(purchase(1))
PACKED = codec("bcd").encode(purchase(1))
HELLO = bytes.fromhex("160301020001000200fcfd") + bytes(300)


def framed(notation: str, body: bytes) -> bytes:
    header = HeaderFormat.parse(notation)
    behind = header.first_between + body + header.behind(header.first_between + body)
    return header.header(len(behind)) + behind


#: listener, what comes, how the sentence about it goes on behind "nothing more came for 1 s".
OPENINGS = {
    "four digits of length": ("ascii", framed("4a", BINARY), "; this looks like ascii behind a 4-digit length header"),
    "no header": ("ascii", BINARY, '; this looks like ascii, one message a packet, without a length (header = "packet")'),
    "a line feed": ("ascii", TEXT + b"\n", '; this looks like ascii_hex, a line feed behind each message (header = "lf")'),
    "STX": ("ascii", b"\x02" + TEXT + b"\x03" + bytes([checksum(TEXT + b"\x03")]), '(header = "stx")'),
    "hexadecimal digits": ("ascii", b"%04X" % len(TEXT) + TEXT, "ascii_hex behind a 4-digit hexadecimal length header"),
    "six digits": ("ascii", b"%06d" % len(TEXT) + TEXT, "; this looks like ascii_hex behind a 6-digit length header"),
    "text in front": ("ascii_hex", framed("2b + 'ISO026000070'", TEXT), "(header = \"2b + 'ISO026000070'\")"),
    "bytes in front": ("ascii_hex", framed("2b + 4", PACKED), "; this looks like bcd, a 2-byte length header and 4 bytes of"),
    "an ETX behind": ("ascii_hex", framed("2b ~ etx", TEXT), "; this looks like ascii_hex, a 2-byte length header, etx behind"),
    "TLS": ("ascii", HELLO, "; this looks like TLS; the line is closed"),
    "half a length": ("ascii", b"\x00", "length header: found 1 byte, expected 2, and nothing more came for 1 s"),
}


def told(centre: Loopback) -> Iterator[str]:
    return (notice.detail for notice in centre.notices if notice.kind in ("bad_frame", "format_error", "unsupported"))


#: Where the first bytes are cut: a length header is often written apart from what it counts.
CUTS = {"at once": [], "the length apart": [2, 4], "in pieces": [1, 2, 3, 9, 40]}
#: Listener -> the bytes with which it knows that they are none of its own, and closes the line.
FAULT_AT = {"ascii": 2**16, "ascii_hex": 4}


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("what", OPENINGS)
async def test_bytes_that_make_no_frame_are_told_of_within_seconds(what: str, cuts: str, mock_clock: MockClock) -> None:
    listener, opening, sentence = OPENINGS[what]
    async with loopback(issuers=("atlas",)) as centre, centre.client(listener) as client:
        places = [place for place in CUTS[cuts] if place < min(len(opening), FAULT_AT[listener])]
        for begin, end in pairwise([0, *places, len(opening)]):
            await client.stream.send_all(opening[begin:end])
            await quiet()
        for _ in range(2):
            mock_clock.jump(1)
            await quiet()
        (said,) = told(centre)
        assert sentence in said
        if "closed" in sentence:
            with pytest.raises((EOFError, trio.BrokenResourceError)):
                await client.receive()


async def test_a_protocol_that_is_no_frame_at_once_is_named(mock_clock: MockClock) -> None:
    async with loopback(issuers=("atlas",)) as centre, centre.client() as client:
        await client.stream.send_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(EOFError):
            await client.receive()
        (said,) = told(centre)
        assert said.endswith("the line is closed; this looks like HTTP")


async def test_a_message_that_comes_in_pieces_is_not_told_of_twice(mock_clock: MockClock) -> None:
    async with loopback(issuers=("atlas",)) as centre, centre.client() as client:
        whole = client.framed(purchase(1))
        for piece in (whole[:10], whole[10:20], whole[20:]):
            await client.stream.send_all(piece)
            await quiet()
            mock_clock.jump(2)
            await quiet()
        assert (await client.receive()).elements[39] == "00"
        assert len(list(told(centre))) == 1
        await client.stream.send_all(whole[:10])
        await quiet()
        assert len(list(told(centre))) == 1


@pytest.mark.parametrize(
    ("listener", "there", "missing"),
    [("bcd", False, "; its TPDU is missing"), ("ascii", True, "; there is a TPDU, which this listener does not take")],
)
async def test_a_tpdu_that_is_missing_or_too_much_is_called_that(listener: str, there: bool, missing: str) -> None:
    async with loopback(issuers=("atlas",)) as centre, centre.client(listener) as client:
        body = client.wire.codec.encode(purchase(1))
        await client.stream.send_all(client._framer.header.header(len(body) + 5 * there) + client.tpdu * there + body)
        await quiet()
        assert missing in "\n".join(told(centre))


@pytest.mark.parametrize(
    ("elements", "code", "sentence"),
    [
        (
            {11: "000001"},
            "30",
            "0800: found no function (DE 70), expected one of 001 sign-on, 002",
        ),
        ({11: "000001", 70: "163"}, "40", "0800: found function 163 (DE 70), expected one of 001 sign-on"),
        ({70: "301"}, "00", ""),
        ({11: "000001", 3: "920000"}, "00", ""),
        ({11: "000001", 3: "930000"}, "30", "0800: found no function (DE 70)"),
    ],
    ids=["nothing", "a function that is not offered", "no STAN", "a terminal's logon", "another DE 3"],
)
async def test_network_management_that_is_refused_is_told_of(elements: dict[int, str], code: str, sentence: str) -> None:
    async with loopback(issuers=("atlas",)) as centre, centre.client() as client:
        answer = await client.ask(Message("0800", dict(sorted(elements.items()))))
        assert answer.elements[39] == code
        said = list(told(centre))
        assert len(said) == bool(sentence)
        assert all(sentence in each and each.endswith(f"answered {code}") for each in said)
