"""Frames that come or go in pieces: each byte counts once, wherever they are cut and whatever the peer takes of them."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, repeat

import pytest
import trio
from trio.testing import MockClock

from switch.iso8583.framing import Frame
from switch.lines.line import DEAF_SECONDS_MAX, OPENING_BYTES_MAX, TRICKLE_SECONDS, UNSENT_BYTES_MAX, Line
from tests.support.centre_in_loop import purchase, wire
from tests.support.played_issuer import quiet

FRAME = b"\x00\x1cthe answer, a byte at a time"
BEHIND = b"\x00\x0fand what follows"


class Ear:
    """Keeps what a line tells it."""

    def __init__(self) -> None:
        self.frames, self.ended = list[Frame](), 0
        self.sent = list[bytes]()

    def heard(self, line: Line, frames: Sequence[Frame]) -> None:
        self.frames += frames
        self.ended += line.over

    def said(self, line: Line, frames: Sequence[bytes]) -> None:
        self.sent += frames


@contextmanager
def connected() -> Iterator[tuple[Line, socket.socket]]:
    """A line, and its peer's end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ours = socket.create_connection(listening.getsockname())
        theirs, _ = listening.accept()
    line = Line(ours, wire("ascii", "2b", False), "peer")
    with theirs:
        yield line, theirs
        line.shut()


class Taken:
    """What a peer takes of each sending, as many bytes as it is told to, and all once nothing more is told."""

    def __init__(self, line: Line, most: Sequence[int] = ()) -> None:
        self.pieces, self._most = list[bytes](), chain(most, repeat(UNSENT_BYTES_MAX))
        pytest.MonkeyPatch().setattr(line, "_send", self._send)  # for as long as the line is there

    def _send(self, data: bytes | bytearray) -> int:
        piece = bytes(data[: next(self._most)])
        if piece:
            self.pieces.append(piece)
        return len(piece)

    @property
    def sizes(self) -> list[int]:
        return [len(piece) for piece in self.pieces]


async def sent(line: Line) -> None:
    """All has gone that was to be sent."""
    async with line.living():
        await line.flowing()


def queue(line: Line, frame: bytes) -> None:
    line.queue_frame(frame)
    line.flush()


@pytest.mark.parametrize("takes", [(), (1, 0, 0, 1, 0), (0,) * 40], ids=["all", "now and then nothing", "nothing for long"])
async def test_a_trickled_frame_goes_byte_by_byte_and_what_follows_at_once(
    takes: tuple[int, ...], autojump_clock: MockClock
) -> None:
    with connected() as (line, _):
        taken = Taken(line, takes)
        line.trickle(FRAME)
        queue(line, BEHIND)
        await sent(line)
        assert b"".join(taken.pieces) == FRAME + BEHIND
        assert taken.sizes == [*[1] * len(FRAME), len(BEHIND)]


@pytest.mark.parametrize("already", [0, 1, 10, len(FRAME) - 1, len(FRAME)])
async def test_a_frame_trickled_behind_another_counts_none_of_its_bytes_twice(already: int, autojump_clock: MockClock) -> None:
    """Both are sent byte by byte, what follows them at once, however far the first one was."""
    with connected() as (line, _):
        taken = Taken(line)
        async with line.living():
            line.trickle(FRAME)
            if already:
                await trio.sleep((already - 0.5) * TRICKLE_SECONDS)
            assert len(taken.pieces) == already
            line.trickle(FRAME)
            queue(line, BEHIND)
            await line.flowing()
            queue(line, BEHIND)
        assert b"".join(taken.pieces) == FRAME * 2 + BEHIND * 2
        assert taken.sizes == [*[1] * len(FRAME) * 2, len(BEHIND), len(BEHIND)]


async def test_a_frame_trickled_behind_what_is_unread_is_trickled_whole(autojump_clock: MockClock) -> None:
    with connected() as (line, _):
        taken = Taken(line, [5])
        queue(line, BEHIND)
        line.trickle(FRAME)
        queue(line, BEHIND)
        await sent(line)
        assert b"".join(taken.pieces) == BEHIND + FRAME + BEHIND
        assert taken.sizes[-1 - len(FRAME) :] == [*[1] * len(FRAME), len(BEHIND)]


async def test_a_muted_line_sends_no_more_of_a_trickled_frame(autojump_clock: MockClock) -> None:
    with connected() as (line, _):
        taken = Taken(line)
        async with line.living():
            line.trickle(FRAME)
            await trio.sleep(0.05)
            gone = len(taken.pieces)
            assert 0 < gone < len(FRAME)
            line.mute()
            await line.flowing()
            queue(line, BEHIND)
            await trio.sleep(1)
        assert taken.sizes == [1] * gone


async def test_a_trickled_frame_is_told_of_once(autojump_clock: MockClock) -> None:
    with connected() as (line, _):
        line.ear = ear = Ear()
        Taken(line)
        line.trickle(FRAME)
        queue(line, BEHIND)
        await sent(line)
        assert ear.sent == [FRAME, BEHIND]


async def come(line: Line, theirs: socket.socket, data: bytes) -> list[Frame | None]:
    """The frames that these bytes complete, all of which the line has read."""
    theirs.sendall(data)
    read = 0
    frames = list[Frame | None]()
    while read < len(data):
        await trio.lowlevel.wait_readable(line.socket)
        before = len(line.framer.rest)
        some = list(line.gulp())
        frames += some
        read += len(line.framer.rest) - before + sum(2 + len(frame.body) for frame in some if frame is not None)
    return frames


async def test_a_frame_that_comes_in_pieces_is_told_of_once_and_only_its_rest_at_the_end() -> None:
    with connected() as (line, theirs):
        line.ear = ear = Ear()
        body = line.codec.encode(purchase(1))
        whole = line.framer.wrap(body)
        for byte in whole:
            await come(line, theirs, bytes([byte]))
        await come(line, theirs, whole + whole[:7])
        assert (ear.frames, ear.ended, line.framer.rest) == ([Frame(b"", body)] * 2, 0, whole[:7])
        theirs.shutdown(socket.SHUT_WR)
        await trio.lowlevel.wait_readable(line.socket)
        assert list(line.gulp()) == []
        assert (len(ear.frames), ear.ended, line.framer.rest) == (2, 1, whole[:7])


@pytest.mark.parametrize("size", [1, 300, 1_999, OPENING_BYTES_MAX, 10_000])
async def test_the_first_bytes_of_a_line_are_kept_however_they_come(size: int) -> None:
    """What they look like is told by them, until a message was understood."""
    with connected() as (line, theirs):
        data = bytes([0x30]) + bytes(range(256)) * 10  # the length of a frame that is not whole
        assert line.opening == b""
        for place in range(0, len(data), size):
            await come(line, theirs, data[place : place + size])
            assert line.opening == data[: min(place + size, OPENING_BYTES_MAX)]
        line.opening = None
        await come(line, theirs, data)
        assert line.opening is None


@pytest.mark.parametrize("begun", ["by what was sent", "by a trickled frame"])
async def test_a_peer_has_as_long_to_read_whenever_it_began_not_to(begun: str, mock_clock: MockClock) -> None:
    """A line that lives for long, and whose peer was never behind, is no longer behind than since it is."""
    with connected() as (line, _):
        taken = Taken(line, [UNSENT_BYTES_MAX, *[0] * 100])
        queue(line, BEHIND)
        for _ in range(2):
            mock_clock.jump(1_000)
            more = bytes(UNSENT_BYTES_MAX + 1)
            if begun == "by what was sent":
                queue(line, more)
            else:
                line.trickle(more)
            assert line.clogged
            assert line.deaf(trio.current_time()) is None
            mock_clock.jump(DEAF_SECONDS_MAX - 1)
            assert line.deaf(trio.current_time()) is None
            mock_clock.jump(1)
            assert line.deaf(trio.current_time()) == f"it has read nothing for 5 s, and {len(more)} bytes wait for it"
            line._unsent.clear()  # it reads, after all
            line._trickling = 0
        await quiet()
        assert taken.sizes == [len(BEHIND)]
