"""``switch release`` and ``switch scenario reset`` at a real centre, while a gateway waits for its answers."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from switch.centre.as_process import running_centre
from tests.cli.command import run
from tests.support.centre_in_loop import Client, purchase, specs, wire
from tests.trials.small_centre import small_specs


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("one",), "ID: found 'one', expected the ID of a held answer, or all"),
        (("9" * 5_000,), f"ID: found '999999{'*' * 4_990}9999', expected the ID of a held answer, or all"),
        (("1", "all"), "ID: found 'all', expected the ID of a held answer, or all"),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = run("release", *arguments, "--data", tmp_path)

    assert (outcome.code, outcome.err.splitlines()[0]) == (2, f"switch: {sentence}")


@pytest.mark.long
def test_an_answer_is_held_listed_and_released(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "one.toml").write_text('purpose = "watched"\nrules = ["amount=3 -> 91"]', encoding="utf-8")
    with running_centre(tmp_path / "centre", [*small_specs(tmp_path), "--scenarios", str(folder)]) as centre:
        data = ("--data", centre.data)
        listener = next(each for each in specs().centre.listeners if each.name == "ascii")
        host, port = centre.address("ascii")
        client = Client(port, wire(listener.dialect, listener.header.notation, listener.tpdu))
        assert run("release", *data).out == "no answer is held\n"
        assert run("scenario", "add", *data, "class=request -> hold + state waits").code == 0
        with socket.create_connection((host, port), timeout=10) as gateway:
            gateway.sendall(client.framed(purchase()))
            listed = run("release", "--wait", "20s", *data)
            assert listed.out.splitlines()[0].split() == [
                "id",
                "held",
                "for",
                "connection",
                "answer",
                "code",
                "STAN",
                "RRN",
                "rule",
            ]
            assert "0110" in listed.out
            assert "000000000001" in listed.out
            states = run("scenario", "list", *data).out
            assert "state waits: card 950401******" in states
            assert "counts and states begin anew" in run("scenario", "reset", *data).out
            after = run("scenario", "list", *data).out
            assert "state waits:" not in after
            assert "2 rules never applied" in after
            assert run("scenario", "poke", *data, "ascii", "echo").out.startswith("echo sent: ascii 127.0.0.1:")
            assert client._framer.feed(gateway.recv(65_536))
            nobody = run("scenario", "poke", *data, "bcd", "echo")
            assert (nobody.code, nobody.err) == (1, "switch: bcd: found no open connection, expected one to send echo on\n")

            missing = run("release", "7", *data)
            assert (missing.code, missing.err) == (2, "switch: found no held answer 7, expected one of 1\n")
            assert run("release", "1", *data).out == "1 answer released\n"
            assert client._framer.feed(gateway.recv(65_536))
            gateway.sendall(client.framed(purchase(2)))
            assert run("release", "all", "--wait", "20s", *data).out == "1 answer released\n"
            none = run("release", "all", "--wait", "10ms", *data)
            assert (none.code, none.err) == (1, "switch: no answer was held within 0.01 s\n")
            assert run("release", "--wait", "long", *data).code == 2
            assert client._framer.feed(gateway.recv(65_536))
        assert run("scenario", "poke", *data, "lines", "drop").code == 0
        refused = run("scenario", "poke", *data, "ascii", "refuse", "--for", "20s")
        assert refused.out == "connections refused for 20s: ascii\n"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), timeout=10)
        assert centre.stop() == 0


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    outcome = run("up", "--scenarios", tmp_path / "none", "--data", tmp_path)

    assert (outcome.code, outcome.err) == (
        2,
        f"switch: --scenarios: found no folder {tmp_path / 'none'}, expected a folder of scenario files\n",
    )


def test_a_wrong_time_is_one_sentence(tmp_path: Path) -> None:
    outcome = run("scenario", "poke", "lines", "drop", "--for", "soon", "--data", tmp_path)

    assert outcome.code == 2
    assert outcome.err.startswith("switch: --for: found 'soon', expected a length of time above 0")
