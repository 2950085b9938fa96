"""What is proved of the files of a data folder: each thing that was changed is told once, and what was not is no fault."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from switch.data_folder.vault import KEY_FILE, Vault
from switch.endofday.close import close_day
from switch.endofday.files import day_folder
from switch.endofday.soundness import FilesProved, _prove_messages, prove_files
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, day_specs, journal_of, later_ms

CARD = "4507160000000010"


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """The data folder of a date on which two merchants sold, each under a card number that opens."""
    with journal_of(tmp_path, FRIDAY) as journal:
        sealed = Vault.open(tmp_path).kept(CARD)
        for shop in (GROCER, HOTEL):
            journal.decide(merchant_id=shop.id, pan_cipher=sealed[0], pan_masked=sealed[1])
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    return tmp_path


def _told(data: Path) -> tuple[list[tuple[str, str]], list[str]]:
    proved = prove_files(data)
    return [(fault.check, fault.sentence) for fault in proved.faults], proved.notes


def test_what_was_not_changed_is_sound(closed: Path) -> None:
    proved = prove_files(closed)
    files = [path for path in day_folder(closed, FRIDAY).rglob("*") if path.is_file()]
    assert (proved.faults, proved.notes, proved.card_count, proved.file_count) == ([], [], 1, len(files))


def test_files_of_a_day_that_are_changed_are_faults_and_those_that_are_gone_are_told(closed: Path) -> None:
    folder = day_folder(closed, FRIDAY)
    first, *gone = sorted(path for path in folder.rglob("*") if path.is_file())
    first.write_bytes(first.read_bytes() + b" ")
    gone[0].unlink()
    faults, notes = _told(closed)
    again = f"`switch day close {FRIDAY}` writes them"
    changed = f"1 file is not as they were written: {first.name}; delete them, and {again} from the books"
    assert faults == [("files_unchanged", changed)]
    assert notes == [f"{FRIDAY}: files missing, {again}: {gone[0].name}"]
    for path in gone[1:]:
        path.unlink()
    names = [str(path.relative_to(folder)) for path in gone]
    assert _told(closed)[1] == [f"{FRIDAY}: files missing, {again}: {', '.join(names[:3])} and {len(names) - 3} more"]


def test_cards_and_rows_that_were_changed_are_faults(closed: Path) -> None:
    with closing(sqlite3.connect(closed / "journal.db")) as db, db:
        db.execute("DROP TRIGGER request_no_update")
        db.execute("UPDATE request SET pan_masked = '450716******0028' WHERE id = 2")
    faults, _ = _told(closed)
    said = "1 of 2 sealed card numbers do not open, or not to what is masked beside them: those of request 2"
    assert ("cards_open", said) in faults
    assert [check for check, _ in faults if check == "schema_unchanged"] == ["schema_unchanged"]
    (closed / KEY_FILE).unlink()
    assert _told(closed)[1] == [f"no {KEY_FILE} here: sealed card numbers were not opened"]


def test_messages_of_the_trace_that_do_not_open_are_a_fault_and_nothing_is_said_where_no_key_is(tmp_path: Path) -> None:
    vault, proved = Vault.open(tmp_path), FilesProved()
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, body_cipher BLOB)")
        db.execute("INSERT INTO message VALUES (1, ?)", (vault.seal_bytes(b"0100"),))
        _prove_messages(db, vault, proved)
        db.executemany("INSERT INTO message VALUES (?, ?)", [(2, b"0100"), (3, b"0110")])
        _prove_messages(db, None, proved)
        assert proved.faults == []
        _prove_messages(db, vault, proved)
    told = [(fault.check, fault.sentence) for fault in proved.faults]
    assert told == [("messages_open", "2 messages of the trace do not open: message 2, 3")]
