"""Kill -9 at any moment of a close by DuckDB leaves the whole day or nothing of it, and another close ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.extra import WITH_DUCKDB
from tests.engines.killed_close import KilledCloses
from tests.support.kills import kills

pytestmark = WITH_DUCKDB


@pytest.mark.parametrize("seed", range(2026, 2030))
def test_kills_of_a_close(tmp_path: Path, seed: int) -> None:
    closes = KilledCloses(tmp_path, seed)
    few = len(closes.stages)
    assert [fault for number in range(kills(4 * few) // 4) for fault in closes.kill(number)] == []
