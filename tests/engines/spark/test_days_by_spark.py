"""Days closed by a cluster of Spark, and by Spark and others in turn, leave what SQLite leaves: each table and each file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.compare import differences
from tests.oracle.story import Story

pytestmark = pytest.mark.outside

SPARK = "spark"
#: Sequences of two dates -> who closes them. 80 has fees, remises, refunds, holds, an adjustment and a dispute; 83 exceptions
#: that are open on the second date; 85 has lines of the first date in files when another engine closes the second.
STORIES = {80: (SPARK,), 83: ("sqlite", SPARK), 85: (SPARK, "duckdb")}


@pytest.mark.parametrize("seed", STORIES)
def test_random_sequences_of_days(tmp_path: Path, spark: str, seed: int) -> None:
    engines = tuple(spark if engine == SPARK else engine for engine in STORIES[seed])
    assert differences(lambda folder: Story(folder, seed).play(), tmp_path, [engines]) == []
