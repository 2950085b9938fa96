"""The rendered files against the golden ones; ``python -m tests.settlement.test_statement`` writes those anew."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest

from switch.endofday import close_day, statement
from switch.settlement.statement import CSV_COLUMNS, LABELS, WIDTH
from tests.day_builders import CASH, FRIDAY, GROCER, HOTEL, NOW_MS, day_specs, journal_of

GOLDEN = Path(__file__).parents[1] / "golden"
STATEMENTS = (f"{GROCER.id}.txt", f"{GROCER.id}.csv", f"{HOTEL.id}.txt", f"{HOTEL.id}.csv")


def close_a_day(data: Path) -> Path:
    """A small day at three merchants; the folder of its files."""
    visa = {"issuer": "rif", "scheme": "visa", "product": "credit", "pan_masked": "450717******0028"}
    foreign = {"issuer": "maestra", "scheme": "mastercard", "origin": "foreign", "pan_masked": "510510******5100"}
    with journal_of(data, FRIDAY) as journal:
        journal.decide()
        journal.decide(amount_minor=12_345, channel="ecommerce", **visa)
        journal.decide("51", amount_minor=99_900)
        journal.decide(amount_minor=4_167, **foreign)
        journal.decide(merchant_id=HOTEL.id, terminal_id="RIAD0001", amount_minor=1_234_567, **foreign)
        journal.decide(merchant_id=HOTEL.id, terminal_id="RIAD0001", amount_minor=50, product=None, scheme=None)
        withdrawal = {"merchant_id": CASH.id, "transaction_type": "cash_withdrawal", "terminal_id": "GUICHET1"}
        journal.decide(amount_minor=100_000, **withdrawal, **visa)
    close_day(data, day_specs(), FRIDAY, NOW_MS)
    return data / "days" / FRIDAY


@pytest.mark.parametrize("name", ["positions.csv", "payouts.csv", *(f"statements/{name}" for name in STATEMENTS)])
def test_files_equal_the_golden_ones(tmp_path: Path, name: str) -> None:
    assert (close_a_day(tmp_path) / name).read_bytes() == (GOLDEN / Path(name).name).read_bytes()


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
    credited = re.search(r"^(?:MONTANT CRÉDITÉ|AMOUNT CREDITED) .* MAD +(\S+)$", text, re.MULTILINE)
    assert credited is not None
    assert net == paid[merchant_id] == Decimal(credited[1].replace(",", "."))


def test_a_line_of_the_largest_amounts_stays_within_the_width(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=999_999_999_999, pan_masked="450716*********0010", scheme="mastercard", origin="foreign")
    close_day(tmp_path, day_specs(), None, NOW_MS)
    text = statement(tmp_path, GROCER.id)
    assert "9999999999,99" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_local_dates_around_new_year_take_the_nearer_year(tmp_path: Path) -> None:
    with journal_of(tmp_path, "2026-12-31") as journal:
        journal.decide(local_at="1231225959")
        journal.decide(local_at="0101000001")
    close_day(tmp_path, day_specs(), None, NOW_MS)
    lines = csv.DictReader(statement(tmp_path, GROCER.id, fmt="csv").splitlines())
    assert [line["local_at"] for line in lines] == ["2026-12-31T22:59:59", "2027-01-01T00:00:01"]


def test_texts_that_need_quotes_in_csv_have_them(tmp_path: Path) -> None:
    odd = ("A,B", 'A"B', " AB ", "plain")
    with journal_of(tmp_path, FRIDAY) as journal:
        for terminal_id in odd:
            journal.decide(terminal_id=terminal_id)
    close_day(tmp_path, day_specs(), None, NOW_MS)
    lines = list(csv.DictReader(io.StringIO(statement(tmp_path, GROCER.id, fmt="csv"), newline="")))
    assert tuple(line["terminal_id"] for line in lines) == odd
    assert {line["net"] for line in lines} == {"98.68"}


def test_both_languages_have_the_same_labels() -> None:
    assert LABELS["fr"].keys() == LABELS["en"].keys()
    assert len(set(CSV_COLUMNS)) == len(CSV_COLUMNS)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rendered = close_a_day(Path(folder))
        for path in (
            rendered / "positions.csv",
            rendered / "payouts.csv",
            *(rendered / "statements" / name for name in STATEMENTS),
        ):
            (GOLDEN / path.name).write_bytes(path.read_bytes())


if __name__ == "__main__":
    main()
