"""The centre's line to an issuer, against an issuer played by the test.

Time stands still until a test moves it (``mock_clock``).
"""

from __future__ import annotations

import select
import socket
from itertools import pairwise

import pytest
import trio
from trio.testing import MockClock

from switch.centre.server import Server
from switch.iso8583.mapping.session import CUT_OVER, ECHO, ECHO_ANSWER_SECONDS_MAX, SIGN_OFF, SIGN_ON
from switch.iso8583.message import Message
from switch.journal.journal import MemoryJournal
from switch.lines.issuer_link import CUT_OVER_REPEAT_SECONDS, RETRY_SECONDS_FIRST, RETRY_SECONDS_MAX, SIGN_ON_SECONDS_MAX
from switch.lines.sockets import DIAL_SECONDS_MAX, dial, listen, not_to_itself
from tests.support.centre_in_loop import NOW_MS, purchase, specs, wire
from tests.support.played_issuer import Played, answer_to, network, played, quiet

ECHO_SECONDS = specs().issuers["atlas"].echo_seconds


async def test_the_centre_signs_on_where_it_connects() -> None:
    async with played() as centre:
        issuer = await centre.connected()
        request = await issuer.receive()
        assert request == Message("0800", {7: "1122100000", 11: "000001", 33: specs().centre.institution_id, 70: SIGN_ON})
        assert await centre.code(1) == "91"
        await issuer.send(answer_to(request))
        await quiet()
        assert centre.told("issuer_up") == ["atlas is signed on"]
        await centre.acquirer.send(purchase(2))
        asked = await issuer.receive()
        await issuer.send(answer_to(asked, de38="A00001"))
        assert (await centre.acquirer.receive()).elements[39] == "00"
        await issuer.stream.aclose()


@pytest.mark.parametrize(("code", "said"), [("91", "91"), (None, "without DE 39")])
async def test_a_refused_sign_on_is_told_once_and_tried_again(mock_clock: MockClock, code: str | None, said: str) -> None:
    async with played() as centre:
        for pause in (RETRY_SECONDS_FIRST, RETRY_SECONDS_FIRST * 2):
            issuer = await centre.connected()
            await issuer.send(answer_to(await issuer.receive(), code))
            with pytest.raises(EOFError):
                await issuer.receive()
            await issuer.stream.aclose()
            await quiet()
            mock_clock.jump(pause)
        issuer = await centre.signed_on()
        assert centre.told("not_signed_on") == [f"atlas: it answered {said} to the sign-on; it is dialled again"]
        assert centre.told("issuer_up") == ["atlas is signed on"]
        await issuer.stream.aclose()


async def test_an_answer_with_another_stan_is_none_to_the_sign_on(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer = await centre.connected()
        await issuer.send(answer_to(await issuer.receive(), de11="000077"))
        await quiet()
        assert centre.told("unmatched") == ["atlas: a 0810 to STAN 000077, which nobody waits for"]
        mock_clock.jump(SIGN_ON_SECONDS_MAX)
        with pytest.raises(EOFError):
            await issuer.receive()
        await issuer.stream.aclose()
        await quiet()
        assert centre.told("not_signed_on") == ["atlas: sign-on not answered in 10 s; it is dialled again"]


@pytest.mark.parametrize("on_cue", [False, True])
async def test_after_its_sign_off_an_issuer_is_not_asked_and_its_answers_still_count(on_cue: bool) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await centre.acquirer.send(purchase(1))
        in_flight = await issuer.receive()
        if on_cue:
            assert centre.link.ask_on_cue(SIGN_OFF)
            await issuer.send(answer_to(await issuer.receive()))
        else:
            await issuer.send(network(SIGN_OFF))
            assert (await issuer.receive()).elements[39] == "00"
        assert await centre.code(2) == "91"
        await issuer.send(answer_to(in_flight, de38="A00001"))
        answer = await centre.acquirer.receive()
        assert (answer.elements[11], answer.elements[39]) == ("000001", "00")
        await issuer.send(network(SIGN_ON))
        assert (await issuer.receive()).elements[39] == "00"
        await centre.acquirer.send(purchase(3))
        await issuer.send(answer_to(await issuer.receive(), de38="A00002"))
        assert (await centre.acquirer.receive()).elements[39] == "00"
        why = "signed off on cue" if on_cue else "it signed off"
        assert centre.told("issuer_down") == [f"atlas is not available: {why}"]
        assert not centre.told("late_answer")
        await issuer.stream.aclose()


async def test_what_waits_on_a_line_that_is_lost_is_decided_at_once(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await centre.acquirer.send(purchase(1))
        await issuer.receive()
        await issuer.stream.aclose()
        assert (await centre.acquirer.receive()).elements[39] == "91"
        again = await centre.signed_on()
        assert (await again.receive()).mti == "0420", "its issuer may have approved it"
        assert centre.told("issuer_down") == ["atlas is not available: the connection was closed"]
        assert not centre.told("not_signed_on"), "the switchboard has told of it"
        await again.stream.aclose()


async def test_an_idle_issuer_is_echoed_and_stays(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        for code in ("00", "40"):
            mock_clock.jump(ECHO_SECONDS)
            echo = await issuer.receive()
            assert (echo.mti, echo.elements[70]) == ("0800", ECHO)
            await issuer.send(answer_to(echo, code))
            await quiet()
        mock_clock.jump(ECHO_ANSWER_SECONDS_MAX)
        await quiet()
        assert not centre.told("issuer_down")
        await issuer.stream.aclose()


@pytest.mark.parametrize("signs_off", [False, True])
async def test_a_half_open_line_is_closed_with_a_sentence_and_dialled_again(mock_clock: MockClock, signs_off: bool) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        if signs_off:
            await issuer.send(network(SIGN_OFF))
            await issuer.receive()
        mock_clock.jump(ECHO_SECONDS)
        assert (await issuer.receive()).elements[70] == ECHO
        await quiet()
        mock_clock.jump(ECHO_ANSWER_SECONDS_MAX)
        with pytest.raises(EOFError):
            await issuer.receive()
        again = await centre.signed_on()
        why = "nothing came from it in 40 s, nor an answer to the echo of 10 s ago"
        if signs_off:
            assert centre.told("not_signed_on") == [f"atlas: {why}; it is dialled again"]
        else:
            assert centre.told("issuer_down") == [f"atlas is not available: {why}"]
        assert centre.told("issuer_up") == ["atlas is signed on"] * 2
        await issuer.stream.aclose()
        await again.stream.aclose()


async def _next_day(centre: Played, mock_clock: MockClock, date: str) -> None:
    centre.journal.open_business_date(date, "operator", 0)
    mock_clock.jump(1)
    await quiet()


async def test_a_cut_over_that_is_acknowledged_is_told_once(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await _next_day(centre, mock_clock, "2026-11-23")
        request = await issuer.receive()
        assert (request.elements[70], request.elements[15]) == (CUT_OVER, "1123")
        await issuer.send(answer_to(request), network(SIGN_ON))
        assert (await issuer.receive()).mti == "0810"
        await quiet()
        assert not issuer.stream.socket.is_readable()
        await issuer.stream.aclose()


@pytest.mark.parametrize("how", ["lost", "signed off", "refused"])
async def test_a_cut_over_that_was_missed_is_told_after_the_next_sign_on(mock_clock: MockClock, how: str) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        if how == "signed off":
            await issuer.send(network(SIGN_OFF))
            await issuer.receive()
        elif how == "lost":
            await issuer.stream.aclose()
            await quiet()
        await _next_day(centre, mock_clock, "2026-11-23")
        if how == "lost":
            issuer = await centre.signed_on()
        else:
            if how == "refused":
                await issuer.send(answer_to(await issuer.receive(), "12"))
            await issuer.send(network(SIGN_ON))
            await issuer.receive()
        request = await issuer.receive()
        assert (request.elements[70], request.elements[15]) == (CUT_OVER, "1123")
        refused = ["atlas answered 12 to the cut-over to 2026-11-23; it is told again at its next sign-on"]
        assert centre.told("cut_over") == (refused if how == "refused" else [])
        await issuer.stream.aclose()


async def test_a_cut_over_that_is_not_answered_is_told_again(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await _next_day(centre, mock_clock, "2026-11-23")
        first = await issuer.receive()
        mock_clock.jump(CUT_OVER_REPEAT_SECONDS)
        centre.server.watch_sessions(trio.current_time())
        again = [await issuer.receive() for _ in range(2)]
        assert sorted(message.elements[70] for message in again) == [CUT_OVER, ECHO]
        told = next(message for message in again if message.elements[70] == CUT_OVER)
        assert (told.elements[15], told.elements[11] != first.elements[11]) == ("1123", True)
        await issuer.send(*map(answer_to, again))
        await quiet()
        mock_clock.jump(CUT_OVER_REPEAT_SECONDS - 1)
        centre.server.watch_sessions(trio.current_time())
        await quiet()
        assert not issuer.stream.socket.is_readable()
        await issuer.stream.aclose()


async def test_a_cut_over_that_is_refused_is_not_told_again_on_the_same_sign_on(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await _next_day(centre, mock_clock, "2026-11-23")
        await issuer.send(answer_to(await issuer.receive(), "12"))
        await quiet()
        mock_clock.jump(CUT_OVER_REPEAT_SECONDS)
        centre.server.watch_sessions(trio.current_time())
        assert [(await issuer.receive()).elements[70]] == [ECHO]
        await quiet()
        assert not issuer.stream.socket.is_readable()
        await issuer.stream.aclose()


async def test_an_issuer_that_signed_off_without_answering_a_cut_over_is_told_at_its_next_sign_on(
    mock_clock: MockClock,
) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await _next_day(centre, mock_clock, "2026-11-23")
        assert (await issuer.receive()).elements[70] == CUT_OVER
        await issuer.send(network(SIGN_OFF))
        await issuer.receive()
        mock_clock.jump(CUT_OVER_REPEAT_SECONDS)
        centre.server.watch_sessions(trio.current_time())
        echo = await issuer.receive()
        assert echo.elements[70] == ECHO
        await issuer.send(answer_to(echo))
        await quiet()
        assert not issuer.stream.socket.is_readable()
        await issuer.send(network(SIGN_ON))
        assert [(await issuer.receive()).elements[70] for _ in range(2)] == [SIGN_ON, CUT_OVER]
        await issuer.stream.aclose()


async def test_a_cut_over_of_an_issuer_is_answered_and_told(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await issuer.send(Message("0800", {7: "1122100000", 11: "000009", 15: "1123", 70: CUT_OVER}))
        assert (await issuer.receive()).elements[39] == "00"
        (what,) = centre.told("cut_over")
        assert what.startswith("atlas has cut over to business date 1123 (DE 15, MMDD); ")
        assert centre.journal.open_date() == ("2026-11-22", "operator")
        await issuer.stream.aclose()


async def test_a_dead_address_is_dialled_with_a_capped_back_off(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[float] = []

    async def nobody_there(host: str, port: int) -> socket.socket:
        times.append(trio.current_time())
        raise ConnectionRefusedError

    monkeypatch.setattr("switch.lines.issuer_link.dial", nobody_there)
    server = Server(specs(), MemoryJournal(), clock_ms=lambda: NOW_MS, tell=lambda _: None)
    link = server.link("atlas", wire("ascii", "2b", False))
    link.moved("127.0.0.1", 9)
    with trio.move_on_after(60):
        await link.run()
    pauses = [round(later - earlier, 3) for earlier, later in pairwise(times)]
    assert pauses[:8] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0]
    assert set(pauses[8:]) == {RETRY_SECONDS_MAX}


async def test_an_issuer_that_says_where_it_listens_is_dialled_at_once(mock_clock: MockClock) -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        centre.listening.close()
        await issuer.stream.aclose()
        await quiet()
        mock_clock.jump(RETRY_SECONDS_MAX)
        await quiet()
        centre.listening = listen("127.0.0.1", 0)
        centre.server.links["atlas"].moved(*centre.listening.getsockname())
        issuer = await centre.signed_on()
        assert centre.told("issuer_up") == ["atlas is signed on"] * 2
        await issuer.stream.aclose()
        centre.listening.close()


async def test_a_host_that_does_not_answer_at_all_is_given_up(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def black_hole(*_: object) -> trio.SocketStream:
        await trio.sleep_forever()

    monkeypatch.setattr("switch.lines.sockets.trio.open_tcp_stream", black_hole)
    with pytest.raises(OSError, match="no answer in 5 s"):
        await dial("127.0.0.1", 9)
    assert trio.current_time() >= DIAL_SECONDS_MAX


def test_a_connection_to_itself_is_refused() -> None:
    itself = socket.socket()
    itself.bind(("127.0.0.1", 0))
    itself.connect(itself.getsockname())
    with pytest.raises(ConnectionRefusedError, match="nobody listens there"):
        not_to_itself(itself)
    assert itself.fileno() == -1


def test_a_connection_that_is_gone_already_is_refused_too() -> None:
    unconnected = socket.socket()
    with pytest.raises(OSError, match="not connected"):
        not_to_itself(unconnected)
    assert unconnected.fileno() == -1


async def test_an_issuer_that_stays_for_long_is_dialled_at_once_and_one_that_does_not_later_and_later(
    mock_clock: MockClock,
) -> None:
    async def lost(centre: Played, after: float) -> None:
        issuer = await centre.signed_on()
        mock_clock.jump(after)
        await issuer.stream.aclose()
        await quiet()

    async with played() as centre:
        for after, pause in ((0.0, 0.0), (4.99, RETRY_SECONDS_FIRST), (0.0, 2 * RETRY_SECONDS_FIRST), (5.0, 0.0), (0.0, 0.0)):
            await lost(centre, after)
            assert _called(centre) == (pause == 0), after
            mock_clock.jump(pause)
            await quiet()


def _called(centre: Played) -> bool:
    """Whether somebody waits to be let in."""
    readable, _, _ = select.select([centre.listening], [], [], 0)
    return bool(readable)
