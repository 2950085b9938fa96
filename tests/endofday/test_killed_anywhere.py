"""Kill -9 at any moment of the close, its files, the mail and the payout file, and the same commands again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.endofday.killed_day import STAGES, KilledDays
from tests.support.kills import kills


def test_a_day_killed_in_each_of_its_stages_ends_as_if_nobody_had_died(tmp_path: Path) -> None:
    days = KilledDays(tmp_path, seed=8)
    assert [fault for number in range(len(STAGES)) for fault in days.kill(number)] == []


@pytest.mark.long
def test_many_kills_of_a_day(tmp_path: Path) -> None:
    days = KilledDays(tmp_path, seed=2026)
    assert [fault for number in range(kills(24)) for fault in days.kill(number)] == []
    assert days.doubts < max(4, kills(24) // 4)
