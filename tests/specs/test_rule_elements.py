"""What ``switch specs check`` says of a scenario's rule for an element that cannot be there, or a value that cannot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switch.errors import SpecError
from switch.specs.folder import default_folder
from switch.specs.load import load_scenario, load_specs
from tests.cli.command import run

RULES = """purpose = "subelements"

[[rule]]
issuer = "atlas"
then = { response_code = "05" }

[[rule]]
%s
then = { response_code = "05" }

[rule.when.element]
%s
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A specification whose bank atlas describes subelements, and no other does."""
    folder = tmp_path / "specs"
    shutil.copytree(default_folder(), folder, copy_function=shutil.copyfile)
    atlas = folder / "issuers" / "atlas.toml"
    text = atlas.read_text(encoding="utf-8")
    spoken = next(line for line in text.splitlines() if line.startswith("dialect"))
    atlas.write_text(text.replace(spoken, 'dialect = "ascii_private"'), encoding="utf-8")
    return folder


def told(folder: Path, rule: str, issuer: str = "atlas") -> str:
    """The sentence for a rule, without its file; empty where all is well."""
    named = f'issuer = "{issuer}"' if issuer else ""
    (folder / "scenarios" / "mine.toml").write_text(RULES % (named, rule), encoding="utf-8")
    try:
        load_specs(folder)
    except SpecError as error:
        (mistake,) = error.mistakes
        return str(mistake).removeprefix("scenarios/mine.toml:12: rule[2].when.element.")
    return ""


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ('"127.22" = "TRY1"', ""),
        ('"127.25.2" = "000000012500"', ""),
        ('"127.3" = "ROUTE"', ""),  # blanks fill it up
        ('"48.77" = "any tag of two"', ""),
        ('"55.9F1A" = "0788"', ""),
        ('"60.3" = "x "', ""),
        ('"127.22" = ""', ""),  # it asks that it is not there
        ('22 = "812"', ""),
        ('42 = "SHOP"', ""),
        (
            '"127.222" = "TRY1"',
            "127.222: found subelement '127.222', expected ONE, such as 127.22",
        ),
        (
            '"126.22" = "TRY1"',
            "126.22: found subelement '126.22', expected ONE, such as 127.22",
        ),
        (
            '"127.25.3" = "00"',
            "127.25.3: found subelement '127.25.3', expected ONE, such as 127.25.2",
        ),
        ('"127.25.2" = "12500"', "127.25.2: found 5 digits, expected n 12, AS"),
        (
            '"60.1" = "2A"',
            "60.1: found 'A' as character 2, expected n 2: digits, AS",
        ),
        (
            '"127.3" = "ROUTE12345"',
            "127.3: found 10 characters, expected ans 8, AS",
        ),
        ('"55.9F1A" = "07f8"', "55.9F1A: found small letters, expected b..999999: hexadecimal digits in capitals, AS"),
        ('4 = "125.00"', "4: found '125.00', expected 12 digits (DE 4)"),
        ('4 = "12500"', "4: found '12500', expected 12 digits (DE 4)"),
        ('130 = "x"', "130: found element 130, expected one that dialect ascii_private of atlas defines"),
    ],
)  # fmt: skip
def test_a_rule_for_what_cannot_be_there_is_told_with_file_line_and_the_nearest_name(
    folder: Path, rule: str, sentence: str
) -> None:
    of = "dialect ascii_private of atlas"
    assert told(folder, rule) == sentence.replace("ONE", f"one that {of} describes").replace("AS", f"as {of} has it")


def test_a_rule_of_any_bank_needs_one_that_may_have_it(folder: Path) -> None:
    assert told(folder, '"127.22" = "TRY1"', issuer="") == ""
    assert told(folder, '"127.22" = "TRY1"', issuer="rif").startswith("127.22: found subelement '127.22', expected one that ")
    assert "such as 127.25.2" in told(folder, '"127.25.22" = "TRY1"', issuer="")
    assert told(folder, '"127.25.2" = "1"', issuer="").startswith("127.25.2: found 1 digit, expected n 12")


def test_a_bank_whose_dialect_cannot_be_read_is_no_reason_for_a_second_sentence(folder: Path) -> None:
    (folder / "dialects" / "ascii_private.toml").write_text("title = ", encoding="utf-8")
    (folder / "scenarios" / "mine.toml").write_text(RULES % ("", '"127.22" = "TRY1"'), encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        load_specs(folder)
    assert [mistake.file for mistake in refused.value.mistakes] == ["dialects/ascii_private.toml"]


def test_specs_check_and_a_scenario_of_its_own_say_so_too(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(RULES % ('issuer = "atlas"', '"127.2222" = "x"'), encoding="utf-8")
    with pytest.raises(SpecError, match=r"own\.toml:12: rule\[2\]\.when\.element\.127\.2222: found subelement"):
        load_scenario(path, load_specs(folder))
    shutil.copyfile(path, folder / "scenarios" / "own.toml")
    outcome = run("specs", "check", "--specs", folder)
    assert outcome.code == 2
    assert outcome.sentence.startswith("scenarios/own.toml:12: rule[2].when.element.127.2222: found subelement '127.2222', ")
