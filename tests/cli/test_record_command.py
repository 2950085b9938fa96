"""``switch record`` and ``switch replay`` as somebody at a shell uses them, beside a running centre."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from tests.cli.command import run
from tests.support.json_schema import mistakes, schema_of
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.long  # beside a whole centre


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    folder = tmp_path_factory.mktemp("recorded")
    with running_centre(folder / "var", small_specs(folder)) as running:
        yield running
        assert running.stop() == 0


@contextmanager
def beside(*arguments: object) -> Iterator[str]:
    """A command that runs until it is interrupted; the port it listens at."""
    command = [sys.executable, "-m", "switch", *map(str, arguments), "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        place = next(word.strip(",") for word in line.split() if word.startswith("127.0.0.1:"))
        yield place
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    finally:
        process.kill()
        process.wait()


def send(place: str, *arguments: object) -> str:
    sent = run("send", "--port", place.rpartition(":")[2], *arguments)
    return sent.out.split(" ")[0]


def test_a_gateways_morning_is_recorded_read_proved_and_played_again(centre: CentreProcess, tmp_path: Path) -> None:
    kept, host = tmp_path / "kept", ":".join(map(str, centre.address("ascii")))
    with beside("record", host, "--data", kept) as place:
        assert send(place, "--amount", "12.00", "--rrn", "RECORDED0001", "--cvv2", "999") in ("00", "N7")
        assert send(place, "--network", "echo") == "00"
    seen = run("requests", "--data", kept, "--network", "--json").json
    assert [each["mti"] for each in seen] == ["0100", "0800"]
    assert run("verify", "--data", kept, "one 0100 of rrn RECORDED0001", "one echo answered 00").code == 0
    again = run("replay", kept, "--to", host, "--speed", "max", "--ignore", "38,39", "--json")
    found = json.loads(again.out)
    assert mistakes(found, schema_of("replay")) == []
    assert (again.code, [each["as_recorded"] for each in found]) == (0, [True, True]), again.out
    assert found[0]["left_out"], "a CVV2 is in no recording"
    with beside("replay", kept) as place:
        assert send(place, "--network", "echo") == "00"


def test_mistakes_are_one_sentence_each(centre: CentreProcess, tmp_path: Path) -> None:
    neither = run("replay", tmp_path)
    assert neither.sentence == "found neither of --to and --listen, expected one of them"
    assert "hint: --to HOST:PORT plays the gateways, --listen ADDRESS:PORT plays the host" in neither.err
    assert "expected a number above 0, such as 2, or max" in run("replay", tmp_path, "--to", "h:1", "--speed", "-1").sentence
    assert "expected numbers of elements" in run("replay", tmp_path, "--to", "h:1", "--ignore", "x").sentence
    assert "HOST:PORT: found 'nowhere', expected an address and a port" in run("record", "nowhere").sentence
    assert "expected a folder for recordings alone" in run("record", "127.0.0.1:9", "--data", centre.data).sentence
    assert "no bytes are kept" in run("replay", centre.data, "--to", "127.0.0.1:9").sentence
    taken = ":".join(map(str, centre.address("ascii")))
    refused = run("record", "127.0.0.1:9", "--listen", taken, "--data", tmp_path / "k")
    assert refused.sentence == f"--listen: {taken}: address already in use, expected a free address of this machine"
    assert "hint: such as --listen 127.0.0.1:9583" in refused.err
    nobody = run("replay", tmp_path / "nowhere", "--to", "127.0.0.1:9")
    assert "hint: RECORDING is the folder that switch record --data names, or a data folder" in nobody.err
