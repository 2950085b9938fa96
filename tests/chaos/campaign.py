"""A campaign: one data folder, many lives of the switch, each ended by kill -9 under load; the last is settled and closed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

from switch.centre.as_process import LOG_FILE, STOP_SECONDS_MAX, CentreProcess, spawn_centre, start_centre
from switch.errors import EXIT_NO
from tests.chaos.figures import Figures
from tests.chaos.holders import HolderTill, begin_with_aged_holds, holder_specs, wrong_counts, wrong_debits_in_book, wrong_ends
from tests.chaos.lines import Load
from tests.chaos.plans import IssuerKill, Life, lives
from tests.chaos.proof import few, owed
from tests.chaos.till import Till

FIRST_DATE: Final = "2026-11-22"
TILLS: Final = 4
EVENT_SECONDS_MAX: Final = 60.0  #: any one thing that is waited for; longer is a fault
#: Until nothing is owed: a bank that a rule kept silent again and again is told again after a minute.
SETTLED_SECONDS_MAX: Final = 240.0
CAMPAIGN_SECONDS_MAX: Final = 3_600.0  #: all kills together; a campaign that is slower ends with a fault
POLL_SECONDS: Final = 0.001  #: a few messages' worth
COMMAND_SECONDS_MAX: Final = 600.0  #: one close of the day, or one check


#: What host and banks do meanwhile. Every answer still comes, and says what was decided; some banks keep theirs, or are gone.
SCENARIO: Final = """purpose = "kills while a scenario runs"
rules = [
  "class=request chance=1% -> late 0.2s",
  "class=reversal chance=5% -> late 0.1s",
  "at=issuer class=request chance=0.2% -> silence",
  "at=issuer class=request chance=0.1% -> lost",
  "at=issuer class=request chance=2% -> twice",
  "at=issuer class=request chance=2% -> late 0.3s + twice",
  "at=issuer class=request chance=0.1% -> drop line",
  "at=issuer class=reversal chance=10% -> lost",
  "at=issuer class=advice chance=10% -> silence",
]
"""


def scenario(data: Path) -> Path:
    """The file of the scenario, beside the data folder."""
    path = data.with_name(f"{data.name}-scenario.toml")
    path.write_text(SCENARIO, encoding="utf-8")
    return path


class ChaosError(Exception):
    """The switch did not do in time what the campaign waited for."""


class Campaign:
    """Kills as planned. ``tell`` gets a line every ``every`` kills."""

    def __init__(self, data: Path, seed: int, *, every: int = 10, tell: Callable[[str], None] = print) -> None:
        self.data, self.figures = data, Figures()
        self._specs = ["--specs", str(holder_specs(data)), "--scenario", str(scenario(data))]
        self.faults: list[str] = []
        numbers = count(1)
        self.holders = HolderTill(numbers, f"{seed} holders")
        self.tills = [*(Till(numbers, f"{seed} till {place}") for place in range(TILLS)), self.holders]
        self._random, self._every, self._tell = Random(seed), every, tell

    def run(self, switch_kills: int, issuer_kills: int) -> None:
        """All lives, with a close of the day in the middle of one, and then the end: nothing owed, the days closed."""
        planned = lives(switch_kills, issuer_kills, self._random)
        loaded = [place for place, life in enumerate(planned) if life.early is None]
        closing_life = loaded[len(loaded) // 2]
        begin_with_aged_holds(self.data)
        try:
            for place, life in enumerate(planned):
                self._live(life, close=place == closing_life)
                if (place + 1) % self._every == 0:
                    self._tell(self.figures.progress(self.tills))
                if self.figures.seconds > CAMPAIGN_SECONDS_MAX:
                    raise ChaosError(f"{place + 1} of {switch_kills} kills in {CAMPAIGN_SECONDS_MAX:g} s, expected all")
                if self.faults:
                    return
            self._finish()
        except ChaosError as error:
            self.faults.append(str(error))

    def _live(self, life: Life, *, close: bool) -> None:
        """One life of the switch, from its start to its kill."""
        if life.early is not None:
            self._start_and_kill(life.early)
            return
        centre = self._started()
        load = Load(centre, self.tills)
        load.start()
        gone: set[str] = set()
        try:
            for kill in life.issuers:
                self._wait(load, lambda kill=kill: load.answers >= kill.answers, "answers")  # type: ignore[misc]
                self._kill_issuer(centre, load, kill)
                gone.add(kill.issuer)
            self._wait(load, lambda: load.answers >= life.answers, "answers")
            if close:
                self._command("day", "close", FIRST_DATE)
        finally:
            load.killing.set()
            self._kill(centre, [] if not life.whole else [name for name in centre.ready["issuers"] if name not in gone])
            load.join()
            self.faults += load.faults
            self._look_at_log()
        self.figures.whole_kills += life.whole

    def _started(self) -> CentreProcess:
        again = bool(self.figures.switch_kills)
        began = time.monotonic()
        centre = start_centre(self.data, self._specs + ([] if again else ["--business-date", FIRST_DATE]))
        if again:
            self.figures.recovery_seconds.append(time.monotonic() - began)
        return centre

    def _start_and_kill(self, signed_on: int) -> None:
        """A switch that dies before it is ready: it has taken up what was left, and delivers what it owes."""
        process = spawn_centre(self.data, self._specs)
        try:
            self._until(
                lambda: self._log().count("issuer up:") >= signed_on or process.poll() is not None,
                "issuers signed on",
            )
            if process.poll() is not None:
                raise ChaosError(f"switch up ended with {process.returncode}: {self._log().strip()}")
        finally:
            process.kill()
            process.wait(STOP_SECONDS_MAX)
        self._look_at_log()
        self.figures.switch_kills += 1
        self.figures.early_kills += 1

    def _kill_issuer(self, centre: CentreProcess, load: Load, kill: IssuerKill) -> None:
        os.kill(centre.issuer_pid(kill.issuer), signal.SIGKILL)
        self.figures.issuer_kills += 1
        if kill.waited_for:
            back = f"issuer up: {kill.issuer} "
            self._wait(load, lambda: self._log().count(back) >= 2, f"{kill.issuer} back")

    def _kill(self, centre: CentreProcess, issuers: Sequence[str]) -> None:
        """kill -9 of the switch, and of the issuers' processes named, at once."""
        os.kill(centre.process.pid, signal.SIGKILL)
        for issuer in issuers:
            os.kill(centre.issuer_pid(issuer), signal.SIGKILL)
        centre.kill()
        self.figures.switch_kills += 1

    def _finish(self) -> None:
        """The last life: what is open is settled, what is owed is delivered, it is stopped, the days are closed and checked."""
        centre = self._started()
        load = Load(centre, self.tills)
        try:
            for till in self.tills:
                till.finishing = True
            load.start()
            load.join()
            self.faults += load.faults
            self._command("scenario", "remove", "--all")
            self._until(lambda: not owed(self.data), "nothing owed to issuers", SETTLED_SECONDS_MAX)
            exit_code = centre.stop()
            if exit_code:
                self.faults.append(f"switch up ended with {exit_code}, expected 0")
        finally:
            if centre.process.poll() is None:
                centre.kill()
        self._look_at_log()
        with closing(sqlite3.connect(f"file:{self.data / 'journal.db'}?mode=ro", uri=True)) as journal:
            sql = "SELECT kind, count(*) FROM delivery JOIN delivered ON delivery_id = delivery.id GROUP BY kind"
            self.figures.deliveries = Counter(dict(journal.execute(sql).fetchall()))
            dates = [row[0] for row in journal.execute("SELECT business_date FROM business_day ORDER BY id")]
        for date in dates:
            self._command("day", "close", date, done_before=("already closed", "nothing to close"))
        self._command("check")

    def holder_faults(self) -> list[str]:
        """What the bank counted wrong, or did not end; to be asked once all is settled."""
        wrong = (wrong_counts(self.holders.holders), wrong_debits_in_book(self.data), wrong_ends(self.data))
        return [sentence for found in wrong for sentence in few(found)]

    def _command(self, *words: str, done_before: Sequence[str] = ()) -> None:
        """A command as a person types it; a fault where it does not end with 0, or with 1 for having nothing to do."""
        command = [sys.executable, "-m", "switch", *words, "--data", str(self.data)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False)
        if done.returncode == EXIT_NO and not done.stderr and any(each in done.stdout for each in done_before):
            return
        if done.returncode:
            self.faults.append(f"switch {' '.join(words)} ended with {done.returncode}: {(done.stdout + done.stderr).strip()}")

    def _wait(self, load: Load, happens: Callable[[], bool], what: str) -> None:
        """Until something happens under load; a line that ended meanwhile is a fault that need not be waited for."""
        self._until(lambda: happens() or bool(load.faults), what)

    def _until(self, happens: Callable[[], bool], what: str, seconds_max: float = EVENT_SECONDS_MAX) -> None:
        deadline = time.monotonic() + seconds_max
        while not happens():
            if time.monotonic() > deadline:
                raise ChaosError(f"{what}: not in {seconds_max:g} s")
            time.sleep(POLL_SECONDS)

    def _log(self) -> str:
        return (self.data / LOG_FILE).read_text(encoding="utf-8", errors="replace")

    def _look_at_log(self) -> None:
        """Nothing the switch or an issuer prints may be a traceback."""
        _, found, rest = self._log().partition("Traceback")
        if found:
            self.faults.append(f"the switch printed a traceback: {found}{rest}")
