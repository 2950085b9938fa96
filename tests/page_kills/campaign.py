"""Rounds of kills: shoppers pay, processes die, and when nothing moves any more everything is compared."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.clients.xml_api import status
from tests.page_kills.house import NAMES, House
from tests.page_kills.proof import Facts, facts, faults, statement_faults
from tests.page_kills.shopper import ACCOUNTS, Attempt, BillPayer

#: What dies in one kill, and how often.
TOGETHER: Final = {("page",): 5, ("centre",): 4, ("shop",): 3, ("page", "centre"): 2, NAMES: 1}
ROUND_KILLS: Final = 8  #: after so many kills everything is compared, and the shop gets new bills
STEP_SECONDS: Final = 5.0  #: at most, until the step after which a kill comes
SETTLE_SECONDS: Final = 40.0  #: so long nothing changes before a difference is a fault: an advice is sent again after 25
REPLAY_SECONDS: Final = 7.0  #: after which callbacks that wait are sent by hand, lest the campaign waits for minutes
STEPS: Final = ("pan", "code", "HASH", "pan", "code", "HASH", "other", "answer")  #: requests after which a kill comes
PAUSE_SECONDS: Final = 0.3  #: at most, after such a step


class Campaign:
    """One house through all its lives."""

    def __init__(self, folder: Path, seed: int, tell: Callable[[str], None] = print) -> None:
        self.chance = random.Random(seed)
        self.house = House(folder)
        self.tell = tell
        self.figures: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()
        self.faults: list[str] = []
        self.earlier: list[Attempt] = []
        self.seconds: list[float] = []  #: that each round needed to settle
        self.last: Facts | None = None
        self._steps: Counter[str] = Counter()
        self._stepped = threading.Condition()
        self._ended = threading.Event()
        self._wanted = 0

    def run(self, kills: int) -> None:
        """Kill so many times."""
        self._wanted = kills
        try:
            for name in NAMES:
                self.house.start(name)
            while self.kills.total() < kills:
                self._round(min(ROUND_KILLS, kills - self.kills.total()))
                self.tell(f"{self.kills.total()} kills, {self.figures['orders posted']} orders, {len(self.faults)} faults")
            if not self.faults and self.last is not None:
                self.faults += self._closed(self.last)
        finally:
            self.house.close()

    def _closed(self, found: Facts) -> list[str]:
        """What differs when the day is closed: the merchant's statement, and orders that are not settled by it."""
        lines = self.house.statement_lines()
        self.figures["lines of the statement"] = len(lines)
        paid, until = {oid for oid, state in found.states.items() if state in {"C", "S"}}, time.monotonic() + SETTLE_SECONDS
        while unsettled := {oid for oid in paid if status(self.house.page_url, oid) != "S"}:
            if time.monotonic() > until:
                break
            threading.Event().wait(0.5)
        faults = [f"order {oid} is paid, and not settled though its day is closed" for oid in sorted(unsettled)]
        return [*statement_faults(found, lines), *faults]

    def _round(self, kills: int) -> None:
        self._ended.clear()
        payers = [BillPayer(line, self.house, random.Random(self.chance.random()), self._step) for line in ACCOUNTS]
        with ThreadPoolExecutor(len(payers)) as pool:
            shopping = [pool.submit(self._shop, payer) for payer in payers]
            try:
                for _ in range(kills):
                    if all(each.done() for each in shopping):
                        break
                    self._kill(shopping)
            finally:
                self._ended.set()
            for each in shopping:
                each.result()
        for payer in payers:
            self.figures.update(payer.figures)
        self.faults += [each for each in self._settled(payers) if each not in self.faults]
        self.earlier += [attempt for payer in payers for attempt in payer.attempts]
        self.house.new_bills()

    def _shop(self, payer: BillPayer) -> None:
        while not self._ended.is_set() and payer.pay_one():
            pass

    def _step(self, kind: str) -> None:
        with self._stepped:
            self._steps[kind] += 1
            self._stepped.notify_all()

    def _kill(self, shopping: list[Future[None]]) -> None:
        """Wait for some steps of the shoppers and a moment more, kill, and start again what died."""
        names = self.chance.choices(list(TOGETHER), list(TOGETHER.values()))[0]
        kind, pause = self.chance.choice(STEPS), self.chance.random() ** 2 * PAUSE_SECONDS
        with self._stepped:
            so_far = self._steps[kind]
            self._stepped.wait_for(lambda: self._steps[kind] > so_far or all(each.done() for each in shopping), STEP_SECONDS)
        threading.Event().wait(pause)  # the moment is a random one
        for name in names:
            self.house.kill(name)
        self.kills["+".join(names)] += 1
        for name in NAMES:
            if name in names:
                self.house.start(name)

    def _settled(self, payers: list[BillPayer]) -> list[str]:
        """What differs when everybody had the time to tell everybody, and nothing changes any more."""
        begun = changed = time.monotonic()
        found: list[str] = []
        replayed: set[str] = set()
        while True:
            before = self.last if self.kills.total() < self._wanted else None  # in the end, everything is asked again
            self.last = facts(self.house, payers, self.earlier, before)
            found, earlier = faults(self.last), found
            now = time.monotonic()
            changed = now if found != earlier else changed
            if not found or now - changed > SETTLE_SECONDS:
                self.seconds.append(changed - begun)
                return found
            for callback in self.last.callbacks:
                if callback["state"] == "waiting" and now - begun > REPLAY_SECONDS and callback["id"] not in replayed:
                    self.house.replay(callback["id"])
                    replayed.add(callback["id"])
                    self.figures["callbacks replayed by hand"] += 1
            threading.Event().wait(0.5)
