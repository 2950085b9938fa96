"""The same days closed by each engine, and all that they leave, hashed: every table of the books and every file."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Final

import pytest

from switch.clearing.engine import EngineName
from switch.endofday import books, close
from switch.endofday.close import check_books
from switch.endofday.engines.choice import opened_engine

#: What is held against SQLite alone: DuckDB alone, and days of one set of books closed by both in turn.
WAYS: Final[tuple[tuple[EngineName, ...], ...]] = (("duckdb",), ("sqlite", "duckdb"), ("duckdb", "sqlite"))
FOLDERS: Final = ("days", "issuers")  #: what a close writes


@contextmanager
def closed_by(*engines: EngineName) -> Iterator[None]:
    """Have dates closed by these engines in turn, whoever closes them."""
    turns = cycle(engines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(close, "opened_engine", lambda _, connection, data: opened_engine(next(turns), connection, data))
        yield


class _Hashed:
    """A file that csv writes to, of which only the digest is kept."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, text: str) -> int:
        self.digest.update(text.encode("utf-8", "surrogatepass"))
        return len(text)


#: Tables that say where lines stand, and not what they are; of the digests those of them.
_OF_PLACES: Final = ("line_file",)
_DIGESTS: Final = "SELECT * FROM day_digest WHERE table_name NOT IN ('line_file', 'fee_line')"


def hashes_of(data: Path) -> dict[str, str]:
    """Table -> the SHA-256 of its rows as CSV, columns by name, rows sorted by all of them; file -> that of its bytes.
    Lines are read by their door, wherever they stand."""
    found = {}
    with books.opened(data) as connection:
        named = "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name"
        for (table,) in connection.execute(named).fetchall():
            if table in _OF_PLACES:
                continue
            names = sorted(str(row[1]) for row in connection.execute(f"PRAGMA main.table_info({table})"))
            out = _Hashed()
            places = ", ".join(str(place) for place in range(1, len(names) + 1))
            rows = f"({_DIGESTS})" if table == "day_digest" else table
            csv.writer(out).writerows(connection.execute(f"SELECT {', '.join(names)} FROM {rows} ORDER BY {places}"))
            found[table] = out.digest.hexdigest()
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            if path.is_file() and path.suffix != ".db":
                found[path.relative_to(data).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def differences(play: Callable[[Path], Path], folder: Path, ways: Sequence[tuple[EngineName, ...]] = WAYS) -> list[str]:
    """What is not the same where ``play``, which gives its data folder, is closed in these ways, and faults of ``check``."""
    found: list[str] = []
    first: dict[str, str] = {}
    for engines in (("sqlite",), *ways):
        way = "+".join(engines)
        (inside := folder / way.replace("/", "_")).mkdir()
        with closed_by(*engines):
            data = play(inside)
        hashes = hashes_of(data)
        first = first or hashes
        other = [name for name in sorted(first.keys() | hashes.keys()) if first.get(name) != hashes.get(name)]
        found += [f"{way}: {name} is not as sqlite leaves it" for name in other]
        found += [f"{way}: {fault}" for fault in check_books(data).faults]
    return found
