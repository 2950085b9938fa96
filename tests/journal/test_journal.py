"""The journal: append-only, encrypted, and the one place where a business date is decided."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from switch.card import Pan
from switch.data_folder.vault import KEY_FILE, Vault
from switch.errors import DataFolderError
from switch.journal.journal import SCHEMA_VERSION, Batch, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.machine.kept_files import LOOK_MS
from switch.routing.memory.deliveries import Delivery
from switch.routing.memory.totals import IN_BALANCE, Reconciled
from switch.routing.rules.reversal import ReversalOutcome
from switch.routing.traffic.effects import (
    JournalDecision,
    JournalDelivered,
    JournalDelivery,
    JournalOccurrence,
    JournalReconciliation,
    JournalRequest,
    JournalReversal,
)
from switch.transaction import Decision
from tests.routing.memory.test_totals import totals
from tests.support.dialogue import ATLAS, ATLAS_CARD, request, reversed_

APPROVED = Decision(response_code="00", approval_code="A00001", decided_by="atlas", reason="approved")


@pytest.fixture
def journal(tmp_path: Path) -> SqliteJournal:
    journal = SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))
    journal.open_business_date("2026-11-22", "operator", 1)
    return journal


def _asked(request_id: int) -> JournalRequest:
    return JournalRequest(request_id, request(request_id), "ascii 127.0.0.1:4000", "5411", ATLAS, "domestic")


def _rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(path / JOURNAL_FILE)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def test_a_batch_is_there_for_every_reader_once_committed(journal: SqliteJournal, tmp_path: Path) -> None:
    journal.commit(Batch([_asked(1)], [], []), 1_000)
    decided = JournalDecision(1, APPROVED, approved_minor=12_500, captured_minor=12_500)
    journal.commit(Batch([_asked(2)], [decided], [JournalOccurrence(1, "repeat", "again")]), 2_000)
    journal.close()
    assert _rows(tmp_path, "SELECT id, received_at_ms, rrn, issuer, origin FROM request") == [
        (1, 1_000, "000000000001", "atlas", "domestic"),
        (2, 2_000, "000000000002", "atlas", "domestic"),
    ]
    assert _rows(tmp_path, "SELECT * FROM decision") == [
        (1, "2026-11-22", 2_000, "00", "A00001", "atlas", "approved", 12_500, 12_500, None)
    ]
    assert _rows(tmp_path, "SELECT request_id, at_ms, kind, detail FROM occurrence") == [(1, 2_000, "repeat", "again")]


def test_a_batch_is_written_whole_or_not_at_all(journal: SqliteJournal, tmp_path: Path) -> None:
    journal.commit(Batch([_asked(1)], [JournalDecision(1, APPROVED)], []), 1_000)
    with pytest.raises(sqlite3.IntegrityError):
        journal.commit(Batch([_asked(2)], [JournalDecision(1, APPROVED)], []), 2_000)
    journal.commit(Batch([_asked(3)], [], []), 3_000)
    journal.close()
    assert _rows(tmp_path, "SELECT id FROM request") == [(1,), (3,)]


@pytest.mark.parametrize("table", ["request", "decision", "occurrence", "business_day"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET rowid = rowid + 100"])
def test_the_database_itself_refuses_to_forget(journal: SqliteJournal, tmp_path: Path, table: str, verb: str) -> None:
    batch = Batch([_asked(1)], [JournalDecision(1, APPROVED)], [JournalOccurrence(1, "repeat", "again")])
    journal.commit(batch, 1_000)
    journal.close()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        _rows(tmp_path, verb.format(table))


def test_no_card_number_stands_in_the_file(journal: SqliteJournal, tmp_path: Path) -> None:
    journal.commit(Batch([_asked(1)], [], []), 1_000)
    journal.close()
    for path in tmp_path.iterdir():
        assert ATLAS_CARD.encode() not in path.read_bytes(), path
    ((sealed, masked),) = _rows(tmp_path, "SELECT pan_cipher, pan_masked FROM request")
    assert masked == "950401******0019"
    assert isinstance(sealed, bytes)
    assert Vault.open(tmp_path).unseal(sealed) == Pan(ATLAS_CARD)


def test_the_key_is_its_owners_alone_and_another_key_opens_nothing(tmp_path: Path) -> None:
    sealed = Vault.open(tmp_path).seal(Pan(ATLAS_CARD))
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(DataFolderError, match="does not open with the key"):
        Vault.open(tmp_path).unseal(sealed)
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(DataFolderError, match="found a key of 5 bytes, expected 64"):
        Vault.open(tmp_path)


def test_a_decision_counts_in_the_date_open_when_it_is_written(journal: SqliteJournal, tmp_path: Path) -> None:
    """Another process opens the next date between two commits: the very next decision counts in it."""
    journal.commit(Batch([_asked(1), _asked(2)], [JournalDecision(1, APPROVED)], []), 1_000)
    other = sqlite3.connect(tmp_path / JOURNAL_FILE)
    other.execute("INSERT INTO business_day (business_date, opened_at_ms, opened_by) VALUES ('2026-11-23', 5, 'operator')")
    other.commit()
    other.close()
    journal.commit(Batch([], [JournalDecision(2, APPROVED)], []), 2_000)
    journal.close()
    assert _rows(tmp_path, "SELECT request_id, business_date FROM decision") == [(1, "2026-11-22"), (2, "2026-11-23")]


def test_a_date_that_another_process_was_faster_to_open_is_opened_once(journal: SqliteJournal, tmp_path: Path) -> None:
    other = SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))
    other.open_business_date("2026-11-23", "clock", 5)
    journal.open_business_date("2026-11-23", "operator", 6)
    journal.open_business_date("2026-11-22", "operator", 7)
    assert journal.open_date() == other.open_date() == ("2026-11-23", "clock")
    journal.close()
    other.close()
    assert _rows(tmp_path, "SELECT business_date, opened_at_ms FROM business_day") == [("2026-11-22", 1), ("2026-11-23", 5)]


def test_numbers_go_on_after_a_restart(journal: SqliteJournal, tmp_path: Path) -> None:
    journal.commit(Batch([_asked(41)], [], []), 1_000)
    journal.close()
    again = SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))
    assert again.beginning().first_request_id == 42
    assert again.open_date() == ("2026-11-22", "operator")
    again.close()


def test_a_decision_is_on_the_disk_and_a_request_alone_may_wait_for_it(journal: SqliteJournal) -> None:
    journal.commit(Batch([_asked(1)], [], []), 1_000)
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (1,)
    journal.commit(Batch([], [JournalDecision(1, APPROVED)], []), 1_000)
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert journal._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    journal.close()


_OWED = Delivery(1, "atlas", 1, request(1), 0, "reversed by the acquirer")
_TAKEN_BACK = ReversalOutcome(1, True, "00", "reversed by the acquirer")
_AGREED = Reconciled(IN_BALANCE, "00", {}, 1, "1 totals agree")


@pytest.mark.parametrize(
    ("effect", "table"),
    [
        (JournalDecision(1, APPROVED), "decision"),
        (JournalOccurrence(1, "repeat", "again"), "occurrence"),
        (JournalReversal(reversed_(1).reversal, "ascii 127.0.0.1:4000", _TAKEN_BACK), "reversal"),
        (JournalDelivery(_OWED), "delivery"),
        (JournalDelivered(1, "00"), "delivered"),
        (JournalReconciliation(totals(1).reconciliation, "ascii 127.0.0.1:4000", _AGREED), "reconciliation"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_somebody_is_answered_on_is_on_the_disk_when_it_is_alone_too(
    journal: SqliteJournal, tmp_path: Path, effect: object, table: str
) -> None:
    journal.commit(Batch([_asked(1)], deliveries=[JournalDelivery(_OWED)] if table == "delivered" else []), 1_000)
    journal.commit(Batch([_asked(2)]), 2_000)
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (1,)
    batch = Batch()
    batch.writers()[type(effect)](effect)
    assert batch, "it is something to commit"
    journal.commit(batch, 3_000)
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (2,)
    journal.close()
    assert _rows(tmp_path, f"SELECT COUNT(*) FROM {table}") == [(1,)]


def test_a_foreign_or_later_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    path.write_bytes(b"this is no database at all, but text that is long enough to look at" * 20)
    with pytest.raises(DataFolderError, match="expected a journal of Switch"):
        SqliteJournal(path, Vault.open(tmp_path))
    path.unlink()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(DataFolderError, match=f"found a journal of schema {SCHEMA_VERSION + 1}, expected {SCHEMA_VERSION}"):
        SqliteJournal(path, Vault.open(tmp_path))


TIMES = {
    *(("business_day", "opened_at_ms"), ("request", "received_at_ms"), ("decision", "decided_at_ms"), ("occurrence", "at_ms")),
    *(("reversal", "received_at_ms"), ("reconciliation", "received_at_ms"), ("delivery", "created_at_ms")),
    ("delivered", "at_ms"),
}
ANY = {"INTEGER": 7, "TEXT": "x", "BLOB": b"x"}


def columns_of(db: sqlite3.Connection, table: str) -> dict[str, str]:
    return {str(row[1]): str(row[2]) for row in db.execute(f"PRAGMA table_info({table})")}


def test_every_time_that_the_journal_has_is_known_here(journal: SqliteJournal, tmp_path: Path) -> None:
    journal.close()
    tables = [str(row[0]) for row in _rows(tmp_path, "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    with closing(sqlite3.connect(tmp_path / JOURNAL_FILE)) as db:
        assert {(table, name) for table in tables for name in columns_of(db, table) if name.endswith("_ms")} == TIMES


@pytest.mark.parametrize(("table", "column"), sorted(TIMES))
def test_the_last_time_is_that_of_whatever_came_last(journal: SqliteJournal, tmp_path: Path, table: str, column: str) -> None:
    """The clock of a centre may not be set back behind it."""
    journal.commit(Batch([_asked(1)], [], []), 1_000)
    assert journal.last_ms() == 1_000
    with closing(sqlite3.connect(tmp_path / JOURNAL_FILE, isolation_level=None)) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute("PRAGMA ignore_check_constraints = ON")
        row = {name: 60_000 if name == column else ANY[kind] for name, kind in columns_of(db, table).items()}
        db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    assert journal.last_ms() == 60_000


def test_what_was_committed_waits_to_be_folded_and_is_in_the_file_itself_then(journal: SqliteJournal, tmp_path: Path) -> None:
    alone = f"{(tmp_path / JOURNAL_FILE).as_uri()}?immutable=1"  # the log beside the file is not read
    for number in (1, 2):
        journal.commit(Batch([_asked(number)], [], []), 1_000 * number)
        waits = [journal.to_be_folded]
        for fold in (journal.fold_beside, journal.fold):
            fold()
            waits.append(journal.to_be_folded)
        assert waits == [True, True, False]
        with closing(sqlite3.connect(alone, uri=True)) as db:
            assert db.execute("SELECT COUNT(*) FROM request").fetchone() == (number,)
    journal.close()


@pytest.mark.parametrize("name", [JOURNAL_FILE, KEY_FILE])
@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_journal_whose_file_or_key_is_another_takes_nothing_more(
    journal: SqliteJournal, tmp_path: Path, name: str, how: str
) -> None:
    journal.commit(Batch([_asked(1)], [], []), 1_000)
    kept = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    if how == "replaced":
        (tmp_path / "other").write_bytes(kept)
        (tmp_path / "other").rename(tmp_path / name)
    asks = (
        journal.look,
        lambda: journal.commit(Batch([_asked(2)], [], []), 1_000 + LOOK_MS),
        lambda: journal.commit(Batch([_asked(2)], [], []), 1_000),
        lambda: journal.open_business_date("2026-11-23", "operator", 2),
    )
    for ask in asks:
        with pytest.raises(DataFolderError, match=rf"{JOURNAL_FILE}: .*Switch stops"):
            ask()
    journal.close()
