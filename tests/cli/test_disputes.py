"""What ``switch disputes`` prints, in both languages, and what it ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.endofday.close import close_day
from switch.specs.load import load_specs
from tests.cli.command import Outcome, run
from tests.cli.french.english import english_lines
from tests.support.day_builders import FRIDAY, journal_of, later_ms
from tests.support.json_schema import mistakes, schema_of

SALE = "632400000001"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with journal_of(tmp_path, FRIDAY) as journal:
        for _ in range(2):
            journal.decide(merchant_id="SUPERMARCHE0001", terminal_id="NORIA001")
        close_day(tmp_path, load_specs(), None, later_ms(tmp_path))
    return tmp_path


def disputes(data: Path, *arguments: object) -> Outcome:
    return run("disputes", *arguments, "--data", data)


def test_what_programs_read_is_as_its_schema_says(data: Path) -> None:
    path = data / "impayes.csv"
    path.write_text(f"action;rrn;reason\nchargeback;{SALE};FRAUD\nsteal;1;\n", encoding="utf-8")
    for name, arguments in (
        ("disputes-import", ("import", path)),
        ("disputes-set-aside", ("set-aside",)),
        ("disputes-list", ("list",)),
        ("disputes-show", ("represent", "D26000001")),
    ):
        assert mistakes(disputes(data, *arguments, "--json").json, schema_of(name)) == []


def test_a_dispute_goes_its_way_by_command(data: Path) -> None:
    opened = disputes(data, "open", SALE, "--reason", "FRAUD", "--retrieval", "--by", "atlas", "--json").json
    assert (opened["dossier"], opened["state"], opened["outstanding_minor"]) == ("D26000001", "requested", 0)
    assert disputes(data, "answer", "D26000001", "--text", "slip").code == 0
    charged = disputes(data, "chargeback", "D26000001", "--amount", "40.00", "--json").json
    assert (charged["state"], charged["outstanding_minor"], charged["reason"]) == ("charged_back", 4_000, "FRAUD")
    (row,) = disputes(data, "list", "--json").json
    assert row == {**{name: charged[name] for name in charged if name != "events"}}
    told = disputes(data, "represent", "D26000001").out.splitlines()
    assert "charged back     0.00 MAD" in told
    again = disputes(data, "second", "D26000001", "--json").json
    assert [event["kind"] for event in again["events"]] == [
        *("retrieval", "answer", "chargeback", "representment", "second_chargeback")
    ]
    late = disputes(data, "answer", "D26000001")
    assert late.code == 1
    assert late.sentence == (
        "dossier D26000001: found the step answer, and the dossier is charged back again; expected acceptance, withdrawal"
    )
    assert disputes(data, "withdraw", "D26000001").code == 0
    assert disputes(data, "list").code == 1
    assert disputes(data, "list", "--all").code == 0
    assert run("day", "close", "--data", data).code == 0
    assert run("check", "--data", data).code == 0
    booked = disputes(data, "show", "D26000001", "--json").json["events"]
    assert [event["booked_minor"] for event in booked] == [None, None, -4_000, 4_000, -4_000, 4_000]


def test_a_range_lists_the_disputes_that_were_opened_in_it(data: Path) -> None:
    opened_on = disputes(data, "open", SALE, "--reason", "FRAUD", "--json").json["opened_on"]
    (row,) = disputes(data, "list", "--from", opened_on, "--to", opened_on, "--json").json
    assert row["opened_on"] == opened_on
    assert disputes(data, "list", "--month", opened_on[:7], "--json").json == [row]
    assert disputes(data, "list", "--to", "2026-01-01", "--json").json == []
    assert disputes(data, "list", "--from", "9999-01-01").code == 1


def test_what_is_wrong_is_said_in_a_sentence(data: Path) -> None:
    wrong = disputes(data, "open", SALE, "--reason", "NONE")
    assert (wrong.code, wrong.sentence[:45]) == (2, "disputes.toml: reason: found 'NONE', expected")
    more = disputes(data, "open", SALE, "--reason", "FRAUD", "--amount", "100.01")
    assert more.code == 2
    assert disputes(data, "open", "632499999999", "--reason", "FRAUD").sentence == "632499999999: no such sale was presented"


def test_a_file_is_worked_and_what_is_set_aside_is_listed(data: Path) -> None:
    path = data / "impayes.csv"
    path.write_text(f"action;rrn;reason\nchargeback;{SALE};GOODS\nsteal;1;\n", encoding="utf-8")
    told = disputes(data, "import", path)
    assert told.code == 1
    assert told.out.splitlines()[:2] == ["impayes.csv: 1 record worked", "1 record set aside"]
    again = disputes(data, "import", path, "--json").json
    assert (again["new_count"], again["set_aside_count"], again["taken"][0]["is_new"]) == (0, 1, False)
    assert [row["line"] for row in disputes(data, "set-aside", "--json").json] == [3]


def test_a_reversal_after_the_chargeback_is_told(data: Path) -> None:
    disputes(data, "open", SALE, "--reason", "FRAUD")
    with journal_of(data) as journal:
        journal.reverse(1)
    told = disputes(data, "list")
    assert told.sentence == (
        "dossier D26000001: 100.00 MAD of the sale was reversed or refunded after it was charged back: represent it"
    )


def test_it_speaks_french(data: Path) -> None:
    path = data / "impayes.csv"
    path.write_text("action;rrn;reason\nsteal;1;\n", encoding="utf-8")
    disputes(data, "open", SALE, "--reason", "FRAUD")
    for arguments in (("list",), ("show", "D26000001"), ("represent", "D26000001"), ("set-aside",), ("import", path)):
        told = disputes(data, *arguments, "--lang", "fr")
        found = [line for line in english_lines(told.out) if "'action'" not in line]
        assert found == [], arguments
    refused = disputes(data, "answer", "D26000001", "--lang", "fr")
    assert english_lines(refused.sentence) == []
