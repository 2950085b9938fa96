"""An issuer that stays connected and does not read.

Time stands still until a test moves it (``mock_clock``).
"""

from __future__ import annotations

import socket

import pytest
import trio
from trio.testing import MockClock

from switch.lines.issuer_link import RETRY_SECONDS_FIRST, SIGN_ON_SECONDS_MAX
from switch.lines.line import DEAF_SECONDS_MAX, READ_BYTES
from tests.support.centre_in_loop import Client, purchase
from tests.support.played_issuer import Played, answer_to, played, quiet

BUFFER_BYTES = 4_096
SEGMENT_BYTES = 65_536  #: of the loopback interface: with less room TCP waits before it sends the little that fits
SOME_BYTES = 20_000


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.lines.line.UNSENT_BYTES_MAX", SOME_BYTES)


async def deafened(centre: Played) -> tuple[Client, int]:
    """An issuer that has signed on and lets requests wait, and how many wait for it, unread or not answered."""
    centre.listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    issuer = await centre.signed_on()
    line = centre.server.links["atlas"].line
    assert line is not None
    line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
    while len(line._unsent) < 2 * SOME_BYTES:  # the kernel may take some of it later
        begun = centre.server.board.pending
        await centre.acquirer.send(*(purchase(begun + n) for n in range(1, 21)))
        while centre.server.board.pending < begun + 20:
            await quiet()
    return issuer, centre.server.board.pending


async def pass_by(centre: Played, mock_clock: MockClock, seconds: float) -> None:
    mock_clock.jump(seconds)
    centre.server.watch_sessions(trio.current_time())
    await quiet()


async def test_a_deaf_issuer_is_lost_and_what_waits_for_it_is_decided(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer, waiting = await deafened(centre)
        await pass_by(centre, mock_clock, DEAF_SECONDS_MAX - 1)
        assert (centre.server.board.pending, centre.told("issuer_down")) == (waiting, [])
        while not centre.told("issuer_down"):  # the kernel may have taken its last bytes after the clock was moved
            await pass_by(centre, mock_clock, 1)
        assert {(await centre.acquirer.receive()).elements[39] for _ in range(waiting)} == {"91"}
        (why,) = centre.told("issuer_down")
        assert why.startswith("atlas is not available: it has read nothing for 5 s, and ")
        assert (centre.server.board.pending, centre.server.board.owed) == (0, waiting), "each is reversed"
        again = await centre.signed_on()
        assert (await again.receive()).mti == "0420"
        await issuer.stream.aclose()
        await again.stream.aclose()


async def test_an_issuer_that_is_behind_is_read_from_all_the_same(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer, waiting = await deafened(centre)
        await issuer.send(*(answer_to(purchase(stan)) for stan in range(1, waiting + 1)))
        assert {(await centre.acquirer.receive()).elements[39] for _ in range(waiting)} == {"00"}
        await issuer.stream.aclose()


@pytest.mark.long
async def test_a_deaf_issuer_is_dialled_no_faster_than_any_that_is_away(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer, _ = await deafened(centre)
        await pass_by(centre, mock_clock, DEAF_SECONDS_MAX)
        second = await centre.connected()
        await pass_by(centre, mock_clock, SIGN_ON_SECONDS_MAX)
        assert len(centre.told("not_signed_on")) == 1
        link = centre.server.links["atlas"]
        assert link._pause_seconds == 2 * RETRY_SECONDS_FIRST
        await pass_by(centre, mock_clock, RETRY_SECONDS_FIRST)
        third = await centre.connected()
        for client in (issuer, second, third):
            await client.stream.aclose()


async def test_an_issuer_that_hangs_up_after_each_sign_on_is_dialled_ever_later(mock_clock: MockClock) -> None:
    async with played() as centre:
        pauses = []
        for _ in range(4):
            issuer = await centre.signed_on()
            await issuer.stream.aclose()
            await quiet()
            pauses.append(centre.server.links["atlas"]._pause_seconds)
            mock_clock.jump(pauses[-2] if len(pauses) > 1 else 0)
            await quiet()
        assert pauses == [RETRY_SECONDS_FIRST * 2**n for n in range(4)]


async def test_what_waits_for_an_acquirer_that_does_not_read_is_bounded_by_what_it_has_asked() -> None:
    count = 4_000
    async with played() as centre, trio.open_nursery() as nursery:
        (line,) = centre.server.callers._stations
        for end, size in ((centre.acquirer.stream, socket.SO_RCVBUF), (line.socket, socket.SO_SNDBUF)):
            end.setsockopt(socket.SOL_SOCKET, size, SEGMENT_BYTES)
        nursery.start_soon(centre.acquirer.send, *(purchase(stan) for stan in range(1, count + 1)))
        while not line.clogged:
            await quiet()
        await quiet()
        # one read is answered, one was read meanwhile, and one may come as the line clogs
        assert len(line._unsent) < SOME_BYTES + 3 * READ_BYTES
        assert len({(await centre.acquirer.receive()).elements[11] for _ in range(count)}) == count
