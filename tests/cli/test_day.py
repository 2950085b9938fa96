"""What ``switch day`` and ``switch check`` print of items a person may look for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from switch.cli import cli
from switch.cli.command.names import RRNS_COMPLETED
from switch.cli.day import ITEMS_PRINTED_MAX
from switch.endofday.close import close_day
from tests.cli.command import run
from tests.support.day_builders import FRIDAY, GROCER, SATURDAY, close_two_days, day_specs, journal_of, later_ms


@pytest.fixture
def data(tmp_path: Path) -> Path:
    close_two_days(tmp_path)
    return tmp_path


def sections(told: str) -> dict[str, list[list[str]]]:
    """The words of the lines below each title, by title."""
    found: dict[str, list[list[str]]] = {}
    for block in told.split("\n\n"):
        title, *lines = block.splitlines()
        found[title] = [line.split() for line in lines]
    return found


def test_all_kinds_of_items_are_listed(data: Path) -> None:
    told = run("day", "show", "--data", data).out
    for line in (
        "approved       5 of 5 decisions; 2 presented, 1 reversed, 1 with nothing due, 1 as exceptions",
        "refunds        1",
        "adjustments    1",
        "holds waiting  1",
    ):
        assert line in told.splitlines()
    listed = sections(told)
    assert listed["Refunds"][1][3:] == ["-33.00", "MAD"]
    assert listed["Adjustments: reversals of what was presented before"][1][3:] == ["-75.00", "MAD", FRIDAY]
    assert listed["Reversed before they were presented"][1][3:] == ["11.00", "MAD"]
    assert listed["Held: approved and waiting to be captured"][1][2:] == [GROCER.id, "42.00", "MAD", "batch", FRIDAY, "1"]
    assert listed["Approved but not presented"][1][2:] == ["NOBODY000000001", "66.00", "MAD", "unknown", "merchant"]


def test_check_counts_them_too(data: Path) -> None:
    told = run("check", "--data", data).out.splitlines()
    for line in (
        "approvals      8: 3 presented, 1 reversed, 2 held, 1 with nothing due, 1 as exceptions",
        "refunds        1",
        "adjustments    1",
        "holds waiting  1",
        "the books are sound",
    ):
        assert line in told


def test_the_json_form_has_every_item(data: Path) -> None:
    told = run("day", "show", "--json", "--data", data).json
    assert [len(told[items]) for items in ("refunds", "adjustments", "reversed", "holds", "exceptions")] == [1] * 5
    assert (told["holds"][0]["held_since"], told["holds"][0]["age_days"], told["outstanding_count"]) == (FRIDAY, 1, 1)
    checked = run("check", "--json", "--data", data).json
    assert (checked["held_count"], checked["outstanding_count"], checked["refund_count"]) == (2, 1, 1)


def test_a_statement_tells_its_types(data: Path) -> None:
    told = run("statement", GROCER.id, SATURDAY, "--json", "--data", data).json
    assert [(total["of"], total["line_count"], total["gross_minor"]) for total in told["types"]] == [
        ("purchase", 1, 9_000),
        ("refund", 1, -3_300),
    ]
    assert [line["transaction_type"] for line in told["lines"]] == ["purchase", "refund", "reversal"]


def test_long_lists_are_cut_short(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        for _ in range(ITEMS_PRINTED_MAX + 2):
            journal.hold()
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    told = run("day", "show", "--data", tmp_path).out
    assert len(sections(told)["Held: approved and waiting to be captured"]) == ITEMS_PRINTED_MAX + 2
    assert told.splitlines()[-1] == "and 2 more"


def completed(*words: str, incomplete: str = "") -> list[str]:
    completer = ShellComplete(cli, {}, "switch", "_SWITCH_COMPLETE")
    return [item.value for item in completer.get_completions(list(words), incomplete)]


def test_a_shell_completes_closed_dates_and_the_last_rrns(data: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, nowhere = ("--data", str(data)), ("--data", str(tmp_path_factory.mktemp("none")))
    assert completed("day", "show", *folder) == [SATURDAY, FRIDAY]
    assert completed("statement", GROCER.id, *folder, incomplete=FRIDAY) == [FRIDAY]
    assert completed("day", "show", *folder, incomplete="20/") == ["20/11/2026"]
    references = completed("explain", *folder)
    assert len(references) == len(set(references)) == min(8, RRNS_COMPLETED)
    assert completed("send", *folder, "--reverse", incomplete=references[0]) == [references[0]]
    assert completed("day", "show", *nowhere) == completed("explain", *nowhere) == []
