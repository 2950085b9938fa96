"""A line whose peer does not read, on real sockets with small buffers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trio
from trio.testing import MockClock

from switch.iso8583.message import Message
from switch.lines import line as module
from switch.lines.line import DEAF_SECONDS_MAX, UNREAD_SECONDS_MAX, Line
from switch.lines.selector import Lines
from switch.lines.sockets import listen
from tests.support.centre_in_loop import purchase, wire
from tests.support.played_issuer import quiet

BUFFER_BYTES = 4_096
SOME_BYTES = 20_000


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNSENT_BYTES_MAX", SOME_BYTES)
    monkeypatch.setattr(module, "DEAF_BYTES_MAX", 10 * SOME_BYTES)


@contextmanager
def connected() -> Iterator[tuple[Line, socket.socket]]:
    """A line, and its peer's end."""
    with listen("127.0.0.1", 0) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        ours = socket.create_connection(listening.getsockname())
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        theirs, _ = listening.accept()
    line = Line(ours, wire("ascii", "2b", False), "peer")
    with theirs:
        yield line, theirs
        line.shut()


def fill(line: Line, until_bytes: int) -> int:
    """Say purchases until so much is left unread; how many."""
    said = 0
    while len(line._unsent) <= until_bytes:
        said += 1
        line.queue(purchase(said))
        line.flush()
    return said


async def read(line: Line, theirs: socket.socket, count: int) -> list[Message]:
    framer, found = type(line.framer)(line.framer.header), list[Message]()
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(theirs))
    while len(found) < count:
        found += [line.codec.decode(frame.body) for frame in framer.feed(await stream.receive_some(65_536))]
    return found


async def test_what_was_left_unread_arrives_whole_and_in_order() -> None:
    with connected() as (line, theirs):
        said = fill(line, SOME_BYTES)
        assert line.clogged
        async with line.living():
            heard = await read(line, theirs, said)
            await line.flowing()
        assert [int(message.elements[11]) for message in heard] == list(range(1, said + 1))
        assert not line.clogged


async def test_a_peer_is_deaf_when_it_has_taken_nothing_for_long(mock_clock: MockClock) -> None:
    with connected() as (line, theirs):
        fill(line, 1)
        mock_clock.jump(DEAF_SECONDS_MAX)
        assert line.deaf(trio.current_time()) is None, "what is little may wait"
        fill(line, 5 * SOME_BYTES)  # more than it takes at a time: the line stays clogged
        size = len(line._unsent)
        said = f"it has read nothing for 5 s, and {size} bytes wait for it"
        assert line.deaf(trio.current_time()) == said
        async with line.living():
            await quiet()
            theirs.recv(BUFFER_BYTES * 8)
            while len(line._unsent) == size:
                await quiet()
            assert line.clogged
            assert line.deaf(trio.current_time()) is None, "it has taken something just now"
        assert not line._unsent, "nothing is kept for a line that is closed"


async def test_a_peer_that_is_too_far_behind_is_deaf_at_once(mock_clock: MockClock) -> None:
    with connected() as (line, _):
        fill(line, 10 * SOME_BYTES)
        assert line.deaf(trio.current_time()) == f"it reads too slowly: {len(line._unsent)} bytes wait for it"


async def test_an_abandoned_line_leaves_nothing_with_the_system() -> None:
    with connected() as (line, theirs):
        fill(line, SOME_BYTES)
        line.abandon()
        line.abandon()
        with pytest.raises(ConnectionResetError):
            theirs.sendall(b"a peer that speaks again is told that nobody listens" * 2)


async def test_who_ends_its_side_and_reads_nothing_is_not_waited_for(autojump_clock: MockClock) -> None:
    with connected() as (line, theirs):
        fill(line, SOME_BYTES)
        theirs.shutdown(socket.SHUT_WR)
        async with trio.open_nursery() as nursery:
            lines = Lines(lambda: None)
            nursery.start_soon(lines.run)
            async with line.living():
                await lines.read(line, lambda frames: None)
                began = trio.current_time()
                await line.settled()
                assert trio.current_time() - began <= 3 * UNREAD_SECONDS_MAX
            nursery.cancel_scope.cancel()
