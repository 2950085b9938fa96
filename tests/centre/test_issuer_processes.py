"""An issuer's process that ends: how soon it is started again, and how often a person is told why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import trio
from trio.testing import MockClock

from switch.centre.issuer_processes import (
    ENDED_PAUSE_SECONDS,
    KILLED_PAUSE_SECONDS,
    UNSTARTED_PAUSE_SECONDS,
    Ending,
    IssuerProcess,
)
from switch.issuers.process.issuer_service import IssuerService
from switch.machine.stopping import Stop
from switch.routing.traffic.notice import Notice

KILLED = Ending(words="ended with -9", pause_seconds=KILLED_PAUSE_SECONDS)
FULL = Ending(words="ended with 2 (the disk is full)", pause_seconds=ENDED_PAUSE_SECONDS)
UNSTARTED = Ending(words="cannot be started: too many open files", pause_seconds=UNSTARTED_PAUSE_SECONDS)


ATLAS = IssuerService(issuer="atlas", specs_folder=None, data=Path("var"), seed=0, port=0)


class Scripted(IssuerProcess):
    """Lives as its script says: for how many seconds, and how it ends."""

    def __init__(self, script: Sequence[tuple[float, Ending]]) -> None:
        self.told: list[str] = []
        self.starts: list[float] = []
        self._script = list(script)
        super().__init__(ATLAS, cast("Any", None), starter=cast("Any", None), tell=self._hear, stop=Stop())

    def _hear(self, notice: Notice) -> None:
        self.told.append(notice.detail.removeprefix("the process of atlas "))

    async def _live(self) -> Ending:
        self.starts.append(round(trio.current_time(), 1))
        if not self._script:
            await trio.sleep_forever()
        seconds, ending = self._script.pop(0)
        await trio.sleep(seconds)
        return ending


IN_A_SECOND = "in 1 s, and later each time it ends so"
SCRIPTS = {
    "killed now and then": (
        [(100.0, KILLED), (100.0, KILLED)],
        [0.0, 100.1, 200.2],
        ["ended with -9, starting it again"] * 2,
    ),
    "killed again and again": (
        [(0.0, KILLED)] * 8,
        [0.0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 11.3, 16.3],
        ["ended with -9, starting it again"],
    ),
    "its disk is full": (
        [(0.0, FULL)] * 8,
        [0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 63.0, 123.0, 183.0],
        [f"{FULL.words}, starting it {IN_A_SECOND}"],
    ),
    "no descriptor is left": ([(0.0, UNSTARTED)] * 4, [0.0, 1.0, 3.0, 7.0, 12.0], [f"{UNSTARTED.words}, starting it again"]),
    "another reason": (
        [(0.0, FULL), (0.0, KILLED), (0.0, FULL)],
        [0.0, 1.0, 3.0, 7.0],
        [
            f"{FULL.words}, starting it {IN_A_SECOND}",
            f"{KILLED.words}, starting it again",
            f"{FULL.words}, starting it in 4 s, and later each time it ends so",
        ],
    ),
}


@pytest.mark.parametrize(("script", "starts", "told"), SCRIPTS.values(), ids=SCRIPTS)
async def test_it_is_started_again_later_each_time(
    autojump_clock: MockClock, script: list[tuple[float, Ending]], starts: list[float], told: list[str]
) -> None:
    process, began = Scripted(script), trio.current_time()
    with trio.move_on_after(600):
        await process.keep()
    assert [round(start - began, 1) for start in process.starts] == starts
    assert process.told == told
