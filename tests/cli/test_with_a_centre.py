"""The verbs against a running centre: send, explain, and the end of the day."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from switch.acquirer.ready_file import EXPECTED
from switch.centre.as_process import READY_FILE, CentreProcess, running_centre
from switch.cli.send import NETWORK, TYPES
from switch.iso8583.codec import Codec
from switch.iso8583.mapping.compose import KINDS, NETWORK_FUNCTIONS
from switch.iso8583.message import Message
from switch.issuers.profile import Card
from switch.specs.load import load_specs
from switch.trace.recorder import TRACE_FILE
from tests.cli.command import Outcome, run

SPECS = load_specs()
DATE = "2026-11-22"
TIME = "a length of time above 0 and up to 3600 s, such as 1s, 500ms or 1.5"
EMBEDDED = "of the embedded specification; --specs names another"
PREPAID = next(card for card in SPECS.issuers["souss"].cards if "prepaid" in card.purpose)
NO_CASH = next(card for card in SPECS.issuers["atlas"].cards if card.cash_limit_minor)
GOOD = next(SPECS.issuers["atlas"].all_cards())
BROKE = next(card for card in SPECS.issuers["atlas"].cards if "50.00 left" in card.purpose)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("centre"), ["--business-date", DATE]) as running:
        yield running
        assert running.stop() == 0


def send(centre: CentreProcess, *arguments: object, listener: str = "ascii") -> Outcome:
    host, port = centre.address(listener)
    return run("send", "--listener", listener, "--host", host, "--port", port, *arguments)


def sent(centre: CentreProcess, *arguments: object, listener: str = "ascii") -> Any:
    outcome = send(centre, "--json", *arguments, listener=listener)
    assert outcome.code == 0, outcome.err
    return outcome.json


def values(described: dict[str, Any]) -> dict[int, str]:
    return {line["element"]: line["value"] for line in described["elements"]}


@pytest.mark.parametrize("listener", ["ascii", "ascii_hex", "bcd"])
@pytest.mark.parametrize("entry", ["ecommerce", "chip", "magstripe", "manual"])
@pytest.mark.long
def test_a_purchase_by_default_on_every_listener(centre: CentreProcess, listener: str, entry: str) -> None:
    exchange = sent(centre, "--entry", entry, "--amount", "1.00", listener=listener)
    assert exchange["meaning"] == "approved"
    assert len(exchange["approval_code"]) == 6
    assert exchange["elapsed_ms"] > 0
    request = values(exchange["request"])
    assert {2, 3, 4, 7, 11, 12, 13, 14, 18, 22, 25, 32, 37, 41, 42, 43, 49} <= set(request)
    assert (35 in request) is (entry == "magstripe")


@pytest.mark.long
def test_request_and_answer_are_shown_without_the_card_number(centre: CentreProcess) -> None:
    outcome = send(centre, "--pan", BROKE.pan.digits, "--entry", "magstripe", "--amount", "125.00")
    assert outcome.code == 0
    assert BROKE.pan.digits not in outcome.out
    assert f"{BROKE.pan.masked}=…" in outcome.out
    assert "125.00 MAD" in outcome.out
    assert outcome.out.startswith("51 insufficient funds, from ")
    assert re.search(r"^39  Response code  51     insufficient funds\n16 elements as sent", outcome.out, re.MULTILINE)
    whole = send(centre, "--pan", BROKE.pan.digits, "--amount", "125.00", "--all").out
    assert (whole.count("Primary account number"), "as sent" in whole) == (2, False)
    rrn = values(sent(centre)["request"])[37]
    assert len(rrn) == 12


@pytest.mark.long
def test_expect_sets_the_exit_code(centre: CentreProcess) -> None:
    asked = ("--pan", BROKE.pan.digits, "--amount", "125.00", "--expect")
    assert send(centre, *asked, "51").code == 0
    refused = send(centre, *asked, "00")
    assert refused.code == 1
    assert refused.sentence == "response code: found 51 (insufficient funds), expected 00 (approved)"


@pytest.mark.parametrize("listener", [None, "ascii_hex", "bcd"])
@pytest.mark.long
def test_a_ready_file_tells_where_to_send(centre: CentreProcess, listener: str | None) -> None:
    chosen = ("--listener", listener) if listener else ()
    outcome = run("send", "--ready-file", centre.data / "ready.json", *chosen, "--expect", "00")
    assert outcome.code == 0, outcome.err
    host, port = centre.address(listener or "ascii")
    assert outcome.out.startswith(f"00 approved, from {host}:{port} in ")
    explain = outcome.out.splitlines()[-1].partition("explain it  ")[2]
    assert explain.endswith(f" --data {centre.data}"), "the journal is not where `switch explain` would look by itself"


@pytest.mark.long
def test_a_ready_file_that_is_none(tmp_path: Path, centre: CentreProcess) -> None:
    path = tmp_path / "ready.json"
    missing = run("send", "--ready-file", path)
    assert (missing.code, missing.sentence) == (
        3,
        f"{path}: no such file, so no Switch is ready (switch up --ready-file {path})",
    )
    for content in ("", "[]", '{"data": "x", "listeners": {"ascii": {}}}'):
        path.write_text(content)
        foreign = run("send", "--ready-file", path)
        assert (foreign.code, foreign.sentence) == (2, f"{path}: found something else, expected {EXPECTED}")
    unknown = run("send", "--ready-file", centre.data / "ready.json", "--listener", "x")
    assert unknown.sentence.endswith(
        f"expected one of ascii, ascii_hex, bcd, ascii93, domestic93 (of --ready-file {centre.data / 'ready.json'})"
    )


@pytest.mark.long
def test_what_the_journal_cannot_know_is_not_offered(centre: CentreProcess) -> None:
    assert "explain it  " in send(centre).out
    used = ("--stan", "424242", "--set", "7=1122010101")
    assert "explain it  " in send(centre, *used, "--amount", "1.00", "--expect", "00").out
    for arguments in (("--set", "42="), ("--mti", "0302"), (*used, "--amount", "2.00")):
        outcome = send(centre, *arguments)
        assert "explain it" not in outcome.out
        assert "the terminal of `switch up`" in outcome.out


@pytest.mark.long
def test_a_reversal_of_what_never_came_can_be_explained(centre: CentreProcess) -> None:
    told = send(centre, "--mti", "0400", "--rrn", "NEVERCAME001")
    assert "explain it  " in told.out
    assert "0400 of all" in run("explain", "NEVERCAME001", "--data", centre.data).out


def test_the_rule_that_keeps_an_answer_is_named(centre: CentreProcess) -> None:
    data = ("--data", centre.data)
    assert run("scenario", "add", *data, "amount=1.11 class=request -> silence", "amount=1.12 -> hold").code == 0
    silent = send(centre, "--amount", "1.11", "--timeout", "500ms", "--rrn", "KEPTANSWER01", *data)
    assert silent.code == 3
    verdict = run("explain", "KEPTANSWER01", *data).out.partition("\n")[0]
    assert verdict.startswith("00 approved, by atlas after ")
    assert verdict.endswith("; not answered (rule 1)")
    assert run("scenario", "add", *data, "amount=1.13 -> lost").code == 0
    assert send(centre, "--amount", "1.13", "--timeout", "300ms", "--rrn", "LOSTMESSAGE1", *data).code == 3
    unknown = run("explain", "LOSTMESSAGE1", *data)
    assert unknown.code == 1
    assert "\nhint: a rule did this: taken as never received (rule 3); see " in unknown.err
    assert "\nhint: a rule did this: not answered (rule 1); see " in silent.err
    assert silent.err.endswith(f"switch scenario list --data {centre.data}\n")
    several = send(centre, "--amount", "1.12", "--timeout", "0.5", "--count", "2", *data)
    assert "hint: a rule did this: held back: hold (rule 2); see " in several.err
    elsewhere = send(centre, "--amount", "1.11", "--timeout", "0.5", "--data", centre.data / "elsewhere")
    assert "hint: see the terminal of switch up" in elsewhere.err
    assert run("scenario", "remove", "--all", *data).code == 0


def test_what_was_sent_is_shown_where_no_answer_comes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        outcome = run("send", "--port", str(deaf.getsockname()[1]), "--rrn", "NOANSWER0001", "--timeout", "0.2")
    assert outcome.code == 3
    assert outcome.sentence.endswith("no answer in 0.2 s")
    assert "Retrieval reference number" in outcome.out
    assert "explain it" not in outcome.out, "nobody stored it"
    assert outcome.err.endswith("\nhint: see the terminal of switch up; listener ascii expects 2b, dialect ascii\n")


@pytest.mark.long
def test_numbers_may_be_set_without_leading_zeros(centre: CentreProcess) -> None:
    counted = sent(centre, "--totals", "--set", "76=1", "--set", "88=43000")
    assert {76: "0000000001", 88: "0000000000043000"}.items() <= values(counted["request"]).items()


def test_a_scenario_that_is_none_is_told_with_those_there_are() -> None:
    outcome = run("up", "--scenario", "nope", "--free-ports")
    assert outcome.code == 2
    assert outcome.sentence.startswith("--scenario: found 'nope', expected a file or one of the specification's scenarios (")


@pytest.mark.long
def test_a_tester_can_provoke(centre: CentreProcess) -> None:
    assert send(centre, "--merchant", "NOBODY", "--expect", "03").code == 0
    assert send(centre, "--set", "42=", "--expect", "30").code == 0
    assert send(centre, "--set", "3=990000", "--expect", "12").code == 0
    assert send(centre, "--pan", "3400000000000000", "--expect", "15").code == 0
    assert send(centre, "--set", "52=0123456789abcdef", "--expect", "00").code == 0
    assert send(centre, "--mti", "0800", "--set", "70=301", "--expect", "00").code == 0


@pytest.mark.parametrize("listener", ["ascii", "ascii_hex", "bcd"])
@pytest.mark.parametrize(
    ("kind", "mti"),
    [
        ("purchase", "0110"),
        ("cash", "0110"),
        ("quasi-cash", "0110"),
        ("bill", "0110"),
        ("refund", "0210"),
        ("verify", "0110"),
        ("preauth", "0110"),
    ],
)
@pytest.mark.long
def test_every_type_is_approved_on_every_listener(centre: CentreProcess, listener: str, kind: str, mti: str) -> None:
    answer = sent(centre, "--type", kind, listener=listener)
    assert (answer["response"]["mti"], answer["response_code"]) == (mti, "00")


@pytest.mark.long
def test_a_balance_is_told_in_words(centre: CentreProcess) -> None:
    balance = sent(centre, "--type", "balance", "--pan", BROKE.pan.digits)["response"]["elements"]
    (told,) = [line["meaning"] for line in balance if line["element"] == 54]
    assert told == "ledger balance 50.00 MAD, available 50.00 MAD"


@pytest.mark.long
def test_cash_and_parts_of_an_amount(centre: CentreProcess) -> None:
    cash = ("--pan", NO_CASH.pan.digits, "--amount", "300", "--cash-back")
    assert send(centre, *cash, "200.00", "--expect", "00").code == 0
    assert send(centre, *cash, "200.01", "--type", "cash-back", "--expect", "61").code == 0
    part = sent(centre, "--pan", PREPAID.pan.digits, "--amount", "80", "--partial")
    elements = {line["element"]: line["meaning"] for line in part["response"]["elements"]}
    assert (part["response_code"], elements[4], elements[54]) == ("10", "20.00 MAD", "asked for 80.00 MAD")
    assert send(centre, "--pan", PREPAID.pan.digits, "--amount", "80", "--expect", "51").code == 0


@pytest.mark.long
def test_a_pre_authorization_to_its_end(centre: CentreProcess) -> None:
    journal = ("--data", centre.data)
    rrn = sent(centre, "--type", "preauth", "--amount", "500", "--merchant", "HOTEL0000000001")["rrn"]
    added = sent(centre, "--increment", rrn, "--amount", "50", *journal)
    assert (added["response"]["mti"], added["response_code"]) == ("0110", "00")
    completed = sent(centre, "--complete", rrn, "--amount", "530", *journal)
    assert (completed["response"]["mti"], completed["response_code"], completed["rrn"]) == ("0230", "00", rrn)
    assert values(completed["request"])[42].strip() == "HOTEL0000000001", "what no option says is the original's"
    assert sent(centre, "--complete", rrn, *journal)["response_code"] == "12", "it is completed once"
    reversed_ = sent(centre, "--reverse", rrn, "--leave", "100.00", *journal)
    assert (reversed_["response"]["mti"], reversed_["response_code"]) == ("0410", "00")
    told = run("explain", rrn, *journal).out
    assert "completes 550.00 authorized by request" in told
    assert "reversed in part, 100.00 remain" in told


@pytest.mark.long
def test_a_sale_gets_its_tip(centre: CentreProcess) -> None:
    journal = ("--data", centre.data)
    rrn = sent(centre, "--type", "purchase", "--mti", "0200", "--amount", "50", "--merchant", "TAXIS0000000001")["rrn"]
    told = sent(centre, "--adjust", rrn, "--amount", "58", *journal)
    assert (told["response"]["mti"], told["response_code"], values(told["request"])[3]) == ("0230", "00", "020000")
    assert "adjusts request" in run("explain", rrn, *journal).out
    assert sent(centre, "--adjust", rrn, "--amount", "59", *journal)["response_code"] == "00", "the last one counts"
    undone = sent(centre, "--reverse", rrn, "--amount", "59", "--set", "3=020000", *journal)
    assert undone["response_code"] == "00"
    assert "58.00 stand again" in " ".join(run("explain", rrn, *journal).out.split())
    assert sent(centre, "--reverse", rrn, *journal)["response_code"] == "00"
    assert sent(centre, "--adjust", rrn, "--amount", "59", *journal)["response_code"] == "12", "all of it is reversed"


@pytest.mark.parametrize("card", [PREPAID, SPECS.issuers["atlas"].cards[2]])
@pytest.mark.long
def test_what_is_approved_is_taken_back(centre: CentreProcess, card: Card) -> None:
    sale = ("--pan", card.pan.digits, "--amount", "5", "--type")
    for kind, what, mti in (("refund", "--void", "0210"), ("refund", "--reverse", "0410"), ("purchase", "--void", "0210")):
        rrn = sent(centre, *sale, kind)["rrn"]
        outcome = send(centre, what, rrn, "--data", centre.data, "--expect", "00")
        assert outcome.code == 0, outcome.err
        assert f"answered: {mti}" in outcome.out
        assert outcome.out.splitlines()[-1].endswith(f"explain {rrn} --data {centre.data}")
        assert card.pan.digits not in outcome.out


@pytest.mark.long
def test_an_original_may_be_told_instead_of_looked_up(centre: CentreProcess) -> None:
    sale = sent(centre, "--amount", "7.00")
    request = values(sale["request"])
    told = ("--original-stan", request[11], "--original-at", request[7], "--amount", "7.00")
    advised = sent(centre, "--reverse", sale["rrn"], *told, "--mti", "0420")
    assert (advised["response"]["mti"], advised["response_code"]) == ("0430", "00")
    assert "reversed by the acquirer" in run("explain", sale["rrn"], "--data", centre.data).out


@pytest.mark.long
def test_totals_of_a_terminal(centre: CentreProcess) -> None:
    terminal = ("--merchant", "SUPERMARCHE0001", "--terminal", "NORIA003")
    assert send(centre, *terminal, "--amount", "12.00", "--expect", "00").code == 0
    wrong = sent(centre, "--totals", *terminal, "--set", "76=0000000002")
    assert (wrong["response"]["mti"], wrong["response_code"], values(wrong["response"])[66]) == ("0510", "95", "2")
    right = sent(centre, "--totals", *terminal, "--set", "76=0000000001", "--set", "88=0000000000001200")
    assert (right["response_code"], values(right["response"])[66]) == ("00", "1")


@pytest.mark.parametrize("function", ["sign-on", "echo", "sign-off"])
@pytest.mark.long
def test_network_management(centre: CentreProcess, function: str) -> None:
    answered = sent(centre, "--network", function)
    assert (answered["response"]["mti"], answered["response_code"]) == ("0810", "00")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--complete", "X", "--void", "X"), "--void: found beside --complete, expected one of them"),
        (("--type", "refund", "--totals"), "--type: found beside --totals, expected one of them"),
        (("--type", "cash-back"), "--cash-back: found nothing, expected the part of --amount that is handed out"),
        (("--type", "cash", "--cash-back", "5"), "--cash-back: found with --type cash, expected --type cash-back"),
        (("--type", "preauth", "--partial"), "--partial: found with --type preauth, expected one of them: DE 25 says either"),
        (("--type", "verify", "--amount", "5"), "--amount: found with --type verify, which is for no amount"),
        (("--leave", "5"), "--leave: found without --reverse, expected the reversal it belongs to"),
        (
            ("--void", "X", "--original-stan", "7"),
            "--original-stan, --original-at: found one, expected both: DE 11 and DE 7 of the original",
        ),
        (
            ("--void", "X", "--original-stan", "7", "--original-at", "now"),
            "--original-at: found 'now', expected 10 digits",
        ),
        (
            ("--void", "X", "--data", "nowhere"),
            "--void: found RRN X and no journal in nowhere, expected a journal that has it",
        ),
    ],
)
def test_options_that_do_not_go_together(arguments: tuple[str, ...], sentence: str) -> None:
    outcome = run("send", *arguments)
    assert (outcome.code, outcome.sentence) == (2, sentence)


@pytest.mark.long
def test_an_rrn_that_is_not_in_the_journal(centre: CentreProcess) -> None:
    outcome = run("send", "--complete", "NOSUCHRRN000", "--data", centre.data)
    assert outcome.code == 2
    assert outcome.sentence.startswith(f"--complete: found RRN NOSUCHRRN000, expected one in the journal of {centre.data}")


def test_the_choices_are_those_that_can_be_composed() -> None:
    assert tuple(KINDS) == TYPES
    assert tuple(NETWORK_FUNCTIONS) == NETWORK


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--amount", "abc"), "--amount: found 'abc', expected digits with at most 2 decimals, such as 125.00"),
        (("--amount", "99999999999.00"), "--amount: found 13 digits, expected n 12"),
        (("--set", "999=1"), "--set: DE 999: found element 999, expected one that dialect ascii defines, from 2 to 192"),
        (("--set", "1=1"), "--set: bitmap: found element 1, expected one that dialect ascii defines, from 2 to 192"),
        (("--set", "x"), "--set: found 'x', expected its number, = and its value, such as 22=051"),
        (("--pan", "45071600000000AB"), "--pan: found 'A' as character 15, expected n..19: digits"),
        (("--mti", "abcd"), "--mti: found 'abcd', expected four digits"),
        (("--stan", "1234567"), "--stan: found 7 digits, expected n 6"),
        (("--terminal", "TERMINAL1"), "--terminal: found 9 characters, expected ans 8"),
        (
            ("--listener", "x"),
            f"--listener: found 'x', expected one of ascii, ascii_hex, bcd, ascii93, domestic93 ({EMBEDDED})",
        ),
        (("--timeout", "nan"), f"--timeout: found 'nan', expected {TIME}"),
        (("--rate", "0"), "--rate: found 0, expected messages a second above 0 and up to 1000"),
        (("--raw", "00", "--set", "2=1"), "--set: found beside --raw, which has no use for it"),
        (("--raw", "00", "--count", "2"), "--count: found beside --raw, which has no use for it"),
        (("--raw", "00", "--terminal", "X"), "--terminal: found beside --raw, which has no use for it"),
        (("--raw", "xyz"), "--raw: found 'x' at digit 1, expected hexadecimal digits; nor is there such a file"),
        (("--raw", ""), "--raw: found nothing, expected bytes in hexadecimal, or a file with them"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    outcome = run("send", *arguments)
    assert (outcome.code, outcome.sentence) == (2, sentence)


def test_letters_in_an_amount_name_its_element() -> None:
    outcome = run("send", "--set", "4=abc")
    assert outcome.code == 2
    assert outcome.sentence.startswith("--set: DE 4: found ")


def test_a_closed_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = run("send", "--port", port)
    assert (outcome.code, outcome.sentence) == (
        3,
        f"127.0.0.1:{port}: connection refused, expected a running Switch (switch up)",
    )


def test_silence_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        outcome = run("send", "--port", port, "--timeout", "0.05")
        assert (outcome.code, outcome.sentence) == (3, f"127.0.0.1:{port}: no answer in 0.05 s")


def _answer_once(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(answer)


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (b"", 3, "the line was closed without an answer"),
        (
            b"\x00\xff0110",
            3,
            "the line was closed without an answer; length header 00 ff: found 4 bytes behind it, expected 255",
        ),
        (b"\xff\xff0110", 2, "the answer: length header ff ff: found a frame of 65535 bytes, expected "),
        (
            b"\x00\x040110",
            1,
            "the answer cannot be decoded: bitmap at byte 4: found nothing, expected 8 bytes of binary bitmap",
        ),
    ],
)
def test_a_bad_answer_is_told(answer: bytes, code: int, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = threading.Thread(target=_answer_once, args=(server, answer))
        peer.start()
        outcome = run("send", "--port", server.getsockname()[1], "--timeout", "5")
        peer.join()
    assert outcome.code == code
    assert words in outcome.sentence


def test_answers_to_others_are_passed_over() -> None:
    other = Codec(SPECS.dialects["ascii"]).encode(Message("0110", {11: "999999", 39: "05"}))
    ours = Codec(SPECS.dialects["ascii"]).encode(Message("0110", {11: "000007", 39: "00"}))
    frames = b"".join(len(body).to_bytes(2, "big") + body for body in (other, ours))
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = threading.Thread(target=_answer_once, args=(server, frames))
        peer.start()
        outcome = run("send", "--port", server.getsockname()[1], "--stan", "7", "--expect", "00")
        peer.join()
    assert outcome.code == 0


@pytest.mark.long
def test_every_message_of_a_csv_file_completed_by_options_and_defaults(centre: CentreProcess, tmp_path: Path) -> None:
    path = tmp_path / "several.csv"
    path.write_text(
        f"mti;2;DE 4;70\n0100;{GOOD.pan.digits};100;\n\n0200;{BROKE.pan.digits};12500;\n0800;;;301\n0100;{GOOD.pan.digits};;\n"
    )
    outcome = send(centre, "--file", path, "--merchant", "SUPERMARCHE0001", "--rate", "1000")
    assert (outcome.code, outcome.err) == (0, "")
    rows = [line.split() for line in outcome.out.splitlines()[1:5]]
    assert [(row[3], row[4], row[-1].isdigit() and len(row[-1])) for row in rows if row[3] != "0800"] == [
        ("0100", GOOD.pan.masked, 12),
        ("0200", BROKE.pan.masked, 12),
        ("0100", GOOD.pan.masked, 12),
    ]
    assert outcome.out.splitlines()[6] == "4 sent: 2 × 00 approved, 1 × 51 insufficient funds, 1 × 30 format error"
    assert re.fullmatch(
        r"answers in [\d.]+ ms at least, [\d.]+ ms in the middle, [\d.]+ ms at most", outcome.out.splitlines()[7]
    )
    told = sent(centre, "--file", path, "--merchant", "SUPERMARCHE0001")
    assert [values(each["request"])[42] for each in told["exchanges"] if 42 in values(each["request"])] == [
        "SUPERMARCHE0001"
    ] * 3
    assert told["summary"]["response_codes"] == {"00": 2, "51": 1, "30": 1}
    refused = send(centre, "--file", path, "--expect", "00")
    assert (refused.code, refused.sentence) == (
        1,
        "response code: found 2 of 4 messages with another, the first: message 2 got 51; expected 00 of all",
    )


@pytest.mark.parametrize("listener", ["ascii", "bcd", "ascii93"])
@pytest.mark.long
def test_so_many_messages_each_with_names_of_its_own(centre: CentreProcess, listener: str) -> None:
    told = sent(centre, "--count", "4", "--amount", "1.00", "--set", "41=ONDE0002", listener=listener)
    requests = [values(each["request"]) for each in told["exchanges"]]
    assert told["summary"]["response_codes"] in ({"00": 4}, {"000": 4})
    assert len({request[11] for request in requests}) == len({request[37] for request in requests}) == 4
    assert {request[41] for request in requests} == {"ONDE0002"}
    used = sent(centre, "--count", "2", "--stan", "000321", "--set", f"7={requests[0][7][-10:]}", listener="ascii")
    assert [values(each["request"])[11] for each in used["exchanges"]] == ["000321"] * 2, "what is typed stays"


@pytest.mark.long
def test_a_message_goes_from_a_listener_through_decode_to_another(centre: CentreProcess, tmp_path: Path) -> None:
    exchange = sent(centre, "--pan", GOOD.pan.digits, "--amount", "1.50", "--bytes", "--unmasked", listener="bcd")
    path = tmp_path / "message.hex"
    path.write_text("\n".join(re.findall(".{1,20}", exchange["request"]["frame_hex"])))
    again = send(centre, "--file", path, listener="bcd")
    assert f"17 as {path}:1 has them" in again.out
    assert again.out.startswith("00 approved, from "), "the same message gets the same answer"
    decoded = run("decode", path, "--listener", "bcd", "--json", "--unmasked")
    path.write_text(f"[{decoded.out}]")
    other = sent(centre, "--file", path, "--stan", "000987", listener="ascii")
    assert other["response_code"] == "00"
    assert values(other["request"])[11] == "000987"
    assert other["request"]["set"]["11"] == "--stan"


@pytest.mark.long
def test_bytes_of_both_messages_without_the_card(centre: CentreProcess) -> None:
    card = ("--pan", BROKE.pan.digits, "--amount", "1.00", "--bytes")
    told = send(centre, *card).out
    assert re.search(r"^sent, \d+ bytes\n  0000  00 .. 30 31 30 30 ", told, re.MULTILINE)
    assert re.search(r"^received, \d+ bytes\n  0000  00 .. 30 31 31 30 ", told, re.MULTILINE)
    assert BROKE.pan.digits.encode().hex(" ")[:24] not in told.replace("  ", " ")
    shown = send(centre, *card, "--unmasked").out
    assert BROKE.pan.digits in shown
    assert "**" not in shown


@pytest.mark.long
def test_what_was_set_and_by_what_is_told(centre: CentreProcess) -> None:
    told = send(centre, "--pan", BROKE.pan.digits, "--entry", "chip", "--set", "25=00").out
    assert "\nset  DE 2 (--pan); DE 22 (--entry); DE 25 (--set); 14 by default\n" in told


@pytest.mark.long
def test_raw_bytes_are_sent_as_they_are(centre: CentreProcess, tmp_path: Path) -> None:
    echo = sent(centre, "--network", "echo", "--bytes")["request"]["frame_hex"]
    answered = send(centre, "--raw", echo * 2, "--expect", "00")
    assert (answered.code, answered.out.count("message  0810 network management request response")) == (0, 2)
    path = tmp_path / "bytes"
    path.write_bytes(b"GET / HTTP/1.1\r\nX: 4507160000000010\r\n\r\n")
    closed = send(centre, "--raw", path)
    assert (closed.code, closed.sentence.partition(": ")[2]) == (3, "the line was closed without an answer")
    assert "0000  47 45 54 20 " in closed.out
    assert "4507160000000010" not in closed.out
    silent = send(centre, "--raw", "00043031303030", "--timeout", "0.1")
    assert (silent.code, silent.sentence.partition(": ")[2]) == (3, "no answer came in time")
    as_json = sent(centre, "--raw", echo)
    assert (as_json["messages"][0]["mti"], as_json["closed"], as_json["rest_length"]) == ("0810", False, 0)


def test_a_message_without_an_answer_among_several(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = threading.Thread(target=_answer_once, args=(server, b""))
        peer.start()
        outcome = run("send", "--port", server.getsockname()[1], "--timeout", "0.1", "--count", "2")
        peer.join()
    assert (outcome.code, outcome.sentence.partition(": ")[2]) == (3, "2 of 2 messages without an answer that can be decoded")
    assert "the line was closed without an answer" in outcome.out
    assert "no answer in 0.1 s" in outcome.out


@pytest.mark.long
def test_explain_tells_reasons_before_the_day_is_closed(centre: CentreProcess) -> None:
    approved = sent(centre, "--pan", "4507160000000010", "--entry", "chip", "--merchant", "SUPERMARCHE0001")["rrn"]
    declined = sent(centre, "--pan", BROKE.pan.digits, "--amount", "80.00")["rrn"]
    unrouted = sent(centre, "--pan", "3400000000000000")["rrn"]
    told = run("explain", approved, "--data", centre.data).out
    for words in (
        f"RRN {approved}: 125.00 MAD, card 450716******0010, SUPERMARCHE LA NORIA\n",
        "purchase (authorization)",
        "chip (DE 22 051)",
        "450716******0010",
        "SUPERMARCHE LA NORIA",
        "to atlas: visa",
        "not closed",
    ):
        assert words in told
    assert "51 insufficient funds, by atlas" in run("explain", declined, "--data", centre.data).out
    told = run("explain", unrouted, "--data", centre.data).out
    assert "not routed" in told
    assert "15 no such issuer, by Switch itself" in told


READY_FILE_VERBS = (
    "scenario list", "scope list", "requests", "verify no_0999", "release", "clock", "trace", "account list", "merchants",
)  # fmt: skip


@pytest.mark.parametrize("verb", READY_FILE_VERBS)
def test_a_ready_file_stands_for_the_data_folder(centre: CentreProcess, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    words = [word.replace("_", " ") for word in verb.split()]
    by_folder = run(*words, "--data", centre.data)
    monkeypatch.chdir(centre.data.parent)

    assert run(*words, "--ready-file", centre.data / READY_FILE).code == by_folder.code
    monkeypatch.setenv("SWITCH_READY_FILE", str(centre.data / READY_FILE))
    assert run(*words).code == by_folder.code
    monkeypatch.setenv("SWITCH_READY_FILE", str(centre.data / "none.json"))
    assert run(*words, "--data", centre.data).code == by_folder.code
    nobody = run(*words)
    assert (nobody.code, nobody.sentence.partition(",")[0]) == (3, f"{centre.data / 'none.json'}: no such file")


@pytest.mark.long
def test_explain_of_nothing_names_what_is_near(centre: CentreProcess) -> None:
    rrn = sent(centre)["rrn"]
    outcome = run("explain", rrn[:-1] + "x", "--data", centre.data)
    assert outcome.code == 1
    assert rrn in outcome.sentence
    assert run("explain", "ABCDEFGHIJKL", "--data", centre.data).sentence.endswith(
        f"expected one in the journal of {centre.data}"
    )


@pytest.mark.long
def test_explain_of_nothing_says_where_rrns_are(tmp_path: Path) -> None:
    with running_centre(tmp_path / "var") as plain:
        data = ("--data", plain.data)
        assert "hint: no request is in that journal yet; " in run("explain", "X", *data).err
        first, second = sent(plain)["rrn"], sent(plain)["rrn"]
        assert f"hint: the newest there: {second}, {first}; " in run("explain", "X", *data).err
        (plain.data / TRACE_FILE).touch()
        assert "trace --last 5" in run("explain", "X", *data).err
        assert plain.stop() == 0


@pytest.mark.long
def test_a_day_from_purchase_to_statement(tmp_path: Path) -> None:
    with running_centre(tmp_path / "var", ["--business-date", DATE]) as centre:
        data = ("--data", centre.data)
        assert run("day", "show", *data).sentence == f"{centre.data}: no business date is closed yet"
        sale = ("--pan", "4507160000000010", "--entry", "chip", "--merchant", "SUPERMARCHE0001", "--amount", "100.00")
        rrn = sent(centre, *sale)["rrn"]
        assert "not closed yet" in run("explain", rrn, *data).out
        closed = run("day", "close", *data)
        assert closed.code == 0
        assert closed.out.startswith(f"business date {DATE} is closed\n")
        assert "\x1b" not in closed.out
        assert run("day", "close", DATE, *data).out.startswith(f"business date {DATE} is already closed, nothing was changed\n")
        assert (
            run("day", "show", "--json", *data).json["positions"]
            == run("day", "close", DATE, "--json", *data).json["positions"]
        )
        told = run("explain", rrn, *data).out
        assert re.search(r"day +presented +100.00 MAD to atlas, interchange 0.65 MAD \(0.65 %\)", told)
        assert re.search(r"value date +\d", told)
        as_json = run("explain", rrn, "--json", *data).json
        assert as_json["requests"][0]["presentment"]["discount_minor"] == 120
        assert [step["what"] for step in as_json["steps"]][-2:] == ["presented", "value date"]
        assert rrn in run("statement", "SUPERMARCHE0001", *data).out
        assert rrn in run("statement", "SUPERMARCHE0001", DATE, "--format", "csv", *data).out
        stated = run("statement", "SUPERMARCHE0001", "--json", *data).json
        assert (stated["business_date"], stated["net_minor"], stated["outcome"]) == (DATE, 10_000 - 120 - 12, "paid")
        assert [(line["rrn"], line["amount_minor"]) for line in stated["lines"]] == [(rrn, 10_000)]
        assert [(total["of"], total["net_minor"]) for total in stated["totals"]] == [("domestic", 9_868)]
        nobody = run("statement", "NOBODY", *data)
        assert nobody.code == 2
        assert nobody.sentence.startswith("MERCHANT: found 'NOBODY', expected one such as ")
        assert nobody.err.endswith("\nhint: switch merchants lists them\n")
        assert run("statement", "PHARMACIE000001", *data).code == 1
        assert "the books are sound" in run("check", *data).out
        assert run("check", "--json", *data).json["sound"] is True
        assert centre.stop() == 0
    with closing(sqlite3.connect(tmp_path / "var" / "books.db")) as books:
        books.executescript("DROP TRIGGER payout_no_update; UPDATE payout SET net_minor = net_minor + 1")
    tampered = run("check", *data)
    assert tampered.code == 1
    assert " in the books, expected none" in tampered.sentence
    assert DATE in tampered.out
    assert run("check", "--json", *data).json["sound"] is False


@pytest.mark.parametrize("verb", [("day", "close"), ("day", "show"), ("check",), ("statement", "X"), ("explain", "X")])
def test_a_folder_without_a_journal_or_with_a_foreign_one(verb: tuple[str, ...], tmp_path: Path) -> None:
    missing = run(*verb, "--data", tmp_path / "none")
    assert missing.code == 2
    assert missing.sentence == f"{tmp_path}/none: found no journal.db, expected the data folder of a Switch that has run"
    assert f"switch up --data {tmp_path}/none starts Switch" in missing.err
    assert "--data or SWITCH_DATA names another folder" in missing.err
    (tmp_path / "journal.db").write_text("not a database, long enough to be looked at as one" * 100)
    assert run(*verb, "--data", tmp_path).code == 2


@pytest.mark.parametrize("verb", [("day", "close", "2026-99-99"), ("day", "show", "x"), ("statement", "X", "11/22/2026")])
def test_a_date_that_is_none(verb: tuple[str, ...]) -> None:
    assert run(*verb).sentence.startswith("DATE: found ")


@pytest.mark.long
def test_no_full_card_number_reaches_the_log_of_the_centre(centre: CentreProcess) -> None:
    sent(centre, "--pan", BROKE.pan.digits, "--merchant", "NOBODY")
    log = centre.log.read_text()
    assert BROKE.pan.digits not in log
