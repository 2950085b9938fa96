"""``switch specs check``: every mistake of a run, one sentence each, and more kinds of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import Outcome, run

ROOT = Path(__file__).parent.parent.parent
DEFAULT = ROOT / "specs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default specification, to be spoilt."""
    return Path(shutil.copytree(DEFAULT, tmp_path / "specs"))


def put(folder: Path, file: str, good: str, bad: str) -> str:
    """Replace the first ``good`` of a file; ``file:line`` of where it began."""
    path = folder / file
    before, found, after = path.read_text(encoding="utf-8").partition(good)
    assert found, f"{file} has no {good!r}"
    path.write_text(before + bad + after, encoding="utf-8")
    return f"{file}:{before.count(chr(10)) + 1}"


def add(folder: Path, file: str, text: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as out:
        out.write(f"\n{text}\n")


def switch(*arguments: object) -> Outcome:
    """A command as a process of its own, which may use a gigabyte: what has no end must not be read to its end."""
    words = ("sh", "-c", 'ulimit -v 1500000; exec "$@"', "sh", sys.executable, "-m", "switch", *map(str, arguments))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False)
    return Outcome(code=done.returncode, out=done.stdout, err=done.stderr)


def check(folder: Path) -> list[str]:
    """The sentences of a check that fails."""
    done = run("specs", "check", "--specs", folder)
    assert done.code == 2, f"ended with {done.code}: {done.out}{done.err}"
    lines = done.err.splitlines()
    assert all(line.startswith("switch: ") for line in lines)
    return [line.removeprefix("switch: ") for line in lines]


def test_the_default_specification_has_no_mistake() -> None:
    assert run("specs", "check").code == 0


def test_all_mistakes_of_a_run_are_named_at_once(folder: Path) -> None:
    places = [
        put(folder, "merchants.toml", 'mcc = "5411"', 'mcc = "five"'),
        put(folder, "merchants.toml", 'city = "RABAT"', "city = 7"),
        put(folder, "merchants.toml", 'currency = "504"', 'currency = "999"'),
        put(folder, "routing.toml", 'issuer = "rif"', 'issuer = "riff"'),
        put(folder, "issuers/vesta.toml", "timeout_seconds = 10", "timeout_seconds = 0"),
        put(folder, "issuers/vesta.toml", 'cvv2 = "', 'cvv2 = "x'),
        put(folder, "calendar.toml", 'date = "2026-01-11"', 'date = "2026-02-30"'),
        put(folder, "fees/vat.toml", "rate_basis_points = 1000", "rate_basis_points = 10.5"),
        put(folder, "centre.toml", "tpdu = true", "tpdu = 1"),
        put(folder, "scenarios/bad-evening.toml", 'merchant = "CASHMACHINE0001"', 'merchant = "CASHMACHINE0002"'),
    ]
    (folder / "scenarios" / "broken.toml").write_text("purpose = ", encoding="utf-8")

    *sentences, last = check(folder)

    assert last == "11 mistakes"
    told = [sentence.split(": ")[0] for sentence in sentences]
    assert sorted(told) == sorted([*places, "scenarios/broken.toml:1"])
    assert all(": found " in sentence and ", expected " in sentence for sentence in sentences)


def test_a_start_names_the_first_and_how_many_more(folder: Path, tmp_path: Path) -> None:
    put(folder, "calendar.toml", 'date = "2026-01-11"', 'date = "never"')
    put(folder, "calendar.toml", 'date = "2026-05-01"', 'date = "never"')
    done = run("up", "--specs", folder, "--data", tmp_path / "var", "--free-ports")
    assert done.code == 2
    assert "calendar.toml:" in done.sentence
    assert "1 more mistake" in done.sentence


ROW = '[[rate]]\nfrom = "2013-01-01"\nrate_basis_points = 5\n'
RULE = "[[rule]]\n[rule.when]\n{}\n[rule.then]\nsilence = true"

#: File, what is found, what is put there, what a sentence then says.
MISTAKES = {
    "a tie of two interchange rows": (
        "fees/interchange.toml",
        None,
        f'{ROW}scheme = "cmi"\n{ROW}channel = "chip"',
        "channel chip beside scheme cmi, which name as many columns",
    ),
    "a scheme nobody has": ("fees/interchange.toml", 'scheme = "visa"', 'scheme = "vissa"', "found 'vissa'"),
    "a channel nobody has": ("fees/interchange.toml", 'channel = "*"', 'channel = "chp"', "found 'chp'"),
    "interchange that begins in the future": (
        "fees/interchange.toml",
        'from = "2013-01-01"\norigin = "foreign"\nscheme = "mastercard"',
        'from = "2999-01-01"\norigin = "foreign"\nscheme = "mastercard"',
        "no row for foreign mastercard",
    ),
    "a plan without a row for foreign cards": (
        "fees/discount.toml",
        'from = "2013-01-01"\norigin = "foreign"\nrate_basis_points = 250',
        'from = "2999-01-01"\norigin = "foreign"\nrate_basis_points = 250',
        "no row for foreign cards",
    ),
    "an empty VAT table": (
        "fees/vat.toml",
        '[[rate]]\nfrom = "2013-01-01"\nrate_basis_points = 1000',
        "",
        "rate: found nothing, expected at least one [[rate]]",
    ),
    "VAT that begins in the future": ("fees/vat.toml", "2013-01-01", "2999-01-01", "rate: found no row for"),
    "a rule for a merchant nobody has": (
        "scenarios/bad-evening.toml", "CASHMACHINE0001", "CASHMACHINE0009", "'CASHMACHINE0009'",
    ),
    "a rule for a terminal nobody has": ("scenarios/bad-evening.toml", "ONDE0001", "ONDE0009", "a terminal of TELECOM00000001"),
    "a rule for a card nobody has": ("scenarios/bad-evening.toml", "4000000000000010", "4000000000009995", "a card of vesta"),
    "a rule for another issuer's card": (
        "scenarios/bad-evening.toml", 'issuer = "vesta"', 'issuer = "atlas"', "a card of atlas",
    ),
    "a rule for a currency nobody takes": (
        "scenarios/slow-atlas.toml", "[rule.when]", '[rule.when]\ncurrency = "978"', "'978'",
    ),
    "a balance beyond DE 54": (
        "issuers/atlas.toml",
        'balance = "25000.00"',
        'balance = "10000000000.00"',
        "found '10000000000.00', expected at most 9999999999.99",
    ),
    "a balance of a series beyond DE 54": (
        "issuers/vesta.toml",
        None,
        '[[card_series]]\nbin = "476174"\ncount = 5\nexpiry = "2912"\nbalance = "10000000000.00"\npurpose = "x"',
        "card_series[2].balance: found '10000000000.00', expected at most 9999999999.99",
    ),
    "a holiday twice": ("calendar.toml", 'date = "2026-01-14"', 'date = "2026-01-11"', "found '2026-01-11' a second time"),
    "a day of the weekend twice": ("calendar.toml", '"sunday"]', '"sunday", "sunday"]', "found 'sunday' a second time"),
    "no times": (
        "scenarios/bad-evening.toml", "times = 2", "times = 0", "found 0, expected a whole number from 1 to 999999999999",
    ),
    "a number too large": (
        "scenarios/bad-evening.toml",
        "times = 2",
        "times = 4507160000000010",
        "found a number of more than 12 digits, expected a whole number from 1 to 999999999999",
    ),
    "a currency nobody knows": ("merchants.toml", 'currency = "504"', 'currency = "000"', "found '000'"),
    "a port of an issuer": ("centre.toml", "port = 8585", "port = 9101", "a port no listener of centre.toml has"),
    "an address twice, written otherwise": (
        "issuers/rif.toml",
        "127.0.0.1:9102",
        "localhost:09101",
        "found 'localhost:09101' a second time",
    ),
    "an element twice": (
        "dialects/bcd.toml",
        None,
        '[element.048]\nformat = "ans..9"',
        "found element '048', expected a number from 2 to 192",
    ),
    "a prefix of two schemes": ("routing.toml", 'bins = ["36", "38"]', 'bins = ["36", "37"]', "found '37', a prefix of amex"),
    "a prefix of letters": (
        "routing.toml", 'bins = ["36", "38"]', 'bins = ["36", "xx"]', "found 'xx', expected 1 to 11 digits",
    ),
    "stand-in for no channel": ("routing.toml", '["chip", "magstripe", "ecommerce"]', "[]", "stand_in.channels: found none"),
    "an account of a series": (
        "issuers/vesta.toml",
        'purpose = "foreign Visa card reported lost, declined 41"',
        'purpose = "x"\naccount = "vesta-s1-7"',
        "found 'vesta-s1-7', which is the account of a [[card]] too",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_refused(kind: str, folder: Path) -> None:
    file, good, bad, words = MISTAKES[kind]
    if good is None:
        add(folder, file, bad)
    else:
        put(folder, file, good, bad)
    sentences = check(folder)
    named = [sentence for sentence in sentences if words in sentence]
    assert named, sentences
    assert all(sentence.startswith(file.split("/")[0]) for sentence in named if "address" not in kind and "port" not in kind)
    assert "***" not in "".join(named) or "card" in kind


def test_a_tie_that_another_row_decides_is_none(folder: Path) -> None:
    both = '[[rate]]\nfrom = "2013-01-01"\nscheme = "cmi"\nchannel = "chip"\nrate_basis_points = 5\n'
    origins = "".join(f'{ROW}origin = "{origin}"\nscheme = "cmi"\nchannel = "chip"\n' for origin in ("domestic", "foreign"))
    add(
        folder,
        "fees/interchange.toml",
        f'{ROW}channel = "chip"\norigin = "domestic"\n{ROW}scheme = "cmi"\norigin = "domestic"\n',
    )
    assert any("as many columns" in sentence for sentence in check(folder))
    add(folder, "fees/interchange.toml", both + origins)
    done = run("specs", "check", "--specs", folder)
    assert (done.code, done.err) == (0, "")


def test_the_order_of_interchange_rows_is_written_down() -> None:
    words = " ".join((DEFAULT / "README.md").read_text(encoding="utf-8").split())
    steps = (
        "1. the row that names most columns",
        "2. the row that names the transaction type",
        "3. the row with the latest `from`",
    )
    assert [step for step in steps if step in words] == list(steps)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + "[" * 3_000 + "]" * 3_000, "merchants.toml:1: found brackets within brackets"),
        ("x = " + "{a=" * 3_000 + "1" + "}" * 3_000, "merchants.toml:1: found brackets within brackets"),
        ("\n\nx = " + "9" * 5_000, "merchants.toml:3: found a number of 4000 digits or more"),
        ("[[merchant]]\nover_basis_points = 0x" + "f" * 5_000, "found a number of more than 12 digits"),
    ],
)
def test_what_no_reader_of_toml_survives_is_one_sentence(text: str, words: str, folder: Path) -> None:
    (folder / "merchants.toml").write_text(text, encoding="utf-8")
    sentences = check(folder)
    assert any(words in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    ("kind", "file"),
    [("pipe", "merchants.toml"), ("device", "issuers/atlas.toml"), ("folder", "fees/vat.toml"), ("endless", "routing.toml")],
)
def test_what_is_no_file_is_one_sentence(kind: str, file: str, folder: Path) -> None:
    path = folder / file
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "endless" else "/dev/null")
    found = {"endless": "device"}.get(kind, kind)
    done = switch("specs", "check", "--specs", folder)
    assert f"{file}: found a {found}, expected a TOML file" in done.err
    assert "Traceback" not in done.err
    assert done.code == 2
