"""Sales, closes, reopenings, closes with other fees, redone days, in any order: the books are those of days closed once.

And kill -9 at any call of a reopening: the date is closed or reopened, nothing in between, and the same commands end it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from switch.batch.again import redone
from switch.batch.recomputation import recomputed
from switch.batch.reopening import reopen_date
from switch.endofday.close import check_books, close_day, closed_dates
from switch.errors import NegativeAnswerError
from switch.mail.reopened_dates import reopen_day
from tests.batch.reopened_days import CHEAP, DEAR, WHY, close, files_of_closes, never_reopened, rows_of_closes
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, KIOSK, NOW_MS, SATURDAY, DaySpecs, close_two_days, journal_of
from tests.support.kills import kills


def clock() -> int:
    return NOW_MS


class ReopeningsMachine(RuleBasedStateMachine):
    """Whatever comes between, the books hold what each date came to at its last close, and every close that was taken back."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.data = Path(self.folder.name) / "data"
        with journal_of(self.data, FRIDAY):
            pass
        self.closed: dict[str, DaySpecs] = {}
        self.reopened: list[str] = []
        self.sales: list[int] = []

    def teardown(self) -> None:
        try:
            self.compare()
        finally:
            self.folder.cleanup()

    def compare(self) -> None:
        if not self.closed:
            return
        model = never_reopened(self.data, self.closed, Path(self.folder.name) / "model")
        assert rows_of_closes(self.data) == rows_of_closes(model)
        assert files_of_closes(self.data) == files_of_closes(model)
        assert check_books(self.data).faults == ()
        kept = sorted(path.name for path in (self.data / "days").glob("withdrawn/*"))
        assert kept == sorted(f"{date}.{number}" for number, date in enumerate(self.reopened, start=1))

    @rule(
        shop=st.sampled_from([GROCER, HOTEL, KIOSK]),
        amount_minor=st.integers(100, 90_000),
        kind=st.sampled_from(["purchase", "purchase", "refund"]),
        capture=st.sampled_from(["now", "now", "completion"]),
    )
    def sell(self, shop: Any, amount_minor: int, kind: str, capture: str) -> None:
        with journal_of(self.data) as journal:
            about: dict[str, Any] = {"amount_minor": amount_minor, "transaction_type": kind}
            self.sales.append(journal.decide(merchant_id=shop.id, capture="now" if kind == "refund" else capture, **about))

    @precondition(lambda self: self.sales)
    @rule(which=st.integers(0, 99))
    def reverse(self, which: int) -> None:
        sale = self.sales.pop(which % len(self.sales))
        with journal_of(self.data) as journal:
            journal.reversals = 100 + sale
            journal.reverse(sale)

    @rule(specs=st.sampled_from([CHEAP, DEAR]))
    def close(self, specs: DaySpecs) -> None:
        report = close_day(self.data, specs, None, NOW_MS + 86_400_000 * (len(self.closed) + len(self.reopened) + 1))
        if report.outcome == "closed":
            assert report.business_date is not None
            self.closed[report.business_date] = specs

    @precondition(lambda self: self.closed)
    @rule()
    def reopen(self) -> None:
        last = max(self.closed)
        assert reopen_date(self.data, last, *WHY, clock).number == len(self.reopened) + 1
        self.reopened.append(last)
        del self.closed[last]
        assert closed_dates(self.data) == tuple(sorted(self.closed))

    @precondition(lambda self: len(self.closed) > 1)
    @rule()
    def reopen_an_earlier_one(self) -> None:
        with pytest.raises(NegativeAnswerError, match="only the last closed date can be reopened"):
            reopen_date(self.data, min(self.closed), *WHY, clock)

    @precondition(lambda self: self.closed)
    @rule(which=st.integers(0, 9))
    def redo(self, which: int) -> None:
        date = sorted(self.closed)[which % len(self.closed)]
        assert redone(self.data, date).put_back == ()
        again = recomputed(self.data, self.closed[date], date, NOW_MS)
        assert (again.differences, again.changed_line_count) == ((), 0)


ReopeningsMachine.TestCase.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)


TestReopeningsMachine = pytest.mark.long(ReopeningsMachine.TestCase)


def _killed(data: Path, last: int) -> tuple[int, int]:
    """Reopen Saturday in a process that kills itself at a call; its exit code, and how many calls there were."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        calls = 0

        def watch(frame: Any, event: str, _: object) -> None:
            nonlocal calls
            if event in ("call", "return", "c_call", "c_return") and "/switch/" in frame.f_code.co_filename:
                calls += 1
                if calls == last:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.setprofile(watch)
            reopen_day(data, SATURDAY, *WHY, clock)
            sys.setprofile(None)
            os.write(tell, str(calls).encode())
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)
    os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(said or b"0")


def killed_and_ended(folder: Path, count: int, seed: int) -> Iterator[str]:
    """Kills of a reopening, and what is wrong afterwards."""
    start = folder / "start"
    close_two_days(start)
    rows, files = rows_of_closes(start), files_of_closes(start)
    unhurt = shutil.copytree(start, folder / "unhurt")  # first, so that a child finds all loaded that the next ones will
    reopen_day(unhurt, SATURDAY, *WHY, clock)
    close(unhurt)
    code, calls = _killed(shutil.copytree(start, folder / "counted"), 0)
    assert (code, calls > 100) == (0, True)
    chance = random.Random(seed)
    for number in range(count):
        call = chance.randrange(1, calls + 1) if number % 4 else calls - number  # the last calls, where files are moved, often
        data = shutil.copytree(start, folder / "killed")
        code, _ = _killed(data, call)
        if code != -signal.SIGKILL:
            yield f"call {call}: exit code {code}"
        if faults := check_books(data).faults:
            yield f"call {call}: {faults[0].sentence}"
        is_closed = SATURDAY in closed_dates(data)
        if is_closed and rows_of_closes(data) != rows:
            yield f"call {call}: closed, and not as it was"
        if is_closed:
            reopen_day(data, SATURDAY, *WHY, clock)
        close(data)
        if (rows_of_closes(data), files_of_closes(data)) != (rows, files):
            yield f"call {call}: closed again, and not as it was"
        kept = [path.name for path in (data / "days" / "withdrawn").iterdir()]
        if kept != [f"{SATURDAY}.1"] or (faults := check_books(data).faults):
            yield f"call {call}: {kept}, {faults}"
        shutil.rmtree(data)


def test_a_reopening_that_is_killed_has_happened_or_has_not(tmp_path: Path) -> None:
    assert list(killed_and_ended(tmp_path, 4, seed=12)) == []


@pytest.mark.long
def test_many_kills_of_a_reopening(tmp_path: Path) -> None:
    assert list(killed_and_ended(tmp_path, kills(40), seed=2026)) == []
