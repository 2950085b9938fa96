"""Stand-in: what the centre approves for an issuer it cannot ask, and how the issuer is told."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.card import CardSecurity
from switch.routing.table.stand_in import StandIn
from switch.routing.traffic.effects import Deliver
from switch.routing.traffic.events import DeliveryFailed, ForwardFailed, IssuerDown, IssuerUp, Scripted
from tests.support.dialogue import ATLAS, Dialogue, answered, asked, delivered, request, reversed_

LIMITS = StandIn(amount_max_minor=20_000, count_max=2, channels=frozenset({"chip", "ecommerce"}))


def away() -> Dialogue:
    """atlas is away, and lets the centre stand in for it."""
    talk = Dialogue(atlas=evolve(ATLAS, stand_in=LIMITS))
    (talk >> IssuerDown("atlas", "gone", lost=True)).drop()
    return talk


def test_a_purchase_within_the_limits_is_approved_and_the_issuer_told_when_it_is_back() -> None:
    talk = away()
    talk >> asked(1)
    talk << "journal request 1" << "journal owed advice 1 to atlas: request 1: stand-in for atlas, up to 200.00: issuer atlas"
    talk << "journal decision 1 00 of 12500: stand-in" << "reply 00"
    talk >> IssuerUp("atlas") << "notice issuer_up" << "deliver 1 to atlas"
    talk >> delivered(1, kind="advice") << "journal delivered 1 00"


def test_the_amount_of_the_limit_itself_is_stood_in_for() -> None:
    talk = away()
    talk >> asked(1, amount_minor=20_000) << "journal request 1" << "journal owed advice 1" << "journal decision 1 00 of 20000"


def test_a_printed_value_is_no_3d_secure_data_and_is_stood_in_for() -> None:
    talk = away()
    talk >> asked(1, security=CardSecurity(cvv2="123"))
    assert "journal decision 1 00 of 12500: stand-in" in talk.drop()


def test_silence_is_stood_in_for_and_a_late_answer_changes_nothing() -> None:
    talk = Dialogue(atlas=evolve(ATLAS, stand_in=LIMITS))
    (talk >> asked(1)).drop()
    talk.wait(10.0)
    talk << "journal owed advice 1" << "deliver 1" << "journal decision 1 00 of 12500: stand-in" << "reply 00"
    talk >> answered(1, "51") << "journal late_answer of 1: answer 51 from atlas came after 00 was given"


A_PART = Scripted("scenario part", part_minor=5_000)


def test_a_part_that_a_scenario_wants_is_reversed_where_its_issuer_is_silent() -> None:
    """It may hold that part: to tell it of an approval of all would leave both standing."""
    talk = Dialogue(atlas=evolve(ATLAS, stand_in=LIMITS))
    (talk >> evolve(asked(1), scripted=A_PART)).drop()
    talk.wait(10.0)
    talk << "journal owed 1 to atlas: request 1: no answer from atlas in 10 s" << "deliver 1"
    talk << "journal decision 1 91: no answer from atlas in 10 s" << "reply 91"


def test_a_part_that_a_scenario_wants_of_an_issuer_that_is_away_is_91() -> None:
    talk = away()
    talk >> evolve(asked(1), scripted=A_PART) << "journal request 1" << "journal scenario of 1"
    talk << "journal decision 1 91: issuer atlas is not available: gone" << "reply 91"
    assert talk.board.owed == 0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"amount_minor": 20_001}, "200.01 is above 200.00"),
        ({"channel": "magstripe"}, "magstripe is not"),
        ({"channel": "ecommerce", "authenticated": True}, "3-D Secure data can be judged by the issuer alone"),
        ({"channel": "chip", "security": CardSecurity(eci="05")}, "3-D Secure data can be judged by the issuer alone"),
        ({"channel": "chip", "security": CardSecurity(cavv="00")}, "3-D Secure data can be judged by the issuer alone"),
        ({"transaction_type": "cash_withdrawal"}, "only purchases are"),
        ({"pre_authorized": True}, "only purchases are"),
    ],
)
def test_what_is_not_stood_in_for_is_91_and_says_why(changes: dict[str, Any], why: str) -> None:
    talk = away()
    talk >> asked(1, **changes)
    assert f"not stood in for: {why}" in talk.drop()
    assert talk.board.owed == 0


@pytest.mark.parametrize("code", ["00", "14"])
def test_a_card_is_stood_in_for_so_often_until_its_issuer_is_told(code: str) -> None:
    """Whatever the issuer says to it: it knows then."""
    talk = away()
    for stan in (1, 2):
        talk >> asked(stan)
        assert "reply 00" in talk.drop()
    talk >> asked(3)
    assert "91: issuer atlas is not available: gone; not stood in for: 2 of the card wait to be told" in talk.drop()
    (talk >> IssuerUp("atlas")).drop()
    (talk >> delivered(1, response_code=code, kind="advice")).drop()
    (talk >> IssuerDown("atlas", "gone", lost=True)).drop()
    talk >> asked(4)
    assert "reply 00" in talk.drop()


@pytest.mark.parametrize("end", ["00", "14", "given up"])
def test_what_an_issuer_is_told_leaves_the_others_untold(end: str) -> None:
    """Of two approvals it knows one: one more is stood in for, and no second."""
    talk = away()
    for stan in (1, 2):
        (talk >> asked(stan)).drop()
    effects = talk.board.handle(IssuerUp("atlas"), talk.now)
    (first,) = (effect.delivery for effect in effects if isinstance(effect, Deliver))
    ended = (
        DeliveryFailed(first, "its dialect cannot say it")
        if end == "given up"
        else delivered(1, response_code=end, kind="advice")
    )
    (talk >> ended).drop()
    (talk >> IssuerDown("atlas", "gone", lost=True)).drop()
    talk >> asked(3)
    assert "reply 00" in talk.drop()
    talk >> asked(4)
    assert "not stood in for: 2 of the card wait to be told" in talk.drop()


def test_a_reversal_of_what_was_stood_in_for_follows_its_advice() -> None:
    talk = away()
    (talk >> asked(1)).drop()
    (talk >> reversed_(1)).drop()
    talk >> IssuerUp("atlas") << "notice" << "deliver 1 to atlas"
    talk >> delivered(1, kind="advice") << "journal delivered 1 00" << "deliver 2 to atlas"
    talk >> delivered(2) << "journal delivered 2 00"


def test_without_limits_nothing_is_stood_in_for() -> None:
    talk = Dialogue()
    (talk >> IssuerDown("atlas", "gone", lost=True)).drop()
    talk >> asked(1) << "journal request 1" << "journal decision 1 91: issuer atlas is not available: gone" << "reply 91"


def test_a_line_lost_between_judgement_and_sending_is_stood_in_for_too() -> None:
    talk = Dialogue(atlas=evolve(ATLAS, stand_in=LIMITS))
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> ForwardFailed(request(1), "atlas", "91", "the line to atlas is lost")
    talk << "journal owed advice 1" << "deliver" << "journal decision 1 00" << "reply 00"
