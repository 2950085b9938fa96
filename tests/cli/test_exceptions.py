"""What ``switch exceptions`` prints, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.endofday.close import close_day
from tests.cli.command import run
from tests.cli.french.english import english_lines
from tests.support.day_builders import FRIDAY, day_specs, journal_of, later_ms
from tests.support.json_schema import mistakes, schema_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id="NOBODY000000001")
        journal.decide(function="advice", message_class="financial", amount_minor=2_000_000)
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    return tmp_path


def test_the_list_has_reason_and_age(data: Path) -> None:
    lines = run("exceptions", "list", "--data", data).out.splitlines()
    assert lines[1].split() == [
        *(
            "632400000001",
            "450716******0010",
            "NOBODY000000001",
            "100.00",
            "MAD",
            FRIDAY,
            "1",
            "1",
            "waiting",
            "unknown",
            "merchant",
        )
    ]
    listed = run("exceptions", "list", "--data", data, "--json").json
    assert mistakes(listed, schema_of("exceptions-list")) == []
    first, second = listed
    assert (first["age_days"], first["age_dates"], first["state"]) == (1, 1, "open")
    assert second["reason"] == "made offline, above the floor limit of the contract"


def test_a_range_lists_the_exceptions_of_its_dates(data: Path) -> None:
    whole = run("exceptions", "list", "--data", data, "--json").json
    assert run("exceptions", "list", "--month", FRIDAY[:7], "--data", data, "--json").json == whole
    assert run("exceptions", "list", "--from", FRIDAY, "--data", data, "--json").json == whole
    assert run("exceptions", "list", "--to", "2026-11-19", "--data", data, "--json").json == []
    assert run("exceptions", "list", "--from", "2026-11-21", "--data", data).code == 1
    both = run("exceptions", "list", "--month", "11/2026", "--to", FRIDAY, "--data", data)
    assert "--month: found beside --to" in both.sentence


def test_what_a_person_decides_is_shown_with_the_name(data: Path) -> None:
    about = ("--by", "S. Alami", "--reason", "slip seen", "--data", data)
    accepted = run("exceptions", "represent", "632400000002", *about)
    assert accepted.code == 0
    assert "2026-11-21  represent  S. Alami  slip seen" in accepted.out.splitlines()
    refused = run("exceptions", "represent", "632400000001", *about)
    assert (refused.code, refused.sentence[:50]) == (1, "RRN 632400000001: found unknown merchant, which no")
    story = run("exceptions", "write-off", "632400000001", "--pay-merchant", *about, "--json").json
    assert mistakes(story, schema_of("exceptions-show")) == []
    assert (story["state"], story["orders"][0]["pays_merchant"]) == ("to_write_off", True)
    assert [item["state"] for item in run("exceptions", "list", "--data", data, "--json").json] == ["to_write_off", "accepted"]


def test_it_speaks_french(data: Path) -> None:
    run("exceptions", "write-off", "632400000001", "--by", "S. Alami", "--reason", "parti", "--data", data)
    for arguments in (("list",), ("list", "--all"), ("show", "632400000001"), ("show", "632400000002")):
        told = run("exceptions", *arguments, "--data", data, "--lang", "fr")
        assert told.code == 0
        assert english_lines(told.out) == []
    refused: tuple[tuple[str, ...], ...] = (("show", "1234"), ("represent", "632400000001", "--by", "A", "--reason", "b"))
    for words in refused:
        told = run("exceptions", *words, "--data", data, "--lang", "fr")
        assert told.code == 1
        assert english_lines(told.sentence.replace("RRN", "")) == []
