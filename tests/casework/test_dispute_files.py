"""Files about disputes: what can be worked is, the rest is set aside, and the same file twice changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from switch.casework import dispute_files
from switch.casework.dispute_files import FileReport, set_aside, take_file
from switch.casework.dossiers import dossiers, told
from switch.endofday.close import check_books, close_day
from switch.errors import SwitchError
from tests.support.day_builders import FRIDAY, NOW_MS, day_specs, journal_of, later_ms
from tests.support.dispute_builders import RULES

FIRST = """action,rrn,dossier,amount,reason,id
chargeback,632400000001,,40.00,FRAUD,B1
chargeback,632400000002,,,FRAUD,B2
represent,632400000002,,,,B3
second,,D26000009,,,B4
chargeback,632400000001,,60.01,FRAUD,B5
chargeback,4507169999990010,,1.00,FRAUD,B6
chargeback,632400000001,,1.00,NONE,B7
"""


def take(data: Path, content: str, name: str = "impayes.csv") -> FileReport:
    path = data / name
    path.write_text(content, encoding="utf-8")
    return take_file(data, RULES, path, NOW_MS)


def tables(data: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "books.db")) as books:
        return [
            *books.execute("SELECT * FROM dispute_event ORDER BY id"),
            *books.execute("SELECT * FROM dispute_set_aside ORDER BY file_sha256, line"),
        ]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide()
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    return tmp_path


def test_what_can_be_worked_is_and_the_rest_is_set_aside_with_its_line(data: Path) -> None:
    report = take(data, FIRST)
    assert [(each.line, each.dossier, each.is_new) for each in report.taken] == [
        (2, "D26000001", True),
        (3, "D26000002", True),
        (4, "D26000002", True),
    ]
    assert [(each.line, each.reason[:40]) for each in report.set_aside] == [
        (5, "D26000009: there is no such dispute"),
        (6, "amount: found 60.01 MAD, expected at mos"),
        (7, "field 'rrn': found '450716******0010', e"),
        (8, "disputes.toml: reason: found 'NONE', exp"),
    ]
    assert [(row.file, row.line) for row in set_aside(data)] == [("impayes.csv", line) for line in (5, 6, 7, 8)]
    assert [(row.dossier, row.state, row.outstanding_minor) for row in dossiers(data)] == [
        ("D26000001", "charged_back", 4_000),
        ("D26000002", "represented", 0),
    ]
    assert "4507169999990010" not in str(tables(data))


def test_the_same_file_twice_changes_nothing(data: Path) -> None:
    take(data, FIRST)
    before = tables(data)
    report = take(data, FIRST, "again.csv")
    assert report.new_count == 0
    assert tables(data) == before
    close_day(data, day_specs(), None, later_ms(data))
    take(data, FIRST)
    assert tables(data) == before
    assert check_books(data).faults == ()


def test_a_record_by_json_is_the_same_as_by_csv(data: Path) -> None:
    take(data, FIRST)
    report = take(
        data, '{"action": "chargeback", "rrn": "632400000001", "amount": 40.00, "reason": "FRAUD", "id": "B1"}\n{', "a.jsonl"
    )
    assert [(each.dossier, each.is_new) for each in report.taken] == [("D26000001", False)]
    assert [each.line for each in report.set_aside] == [2]


def test_records_name_a_dossier_by_its_sale_as_long_as_one_waits(data: Path) -> None:
    head = "action,rrn,amount,reason\n"
    report = take(data, f"{head}retrieval,632400000001,,FRAUD\nanswer,632400000001,,\nchargeback,632400000001,10.00,FRAUD\n")
    assert [each.dossier for each in report.taken] == ["D26000001"] * 3
    report = take(data, f"{head}represent,632400000001,,\nrepresent,632400000002,,\n", "b.csv")
    assert [each.dossier for each in report.taken] == ["D26000001"]
    assert [each.reason for each in report.set_aside] == ["632400000002: there is no such dispute"]


def test_a_file_that_cannot_be_read_is_said(data: Path) -> None:
    with pytest.raises(SwitchError, match="found No such file or directory, expected a file that can be read"):
        take_file(data, RULES, data / "none.csv", NOW_MS)


def test_a_record_costs_the_same_however_many_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The instructions that SQLite runs for the last hundred chargebacks and answers are as many as for the first hundred."""
    steps = [0]

    def counting(connection: sqlite3.Connection, *values: Any, **named: Any) -> str:
        counts.append(steps[0])
        if len(counts) == 1:
            connection.set_progress_handler(lambda: steps.__setitem__(0, steps[0] + 1), 10)
        return told(connection, *values, **named)

    monkeypatch.setattr(dispute_files, "told", counting)
    with journal_of(tmp_path, FRIDAY) as journal:
        sales = [journal.decide() for _ in range(300)]
    close_day(tmp_path, day_specs(), None, NOW_MS)
    for name, lines in (
        ("first", [f"chargeback,6324{sale:08d},10.00,FRAUD,B{sale}" for sale in sales]),
        ("second", [f"represent,6324{sale:08d},10.00,,R{sale}" for sale in sales]),
    ):
        counts: list[int] = []
        report = take(tmp_path, "\n".join(["action,rrn,amount,reason,id", *lines]), f"{name}.csv")
        assert (report.new_count, report.set_aside) == (300, ())
        assert counts[-1] - counts[-101] < 1.2 * (counts[101] - counts[1])
