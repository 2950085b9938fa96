"""Which reversal is the same again, and what is wrong with one that does not fit: by each thing that it says."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.card import Pan
from switch.routing.memory.past import DecidedRequest
from switch.routing.rules.reversal import Demand, undo, unfit
from switch.transaction import Decision, ExchangeKey, Reversal
from tests.support.dialogue import by_stan_alone, request, reversed_

NAMED, BY_RRN, BY_STAN = reversed_(1).reversal, reversed_(1, named=False).reversal, by_stan_alone(1, None).reversal


@pytest.mark.parametrize(
    ("reversal", "changes", "same"),
    [
        (NAMED, {}, True),
        (NAMED, {"rrn": "000000000099", "original_stan": "000099"}, True),
        (NAMED, {"pan": None, "reason": "4000", "mti": "0421"}, True),
        (NAMED, {"original_key": request(2).key}, False),
        (NAMED, {"key": NAMED.key._replace(stan="000901")}, False),
        (NAMED, {"key": NAMED.key._replace(transmitted_at="1122091601")}, False),
        (NAMED, {"merchant_id": "OTHER"}, False),
        (NAMED, {"amount_minor": 12_501}, False),
        (NAMED, {"replacement_minor": 1}, False),
        (BY_RRN, {"original_stan": "000099"}, True),
        (BY_RRN, {"rrn": "000000000002"}, False),
        (BY_STAN, {"original_stan": "000099"}, False),
        (evolve(NAMED, stamped=True), {"key": NAMED.key._replace(transmitted_at="1122101601")}, True),
        (evolve(NAMED, stamped=True), {"key": NAMED.key._replace(stan="000901")}, False),
    ],
)
def test_a_reversal_is_the_same_again_where_it_asks_for_the_same(
    reversal: Reversal, changes: dict[str, Any], same: bool
) -> None:
    assert (Demand.of(evolve(reversal, **changes)) == Demand.of(reversal)) == same


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"pan": None}, None),
        ({"amount_minor": 12_501}, "64"),
        ({"pan": Pan("9504010000000027")}, "25"),
        ({"pan": Pan("9504010000000027"), "amount_minor": 12_501}, "25"),
        ({"replacement_minor": 5_000}, None),
    ],
)
def test_a_reversal_of_what_waits_has_to_fit_its_card_first_and_then_its_amount(
    changes: dict[str, Any], code: str | None
) -> None:
    found = unfit(evolve(NAMED, **changes), request(1), 1)
    assert (found and found.response_code) == code


def _past(remaining_minor: int = 12_500, code: str = "00", **changes: Any) -> DecidedRequest:
    decision = Decision(response_code=code, approval_code="A1", decided_by="atlas", reason="", **changes.pop("decision", {}))
    return DecidedRequest(1, request(1, **changes), "atlas", decision, remaining_minor)


@pytest.mark.parametrize(
    ("past", "left", "effective", "said"),
    [
        (_past(), 0, True, "reversed by the acquirer"),
        (_past(), 12_499, True, "reversed in part, 124.99 remain"),
        (_past(), 12_500, False, "it leaves the whole amount: nothing to undo"),
        (_past(5_000), 4_999, True, "reversed in part, 49.99 remain"),
        (_past(5_000), 5_000, False, "it was reversed before: nothing is left to undo"),
        (_past(0), 0, False, "it was reversed before: nothing is left to undo"),
        (_past(8_000, "10", decision={"approved_minor": 8_000}), 8_000, False, "it leaves the whole amount: nothing to undo"),
        (_past(8_000, "10", decision={"approved_minor": 8_000}), 7_999, True, "reversed in part, 79.99 remain"),
        (_past(advised_code="51"), 0, False, "the original told of a decline, 51: nothing to undo"),
        (_past(advised_code="00"), 0, True, "reversed by the acquirer"),
    ],
)
def test_a_reversal_undoes_what_is_above_the_amount_that_it_leaves(
    past: DecidedRequest, left: int, effective: bool, said: str
) -> None:
    outcome = undo(evolve(NAMED, replacement_minor=left), past, past)
    assert (outcome.original_id, outcome.effective, outcome.response_code) == (1, effective, "00")
    assert outcome.reason.startswith(said)


def test_a_reversal_says_the_reason_that_its_acquirer_gave() -> None:
    assert undo(evolve(NAMED, reason="4021"), _past(), _past()).reason == "reversed by the acquirer, reason 4021"
    assert ExchangeKey("504001", "TERM0001", "000900", "1122091600") == NAMED.key
