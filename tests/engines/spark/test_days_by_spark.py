"""Days closed by a cluster of Spark, and by Spark and others in turn, leave what SQLite leaves: each table and each file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.compare import differences
from tests.oracle.story import Story

pytestmark = pytest.mark.outside


@pytest.mark.parametrize("others", [(), ("sqlite",), ("duckdb",)])
def test_random_sequences_of_days(tmp_path: Path, spark: str, others: tuple[str, ...]) -> None:
    seed = 41 + len("".join(others))
    assert differences(lambda folder: Story(folder, seed).play(), tmp_path, [(*others, spark)]) == []
