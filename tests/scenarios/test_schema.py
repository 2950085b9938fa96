"""The JSON Schema of scenario files, held against the files that are shipped and against what readers read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from switch.scenarios.schema import scenario_schema
from switch.specs.files import parse
from tests.cli.command import run
from tests.scenarios.messages_said import NAMES
from tests.support.json_schema import KNOWN, mistakes, schemas_within

ROOT = Path(__file__).parents[2]
SHIPPED = sorted([*(ROOT / "specs" / "scenarios").glob("*.toml"), ROOT / "docs" / "examples" / "rare-codes.toml"])
SCHEMA = scenario_schema(NAMES, {"issuer": ["atlas", "rif"], "line": ["ascii", "bcd"], "dialect": ["bcd"]})
TABLES = b"""purpose = "everything there is"
seed = 7
rules = ["any -> 91"]
[[rule]]
name = "x"
at = "host"
issuer = "atlas"
times = 3
when = { class = ["request", "advice"], any = [{ mcc = "5411" }, { amount = "100..200" }], not = { line = "bcd" } }
then = ["91", { answer = "05", late = "2s", set = { 38 = "ABC123" }, wrong = ["stan", "rrn"], remove = "37" }]
afterwards = "cycle"
[[rule]]
when = { "de22" = "071", response_code = "00", per = "rule", chance = "10%", until = "18:00", after = 2, state = "tried" }
then = { hold = true, partial = "30.00", balance = "1.00", dialect = "bcd", state = "x", late = 0.5, twice = true }
[[rule]]
when = { time = "08:00..12:00", date = "2026-11-30", nth = 2, element = { "127.22" = "A" } }
then = { drop = "half_open", refuse = "30s" }
[[rule]]
then = { timeout = "3s" }
[[rule]]
at = "page"
then = ["ok", { threeds = "wrong code" }]
"""


def read(content: bytes) -> dict[str, Any]:
    return parse("file.toml", content)[0]


def test_the_command_prints_a_schema_that_the_shipped_files_fit() -> None:
    schema = json.loads(run("scenario", "schema").out)

    assert SHIPPED
    for path in SHIPPED:
        assert mistakes(read(path.read_bytes()), schema) == [], path.name
    assert schema["$defs"]["rule"]["properties"]["issuer"]["enum"][:2] == ["atlas", "lusitania"]
    assert "retrieval_reference_number" in schema["$defs"]["when"]["properties"]


def test_an_element_of_another_length_than_it_has_does_not_fit() -> None:
    schema = json.loads(run("scenario", "schema").out)

    for rrn, right in (("632603575796", True), ("", True), ("63260", False)):
        text = f'purpose = "x"\n[[rule]]\nwhen = {{ rrn = "{rrn}" }}\nthen = "05"'
        assert (mistakes(read(text.encode()), schema) == []) is right, rrn


def test_whatever_a_file_may_say_fits() -> None:
    assert mistakes(read(TABLES), SCHEMA) == []
    assert {key for each in schemas_within(SCHEMA) for key in each} <= KNOWN


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b'name = "x"', b'nam = "x"'),
        (b'issuer = "atlas"', b'issuer = "atls"'),
        (b"times = 3", b"times = 0"),
        (b"mcc", b"mccc"),
        (b'"5411"', b'"541"'),
        (b'"100..200"', b'"much"'),
        (b'answer = "05"', b'answer = "5"'),
        (b'"cycle"', b'"stop"'),
        (b"hold = true", b'hold = "yes"'),
        (b'"half_open"', b'"open"'),
        (b'"stan", "rrn"', b'"stan", "pan"'),
        (b'state = "x"', b'state = "x y"'),
        (b'"wrong code"', b'"wrong"'),
        (b'per = "rule"', b'per = "shop"'),
    ],
)
def test_what_a_reader_refuses_does_not_fit(good: bytes, bad: bytes) -> None:
    assert good in TABLES

    assert len(mistakes(read(TABLES.replace(good, bad)), SCHEMA)) >= 1
