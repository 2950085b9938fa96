"""The data folder, the journal or a book taken away under who writes it: nothing more is approved into nothing."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

import pytest

from switch.centre.as_process import running_centre
from switch.data_folder.vault import Vault
from switch.errors import DataFolderError
from switch.journal.journal import Batch, SqliteJournal
from switch.routing.traffic.effects import JournalDecision, JournalRequest
from switch.transaction import Decision
from tests.e2e.acquirer import Acquirer, sale
from tests.e2e.test_crash import eventually, journaled
from tests.support.dialogue import ATLAS, request
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.long

DATE = ("--business-date", "2026-11-22")
SECONDS_MAX = 20.0
LOOK_MS = 1_000  #: what is taken away is found out so soon
STOPS = "Switch stops rather than answer what it cannot keep"
DECISION = Decision(response_code="00", approval_code="A00001", decided_by="atlas", reason="approved")


def put_another(path: Path) -> None:
    """What a careless restore does: a copy under the same name."""
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.replace(path)


def begin_anew(data: Path) -> None:
    data.rename(data.with_name("old"))
    data.mkdir()


#: What happens -> to the data folder.
MISHAPS: dict[str, Callable[[Path], object]] = {
    "the folder is deleted": shutil.rmtree,
    "the folder is renamed": lambda data: data.rename(data.with_name("old")),
    "the folder is renamed and made anew": begin_anew,
    "the journal is deleted": lambda data: (data / "journal.db").unlink(),
    "the journal is renamed": lambda data: (data / "journal.db").rename(data / "journal.old"),
    "the journal is replaced": lambda data: put_another(data / "journal.db"),
    "its log is deleted": lambda data: (data / "journal.db-wal").unlink(),
    "its index is deleted": lambda data: (data / "journal.db-shm").unlink(),
    "the key is deleted": lambda data: (data / "pan.key").unlink(),
    "the key is replaced": lambda data: put_another(data / "pan.key"),
}


def journal_in(data: Path) -> SqliteJournal:
    data.mkdir(exist_ok=True)
    journal = SqliteJournal(data / "journal.db", Vault.open(data))
    if journal.open_date() is None:
        journal.open_business_date("2026-11-22", "operator", 1)
    return journal


def approved(number: int) -> Batch:
    asked = JournalRequest(number, request(number), "ascii 127.0.0.1:4000", "5411", ATLAS, "domestic")
    return Batch([asked], [JournalDecision(number, DECISION, approved_minor=12_500, captured_minor=12_500)])


@pytest.mark.parametrize("mishap", MISHAPS)
def test_nothing_is_journaled_where_nobody_can_read_it(tmp_path: Path, mishap: str) -> None:
    data = tmp_path / "var"
    with closing(journal_in(data)) as journal:
        journal.commit(approved(1), 5_000)
        MISHAPS[mishap](data)
        with pytest.raises(DataFolderError, match=STOPS):
            journal.commit(approved(2), 5_000 + LOOK_MS)


def test_a_log_that_was_deleted_is_kept_after_all(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with closing(journal_in(data)) as journal:
        journal.commit(approved(1), 5_000)
        (data / "journal.db-wal").unlink()
        with suppress(DataFolderError):
            journal.commit(approved(2), 5_000 + LOOK_MS)
    assert journaled(data, "SELECT request_id FROM decision") == [(1,)]


def said(log: Path) -> str:
    return log.read_text(encoding="utf-8")


def codes_until_the_end(acquirer: Acquirer, numbers: count[int]) -> list[str]:
    """The response codes of sales one after another until the line ends, or for some seconds."""
    codes: list[str] = []
    deadline = time.monotonic() + 5.0
    with suppress(EOFError, OSError):
        while time.monotonic() < deadline:
            codes.append(acquirer.ask(sale(next(numbers)))[0][39])
    return codes


def test_a_centre_ends_when_its_folder_is_renamed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running_centre(tmp_path / "var", [*DATE, *small_specs(tmp_path)]) as centre, Acquirer(centre) as acquirer:
        centre.log.rename(log)
        numbers = count(1)
        assert acquirer.ask(sale(next(numbers)))[0][39] == "00"
        centre.data.rename(tmp_path / "old")
        codes = codes_until_the_end(acquirer, numbers)
        assert centre.process.wait(SECONDS_MAX) == 2
    assert STOPS in said(log)
    assert "Traceback" not in said(log)
    decided = journaled(tmp_path / "old", "SELECT count(*) FROM decision WHERE response_code = '00'")
    assert decided == [(1 + codes.count("00"),)], "what was answered is where the folder is now"


def test_neither_a_lost_book_nor_a_lost_journal_begins_anew(tmp_path: Path) -> None:
    with running_centre(tmp_path / "var", [*DATE, *small_specs(tmp_path)]) as centre, Acquirer(centre) as acquirer:
        numbers = count(1)
        assert acquirer.ask(sale(next(numbers)))[0][39] == "00"
        book = centre.data / "issuers" / "atlas.db"
        book.unlink()
        eventually(
            lambda: "issuer atlas stops rather than answer what it cannot keep" in said(centre.log), "why the issuer ended"
        )
        eventually(lambda: f"{book}: found none, expected the book" in said(centre.log), "why it is not there again")
        assert {acquirer.ask(sale(next(numbers)))[0][39] for _ in range(5)} == {"91"}
        assert not book.exists()
        (centre.data / "journal.db").unlink()
        assert centre.process.wait(SECONDS_MAX) == 2, "a quiet centre finds out too"
        assert STOPS in said(centre.log)
        assert "Traceback" not in said(centre.log)


def serve_by_hand(data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "switch", "issuer", "serve", "atlas", "--data", str(data), "--port", "0"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def refused(data: Path) -> str:
    """What an issuer says that does not begin to listen."""
    process = serve_by_hand(data)
    try:
        out, errors = process.communicate(timeout=SECONDS_MAX)
    finally:
        process.kill()
        process.wait()
    assert (out, process.returncode) == (b"", 2)
    return errors.decode()


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_an_issuer_run_by_hand_looks_into_the_journal_beside_its_book(tmp_path: Path, left: str) -> None:
    with closing(journal_in(tmp_path)) as journal:
        journal.commit(approved(1), 5_000)
    book = tmp_path / "issuers" / "atlas.db"
    if left == "an empty file":
        book.parent.mkdir()
        book.touch()
    sentence = refused(tmp_path)
    assert sentence.startswith(f"switch: {book}: found ")
    assert "put it back" in sentence


def test_an_issuer_begins_no_book_where_the_journal_of_its_centre_is_gone(tmp_path: Path) -> None:
    journal_in(tmp_path).close()
    (tmp_path / "journal.db").unlink()
    assert f"{tmp_path / 'journal.db'}: found none" in refused(tmp_path)
    assert not (tmp_path / "issuers").exists()


def test_an_issuer_on_a_folder_of_its_own_begins_its_book(tmp_path: Path) -> None:
    process = serve_by_hand(tmp_path / "own")
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"atlas listens on ")
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=SECONDS_MAX)
    assert errors == b""
    with closing(sqlite3.connect(tmp_path / "own" / "issuers" / "atlas.db")) as book:
        assert book.execute("SELECT count(*) FROM entry").fetchone() == (0,)
