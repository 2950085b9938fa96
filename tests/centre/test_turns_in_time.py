"""When the server takes a turn by itself: at a deadline, and where a turn has left something."""

from __future__ import annotations

import pytest
from trio.testing import MockClock

from switch.centre import server
from tests.support.centre_in_loop import purchase, specs
from tests.support.played_issuer import played, quiet

TIMEOUT_SECONDS = specs().issuers["atlas"].timeout_seconds


async def test_a_silence_is_answered_at_the_moment_its_time_is_up(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        mock_clock.jump(1)
        await quiet()
        await centre.acquirer.send(purchase(1))
        await issuer.receive()
        mock_clock.jump(TIMEOUT_SECONDS - 1)
        await quiet()
        assert not centre.acquirer.stream.socket.is_readable()
        mock_clock.jump(1)
        await quiet()
        assert centre.acquirer.stream.socket.is_readable()
        assert (await centre.acquirer.receive()).elements[39] == "91"
        await issuer.stream.aclose()


async def test_what_a_turn_leaves_is_taken_by_the_next_though_nothing_more_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "TURN_EFFECTS_MAX", 1)
    monkeypatch.setattr(server, "SHARE_SECONDS_MAX", 0)
    async with played() as centre:
        await centre.acquirer.send(*map(purchase, range(1, 5)))
        answers = [await centre.acquirer.receive() for _ in range(4)]
        assert [answer.elements[11] for answer in answers] == ["000001", "000002", "000003", "000004"]
