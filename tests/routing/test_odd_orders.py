"""Messages in orders nobody plans: increments of increments, reversals of what was settled, keys and references used twice."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.routing.memory import history
from switch.routing.traffic.events import RequestReceived
from tests.routing.memory.test_totals import totals
from tests.routing.rules.test_completion import HELD, completion, held
from tests.support.dialogue import VESTA_CARD, Dialogue, answered, asked, delivered, request, reversed_, shop


def raised(talk: Dialogue, stan: int, names: int, amount_minor: int = 5_000) -> Dialogue:
    """An increment that was approved."""
    (talk >> asked(stan, amount_minor=amount_minor, original_key=request(names).key, **HELD)).drop()
    (talk >> answered(stan)).drop()
    return talk


def approved(talk: Dialogue, stan: int, code: str = "00", **changes: Any) -> Dialogue:
    (talk >> asked(stan, **changes)).drop()
    (talk >> answered(stan, code)).drop()
    return talk


def test_a_late_reversal_of_an_increment_undoes_nothing_of_the_completion() -> None:
    talk = raised(held(Dialogue()), 2, names=1)
    (talk >> completion(3)).drop()
    talk >> reversed_(2, amount_minor=5_000)
    talk << "journal reversal of request 2 00: it went back when the hold it had added to was completed" << "reply 00"
    talk.nothing_more()


def test_what_names_an_increment_means_its_hold() -> None:
    talk = raised(raised(held(Dialogue()), 2, names=1), 3, names=2)
    talk >> completion(4, of=3, amount_minor=22_500)
    talk << "journal request 4 for request 1"
    told = talk.drop()
    assert "journal decision 4 00 of 22500: completes 225.00 authorized by request 1" in told
    assert [f"request {number}: completed together with request 1" in told for number in (2, 3)] == [True, True]


def test_a_completion_is_told_to_the_issuer_by_the_hold_it_completes() -> None:
    talk = raised(held(Dialogue()), 2, names=1)
    (talk >> completion(3, of=2)).drop()
    past = talk.board._history.find(request(3).key)
    assert past is not None
    assert past.authorization.original_key == request(1).key


def test_messages_that_name_each_other_in_a_ring_come_to_an_end() -> None:
    talk = Dialogue()
    for stan, names in ((1, 2), (2, 1), (3, 2)):
        talk >> asked(stan, original_key=request(names).key, **HELD)
        assert " 12: " in talk.drop()


def test_what_ends_a_hold_ends_what_was_added_to_it() -> None:
    talk = raised(held(Dialogue()), 2, names=1)
    talk >> reversed_(1)
    told = talk.drop()
    assert "journal reversal of request 1, effective 00" in told
    assert "journal reversal of request 2, effective 00: reversed together with request 1" in told
    assert "journal owed 2 to atlas: request 2" in told


def test_a_part_of_a_hold_taken_back_leaves_what_was_added_to_it() -> None:
    talk = raised(held(Dialogue()), 2, names=1)
    talk >> reversed_(1, replacement_minor=10_000)
    assert "request 2" not in talk.drop()


def test_a_completion_that_was_put_off_is_taken_when_it_comes_again() -> None:
    talk = Dialogue()
    (talk >> asked(1, **HELD)).drop()
    (talk >> completion(2)) << "journal request 2" << "journal decision 2 09" << "reply 09"
    (talk >> answered(1)).drop()
    talk >> completion(2, repeat=True)
    told = talk.drop()
    assert "journal decision 3 00 of 12500: completes 125.00 authorized by request 1" in told
    assert "reply 00" in told


@pytest.mark.parametrize(
    "second", [{"stan": 2, "replacement_minor": 0}, {"stan": 1, "replacement_minor": 0}], ids=["of another", "of the rest"]
)
def test_another_reversal_under_the_same_key_is_done_too(second: dict[str, int]) -> None:
    talk = approved(approved(Dialogue(), 1), 2)
    (talk >> reversed_(1, replacement_minor=5_000)).drop()
    talk >> reversed_(**second)  # type: ignore[arg-type]
    assert f"journal reversal of request {second['stan']}, effective 00" in talk.drop()


@pytest.mark.parametrize(
    "other",
    [
        {"transaction_type": "refund", "message_class": "financial", "processing_code": "200000"},
        {"message_class": "financial"},
        {"message_class": "financial", "function": "advice", "advised_code": "00"},
    ],
    ids=["refund", "financial", "advice"],
)
@pytest.mark.parametrize("waits", [False, True])
def test_a_key_used_for_another_message_is_94(other: dict[str, Any], waits: bool) -> None:
    talk = Dialogue()
    (talk >> asked(1)).drop()
    if not waits:
        (talk >> answered(1)).drop()
    talk >> asked(1, **other)
    talk << "notice duplicate" << "reply 94"
    talk.nothing_more()


def test_of_two_requests_a_reference_can_mean_it_means_what_can_be_undone() -> None:
    talk = approved(approved(Dialogue(), 1), 2, "51", rrn=f"{1:012d}")
    talk >> reversed_(1, named=False)
    assert "journal reversal of request 1, effective 00" in talk.drop()


@pytest.mark.parametrize(("wrong", "code"), [({"pan": VESTA_CARD}, "25"), ({"amount_minor": 99}, "64")])
def test_a_reversal_of_what_waits_has_to_fit_it_too(wrong: dict[str, Any], code: str) -> None:
    talk = Dialogue()
    (talk >> asked(1)).drop()
    talk >> reversed_(1, **wrong)
    talk << "journal reversal of" << f"reply {code} to the reversal"
    talk.nothing_more()
    (talk >> answered(1)) << "journal decision 1 00" << "reply 00"


def test_what_its_batch_captured_is_not_completed_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "REMEMBERED_MAX", 6)
    talk = approved(Dialogue(merchant=shop(capture="batch")), 1)
    for stan in (2, 3, 4):
        approved(talk, stan, "51")
    talk >> totals(50, debits_count=1)
    assert "captured with its batch: request 1" in talk.drop()
    by_reference: RequestReceived = completion(60, of=None, rrn=f"{1:012d}", approval_code="A00001")
    talk >> by_reference
    assert "journal decision 6 12" in talk.drop()


@pytest.mark.parametrize("told", [{}, {"function": "advice", "advised_code": "00"}], ids=["asked", "told"])
def test_what_its_batch_captured_is_still_the_same_when_it_comes_again(told: dict[str, Any]) -> None:
    talk = Dialogue(merchant=shop(capture="batch"))
    (talk >> asked(1, **told)).drop()
    if not told:
        (talk >> answered(1)).drop()
    talk >> totals(50, debits_count=1)
    assert "captured with its batch: request 1" in talk.drop()
    talk >> asked(1, **told)
    talk << "journal repeat of" << "reply 00"


def test_the_second_answer_to_an_advice_settles_no_other_of_the_same_stan() -> None:
    talk, told = Dialogue(), {"function": "advice", "advised_code": "00"}
    first, other = asked(1, **told), asked(1, **told)
    key = other.authorization.key._replace(terminal_id="TERM0002")
    (talk >> first).drop()
    (talk >> evolve(other, authorization=evolve(other.authorization, key=key))).drop()
    answer = evolve(delivered(1, kind="advice"), terminal_id="TERM0001")
    talk >> answer
    talk << "journal delivered 1" << "deliver 2 to atlas"
    talk >> answer
    talk << "notice unmatched"
    assert talk.board.owed == 1
    talk >> evolve(answer, terminal_id="TERM0002")
    talk << "journal delivered 2"
