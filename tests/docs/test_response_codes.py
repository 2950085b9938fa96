"""Each command of ``docs/reference/response-codes.md`` gets the code of its row."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.iso8583.edition93.action_codes import SCHEME_ACTIONS, action_code
from switch.transaction import RESPONSE_MEANINGS, SCHEME_MEANINGS, response_meaning
from tests.cli.command import run
from tests.docs.pages import ROOT, tables

PAGE = ROOT / "docs" / "reference" / "response-codes.md"
_, *ROWS = (row for _, row in next(tables(PAGE))[1:])
#: Code -> the commands of a row that get it, one after the other.
COMMANDS = [(row[0][:2], re.findall(r"`([^`]+)`", row[-1])) for row in ROWS]
SCENARIO = ROOT / "docs" / "examples" / "rare-codes.toml"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("centre"), ["--scenario", str(SCENARIO)]) as running:
        yield running
        assert running.stop() == 0


@pytest.mark.parametrize(("code", "commands"), COMMANDS, ids=[f"{code}-{number}" for number, (code, _) in enumerate(COMMANDS)])
def test_the_commands_of_a_row_get_its_code(centre: CentreProcess, code: str, commands: list[str]) -> None:
    host, port = centre.address("ascii")
    asked = 0
    for command in commands:
        _, verb, *options = shlex.split(command)
        to_centre = ("--host", host, "--port", port, "--listener", "ascii") if verb == "send" else ()
        outcome = run(verb, *options, "--data", centre.data, *to_centre)
        if "--expect" in options:
            asked += 1
            assert options[-2:] == ["--expect", code]
            assert outcome.code == 0, outcome.out + outcome.err
        else:  # a request that waits for its issuer gets no answer in time
            assert outcome.code == (3 if "--timeout" in options else 0), outcome.out + outcome.err
    assert asked == 1


def test_every_code_that_is_given_has_a_row() -> None:
    """What may be answered is in the table, or in the list of what no card gives."""
    listed = {row[0][:2] for row in ROWS}
    _, *never = (row for _, row in list(tables(PAGE))[1][1:])
    left_out = {code.strip() for row in never for code in row[0].split(",")}
    assert {*RESPONSE_MEANINGS, *SCHEME_MEANINGS} <= listed | left_out


def test_the_words_and_the_codes_of_1993_are_those_of_the_code() -> None:
    for words, action, *_ in ROWS:
        code, meaning = words.split(" ", 1)
        assert meaning == response_meaning(code)
        assert action.split(", ")[0] == (SCHEME_ACTIONS.get(code) or action_code(code, "1"))


def test_the_codes_are_in_order() -> None:
    codes = [row[0] for row in ROWS]
    assert codes == sorted(codes)
