"""Each command of ``docs/reference/response-codes.md`` gets the code of its row."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.iso8583.edition93.action_codes import SCHEME_ACTIONS, action_code
from switch.transaction import response_meaning
from tests.cli.command import run
from tests.docs.pages import ROOT, tables

PAGE = ROOT / "docs" / "reference" / "response-codes.md"
_, *ROWS = (row for _, row in next(tables(PAGE))[1:])
COMMANDS = [(row[0][:2], row[-1].strip("`")) for row in ROWS if row[-1]]


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("centre"), []) as running:
        yield running
        assert running.stop() == 0


@pytest.mark.parametrize(("code", "command"), COMMANDS)
def test_a_command_gets_the_code_of_its_row(centre: CentreProcess, code: str, command: str) -> None:
    host, port = centre.address("ascii")
    _, verb, *options = shlex.split(command)
    assert options[-2:] == ["--expect", code]
    outcome = run(verb, *options, "--host", host, "--port", port, "--listener", "ascii")
    assert outcome.code == 0, outcome.out + outcome.err


def test_the_words_and_the_codes_of_1993_are_those_of_the_code() -> None:
    for words, action, *_ in ROWS:
        code, meaning = words.split(" ", 1)
        assert meaning == response_meaning(code)
        assert action.split(", ")[0] == (SCHEME_ACTIONS.get(code) or action_code(code, "1"))


def test_the_codes_are_in_order() -> None:
    codes = [row[0] for row in ROWS]
    assert codes == sorted(codes)
