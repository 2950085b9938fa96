"""``day reopen`` as an analyst types it: rehearsed, refused, done, shown afterwards; in English, in French and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.endofday.close import close_day
from switch.specs.load import load_specs
from switch.treasury.issue import issue_date
from tests.cli.command import run
from tests.cli.french.english import english_lines
from tests.cli.test_day_again import SHOP, data, dearer
from tests.support.day_builders import FRIDAY, NOW_MS, SATURDAY, journal_of
from tests.support.json_schema import mistakes, schema_of

__all__ = ["data", "dearer"]
WHO = ("--by", "Alami", "--reason", "wrong fees")


def test_it_is_rehearsed_done_shown_and_closed_again(data: Path, dearer: Path) -> None:
    rehearsed = run("day", "reopen", FRIDAY, "--dry-run", "--data", data, "--specs", dearer)
    assert rehearsed.code == 0
    assert rehearsed.out.startswith(f"business date {FRIDAY} can be reopened; nothing was written\n")
    assert "computed again, 1 presentment and" in rehearsed.out
    assert "stays as it is" not in rehearsed.out
    assert run("day", "list", "--json", "--data", data).json[0]["state"] == "closed"
    done = run("day", "reopen", "20/11/2026", *WHO, "--data", data)
    assert done.code == 0
    assert done.out.startswith(f"business date {FRIDAY} is reopened, and is to be closed again\n")
    assert "UTC, Alami: wrong fees\n" in done.out
    assert f"{FRIDAY}     reopened" in run("day", "list", "--data", data).out
    shown = run("day", "show", FRIDAY, "--data", data)
    assert (shown.code, shown.sentence) == (
        1,
        f"business date {FRIDAY} is to be closed again: Alami reopened it; none is closed yet",
    )
    checked = run("check", "--data", data)
    assert f"business date {FRIDAY}: reopened by Alami, and not closed again yet: `switch day close {FRIDAY}`" in checked.out
    assert run("day", "close", "--data", data, "--specs", dearer).code == 0
    assert f"{FRIDAY}     closed again" in run("day", "list", "--data", data).out
    assert "UTC, Alami: wrong fees\n" in run("day", "show", FRIDAY, "--data", data).out
    assert run("day", "diff", FRIDAY, "--data", data, "--specs", dearer).code == 0
    assert run("check", "--data", data).code == 0


def test_what_has_left_is_named_and_what_to_do_instead(data: Path) -> None:
    issue_date(data, load_specs(), FRIDAY, lambda: NOW_MS)
    rehearsed = run("day", "reopen", FRIDAY, "--dry-run", "--data", data)
    assert rehearsed.code == 1
    assert f"business date {FRIDAY} cannot be reopened\n- payment file PAY-" in rehearsed.out
    refused = run("day", "reopen", FRIDAY, *WHO, "--data", data)
    assert refused.code == 1
    assert refused.sentence.endswith("was written for the bank: 1 transfer pays its payouts; correct it on the open date")
    assert "hint: switch send --reverse RRN" in refused.err
    french = run("day", "reopen", FRIDAY, *WHO, "--lang", "fr", "--data", data)
    assert english_lines(french.err) == []


@pytest.mark.parametrize(("options", "where"), [(WHO[:2], "--reason"), (WHO[2:], "--by")])
def test_who_and_why_are_needed(data: Path, options: tuple[str, ...], where: str) -> None:
    refused = run("day", "reopen", FRIDAY, *options, "--data", data)
    assert refused.code == 2
    assert refused.sentence.startswith(f"{where}: found '', expected 1 to ")


def test_a_date_that_is_not_closed_cannot_be_reopened(data: Path) -> None:
    assert run("day", "reopen", SATURDAY, *WHO, "--data", data).sentence == (
        f"business date {SATURDAY} is not closed; the last one closed is {FRIDAY}"
    )
    with journal_of(data) as journal:
        journal.decide(**SHOP)
    close_day(data, load_specs(), SATURDAY, NOW_MS)
    earlier = run("day", "reopen", FRIDAY, *WHO, "--data", data)
    assert f"{SATURDAY} was closed after it; only the last closed date can be reopened" in earlier.sentence


def test_the_json_is_what_its_schema_says(data: Path) -> None:
    for arguments, name, outcome in (
        (("day", "reopen", FRIDAY, "--dry-run"), "day-reopen", "possible"),
        (("day", "reopen", FRIDAY, *WHO), "day-reopen", "reopened"),
        (("day", "list"), "day-list", ""),
        (("day", "close"), "day", "closed"),
        (("day", "list"), "day-list", ""),
        (("day", "show", FRIDAY), "day", "closed"),
    ):
        told = run(*arguments, "--json", "--data", data).json
        assert mistakes(told, schema_of(name)) == []
        if outcome:
            assert told["outcome"] == outcome
    issue_date(data, load_specs(), FRIDAY, lambda: NOW_MS)
    refused = run("day", "reopen", FRIDAY, "--dry-run", "--json", "--data", data)
    assert (refused.code, refused.json["outcome"], [each["kind"] for each in refused.json["obstacles"]]) == (
        1,
        "refused",
        ["payment_file"],
    )
    assert mistakes(refused.json, schema_of("day-reopen")) == []


def test_in_french_nothing_is_english(data: Path) -> None:
    for arguments in (
        ("day", "reopen", FRIDAY, "--dry-run"),
        ("day", "reopen", FRIDAY, "--by", "Alami", "--reason", "barème"),
        ("day", "list"),
        ("check",),
        ("day", "show", FRIDAY),
        ("day", "close"),
        ("day", "list"),
        ("day", "show", FRIDAY),
    ):
        outcome = run(*arguments, "--lang", "fr", "--data", data)
        assert english_lines(outcome.out + outcome.err) == [], arguments
