"""The control API of a whole centre, over real sockets, while gateways send."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.specs.load import load_specs
from tests.cli.command import run
from tests.control.api_caller import Answered, Caller
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.long  # beside a whole centre

NESTED = b'{"rules": [{"then": "ok", "when": {"any": [%s{"mti": "0100"}%s]}}]}'
CARD = next(load_specs().issuers["atlas"].all_cards()).pan.digits


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    folder = tmp_path_factory.mktemp("controlled")
    with running_centre(folder / "var", [*small_specs(folder), "--trace", "--api"]) as running:
        yield running
        assert running.stop() == 0
        assert "Traceback" not in running.log.read_text(encoding="utf-8")


@pytest.fixture
def call(centre: CentreProcess) -> Iterator[Caller]:
    caller = Caller(centre.ready["api"]["url"])
    yield caller
    for scope in caller("GET", "/scopes").body["scopes"]:
        caller("DELETE", f"/scopes/{scope['name']}")
    caller("DELETE", "/rules")
    caller("POST", "/reset")


def code(centre: CentreProcess, amount: str, *arguments: str) -> str:
    sent = run("send", "--ready-file", centre.data / "ready.json", "--pan", CARD, "--amount", amount, *arguments)
    return sent.out[:2]


def test_a_rule_is_added_tried_hit_and_removed(centre: CentreProcess, call: Caller) -> None:
    added = call("POST", "/rules", {"rules": ["amount=60 -> 91", {"when": {"amount": "61"}, "then": ["05"]}], "times": 2})
    assert (added.status, [each["rule"] for each in added.body["rules"]]) == (
        201,
        ["amount=60.00 times=2 -> 91", "amount=61.00 times=2 -> 05"],
    )
    first = added.body["rules"][0]["id"]
    tried = call("POST", "/rules/try", {"message": {"amount": "61"}}).body
    assert tried["applies"]["rule"] == "amount=61.00 times=2 -> 05"
    assert tried["rules"][0] == {"id": first, "rule": "amount=60.00 times=2 -> 91", "met": False, "why": "amount=60.00"}

    assert [code(centre, "60"), code(centre, "60"), code(centre, "60")] == ["91", "91", "00"]
    assert call("GET", f"/rules/{first}").body["hits"] == 2
    call("POST", "/reset")
    assert code(centre, "60") == "91"
    assert call("DELETE", f"/rules/{first}").body["hits"] == 1
    gone = call("GET", f"/rules/{first}")
    assert (gone.status, gone.wrong) == (404, [f"id: found {first}, expected one of {first + 1}"])


def test_the_text_of_a_file_is_checked_applied_and_applied_again(centre: CentreProcess, call: Caller) -> None:
    text = 'purpose = "mine"\nrules = ["amount=62 -> 91", "any amount=62 -> 05"]\n'
    checked = call("POST", "/rules/check", {"text": text}).body
    assert checked["warnings"] == ["scenario rules, rule 2 can never apply: scenario rules, rule 1 takes all its messages"]
    assert call("POST", "/rules/try", {"message": {"amount": "62"}, "text": text}).body["applies"]["why"] == "91"
    assert call("GET", "/rules").body["rules"] == []

    assert len(call("PUT", "/scenarios/mine", {"text": text}).body["rules"]) == 2
    assert len(call("PUT", "/scenarios/mine", {"text": text.replace("91", "96")}).body["rules"]) == 2
    assert code(centre, "62") == "96"
    assert len(call("GET", "/rules").body["rules"]) == 2
    assert len(call("DELETE", "/scenarios/mine").body["rules"]) == 2
    assert call("DELETE", "/scenarios/mine").status == 404


def test_two_testers_share_a_centre_and_touch_nothing_of_each_other(centre: CentreProcess, call: Caller) -> None:
    for name, terminal in (("a", "ONDE0001"), ("b", "ONDE0002")):
        assert call("PUT", f"/scopes/{name}", {"terminal": [terminal]}).status == 200
    taken = call("PUT", "/scopes/c", {"terminal": ["ONDE0001"]})
    assert (taken.status, taken.wrong) == (
        409,
        ["scope c: found terminal ONDE0001, which scope a owns, expected things that no other scope owns"],
    )
    call("POST", "/rules", {"rules": ["any -> 91, 05, ..."], "scope": "a"})
    call("POST", "/rules", {"rules": ["any -> 96"], "scope": "b"})
    call("POST", "/expectations", {"expect": ["exactly 2 0100"], "scope": "a"})
    call("POST", "/expectations", {"expect": ["exactly 1 0100"], "scope": "b"})
    sent = [code(centre, "63", "--terminal", each) for each in ("ONDE0001", "ONDE0002", "ONDE0001")]
    assert sent == ["91", "96", "05"]

    assert [call("POST", "/requests/count", {"scope": each}).body["count"] for each in ("a", "b")] == [2, 1]
    assert [call("POST", f"/verify?scope={each}").body["met"] for each in ("a", "b")] == [True, True]
    assert [each["terminal_id"] for each in call("GET", "/requests?scope=b").body["requests"]] == ["ONDE0002"]

    assert call("POST", "/reset?scope=a").body["forgotten_expectations"] == 1
    assert {each["scope"]: each["hits"] for each in call("GET", "/rules").body["rules"]} == {"a": 0, "b": 1}
    assert [call("POST", "/requests/count", {"scope": each}).body["count"] for each in ("a", "b")] == [0, 1]
    assert code(centre, "63", "--terminal", "ONDE0001") == "91", "its sequence began anew"
    assert call("DELETE", "/rules").body["rules"] == [], "rules of no scope"
    assert call("DELETE", "/scopes/a").body["removed_rules"] == 1
    assert [each["scope"] for each in call("GET", "/rules").body["rules"]] == ["b"]
    assert call("POST", "/verify?scope=b").body["met"]


def test_messages_are_found_counted_and_their_near_misses_named(centre: CentreProcess, call: Caller) -> None:
    begun = max((each["number"] for each in call("GET", "/requests?limit=1&network=true").body["requests"]), default=0)
    call("POST", "/rules", {"rules": ["amount=64 -> 51"]})
    assert code(centre, "64", "--rrn", "632603575796") == "51"
    code(centre, "65")
    found = call("POST", f"/requests/find?since={begun}", {"when": {"amount": "60..64"}, "answer": "51"}).body
    (request,) = found["requests"]
    assert (request["rrn"], request["response_code"], request["pan_masked"]) == (
        "632603575796",
        "51",
        f"{CARD[:6]}******{CARD[-4:]}",
    )
    assert call("POST", f"/requests/count?since={begun}", {"when": {"card": CARD}}).body == {"count": 2}
    assert call("GET", "/requests/unmatched").body == {"requests": [], "count": 0}

    near = call("POST", f"/requests/near-misses?since={begun}", {"expect": "one 0100 of rrn 632603575796 amount=66"}).body
    (difference,) = near["near_misses"][0]["differences"]
    assert difference == {"what": "amount", "expected": "66.00", "found": "64.00"}
    assert CARD not in json.dumps(found)


def test_a_verification_waits_and_is_woken_by_what_comes(centre: CentreProcess, call: Caller) -> None:
    answers = list[Answered]()
    waiting = threading.Thread(
        target=lambda: answers.append(call("POST", "/verify?timeout=60", {"expect": ["one 0100 of rrn 632603575800"]}))
    )
    waiting.start()
    code(centre, "66", "--rrn", "632603575800")
    waiting.join(30)
    (answer,) = answers
    assert answer.body["met"]
    assert answer.body["waited_ms"] < 30_000
    assert [each["rrn"] for each in answer.body["messages"]] == ["632603575800"]

    unmet = call("POST", "/verify?timeout=0", {"expect": ["no 0100 of rrn 632603575800", "one 0420"], "strict": True}).body
    assert (unmet["met"], [each["met"] for each in unmet["expectations"]]) == (False, [False, False])
    nothing = call("POST", "/verify")
    assert (nothing.status, nothing.wrong[0].startswith("expect: found no expectation")) == (422, True)


def test_messages_are_followed_as_events(centre: CentreProcess, call: Caller) -> None:
    call("PUT", "/scopes/mine", {"terminal": ["ONDE0002"]})
    connection = HTTPConnection(call.host, timeout=60)
    connection.request("GET", "/__admin/events?scope=mine")
    response = connection.getresponse()
    assert response.getheader("content-type") == "text/event-stream; charset=utf-8"
    assert response.readline() == b": messages follow\n"
    seen = list[dict[str, Any]]()
    while not seen:  # the first message may come before anybody looks
        code(centre, "67", "--terminal", "ONDE0001")
        code(centre, "68", "--terminal", "ONDE0002")
        if response.readline().startswith(b"id: "):
            assert response.readline() == b"event: message\n"
            seen.append(json.loads(response.readline().removeprefix(b"data: ")))
    connection.close()
    assert (seen[0]["amount_minor"], seen[0]["terminal_id"]) == (6800, "ONDE0002")
    missing = call("GET", "/events?scope=theirs")
    assert (missing.status, missing.wrong) == (404, ["scope: found 'theirs', expected one of mine"])


def test_fresh_cards_and_merchants_are_given_out_once(centre: CentreProcess, call: Caller) -> None:
    call("PUT", "/scopes/mine", {"terminal": ["ONDE0002"]})
    card = call("POST", "/cards", {"balance": "100010.00", "scope": "mine"})
    other = call("POST", "/cards")
    assert (card.status, card.body["balance_minor"]) == (201, 10_001_000)
    assert card.body["pan"] != other.body["pan"]
    assert code(centre, "100005", "--pan", card.body["pan"]) == "00", "more than the cards of its series have"
    assert call("POST", "/requests/count", {"scope": "mine", "when": {"card": card.body["pan"]}}).body == {"count": 1}
    blocked = call("POST", "/cards/change", {"pan": card.body["pan"], "order": "block"})
    assert blocked.body["blocked"]
    assert call("GET", "/scopes").body["scopes"][0]["card"] == [f"{card.body['pan'][:6]}******{card.body['pan'][-4:]}"]

    merchants = {call("POST", "/merchants").body["merchant_id"] for _ in range(2)}
    assert len(merchants) == 2
    poor = call("POST", "/cards", {"balance": "1.00"})
    assert (poor.status, poor.body["detail"].split(";")[0]) == (409, "a balance below that of any series")


def test_a_day_is_closed_and_its_report_read_again(centre: CentreProcess, call: Caller) -> None:
    assert code(centre, "69") == "00"
    date = call("GET", "/day").body["open"]
    closed = call("POST", "/day/close", {"date": date})
    assert (closed.status, closed.body["outcome"]) == (200, "closed")
    assert call("GET", f"/day/{date}").body["totals"] == closed.body["totals"]
    assert call("GET", "/day").body["closed"] == [date]
    again = call("POST", "/day/close", {"date": date})
    assert (again.status, again.body["detail"]) == (409, f"business date {date} is already closed, nothing was changed")
    assert call("GET", "/day/1999-01-01").status == 404


def test_a_held_answer_is_waited_for_and_released(centre: CentreProcess, call: Caller) -> None:
    call("POST", "/rules", {"rules": ["amount=71 -> hold"]})
    codes = list[str]()
    selling = threading.Thread(target=lambda: codes.append(code(centre, "71")))
    selling.start()
    held = list[Any]()
    while not held:
        held = call("GET", "/held?wait=5").body["held"]
    assert call("POST", "/held/release", {"ids": [held[0]["id"] + 1]}).status == 409
    assert len(call("POST", "/held/release", {"ids": [held[0]["id"]]}).body["held"]) == 1
    selling.join(30)
    assert (codes, call("POST", "/held/release").body["held"]) == (["00"], [])


def test_the_clock_is_moved_and_shown(call: Caller) -> None:
    before = call("GET", "/clock").body["ahead_ms"]
    assert call("POST", "/clock", {"do": "advance", "word": "1s"}).status == 200
    assert call("GET", "/clock").body["ahead_ms"] - before >= 900
    wrong = call("POST", "/clock", {"do": "advance", "word": "soon"})
    assert (wrong.status, "found 'soon'" in wrong.body["detail"]) == (409, True)


def test_the_centre_says_where_to_connect_and_who_is(centre: CentreProcess, call: Caller) -> None:
    settings = call("GET", "/settings").body
    assert {each["name"]: each["port"] for each in settings["listeners"]}["ascii"] == centre.address("ascii")[1]
    lines = call("GET", "/lines").body
    assert lines["issuers"] == [{"issuer": "atlas", "session": "up", "connected": True}]
    assert call("GET", "/health").body == {"status": "up"}
    assert centre.ready["api"]["token_file"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "wrong"),
    [
        ("GET", "/rules?scop=a", None, 400, "scop: found a parameter nobody reads, expected one of scope"),
        ("GET", "/requests?limit=x", None, 400, "limit: found 'x', expected a whole number"),
        ("GET", "/requests?limit=1&limit=2", None, 400, "limit: found twice, expected once"),
        ("GET", "/rules/x", None, 400, "id: found 'x', expected a whole number"),
        ("POST", "/rules", {"rule": ["any -> 91"]}, 400, "rules: found nothing, expected At least one rule."),
        ("POST", "/rules", b"{", 400, ""),
        ("POST", "/rules", b"[NaN]", 400, ""),
        ("POST", "/rules", b"[" * 100_000, 400, ""),
        *(("POST", "/rules", NESTED % (b'{"any":[' * n, b"]}" * n), 409, "") for n in (200, 320)),
        ("POST", "/rules", b'{"rules": [' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"]}", 422, ""),
        ("PUT", "/scenarios/x", {"text": "purpose = " + "[" * 5_000}, 422, ""),
        ("PUT", "/scopes/x", b'{"terminal": ["\\ud800", "\\u0000"], "crd": []}', 400, "crd: found a key nobody reads"),
        (
            "POST",
            "/rules",
            {"rules": ["any -> 91", "any -> silense"]},
            422,
            "rules[1].then: found 'silense', expected silence (the",
        ),
        (
            "POST",
            "/rules",
            {"rules": [{"when": {"crad": "1"}, "then": "ok"}]},
            422,
            "rules[0].when.crad: found a key nobody reads",
        ),
        ("POST", "/rules", {"rules": ["any -> 91"], "scope": "x"}, 404, "scope: found 'x', expected a scope that was added"),
        ("PUT", "/scenarios/x", {"text": "= x"}, 422, "text:1: found broken TOML"),
        ("POST", "/verify", {"expect": ["one 0420 withn 3s"]}, 422, "expect[0]: found "),
        ("POST", "/verify?timeout=601", {"expect": ["one 0420"]}, 400, "timeout: found 601.0, expected 0 to 600"),
        ("POST", "/requests/find", {"when": {"amount": "x"}}, 422, "when.amount: found 'x', expected an amount"),
        ("POST", "/cards", {"issuer": "atlos"}, 422, "issuer: found 'atlos', expected one of atlas"),
        ("POST", "/cards/change", {"pan": "4000000000000002", "order": "block"}, 404, "pan: found a number that no issuer has"),
        (
            "POST",
            "/day/close",
            {"engine": "duck"},
            400,
            "engine: found 'duck', expected duckdb (the nearest), or one of sqlite, duckdb",
        ),
        ("POST", "/day/close", {"date": "soon"}, 422, "date: found 'soon', expected a date such as 2026-11-22"),
        ("GET", "/nothing", None, 404, ""),
        ("PATCH", "/rules", None, 405, ""),
    ],
)
def test_every_error_names_field_status_and_cause_and_changes_nothing(
    call: Caller, method: str, path: str, body: Any, status: int, wrong: str
) -> None:
    call("POST", "/rules", {"rules": ["amount=99 -> 05"]})
    answer = call(method, path, body)

    assert answer.status == status, answer
    assert "\n" not in answer.body["detail"]
    assert not wrong or answer.wrong[0].startswith(wrong), answer.wrong
    assert [each["rule"] for each in call("GET", "/rules").body["rules"]] == ["amount=99.00 -> 05"]


def test_another_type_of_body_and_a_page_of_a_stranger_are_refused(call: Caller) -> None:
    assert call("POST", "/rules", {"rules": ["any -> 91"]}, **{"Content-Type": "text/plain"}).status == 415
    assert call("GET", "/rules", Origin="http://bank.example").status == 403
    assert call("GET", "/rules", Host="bank.example").status == 403
    assert call("GET", "/rules").body["rules"] == []


def test_the_document_and_its_page_are_there(call: Caller) -> None:
    document = call("GET", "/openapi.json").body
    assert document["openapi"] == "3.1.0"
    assert json.loads(run("api", "document").out) == document
    assert call("GET", "/docs").body.startswith("<!doctype html>")
    led = call("GET", "")
    assert (led.status, led.headers["location"]) == (307, "/__admin/docs"), "who types the address into a browser is led there"


def test_http_is_never_loaded_without_the_api(tmp_path: Path) -> None:
    loads = "import sys, switch.cli.up, switch.centre.supervisor, switch.testing.client; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert not [name for name in ran.stdout.split() if name.startswith(("starlette", "h11", "switch.control"))]


def test_elsewhere_than_on_this_machine_a_token_is_made_and_asked_for(tmp_path: Path) -> None:
    options = [*small_specs(tmp_path), "--api", "0.0.0.0:0"]
    with running_centre(tmp_path / "var", options) as running:
        file = Path(running.ready["api"]["token_file"])
        assert (file, file.stat().st_mode & 0o777) == ((tmp_path / "var" / "api.token").resolve(), 0o600)
        url = running.ready["api"]["url"].replace("0.0.0.0", "127.0.0.1")
        nobody = Caller(url)("GET", "/rules")
        assert (nobody.status, nobody.headers["www-authenticate"]) == (401, "Bearer")
        assert nobody.wrong == ["Authorization: found no token, expected Bearer and the token that `switch up` names"]
        assert Caller(url, Authorization="Bearer wrong")("POST", "/reset").status == 401
        allowed = Caller(url, Authorization=f"Bearer {file.read_text().strip()}")
        assert allowed("GET", "/rules").body == {"rules": [], "wrong_files": []}
        kept = allowed("GET", "/requests")
        assert (kept.status, "switch up --api --trace" in kept.body["detail"]) == (409, True)
        assert Caller(url)("GET", "/health").body == {"status": "up"}
        assert running.stop() == 0
        printed = running.log.read_text(encoding="utf-8")
        assert f"token    {file}" in printed
        assert "whoever reaches 0.0.0.0 and has the token of the control API can change rules" in printed
