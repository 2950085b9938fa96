"""Each row of docs/reference/wishes.md does what it says: rules on the wire, commands, and lines of a test."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree

import pytest
from trio.testing import MockClock

from switch.centre.as_process import CentreProcess, running_centre
from switch.gateway.protocol.hash_diagnosis import diagnosed
from switch.gateway.protocol.hash_rules import signed
from switch.gateway.protocol.posted import Posted
from switch.scenarios.host_rule import HostRule
from switch.scenarios.playbook import Playbook
from tests.cli.command import run
from tests.docs.pages import ROOT, tables
from tests.support.centre_in_loop import loopback
from tests.support.wire_seen import Gateway, fault_of

PAGE: Final = ROOT / "docs" / "reference" / "wishes.md"
#: What the lines of a test find: the gateway of the page, and a way to do something a little later.
HEAD: Final = """
import subprocess, sys, threading

def pay(card, amount="120.00"):
    command = [sys.executable, "-m", "switch", "send", "--ready-file", str(CENTRES[-1].ready_file), "--timeout", "1"]
    command += ["--merchant", CENTRES[-1].merchant, "--terminal", CENTRES[-1].terminal]
    command += ["--pan", card.pan, "--expiry", card.expiry, "--amount", amount]
    found = subprocess.run(command, capture_output=True, text=True).stdout[:2]
    return found if found.isdecimal() else ""

def later(seconds, do, *arguments):
    threading.Timer(seconds, do, arguments).start()

CENTRES = []
"""


class Wish(NamedTuple):
    """A row: its number, the lines that do it, and what then comes."""

    number: str
    lines: tuple[str, ...]
    result: str

    @property
    def kind(self) -> str:
        if all(line.startswith("switch ") for line in self.lines):
            return "start" if self.lines[0].startswith("switch up") else "command"
        return "rule" if all(re.match(r"[\w=.,% -]+ -> ", line) for line in self.lines) else "test"


def _spans(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", cell))


WISHES: Final = [
    Wish(re.sub(r"^\[(.*?)\].*", r"\1", row[0]), _spans(row[2]), row[3]) for table in tables(PAGE) for _, row in table[2:]
]


def of_kind(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("wish", [each for each in WISHES if each.kind == kind], ids=lambda wish: wish.number)


def test_every_wish_has_its_row_with_a_public_thread() -> None:
    assert [each.number for each in WISHES] == [*(f"U-{n}" for n in range(1, 22)), *map(str, range(1, 21))]
    assert all(each.lines and each.result for each in WISHES)
    assert len(re.findall(r"^\| \[[^]]+\]\(https://github\.com/", PAGE.read_text(encoding="utf-8"), re.MULTILINE)) == len(
        WISHES
    )


@pytest.fixture
def clock() -> MockClock:
    """Time that passes when nobody has anything to do: all of it is in one process, where what was sent is there at once."""
    return MockClock(autojump_threshold=0.001)


@of_kind("rule")
async def test_rules_do_on_the_wire_what_the_row_says(wish: Wish, clock: MockClock) -> None:
    rules = [HostRule.from_line(line, number=number, names={}) for number, line in enumerate(wish.lines, start=1)]
    async with (
        loopback(playbook=Playbook(rules, seed=1), issuers={"atlas", "rif"}) as centre,
        Gateway(centre, lambda now: None) as gateway,
    ):
        for step in wish.result.split("<br>"):
            sent, _, expected = step.partition(" → ")
            fault = fault_of(expected, await gateway.seen(sent))
            assert fault is None, f"{wish.number}: {step}: {fault}"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[CentreProcess]:
    """A centre of the row's own, that was started as the row of U-20 says, with its trace."""
    start = next(each for each in WISHES if each.number == "U-20").lines[0]
    with running_centre(tmp_path, [*shlex.split(start)[2:], "--trace"]) as running:
        yield running
        assert running.stop() == 0


@pytest.mark.long  # a centre of its own
@of_kind("command")
def test_commands_print_what_the_row_says(wish: Wish, centre: CentreProcess) -> None:
    host, port = centre.address("ascii")
    without_data = ("cards", "scenario check", "scenario try")
    printed = ""
    for line in wish.lines:
        _, verb, *options = shlex.split(line)
        to = ["--host", host, "--port", port, "--listener", "ascii"] if verb == "send" else []
        data = [] if line.removeprefix("switch ").startswith(without_data) else ["--data", centre.data]
        outcome = run(verb, *options, *data, *to)
        printed = outcome.out + outcome.err
        assert outcome.code == (1 if verb == "verify" else 0), f"{line}: {printed}"
    for text in _spans(wish.result):
        assert text in printed, f"{wish.lines[-1]}: {printed}"


@pytest.mark.long  # a centre of its own
def test_a_centre_starts_with_a_scenario_on_ports_that_it_chose(centre: CentreProcess) -> None:
    played, ports = (next(each for each in WISHES if each.number == number) for number in ("U-20", "18"))
    assert _spans(played.result)[0] in run("scenario", "list", "--data", centre.data).out
    assert {"--free-ports", "--ready-file"} <= {*shlex.split(ports.lines[0])}
    assert all(place["port"] for place in centre.ready[_spans(ports.result)[0]].values())


@pytest.mark.parametrize("number", ["19", "20"])
def test_the_cause_of_a_wrong_hash_is_named_with_both_texts(number: str) -> None:
    (cause,) = _spans(next(each for each in WISHES if each.number == number).result)
    fields = {
        "clientid": "600000000",
        "amount": "31.50",
        "oid": "A-17",
        "Zone": "1",
        "hashAlgorithm": "ver3",
        "encoding": "UTF-8",
    }
    wrong = signed(fields, "another key") if cause == "store key" else _in_order_of_bytes(fields, "the key")
    found = diagnosed(Posted(tuple(wrong.items())), "the key", {"another client": "another key"}, fields)
    assert found.causes == (cause,)
    assert found.expected_text
    assert cause == "store key" or (found.shop_text and found.first_difference is not None)


def _in_order_of_bytes(fields: dict[str, str], key: str) -> dict[str, str]:
    """A hash over the fields in the order of their bytes, capitals first, as shops do it by mistake."""
    import base64
    import hashlib

    text = "|".join([*(fields[name] for name in sorted(fields) if name not in ("encoding", "hash")), key])
    return {**fields, "hash": base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """How each row that is lines of a test ended, in a session of the plugin: empty where it passed."""
    folder = tmp_path_factory.mktemp("suite")
    text = HEAD
    for wish in sorted((each for each in WISHES if each.kind == "test"), key=lambda each: "centre." in "".join(each.lines)):
        asks = any("centre." in line for line in wish.lines)
        body = ["CENTRES.append(centre)", *wish.lines] if asks else list(wish.lines)
        text += f"\ndef test_{wish.number.replace('-', '_')}({'centre' if asks else ''}):\n" + "".join(
            f"    {line}\n" for line in body
        )
    (folder / "test_rows.py").write_text(text, encoding="utf-8")
    plugins = ("no:cacheprovider", "no:switch", "no:xdist", "switch.testing.plugin")
    command = [sys.executable, "-m", "pytest", "--junitxml=out.xml", *(part for name in plugins for part in ("-p", name))]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    subprocess.run([*command, "test_rows.py"], cwd=folder, env={**os.environ, "PYTHONPATH": paths}, check=False, timeout=200)
    return _cases(folder / "out.xml")


def _cases(report: Path) -> dict[str, str]:
    cases = ElementTree.parse(report).iter("testcase")
    return {
        case.attrib["name"].removeprefix("test_").replace("_", "-"): "\n".join(part.text or "" for part in case)
        for case in cases
    }


@pytest.mark.long  # a session of pytest with a centre of its own
@of_kind("test")
def test_lines_of_a_test_pass(wish: Wish, ended: Mapping[str, str]) -> None:
    assert ended[wish.number] == ""
