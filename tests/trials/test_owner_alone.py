"""A data folder is its owner's alone, whatever the umask; and one centre's, whatever is deleted in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from switch.centre.as_process import running_centre
from switch.endofday.close import close_day
from tests.cli.command import run
from tests.support.day_builders import FRIDAY, day_specs, journal_of, later_ms

UP = ("up", "--host", "203.0.113.1")  #: an address of no machine: a centre that takes the folder goes no further than that


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """What of a folder is not its owner's alone, and its mode."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode != (0o700 if path.is_dir() else 0o600):
            found[str(path.relative_to(folder))] = f"{mode:04o}"
    return found


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_all_that_a_close_writes_is_the_owners(tmp_path: Path, mask: int) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    with journal_of(folder, FRIDAY) as journal:
        journal.decide()
        journal.hold()
        (folder / "journal.db").chmod(0o600)
        for log in ("journal.db-wal", "journal.db-shm"):
            (folder / log).chmod(0o600)
        with umask(mask):
            close_day(folder, day_specs(), None, later_ms(folder))
        assert (folder / "days" / FRIDAY / "holds.csv").is_file()
        assert modes(folder) == {}


def test_all_that_a_centre_makes_is_the_owners_and_a_deleted_lock_lets_no_second_one_in(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with umask(0o000), running_centre(data, ["--trace"]) as centre:
        assert {path.name for path in data.iterdir()} >= {
            "journal.db",
            "trace.db",
            "pan.key",
            "ready.json",
            "up.log",
            "issuers",
        }
        assert modes(data) == {}
        (data / "lock").unlink()
        second = run(*UP, "--data", data)
        assert second.code == 2
        assert second.sentence == f"{data}: another Switch is running on this data folder"
        assert centre.stop() == 0
    assert run(*UP, "--data", data).code == 3


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
@pytest.mark.parametrize("words", [UP, ("check",)], ids=" ".join)
def test_a_key_that_others_can_read_is_refused_with_what_mends_it(tmp_path: Path, mode: int, words: tuple[str, ...]) -> None:
    data = tmp_path / "the data"
    with journal_of(data, FRIDAY):
        pass
    key = data / "pan.key"
    key.write_bytes(bytes(64))
    key.chmod(mode)
    refused = run(*words, "--data", data)
    assert refused.code == 2
    assert refused.sentence.endswith(f"chmod 600 '{key}'")
    key.chmod(0o600)
    assert run("check", "--data", data).code == 0
