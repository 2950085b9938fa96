"""What the switchboard's parts say when they are asked one thing: is a batch closed, are totals the same again, whom an answer
is late for, which hold a message names, whose reversal came first."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.routing.handling.reconciliation import Reconciler
from switch.routing.handling.unmatched_answers import _how_late, _takes_back_a_decline
from switch.routing.memory.past import DecidedRequest
from switch.routing.memory.totals import IN_BALANCE, OUT_OF_BALANCE, Reconciled, Totals
from switch.routing.traffic.effects import Effect
from switch.routing.traffic.events import TotalsReceived
from switch.transaction import Decision, ExchangeKey, Reconciliation, refuse
from tests.support.dialogue import Dialogue, answered, asked, by_stan_alone, request, reversed_

ATLAS_SAID = Decision(response_code="51", approval_code=None, decided_by="atlas", reason="")


def _past(request_id: int, decision: Decision = ATLAS_SAID, **more: Any) -> DecidedRequest:
    return DecidedRequest(request_id, request(request_id), "atlas", decision, 0, **more)


@pytest.mark.parametrize(("terminal_id", "closes"), [("TERM0001", True), ("", True), ("TERM0002", False)])
def test_an_agreement_closes_up_to_its_last_request_but_for_what_waited(terminal_id: str, closes: bool) -> None:
    reconciler = Reconciler()
    agreed = Reconciled(IN_BALANCE, "00", Totals().counters(), 4, "", (2,))
    reconciler._agreed["504001", terminal_id] = agreed
    assert [reconciler.is_closed(_past(number)) for number in range(1, 6)] == [closes, False, closes, closes, False]


def _totals(at: str, stan: str = "000900", terminal_id: str = "TERM0001", stamped: bool = True, **sent: int) -> TotalsReceived:
    key = ExchangeKey("504001", terminal_id, stan, at)
    return TotalsReceived(Reconciliation(key=key, mti="0500", sent=sent, carried={}, stamped=stamped), "line 1", "line 1")


@pytest.mark.parametrize(
    ("again", "counted_anew"),
    [
        (_totals("1122101000", debits_count=0), False),
        (_totals("1122101001", debits_count=0), True),  # eleven minutes later
        (_totals("1122095000", debits_count=0), False),
        (_totals("1122100500", stan="000901", debits_count=0), True),
        (_totals("1122100500", terminal_id="TERM0002", debits_count=0), True),
        (_totals("1122100500", debits_count=1), True),
        (_totals("1122100500", stamped=False, debits_count=0), True),
    ],
)
def test_totals_without_a_time_are_the_same_again_for_ten_minutes(again: TotalsReceived, counted_anew: bool) -> None:
    reconciler, effects = Reconciler(), list[Effect]()
    reconciler.reconcile(_totals("1122100000", debits_count=0), 1, (), effects)
    assert len(effects) == 2
    reconciler.reconcile(again, 1, (), effects)
    assert len(effects) == (4 if counted_anew else 3)


def test_totals_that_did_not_agree_are_compared_anew() -> None:
    reconciler, effects = Reconciler(), list[Effect]()
    for at in ("1122100000", "1122100100"):
        reconciler.reconcile(_totals(at, debits_count=5), 1, (), effects)
    assert len(effects) == 4
    assert {outcome.settlement_code for _, outcome in reconciler._latest.values()} == {OUT_OF_BALANCE}


def test_totals_that_are_only_asked_for_are_told_anew_each_time() -> None:
    reconciler, effects = Reconciler(), list[Effect]()
    for at in ("1122100000", "1122100100"):
        reconciler.reconcile(_totals(at), 1, (), effects)
    assert len(effects) == 4


@pytest.mark.parametrize(
    ("decision", "code", "said"),
    [
        (ATLAS_SAID, "51", "answer 51 from atlas came a second time"),
        (ATLAS_SAID, "00", "answer 00 from atlas came 1.234 s after 51 was given"),
        (refuse("91", "time is up"), "91", "answer 91 from atlas came 1.234 s after 91 was given"),
        (evolve(ATLAS_SAID, decided_by="vesta"), "51", "answer 51 from atlas came 1.234 s after 51 was given"),
    ],
)
def test_an_answer_comes_a_second_time_or_so_late(decision: Decision, code: str, said: str) -> None:
    assert _how_late(answered(1, code), _past(1, decision, decided_at=10.0), 11.23449) == said


def test_how_late_is_not_known_of_what_was_decided_before_a_start() -> None:
    assert _how_late(answered(1, "00"), _past(1), 50.0) == "answer 00 from atlas came after 51 was given"
    assert _how_late(answered(1, "00"), _past(1, decided_at=50.0), 50.0004) == "answer 00 from atlas came after 51 was given"


@pytest.mark.parametrize(
    ("decision", "code", "given_back", "issuer", "takes_back"),
    [
        (ATLAS_SAID, "00", False, "atlas", True),
        (ATLAS_SAID, "10", False, "atlas", True),
        (ATLAS_SAID, "05", False, "atlas", False),
        (ATLAS_SAID, "00", True, "atlas", False),
        (ATLAS_SAID, "00", False, "vesta", False),
        (refuse("91", "time is up"), "00", False, "atlas", False),
        (evolve(ATLAS_SAID, response_code="00"), "00", False, "atlas", False),
    ],
)
def test_an_issuer_that_approves_after_its_own_decline_is_owed_a_reversal_once(
    decision: Decision, code: str, given_back: bool, issuer: str, takes_back: bool
) -> None:
    known = _past(1, decision)
    known.given_back = given_back
    assert _takes_back_a_decline(answered(1, code, issuer=issuer), known) == takes_back


@pytest.mark.parametrize(
    ("card", "at", "declined"),
    [
        (None, "1122091530", True),
        (None, "1123091530", True),
        (None, "1123091531", False),
        ("9504010000000019", "1122120000", True),
        ("9504010000000027", "1122120000", False),
    ],
)
def test_a_sale_whose_reversal_named_its_stan_first_is_declined_for_a_day_where_the_card_is_its_own(
    card: str | None, at: str, declined: bool
) -> None:
    talk = Dialogue()
    talk >> by_stan_alone(1, card, at)
    talk.drop()
    talk >> asked(1)
    said = talk.drop()
    assert ("its reversal came before it" in said) == declined, said


def test_a_reversal_by_rrn_that_came_first_declines_the_sale_of_that_rrn_alone() -> None:
    talk = Dialogue()
    talk >> reversed_(1, named=False)
    talk.drop()
    for number, declined in ((2, False), (1, True)):
        talk >> asked(number)
        assert ("its reversal came before it" in talk.drop()) == declined


def test_a_completion_that_names_an_increment_completes_its_hold() -> None:
    held: dict[str, Any] = {"pre_authorized": True}
    talk = Dialogue()
    for event in (
        asked(1, **held),
        answered(1),
        asked(2, original_key=request(1).key, amount_minor=1_000, **held),
        answered(2),
    ):
        talk >> event
        talk.drop()
    told: dict[str, Any] = {"function": "advice", "message_class": "financial", "advised_code": "00"}
    talk >> asked(3, amount_minor=13_500, original_key=request(2).key, **told)
    assert "journal request 3 for request 1" in talk.drop()


@pytest.mark.parametrize(
    ("changes", "adds"),
    [
        ({"approval_code": "A00001"}, True),
        ({"approval_code": "B00002"}, False),
        ({"approval_code": None}, False),
        ({"approval_code": "A00001", "message_class": "financial"}, False),
        ({"approval_code": "A00001", "rrn": "000000000000"}, False),
        ({"approval_code": "A00001", "pre_authorized": False}, False),
        ({"approval_code": "A00001", "transaction_type": "refund"}, False),
    ],
)
def test_a_request_adds_to_a_hold_that_it_names_by_rrn_and_approval_code(changes: dict[str, Any], adds: bool) -> None:
    talk = Dialogue()
    rrn: dict[str, Any] = {"rrn": changes["rrn"]} if "rrn" in changes else {}
    for event in (asked(1, pre_authorized=True, **rrn), answered(1)):
        talk >> event
        talk.drop()
    adding: dict[str, Any] = {"pre_authorized": True, "rrn": request(1).rrn} | changes
    talk >> asked(2, **adding)
    assert ("journal request 2 for request 1" in talk.drop()) == adds
