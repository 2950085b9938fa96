"""What nobody foresaw is one sentence, an exit code of its own, and a file its owner alone can read."""

from __future__ import annotations

import json
import re
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import click
import pytest
import trio

from switch.cli import cli
from switch.cli.console.last_resort import error_json, wants_json
from switch.errors import DataFolderError
from tests.cli.command import Outcome, run

PAN = "4507160000000010"


def failing(fault: Callable[[], object], *arguments: object) -> Outcome:
    """A command that ends so."""

    @click.command()
    @click.option("--data")
    @click.option("--json", "as_json", is_flag=True)
    def command(data: str | None, as_json: bool) -> None:
        fault()

    with patch.object(cli, "get_command", lambda ctx, name: command):
        return run("anything", *arguments)


def raised(error: BaseException) -> Callable[[], object]:
    def fault() -> None:
        raise error

    return fault


def in_a_nursery(*errors: BaseException) -> Callable[[], object]:
    async def one(error: BaseException) -> None:
        raise error

    async def main() -> None:
        async with trio.open_nursery(strict_exception_groups=True) as nursery:
            for error in errors:
                nursery.start_soon(one, error)

    return lambda: trio.run(main)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (raised(RuntimeError(f"card {PAN}\x1b[2J\nand more")), r"RuntimeError: card 450716******0010\x1b[2J\x0aand more"),
        (raised(RecursionError()), "RecursionError"),
        (raised(MemoryError()), "MemoryError"),
        (raised(ExceptionGroup("several", [ExceptionGroup("inner", [ValueError("one")])])), "ValueError: one"),
        (in_a_nursery(KeyError("missing")), "KeyError: 'missing'"),
    ],
)
def test_one_sentence_and_a_file(fault: Callable[[], object], words: str, tmp_path: Path) -> None:
    ended = failing(fault, "--data", tmp_path)
    assert ended.code == 70
    (details,) = tmp_path.iterdir()
    assert ended.sentence == f"this was not foreseen ({words}); the details are in {details}"
    assert stat.S_IMODE(details.stat().st_mode) == 0o600
    text = details.read_text(encoding="utf-8")
    assert "Traceback (most recent call last)" in text
    assert PAN not in text
    assert "\x1b" not in text


def test_without_a_data_folder_the_file_is_a_temporary_one(tmp_path: Path) -> None:
    ended = failing(raised(RuntimeError("lost")), "--data", tmp_path / "none")
    place = re.search(r"the details are in (\S+)$", ended.sentence)
    assert place
    details = Path(place[1])
    assert stat.S_IMODE(details.stat().st_mode) == 0o600
    details.unlink()


def test_a_folder_keeps_the_last_twenty(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"fault-20260101-{number:06d}.txt").touch()
    failing(raised(RuntimeError()), "--data", tmp_path)
    assert len(list(tmp_path.iterdir())) == 20


@pytest.mark.parametrize("fault", [raised(KeyboardInterrupt()), in_a_nursery(KeyboardInterrupt(), ValueError("after it"))])
def test_ctrl_c_is_130_and_says_nothing_of_itself(fault: Callable[[], object], tmp_path: Path) -> None:
    ended = failing(fault, "--data", tmp_path)
    assert (ended.code, ended.err.strip(), list(tmp_path.iterdir())) == (130, "", [])


def test_what_a_person_caused_is_no_fault(tmp_path: Path) -> None:
    ended = failing(raised(DataFolderError("var: found nothing")), "--data", tmp_path)
    assert (ended.code, ended.sentence, list(tmp_path.iterdir())) == (2, "var: found nothing", [])


def test_a_thread_that_fails_says_so_and_the_command_goes_on(tmp_path: Path) -> None:
    def fault() -> None:
        thread = threading.Thread(target=raised(RuntimeError("in a thread")))
        thread.start()
        thread.join()

    ended = failing(fault, "--data", tmp_path)
    assert ended.code == 0
    assert "RuntimeError: in a thread" in ended.sentence


def test_a_fault_is_json_where_json_is_asked_for(tmp_path: Path) -> None:
    ended = failing(raised(RuntimeError("unforeseen")), "--data", tmp_path, "--json")
    assert ended.code == 70
    assert "unforeseen" in json.loads(ended.err)["error"]["message"]


def test_an_error_in_its_parts() -> None:
    assert error_json("a.toml:3: key: found 1, expected 2") == {"where": "a.toml:3: key", "found": "1", "expected": "2"}
    assert error_json("found 1, expected 2", "try 2") == {"found": "1", "expected": "2", "hint": "try 2"}
    assert error_json("no day is closed") == {"message": "no day is closed"}
    assert not wants_json(["explain", "--", "--json"])
