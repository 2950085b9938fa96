"""A closed date reopened: its close is kept and counts no more, closed again it is the same; whatever has left forbids it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from switch.batch.again import redone
from switch.batch.days import listed
from switch.batch.recomputation import recomputed
from switch.batch.reopening import reopen_date, standing
from switch.casework.open_items import write_off
from switch.endofday import books, files
from switch.endofday.close import check_books, show_day
from switch.errors import NegativeAnswerError, SwitchError
from switch.issuers.process.notices import cleared_file
from switch.mail.outbox_checks import check_outbox
from switch.mail.reopened_dates import reopen_day
from tests.batch.reopened_days import CHEAP, DEAR, WHY, close, files_of_closes, never_reopened, rows_of_closes
from tests.support.day_builders import FRIDAY, NOW_MS, SATURDAY, SUNDAY, close_two_days, journal_of
from tests.support.dispute_builders import dispute
from tests.trials.test_rot import tampered


def clock() -> int:
    return NOW_MS


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Friday and Saturday are closed, with everything a day may have."""
    folder = tmp_path / "data"
    close_two_days(folder)
    return folder


def reopened(data: Path, business_date: str = SATURDAY) -> int:
    return reopen_date(data, business_date, *WHY, clock).number


def test_a_reopened_date_counts_nowhere_and_is_kept_for_ever(data: Path) -> None:
    before, files = rows_of_closes(data), files_of_closes(data)
    done = reopen_date(data, SATURDAY, " Alami ", WHY[1], clock)
    assert (done.number, done.business_date, done.person, done.reason, done.reopened_at_ms) == (1, SATURDAY, *WHY, NOW_MS)
    left = rows_of_closes(data)
    assert {row[0] for row in left["closed_day"]} == {FRIDAY}
    moved = sum(len(before[table]) - len(left[table]) for table in before)
    assert done.row_count == moved > 40
    assert {name for name in files_of_closes(data) if SATURDAY in name} == set()
    kept = data / "days" / "withdrawn" / f"{SATURDAY}.1"
    assert {path.name for path in kept.iterdir()} == {"payouts.csv", "positions.csv", "holds.csv", "statements"}
    assert (kept / "payouts.csv").read_bytes() == files[f"days/{SATURDAY}/payouts.csv"]
    assert check_books(data).faults == ()
    with pytest.raises(NegativeAnswerError, match=f"business date {SATURDAY} is to be closed again: Alami reopened it"):
        show_day(data, SATURDAY)
    friday, saturday, sunday = listed(data)
    assert (friday.state, saturday.state, sunday.state) == ("closed", "reopened", "open")
    assert saturday.reopenings == (done,)


def test_closed_again_it_is_the_same_to_the_byte(data: Path) -> None:
    rows, files = rows_of_closes(data), files_of_closes(data)
    for number in (1, 2):
        assert reopened(data) == number
        assert close(data) == SATURDAY
        assert (rows_of_closes(data), files_of_closes(data)) == (rows, files)
        assert check_books(data).faults == ()
    report = show_day(data, SATURDAY)
    assert [each.number for each in report.reopenings] == [1, 2]
    assert listed(data)[1].state == "closed"
    assert redone(data, SATURDAY).changed_tables == ()


def test_closed_again_with_other_fees_the_date_is_what_they_make_of_it(data: Path, tmp_path: Path) -> None:
    reopened(data)
    close(data, DEAR)
    assert recomputed(data, DEAR, SATURDAY, NOW_MS).differences == ()
    model = never_reopened(data, {FRIDAY: CHEAP, SATURDAY: DEAR}, tmp_path / "model")
    assert rows_of_closes(data) == rows_of_closes(model)
    assert files_of_closes(data) == files_of_closes(model)
    assert check_books(data).faults == ()


def test_the_date_stays_ended_and_the_next_close_takes_it_first(data: Path) -> None:
    reopened(data)
    with journal_of(data) as journal:
        assert journal.open_date == SUNDAY
        journal.decide()
    with pytest.raises(SwitchError, match=f"business date {SUNDAY} cannot be closed before {SATURDAY}"):
        close(data, CHEAP, SUNDAY)
    assert [close(data), close(data, CHEAP, SUNDAY)] == [SATURDAY, SUNDAY]
    assert check_books(data).faults == ()


def test_a_statement_in_more_forms_is_written_anew_only_when_asked(data: Path) -> None:
    reopened(data)
    close(data, also=("pdf",))
    pdfs = {name for name in files_of_closes(data) if name.endswith(".pdf")}
    assert pdfs
    reopened(data)
    close(data)
    assert pdfs & files_of_closes(data).keys() == set()


def refused(data: Path, business_date: str, sentence: str, kind: str) -> None:
    """That a date cannot be reopened, for one reason, and that nothing changed for having been asked to."""
    before, files = rows_of_closes(data), files_of_closes(data)
    assert [each.kind for each in standing(data, business_date).obstacles] == [kind]
    with pytest.raises(NegativeAnswerError) as found:
        reopened(data, business_date)
    assert str(found.value).startswith(f"business date {business_date} cannot be reopened: {sentence}")
    assert found.value.hint
    assert (rows_of_closes(data), files_of_closes(data)) == (before, files)
    assert check_books(data).faults == () or kind == "changed_rows"


def test_what_people_decided_on_the_date_about_earlier_ones_stays_and_counts_when_it_is_closed_again(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        lost, sale = journal.decide(merchant_id="GONE"), journal.decide()
        close(tmp_path)
        write_off(tmp_path, str(lost), "S. Alami", "the shop is gone", NOW_MS)
        disputed = dispute(tmp_path, "chargeback", str(sale)).dossier
        journal.decide()
        close(tmp_path)
    asked = (
        "SELECT request_id, business_date, action FROM exception_order",
        "SELECT dossier, business_date, kind FROM dispute_event",
        "SELECT request_id, business_date, outcome FROM exception_end",
    )

    def found() -> list[list[tuple[object, ...]]]:
        with closing(sqlite3.connect(tmp_path / "books.db")) as written:
            return [written.execute(sql).fetchall() for sql in asked]

    told = [[(lost, SATURDAY, "write_off")], [(disputed, SATURDAY, "chargeback")]]
    ended: list[tuple[object, ...]] = [(lost, SATURDAY, "written_off")]
    assert found() == [*told, ended]
    reopened(tmp_path)
    assert found() == [*told, []]
    close(tmp_path)
    assert found() == [*told, ended]
    assert check_books(tmp_path).faults == ()


def test_only_the_last_date_is_reopened(data: Path) -> None:
    refused(data, FRIDAY, f"{SATURDAY} was closed after it; only the last closed date can be reopened", "later_date")
    with pytest.raises(NegativeAnswerError, match=f"business date {SUNDAY} is not closed"):
        reopened(data, SUNDAY)


def test_a_dispute_of_one_of_its_sales_forbids_it(data: Path) -> None:
    with closing(sqlite3.connect(data / "books.db")) as written:
        (number,) = written.execute(
            "SELECT request_id FROM presentment WHERE business_date = ? AND amount_minor > 0", (SATURDAY,)
        ).fetchone()
    row = dispute(data, "chargeback", str(number))
    refused(data, SATURDAY, f"dispute {row.dossier} is about a sale of it", "dispute")


def test_a_decision_about_one_of_its_exceptions_forbids_it(data: Path) -> None:
    with closing(sqlite3.connect(data / "books.db")) as written:
        number, rrn = written.execute(
            "SELECT request_id, rrn FROM exception_item WHERE business_date = ?", (SATURDAY,)
        ).fetchone()
        order = "INSERT INTO exception_order VALUES (NULL, ?, ?, 'write_off', 0, 'Alami', 'lost', 1)"
        written.execute(order, (number, SUNDAY))
        written.commit()
    refused(data, SATURDAY, f"a person has decided about its exception with RRN {rrn}", "decision")


def test_rows_that_were_changed_forbid_it(data: Path) -> None:
    tampered(data / "books.db", "UPDATE payout SET label = 'other'")
    refused(data, SATURDAY, "rows of payout are not as its close wrote them", "changed_rows")


def test_the_books_themselves_refuse_another_date_than_the_last(data: Path) -> None:
    with closing(sqlite3.connect(data / "books.db")) as written, pytest.raises(sqlite3.IntegrityError, match="only the last"):
        written.execute("INSERT INTO reopened_day VALUES (1, ?, 'Alami', 'why', 1, 1, 'd1')", (FRIDAY,))


@pytest.mark.parametrize(("person", "reason", "where"), [(" ", "why", "--by"), ("Alami", "", "--reason")])
def test_nobody_and_no_reason_are_refused(data: Path, person: str, reason: str, where: str) -> None:
    with pytest.raises(SwitchError, match=f"{where}: found '.*', expected 1 to"):
        reopen_date(data, SATURDAY, person, reason, clock)


def test_check_finds_a_close_that_was_withdrawn_and_changed_since(data: Path) -> None:
    reopened(data)
    close(data)
    tampered(data / "books.db", "UPDATE withdrawn_row SET content = replace(content, '504', '978') WHERE table_name = 'payout'")
    (fault,) = check_books(data).faults
    assert (fault.check, fault.business_date) == ("withdrawn_rows_unchanged", SATURDAY)
    assert fault.sentence == "reopening 1: the rows of payout that it withdrew are not as they were written"


def test_check_finds_a_reopening_that_is_gone(data: Path) -> None:
    reopened(data)
    close(data)
    tampered(data / "books.db", "DELETE FROM reopened_day")
    assert [fault.check for fault in check_books(data).faults] == ["reopenings_are_all_there"]


def test_files_for_banks_are_taken_back_and_written_again(data: Path) -> None:
    told = cleared_file(data, "atlas", SATURDAY)
    before = told.read_bytes()
    reopened(data)
    assert not told.exists()
    close(data)
    assert told.read_bytes() == before


def test_who_reads_a_date_meanwhile_reads_it_as_it_was_closed(data: Path) -> None:
    shown = show_day(data, SATURDAY)
    with books.opened(data, still=True) as connection:
        reopened(data)
        assert books.day_report(connection, data, SATURDAY, shown.outcome, shown.sentence) == shown
        assert files.is_complete(connection, data / "days" / SATURDAY, SATURDAY) is False, "its files are moved all the same"


def test_an_outbox_that_was_never_used_is_no_hindrance(data: Path) -> None:
    assert reopen_day(data, SATURDAY, *WHY, clock).number == 1
    assert check_outbox(data) == ([], 0)
