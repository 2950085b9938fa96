"""The process that starts others by fork, as its owner sees it: it may die, or not begin at all, and the centre goes on."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio
import trio.lowlevel

from switch.machine import starter as starter_module
from switch.machine.starter import StartedProcess, Starter
from switch.machine.starting import Launched, launch

STARTER = """
import socket, sys
from switch.machine.starting import start_by_fork

def become(arguments):
    print("hello", *arguments, flush=True)
    sys.stdin.read()
    raise SystemExit(3)

start_by_fork(socket.socket(fileno=0), become)
"""
COMMAND = [sys.executable, "-c", STARTER]
EVENT_SECONDS_MAX = 30.0


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter_module, "LAUNCH_PAUSE_SECONDS", 0.0)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def begun(starter: Starter) -> StartedProcess:
    """A process, as soon as one can be started."""
    with trio.fail_after(EVENT_SECONDS_MAX):
        while True:
            try:
                return await starter.start(["one"])
            except OSError:
                await trio.lowlevel.checkpoint()


async def line_of(process: StartedProcess) -> bytes:
    """What a process says first; it may come in pieces."""
    line = b""
    with trio.fail_after(EVENT_SECONDS_MAX):
        while not line.endswith(b"\n"):
            line += await process.stdout.receive_some()
    return line


async def ended(process: StartedProcess) -> int | None:
    await process.stdin.aclose()
    with trio.fail_after(EVENT_SECONDS_MAX):
        await process.wait()
        code = await process.code()
    await process.aclose()
    return code


async def test_a_process_is_started_and_its_end_is_told() -> None:
    starter = Starter(COMMAND, launch(COMMAND))
    async with starter.running():
        process = await begun(starter)
        assert await line_of(process) == b"hello one\n"
        assert await ended(process) == 3


async def test_a_starter_that_cannot_begin_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Sequence[str]] = []

    def short_of_memory(command: Sequence[str]) -> Launched:
        tried.append(command)
        if len(tried) < 3:
            raise OSError(12, "Cannot allocate memory")
        return launch(command)

    monkeypatch.setattr(starter_module, "launch", short_of_memory)
    starter = Starter(COMMAND)
    async with starter.running():
        assert await ended(await begun(starter)) == 3
    assert len(tried) == 3


async def test_a_starter_that_dies_is_made_again_and_what_it_started_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter_module, "CODE_SECONDS_MAX", 0.0)
    first = launch(COMMAND)
    starter = Starter(COMMAND, first)
    async with starter.running():
        one = await begun(starter)
        assert await line_of(one) == b"hello one\n"
        os.kill(first.process.pid, signal.SIGKILL)
        with trio.fail_after(EVENT_SECONDS_MAX):
            while starter._launched is first:
                await trio.lowlevel.checkpoint()
        other = await begun(starter)
        assert await ended(one) is None, "nobody knows how it ended"
        await ended(other)


@pytest.mark.skipif(sys.platform != "linux", reason="counts the descriptors in /proc")
async def test_without_descriptors_none_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    starter, pipe, made = Starter(COMMAND, launch(COMMAND)), os.pipe, list[int]()

    def second_fails() -> tuple[int, int]:
        made.append(1)
        if len(made) == 2:
            raise OSError(24, "Too many open files")
        return pipe()

    async with starter.running():
        await ended(await begun(starter))
        before = open_descriptors()
        monkeypatch.setattr(os, "pipe", second_fails)
        with pytest.raises(OSError, match="Too many open files"):
            await starter.start(["one"])
        assert open_descriptors() == before
