"""What closes have left in a data folder, whole: a digest of each table of the books, and of each file of a date or for a bank.

``whole_books.txt`` has those of the sequences that the test plays, whose amounts the oracle agrees with. Where rows or files
have to change, ``python -m tests.oracle.whole_books`` prints it anew; with a seed behind it, it prints the rows and files of
that sequence, to be compared with those of an earlier checkout.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.oracle.story import Story

FILE: Final = Path(__file__).with_suffix(".txt")
SEEDS: Final = range(1, 9)
#: Bytes that other libraries make of the rows.
NOT_TEXT: Final = frozenset({".pdf", ".xlsx", ".zip"})


def sections(data: Path) -> Iterator[tuple[str, list[str]]]:
    """The journal as a whole, by which a sequence is known; then tables and files, each with its lines."""
    yield "journal", [line for _, lines in _tables(data / "journal.db") for line in lines]
    yield from _tables(data / "books.db")
    for folder in (data / "days", data / "issuers"):
        for path in sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix not in NOT_TEXT):
            yield str(path.relative_to(folder)), path.read_text(encoding="utf-8").splitlines()


def _tables(path: Path) -> Iterator[tuple[str, list[str]]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall():
            names = ", ".join(row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[1] != "pan_cipher")
            rows = database.execute(f"SELECT {names} FROM {table}").fetchall()
            yield table, [names, *sorted("|".join(map(str, row)) for row in rows)]


def digests(data: Path) -> dict[str, str]:
    """Of each section that has anything: how many lines, and their digest."""
    found = {}
    for name, lines in sections(data):
        if len(lines) > 1:
            found[name] = f"{len(lines)} {sha256(chr(10).join(lines).encode()).hexdigest()[:16]}"
    return found


def changed(seed: int, data: Path) -> list[str]:
    """The sections of a sequence that are not as the file says; none where another Python draws another sequence."""
    kept = [line.split(" ", 2) for line in FILE.read_text("utf-8").splitlines()]
    expected = {name: digest for number, name, digest in kept if int(number) == seed}
    found = digests(data)
    if found["journal"] != expected["journal"]:
        return []
    return [f"seed {seed}: {name}" for name in sorted({*found, *expected}) if found.get(name) != expected.get(name)]


def main() -> None:
    for seed in [int(word) for word in sys.argv[1:]] or SEEDS:
        with tempfile.TemporaryDirectory(prefix="books-") as folder:
            data = Story(Path(folder), seed).play()
            if len(sys.argv) > 1:
                print(*(f"{name}: {line}" for name, lines in sections(data) for line in lines), sep="\n")
            else:
                print(*(f"{seed} {name} {digest}" for name, digest in digests(data).items()), sep="\n")


if __name__ == "__main__":
    main()
