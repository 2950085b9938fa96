"""The desk of the business day: which engine a close over HTTP asks for, and what it says where that one is missing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from switch.control.desks import days
from switch.control.desks.call import Call, Desk
from switch.control.desks.problem import ProblemError
from switch.endofday.close import close_day
from switch.endofday.report import DayReport
from tests.support.centre_in_loop import specs
from tests.support.day_builders import FRIDAY, journal_of


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    return Desk(data=tmp_path, specs=specs())


@pytest.mark.parametrize(("body", "engine"), [(None, "sqlite"), ({"date": FRIDAY}, "sqlite"), ({"engine": "duckdb"}, "duckdb")])
def test_a_close_has_the_engine_it_asks_for(body: Any, engine: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    used = list[str]()

    def noted(*given: Any, engine: str) -> DayReport:
        used.append(engine)
        return close_day(*given)

    monkeypatch.setattr(days, "close_day", noted)
    closed = days.close(desk, Call(path={}, query={}, body=body))
    assert (closed["outcome"], closed["business_date"], used) == ("closed", FRIDAY, [engine])


def test_a_missing_engine_is_a_problem_with_what_installs_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(
        ProblemError,
        match=r"^engine duckdb: found no duckdb, expected it \(pip install 'interbank-switch\[duckdb\]' brings it\)",
    ):
        days.close(desk, Call(path={}, query={}, body={"engine": "duckdb"}))
    assert days.open_day(desk, Call(path={}, query={}, body=None))["closed"] == []
