"""SQLite without its locks and counts: only in a process that has not used it yet, and all else stays as it is."""

import subprocess
import sys
from importlib.machinery import ModuleSpec

import pytest

from switch.machine import sqlite_library

PLAYED = """
import ctypes, sys
from importlib.util import find_spec
from switch.machine.sqlite_library import lighten_sqlite

library = ctypes.CDLL(find_spec("_sqlite3").origin)
if "late" in sys.argv:
    import sqlite3
lightened = "never" not in sys.argv and lighten_sqlite()
import sqlite3

db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE word (text)")
db.executemany("INSERT INTO word VALUES (?)", [(str(number),) for number in range(1_000)])
assert db.execute("SELECT COUNT(*) FROM word").fetchone()[0] == 1_000
reached, counts, locks = hasattr(library, "sqlite3_config"), False, False
if reached:
    opened = ctypes.c_void_p()
    library.sqlite3_open_v2(b":memory:", ctypes.byref(opened), 6, None)
    library.sqlite3_db_mutex.restype = ctypes.c_void_p
    counts, locks = library.sqlite3_memory_used() > 0, library.sqlite3_db_mutex(opened) is not None
print(reached, lightened, counts, locks)
"""


def played(*arguments: str) -> tuple[str, ...]:
    """Whether the library can be reached, whether it was lightened, whether it counts memory, whether it locks connections."""
    command = [sys.executable, "-c", PLAYED, *arguments]
    return tuple(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split())


def test_no_memory_is_counted_and_no_connection_locked_in_a_process_that_asked_first() -> None:
    reached, lightened, counts, locks = played()
    assert lightened == reached
    assert (counts, locks) == ("False", "False")


def test_a_library_in_use_stays_as_it_is() -> None:
    assert played("late") == played("never")


@pytest.mark.parametrize("origin", ["built-in", "/no/such/library.so"])
def test_a_library_that_cannot_be_reached_stays_as_it_is(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_library, "find_spec", lambda name: ModuleSpec(name, None, origin=origin))
    monkeypatch.delitem(sys.modules, "_sqlite3", raising=False)
    assert sqlite_library.lighten_sqlite() is False


def test_a_python_without_sqlite_says_so_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_library, "find_spec", lambda name: None)
    assert sqlite_library.lighten_sqlite() is False


TOLD = """
import sys
from switch import cli
from switch.machine import sqlite_library

lighten = sqlite_library.lighten_sqlite
sqlite_library.lighten_sqlite = lambda: print(lighten())
cli.main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("up", "--business-date", "2026-11-30", "--accept-clock"),
        ("issuer", "serve", "atlas", "--port", "none"),
        ("day", "list", "--data", "none"),
        ("check", "--data", "none"),
    ],
)
def test_commands_that_write_much_ask_before_anything_has_loaded_the_library(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", TOLD, *arguments]
    said = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    assert tuple(said.split()) == played()[:1]
