"""Sessions over real sockets, acquirers' side: sign-on, echo, cut-over, lines that are gone.

Time stands still until a test moves it (``mock_clock``).
"""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
import trio
from trio.testing import MockClock

from switch.iso8583.mapping.session import CUT_OVER, ECHO, ECHO_ANSWER_SECONDS_MAX, SIGN_OFF, SIGN_ON
from switch.iso8583.message import Message
from switch.lines import acquirer_lines
from switch.lines.sockets import KEEP_ALIVE_IDLE_SECONDS
from tests.support.centre_in_loop import Client, Loopback, loopback, purchase, specs

ECHO_SECONDS = specs().centre.listeners[0].echo_seconds


def network(function: str, stan: int = 9, mti: str = "0800", **elements: str) -> Message:
    values = {7: "1122100000", 11: f"{stan:06d}", 70: function}
    values.update({int(name.removeprefix("de")): value for name, value in elements.items()})
    return Message(mti, dict(sorted((n, value) for n, value in values.items() if value)))


def answer_to(request: Message, response_code: str = "00") -> Message:
    kept = {n: request.elements[n] for n in (7, 11, 70)}
    return Message("0810", {**kept, 39: response_code})


async def quiet() -> None:
    """Until nobody has anything to do."""
    await trio.testing.wait_all_tasks_blocked(0.02)


async def silent(client: Client) -> bool:
    """Whether nothing more has been sent to a client, and its line stands."""
    await quiet()
    return not client._received and not client.stream.socket.is_readable()


def told(centre: Loopback, kind: str) -> list[str]:
    return [notice.detail for notice in centre.notices if notice.kind == kind]


async def until(happened: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if happened():
            return
        await trio.testing.wait_all_tasks_blocked(0.001)
    raise AssertionError("it never happened")


@pytest.mark.parametrize("listener", ["ascii", "ascii_hex", "bcd"])
async def test_an_acquirer_that_signed_on_is_echoed_when_idle_and_stays(mock_clock: MockClock, listener: str) -> None:
    async with loopback() as centre, centre.client(listener) as client:
        assert (await client.ask(network(SIGN_ON))).elements[39] == "00"
        for stan in ("000001", "000002"):
            mock_clock.jump(ECHO_SECONDS)
            echo = await client.receive()
            assert (echo.mti, echo.elements[70], echo.elements[11]) == ("0800", ECHO, stan)
            assert echo.elements[33] == specs().centre.institution_id
            await client.send(answer_to(echo))
            await quiet()
        mock_clock.jump(ECHO_ANSWER_SECONDS_MAX)
        assert await silent(client)
        assert (await client.ask(purchase(1))).elements[39] == "00"
        if listener == "bcd":
            assert set(client.tpdus) == {bytes.fromhex("6000020001")}, "what is sent unasked goes where its sign-on came from"
    assert not told(centre, "unexpected")
    assert not told(centre, "half_open")


async def test_a_line_that_carries_traffic_is_never_echoed(mock_clock: MockClock) -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(network(SIGN_ON))
        for stan in range(1, 6):
            mock_clock.jump(ECHO_SECONDS - 1)
            assert (await client.ask(purchase(stan, de4="000000000100"))).mti == "0110"
    assert not told(centre, "half_open")


async def test_an_acquirer_that_answers_no_echo_is_dropped_with_a_sentence(mock_clock: MockClock) -> None:
    async with loopback() as centre, centre.client() as gone, centre.client() as other:
        await gone.ask(network(SIGN_ON))
        mock_clock.jump(ECHO_SECONDS)
        assert (await gone.receive()).elements[70] == ECHO
        await quiet()
        mock_clock.jump(ECHO_ANSWER_SECONDS_MAX)
        with pytest.raises(EOFError):
            await gone.receive()
        assert (await other.ask(purchase(1))).elements[39] == "00"
        (why,) = told(centre, "half_open")
        assert why.endswith(": nothing came from it in 40 s, nor an answer to the echo of 10 s ago; the line is dropped")
        assert not told(centre, "issuer_down"), "the issuers have answered theirs"


async def test_whatever_is_read_counts_as_an_answer_to_the_echo(mock_clock: MockClock) -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(network(SIGN_ON))
        mock_clock.jump(ECHO_SECONDS)
        await client.receive()
        await client.stream.send_all(b"\0\0")  # a keep-alive frame
        await quiet()
        mock_clock.jump(ECHO_ANSWER_SECONDS_MAX)
        assert await silent(client)
    assert not told(centre, "half_open")


async def test_who_never_signed_on_is_sent_nothing_unasked(mock_clock: MockClock) -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(purchase(1))
        await client.ask(network(ECHO))
        mock_clock.jump(ECHO_SECONDS * 100)
        assert await silent(client)
        centre.journal.open_business_date("2026-11-23", "operator", 0)
        mock_clock.jump(1)
        assert await silent(client)
        assert (await client.ask(purchase(2))).elements[39] == "00"


async def test_dead_callers_are_found_by_tcp() -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(purchase(1))
        (line,) = centre.server.callers._stations
        assert line.socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, "TCP_KEEPIDLE"):
            assert line.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == KEEP_ALIVE_IDLE_SECONDS


async def test_after_a_sign_off_requests_are_refused_until_the_next_sign_on() -> None:
    async with loopback() as centre, centre.client() as client, centre.client() as other:
        assert (await client.ask(network(SIGN_OFF))).elements[39] == "00"
        assert (await other.ask(purchase(1))).elements[39] == "00", "a sign-off is of one line"
        refused = [await client.ask(purchase(stan)) for stan in (2, 3)]
        assert [(answer.mti, answer.elements[39]) for answer in refused] == [("0110", "91")] * 2
        (why,) = told(centre, "signed_off")
        assert why.endswith(": a request after its sign-off, answered 91, as all others until it signs on")
        assert (await client.ask(network(SIGN_ON))).elements[39] == "00"
        assert (await client.ask(purchase(2))).elements[39] == "00", "nothing of the refused ones is remembered"


@pytest.mark.parametrize(("mti", "answer"), [("0100", "0110"), ("0101", "0110"), ("0200", "0210"), ("0201", "0210")])
async def test_after_a_sign_off_no_request_is_taken_neither_a_first_nor_a_repeat(mti: str, answer: str) -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(network(SIGN_OFF))
        answered = await client.ask(Message(mti, purchase(1).elements))
        assert (answered.mti, answered.elements[39]) == (answer, "91")


@pytest.mark.parametrize(("mti", "answer"), [("0120", "0130"), ("0220", "0230"), ("0420", "0430")])
async def test_after_a_sign_off_what_has_happened_is_still_taken(mti: str, answer: str) -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(network(SIGN_OFF))
        answered = await client.ask(Message(mti, purchase(1).elements))
        assert answered.mti == answer
        assert answered.elements[39] != "91"
    assert not told(centre, "signed_off")


async def test_after_a_sign_off_what_is_in_flight_is_still_answered() -> None:
    async with loopback() as centre, centre.client() as client:
        await client.send(purchase(1), network(SIGN_OFF), purchase(2))
        answers = {(a.mti, a.elements[11]): a.elements[39] for a in [await client.receive() for _ in range(3)]}
        assert answers == {("0810", "000009"): "00", ("0110", "000002"): "91", ("0110", "000001"): "00"}
    assert not told(centre, "unexpected")


async def test_a_signed_off_line_is_not_echoed(mock_clock: MockClock) -> None:
    async with loopback() as centre, centre.client() as client:
        await client.ask(network(SIGN_ON))
        await client.ask(network(SIGN_OFF))
        mock_clock.jump(ECHO_SECONDS * 2)
        assert await silent(client)
    assert not told(centre, "half_open")


@pytest.mark.parametrize(("mti", "answer"), [("0801", "0810"), ("0820", "0830"), ("0821", "0830")])
async def test_repeats_and_advices_of_network_management_have_the_same_effect(
    mti: str, answer: str, mock_clock: MockClock
) -> None:
    async with loopback() as centre, centre.client() as client:
        answered = await client.ask(network(SIGN_ON, mti=mti))
        assert (answered.mti, answered.elements[39]) == (answer, "00")
        mock_clock.jump(ECHO_SECONDS)
        assert (await client.receive()).elements[70] == ECHO
    assert not told(centre, "unexpected")


async def test_an_answer_nobody_waits_for_is_told() -> None:
    async with loopback() as centre, centre.client() as client:
        await client.send(network(ECHO, mti="0810", de39="00"))
        assert (await client.ask(network(ECHO))).elements[39] == "00"
    (what,) = told(centre, "unmatched")
    assert what.endswith(": a 0810 to STAN 000009, which nobody waits for")


async def test_a_business_date_that_begins_is_told_on_every_signed_on_line(mock_clock: MockClock) -> None:
    async with loopback() as centre, centre.client() as one, centre.client("bcd") as two, centre.client() as stranger:
        for client in (one, two):
            await client.ask(network(SIGN_ON))
        await stranger.ask(purchase(1))
        centre.journal.open_business_date("2026-11-23", "operator", 0)
        mock_clock.jump(1)
        for client in (one, two):
            request = await client.receive()
            assert (request.mti, request.elements[70], request.elements[15]) == ("0800", CUT_OVER, "1123")
            await client.send(answer_to(request))
        await until(lambda: all(host.settlement_date == "1123" for host in centre.hosts.values()))
        assert await silent(stranger)
        mock_clock.jump(1)
        assert await silent(one), "it is told once"
        assert told(centre, "cut_off") == ["business date 2026-11-22 has ended, 2026-11-23 is open"]
        assert not told(centre, "cut_over")


@pytest.mark.parametrize(
    ("date", "to"),
    [("1123", "business date 1123 (DE 15, MMDD)"), ("", "another business date (no DE 15)")],
)
async def test_a_cut_over_of_an_acquirer_moves_nothing_here(mock_clock: MockClock, date: str, to: str) -> None:
    async with loopback() as centre, centre.client() as client, centre.client() as other:
        await other.ask(network(SIGN_ON))
        assert (await client.ask(network(CUT_OVER, de15=date))).elements[39] == "00"
        mock_clock.jump(1)
        assert await silent(other)
        assert centre.journal.open_date() == ("2026-11-22", "operator")
    (what,) = told(centre, "cut_over")
    assert what.endswith(f" has cut over to {to}; the date here is moved by the calendar or by switch day close")


async def test_one_line_too_many_is_closed_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquirer_lines, "CONNECTIONS_MAX", 2)
    async with loopback() as centre, centre.client() as one, centre.client("bcd") as two:
        await one.ask(purchase(1))
        await two.ask(purchase(2))
        async with centre.client() as three:
            with pytest.raises(EOFError):
                await three.receive()
        (what,) = told(centre, "too_many_lines")
        assert what.endswith("lines are open already, this one is closed")
        assert (await one.ask(purchase(3))).elements[39] == "00"
        await two.stream.aclose()
        await until(lambda: len(centre.server.callers._stations) == 1)
        async with centre.client() as four:
            assert (await four.ask(purchase(4))).elements[39] == "00"
