"""Reversals and what the centre owes issuers, as a dialogue."""

from __future__ import annotations

from itertools import pairwise

import pytest
from attrs import evolve

from switch.routing.memory.deliveries import REPEAT_SECONDS_FIRST, REPEAT_SECONDS_MAX, Deliveries, Delivery
from switch.routing.memory.past import DecidedRequest
from switch.routing.traffic.effects import JournalDelivery
from switch.routing.traffic.events import AnswerReceived, DeliveryFailed, Event, IssuerDown, IssuerUp, ReversalReceived
from switch.routing.traffic.recovery import Recovery
from switch.transaction import Decision
from tests.support.dialogue import (
    ATLAS_CARD,
    TIMEOUT_SECONDS,
    VESTA_CARD,
    Dialogue,
    answered,
    asked,
    by_stan_alone,
    delivered,
    request,
    reversed_,
    switchboard,
)


def approved(talk: Dialogue, stan: int = 1) -> None:
    talk >> asked(stan)
    talk << "journal request" << "forward"
    talk >> answered(stan, "00")
    talk << "journal decision" << "reply 00"


def test_a_reversal_undoes_an_approval_here_and_at_the_issuer() -> None:
    talk = Dialogue()
    approved(talk)
    talk >> reversed_(1)
    talk << "journal owed 1 to atlas: request 1: reversed by the acquirer" << "deliver 1 to atlas"
    talk << "journal reversal of request 1, effective 00" << "reply 00 to the reversal on line 1"
    talk >> delivered(1)
    talk << "journal delivered 1 00"
    talk.nothing_more()
    assert talk.board.owed == 0


def test_the_same_reversal_again_gets_the_same_answer_and_undoes_nothing_more() -> None:
    talk = Dialogue()
    approved(talk)
    talk >> reversed_(1)
    talk << "journal owed 1" << "deliver 1" << "journal reversal of request 1, effective" << "reply 00"
    talk >> reversed_(1, "line 2")
    talk << "journal repeat of 1: reversed again" << "reply 00 to the reversal on line 2"
    talk.nothing_more()


def test_another_reversal_of_the_same_request_undoes_nothing_more() -> None:
    talk = Dialogue()
    approved(talk)
    talk >> reversed_(1)
    talk << "journal owed 1" << "deliver 1" << "journal reversal of request 1, effective" << "reply 00"
    talk >> reversed_(1, own_stan=901)
    talk << "journal reversal of request 1 00: it was reversed before" << "reply 00"
    talk.nothing_more()


def test_a_partial_reversal_leaves_the_rest_and_a_full_one_may_follow() -> None:
    talk = Dialogue()
    approved(talk)
    talk >> reversed_(1, replacement_minor=10_000)
    talk << "journal owed 1" << "deliver 1" << "journal reversal of request 1, effective 00: reversed in part, 100.00 remain"
    talk << "reply 00"
    talk >> reversed_(1, own_stan=901)
    talk << "journal owed 2" << "journal reversal of request 1, effective" << "reply 00"
    talk >> delivered(1)
    talk << "journal delivered 1" << "deliver 2 to atlas"


@pytest.mark.parametrize(
    ("reversal", "outcome"),
    [
        ({"amount_minor": 99}, "request 1 64: DE 4 says 0.99 and the original was 125.00"),
        ({"pan": VESTA_CARD}, "nothing 25: DE 2 is not the card of request 1"),
    ],
)
def test_a_reversal_that_does_not_fit_its_original_is_told_why(reversal: dict[str, int], outcome: str) -> None:
    talk = Dialogue()
    approved(talk)
    talk >> reversed_(1, **reversal)  # type: ignore[arg-type]
    talk << f"journal reversal of {outcome}" << "reply"
    talk.nothing_more()


def test_a_reversal_of_a_decline_is_accepted_and_owes_nobody_anything() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> answered(1, "51")
    talk << "journal decision 1 51" << "reply 51"
    talk >> reversed_(1)
    talk << "journal reversal of request 1 00: the original was answered 51: nothing to undo" << "reply 00"
    talk.nothing_more()


@pytest.mark.parametrize(
    ("amount_minor", "outcome"),
    [
        (12_500, "00: the original told of a decline, 51: nothing to undo"),
        (12_600, "64: DE 4 says 126.00 and the original was 125.00"),
    ],
)
def test_a_reversal_of_an_advice_of_a_decline_undoes_nothing_and_has_its_amount(amount_minor: int, outcome: str) -> None:
    talk = Dialogue()
    (talk >> asked(1, function="advice", advised_code="51")).drop()
    talk >> reversed_(1, amount_minor=amount_minor)
    talk << f"journal reversal of request 1 {outcome}" << f"reply {outcome[:2]}"
    talk.nothing_more()


def test_a_reversal_of_what_never_came_is_accepted_and_the_original_is_declined_when_it_comes() -> None:
    talk = Dialogue()
    talk >> reversed_(1)
    talk << "journal reversal of nothing 00: the original is not known" << "notice unknown_original" << "reply 00"
    talk >> asked(1)
    talk << "journal request 1" << "journal decision 1 12: its reversal came before it" << "reply 12"
    talk.nothing_more()


def test_a_reversal_by_reference_of_what_never_came_is_remembered_once() -> None:
    talk = Dialogue()
    talk >> reversed_(1, named=False)
    talk << "journal reversal of nothing 00: the original is not known" << "notice unknown_original" << "reply 00"
    talk >> asked(1, amount_minor=12_600)
    talk << "journal request 1" << "forward"
    talk >> asked(2, rrn=f"{1:012d}")
    talk << "journal request 2" << "journal decision 2 12: its reversal came before it" << "reply 12"
    talk.nothing_more()


@pytest.mark.parametrize(("card", "code"), [(None, "12"), (ATLAS_CARD, "12"), (VESTA_CARD, "forward")])
@pytest.mark.parametrize(("sent_at", "is_near"), [("1122091600", True), ("1123091530", True), ("1123091531", False)])
def test_a_reversal_by_stan_alone_of_what_never_came_is_remembered_for_a_day_and_for_its_card(
    card: str | None, code: str, sent_at: str, is_near: bool
) -> None:
    talk = Dialogue()
    talk >> by_stan_alone(1, card, sent_at)
    talk << "journal reversal of nothing 00: the original is not known" << "notice unknown_original" << "reply 00"
    talk >> asked(1)
    talk << "journal request 1"
    talk << ("journal decision 1 12: its reversal came before it" if is_near and code == "12" else "forward")


def test_a_reference_that_tells_nothing_apart_is_none() -> None:
    talk = Dialogue()
    blank = evolve(reversed_(1, named=False), reversal=evolve(reversed_(1, named=False).reversal, rrn="000000000000"))
    talk >> blank
    talk << "journal reversal of nothing 00: the original is not known" << "notice unknown_original" << "reply 00"
    talk >> asked(2, rrn="000000000000")
    talk << "journal request 1" << "forward"


def test_a_reversal_by_reference_finds_what_is_still_asked() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> reversed_(1, "line 2", named=False)
    talk << "journal owed 1 to atlas" << "deliver 1"
    talk << "journal decision 1 21: reversed by the acquirer before an answer came" << "reply 21 to line 1"
    talk << "journal reversal of request 1 00" << "reply 00 to the reversal on line 2"


def test_a_reversal_while_the_issuer_is_still_asked_decides_at_once() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> reversed_(1, "line 2")
    talk << "journal owed 1 to atlas" << "deliver 1"
    talk << "journal decision 1 21: reversed by the acquirer before an answer came" << "reply 21 to line 1"
    talk << "journal reversal of request 1 00" << "reply 00 to the reversal on line 2"
    talk >> answered(1, "00")
    talk << "journal late_answer of 1"


def test_an_issuer_that_never_answers_is_asked_once_a_minute_for_as_long_as_it_takes() -> None:
    owed, now, sent_at = Deliveries(), 0.0, list[float]()
    owed.add(Delivery(1, "atlas", 1, request(1), 0, "reversed by the acquirer"))
    while len(sent_at) < 2_000:  # 33 hours
        if owed.next_send("atlas", now) is not None:
            sent_at.append(now)
        now += 1.0
    waits = [later - earlier for earlier, later in pairwise(sent_at)]
    assert waits == [2, 4, 8, 16, 32] + [REPEAT_SECONDS_MAX] * 1_994


def test_what_is_owed_is_repeated_with_patience_until_it_is_answered() -> None:
    talk = Dialogue()
    approved(talk)
    talk >> reversed_(1)
    talk << "journal owed 1" << "deliver 1 to atlas" << "journal reversal" << "reply"
    talk.wait(REPEAT_SECONDS_FIRST)
    talk << "deliver 1 to atlas again"
    talk.wait(REPEAT_SECONDS_FIRST)
    talk.wait(REPEAT_SECONDS_FIRST)
    talk << "deliver 1 to atlas again"
    talk >> delivered(1)
    talk << "journal delivered 1"
    talk.wait(1000)
    talk.nothing_more()


def test_an_issuer_that_never_answers_is_told_again_every_minute_in_the_end() -> None:
    talk = Dialogue()
    approved(talk)
    (talk >> reversed_(1)).drop()
    for pause_seconds in (2, 4, 8, 16, 32, 60, 60, 60):
        talk.wait(pause_seconds - 0.5).nothing_more()
        talk.wait(0.5) << "deliver 1 to atlas again"


def test_numbers_of_what_is_owed_begin_again_at_one_and_none_is_zero() -> None:
    talk = Dialogue(first_delivery_id=999_999)
    for stan, own in ((1, 999_999), (2, 1)):
        approved(talk, stan)
        (talk >> reversed_(stan, own_stan=900 + stan)).drop()
        talk >> delivered(own) << f"journal delivered {999_998 + stan} 00"


def test_nothing_owed_overtakes() -> None:
    talk = Dialogue()
    for stan in (1, 2):
        approved(talk, stan)
    talk >> reversed_(1)
    talk << "journal owed 1" << "deliver 1 to atlas" << "journal reversal" << "reply"
    talk >> reversed_(2, own_stan=901)
    talk << "journal owed 2" << "journal reversal" << "reply"
    talk >> delivered(2)
    talk << "notice unmatched"
    talk >> delivered(1)
    talk << "journal delivered 1" << "deliver 2 to atlas"


def test_what_is_owed_waits_for_an_issuer_that_is_away() -> None:
    talk = Dialogue()
    approved(talk)
    talk >> IssuerDown("atlas", "gone", lost=True)
    talk << "notice issuer_down"
    talk >> reversed_(1)
    talk << "journal owed 1" << "journal reversal of request 1, effective" << "reply 00"
    talk.wait(1000)
    talk >> IssuerUp("atlas")
    talk << "notice issuer_up" << "deliver 1 to atlas"


def test_after_a_restart_repeats_doubts_and_debts_are_taken_up() -> None:
    board = switchboard(up=())
    done = Decision(response_code="00", approval_code="A00001", decided_by="atlas", reason="approved")
    found = Recovery(
        decided=[DecidedRequest(1, request(1), "atlas", done, 12_500)],
        undecided=[(2, request(2), "atlas"), (3, request(3), None)],
        owed=[Delivery(7, "atlas", 1, request(1), 0, "earlier")],
        reversed_unknown=[request(9).key],
    )
    talk = Dialogue(board)
    talk._effects = board.recover(found, 0.0)
    talk << "journal owed 1 to atlas: request 2: Switch was restarted" << "journal decision 2 91"
    talk << "journal decision 3 91"
    talk >> IssuerUp("atlas")
    talk << "notice issuer_up" << "deliver 7 to atlas"
    talk >> asked(1)
    talk << "journal repeat of 1" << "reply 00"
    talk >> asked(2)
    talk << "journal repeat of 2" << "reply 91"
    talk >> asked(9)
    talk << "journal request" << "journal decision" << "reply 12"
    talk >> delivered(7)
    talk << "journal delivered 7" << "deliver 1 to atlas"
    assert talk.board.next_deadline() is not None
    talk.wait(TIMEOUT_SECONDS)
    talk << "deliver 1 to atlas again"


@pytest.mark.parametrize("reason", ["", "4000", "4001", "4021"])
@pytest.mark.parametrize("replacement_minor", [0, 10_000])
def test_the_issuer_is_told_the_acquirers_own_reason(reason: str, replacement_minor: int) -> None:
    talk = Dialogue()
    approved(talk)
    (owed,) = _told(talk, _with_reason(reversed_(1, replacement_minor=replacement_minor), reason))
    assert (owed.message_reason, owed.replacement_minor) == (reason, replacement_minor)
    if not replacement_minor:
        assert owed.reason == "reversed by the acquirer" + (f", reason {reason}" if reason else "")


@pytest.mark.parametrize("reason", ["", "4000", "4001", "4021"])
@pytest.mark.parametrize("named", [True, False])
def test_the_reason_is_the_acquirers_own_while_the_request_still_waits(reason: str, named: bool) -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    (owed,) = _told(talk, _with_reason(reversed_(1, named=named), reason))
    assert (owed.message_reason, owed.reason) == (reason, "reversed by the acquirer before an answer came")


def test_the_reason_is_the_acquirers_own_for_the_increments_of_a_hold_too() -> None:
    talk = Dialogue()
    for stan, original_key in ((1, None), (2, request(1).key)):
        talk >> asked(stan, pre_authorized=True, original_key=original_key)
        talk << "journal request" << "forward"
        talk >> answered(stan, "00")
        talk.drop()
    both = _told(talk, _with_reason(reversed_(1), "4000"))
    assert [(owed.request_id, owed.message_reason) for owed in both] == [(1, "4000"), (2, "4000")]


def _contradicted() -> AnswerReceived:
    event = answered(1, "00")
    return evolve(event, answer=evolve(event.answer, contradiction="125.01 (DE 4) where 125.00 was asked"))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (None, "4021"),
        (IssuerDown("atlas", "the connection was closed", lost=True), "4021"),
        (_contradicted(), "4020"),
        (answered(1, "10"), "4020"),
    ],
    ids=["silence", "connection lost", "something else approved", "a part approved that cannot be taken"],
)
def test_what_the_centre_takes_back_by_itself_has_the_centres_reason(happens: Event | None, reason: str) -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    if happens is None:
        talk.wait(TIMEOUT_SECONDS)
        (owed,) = _deliveries(talk)
    else:
        (owed,) = _told(talk, happens)
    assert (owed.message_reason, owed.replacement_minor) == (reason, 0)


def test_an_approval_after_a_decline_and_a_restart_have_the_centres_reasons_too() -> None:
    talk = Dialogue()
    talk >> asked(1)
    talk << "journal request 1" << "forward"
    talk >> answered(1, "51")
    talk.drop()
    (owed,) = _told(talk, answered(1, "00"))
    assert owed.message_reason == "4020"
    open_still = Recovery(decided=[], undecided=[(7, request(7), "atlas")], owed=[], reversed_unknown=[])
    owes = [each.delivery for each in switchboard().recover(open_still, 0.0) if isinstance(each, JournalDelivery)]
    assert [(each.request_id, each.message_reason) for each in owes] == [(7, "4021")]


def _with_reason(event: ReversalReceived, reason: str) -> ReversalReceived:
    return evolve(event, reversal=evolve(event.reversal, reason=reason))


def _told(talk: Dialogue, event: Event) -> list[Delivery]:
    """What issuers are owed after an event."""
    talk >> event
    return _deliveries(talk)


def _deliveries(talk: Dialogue) -> list[Delivery]:
    owed = [effect.delivery for effect in talk._effects if isinstance(effect, JournalDelivery)]
    talk.drop()
    return owed


def _owed(talk: Dialogue, stan: int) -> Delivery:
    approved(talk, stan)
    talk >> reversed_(stan, own_stan=900 + stan)
    owed = next(effect.delivery for effect in talk._effects if isinstance(effect, JournalDelivery))
    talk.drop()
    return owed


def test_what_cannot_be_said_to_an_issuer_is_given_up_and_the_next_is_sent() -> None:
    talk = Dialogue()
    first, second = _owed(talk, 1), _owed(talk, 2)
    talk >> DeliveryFailed(first, "the 0420 to atlas cannot be said")
    talk << "journal delivered 1 30" << "journal given_up of 1: the 0420 to atlas cannot be said" << "deliver 2 to atlas"
    talk >> DeliveryFailed(first, "the 0420 to atlas cannot be said")
    talk.nothing_more()
    talk >> delivered(2)
    talk << "journal delivered 2 00"
    talk >> DeliveryFailed(second, "answered before it failed to be said again")
    talk.nothing_more()
    assert talk.board.owed == 0
