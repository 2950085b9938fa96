"""A full disk, no file descriptor left: a sentence says so, once, and what can go on goes on."""

from __future__ import annotations

import resource
import socket
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import pytest

from switch.centre.as_process import LOG_FILE, CentreProcess, running_centre, spawn_centre
from tests.e2e.acquirer import Acquirer, sale
from tests.e2e.test_crash import eventually
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.long

DATE = ("--business-date", "2026-11-22")
PAGES = 40  #: of 4 KiB: a book of this size is soon full
STARTS = 3
SECONDS_MAX = 20.0


def said(centre: CentreProcess) -> str:
    return centre.log.read_text(encoding="utf-8")


def told(centre: CentreProcess, kind: str) -> list[str]:
    return [line for line in said(centre).splitlines() if line.startswith(kind)]


def test_an_issuer_whose_book_cannot_grow_says_why_and_is_not_started_without_end(tmp_path: Path) -> None:
    with running_centre(tmp_path / "var", [*DATE, *small_specs(tmp_path)]) as centre, Acquirer(centre) as acquirer:
        size = PAGES * 4_096
        resource.prlimit(centre.issuer_pid("atlas"), resource.RLIMIT_FSIZE, (size, size))
        numbers = count(1)
        eventually(lambda: acquirer.ask(sale(next(numbers)))[0][39] == "91", "the book that cannot grow")
        eventually(lambda: told(centre, "issuer died") != [], "why")
        (sentence,) = told(centre, "issuer died")
        assert "atlas.db: cannot be written" in sentence
        assert "Traceback" not in said(centre)
        eventually(lambda: acquirer.ask(sale(next(numbers)))[0][39] == "00", "the issuer's return")
        assert centre.stop() == 0


def test_an_issuer_that_ends_again_and_again_is_told_of_once(tmp_path: Path) -> None:
    data = tmp_path / "var"
    (data / "issuers" / "atlas.db").mkdir(parents=True)  # no book can be there
    process = spawn_centre(data, [*DATE, *small_specs(tmp_path)])
    lock, log, starts = data / "issuers" / "atlas.lock", data / LOG_FILE, set[int]()

    def started_again() -> bool:
        with suppress(FileNotFoundError):
            starts.add(lock.stat().st_mtime_ns)  # each start opens it anew
        return len(starts) == STARTS

    try:
        eventually(started_again, "a few starts")
        process.terminate()
        assert process.wait(SECONDS_MAX) == 0
    finally:
        process.kill()
        process.wait()
    assert log.read_text(encoding="utf-8").count("expected an issuer's book of Switch") == 1


def test_without_file_descriptors_the_lines_there_are_go_on(tmp_path: Path) -> None:
    with running_centre(tmp_path / "var", [*DATE, *small_specs(tmp_path)]) as centre, ExitStack() as lines:
        acquirer = lines.enter_context(Acquirer(centre))
        assert acquirer.ask(sale(1))[0][39] == "00"
        eventually(lambda: "try  " in said(centre), "the first words, which take modules")
        _, most = resource.prlimit(centre.process.pid, resource.RLIMIT_NOFILE)
        taken = 1 + max(int(file.name) for file in Path(f"/proc/{centre.process.pid}/fd").iterdir())
        resource.prlimit(centre.process.pid, resource.RLIMIT_NOFILE, (taken, most))
        for _ in range(taken):
            lines.enter_context(socket.create_connection(centre.address("ascii")))
        eventually(lambda: "Too many open files" in said(centre), "a sentence")
        assert acquirer.ask(sale(2))[0][39] == "00"
        resource.prlimit(centre.process.pid, resource.RLIMIT_NOFILE, (most, most))
        with Acquirer(centre) as late:
            assert late.ask(sale(3))[0][39] == "00"
        assert said(centre).count("Too many open files") == 1
        assert centre.stop() == 0
        assert "Traceback" not in said(centre)
