"""Kill -9 of the client at any moment of a close by Spark leaves the whole day or nothing of it, and another close ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.killed_close import KilledCloses
from tests.support.kills import kills

pytestmark = pytest.mark.outside


def test_kills_of_a_close(tmp_path: Path, spark: str) -> None:
    closes = KilledCloses(tmp_path, 2026, spark)
    assert [fault for number in range(kills(3)) for fault in closes.kill(number + 1)] == []
