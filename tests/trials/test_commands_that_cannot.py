"""Commands that cannot do what they are asked for: one sentence, an exit code, and an end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.support.day_builders import FRIDAY, journal_of

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def switch(*arguments: object, cwd: Path = ROOT, out: str = "", seconds: float = 30) -> subprocess.CompletedProcess[str]:
    """A command as a process of its own, which may use a gigabyte and a half; ``out`` is where its output goes."""
    script = f'ulimit -v 1500000; exec "$@"{f" >{out}" if out else ""}'
    words = ("sh", "-c", script, "sh", sys.executable, "-m", "switch", *map(str, arguments))
    return subprocess.run(words, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=seconds, check=False)


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("statement X --format csv --json", "--json: found beside --format"),
        ("statement X --format text --json", "--json: found beside --format"),
        ("cards --pans --json", "--json: found beside --pans"),
        ("cards --pans --series", "--series: found beside --pans"),
        ("explain 1 --unmasked", "--unmasked: found without --bytes"),
        ("trace --number 1 --last 5", "--last: found beside --number"),
        ("trace --number 1 --unreadable", "--unreadable: found beside --number"),
        ("send --network echo --amount 5", "--amount: found beside --network"),
        ("send --network echo --merchant X", "--merchant: found beside --network"),
        ("send --totals --pan 4507160000000010", "--pan: found beside --totals"),
        ("send --reverse 1 --rrn 2", "--rrn: found beside --reverse"),
        ("send --increment 1 --partial", "--partial: found beside --increment"),
        ("send --original-stan 1 --original-at 2", "--original-stan: found alone"),
        ("send --port 1 --set 3=1 --set 3=2", "--set: found DE 3 a second time"),
    ],
)
def test_no_option_overrides_another_in_silence(words: str, refused: str, tmp_path: Path) -> None:
    data = () if words.startswith("cards") else ("--data", tmp_path)
    told = run(*words.split(), *data)
    assert told.code == 2
    assert told.sentence.startswith(refused)


UP = ("up", "--data", "var", "--free-ports", "--scenario")


@pytest.mark.parametrize("words", [("decode",), ("send", "--ready-file"), UP])
def test_a_pipe_nobody_writes_to_is_no_file(words: tuple[str, ...], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    told = switch(*words, "pipe.toml", cwd=tmp_path)
    assert told.returncode == 2
    assert "pipe.toml: found a pipe, expected" in told.stderr
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("send", "--ready-file"), UP])
def test_what_has_no_end_is_not_read(words: tuple[str, ...], tmp_path: Path) -> None:
    told = switch(*words, "/dev/zero", cwd=tmp_path)
    assert told.returncode == 2
    assert "/dev/zero: found a device, expected" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_data_folder_that_is_a_file_is_one_sentence_in_the_demo(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = switch("demo", "--data", tmp_path / "file")
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", ["trace --number 99999999999999999999", "issuer serve atlas --port 99999"])
def test_a_number_nothing_can_take_is_wrong_use(words: str, tmp_path: Path) -> None:
    told = switch(*words.split(), "--data", tmp_path / "var")
    assert "Traceback" not in told.stderr
    assert "expected a whole number from " in told.stderr
    assert told.returncode == 2


def test_an_rrn_that_is_no_text_is_not_in_the_journal(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    told = run("explain", "\udcff", "--data", tmp_path)
    assert told.code == 1
    assert "expected one in the journal of" in told.sentence


def test_output_that_finds_no_room_is_one_sentence(tmp_path: Path) -> None:
    told = switch("cards", out="/dev/full", cwd=tmp_path)
    assert told.stderr == "switch: standard output: found No space left on device, expected one that can be written\n"
    assert told.returncode == 2
    assert [*tmp_path.iterdir()] == []


def test_the_script_of_the_guide_ends_where_the_scenario_is_wrong(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "test-in-ci.md").read_text(encoding="utf-8")
    found = re.search(r"```sh\n# check.sh\n(.*?)```", page, re.DOTALL)
    assert found
    (tmp_path / "switch").write_text(f'#!/bin/sh\nexec {sys.executable} -m switch "$@"\n', encoding="utf-8")
    (tmp_path / "switch").chmod(0o755)
    (tmp_path / "bad.toml").write_text("purpose = 7\n[[rule]]\nthen = { silence = true }\n", encoding="utf-8")
    environment = {**ENVIRONMENT, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    script = subprocess.Popen(
        found[1], shell=True, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        _, told = script.communicate(timeout=20)
    finally:
        if script.poll() is None:
            os.killpg(script.pid, signal.SIGKILL)
            script.wait()
    assert script.returncode == 2
    assert "bad.toml:1: purpose: found 7, expected text" in told


def test_the_guide_says_when_a_sale_of_a_batch_merchant_counts() -> None:
    page = (ROOT / "docs" / "reference" / "holds.md").read_text(encoding="utf-8")
    assert "| `batch` | waits until its terminal closes its batch (0500, 0520) |" in page


@pytest.mark.parametrize("name", ["pan.key", "lock"])
@pytest.mark.parametrize("kind", ["pipe", "folder"])
@pytest.mark.long
def test_a_centre_waits_for_no_file_that_is_none(tmp_path: Path, name: str, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(tmp_path / name)
    else:
        (tmp_path / name).mkdir()
    done = switch("up", "--data", tmp_path, "--free-ports")
    assert done.returncode == 2
    assert name in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_amount_of_thousands_of_digits_is_one_sentence() -> None:
    refused = run("send", "--port", "1", "--amount", "9" * 6_000)
    assert refused.code == 2
    assert len(refused.sentence) < 200
