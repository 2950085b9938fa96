"""A recorder between a gateway and a centre: nothing is changed on the way, and everything is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import trio

from switch.data_folder.vault import Vault
from switch.lines.sockets import accept, listen
from switch.machine.private import make_folder
from switch.recording.player import AS_ANSWERED, Played, Player
from switch.recording.proxy import RecordingProxy
from switch.recording.script import RecordedQuestion, questions_of
from switch.trace.reader import Traced, last_messages
from switch.trace.recorder import TRACE_FILE, Recorder
from tests.iso8583.replayed.test_renewal import REVERSAL_ELEMENTS, renewal
from tests.support.centre_in_loop import NOW_MS, Client, loopback, purchase, specs, wire

WIRE = wire("ascii", "2b", False)


@asynccontextmanager
async def recorded(folder: Path, port: int, told: list[str]) -> AsyncIterator[Client]:
    """A gateway whose line to a host is recorded in a folder."""
    make_folder(folder)
    with closing(Recorder(folder / TRACE_FILE, Vault.open(folder, new=True), specs().dialects, tell=told.append)) as recorder:
        proxy = RecordingProxy(
            ("127.0.0.1", port), WIRE, name="host", record=recorder.record, clock_ms=lambda: NOW_MS, tell=told.append
        )
        listening = listen("127.0.0.1", 0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(proxy.serve, listening)
            client = Client(listening.getsockname()[1], WIRE)
            async with client:
                yield client
            nursery.cancel_scope.cancel()


def kept_in(folder: Path) -> list[Traced]:
    return last_messages(folder, 1_000)


def read(folder: Path) -> list[RecordedQuestion]:
    return questions_of(kept_in(folder), specs().dialects)


async def played(questions: list[RecordedQuestion], port: int, **options: Any) -> list[Played]:
    player = Player(("127.0.0.1", port), {"ascii": WIRE}, renewal(), speed=AS_ANSWERED, timeout_seconds=10, **options)
    return await player.play(questions)


async def test_every_byte_goes_on_as_it_came(tmp_path: Path) -> None:
    host, told = listen("127.0.0.1", 0), list[str]()
    async with recorded(tmp_path / "kept", host.getsockname()[1], told) as gateway:
        connection, _ = await accept(host)
        far = trio.SocketStream(trio.socket.from_stdlib_socket(connection))
        whole = gateway.framed(purchase(1)) + b"\x00\x04GET " + b"\xff\xff no frame at all"
        await gateway.stream.send_all(whole)
        await gateway.stream.send_eof()
        came = b""
        while data := await far.receive_some(7):
            came += data
        assert came == whole
        answer = gateway.framed(purchase(2)) + b"\x00"
        await far.send_all(answer)
        await far.aclose()
        back = b""
        while data := await gateway.stream.receive_some(5):
            back += data
        assert back == answer
    kept = kept_in(tmp_path / "kept")
    assert [(each.direction, each.mti, bool(each.fault)) for each in kept][:1] == [("received", "0100", False)]
    assert any("length header" in each.fault for each in kept)
    assert any("the bytes go on, and no further message of this side is kept" in each for each in told)
    host.close()


async def test_a_host_that_takes_no_call_is_told_of_and_the_gateway_is_let_go(tmp_path: Path) -> None:
    nobody = listen("127.0.0.1", 0)
    port = nobody.getsockname()[1]
    nobody.close()
    told = list[str]()
    async with recorded(tmp_path / "kept", port, told) as gateway:
        assert await gateway.stream.receive_some(1) == b""
    assert len(told) == 1
    assert "expected a host that takes calls; the connection is closed" in told[0]


async def test_a_day_is_played_again_to_another_centre_with_fresh_numbers(tmp_path: Path) -> None:
    async with loopback() as first:
        async with recorded(tmp_path / "kept", first.ports["ascii"], []) as gateway:
            sale = await gateway.ask(purchase(1))
            await gateway.ask(purchase(1))  # the same again
            undo = purchase(2, **REVERSAL_ELEMENTS)
            await gateway.ask(undo._replace(mti="0400"))
            await gateway.ask(purchase(3, de4="000999999999"))
        assert sale.response_code == "00"
    questions = read(tmp_path / "kept")
    assert [each.answer.response_code for each in questions if each.answer] == ["00", "00", "00", "51"]
    async with loopback() as second:
        found = await played(questions, second.ports["ascii"])
        assert [each.as_recorded for each in found] == [True] * 4, [each.differs for each in found]
        requests = [each for batch in second.journal.batches for each in batch.requests]
        assert len(requests) == 2, "the repeat is one again"
        assert all(each.authorization.key.stan not in ("000001", "000003") for each in requests)
        (reversal,) = [each for batch in second.journal.batches for each in batch.reversals]
        assert reversal.outcome.original_id == requests[0].request_id


async def test_what_is_answered_otherwise_is_told_element_by_element(tmp_path: Path) -> None:
    async with loopback() as first, recorded(tmp_path / "kept", first.ports["ascii"], []) as gateway:
        await gateway.ask(purchase(1))
    (question,) = read(tmp_path / "kept")
    assert question.answer is not None
    question.answer.elements[39] = "05"
    question.answer.elements.pop(38)
    async with loopback() as second:
        (found,) = await played([question], second.ports["ascii"])
        assert [each.element for each in found.differs] == [38, 39]
        assert found.differs[1][1:] == ("05", "00")
        (ignoring,) = await played([question], second.ports["ascii"], ignored=(38, 39))
        assert ignoring.as_recorded
