"""The process that writes the trace may be killed, stopped or slow: the centre goes on, and says what is not in the trace."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import trio
from trio.testing import MockClock

from switch.centre import trace_process
from switch.centre.trace_process import PAUSE_SECONDS, TraceProcess
from switch.data_folder.vault import Vault
from switch.iso8583.framing import Frame
from switch.iso8583.message import Message
from switch.machine import starter as starter_module
from switch.machine.starter import Starter
from switch.machine.starting import launch, starter_command
from switch.machine.stopping import FINISH, Stop
from switch.routing.traffic.notice import Notice
from switch.trace import hand_over
from switch.trace.reader import last_messages
from switch.trace.recorder import TRACE_FILE, begin_trace
from tests.support.centre_in_loop import NOW_MS, wire

EVENT_SECONDS_MAX = 30.0
KILLED = "ended with -9"


class Scripted(TraceProcess):
    """Lives as its script says: for how many seconds, and how it ends."""

    def __init__(self, script: Sequence[tuple[float, str]]) -> None:
        self.told, self.starts = list[str](), list[float]()
        self._script = list(script)
        nobody = cast("Any", None)
        super().__init__(Path("t"), [], starter=nobody, clock_ms=lambda: NOW_MS, tell=self._hear, stop=Stop())

    def _hear(self, notice: Notice) -> None:
        self.told.append(notice.detail.partition(" it ")[2])

    async def _live(self) -> str:
        self.starts.append(round(trio.current_time(), 1))
        if not self._script:
            await trio.sleep_forever()
        seconds, ending = self._script.pop(0)
        await trio.sleep(seconds)
        return ending


@pytest.mark.parametrize(
    ("script", "starts", "told"),
    [
        ([(100.0, KILLED), (100.0, KILLED)], [0.0, 100.1, 200.2], [KILLED] * 2),
        ([(0.0, KILLED)] * 7, [0.0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 11.3], [KILLED]),
        ([(0.0, KILLED), (0.0, "cannot be started")], [0.0, 0.1, 0.3], [KILLED, "cannot be started"]),
    ],
)
async def test_it_is_started_again_later_each_time(
    autojump_clock: MockClock, script: list[tuple[float, str]], starts: list[float], told: list[str]
) -> None:
    process = Scripted(script)
    with trio.move_on_after(250.0 if told == [KILLED] * 2 else 12.0):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(process._keep)
    assert (process.starts, process.told) == (starts, told)
    assert PAUSE_SECONDS[1] < 12.0


class Lined:
    """As much of a line as the trace asks."""

    name, over, wire = "atlas", False, wire("ascii", "2b", False)


class Traced:
    """A process, and what a person is told of it."""

    def __init__(self, data: Path) -> None:
        self.data, self.told, self.stans = data, list[str](), 0
        self.stop = Stop()
        Vault.open(data)
        begin_trace(data / TRACE_FILE)
        self.starter = Starter(starter_command(None), launch(starter_command(None)))
        self.process = TraceProcess(
            data / TRACE_FILE,
            ["--data", str(data)],
            starter=self.starter,
            clock_ms=lambda: NOW_MS,
            tell=lambda notice: self.told.append(notice.detail.partition("trace.db: ")[2]),
            stop=self.stop,
        )

    def hears(self, messages: int) -> None:
        """Hear messages, each in a turn of its own."""
        for _ in range(messages):
            self.stans += 1
            body = Lined.wire.codec.encode(Message("0800", {11: f"{self.stans:06d}"}))
            self.process.trace.heard(cast("Any", Lined), (Frame(b"", body),))
            self.process.trace.write()

    def signal(self, number: signal.Signals) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def kept(self) -> list[int]:
        """The STANs that are in the trace."""
        return [int(message.stan) for message in last_messages(self.data, 100_000)]


@asynccontextmanager
async def ready(data: Path) -> AsyncIterator[Traced]:
    traced = Traced(data)
    async with traced.starter.running(), traced.process.running():
        await until(traced.process.ready.is_set)
        yield traced


async def until(seen: Callable[[], object]) -> None:
    with trio.fail_after(EVENT_SECONDS_MAX):
        while not seen():
            await trio.lowlevel.checkpoint()


async def test_what_is_heard_before_it_is_there_and_until_the_end_is_in_the_trace(tmp_path: Path) -> None:
    traced = Traced(tmp_path)
    traced.hears(10)
    async with traced.starter.running(), traced.process.running():
        traced.hears(10)
        await until(traced.process.ready.is_set)
        traced.hears(10)
        assert traced.kept() == list(range(1, 31))
        traced.hears(970)
    assert traced.kept() == list(range(1, 1_001))
    assert traced.told == []


async def test_killed_it_is_there_again_and_a_person_is_told(tmp_path: Path) -> None:
    async with ready(tmp_path) as traced:
        traced.hears(5)
        assert traced.kept() == [1, 2, 3, 4, 5]
        first = traced.process.pid
        traced.signal(signal.SIGKILL)
        await until(lambda: traced.process.pid != first)
        traced.hears(5)
    assert traced.kept() == list(range(1, 11))
    assert traced.told == [
        "the process that writes it ended with -9, starting it again; messages it had not written are not in it"
    ]


async def test_while_it_does_not_read_nothing_waits_and_what_is_lost_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over, "PIPE_BYTES", 4_096)
    monkeypatch.setattr(hand_over, "WAITING_BYTES_MAX", 8_192)
    async with ready(tmp_path) as traced:
        traced.signal(signal.SIGSTOP)
        traced.hears(1_000)
        traced.process.look()
        (sentence,) = traced.told
        found = re.fullmatch(r"(\d+) messages are not in it: more came than could be written", sentence)
        assert found
        lost = int(found[1])
        traced.hears(1)
        traced.process.look()
        assert len(traced.told) == 1, "and not again at once"
        traced.signal(signal.SIGCONT)
    assert traced.told[1:] == ["1 message is not in it: more came than could be written"]
    assert traced.kept() == list(range(1, 1_001 - lost)), "what was there first is"


async def test_one_that_does_not_end_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_process, "FINISH_SECONDS_MAX", 0.1)
    with trio.fail_after(EVENT_SECONDS_MAX):
        async with ready(tmp_path) as traced:
            traced.signal(signal.SIGSTOP)
            traced.hears(1)
    with pytest.raises(ProcessLookupError):
        traced.signal(signal.SIGCONT)


async def test_asked_to_end_now_the_centre_does_not_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter_module, "END_SECONDS_MAX", 0.1)

    async def ask_twice() -> None:
        await traced.stop.comes_to(FINISH)
        await until(lambda: traced.process._finishing)
        traced.stop.ask()

    with trio.fail_after(trace_process.FINISH_SECONDS_MAX):
        async with trio.open_nursery() as nursery, ready(tmp_path) as traced:
            nursery.start_soon(ask_twice)
            await trio.testing.wait_all_tasks_blocked()
            traced.signal(signal.SIGSTOP)
            traced.hears(1)
            traced.stop.ask()
    traced.signal(signal.SIGCONT)
    await until(traced.kept)


async def test_what_it_cannot_do_is_told(tmp_path: Path) -> None:
    async with ready(tmp_path) as traced:
        (tmp_path / TRACE_FILE).rename(tmp_path / "elsewhere")
        await until(lambda: traced.told)
    assert re.fullmatch(r"cannot be written \(found nothing under the name .*\); no further message is kept", traced.told[0])
