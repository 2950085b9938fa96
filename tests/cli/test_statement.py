"""``switch statement`` in its forms, to a file and to a terminal; ``switch day close`` with them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.command import run
from tests.settlement.test_statement import close_a_day
from tests.support.day_builders import FRIDAY, GROCER


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    close_a_day(folder)
    return folder


@pytest.mark.parametrize("form", ["pdf", "xlsx", "text", "csv", "json"])
def test_each_form_is_written_to_a_file(data: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"statement.{form}"
    done = run("statement", GROCER.id, FRIDAY, "--format", form, "--out", path, "--data", data)
    assert (done.code, done.out) == (0, f"statement of {GROCER.id} for {FRIDAY} written to {path}\n")
    content = path.read_bytes()
    assert content.startswith({"pdf": b"%PDF-", "xlsx": b"PK", "json": b"{"}.get(form, b""))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".*")) == []
    if form in ("text", "csv"):
        assert content == (data / "days" / FRIDAY / "statements" / f"{GROCER.id}.{form.replace('text', 'txt')}").read_bytes()
    if form == "json":
        assert content.decode() == run("statement", GROCER.id, FRIDAY, "--json", "--data", data).out
    else:
        again = run("statement", GROCER.id, FRIDAY, "--format", form, "--out", path, "--data", data)
        assert (again.code, path.read_bytes()) == (0, content)


def test_format_json_is_json(data: Path) -> None:
    assert run("statement", GROCER.id, "--format", "json", "--data", data).json["merchant_id"] == GROCER.id


def test_the_specification_is_read_where_it_is_named_or_the_merchant_is_unknown(data: Path, tmp_path: Path) -> None:
    (broken := tmp_path / "specs").mkdir()
    refused = run("statement", GROCER.id, "--specs", broken, "--data", data)
    assert (refused.code, refused.out) == (2, "")
    assert "calendar.toml: found no such file" in refused.sentence
    assert run("statement", GROCER.id, "--data", data).code == 0
    unknown = run("statement", "EPICERIE0000002", "--data", data)
    assert unknown.sentence.startswith("MERCHANT: found 'EPICERIE0000002', expected one such as EPICERIE0000001")
    known = run("statement", "TELECOM00000001", "--data", data)
    assert known.code == 1
    assert known.sentence == "merchant TELECOM00000001 has no statement yet: none of its sales is in a closed day"


def test_a_known_merchant_needs_no_specification(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr("switch.specs.load.load_specs", unreadable)
    assert run("statement", GROCER.id, "--data", data).code == 0


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_a_terminal_is_refused_bytes(data: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    terminal = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(import_module("switch.cli.statement"), "sys", terminal)
    refused = run("statement", GROCER.id, "--format", form, "--data", data)
    assert (refused.code, refused.out) == (2, "")
    assert refused.sentence == f"--format {form}: found a terminal, expected a file"
    assert f"hint: --out {GROCER.id}.{form}" in refused.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            f"{GROCER.id} --format xlsx >/dev/full",
            "standard output: found No space left on device, expected one that can be written",
        ),
        (
            f"{GROCER.id} --format csv --excel-fr >&-",
            "standard output: found Bad file descriptor, expected one that can be written",
        ),
        (f"{GROCER.id} --lang fr >/dev/full", "sortie standard : disque plein, attendu une sortie où l'on peut écrire"),
    ],
)
def test_output_that_cannot_be_written_is_one_sentence(data: Path, words: str, sentence: str) -> None:
    command = ["/bin/sh", "-c", f'exec "$0" -m switch statement {words}', sys.executable]
    environment = {**os.environ, "SWITCH_DATA": str(data), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (2, f"switch: {sentence}\n")
    assert list(data.glob("fault-*")) == []


def test_what_cannot_be_written_is_one_sentence(data: Path, tmp_path: Path) -> None:
    for path, found in ((tmp_path, "a folder"), (tmp_path / "none" / "x.pdf", "No such file or directory")):
        refused = run("statement", GROCER.id, "--format", "pdf", "--out", path, "--data", data)
        assert refused.code == 2
        assert refused.sentence == f"{path}: found {found}, expected a file that can be written"


def test_a_pipe_takes_the_bytes(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "switch", "statement", GROCER.id, "--format", "pdf", "--data", str(data)]
    piped = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())}).stdout
    path = tmp_path / "statement.pdf"
    run("statement", GROCER.id, "--format", "pdf", "--out", path, "--data", data)
    assert piped == path.read_bytes()


def test_a_close_with_both_says_where_they_are(data: Path) -> None:
    done = run("day", "close", FRIDAY, "--pdf", "--xlsx", "--data", data)
    assert (done.code, done.out.splitlines()[0]) == (
        0,
        f"business date {FRIDAY} is already closed; its statements are now there as PDF, XLSX, from the books",
    )
    assert (data / "days" / FRIDAY / "statements" / f"{GROCER.id}.pdf").is_file()
    assert run("day", "close", FRIDAY, "--pdf", "--data", data).code == 1
    french = run("day", "close", FRIDAY, "--pdf", "--lang", "fr", "--data", data)
    assert "déjà arrêtée, rien n'a changé" in french.out
