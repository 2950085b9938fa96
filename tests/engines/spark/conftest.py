"""A cluster of Spark for the tests of this folder, one for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.spark.shared_cluster import missing, see_client, shared


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The address of Spark Connect."""
    if why := missing():
        pytest.skip(why)
    see_client()
    base = tmp_path_factory.getbasetemp()
    with shared(base if worker_id == "master" else base.parent) as address:
        yield address
