"""One cluster for all tests of a run, whichever of its processes asks first; and the client in the path of this process."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.engines.spark.cluster import CLIENT, ClusterError, refuse_missing, running


def missing() -> str:
    """Why there is no cluster here, in one sentence; nothing where there can be one."""
    try:
        refuse_missing()
    except ClusterError as error:
        return str(error)
    return "" if CLIENT.is_dir() else f"{CLIENT}: found none, expected pyspark-client (make cluster brings it)"


def see_client() -> None:
    """Have this process find pyspark-client, behind all that it finds already."""
    if str(CLIENT) not in sys.path:
        sys.path.append(str(CLIENT))


@contextmanager
def shared(folder: Path) -> Iterator[str]:
    """The address of the cluster of all who share a folder: the first starts it, and stops it once nobody uses it any more."""
    with (folder / "spark.users").open("a") as users, (folder / "spark.start").open("a") as start:
        address = folder / "spark.address"
        fcntl.flock(start, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        if address.exists():
            fcntl.flock(start, fcntl.LOCK_UN)
            yield address.read_text()
            return
        with running() as cluster:
            address.write_text(cluster.address)
            fcntl.flock(start, fcntl.LOCK_UN)
            try:
                yield cluster.address
            finally:
                fcntl.flock(start, fcntl.LOCK_EX)  # who comes now starts one
                with suppress(FileNotFoundError):
                    address.unlink()
                fcntl.flock(start, fcntl.LOCK_UN)
                fcntl.flock(users, fcntl.LOCK_EX)  # once the last has done
