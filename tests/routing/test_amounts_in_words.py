"""Sentences that name amounts: those of dinars have three decimals, those of yen none."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.iso8583.mapping.issuer import to_issuer_answer
from switch.iso8583.message import Message
from switch.merchant import BY_BATCH
from switch.routing.memory.pending import Exchange
from switch.routing.table.stand_in import StandIn
from switch.routing.traffic.events import AnswerReceived, IssuerDown, ReversalReceived
from switch.transaction import IssuerAnswer
from tests.support.dialogue import ATLAS, Dialogue, answered, asked, request, reversed_, shop

TOLD: dict[str, Any] = {"function": "advice", "message_class": "financial", "advised_code": "00"}
CURRENCIES = pytest.mark.parametrize(
    ("currency", "sale", "less", "more"),
    [("504", "125.00", "90.00", "200.00"), ("788", "12.500", "9.000", "20.000"), ("392", "12500", "9000", "20000")],
)
LIMITS = StandIn(amount_max_minor=12_500, count_max=1, channels=frozenset({"chip"}))


def reverses(currency: str, **changes: Any) -> ReversalReceived:
    event = reversed_(1, **changes)
    return evolve(event, reversal=evolve(event.reversal, currency=currency))


def sold(currency: str, **contract: Any) -> Dialogue:
    """A sale, or a hold, of 12,500 minor units that was approved."""
    talk = Dialogue(merchant=shop(currency=currency, **contract), atlas=evolve(ATLAS, stand_in=LIMITS))
    (talk >> asked(1, currency=currency, pre_authorized=not contract)).drop()
    (talk >> answered(1)).drop()
    return talk


@CURRENCIES
@pytest.mark.parametrize("says_which", [True, False])
def test_of_reversals(currency: str, sale: str, less: str, more: str, says_which: bool) -> None:
    """A reversal without DE 49 is one of the currency of what it names."""
    talk = sold(currency)
    said = currency if says_which else "504"
    assert f"DE 4 says {more} and the original was {sale}" in (talk >> reverses(said, amount_minor=20_000)).drop()
    in_part = reverses(said, own_stan=901, replacement_minor=9_000)
    assert f"reversed in part, {less} remain" in (talk >> in_part).drop()


@CURRENCIES
def test_of_completions(currency: str, sale: str, less: str, more: str) -> None:
    talk = sold(currency)
    completes: dict[str, Any] = {"currency": currency, "original_key": request(1).key, **TOLD}
    told = (talk >> asked(2, amount_minor=20_000, **completes)).drop()
    assert f"completes with {more} where" in told
    assert f"completes {sale} authorized by request 1 with {less}" in (talk >> asked(3, amount_minor=9_000, **completes)).drop()


@CURRENCIES
def test_of_adjustments(currency: str, sale: str, less: str, more: str) -> None:
    talk = sold(currency, capture=BY_BATCH, over_basis_points=10_000)
    adjusts: dict[str, Any] = {"currency": currency, "rrn": request(1).rrn, "adjusts": True, **TOLD}
    told = (talk >> asked(2, amount_minor=20_000, original_minor=9_000, **adjusts)).drop()
    assert f"DE 60 says {less} and request 1, which it adjusts, was of {sale}" in told
    assert f"is of {sale}, and {less} is less" in (talk >> asked(3, amount_minor=9_000, **adjusts)).drop()
    assert f"adjusts request 1 from {sale} to {more}" in (talk >> asked(4, amount_minor=20_000, **adjusts)).drop()
    told = (talk >> reversed_(4, own_stan=901, amount_minor=20_000)).drop()
    assert f"reversed by the acquirer: {sale} stand again" in told
    assert f"{sale} of request 1 stand again: request 4 is reversed" in told


@CURRENCIES
def test_of_what_an_issuer_approves(currency: str, sale: str, less: str, more: str) -> None:
    talk = Dialogue(merchant=shop(currency=currency))
    (talk >> asked(1, currency=currency)).drop()
    answer = IssuerAnswer(
        key=request(1).key, response_code="10", approval_code="1", reason="", carried=None, approved_minor=9_000
    )
    assert f"atlas approved {less} of {sale}, which cannot be taken" in (talk >> AnswerReceived("atlas", answer)).drop()
    asked_for = request(2, currency=currency)
    waiting = Exchange(2, asked_for, [], ATLAS, "now", 0.0, talk.board._pending.timer("atlas", 1.0), asked_for)
    key = asked_for.key
    said = Message(
        "0110", {4: f"{20_000:012d}", 7: key.transmitted_at, 11: key.stan, 32: key.acquirer_id, 39: "00", 41: key.terminal_id}
    )
    other = to_issuer_answer(said, acquirer_id=key.acquirer_id, waiting=lambda _: waiting)
    assert other.contradiction == f"{more} (DE 4) where {sale} was asked"


@CURRENCIES
def test_of_stand_in(currency: str, sale: str, less: str, more: str) -> None:
    talk = sold(currency)
    (talk >> IssuerDown("atlas", "gone", lost=True)).drop()
    assert f"not stood in for: {more} is above {sale}" in (talk >> asked(2, currency=currency, amount_minor=20_000)).drop()
    assert f"stand-in for atlas, up to {sale}" in (talk >> asked(3, currency=currency, amount_minor=9_000)).drop()
