"""The invoices of a month, made by its last close: for whom, when, once, with their files, digests and messages."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from switch.batch.again import redone
from switch.batch.recomputation import recomputed
from switch.batch.reopening import reopen_date
from switch.endofday import books
from switch.endofday.close import check_books, close_day
from switch.endofday.files import recorded_files
from switch.endofday.staging import DaySpecs
from switch.endofday.statements import stated
from switch.mail.delivery import mail_after_close
from switch.mail.outbox_checks import check_outbox
from switch.settlement.layouts.layout_forms import laid_out
from switch.settlement.layouts.month_invoices import months_ended
from switch.settlement.statement_forms import TextForm
from tests.batch.reopened_days import WHY, files_of_closes, rows_of_closes
from tests.mail.closed_day import AIRLINE, HOTEL, SHOP, SPECS
from tests.support.day_builders import journal_of
from tests.trials.test_rot import tampered

LAST_MS = 1_796_050_000_000  #: some time on 30 November 2026
DAY_MS = 86_400_000
INVOICED = {AIRLINE: True, SHOP: True, HOTEL: False}
CONTRACTS = {
    name: evolve(each, monthly_invoice=INVOICED.get(name, False), capture="cut_off") for name, each in SPECS.merchants.items()
}
WANTED = evolve(SPECS, merchants=CONTRACTS)
GOLDEN = Path(__file__).parents[1] / "golden"


def sell_and_close(data: Path, date: str, *merchants: str, specs: DaySpecs = WANTED) -> None:
    """A sale at each merchant on a date, and its close."""
    with journal_of(data) if (data / "journal.db").exists() else journal_of(data, date) as journal:
        if not journal.is_open(date):
            journal.open(date)
        for merchant in merchants:
            journal.decide(merchant_id=merchant, terminal_id=SPECS.merchants[merchant].terminals[0])
    assert close_day(data, specs, date, LAST_MS).outcome == "closed"


def invoices(data: Path, date: str) -> list[str]:
    return sorted(path.name for path in (data / "days" / date / "statements").glob("*.2026-*"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The last two dates of November are closed; AIR CEDRE sold on the first of them alone."""
    folder = tmp_path / "data"
    sell_and_close(folder, "2026-11-29", AIRLINE, SHOP, HOTEL)
    sell_and_close(folder, "2026-11-30", SHOP, HOTEL)
    return folder


@pytest.mark.parametrize(
    ("before", "date", "months"),
    [
        (None, "2026-11-30", ("2026-11",)),
        (None, "2026-11-29", ()),
        ("2026-11-29", "2026-11-30", ("2026-11",)),
        ("2026-11-30", "2026-12-01", ()),
        ("2026-11-12", "2026-12-01", ("2026-11",)),
        ("2026-11-29", "2026-12-31", ("2026-11", "2026-12")),
        ("2026-12-30", "2027-01-02", ("2026-12",)),
        ("2028-02-28", "2028-02-29", ("2028-02",)),
    ],
)
def test_a_month_is_invoiced_by_the_first_close_at_its_end(before: str | None, date: str, months: tuple[str, ...]) -> None:
    assert months_ended(before, date) == months


def test_the_last_close_of_a_month_makes_the_invoices_that_contracts_want(data: Path) -> None:
    assert invoices(data, "2026-11-29") == []
    names = [f"{merchant}.2026-11.{suffix}" for merchant in (AIRLINE, SHOP) for suffix in ("csv", "txt")]
    assert invoices(data, "2026-11-30") == names
    assert not (data / "days" / "2026-11-30" / "statements" / f"{AIRLINE}.txt").exists()
    for suffix in ("txt", "csv"):
        name = f"{SHOP}.2026-11.{suffix}"
        written = (data / "days" / "2026-11-30" / "statements" / name).read_bytes()
        assert written == (GOLDEN / name).read_bytes()
    assert check_books(data).faults == ()


def test_it_is_the_invoice_that_is_printed_by_command(data: Path) -> None:
    for merchant, date in ((AIRLINE, "2026-11-29"), (SHOP, "2026-11-30")):
        with stated(data, merchant, date) as told:
            forms: tuple[tuple[TextForm, str], ...] = (("text", "txt"), ("csv", "csv"))
            for form, suffix in forms:
                file = data / "days" / "2026-11-30" / "statements" / f"{merchant}.2026-11.{suffix}"
                assert file.read_bytes() == laid_out(told, "monthly", form)


def test_a_close_repeated_makes_none_again_and_puts_a_lost_one_back(data: Path) -> None:
    rows, files = rows_of_closes(data), files_of_closes(data)
    assert close_day(data, WANTED, "2026-11-30", LAST_MS).outcome == "already_closed"
    (data / "days" / "2026-11-30" / "statements" / f"{AIRLINE}.2026-11.txt").unlink()
    assert close_day(data, SPECS, "2026-11-30", LAST_MS).outcome == "rendered_again"
    (data / "days" / "2026-11-30" / "statements" / f"{SHOP}.2026-11.csv").write_text("another")
    assert redone(data, "2026-11-30").put_back == (f"statements/{SHOP}.2026-11.csv",)
    assert (rows_of_closes(data), files_of_closes(data)) == (rows, files)
    assert recomputed(data, WANTED, "2026-11-30", LAST_MS).differences == ()


def test_pdf_and_workbook_are_made_where_statements_are(data: Path) -> None:
    assert close_day(data, WANTED, "2026-11-30", LAST_MS, also=("pdf", "xlsx")).outcome == "rendered_again"
    assert len(invoices(data, "2026-11-30")) == 8
    assert close_day(data, WANTED, "2026-11-30", LAST_MS, also=("pdf", "xlsx")).outcome == "already_closed"
    assert check_books(data).faults == ()


def test_a_month_whose_last_date_nobody_closed_is_invoiced_by_the_next_close(tmp_path: Path) -> None:
    data = tmp_path / "data"
    sell_and_close(data, "2026-11-29", AIRLINE)
    sell_and_close(data, "2026-12-01", SHOP)
    assert invoices(data, "2026-12-01") == [f"{AIRLINE}.2026-11.csv", f"{AIRLINE}.2026-11.txt"]
    sell_and_close(data, "2026-12-02", SHOP)
    assert invoices(data, "2026-12-02") == []
    assert check_books(data).faults == ()


def test_without_the_key_no_invoice_is_made(tmp_path: Path) -> None:
    sell_and_close(tmp_path / "data", "2026-11-30", AIRLINE, specs=SPECS)
    assert invoices(tmp_path / "data", "2026-11-30") == []


def test_the_contract_of_all_others_has_a_say_too(tmp_path: Path) -> None:
    others = evolve(SPECS.merchants[SHOP], id="", terminals=(), monthly_invoice=True)
    specs = evolve(WANTED, default_contract=others)
    data = tmp_path / "data"
    with journal_of(data, "2026-11-30") as journal:
        journal.decide(merchant_id="NOBODY000000001")
    close_day(data, specs, "2026-11-30", LAST_MS)
    assert invoices(data, "2026-11-30") == ["NOBODY000000001.2026-11.csv", "NOBODY000000001.2026-11.txt"]


def test_each_merchant_gets_one_message_with_all_that_is_its_own(data: Path) -> None:
    mail_after_close(data, WANTED, "2026-11-30", lambda: LAST_MS)
    mail_after_close(data, WANTED, "2026-11-30", lambda: LAST_MS)
    folder = data / "mail" / "2026-11-30"
    assert sorted(path.name for path in folder.iterdir()) == [f"{AIRLINE}.eml", f"{HOTEL}.eml", f"{SHOP}.eml"]
    alone, both, none = ((folder / f"{merchant}.eml").read_bytes() for merchant in (AIRLINE, SHOP, HOTEL))
    assert b"Subject: Invoice of the month 11/2026 - AIR CEDRE" in alone
    assert b"Your invoice of the month 11/2026 is attached." in alone
    assert b'filename="AIRLINE00000001-2026-11.txt"' in alone
    assert alone.count(b"filename=") == 2
    assert both.count(b"filename=") == 4
    assert none.count(b"filename=") == 2
    assert check_outbox(data) == ([], 3)


def test_reopened_and_closed_again_the_invoices_are_the_same(data: Path) -> None:
    mail_after_close(data, WANTED, "2026-11-30", lambda: LAST_MS)
    rows, files = rows_of_closes(data), files_of_closes(data)
    reopen_date(data, "2026-11-30", *WHY, lambda: LAST_MS)
    assert not (data / "days" / "2026-11-30").exists()
    assert close_day(data, WANTED, "2026-11-30", LAST_MS).outcome == "closed"
    assert (rows_of_closes(data), files_of_closes(data)) == (rows, files)
    reopen_date(data, "2026-11-30", *WHY, lambda: LAST_MS)
    close_day(data, SPECS, "2026-11-30", LAST_MS)
    mail_after_close(data, SPECS, "2026-11-30", lambda: LAST_MS)
    assert not (data / "mail" / "2026-11-30" / f"{AIRLINE}.eml").exists()
    assert check_outbox(data) == ([], 2)
    assert check_books(data).faults == ()


def test_check_finds_an_invoice_that_is_not_of_the_last_statement(data: Path) -> None:
    tampered(data / "books.db", f"UPDATE month_invoice SET stated_on = '2026-11-29' WHERE merchant_id = '{SHOP}'")
    assert {fault.check for fault in check_books(data).faults} == {"rows_unchanged", "invoices_of_whole_months"}


def test_the_digests_of_invoices_are_in_the_books(data: Path) -> None:
    with books.opened(data) as connection:
        assert set(recorded_files(connection, "2026-11-30")) >= {f"statements/{name}" for name in invoices(data, "2026-11-30")}
