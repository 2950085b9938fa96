"""The rendered files against the golden ones; ``python -m tests.settlement.test_statement`` writes those anew."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from switch.endofday.close import close_day
from switch.endofday.statements import statement
from switch.mail.wording import WORDING
from switch.settlement.statement import CSV_COLUMNS, WIDTH
from switch.settlement.statement_labels import LABELS
from tests.support.day_builders import CASH, FRIDAY, GROCER, HOTEL, NOW_MS, SATURDAY, SUNDAY, day_specs, journal_of, later_ms

GOLDEN = Path(__file__).parents[1] / "golden"
STATEMENTS = (f"{GROCER.id}.txt", f"{GROCER.id}.csv", f"{HOTEL.id}.txt", f"{HOTEL.id}.csv")
FILES = ("positions.csv", "payouts.csv", *(f"statements/{name}" for name in STATEMENTS))


def close_a_day(data: Path) -> Path:
    """A small day at three merchants; the folder of its files."""
    visa: dict[str, Any] = {"issuer": "rif", "scheme": "visa", "product": "credit", "pan_masked": "450717******0028"}
    foreign: dict[str, Any] = {
        "issuer": "maestra",
        "scheme": "mastercard",
        "origin": "foreign",
        "pan_masked": "510510******5100",
    }
    with journal_of(data, FRIDAY) as journal:
        journal.decide()
        journal.decide(amount_minor=12_345, channel="ecommerce", **visa)
        journal.decide("51", amount_minor=99_900)
        journal.decide(amount_minor=4_167, **foreign)
        journal.decide(merchant_id=HOTEL.id, terminal_id="RIAD0001", amount_minor=1_234_567, **foreign)
        journal.decide(merchant_id=HOTEL.id, terminal_id="RIAD0001", amount_minor=50, product=None, scheme=None)
        withdrawal: dict[str, Any] = {"merchant_id": CASH.id, "transaction_type": "cash_withdrawal", "terminal_id": "GUICHET1"}
        journal.decide(amount_minor=100_000, **withdrawal, **visa)
    close_day(data, day_specs(), FRIDAY, NOW_MS)
    return data / "days" / FRIDAY


def close_the_day_after(data: Path) -> Path:
    """The day after ``close_a_day``: new sales, one of them undone at once, and sales of the day before undone; its folder."""
    with journal_of(data) as journal:
        journal.decide(amount_minor=2_345, local_at="1121093000")
        at_once = journal.decide(amount_minor=55_500, local_at="1121093100")
        in_part = journal.decide(amount_minor=30_000, local_at="1121093200")
        journal.reverse(at_once)
        journal.reverse(in_part, 20_000)
        visa_sale, hotel_bill, withdrawal = 2, 5, 7
        journal.reverse(visa_sale)
        journal.reverse(hotel_bill, 1_000_000)
        journal.reverse(withdrawal)
    close_day(data, day_specs(), SATURDAY, NOW_MS)
    return data / "days" / SATURDAY


def close_a_day_of_all_kinds(data: Path) -> Path:
    """The day after that: refunds, completions, what else moves money, and holds that go on waiting; its folder."""
    at_the_hotel: dict[str, Any] = {"merchant_id": HOTEL.id, "terminal_id": "RIAD0001"}
    with journal_of(data) as journal:
        stay = journal.hold(amount_minor=200_000, **at_the_hotel)
        journal.hold(amount_minor=150_000, **at_the_hotel)
        journal.capture(stay, 230_000)
        journal.decide(amount_minor=30_000, transaction_type="refund", **at_the_hotel)
        journal.decide(amount_minor=12_500)
        journal.decide(amount_minor=8_000, transaction_type="bill_payment")
        journal.decide(amount_minor=9_900, transaction_type="refund", origin="foreign", issuer="vesta", scheme="visa")
        journal.decide(amount_minor=20_000, transaction_type="purchase_with_cash_back")
        journal.decide("10", 6_000, amount_minor=9_000)
        journal.decide(amount_minor=0, transaction_type="balance_inquiry", capture="never")
        journal.hold(amount_minor=5_000, capture="batch")
        sale_of_the_day_before = 8
        journal.reverse(sale_of_the_day_before, 1_000)
    close_day(data, day_specs(), SUNDAY, NOW_MS)
    return data / "days" / SUNDAY


#: Each day that is closed, the folder of its golden files, and the files it has.
DAYS = (
    (close_a_day, GOLDEN, FILES),
    (close_the_day_after, GOLDEN / "reversals", FILES),
    (close_a_day_of_all_kinds, GOLDEN / "kinds", (*FILES, "holds.csv")),
)


def test_files_equal_the_golden_ones(tmp_path: Path) -> None:
    for rendered, golden, names in DAYS:
        folder = rendered(tmp_path)
        for name in names:
            assert (folder / name).read_bytes() == (golden / Path(name).name).read_bytes(), golden / name


def test_files_of_closed_days_stay_as_they_are(tmp_path: Path) -> None:
    friday = close_a_day(tmp_path)
    before = [(friday / name).read_bytes() for name in FILES]
    close_the_day_after(tmp_path)
    close_a_day_of_all_kinds(tmp_path)
    assert [(friday / name).read_bytes() for name in FILES] == before


def test_the_parts_of_a_statement_add_up(tmp_path: Path) -> None:
    close_a_day(tmp_path)
    close_the_day_after(tmp_path)
    close_a_day_of_all_kinds(tmp_path)
    lines = statement(tmp_path, GROCER.id).replace("\N{NO-BREAK SPACE}", "").splitlines()
    figures = {row[:60].strip(): row[60:].split() for row in lines if row.startswith(("Total  ", "dont "))}
    total = figures.pop("Total")
    assert list(figures) == [
        "dont achats",
        "dont achats avec cash-back",
        "dont paiements de factures",
        "dont remboursements",
        "dont régularisations",
    ]
    for place, whole in enumerate(total):
        assert sum(Decimal(parts[place].replace(",", ".")) for parts in figures.values()) == Decimal(whole.replace(",", "."))


def test_the_command_gives_what_the_files_say(tmp_path: Path) -> None:
    folder = close_a_day(tmp_path)
    assert statement(tmp_path, GROCER.id, FRIDAY, "text").encode() == (folder / "statements" / f"{GROCER.id}.txt").read_bytes()
    assert statement(tmp_path, HOTEL.id, None, "csv").encode() == (folder / "statements" / f"{HOTEL.id}.csv").read_bytes()


@pytest.mark.parametrize("merchant_id", [GROCER.id, HOTEL.id])
def test_the_lines_add_up_to_the_amount_credited(tmp_path: Path, merchant_id: str) -> None:
    folder = close_a_day(tmp_path)
    with (folder / "statements" / f"{merchant_id}.csv").open(encoding="utf-8", newline="") as lines:
        net = sum(Decimal(line["net"]) for line in csv.DictReader(lines))
    with (folder / "payouts.csv").open(encoding="utf-8", newline="") as payouts:
        paid = {row["merchant_id"]: Decimal(row["net"]) for row in csv.DictReader(payouts)}
    text = (folder / "statements" / f"{merchant_id}.txt").read_text(encoding="utf-8")
    credited = re.search(r"^(?:SOLDE NET CRÉDITÉ|AMOUNT CREDITED) .* (\S+) MAD$", text, re.MULTILINE)
    assert credited is not None
    assert net == paid[merchant_id] == Decimal(credited[1].replace(",", "."))


def test_a_line_of_the_largest_amounts_stays_within_the_width(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=999_999_999_999, pan_masked="450716*********0010", scheme="mastercard", origin="foreign")
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    text = statement(tmp_path, GROCER.id)
    assert "9999999999,99" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_the_largest_reversal_stays_within_the_width_too(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=999_999_999_999, pan_masked="450716*********0010", scheme="mastercard", origin="foreign")
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
        journal.reverse(1)
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    text = statement(tmp_path, GROCER.id)
    assert "-9999999999,99" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_a_reversal_names_the_day_of_the_sale_and_keeps_its_year(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
        journal.open("2027-02-01")
        journal.decide(local_at="0201080000")
        journal.reverse(1, 7_500)
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    lines = list(csv.DictReader(statement(tmp_path, GROCER.id, fmt="csv").splitlines()))
    told = [(line["local_at"][:10], line["transaction_type"], line["gross"], line["adjusts"]) for line in lines]
    assert told == [("2027-02-01", "purchase", "100.00", ""), ("2026-11-20", "reversal", "-25.00", FRIDAY)]


@pytest.mark.parametrize(
    ("merchant_id", "language", "heading", "of_which"),
    [
        (GROCER.id, "fr", "Régularisations sur relevés antérieurs", "dont régularisations"),
        (HOTEL.id, "en", "Reversals of transactions on earlier statements", "of which reversals"),
    ],
)
def test_reversals_stand_apart_in_the_text(
    tmp_path: Path, merchant_id: str, language: str, heading: str, of_which: str
) -> None:
    close_a_day(tmp_path)
    assert heading not in statement(tmp_path, merchant_id)
    close_the_day_after(tmp_path)
    lines = statement(tmp_path, merchant_id).splitlines()
    assert LABELS[language]["adjustments"] == heading
    assert "-" in lines[lines.index(heading) + 1][-20:]
    assert sum(line.startswith(of_which) for line in lines) == 1


def test_local_dates_around_new_year_take_the_nearer_year(tmp_path: Path) -> None:
    with journal_of(tmp_path, "2026-12-31") as journal:
        journal.decide(local_at="1231225959")
        journal.decide(local_at="0101000001")
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    lines = csv.DictReader(statement(tmp_path, GROCER.id, fmt="csv").splitlines())
    assert [line["local_at"] for line in lines] == ["2026-12-31T22:59:59", "2027-01-01T00:00:01"]


def test_texts_that_need_quotes_in_csv_have_them(tmp_path: Path) -> None:
    odd = ("A,B", 'A"B', " AB ", "plain")
    with journal_of(tmp_path, FRIDAY) as journal:
        for terminal_id in odd:
            journal.decide(terminal_id=terminal_id)
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    lines = list(csv.DictReader(io.StringIO(statement(tmp_path, GROCER.id, fmt="csv"), newline="")))
    assert tuple(line["terminal_id"] for line in lines) == odd
    assert {line["net"] for line in lines} == {"98.68"}


def test_both_languages_have_the_same_labels() -> None:
    assert LABELS["fr"].keys() == LABELS["en"].keys() == LABELS["ar"].keys()
    assert WORDING["fr"].keys() == WORDING["en"].keys() == WORDING["ar"].keys()
    assert len(set(CSV_COLUMNS)) == len(CSV_COLUMNS)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for rendered, golden, names in DAYS:
            golden.mkdir(exist_ok=True)
            day = rendered(Path(folder))
            for name in names:
                (golden / Path(name).name).write_bytes((day / name).read_bytes())


if __name__ == "__main__":
    main()
