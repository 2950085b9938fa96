"""A data folder of an earlier release, as it was left: a closed date, and one that is open. It opens and closes as there.

``golden/earlier_release`` holds its databases as SQL (of issuers those that had approved something), its key and its files, and
what that release made of the open date.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from switch.data_folder.vault import Vault
from switch.endofday.close import check_books, close_day
from switch.explain.lifecycle import story
from switch.explain.timeline import steps
from switch.issuers.account import AccountBook
from switch.issuers.cards.product import DAY_MS
from switch.issuers.entry import HOLD_DAYS
from switch.issuers.process.book import Book
from switch.issuers.process.upkeep import Upkeep
from switch.journal.journal import SqliteJournal
from switch.specs.load import load_specs

KEPT = Path(__file__).parents[1] / "golden" / "earlier_release"
NOW_MS = 1_795_520_000_000  #: two days after the open date
OPEN_DATE = "2026-11-21"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    (folder / "issuers").mkdir(parents=True)
    for script in KEPT.rglob("*.sql"):
        with closing(sqlite3.connect(folder / script.relative_to(KEPT).with_suffix(".db"))) as db:
            db.executescript(script.read_text(encoding="utf-8"))
            db.execute("PRAGMA journal_mode = WAL")
    shutil.copytree(KEPT / "days", folder / "days")
    (folder / "pan.key").write_bytes(bytes.fromhex((KEPT / "key.hex").read_text(encoding="ascii")))
    for path in (folder, folder / "pan.key"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_its_open_date_closes_to_the_same_files_and_its_books_are_sound(data: Path) -> None:
    specs = load_specs()
    close_day(data, specs, OPEN_DATE, now_ms=NOW_MS)
    assert files_of(data / "days" / OPEN_DATE) == files_of(KEPT / "expected" / OPEN_DATE)
    assert files_of(data / "days" / "2026-11-20") == files_of(KEPT / "days" / "2026-11-20")
    proved = check_books(data)
    assert proved.faults == ()


def test_its_banks_book_both_days_and_go_on(data: Path) -> None:
    """Holds of that release end as others do: those of the days, closed by it too, are posted."""
    specs = load_specs()
    close_day(data, specs, OPEN_DATE, now_ms=NOW_MS)
    for path in (data / "issuers").glob("*.db"):
        with closing(Book.open(path)) as book:
            accounts = AccountBook(specs.issuers[path.stem])
            accounts.replay(book.entries())
            upkeep = Upkeep(accounts, book, data)
            before = accounts.held_minor
            while upkeep.step(NOW_MS):
                pass
            assert accounts.held_minor < before
            while upkeep.step(NOW_MS + HOLD_DAYS * DAY_MS):
                pass
            assert accounts.held_minor == 0
    proved = check_books(data)
    assert proved.faults == ()
    assert proved.booked_count > 0


def test_a_lost_statement_is_written_anew_and_both_wordings_count_as_written(data: Path) -> None:
    old = data / "days" / "2026-11-20"
    lost = next((old / "statements").glob("*.txt"))
    before = files_of(old)
    close_day(data, load_specs(), OPEN_DATE, now_ms=NOW_MS)
    lost.unlink()
    close_day(data, load_specs(), "2026-11-20", now_ms=NOW_MS)
    assert files_of(old).keys() == before.keys()
    assert check_books(data).faults == ()


def test_what_it_wrote_is_explained(data: Path) -> None:
    life = steps(story(data, "OLDHOTEL0002"), load_specs())
    told = {(step.leg, step.mti) for step in life if step.mti}
    assert told == {(leg, mti) for leg in ("acquirer", "atlas") for mti in ("0100", "0110", "0220", "0230")}


def test_its_journal_and_its_issuers_books_go_on(data: Path) -> None:
    with closing(SqliteJournal(data / "journal.db", Vault.open(data, new=False))) as journal:
        beginning = journal.beginning()
        assert journal.open_date() == (OPEN_DATE, "operator")
        assert beginning.recovery.undecided == []
        assert beginning.first_request_id > len(beginning.recovery.decided) > 0
    with closing(Book.open(data / "issuers" / "atlas.db")) as book:
        assert len(list(book.entries())) > 3
