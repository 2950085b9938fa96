"""Ten kinds of bad input: each one clear sentence, and the centre goes on serving."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.specs.folder import default_folder
from tests.cli.command import run
from tests.e2e.acquirer import Acquirer, sale
from tests.e2e.test_crash import eventually


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("bad") / "var") as running:
        yield running


def a_message(centre: CentreProcess) -> bytes:
    """A good purchase with its two bytes of length, to be spoilt."""
    with Acquirer(centre) as acquirer:
        return acquirer.framed(sale(9001))


def spoilt(frame: bytes, kind: str) -> bytes:
    body = frame[2:]
    match kind:
        case "short frame":
            return b"\x00\x03010"
        case "huge length":
            return b"\xff\xff" + body
        case "wrong bitmap":
            return frame[:6] + b"\xff" * 8 + frame[14:]
        case "letters in DE 4":
            return frame.replace(b"000000000100", b"0000000001OO")
        case "unknown MTI":
            return frame[:2] + b"0990" + frame[6:]
    raise AssertionError(kind)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("short frame", "MTI at byte 0: found 3 bytes 30 31 30, expected 4 bytes of MTI: four digits in ASCII; not answered"),
        ("huge length", "length header ff ff: found a frame of 65535 bytes, expected 0 to 16384; the line is closed"),
        (
            "wrong bitmap",
            "DE 2 at byte 20: found length '70' with 151 bytes left, expected n..19 (LLVAR, ascii); not answered",
        ),
        ("letters in DE 4", "DE 4 at byte 36: found 'O' as character 11, expected n 12: digits; answered 30"),
        ("unknown MTI", "MTI 0990 is none of ISO 8583:1987"),
    ],
)
def test_on_the_wire(kind: str, sentence: str, centre: CentreProcess) -> None:
    number = 9100 + sum(kind.encode())
    frame = spoilt(a_message(centre), kind)
    with socket.create_connection(centre.address("ascii")) as bad:
        bad.sendall(frame)
        eventually(lambda: sentence in centre.log.read_text(encoding="utf-8"), f"{kind}: {sentence}")
    with Acquirer(centre) as good:
        assert [answer[39] for answer in good.ask(sale(number))] == ["00"]
    told = [line for line in centre.log.read_text(encoding="utf-8").splitlines() if sentence in line]
    assert len(told) == 1
    assert "Traceback" not in centre.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "found", "put", "sentence"),
    [
        ("centre.toml", 'header = "4a"', 'headers = "4a"', "centre.toml:"),
        ("routing.toml", 'bins = "400000-499999"', 'bins = "500000-599999"', "overlapping"),
        ("merchants.toml", 'rib = "', 'rib = "1', "expected 24 digits"),
    ],
)
def test_in_a_specification(file: str, found: str, put: str, sentence: str, tmp_path: Path) -> None:
    shutil.copytree(default_folder(), tmp_path / "specs")
    path = tmp_path / "specs" / file
    text = path.read_text(encoding="utf-8")
    assert found in text
    path.write_text(text.replace(found, put, 1), encoding="utf-8")
    for verb in (("specs", "check"), ("up", "--data", str(tmp_path / "var"), "--free-ports")):
        done = run(*verb, "--specs", str(tmp_path / "specs"))
        assert done.code == 2
        assert sentence in done.err
        assert len(done.err.splitlines()) == 1


def test_a_wrong_rib_key_names_the_right_one(tmp_path: Path) -> None:
    shutil.copytree(default_folder(), tmp_path / "specs")
    path = tmp_path / "specs" / "merchants.toml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.startswith("rib = "))
    digits = "".join(c for c in lines[place] if c.isdecimal())
    lines[place] = f'rib = "{digits[:22]}{(int(digits[22:]) + 1) % 97:02d}"\n'
    path.write_text("".join(lines), encoding="utf-8")
    done = run("specs", "check", "--specs", str(tmp_path / "specs"))
    assert done.code == 2
    assert f"merchants.toml:{place + 1}: merchant[1].rib: found key" in done.err
    assert f"expected key {digits[22:]}" in done.err


def test_an_unknown_merchant_in_statement(centre: CentreProcess) -> None:
    done = run("statement", "NOBODY", "--data", str(centre.data))
    assert done.code == 2
    assert done.err.splitlines()[1:] == ["hint: switch merchants lists them"]
    assert "NOBODY" in done.err


def test_a_closed_port_in_send() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    done = run("send", "--port", str(port))
    assert done.code == 3
    assert len(done.err.splitlines()) == 1
    assert str(port) in done.err
