"""What ``--json`` prints is what the schemas of docs/reference/json say, command by command, errors too."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.specs.load import load_specs
from tests.cli.command import run
from tests.explain.test_capture import dialogue
from tests.iso8583.reading.test_stream import SAID, frames, way
from tests.pcap.builder import conversation, pcap
from tests.reconciliation.readers.samples import BANK_CSV, BLOCKS, TILL_CSV
from tests.support.day_builders import FRIDAY, GROCER, SATURDAY, close_two_days
from tests.support.json_schema import FOLDER, KNOWN, mistakes, schema_of, schemas_within

NAMES = sorted(path.name.removesuffix(".schema.json") for path in FOLDER.glob("*.schema.json"))
CARD = next(load_specs().issuers["atlas"].all_cards()).pan.digits
SECONDS_MAX = 20.0  #: until the trace has what was answered


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("json"), ["--trace"]) as running:
        yield running
        assert running.stop() == 0


def held(name: str, value: Any) -> Any:
    """The value, which its schema allows."""
    assert mistakes(value, schema_of(name)) == []
    return value


def sent(centre: CentreProcess, *arguments: object) -> Any:
    host, port = centre.address("ascii")
    return held("send", run("send", "--json", "--host", host, "--port", port, *arguments).json)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_allows_no_unknown_key_and_uses_what_the_validator_knows(name: str) -> None:
    schema = schema_of(name)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for each in schemas_within(schema):
        assert set(each) <= KNOWN
        if "object" in each.get("type", ""):
            assert each["additionalProperties"] is not True
            assert set(each.get("required", ())) <= set(each.get("properties", ()))


def test_the_page_names_every_schema() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"({name}.schema.json)" not in page] == []


def test_the_validator_refuses_what_it_should() -> None:
    card = run("cards", "--json").json[0]
    for wrong in ({**card, "more": 1}, {**card, "count": True}, {**card, "pan": 1}, {"pan": "1"}):
        assert mistakes([wrong], schema_of("cards"))


@pytest.mark.long
def test_send_in_every_form(centre: CentreProcess) -> None:
    request = sent(centre, "--pan", CARD, "--amount", "1.00", "--bytes")["request"]
    assert sent(centre, "--count", "2", "--pan", CARD, "--amount", "1.00")["summary"]["sent"] == 2
    echo = sent(centre, "--network", "echo", "--bytes")["request"]["frame_hex"]
    assert sent(centre, "--raw", echo)["messages"]
    assert set(request) == {"mti", "length", "elements", "set", "frame_hex"}


@pytest.mark.long
def test_explain_trace_and_tail(centre: CentreProcess) -> None:
    rrn = sent(centre, "--pan", CARD, "--amount", "3.00")["rrn"]
    sent(centre, "--reverse", rrn, "--data", centre.data)
    data = ("--data", centre.data)
    until = time.monotonic() + SECONDS_MAX
    while len(held("trace", run("trace", "--last", "50", "--json", *data).json)) < 6:
        assert time.monotonic() < until
    told = held("explain", run("explain", rrn, "--bytes", "--json", *data).json)
    assert any("message" in step for step in told["steps"])
    assert told["requests"][0]["request"]["capture"] == "cut_off"
    pairs = [held("tail", json.loads(line)) for line in run("tail", "--json", "--no-follow", *data).out.splitlines()]
    assert any(pair["amount_minor"] == 300 and pair["currency"] == "504" for pair in pairs)
    assert any(row["rrn"] == rrn for row in held("requests", run("requests", "--json", *data).json))
    proof = held("verify", run("verify", f"one 0100 of rrn {rrn}", f"one 0420 of rrn {rrn}", "--json", *data).json)
    assert [each["met"] for each in proof["expectations"]] == [True, False]
    assert proof["expectations"][1]["near_misses"]


@pytest.mark.long
def test_rules_of_scenarios(centre: CentreProcess, tmp_path: Path) -> None:
    data = ("--data", centre.data)
    (tmp_path / "retry.toml").write_text(
        'purpose = "retry"\nrules = ["stan=999999 per=card -> 91 + state tried"]', encoding="utf-8"
    )
    added = held("scenario-add", run("scenario", "add", "stan=999998 -> 91", "--json", *data).json)
    applied = held("scenario-add", run("scenario", "apply", tmp_path / "retry.toml", "--json", *data).json)
    listed = held("scenario-list", run("scenario", "list", "--json", *data).json)
    assert listed["rules"] == applied["rules"] + added["rules"]
    assert [rule["hits"] for rule in listed["rules"]] == [0, 0]
    assert run("scenario", "remove", "--all", *data).code == 0


def test_decode_of_one_of_many_and_of_two(tmp_path: Path) -> None:
    example = FOLDER.parents[1] / "examples" / "purchase-bcd.hex"
    held("decode", run("decode", example, "--json").json)
    held("decode", run("decode", "--diff", example, example, "--json").json)
    digits = "".join(example.read_text().split())
    broken = run("decode", digits[:-8], "--json")
    assert held("decode", broken.json)["error"] or broken.json["header"]
    log = tmp_path / "log"
    log.write_text(f"{digits}\n{digits}\n")
    for line in run("decode", log, "--json").out.splitlines():
        held("decode-many", json.loads(line))


def test_decode_of_a_capture_and_of_what_is_no_message(tmp_path: Path) -> None:
    (tmp_path / "day.pcap").write_bytes(pcap(conversation(dialogue(way("bcd", tpdu=True)))))
    (tmp_path / "raw").write_bytes(b"".join(frames(way(), SAID)).replace(b"000000012500", b"00000ABC2500", 1) + b"\x00")
    captured, raw = (
        [held("decode-many", json.loads(line)) for line in run("decode", tmp_path / name, "--json").out.splitlines()]
        for name in ("day.pcap", "raw")
    )
    assert (captured[1]["request_number"], captured[1]["elapsed_ms"], captured[0]["response_number"]) == (1, 1.001, 2)
    assert [set(one["error"]) for one in raw if one["mti"] is None]
    assert all("where" in one["error"] for one in raw if one["mti"] and one["error"])


@pytest.mark.parametrize("words", ["cards", "cards --series", "merchants", "keys list"])
def test_listings(words: str) -> None:
    held(words.split()[0], run(*words.split(), "--json").json)


def test_the_end_of_the_day(tmp_path: Path) -> None:
    data = ("--json", "--data", tmp_path)
    close_two_days(tmp_path)
    shown = held("day", run("day", "show", *data).json)
    assert all(shown[items] for items in ("refunds", "adjustments", "reversed", "holds", "exceptions", "payouts"))
    held("day", run("day", "close", FRIDAY, *data).json)
    held("day-list", run("day", "list", "--verify", *data).json)
    held("day-range", run("day", "show", "--month", "2026-11", *data).json)
    held("day-diff", run("day", "diff", FRIDAY, SATURDAY, *data).json)
    held("day-redo", run("day", "redo", "--files-only", *data).json)
    held("find", run("find", GROCER.id, FRIDAY, "98.68", *data).json)
    held("statement", run("statement", GROCER.id, SATURDAY, *data).json)
    for one in run("statement", GROCER.id, "--month", "2026-11", *data).json:
        held("statement", one)
    for layout in ("remise", "monthly"):
        held("statement-layout", run("statement", GROCER.id, SATURDAY, "--layout", layout, *data).json)
    assert held("check", run("check", *data).json)["sound"] is True
    for item in shown["refunds"]:
        assert held("fees", run("fees", "explain", item["rrn"].strip(), *data).json)[0]["fees"][0]["kind"] == "commission"
    quoted = ("--merchant", "TELECOM00000001", "--amount", "125.00", "--card", CARD)
    assert held("fees", run("fees", "quote", *quoted, "--json").json)[0]["net_minor"] == 12_500 - 188 - 19
    assert held("mail-send", run("mail", "send", *data).json)["messages"]
    assert held("mail-list", run("mail", "list", *data).json)
    held("mail-show", run("mail", "show", GROCER.id, *data).json)
    books = held("reconcile-books", run("reconcile", "--books", *data).json)
    assert books["totals"]
    assert books["agrees"]
    for item in (*shown["refunds"], *shown["holds"], *shown["adjustments"], *shown["reversed"]):
        held("explain", run("explain", item["rrn"].strip(), *data).json)


def test_two_files_reconciled(tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text(TILL_CSV, encoding="utf-8")
    (tmp_path / "releve.txt").write_text(BLOCKS, encoding="utf-8")
    (tmp_path / "bank.csv").write_text(BANK_CSV, encoding="utf-8")
    for left, right in (("till.csv", "releve.txt"), ("releve.txt", "bank.csv")):
        told = held("reconcile", run("reconcile", tmp_path / left, tmp_path / right, "--json").json)
        assert {each["class"] for each in told["findings"]} == {"matched", "unmatched"}


@pytest.mark.parametrize(
    ("words", "code", "keys"),
    [
        ("cards --issuer nobody --json", 2, {"where", "found", "expected"}),
        ("cards --json --pans", 2, {"where", "found", "expected"}),
        ("explain X --data /nowhere --json", 1, set()),
        ("merchants --json --no-such-option", 2, set()),
        ("decode --json 0x", 2, set()),
    ],
)
def test_an_error_is_json_too(words: str, code: int, keys: set[str]) -> None:
    plain = run(*(word for word in words.split() if word != "--json"))
    outcome = run(*words.split())
    assert outcome.code in {code, plain.code}
    error = held("error", json.loads(outcome.err))["error"]
    assert keys <= set(error)
    assert set(error) >= {"message"} or {"found", "expected"} <= set(error)


def test_a_card_number_in_an_error_is_masked() -> None:
    outcome = run("cards", "--issuer", CARD, "--json")
    assert CARD not in outcome.err
    assert json.loads(outcome.err)["error"]["found"].startswith(f"'{CARD[:6]}*")
