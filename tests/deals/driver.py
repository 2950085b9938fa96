"""A run: many deals at once on one data folder; the centre is killed and started again now and then; its days are closed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from tests.deals.bank import Banks
from tests.deals.deal import Deal, Wrong
from tests.deals.followups import play
from tests.deals.house import POLL_SECONDS, START_SECONDS_MAX, House, write_specs
from tests.deals.proof import faults_of
from tests.deals.rules import Merchant
from tests.deals.till import Till, Tills

BANKS: Final = 6
AT_ONCE: Final = 64  #: deals under way
DRAIN_SECONDS_MAX: Final = 240.0  #: what is owed to banks is delivered in less, once the deals are done
DATE_MOVES: Final = 3  #: every so many kills the centre comes back on the next business date
CLOSE_SHARE: Final = 0.3  #: one date is closed while the deals go on, after so much of them
SLEEPERS_MAX: Final = 24  #: deals that wait for the next business date at once
FAULTS_SHOWN: Final = 10
LOSSES_TRIED_MAX: Final = 200  #: a bank hangs up where nothing waits at it; so often one is looked for


@dataclass(frozen=True)
class Wish:
    """What a run is to be."""

    seed: int
    deals: Iterable[int]  #: their numbers
    count: int
    kills: int = 0
    kinds: frozenset[str] = frozenset()
    planted: bool = False  #: one bank keeps what it is told to give back


class Run:
    """One run. ``faults`` are what was found, each with its seed and, where a deal found it, with what was said."""

    def __init__(self, folder: Path, wish: Wish) -> None:
        self.wish = wish
        self.house, self.banks, self.tills = House(folder), Banks.of(BANKS), Tills()
        self.deals: list[Deal] = []
        self.faults: list[str] = []
        self.figures: Counter[str] = Counter()
        self._up = asyncio.Event()
        self._rnd = Random(f"{wish.seed}/kills")
        self._begun, self._done, self._goal = 0, 0, 0.0
        self._last_to_begin, self._may_begin = float("inf"), asyncio.Event()
        self._reached, self._moved, self._sleepers = asyncio.Event(), asyncio.Event(), 0
        self.life, self.dates_moved = 1, 0
        self.began = datetime.now(UTC)

    # what a deal needs of it

    def till(self, rnd: Random) -> Till:
        return self.tills.pick(rnd)

    async def is_up(self) -> None:
        await self._up.wait()

    async def next_date(self) -> None:
        """Let a deal sleep until the business date moves, or until all that are left sleep."""
        if self._sleepers >= SLEEPERS_MAX or not self.wish.kills:
            return
        self._sleepers += 1
        self.figures["deals that slept a date over"] += 1
        self._wake_last()
        await self._moved.wait()
        self._sleepers -= 1

    def _wake_last(self) -> None:
        if self._done + self._sleepers >= self.wish.count:
            self._moved.set()

    # its course

    async def live(self) -> list[str]:
        """All of it; the faults that were found."""
        try:
            await self.banks.open()
            merchants = write_specs(self.house.specs, self.banks)
            self.banks.every[0].keeps_holds = self.wish.planted
            await self._start()
            began = time.monotonic()
            deaths = asyncio.gather(self._deaths(), self._losses())
            numbers = iter(self.wish.deals)
            await asyncio.gather(*(self._worker(numbers, merchants) for _ in range(AT_ONCE)))
            await deaths
            self.figures["seconds of deals"] = round(time.monotonic() - began)
            await self._drain()
            self.tills.hang_up()
            code = self.house.stop()
            if code:
                self.faults.append(f"the centre ended with {code} at SIGTERM, expected 0")
            self.faults += [f"an answer to nothing: {stray}" for stray in self.tills.strays]
            self.figures["answers"] = self.tills.answers
            days = not self.wish.planted
            found = await asyncio.to_thread(faults_of, self.house, self.banks, self.deals, days=days)
            self.faults += found
        finally:
            self.house.abandon()
            self.banks.close()
        return self.faults

    async def _worker(self, numbers: Iterable[int], merchants: dict[str, Merchant]) -> None:
        for number in numbers:
            await self._its_turn()
            deal = Deal(number, self.wish.seed, self, self.banks.every, merchants)
            self.deals.append(deal)
            try:
                await play(deal, self.wish.kinds)
            except Wrong as wrong:
                deal.wrong = str(wrong)
                self.faults.append(self.shown(deal, deal.wrong))
            finally:
                deal.end()
            self._done += 1
            self._wake_last()
            if self._done >= self._goal:
                self._reached.set()

    async def _its_turn(self) -> None:
        """What is to come behind the next kill waits for it: a quick machine would be done with all of it before."""
        while self._begun >= self._last_to_begin:
            await self._may_begin.wait()
        self._begun += 1

    def _begin_until(self, last: float) -> None:
        self._last_to_begin = last
        self._may_begin.set()
        self._may_begin = asyncio.Event()

    def shown(self, deal: Deal, sentence: str) -> str:
        """A fault of a deal, with all that was said."""
        return f"seed {self.wish.seed}: {sentence}: {deal.told()}"

    async def _start(self) -> None:
        self.house.spawn()
        await self._ready()

    async def _ready(self) -> None:
        started = time.monotonic()
        while not self.house.is_ready():
            if time.monotonic() - started > START_SECONDS_MAX:
                raise TimeoutError(f"the centre was not ready in {START_SECONDS_MAX:g} s")
            await asyncio.sleep(POLL_SECONDS)
        await self.tills.connect(self.house.ready["listeners"])
        self._up.set()

    async def _deaths(self) -> None:
        """The kills, each after so many deals, and the close of a date while the deals go on."""
        kills = self.wish.kills
        each = self.wish.count / (kills + 1)
        moments = sorted(each * (number + 0.6 * self._rnd.random()) for number in range(1, kills + 1))
        closing = self.wish.count * CLOSE_SHARE if kills else self.wish.count
        closed = False
        for number, moment in enumerate(moments, 1):
            self._begin_until(moment + AT_ONCE)
            if not closed and moment > closing:
                closed = await self._close_one(closing)
            if not await self._until(moment):
                break
            await asyncio.sleep(self._rnd.random() * 0.01)
            self._up.clear()
            self.life += 1
            self.house.kill()
            self.figures["kills"] += 1
            if number % DATE_MOVES == 0:
                self._next_date()
            await self._start()
        self._begin_until(float("inf"))

    def _next_date(self) -> None:
        self.dates_moved += 1
        self.house.next_date()
        self._moved.set()
        self._moved = asyncio.Event()

    async def _losses(self) -> None:
        """Banks hang up now and then, twice as often as the centre is killed."""
        each = self.wish.count / (2 * self.wish.kills + 1)
        for number in range(1, 2 * self.wish.kills + 1):
            moment = each * (number + self._rnd.random() / 2)
            while self._done < moment:
                if self._done >= self.wish.count:
                    return
                await asyncio.sleep(5 * POLL_SECONDS)
            for _ in range(LOSSES_TRIED_MAX):
                if self._rnd.choice(self.banks.every).lose_line():
                    self.figures["lines banks hung up"] += 1
                    break
                await asyncio.sleep(POLL_SECONDS)

    async def _until(self, moment: float) -> bool:
        """Wait until so many deals are done; False where all are."""
        self._goal = min(moment, self.wish.count)
        self._reached.clear()
        if self._done < self._goal:
            await self._reached.wait()
        return self._done < self.wish.count

    async def _close_one(self, moment: float) -> bool:
        """Close what is open, and every date before it, under load; the next one begins by it."""
        if await self._until(moment):
            dates = list(self.house.dates)
            self._next_date()
            for date in dates:
                data = str(self.house.data)
                said = await asyncio.to_thread(self.house.run, "day", "close", date, "--data", data, "--json")
                self.figures["dates closed under load"] += 1
                if said.returncode:
                    self.faults.append(f"day close {date} under load: {said.returncode}, {said.stderr or said.stdout}")
        return True

    async def _drain(self) -> None:
        """Until nothing is owed to a bank any more."""
        started = time.monotonic()
        while owed := self.house.owed():
            if time.monotonic() - started > DRAIN_SECONDS_MAX:
                self.faults.append(f"{owed} messages are owed to banks {DRAIN_SECONDS_MAX:g} s after the last deal")
                return
            await asyncio.sleep(5 * POLL_SECONDS)
