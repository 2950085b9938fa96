"""Closes random days by SQLite, DuckDB and Spark, and compares all that they leave: ``python -m tests.engines.run``, with a
count of sequences, a seed and a count for Spark.

Each sequence is that of ``tests.oracle.story``, with fees, remises, holds, exceptions, disputes and several currencies. Each
third one is closed by DuckDB alone, the others by SQLite and DuckDB in turn. The first of them are closed by Spark too, which
takes its time: each third one alone, the others in turn with SQLite or DuckDB.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from switch.clearing.engine import EngineName
from tests.engines.compare import WAYS, differences
from tests.engines.spark.cluster import ClusterError, running
from tests.engines.spark.shared_cluster import see_client
from tests.oracle.story import Story

COUNT, SPARK_COUNT = 500, 15


def disagreement(seed: int, way: tuple[EngineName, ...] = ()) -> list[str]:
    """What is not the same of the sequence of a seed, closed in a way."""
    with tempfile.TemporaryDirectory(prefix="engines-") as folder:
        ways = [way or WAYS[seed % len(WAYS)]]
        return [f"seed {seed}: {said}" for said in differences(lambda inside: Story(inside, seed).play(), Path(folder), ways)]


def by_spark(seeds: range) -> Iterator[str]:
    """The same of sequences that Spark closes, alone or in turn. ClusterError where there is no cluster."""
    if not seeds:
        return
    see_client()
    with running() as cluster:
        ways = ((cluster.address,), ("sqlite", cluster.address), (cluster.address, "duckdb"))
        for seed in seeds:
            yield from disagreement(seed, ways[seed % len(ways)])


def main() -> int:
    numbers = [int(word) for word in sys.argv[1:]]
    count, seed, spark_count = (*numbers, *(COUNT, 1, SPARK_COUNT)[len(numbers) :])
    by_duckdb = chain.from_iterable(map(disagreement, range(seed, seed + count)))
    try:
        found = [*by_duckdb, *by_spark(range(seed, seed + spark_count))]
    except ClusterError as error:
        print(f"engines: {error}; SPARK_COUNT 0 does without", file=sys.stderr)
        return 1
    print("\n".join(found[:40]))
    print(f"{count} sequences from seed {seed} on, {spark_count} of them by Spark too: {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
