"""The switchboard as a dialogue: what it is told, what it wants done, in which order."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.routing import switchboard as module
from switch.routing.memory import history
from switch.routing.traffic.events import ForwardFailed, IssuerDown, IssuerUp, Scripted
from switch.transaction import ADVICE, FINANCIAL, REFUND
from tests.support.dialogue import (
    TIMEOUT_SECONDS,
    VESTA_CARD,
    Dialogue,
    answered,
    asked,
    delivered,
    request,
    reversed_,
    switchboard,
)


def test_an_approval_is_journaled_before_it_is_forwarded_and_before_it_is_answered() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward 000001 to atlas"
    talk >> answered(1, "00")
    talk << "journal decision 1 00" << "reply 00 to line 1"
    talk.nothing_more()
    assert talk.board.pending == 0


def test_an_answer_behind_the_time_that_a_rule_gave_its_bank_is_late_though_nobody_has_looked() -> None:
    talk = Dialogue()
    talk >> evolve(asked(1), scripted=Scripted("", timeout_seconds=0.001))
    talk << "journal request 1" << "journal timer of 1: 0.001 s" << "forward 000001"
    talk.now += 0.001
    talk >> answered(1, "00")
    talk << "journal owed 1 to atlas: request 1: no answer from atlas in 0.001 s" << "deliver 1 to atlas"
    talk << "journal decision 1 91: no answer from atlas in 0.001 s" << "reply 91 to line 1"
    talk << "journal late_answer of 1"
    talk.nothing_more()


def test_answers_out_of_order_reach_their_own_lines() -> None:
    talk = Dialogue()
    talk >> asked(1, "line 1")
    talk << "journal request 1" << "forward 000001"
    talk >> asked(2, "line 2")
    talk << "journal request 2" << "forward 000002"
    talk >> answered(2, "51")
    talk << "journal decision 2 51" << "reply 51 to line 2"
    talk >> answered(1, "00")
    talk << "journal decision 1 00" << "reply 00 to line 1"


def test_silence_becomes_91_when_the_time_is_up_and_a_late_answer_is_written_down() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    assert talk.board.next_deadline() == TIMEOUT_SECONDS
    talk.wait(TIMEOUT_SECONDS - 0.001)
    talk.wait(0.001)
    talk << "journal owed 1 to atlas: request 1: no answer from atlas in 10 s" << "deliver 1 to atlas"
    talk << "journal decision 1 91: no answer from atlas in 10 s" << "reply 91 to line 1"
    talk.wait(1)
    talk >> delivered(1)
    talk << "journal delivered 1 00"
    talk.wait(1)
    talk >> answered(1, "00")
    talk << "journal late_answer of 1: answer 00 from atlas came 2.000 s after 91 was given"
    talk.nothing_more()


def test_only_what_is_due_times_out() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk.wait(4)
    talk >> asked(2)
    talk << "journal request 2" << "forward"
    talk.wait(6)
    talk << "journal owed 1 to atlas" << "deliver 1 to atlas" << "journal decision 1 91" << "reply 91"
    talk >> delivered(1)
    talk << "journal delivered 1"
    talk.nothing_more()
    assert talk.board.next_deadline() == 4 + TIMEOUT_SECONDS


@pytest.mark.parametrize(
    ("changes", "decision"),
    [
        ({"merchant_id": "NOBODY000000000"}, "03: merchant 'NOBODY000000000' (DE 42) has no contract here"),
        ({"transaction_type": "other", "processing_code": "310000"}, "12: processing code 310000 (DE 3) is not offered"),
        ({"currency": "978"}, "12: currency EUR (DE 49) where the merchant accepts MAD"),
        ({"amount_minor": 0}, "13: amount 0 (DE 4)"),
        ({"pan": "6999990000000001"}, "92: no route for card 699999******0001"),
        ({"pan": "340000000000009"}, "15: no issuer of amex for card 340000*****0009"),
    ],
)
def test_the_switch_refuses_by_itself(changes: dict[str, Any], decision: str) -> None:
    talk = Dialogue()
    talk >> asked(1, **changes)
    talk << "journal request 1" << f"journal decision 1 {decision}" << f"reply {decision[:2]} to line 1"
    talk.nothing_more()


def test_cards_of_an_issuer_that_is_away_get_91_while_others_go_on() -> None:
    talk = Dialogue()
    talk >> IssuerDown("atlas", "the connection was closed", lost=True)
    talk << "notice issuer_down: atlas is not available: the connection was closed"
    talk >> asked(1)
    talk << "journal request 1" << "journal decision 1 91: issuer atlas is not available" << "reply 91"
    talk >> asked(2, pan=VESTA_CARD)
    talk << "journal request 2" << "forward 000002 to vesta"
    talk >> IssuerUp("atlas")
    talk << "notice issuer_up"
    talk >> asked(3)
    talk << "journal request 3" << "forward 000003 to atlas"


def test_a_lost_line_decides_what_waited_on_it_at_once() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> asked(2, pan=VESTA_CARD)
    talk << "journal request 2" << "forward"
    talk >> IssuerDown("atlas", "the connection was closed", lost=True)
    talk << "notice issuer_down" << "journal owed 1 to atlas: request 1: the line to atlas was lost"
    (
        talk
        << "journal decision 1 91: the line to atlas was lost before it answered: the connection was closed"
        << "reply 91 to line 1"
    )
    talk.nothing_more()
    talk >> IssuerUp("atlas")
    talk << "notice issuer_up" << "deliver 1 to atlas"
    talk >> answered(1, "00")
    talk << "journal late_answer of 1"
    assert talk.board.pending == 1, "vesta goes on"


def test_what_was_forwarded_before_a_sign_off_is_still_answered() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> IssuerDown("atlas", "it signed off", lost=False)
    talk << "notice issuer_down"
    talk >> answered(1, "00")
    talk << "journal decision 1 00" << "reply 00"


def test_a_repeat_while_waiting_gets_the_same_answer_on_its_own_line_too() -> None:
    talk = Dialogue()
    talk >> asked(1, "line 1")
    talk << "journal request 1" << "forward"
    talk >> asked(1, "line 2")
    talk << "journal repeat of 1"
    talk >> answered(1, "00")
    talk << "journal decision 1 00" << "reply 00 to line 1" << "reply 00 to line 2"


def test_a_repeat_after_the_decision_gets_the_same_answer_and_no_second_entry() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> answered(1, "00")
    talk << "journal decision 1 00" << "reply 00"
    talk >> asked(1, "line 9")
    talk << "journal repeat of 1" << "reply 00 to line 9"
    talk.nothing_more()


@pytest.mark.parametrize(
    "change",
    [
        {"pan": VESTA_CARD},
        {"merchant_id": "000000000000002"},
        {"amount_minor": 99},
        {"currency": "840"},
        {"cash_back_minor": 100},
        {"transaction_type": REFUND},
        {"message_class": FINANCIAL},
        {"function": ADVICE},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_request_under_a_used_key_is_94(change: dict[str, Any]) -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> asked(1, "line 2", **change)
    talk << "notice duplicate" << "reply 94 to line 2"
    talk >> answered(1, "00")
    talk << "journal decision 1 00" << "reply 00 to line 1"
    talk >> asked(1, "line 2", **change)
    talk << "notice duplicate" << "reply 94 to line 2"


@pytest.mark.parametrize(
    ("second", "said"),
    [("00", "answer 00 from atlas came a second time"), ("05", "answer 05 from atlas came after 00 was given")],
)
def test_a_second_answer_is_called_that(second: str, said: str) -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> answered(1, "00")
    talk << "journal decision 1 00" << "reply 00 to line 1"
    talk >> answered(1, second)
    talk << f"journal late_answer of 1: {said}"


def test_an_answer_nobody_waits_for_is_told_of() -> None:
    talk = Dialogue()
    talk >> answered(7, "00")
    talk << "notice unmatched: answer 00 from atlas to STAN 000007, which nobody waits for"


def test_an_answer_from_the_wrong_issuer_matches_nothing() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward 000001 to atlas"
    talk >> answered(1, "00", issuer="vesta")
    talk << "notice unmatched"
    assert talk.board.pending == 1


def test_a_request_its_issuer_cannot_be_told_is_a_format_error() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> ForwardFailed(request(1), "atlas", "30", "cannot be said in the dialect of atlas: DE 48")
    talk << "journal decision 1 30: cannot be said in the dialect of atlas: DE 48" << "reply 30"
    assert talk.board.pending == 0
    talk.wait(60.0).nothing_more()


def test_a_request_decided_meanwhile_that_could_not_be_sent_is_nothing_to_act_on() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> reversed_(1)
    assert "journal decision 1 21" in talk.drop()
    talk >> ForwardFailed(request(1), "atlas", "30", "cannot be said in the dialect of atlas: DE 48")
    talk.nothing_more()


def test_an_issuer_is_not_asked_before_it_has_signed_on() -> None:
    talk = Dialogue(switchboard(up=()))
    talk >> asked(1)
    talk << "journal request 1" << "journal decision 1 91: issuer atlas is not available: not signed on yet" << "reply 91"


def test_memory_of_what_was_decided_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "REMEMBERED_MAX", 4)
    talk = Dialogue(switchboard(up=()))
    for stan in range(1, 9):
        talk >> asked(stan)
        talk << "journal request" << "journal decision" << "reply 91"
    talk >> asked(8)
    talk << "journal repeat of 8" << "reply 91"
    talk >> asked(1)
    talk << "journal request 9"
    assert len(list(talk.board._history._memory.values())) <= 4
    talk << "journal decision 9" << "reply 91"


def test_waiting_requests_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PENDING_MAX", 1)
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> asked(2)
    talk << "journal request 2" << "journal decision 2 91: 1 requests wait for atlas already" << "reply 91"


def test_a_repeat_of_what_never_came_is_asked_as_any_and_that_is_written_down() -> None:
    talk = Dialogue()
    talk >> asked(1, repeat=True) << "journal request 1"
    talk << "journal came_as_repeat of 1: what it repeats was not received" << "forward 000001 to atlas"
