"""Spoilt statements: what is wrong is what was asked for, the same each time, and only in what is rendered."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from switch.endofday.statements import stated
from switch.errors import SwitchError
from switch.settlement.layouts.layout_forms import laid_out
from switch.settlement.layouts.statement_faults import StatementFault, spoilt_statement
from switch.settlement.statement_forms import write_texts
from tests.cli.command import run
from tests.settlement.layouts.day_of_remises import FRIDAY, SATURDAY, SHOP, close_two_days


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return close_two_days(tmp_path_factory.mktemp("closed"))


def lines(data: Path, *faults: str, seed: int = 0) -> list[dict[str, str]]:
    parsed = [StatementFault.parse(fault, seed) for fault in faults]
    with stated(data, SHOP.id, FRIDAY) as told:
        out = io.StringIO(newline="")
        write_texts(spoilt_statement(told, parsed) if parsed else told, {"csv": out})
    return list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))


def remises(data: Path, date: str, *faults: str, seed: int = 0) -> list[tuple[str, str]]:
    parsed = [StatementFault.parse(fault, seed) for fault in faults]
    with stated(data, SHOP.id, date) as told:
        found: Any = json.loads(laid_out(told, "remise", "json", faults=parsed))
    return [(block["business_date"], block["terminal_id"]) for block in found["blocks"] if block["kind"] == "sales"]


def test_lines_are_left_out_by_the_seed(data: Path) -> None:
    whole = lines(data)
    spoilt = lines(data, "drop-lines=2")
    assert len(spoilt) == len(whole) - 2
    assert [line for line in whole if line in spoilt] == spoilt
    assert lines(data, "drop-lines=2") == spoilt
    assert len({json.dumps(lines(data, "drop-lines=2", seed=seed)) for seed in range(20)}) > 3
    assert lines(data, "drop-lines=99") == []


def test_a_clock_is_off_by_what_was_asked(data: Path) -> None:
    whole, late = lines(data), lines(data, "clock-offset=1h")
    assert {line["local_at"][11:13] for line in whole} == {"10"}
    for line, moved in zip(whole, late, strict=True):
        hour = (int(line["local_at"][11:13]) + 1) % 24
        assert moved["local_at"][11:13] == f"{hour:02d}"
        assert {**moved, "local_at": ""} == {**line, "local_at": ""}


def test_a_remise_comes_late_once(data: Path) -> None:
    friday, saturday = remises(data, FRIDAY), remises(data, SATURDAY)
    on_friday, on_saturday = (remises(data, date, "late-remise") for date in (FRIDAY, SATURDAY))
    assert len(on_friday) == len(friday) - 1
    (late,) = set(friday) - set(on_friday)
    assert on_saturday[0] == late
    assert len(on_saturday) == len(saturday)


def test_a_remise_comes_twice(data: Path) -> None:
    twice = remises(data, FRIDAY, "double-remise")
    assert sorted(set(twice)) == sorted(remises(data, FRIDAY))
    assert len(twice) == len(set(twice)) + 1


@pytest.mark.parametrize(
    "text", ["", "drop-lines", "drop-lines=0", "drop-lines=-1", "late-remise=2", "clock-offset=1", "clock-offset=99h", "x=1"]
)
def test_another_fault_is_refused(text: str) -> None:
    with pytest.raises(SwitchError, match="expected drop-lines=3, late-remise, double-remise or clock-offset=1h"):
        StatementFault.parse(text)


def test_the_console_says_what_is_spoilt_and_files_are_not(data: Path) -> None:
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and path.suffix in (".txt", ".csv")}
    done = run("statement", SHOP.id, FRIDAY, "--fault", "drop-lines=1", "--layout", "remise", "--data", data)
    assert done.code == 0
    assert done.sentence == "fault drop-lines=1: this output is spoilt; books and files of the day are as they were"
    french = run("statement", SHOP.id, FRIDAY, "--fault", "drop-lines=1", "--lang", "fr", "--data", data)
    assert french.sentence.startswith("défaut drop-lines=1 : cette sortie est altérée")
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--fault", "late-remise"), "--fault late-remise: found the layout detailed, expected --layout remise"),
        (
            ("--fault", "drop-lines=1", "--layout", "monthly"),
            "--fault: found the layout monthly, expected --layout detailed or remise",
        ),
    ],
)
def test_a_fault_that_a_layout_cannot_have_is_refused(data: Path, arguments: tuple[str, ...], sentence: str) -> None:
    refused = run("statement", SHOP.id, *arguments, "--data", data)
    assert (refused.code, refused.out, refused.err) == (2, "", f"switch: {sentence}\n")


def test_faults_are_named_once_for_a_range(data: Path) -> None:
    done = run("statement", SHOP.id, "--from", FRIDAY, "--fault", "drop-lines=1", "--data", data)
    assert (done.code, done.err.count("this output is spoilt")) == (0, 1)


def test_a_seed_without_a_fault_is_refused(data: Path) -> None:
    refused = run("statement", SHOP.id, "--seed", "7", "--data", data)
    assert (refused.code, refused.sentence) == (2, "--seed: found without --fault, expected both")
