"""What ``switch explain`` tells, step by step: events at known times, a journal on disk, the list it makes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import evolve

from switch.endofday.close import close_day
from switch.errors import NegativeAnswerError
from switch.explain.lifecycle import story
from switch.explain.timeline import steps
from switch.iso8583.edition93.action_codes import action_code
from switch.iso8583.mapping.acquirer import Stamp, to_authorization
from switch.iso8583.message import Message
from switch.routing.traffic.events import DeliveryFailed, IssuerDown, IssuerUp, Scripted
from switch.transaction import ADVICE, FINANCIAL, ExchangeKey
from tests.support.centre_in_loop import NOW_MS, purchase, specs
from tests.support.day_builders import (
    CASH,
    FRIDAY,
    GROCER,
    HOTEL,
    SATURDAY,
    SUNDAY,
    day_specs,
    journal_of,
    later_ms,
)
from tests.support.dispute_builders import dispute
from tests.support.journal_story import DATE, LINE_93, Told, answers, asks, delivered, takes_back

STAND_IN_CARD = next(c.pan.digits for c in specs().issuers["rif"].all_cards() if c.pan.digits.startswith("2221"))
OPEN = f"day: business date: {DATE}, not closed yet (switch day close)"


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def essence(lines: list[str]) -> list[str]:
    """The list without what is alike in every one: who asked and what routing found."""
    return [line for line in lines if not re.search(r": (from|key|routed|business date): ", line)]


def test_an_ordinary_purchase(told: Told) -> None:
    told.happens(asks(1))
    told.now += 0.007
    told.happens(answers(1, "51", reason="available 50.00 MAD is less than 125.00 MAD"))
    assert told.steps("000000000001") == [
        (
            "0.000 acquirer: received: 0100 purchase (authorization), chip (DE 22 051), on ascii 127.0.0.1:40112, "
            "as request 1 of the journal"
        ),
        (
            "0.000 acquirer: from: merchant TELECOM00000001 (ONDE TELECOM EN LIGNE, CASABLANCA), terminal TERM0001, "
            "which is not in its contract"
        ),
        "0.000 acquirer: key: DE 32 504001, 41 TERM0001, 11 000001, 7 1122091530 (UTC)",
        "0.000 centre: routed: to atlas: cmi debit, domestic card",
        "0.000 atlas: forwarded: 0100 to atlas, which has 10 s to answer",
        "0.007 atlas: response: 0110 51 insufficient funds, after 7 ms: available 50.00 MAD is less than 125.00 MAD",
        "0.007 acquirer: answered: 0110 51 insufficient funds, by atlas after 7 ms",
        OPEN,
    ]


def test_a_request_in_flight(told: Told) -> None:
    told.happens(asks(1))
    assert told.steps("000000000001")[-1] == ("0.000 centre: not decided: in flight, or Switch stopped before an answer")


def test_a_time_out_what_is_owed_then_and_a_late_answer(told: Told) -> None:
    told.happens(asks(1))
    told.now = 2
    told.happens(asks(1))
    told.wait(8)
    told.now = 10.5
    told.happens(delivered(1))
    told.now = 11
    told.happens(answers(1))
    assert essence(told.steps("000000000001"))[1:] == [
        "0.000 atlas: forwarded: 0100 to atlas, which has 10 s to answer",
        "2.000 acquirer: repeat: asked again by ascii 127.0.0.1:40112 while waiting",
        "10.000 atlas: no answer: in 10 s",
        "10.000 atlas: owed: 0420 to atlas: no answer from atlas in 10 s (reason 4021, time out waiting for response)",
        (
            "10.000 acquirer: answered: 0110 91 issuer or switch inoperative, by Switch itself after 10000 ms: "
            "no answer from atlas in 10 s"
        ),
        "10.500 atlas: delivered: 0430 00 approved to the 0420",
        "11.000 atlas: late answer: answer 00 from atlas came 1.000 s after 91 was given",
    ]


def test_the_time_that_an_issuer_had_by_a_share_or_by_a_rule(tmp_path: Path) -> None:
    told = Told(tmp_path, timers=0.1)
    told.happens(asks(1))
    told.wait(1)
    told.happens(evolve(asks(2), scripted=Scripted("answered: timeout 3s (rule 1)", timeout_seconds=3.0)))
    told.wait(3)
    shown = [
        line for number in (1, 2) for line in essence(told.steps(f"{number:012d}")) if "forwarded" in line or ": in " in line
    ]
    assert shown == [
        "0.000 atlas: forwarded: 0100 to atlas, which has 1 s to answer",
        "1.000 atlas: no answer: in 1 s",
        "1.000 atlas: forwarded: 0100 to atlas, which has 3 s to answer",
        "4.000 atlas: no answer: in 3 s",
    ]
    assert not [line for number in (1, 2) for line in told.steps(f"{number:012d}") if ": timer" in line]


def test_an_answer_that_a_scenario_held_back(told: Told) -> None:
    told.happens(evolve(asks(1), scripted=Scripted("not answered (scenario retry, rule 2)")))
    told.now = 0.007
    told.happens(answers(1))
    assert essence(told.steps("000000000001"))[-3:] == [
        "0.000 acquirer: scenario: not answered (scenario retry, rule 2)",
        "0.007 atlas: response: 0110 00 approved, after 7 ms",
        (
            "0.007 acquirer: not answered: scenario retry, rule 2 kept the 0110 00 approved, by atlas after 7 ms, "
            "approval code A12345"
        ),
    ]


def test_an_answer_that_a_scenario_held_is_not_shown_as_answered(told: Told) -> None:
    told.happens(evolve(asks(1), scripted=Scripted("held back: hold (rule 7)")))
    told.now = 0.007
    told.happens(answers(1))
    assert essence(told.steps("000000000001"))[-1] == (
        "0.007 acquirer: held back: the 0110 00 approved, by atlas after 7 ms, approval code A12345; "
        "rule 7 held it: it went when it was released, which switch trace shows"
    )


def test_a_reversal_that_cannot_be_said_to_its_issuer(told: Told) -> None:
    told.happens(asks(1))
    told.wait(10)
    owed = told.board._outbox._deliveries._queues["atlas"].waiting[0]
    told.happens(DeliveryFailed(owed, "the 0420 to atlas cannot be said in its dialect: DE 42; given up"))
    assert essence(told.steps("000000000001"))[3:] == [
        "10.000 atlas: owed: 0420 to atlas: no answer from atlas in 10 s (reason 4021, time out waiting for response)",
        (
            "10.000 acquirer: answered: 0110 91 issuer or switch inoperative, by Switch itself after 10000 ms: "
            "no answer from atlas in 10 s"
        ),
        "10.000 atlas: given up: the 0420 to atlas cannot be said in its dialect: DE 42; given up",
    ]
    told.restarted()
    assert told.board.owed == 0


def test_a_time_out_with_stand_in_and_a_delivery_that_is_not_accepted(told: Told) -> None:
    told.happens(asks(1, pan=STAND_IN_CARD))
    told.wait(10)
    told.now = 11
    told.happens(delivered(1, "25", issuer="rif", kind="advice"))
    why = "stand-in for rif, up to 300.00: no answer from rif in 10 s"
    assert essence(told.steps("000000000001"))[1:] == [
        "0.000 rif: forwarded: 1100 to rif, which has 10 s to answer",
        "10.000 rif: no answer: in 10 s",
        f"10.000 centre: stand-in: {why}",
        f"10.000 rif: owed: 1120 to rif: {why} (reason 1003, stand-in, issuer unavailable)",
        "10.000 acquirer: answered: 0110 00 approved, by Switch itself after 10000 ms, approval code 000001",
        "11.000 rif: delivered: 1130 914 (25 unable to locate record) to the 1120: not accepted",
    ]


def test_stand_in_for_an_issuer_that_is_away_delivered_later(told: Told) -> None:
    told.happens(IssuerDown("rif", "the connection was closed", lost=True))
    told.happens(asks(1, pan=STAND_IN_CARD))
    lines = essence(told.steps("000000000001"))[1:]
    assert [line.split(": ")[1] for line in lines] == ["stand-in", "owed", "answered"], "it was never forwarded"
    assert lines[1].endswith("; sent again and again until it is answered")
    told.now = 60
    told.happens(IssuerUp("rif"))
    told.happens(delivered(1, issuer="rif", kind="advice"))
    assert essence(told.steps("000000000001"))[-1] == "60.000 rif: delivered: 1130 000 (00 approved) to the 1120"


def test_a_lost_line_and_one_that_was_not_there(told: Told) -> None:
    told.happens(asks(1))
    told.now = 1
    told.happens(IssuerDown("atlas", "the connection was closed", lost=True))
    told.happens(asks(2))
    lost = "the line to atlas was lost before it answered: the connection was closed"
    assert essence(told.steps("000000000001"))[2:] == [
        f"1.000 atlas: no answer: {lost}",
        (
            f"1.000 atlas: owed: 0420 to atlas: {lost} (reason 4021, time out waiting for response); "
            "sent again and again until it is answered"
        ),
        f"1.000 acquirer: answered: 0110 91 issuer or switch inoperative, by Switch itself after 1000 ms: {lost}",
    ]
    assert essence(told.steps("000000000002"))[1:] == [
        (
            "1.000 acquirer: answered: 0110 91 issuer or switch inoperative, by Switch itself after 0 ms: "
            "issuer atlas is not available: the connection was closed"
        )
    ]


def test_a_restart(told: Told) -> None:
    told.happens(asks(1))
    told.now = 3
    told.restarted()
    why = "Switch was restarted before an answer came"
    assert essence(told.steps("000000000001"))[2:4] == [
        f"3.000 atlas: no answer: {why}",
        f"3.000 centre: decided: 91 issuer or switch inoperative, by Switch itself: {why}; nobody waited for it any more",
    ]


def test_a_reversal_in_part_and_its_repeat(told: Told) -> None:
    told.happens(asks(1))
    told.happens(answers(1))
    told.now = 3
    told.happens(takes_back(101, 1, replacement_minor=5_000))
    told.now = 3.1
    told.happens(delivered(1))
    told.now = 4
    told.happens(takes_back(101, 1, replacement_minor=5_000))
    assert essence(told.steps("000000000001"))[2:] == [
        "0.000 atlas: response: 0110 00 approved, after 0 ms",
        "0.000 acquirer: answered: 0110 00 approved, by atlas after 0 ms, approval code A12345",
        (
            "3.000 acquirer: reversal: 0400 to leave 50.00 MAD of 125.00 MAD, on ascii 127.0.0.1:40112, effective: "
            "reversed in part, 50.00 remain"
        ),
        "3.000 atlas: owed: 0420 to atlas: reversed in part, 50.00 remain",
        "3.000 acquirer: answered: 0410 00 approved, to the 0400",
        "3.100 atlas: delivered: 0430 00 approved to the 0420",
        "4.000 acquirer: repeat: reversed again by ascii 127.0.0.1:40112, same answer given",
    ]


def test_a_reversal_while_its_issuer_is_waited_for_in_the_words_of_1993(told: Told) -> None:
    told.happens(asks(1, line=LINE_93))
    told.now = 0.1
    told.happens(takes_back(101, 1, line=LINE_93))
    why, action = "reversed by the acquirer before an answer came", action_code("21", "1")
    assert essence(told.steps("000000000001")) == [
        f"0.000 acquirer: received: 1100 purchase (authorization), chip, on {LINE_93}, as request 1 of the journal",
        "0.000 atlas: forwarded: 0100 to atlas, which has 10 s to answer",
        f"0.100 acquirer: reversal: 1400 of all 125.00 MAD, on ascii93 127.0.0.1:40113, not effective: {why}",
        (f"0.100 atlas: owed: 0420 to atlas: {why}; sent again and again until it is answered"),
        f"0.100 acquirer: answered: 1110 {action} (21 no action taken), by Switch itself after 100 ms: {why}",
        "0.100 acquirer: answered: 1410 400 (00 approved), to the 1400",
    ]


def test_a_void(told: Told) -> None:
    told.happens(asks(1, message_class=FINANCIAL))
    told.happens(answers(1))
    told.now = 1
    told.happens(takes_back(101, 1, mti="0200"))
    lines = told.steps("000000000001")
    assert (
        "1.000 acquirer: void: 0200 of all 125.00 MAD, on ascii 127.0.0.1:40112, effective: reversed by the acquirer" in lines
    )
    assert "1.000 acquirer: answered: 0210 00 approved, to the 0200" in lines


def test_a_reversal_of_what_is_not_known_and_of_what_comes_later(told: Told) -> None:
    told.happens(takes_back(101, 1))
    unknown = [
        (
            "0.000 acquirer: reversal: 0400 of all 125.00 MAD, on ascii 127.0.0.1:40112, names STAN 000001 of 1122091530 "
            "UTC (DE 90), not effective: the original is not known; should it come, it is declined"
        ),
        "0.000 acquirer: answered: 0410 00 approved, to the 0400",
    ]
    assert told.steps("000000000001") == unknown
    told.now = 1
    told.happens(asks(1, rrn="ANOTHERRRN01"))
    for rrn in ("000000000001", "ANOTHERRRN01"):
        lines = essence(told.steps(rrn))
        assert lines[0].startswith("0.000 acquirer: reversal: 0400 of all 125.00 MAD")
        assert lines[-1].endswith("0110 12 invalid transaction, by Switch itself after 0 ms: its reversal came before it")


def test_a_reversal_under_an_rrn_of_its_own_leads_to_what_it_names(told: Told) -> None:
    told.happens(asks(1))
    told.happens(answers(1))
    told.happens(takes_back(101, 1, rrn="REVERSALRRN1"))
    assert told.steps("REVERSALRRN1") == told.steps("000000000001")


def test_a_completion_under_an_rrn_of_its_own(told: Told) -> None:
    told.happens(asks(1, pre_authorized=True))
    told.happens(answers(1))
    told.now = 5
    key = ExchangeKey("504001", "TERM0001", "000001", "1122091530")
    told.happens(asks(2, function=ADVICE, message_class=FINANCIAL, original_key=key, amount_minor=11_000))
    assert told.steps("000000000001")[-2:] == [OPEN, OPEN]
    for rrn in ("000000000001", "000000000002"):
        lines = told.steps(rrn)
        assert any(line.startswith("5.000 acquirer: received: 0220 purchase (financial)") for line in lines)
        completes = "5.000 centre: completes: request 1"
        assert completes + ("" if rrn.endswith("1") else ", RRN 000000000001") in lines
        assert any(
            line.startswith("5.000 atlas: owed: 0220 to atlas: completes 125.00 authorized by request 1") for line in lines
        )


def test_a_request_that_came_as_a_repeat_of_what_was_lost(told: Told) -> None:
    told.happens(asks(1, repeat=True))
    told.happens(asks(1, repeat=True))
    told.happens(answers(1))
    lines = essence(told.steps("000000000001"))
    assert lines[0].startswith("0.000 acquirer: received: 0101 purchase")
    assert "0.000 acquirer: came as repeat: what it repeats was not received" in lines
    assert "0.000 acquirer: repeat: asked again as a repeat by ascii 127.0.0.1:40112 while waiting" in lines
    assert lines[-1].startswith("0.000 acquirer: answered: 0110 00 approved")


@pytest.mark.parametrize(("mti", "repeat"), [("0100", False), ("0101", True), ("0201", True), ("0121", True), ("0120", False)])
def test_a_repeat_is_known_by_its_mti(mti: str, repeat: bool) -> None:
    message = Message(mti, purchase().elements)
    asked = to_authorization(message, acquirer_id="504900", stamp=Stamp("1122091530", "1122091530"), currency="504")
    assert asked.repeat is repeat


def test_what_the_close_of_the_day_did(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        hold = journal.hold()
        journal.capture(hold, 9_000)
        close_day(tmp_path, day_specs(), FRIDAY, NOW_MS)
    told = {step.what: step for step in steps(story(tmp_path, "632400000001"), specs())}
    assert told["presented"].detail.startswith("100.00 MAD to atlas, interchange 0.65 MAD (0.65 %), discount 1.20 MAD (1.20 %)")
    assert told["presented"].at_ms == NOW_MS
    assert told["value date"].detail == "2026-11-23: 98.68 MAD net to merchant EPICERIE0000001"
    held = [step.detail for step in steps(story(tmp_path, "632400000002"), specs()) if step.what == "captured"]
    assert held == [f"by request 3, business date {FRIDAY}"]


def test_what_later_closes_did_with_an_exception_and_a_hold(tmp_path: Path) -> None:
    hotel = evolve(HOTEL, hold_days=1)
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id=CASH.id)
        journal.hold(merchant_id=HOTEL.id)
        close_day(tmp_path, day_specs((GROCER, hotel)), None, later_ms(tmp_path))
        journal.decide()
        close_day(tmp_path, day_specs((GROCER, hotel, CASH)), None, later_ms(tmp_path))
        dispute(tmp_path, "chargeback", "632400000001", "40.00")
    told = {step.what: step.detail for step in steps(story(tmp_path, "632400000001"), specs())}
    assert told["exception"] == f"business date {FRIDAY}: not presented: unknown merchant"
    assert told["presented"].endswith(f"business date {SATURDAY}")
    assert told["chargeback"] == f"dossier D26000001 of 40.00 MAD, reason FRAUD, business date {SUNDAY}"
    ended = {step.what: step.detail for step in steps(story(tmp_path, "632400000002"), specs())}
    assert ended["expired"] == f"by its contract, business date {SATURDAY}"


def test_an_rrn_nobody_used(told: Told) -> None:
    told.happens(takes_back(101))
    with pytest.raises(NegativeAnswerError, match="RRN: found 'NOSUCHRRN000', expected one in the journal"):
        told.steps("NOSUCHRRN000")
