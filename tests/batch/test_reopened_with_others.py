"""What else knows of a date that is reopened: banks that booked it, messages of its statements, files for the bank."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from switch.batch.reopening import standing
from switch.endofday import close as ended
from switch.endofday.close import check_books, close_day
from switch.endofday.soundness import FilesProved
from switch.errors import DataFolderError, NegativeAnswerError
from switch.issuers.account import AccountBook
from switch.issuers.process.book import Book
from switch.issuers.process.upkeep import Upkeep
from switch.mail.delivery import mail_after_close, retry_mail
from switch.mail.outbox import outbox_of, sending_alone
from switch.mail.outbox_checks import check_outbox
from switch.mail.reopened_dates import reopen_day, standing_day
from switch.treasury.issue import issue_date
from tests.batch.reopened_days import WHY, files_of_closes, rows_of_closes
from tests.issuers.cast import NOW_MS as ISSUERS_NOW_MS
from tests.issuers.cast import atlas
from tests.mail.closed_day import AIRLINE, FRIDAY, MERCHANTS, NOW_MS, SPECS, closed_day, letters, send, states, with_server
from tests.support.smtp_server import PlayedServer, mail_server
from tests.treasury.paid_days import clock


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Friday is closed, with a sale at each of four merchants."""
    return closed_day(tmp_path / "data")


def close(data: Path) -> None:
    assert close_day(data, SPECS, FRIDAY, NOW_MS).outcome == "closed"


def reopen(data: Path) -> None:
    reopen_day(data, FRIDAY, *WHY, clock)


def refused(data: Path, sentence: str) -> None:
    """That a date cannot be reopened, what is told of it, and that nothing changed."""
    before, files = rows_of_closes(data), files_of_closes(data)
    with pytest.raises(NegativeAnswerError) as found:
        reopen(data)
    words = f"business date {FRIDAY} cannot be reopened: {sentence}; correct it on the open date"
    assert str(found.value) == words
    assert (rows_of_closes(data), files_of_closes(data)) == (before, files)


def test_a_date_that_is_reopened_beneath_a_proof_is_proved_as_it_stood(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended, "prove_files", lambda data: FilesProved())  # files have no past to be read from
    whole = check_books(data)
    report = check_books(data, lambda sentence: reopen(data))
    assert (report.faults, report.closed_days, report.presentment_count) == ((), (FRIDAY,), whole.presentment_count)
    assert check_books(data).closed_days == ()


def test_a_bank_that_booked_it_forbids_it(data: Path) -> None:
    with closing(Book.open(data / "issuers" / "atlas.db")) as book:
        accounts = AccountBook(atlas())
        accounts.replay(book.entries())
        upkeep = Upkeep(accounts, book, data)
        assert standing(data, FRIDAY).obstacles == ()
        while upkeep.step(ISSUERS_NOW_MS):
            pass
    refused(data, "it is booked on the accounts of atlas")


def test_a_bank_that_runs_forbids_it_and_is_told_as_before(data: Path) -> None:
    Book.open(data / "issuers" / "atlas.db").close()
    reopen(data)
    close(data)
    with (data / "issuers" / "atlas.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(data, "it is booked at once by what is running: atlas")
    reopen(data)


def test_a_bank_that_begins_to_run_meanwhile_is_told_as_before(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Book.open(data / "issuers" / "atlas.db").close()
    told = data / "issuers" / "cleared" / "atlas" / f"{FRIDAY}.jsonl"
    before = told.read_bytes()
    runs = iter((False, True))
    monkeypatch.setattr("switch.batch.reopening.process_runs", lambda data, bank: next(runs))
    with pytest.raises(NegativeAnswerError, match="it is booked at once by what is running: atlas"):
        reopen(data)
    assert told.read_bytes() == before


def test_a_payment_file_forbids_it(data: Path) -> None:
    (file, *_) = issue_date(data, SPECS, FRIDAY, clock)
    refused(data, f"payment file {file.message_id} was written for the bank: 4 transfers pay its payouts")
    books = sqlite3.connect(data / "books.db")
    with closing(books), pytest.raises(sqlite3.IntegrityError, match="were sent to the bank"):
        books.execute("INSERT INTO reopened_day VALUES (1, ?, 'Alami', 'why', 1, 1, 'd1')", (FRIDAY,))


def test_a_payout_of_a_reopened_date_cannot_be_sent(data: Path) -> None:
    reopen(data)
    with pytest.raises(NegativeAnswerError, match="no business date is closed yet"):
        issue_date(data, SPECS, FRIDAY, clock)


def test_a_mail_server_that_has_a_statement_forbids_it(data: Path) -> None:
    with mail_server(PlayedServer()) as server:
        send(data, with_server(server.port))
    refused(data, "4 statements were given to a mail server")


def test_mail_that_is_being_sent_forbids_it(data: Path) -> None:
    with sending_alone(data), pytest.raises(DataFolderError, match="another command is sending the mail"):
        reopen(data)
    assert standing_day(data, FRIDAY).obstacles == ()


def test_messages_that_wait_are_sent_after_the_next_close_and_once(data: Path) -> None:
    with mail_server(PlayedServer()) as server:
        specs = with_server(server.port)
        mail_after_close(data, specs, FRIDAY, clock)
        assert set(states(data).values()) == {"queued"}
        reopen(data)
        assert send(data, specs).touched == set()
        with pytest.raises(NegativeAnswerError, match="no message is to be tried again"):
            retry_mail(data, specs, clock)
        assert (server.ids, check_outbox(data)) == ([], ([], 4))
        close(data)
        assert len(send(data, specs).sent) == 4
        assert len(server.ids) == len(set(server.ids)) == 4
    assert check_outbox(data) == ([], 4)


def test_messages_follow_a_close_with_other_files(data: Path) -> None:
    mail_after_close(data, SPECS, FRIDAY, clock)
    before = {merchant: letter.message_id for merchant, letter in letters(data).items()}
    emls = sorted((data / "mail" / FRIDAY).iterdir())
    assert len(emls) == 4
    reopen(data)
    assert not any(path.exists() for path in emls)
    other = evolve(SPECS.merchants[AIRLINE], name="AIR CEDRE BIS")
    specs = evolve(SPECS, merchants={**SPECS.merchants, AIRLINE: other})
    close_day(data, specs, FRIDAY, NOW_MS)
    mail_after_close(data, specs, FRIDAY, clock)
    assert {merchant: letter.message_id for merchant, letter in letters(data).items()} == before
    assert sorted((data / "mail" / FRIDAY).iterdir()) == emls
    assert b"AIR CEDRE BIS" in (data / "mail" / FRIDAY / f"{AIRLINE}.eml").read_bytes()
    assert set(states(data).values()) == {"sent"}
    assert check_outbox(data) == ([], 4)


def test_a_merchant_without_a_statement_in_the_next_close_gets_no_message(data: Path) -> None:
    with mail_server(PlayedServer()) as server:
        specs = with_server(server.port)
        mail_after_close(data, specs, FRIDAY, clock)
        reopen(data)
        left = {name: each for name, each in SPECS.merchants.items() if name != AIRLINE}
        fewer = evolve(specs, merchants=left, default_contract=None)
        close_day(data, fewer, FRIDAY, NOW_MS)
        assert len(send(data, fewer).sent) == 3
    assert set(states(data)) == set(MERCHANTS) - {AIRLINE}
    assert check_outbox(data) == ([], 3)
    with outbox_of(data) as outbox:
        assert outbox.in_doubt() == set()
