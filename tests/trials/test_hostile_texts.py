"""What strangers wrote into messages and files: no control character reaches a terminal, a statement or a log, and no cell of a
CSV file is a formula."""

from __future__ import annotations

import csv
import io
import re
import shutil
import socket
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from switch.centre.as_process import running_centre
from switch.endofday.close import close_day
from tests.cli.command import run
from tests.e2e.acquirer import Acquirer, sale
from tests.support.day_builders import FRIDAY, GROCER, day_specs, journal_of, later_ms

ROOT = Path(__file__).parent.parent.parent
#: Clears a screen, turns writing round, hides, breaks a line, sets a title.
HOSTILE = "\x1b[2J\u202e\u200b\u2028\x9b\x7f\u2066\ufeff"
#: No letter, no digit, no sign: nobody sees them, or they move what is seen.
UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}

hostile_texts = st.text(
    st.one_of(st.characters(categories=["Cc", "Cf", "Zl", "Zp"], exclude_characters="\x00"), st.sampled_from("=@-+;,\"'A1")),
    min_size=1,
    max_size=12,
)


def unseen(text: str) -> set[str]:
    """Characters nobody should be shown, but for line ends."""
    return {letter for letter in text if unicodedata.category(letter) in UNSEEN and letter not in "\r\n"}


@settings(max_examples=6)
@given(hostile_texts)
@example(HOSTILE)
@pytest.mark.long
def test_no_error_sentence_says_a_control_character_again(text: str) -> None:
    wrong = text.replace("\n", "").replace("\r", "") or "\x1b"
    for words in (
        ("explain", f"A{wrong}", "--data", "nowhere"),
        ("send", "--amount", f"5{wrong}"),
        ("send", "--listener", f"x{wrong}"),
        ("send", "--set", f"x{wrong}=1"),
        ("decode", f"zz{wrong}"),
        ("specs", "check", "--specs", f"no{wrong}where"),
        ("day", "show", f"2026{wrong}", "--data", f"no{wrong}where"),
        (f"x{wrong}",),
    ):
        told = run(*words)
        assert unseen(told.err + told.out) == set(), words
        assert len(told.err.splitlines()) <= 6, "a usage error has its usual lines, and no more"


@pytest.mark.parametrize("words", ["merchants", "merchants --json", "cards", "cards --json", "specs check"])
def test_what_files_say_is_shown_without_control_characters(words: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "specs", tmp_path / f"specs{HOSTILE}"))
    evil = "".join(f"\\u{ord(letter):04x}" for letter in HOSTILE)
    for file in ("merchants.toml", "issuers/atlas.toml"):
        text = (folder / file).read_text(encoding="utf-8")
        text = re.sub(r'(name|purpose) = "[^"]{12}', lambda found: f'{found[1]} = "{evil}', text, count=2)
        (folder / file).write_text(text, encoding="utf-8")
    told = run(*words.split(), "--specs", folder)
    assert told.code == 0, told.err
    assert unseen(told.out) == set()
    if "--json" in words:
        assert any(HOSTILE in str(value) for entry in told.json for value in entry.values()), "JSON says what is in the file"


FORMULAS = ("=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "A;=1+1")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A closed day of sales whose terminals and references are formulas, a refund, a hold and controls among them."""
    with journal_of(tmp_path, FRIDAY) as journal:
        for formula in FORMULAS:
            journal.decide(terminal_id=formula[:8], rrn=formula[:12])
        journal.decide(terminal_id="-5", rrn="-12.50")
        journal.decide(amount_minor=3_300, transaction_type="refund", rrn=HOSTILE)
        journal.hold(terminal_id="=cmd|", rrn="@hold")
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    return tmp_path


def test_no_cell_of_a_csv_file_is_a_formula(closed: Path) -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in closed.rglob("*.csv")}
    assert {"holds.csv", "payouts.csv", "positions.csv", f"{GROCER.id}.csv"} <= files.keys()
    files["printed"] = run("statement", GROCER.id, "--data", closed, "--format", "csv").out
    for name, text in files.items():
        assert unseen(text) == set(), name
        for row in csv.reader(io.StringIO(text, newline="")):
            for value in row:
                number = re.fullmatch(r"[+-]?\d+(\.\d+)?", value)
                assert number or not re.search(r"(^\s*|;\s*)[=+\-@]", value), f"{name}: {value!r}"


def test_numbers_of_a_csv_file_stay_numbers(closed: Path) -> None:
    text = next(closed.rglob(f"{GROCER.id}.csv")).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["gross"] for row in rows if row["transaction_type"] == "refund"] == ["-33.00"]
    assert ("-5", "-12.50") in [(row["terminal_id"], row["rrn"]) for row in rows]
    assert "'=HYPERLINK(1" in [row["rrn"] for row in rows]


def test_a_statement_for_people_has_no_control_character(closed: Path) -> None:
    text = next(closed.rglob(f"{GROCER.id}.txt")).read_text(encoding="utf-8")
    assert unseen(text) == set()
    assert "\r" not in text
    assert r"\x1b[2J" in text
    assert unseen(run("day", "show", "--data", closed).out) == set()


def test_a_terminal_its_contract_does_not_list_is_taken_and_told_once(tmp_path: Path) -> None:
    """And what it is called clears nobody's screen."""
    with running_centre(tmp_path / "var") as centre:
        with Acquirer(centre) as acquirer:
            answers = [
                acquirer.ask(sale(number, terminal=terminal))
                for number, terminal in ((1, "OTHER001"), (2, "OTHER001"), (3, None))
            ]
            frame = acquirer.framed(sale(4, terminal="OTHER002")).replace(b"OTHER002", b"\x1b[2J\x9b\x07=1"[:8])
        assert [answer[39] for each in answers for answer in each] == ["00"] * 3
        with socket.create_connection(centre.address("ascii")) as bare:
            bare.sendall(frame)
            bare.settimeout(20)
            assert bare.recv(4_096)
        told = [run("explain", f"{number:012d}", "--data", centre.data).out for number in (1, 2, 3)]
        centre.stop()
        log = centre.log.read_text(encoding="utf-8")
    lines = [line for line in log.splitlines() if "OTHER001" in line]
    assert len(lines) == 1, log
    assert "is not in the contract of merchant" in lines[0]
    assert ["not in its contract" in each for each in told] == [True, True, False]
    assert unseen(log) == set()
