"""Messages in orders nobody plans: increments of increments, reversals of what was settled, keys and references used twice."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from attrs import evolve

from switch.routing.memory import history
from switch.routing.traffic.events import RequestReceived, ReversalReceived
from switch.transaction import ExchangeKey, Upload
from tests.routing.memory.test_totals import totals
from tests.routing.rules.test_completion import HELD, completion, held
from tests.routing.whole import changed
from tests.support.dialogue import (
    ATLAS_CARD,
    VESTA_CARD,
    Dialogue,
    answered,
    asked,
    by_stan_alone,
    delivered,
    request,
    reversed_,
    shop,
)


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


REVERSALS: dict[str, Any] = {
    "by DE 90": reversed_(2),
    "by DE 37": reversed_(2, named=False),
    "by DE 11": by_stan_alone(2, ATLAS_CARD),
    "void": changed(reversed_(2), mti="0200"),
}


@pytest.mark.parametrize("told", [completion(2), completion(2, adjusts=True)], ids=["completion", "adjustment"])
@pytest.mark.parametrize("before_the_answer", [False, True])
@pytest.mark.parametrize("reversal", REVERSALS.values(), ids=REVERSALS)
def test_what_was_put_off_and_reversed_is_declined_when_it_comes_again(
    reversal: ReversalReceived, before_the_answer: bool, told: RequestReceived
) -> None:
    """An 09 decides nothing: who was told that the reversal is done is not to find the amount counted after all."""
    talk = Dialogue(merchant=shop(capture="batch", over_basis_points=1_000))
    asks = asked(1) if told.authorization.adjusts else asked(1, **HELD)
    (talk >> asks).drop()
    (talk >> told).drop()
    events: list[Any] = [reversal, answered(1)] if before_the_answer else [answered(1), reversal]
    words = "".join((talk >> event).drop() for event in events)
    assert "journal reversal of nothing 00: request 2 was put off; should it come again, it is declined" in words
    talk >> changed(told, repeat=True)
    words = talk.drop()
    assert "journal decision 3 12: its reversal came before it" in words
    assert "reply 12" in words


def test_a_reversal_with_another_card_takes_nothing_back_of_what_was_put_off() -> None:
    talk = Dialogue()
    (talk >> asked(1, **HELD)).drop()
    (talk >> completion(2)).drop()
    (talk >> answered(1)).drop()
    talk >> reversed_(2, pan=VESTA_CARD)
    assert "reply 25" in talk.drop()
    talk >> completion(2, repeat=True)
    assert "journal decision 3 00" in talk.drop()


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


def adjusts(stan: int, amount_minor: int, of: int = 1, **changes: Any) -> RequestReceived:
    """An advice that a sale has another amount, with a tip."""
    return completion(stan, of=of, amount_minor=amount_minor, adjusts=True, **changes)


def left(talk: Dialogue) -> int:
    """What the open batch of the terminal comes to."""
    return talk.board._reconciler.batches.open(("504001", "TERM0001")).counters()["debits_left_minor"]


@pytest.mark.parametrize("names", [1, 2], ids=["the sale", "the adjustment"])
def test_a_reversal_of_the_rest_of_an_adjusted_sale_leaves_nothing_of_it(names: int) -> None:
    talk = approved(Dialogue(merchant=shop(capture="batch", over_basis_points=1_000)), 1)
    (talk >> adjusts(2, 13_000)).drop()
    (talk >> reversed_(2, own_stan=901, amount_minor=13_000, replacement_minor=11_900)).drop()
    assert left(talk) == 11_900
    talk >> reversed_(names, own_stan=902, amount_minor=13_000 if names == 2 else 12_500)
    told = talk.drop()
    assert "journal reversal of request 2, effective 00" in told
    assert "stand again" not in told
    assert left(talk) == 0


@pytest.mark.parametrize("closes", ["TERM0001", ""], ids=["its terminal", "its acquirer"])
def test_a_sale_is_adjusted_till_its_batch_is_closed_and_one_of_the_next_batch_is_adjusted_again(closes: str) -> None:
    talk = approved(Dialogue(merchant=shop(capture="batch", over_basis_points=1_000)), 1)
    (talk >> adjusts(4, 13_000)).drop()
    (talk >> asked(2)).drop()
    talk >> totals(1, terminal_id=closes, debits_count=1) << "journal totals 1" << "reply totals 1"
    (talk >> answered(2)).drop()
    approved(talk, 3)
    talk >> adjusts(5, 13_500)
    assert "12: request 1, which it adjusts, is in a batch that is closed" in talk.drop()
    for sale in (2, 3):
        for number, amount_minor in enumerate((13_000, 13_500)):
            talk >> adjusts(10 * sale + number, amount_minor, of=sale)
            assert f"00 of {amount_minor}: adjusts request" in talk.drop()


@pytest.mark.parametrize("told", [False, True])
def test_nothing_is_added_to_a_sale_that_waits_for_its_batch(told: bool) -> None:
    talk = approved(Dialogue(merchant=shop(capture="batch")), 1)
    adds = {**HELD, **({"function": "advice", "advised_code": "00"} if told else {})}
    talk >> asked(2, original_key=request(1).key, **adds)
    assert "12: request 1, which it adds to, is no pre-authorization" in talk.drop()


@pytest.mark.parametrize(("code", "names"), [("A00001", " for request 1"), ("B00002", "")])
def test_a_hold_that_is_told_adds_to_the_one_of_its_approval_code_alone(code: str, names: str) -> None:
    talk = held(Dialogue())
    talk >> asked(2, rrn=request(1).rrn, approval_code=code, function="advice", advised_code="00", **HELD)
    assert f"journal request 2{names}, waits for its completion" in talk.drop()


@pytest.mark.parametrize("told", [False, True])
def test_a_hold_is_completed_with_all_that_was_added_to_it_asked_or_told(told: bool) -> None:
    talk = held(Dialogue())
    if told:
        advice: dict[str, Any] = {"function": "advice", "advised_code": "00", **HELD}
        (talk >> asked(2, amount_minor=5_000, original_key=request(1).key, **advice)).drop()
    else:
        raised(talk, 2, names=1)
    talk >> completion(3, amount_minor=17_500)
    assert "00 of 17500: completes 175.00 authorized by request 1" in talk.drop()


@pytest.mark.parametrize("stan", [1, 2])
def test_two_references_under_one_key_are_two_reversals(stan: int) -> None:
    talk = approved(approved(Dialogue(), 1), 2)
    (talk >> reversed_(1, named=False)).drop()
    talk >> reversed_(stan, named=False)
    told = talk.drop()
    assert ("journal reversal of request 2, effective 00" in told) == (stan == 2)


@pytest.mark.parametrize(
    ("part", "stands"),
    [({}, True), ({"amount_minor": 99}, False), ({"merchant_id": "SHOP00000000002"}, False), ({"rrn": "000000000003"}, False)],
    ids=["all the same", "amount", "merchant", "RRN"],
)
def test_an_uploaded_transaction_stands_while_something_is_left_of_an_approval(part: dict[str, Any], stands: bool) -> None:
    talk = approved(approved(Dialogue(), 1), 2, "51")
    about: dict[str, Any] = {"merchant_id": request(1).merchant_id, "amount_minor": 12_500, **part}
    key = request(900).key

    def upload(stan: int) -> Upload:
        rrn = part.get("rrn", request(stan).rrn)
        named = {name: value for name, value in about.items() if name != "rrn"}
        return Upload(key=key, original_stan=f"{stan:06d}", pan=None, currency="504", rrn=rrn, **named)

    assert [talk.board.stands(upload(stan)) for stan in (1, 2)] == [stands, False]
    (talk >> reversed_(1, replacement_minor=5_000)).drop()
    assert talk.board.stands(upload(1)) == stands, "reversed in part, it is one still"
    (talk >> reversed_(1, own_stan=901)).drop()
    assert not talk.board.stands(upload(1))


@pytest.mark.parametrize(
    ("names", "amount_minor", "outcome", "rest"),
    [
        (2, 13_000, "a later adjustment counts, and stays", 13_500),
        (3, 13_500, "reversed by the acquirer: 130.00 stand again", 13_000),
    ],
    ids=["the first", "the last"],
)
def test_of_two_adjustments_the_one_that_is_named_is_reversed(names: int, amount_minor: int, outcome: str, rest: int) -> None:
    talk = approved(Dialogue(merchant=shop(capture="batch", over_basis_points=1_000)), 1)
    (talk >> adjusts(2, 13_000)).drop()
    (talk >> adjusts(3, 13_500)).drop()
    assert outcome in (talk >> reversed_(names, own_stan=901, amount_minor=amount_minor)).drop()
    assert left(talk) == rest


def test_an_issuer_that_approves_again_and_again_after_its_decline_is_owed_one_reversal() -> None:
    talk = approved(Dialogue(), 1, "51")
    told = [(talk >> answered(1)).drop() for _ in range(3)]
    assert ["journal owed" in each for each in told] == [True, False, False]


NEAR = {"DE 32": "acquirer_id", "DE 41": "terminal_id", "DE 11": "stan", "DE 7": "transmitted_at"}
OTHER_KEY = ExchangeKey("504002", "TERM0002", "000077", "1122091531")


@pytest.mark.parametrize("differing", [each for size in (1, 2, 3) for each in combinations(NEAR, size)], ids=" ".join)
def test_an_answer_to_nothing_is_told_with_the_nearest_request_and_each_element_it_differs_in(
    differing: tuple[str, ...],
) -> None:
    talk = Dialogue()
    (talk >> asked(1)).drop()
    event = answered(1)
    key = event.answer.key._replace(**{NEAR[name]: getattr(OTHER_KEY, NEAR[name]) for name in differing})
    told = (talk >> evolve(event, answer=evolve(event.answer, key=key))).drop()
    nearest = f"nearest is request 1 (STAN 000001): {' and '.join(differing)} differ"
    assert (nearest in told) == (len(differing) <= 2)
    assert ("nothing like it waits" in told) == (len(differing) > 2)


def test_the_nearest_request_is_the_one_most_alike_and_of_equals_the_first() -> None:
    talk = Dialogue()
    for stan in (1, 2, 3):
        (talk >> asked(stan)).drop()
    event = answered(9)
    for changes, number in (({}, 1), ({"terminal_id": "TERM0002"}, 1), ({"stan": "000002", "terminal_id": "TERM0002"}, 2)):
        key = event.answer.key._replace(**changes)
        told = (talk >> evolve(event, answer=evolve(event.answer, key=key))).drop()
        assert f"nearest is request {number} (STAN 00000{number})" in told
    key = event.answer.key._replace(terminal_id="TERM0002", transmitted_at="1122091531")
    assert "nothing like it waits" in (talk >> evolve(event, answer=evolve(event.answer, key=key))).drop()
    assert "nothing like it waits" in (talk >> answered(9, issuer="vesta")).drop()
