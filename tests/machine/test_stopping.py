"""How often a process was asked to stop, by whatever asks."""

from __future__ import annotations

import os
import signal

import pytest
import trio

from switch.machine.stopping import END_NOW, FINISH, SIGNALS, Stop

COUNTED = {
    "Ctrl+C": ([signal.SIGINT], 1),
    "a terminal that goes away, and its shell": ([signal.SIGHUP, signal.SIGHUP, signal.SIGHUP], 1),
    "a service manager": ([signal.SIGTERM, signal.SIGHUP], 1),
    "timeout": ([signal.SIGTERM, signal.SIGTERM], 1),
    "Ctrl+C twice": ([signal.SIGINT, signal.SIGINT], 2),
    "Ctrl+C, then kill": ([signal.SIGINT, signal.SIGTERM], 2),
}


@pytest.mark.parametrize(("numbers", "asked"), COUNTED.values(), ids=COUNTED)
async def test_signals_are_counted(numbers: list[signal.Signals], asked: int) -> None:
    before = {each: signal.getsignal(each) for each in SIGNALS}
    with Stop().by_signal() as stop:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stop.comes_to, END_NOW)
            await trio.testing.wait_all_tasks_blocked()
            for number in numbers:
                os.kill(os.getpid(), number)
            with trio.fail_after(5):
                await stop.comes_to(FINISH)
            nursery.cancel_scope.cancel()
        assert stop.asked == asked
    assert {each: signal.getsignal(each) for each in SIGNALS} == before


async def test_a_hang_up_that_was_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Stop().by_signal():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
