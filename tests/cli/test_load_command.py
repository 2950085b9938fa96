"""``switch load`` against a running centre: what it prints, its exit codes, and its JSON."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from tests.cli.command import Outcome, run
from tests.cli.french.english import english
from tests.support.json_schema import mistakes, schema_of

pytestmark = pytest.mark.long  # beside a whole centre

SCENARIO = """\
purpose = "what a load meets"
rules = [
  "card=6011000000000004 -> silence",
  "amount=77 -> wrong amount",
]
"""
EVERYTHING = (
    "purchase=20,refund=2,balance=2,verify=2,cash=2,cash-back=2,quasi-cash=2,bill=2,preauth=4,completion=3,reversal=8,echo=2"
)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    folder = tmp_path_factory.mktemp("loaded")
    (folder / "met.toml").write_text(SCENARIO, encoding="utf-8")
    with running_centre(folder / "var", ["--scenario", str(folder / "met.toml")]) as running:
        yield running
        assert running.stop() == 0


def loaded(centre: CentreProcess, *arguments: object) -> Outcome:
    """Where messages are due at a rate, the window has room for all of them, and what follows an approval waits for one: a
    centre that waits for its disk fails no test."""
    return run("load", "--ready-file", centre.data / "ready.json", *arguments)


@pytest.mark.parametrize("listener", ["ascii", "bcd", "domestic93"])
def test_the_centre_takes_every_message_of_every_type(centre: CentreProcess, listener: str) -> None:
    done = loaded(
        centre, "--listener", listener, "--types", EVERYTHING, "--count", 200, "--stop-on-wrong", "--fail-if", "errors>0",
        "--fail-if", "approved<100%", "--json",
    )  # fmt: skip
    told = done.json

    assert done.code == 0, told
    assert mistakes(told, schema_of("load")) == []
    assert (told["sent"], told["approved"], told["late"]) == (200, 200, 0)
    assert {each["response_code"] for each in told["answers"]} == {"00"}
    assert len({each["mti"][1:] for each in told["answers"]}) == 5
    assert [each["kept"] for each in told["limits"]] == [True, True]


def test_a_report_without_a_terminal(centre: CentreProcess, tmp_path: Path) -> None:
    mix = tmp_path / "friday.toml"
    mix.write_text(
        'connections = 2\nwindow = 25\ncount = 150\nfail_if = "max<0.001ms"\n[[part]]\nshare = 4\n[[part]]\ntype = "reversal"\n'
        '[[step]]\nrate = 50\nfor = "1s"\n[[step]]\nfor = "9s"\n',
        encoding="utf-8",
    )
    done = loaded(centre, mix)

    assert (done.code, done.err) == (0, "")
    assert "\x1b" not in done.out
    for words in (
        "messages sent      150",
        "0100        00 approved",
        "0420        00 approved",
        "step  rate",
        "The load itself took",
        "kept  max<",
    ):
        assert words in done.out
    french = loaded(centre, mix, "--lang", "fr")
    assert [line for line in french.out.splitlines() if english(line)] == []


def test_limits_wrong_answers_and_silence_set_the_exit_code(centre: CentreProcess) -> None:
    slow = loaded(centre, "--count", 20, "--fail-if", "max>0.001ms")
    wrong = loaded(centre, "--amount", 77, "--stop-on-wrong")
    refused = loaded(centre, "--count", 5, "--expect", "51", "--fail-if", "wrong>2")
    silent = loaded(centre, "--pan", "6011000000000004", "--count", 3, "--timeout", "300ms", "--reverse-unanswered", "--json")
    nobody = run("load", "--port", 1)

    assert (slow.code, wrong.code, refused.code, silent.code, nobody.code) == (1, 1, 1, 3, 3)
    assert "not kept  max>0.001ms" in slow.out
    assert "wrong answer: 0100, STAN" in wrong.out
    assert "DE 39: found 00, expected 51" in refused.out
    assert mistakes(silent.json, schema_of("load")) == []
    assert silent.json["unanswered"] >= 3
    assert "connection refused" in nobody.sentence


def test_every_mistake_in_what_was_typed_is_a_sentence(centre: CentreProcess) -> None:
    done = loaded(centre, "--merchant", "X", "--amount", "5..1", "--fail-if", "p95", "--rate", "-1")
    told = done.err.splitlines()

    assert done.code == 2
    assert [line.split()[1] for line in told] == ["--rate:", "--amount:", "--fail-if:", "--merchant:"]
    assert loaded(centre, "--types", "purchse").sentence.startswith("--types: found 'purchse'")
    assert loaded(centre, "--step", "10").sentence.startswith("--step: found '10'")
    assert loaded(centre, "nothing.toml", "--pan", "6011000000000004").sentence.startswith("--pan: found beside FILE")
    assert loaded(centre, "nothing.toml").sentence.startswith("nothing.toml: found no such file")


def test_on_a_terminal_it_is_painted_while_it_runs(centre: CentreProcess) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "switch", "load", "--ready-file", str(centre.data / "ready.json")]
    with subprocess.Popen(
        [*command, "--rate", "50", "--duration", "2s"], stdout=follower, stderr=follower, env={**os.environ, "TERM": "xterm"}
    ) as process:
        os.close(follower)
        painted = b""
        try:
            while piece := os.read(leader, 65_536):
                painted += piece
        except OSError:  # the other end is closed
            pass
    os.close(leader)
    assert process.returncode == 0
    assert b"answered" in painted.split(b"The load itself")[0]
    assert "━".encode() in painted
