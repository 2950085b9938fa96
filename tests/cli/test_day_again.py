"""``day redo``, ``day diff`` and ``day close --dry-run`` on a data folder of the specification that comes with Switch."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from switch.endofday.close import close_day
from switch.specs.load import load_specs
from tests.cli.command import run
from tests.cli.french.english import english_lines
from tests.cli.test_screens import COLOURS, on_terminal
from tests.support.day_builders import FRIDAY, NOW_MS, SATURDAY, journal_of

SHOP: dict[str, Any] = {"merchant_id": "TELECOM00000001", "terminal_id": "ONDE0001"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Friday is closed, Saturday is open and has a sale."""
    folder = tmp_path / "data"
    with journal_of(folder, FRIDAY) as journal:
        journal.decide(**SHOP)
        close_day(folder, load_specs(), FRIDAY, NOW_MS)
        journal.decide(**SHOP, amount_minor=5_000)
    return folder


@pytest.fixture
def dearer(tmp_path: Path) -> Path:
    """A specification with another commission for domestic cards at the merchant."""
    folder = tmp_path / "dearer"
    assert run("specs", "export", folder).code == 0
    discount = folder / "fees" / "discount.toml"
    text = discount.read_text(encoding="utf-8")
    assert "rate_basis_points = 150" in text
    discount.write_text(text.replace("rate_basis_points = 150", "rate_basis_points = 175"), encoding="utf-8")
    return folder


def test_a_dry_run_shows_the_day_and_leaves_it_open(data: Path) -> None:
    outcome = run("day", "close", "--dry-run", "--data", data)
    assert outcome.code == 0
    assert outcome.out.startswith(f"business date {SATURDAY} would be closed like this; nothing was written\n")
    assert "files  " not in outcome.out
    assert not (data / "days" / SATURDAY).exists()
    assert run("day", "list", "--json", "--data", data).json[-1]["state"] == "open"
    as_json = run("day", "close", "--dry-run", "--json", "--data", data).json
    assert (as_json["outcome"], as_json["differences"], as_json["presentment_count"]) == ("rehearsed", None, 1)


def test_a_dry_run_of_a_closed_date_shows_the_difference(data: Path, dearer: Path) -> None:
    same = run("day", "close", FRIDAY, "--dry-run", "--data", data)
    assert (same.code, same.out.splitlines()[-1]) == (0, "computed again, the date is the same in every sum and every line")
    other = run("day", "close", FRIDAY, "--dry-run", "--data", data, "--specs", dearer)
    assert other.code == 1
    assert "computed again, 1 presentment and" in other.out


def test_a_redo_proves_files_and_figures(data: Path) -> None:
    outcome = run("day", "redo", FRIDAY, "--data", data)
    assert (outcome.code, outcome.out.splitlines()[-1]) == (
        0,
        "computed again, the date is the same in every sum and every line",
    )
    (data / "days" / FRIDAY / "payouts.csv").unlink()
    again = run("day", "redo", "--files-only", "--data", data)
    assert again.code == 0
    assert "files put back     1: payouts.csv" in again.out
    assert run("check", "--data", data).code == 0


def test_a_redo_with_other_specs_writes_nothing(data: Path, dearer: Path) -> None:
    before = (data / "books.db").read_bytes()
    outcome = run("day", "redo", FRIDAY, "--data", data, "--specs", dearer)
    assert outcome.code == 1
    lines = outcome.out.splitlines()
    assert "the specification is not the one that the date was closed with" in lines
    assert any(line.split()[:3] == ["merchant", "TELECOM00000001", "discount"] for line in lines)
    assert (data / "books.db").read_bytes() == before
    assert run("day", "redo", FRIDAY, "--data", data).code == 0


def test_a_month_is_made_again_date_by_date(data: Path, dearer: Path) -> None:
    close_day(data, load_specs(), SATURDAY, NOW_MS + 86_400_000)
    (data / "days" / FRIDAY / "payouts.csv").unlink()
    outcome = run("day", "redo", "--month", "2026-11", "--data", data)
    rows = [line.split() for line in outcome.out.splitlines()[1:]]
    assert outcome.code == 0
    assert [(row[0], row[2], row[-2:]) for row in rows] == [(FRIDAY, "1", ["the", "same"]), (SATURDAY, "0", ["the", "same"])]
    assert run("day", "redo", "--month", "2026-11", "--data", data, "--specs", dearer).code == 1
    as_json = run("day", "redo", "--from", FRIDAY, "--files-only", "--json", "--data", data).json
    assert [each["business_date"] for each in as_json] == [FRIDAY, SATURDAY]
    nothing = run("day", "redo", "--month", "2027-01", "--data", data)
    assert (nothing.code, nothing.sentence.partition(";")[0]) == (
        1,
        "no business date is closed from 2027-01-01 to 2027-01-31",
    )


def test_a_difference_of_two_dates(data: Path) -> None:
    close_day(data, load_specs(), SATURDAY, NOW_MS + 86_400_000)
    outcome = run("day", "diff", FRIDAY, SATURDAY, "--data", data)
    assert outcome.code == 1
    row = next(line.split() for line in outcome.out.splitlines() if " gross " in line)
    assert row == ["merchant", "TELECOM00000001", "gross", "MAD", "100.00", "50.00", "-50.00"]
    same = run("day", "diff", FRIDAY, FRIDAY, "--data", data)
    assert (same.code, same.out) == (0, "the two dates are alike in every sum\n")
    assert run("day", "diff", FRIDAY, "--data", data).code == 0


def test_a_date_that_is_not_closed_is_told(data: Path) -> None:
    sentence = f"business date {SATURDAY} is not closed; the last one closed is {FRIDAY}"
    for arguments in (("day", "redo", SATURDAY), ("day", "diff", SATURDAY), ("day", "diff", FRIDAY, SATURDAY)):
        outcome = run(*arguments, "--data", data)
        assert (outcome.code, outcome.sentence) == (1, sentence)


def test_all_of_it_is_french_where_french_is_asked_for(data: Path, dearer: Path) -> None:
    (data / "days" / FRIDAY / "payouts.csv").unlink()
    for arguments in (
        ("day", "close", "--dry-run"),
        ("day", "close", FRIDAY, "--dry-run"),
        ("day", "redo", FRIDAY),
        ("day", "redo", FRIDAY, "--specs", dearer),
        ("day", "diff", FRIDAY, "--specs", dearer),
        ("day", "diff", FRIDAY, FRIDAY),
        ("day", "redo", "--month", "2026-11"),
        ("day", "redo", "--month", "2026-11", "--specs", dearer),
        ("day", "redo", "--month", "2027-01"),
        ("day", "redo", SATURDAY),
        ("find", "TELECOM00000001", FRIDAY, "100"),
        ("find", "TELECOM00000001", SATURDAY, "10"),
        ("find", "X", FRIDAY, "x"),
    ):
        outcome = run(*arguments, "--lang", "fr", "--data", data)
        assert english_lines(outcome.out + outcome.err) == [], arguments


def test_the_bar_of_a_long_close_goes_away(data: Path) -> None:
    shown = on_terminal(100, "day", "redo", FRIDAY, "--data", data)
    assert COLOURS.sub("", shown).splitlines()[-1].endswith("the date is the same in every sum and every line")
    shutil.rmtree(data)
