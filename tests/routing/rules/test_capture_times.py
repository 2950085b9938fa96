"""When an approval counts, and why nothing can be completed with what a request names: each case by itself."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.card import Pan
from switch.routing.memory.past import DecidedRequest
from switch.routing.rules.capture import capture_of
from switch.routing.rules.completion import adjust, complete, not_outstanding
from switch.transaction import Decision
from tests.support.dialogue import SHOP, request

COMPLETION = {"function": "advice", "message_class": "financial"}


@pytest.mark.parametrize(
    ("contract", "changes", "counts"),
    [
        ("cut_off", {}, "now"),
        ("cut_off", {"message_class": "financial"}, "now"),
        ("cut_off", {"pre_authorized": True}, "completion"),
        ("completion", {}, "completion"),
        ("completion", {"message_class": "financial"}, "now"),
        ("completion", {"function": "advice"}, "completion"),
        ("completion", COMPLETION, "now"),
        ("completion", {"pre_authorized": True, "message_class": "financial"}, "completion"),
        ("completion", {"pre_authorized": True, **COMPLETION}, "now"),
        ("batch", {}, "batch"),
        ("batch", {"message_class": "financial"}, "batch"),
        ("batch", {"function": "batch"}, "now"),
        ("batch", COMPLETION, "now"),
        ("batch", {"pre_authorized": True}, "completion"),
        ("batch", {"transaction_type": "balance_inquiry"}, "never"),
        ("cut_off", {"transaction_type": "card_verification", "pre_authorized": True}, "never"),
        (None, {}, "now"),
        (None, {"pre_authorized": True}, "completion"),
    ],
)
def test_an_approval_counts_by_what_it_is_and_then_by_its_contract(contract: Any, changes: dict[str, Any], counts: str) -> None:
    merchant = None if contract is None else evolve(SHOP, capture=contract)
    assert capture_of(request(1, **changes), merchant) == counts


def _approved(**changes: Any) -> DecidedRequest:
    decision = Decision(response_code="00", approval_code="A1", decided_by="atlas", reason="")
    past = DecidedRequest(1, request(1), "atlas", decision, 12_500, capture="completion")
    return evolve(past, **changes)


@pytest.mark.parametrize(
    ("hold", "naming", "refused"),
    [
        (_approved(), {}, None),
        (_approved(), {"pan": Pan("9504010000000027")}, "25: DE 2 is not the card of request 1"),
        (
            _approved(decision=Decision(response_code="51", approval_code=None, decided_by="atlas", reason="")),
            {},
            "12: .* answered 51",
        ),
        (_approved(authorization=request(1, advised_code="05")), {}, "12: .* told of a decline, 05"),
        (_approved(authorization=request(1, advised_code="00")), {}, None),
        (_approved(completed_by=request(2).key), {}, "12: .* was completed before"),
        (_approved(remaining_minor=0), {}, "12: .* was reversed"),
        (_approved(remaining_minor=1), {}, None),
        (_approved(capture="now"), {}, "12: .* counts by itself"),
        (_approved(capture="never"), {}, "12: .* counts by itself"),
        (_approved(capture="batch"), {}, None),
        (_approved(), {"transaction_type": "refund"}, "12: DE 3 moves money the other way"),
        (_approved(authorization=request(1, transaction_type="refund")), {}, "12: DE 3 moves money the other way"),
        (_approved(), {"transaction_type": "cash_withdrawal"}, None),
        (_approved(), {"currency": "978"}, "12: another currency"),
    ],
)
def test_why_nothing_can_be_completed_with_what_is_named(
    hold: DecidedRequest, naming: dict[str, Any], refused: str | None
) -> None:
    found = not_outstanding(evolve(request(3), **naming), hold)
    if refused is None:
        assert found is None
    else:
        assert found is not None
        code, _, words = refused.partition(": ")
        assert found.response_code == code
        _matches(words, found.reason)


def _matches(words: str, reason: str) -> None:
    beginning, _, rest = words.partition(".* ")
    assert reason.startswith(beginning), reason
    assert rest in reason, reason


@pytest.mark.parametrize(
    ("over", "amount", "code"),
    [
        (0, 12_500, "00"),
        (0, 12_501, "13"),
        (1_500, 14_375, "00"),
        (1_500, 14_376, "13"),
        (1, 12_501, "00"),
        (1, 12_502, "13"),
        (0, 1, "00"),
    ],
)
def test_a_completion_may_be_above_what_was_authorized_by_the_share_of_the_contract(over: int, amount: int, code: str) -> None:
    merchant = evolve(SHOP, over_basis_points=over)
    assert complete(request(3, amount_minor=amount), _approved(), 12_500, merchant).response_code == code


@pytest.mark.parametrize(
    ("sale", "changes", "over", "code"),
    [
        ({}, {"amount_minor": 13_000}, "", "00"),
        ({}, {"amount_minor": 12_500}, "", "00"),
        ({}, {"amount_minor": 12_499}, "", "13"),
        ({}, {"amount_minor": 13_751}, "", "13"),
        ({}, {"amount_minor": 13_000, "original_minor": 12_500}, "", "00"),
        ({}, {"amount_minor": 13_000, "original_minor": 12_400}, "", "64"),
        ({"capture": "completion"}, {"amount_minor": 13_000}, "", "12"),
        ({"authorization": request(1, transaction_type="cash_withdrawal")}, {"amount_minor": 13_000}, "", "12"),
        ({}, {"amount_minor": 13_000}, "is in a batch that is closed", "12"),
    ],
)
def test_an_adjustment_takes_the_place_of_a_purchase_that_waits_for_its_batch(
    sale: dict[str, Any], changes: dict[str, Any], over: str, code: str
) -> None:
    merchant = evolve(SHOP, over_basis_points=1_000)
    decision = adjust(request(3, **changes), _approved(**({"capture": "batch"} | sale)), None, 12_500, merchant, over)
    assert decision.response_code == code


def test_an_adjustment_may_name_the_amount_before_and_none_follows_a_reversal_in_part() -> None:
    sale, merchant = _approved(capture="batch", remaining_minor=0), evolve(SHOP, over_basis_points=1_000)
    last = _approved(request_id=2, authorization=request(2, amount_minor=13_000), remaining_minor=13_000)
    for original, code in ((13_000, "00"), (12_500, "00"), (12_999, "64")):
        again = request(3, amount_minor=13_500, original_minor=original)
        assert adjust(again, sale, last, 12_500, merchant).response_code == code
    for left in (12_999, 0):
        assert (
            adjust(request(3, amount_minor=13_500), sale, evolve(last, remaining_minor=left), 12_500, merchant).response_code
            == "12"
        )
