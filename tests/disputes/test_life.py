"""The life of a dispute: which step follows which, of how much, and until when."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.disputes.life import (
    ACCEPTANCE,
    ANSWER,
    CHARGEBACK,
    ENDED,
    FOLLOWS,
    REPRESENTMENT,
    RETRIEVAL,
    SECOND,
    STEPS,
    WITHDRAWING,
    DisputedSale,
    DisputeEvent,
    DisputeStep,
    Dossier,
    Wish,
    take_step,
)
from switch.errors import NegativeAnswerError, SwitchError
from tests.support.day_builders import FRIDAY, MONDAY, SATURDAY, day_specs
from tests.support.dispute_builders import TERMS

CALENDAR = day_specs().calendar
SALE = DisputedSale(
    request_id=1, rrn="632400000001", merchant_id="M", currency="504", presented_on=FRIDAY, presented_minor=10_000
)


def took(
    dossier: Dossier, step: DisputeStep, on: str = SATURDAY, sale: DisputedSale = SALE, **wish: Any
) -> tuple[Dossier, DisputeEvent]:
    """The dossier after a step, and the event."""
    told = Wish(step=step, **{"reason": "FRAUD" if step in (RETRIEVAL, CHARGEBACK) else "", **wish})
    event = take_step(told, sale, dossier, TERMS, CALENDAR, on)
    moved = event.amount_minor if step == REPRESENTMENT else dossier.moved_minor
    after = Dossier(
        id=dossier.id,
        state=event.state,
        number=event.number,
        reason=event.reason,
        outstanding_minor=event.outstanding_minor,
        moved_minor=moved,
        deadline=event.deadline,
    )
    return after, event


NEW = Dossier(id="D26000001")


def test_the_whole_way_to_arbitration() -> None:
    asked, request = took(NEW, RETRIEVAL)
    assert (request.amount_minor, request.outstanding_minor, request.fee_minor) == (0, 0, 0)
    answered, _ = took(asked, ANSWER)
    charged, chargeback = took(answered, CHARGEBACK)
    assert (chargeback.amount_minor, chargeback.outstanding_minor, chargeback.fee_minor) == (10_000, 10_000, 15_000)
    represented, representment = took(charged, REPRESENTMENT, amount_minor=7_000)
    assert (representment.outstanding_minor, representment.fee_minor) == (3_000, 0)
    again, second = took(represented, SECOND)
    assert (second.amount_minor, second.outstanding_minor, second.fee_minor) == (7_000, 10_000, 2_000)
    ended, last = took(again, ACCEPTANCE)
    assert ended.state in ENDED
    assert (last.outstanding_minor, last.deadline, last.reason) == (10_000, "", "FRAUD")


def test_the_fee_of_the_merchants_own_plan_goes_before_that_of_all() -> None:
    told = Wish(step=CHARGEBACK, reason="FRAUD")
    event = take_step(told, SALE, NEW, TERMS, CALENDAR, SATURDAY, (9_900, "fees/discount.toml:7 from 2026-01-01"))
    assert (event.fee_minor, event.fee_rule) == (9_900, "fees/discount.toml:7 from 2026-01-01")


@pytest.mark.parametrize(("step", "fee_minor"), [(step, {CHARGEBACK: 9_900, SECOND: 2_000}.get(step, 0)) for step in STEPS])
def test_the_fee_of_the_merchants_own_plan_is_of_a_first_chargeback_alone(step: DisputeStep, fee_minor: int) -> None:
    state = next(state for state, following in FOLLOWS if following == step)
    dossier = Dossier(id="D26000001", state=state, reason="FRAUD", outstanding_minor=5_000, moved_minor=5_000)
    told = Wish(step=step, reason="FRAUD" if step in (RETRIEVAL, CHARGEBACK) else "")
    event = take_step(told, SALE, dossier, TERMS, CALENDAR, SATURDAY, (9_900, "fees/discount.toml:7 from 2026-01-01"))
    assert event.fee_minor == fee_minor


def test_a_withdrawal_gives_back_whatever_is_charged_back() -> None:
    charged, _ = took(NEW, CHARGEBACK, amount_minor=4_000)
    ended, event = took(charged, WITHDRAWING)
    assert (ended.outstanding_minor, event.amount_minor, ended.state) == (0, 4_000, "withdrawn")


def test_only_the_steps_of_the_table_are_taken() -> None:
    states = {state for state, _ in FOLLOWS} | ENDED
    for state in states:
        dossier = Dossier(id="D26000001", state=state, reason="FRAUD", outstanding_minor=5_000, moved_minor=5_000)
        for step in STEPS:
            if (state, step) in FOLLOWS:
                assert took(dossier, step)[1].state == FOLLOWS[state, step]
            else:
                with pytest.raises(NegativeAnswerError, match=r"^dossier D26000001: found the step "):
                    took(dossier, step)


@pytest.mark.parametrize(
    ("amount", "sale"),
    [
        (10_001, SALE),
        (6_001, evolve(SALE, given_back_minor=4_000)),
        (6_001, evolve(SALE, elsewhere_minor=4_000)),
        (0, SALE),
    ],
)
def test_no_more_is_charged_back_than_is_left(amount: int, sale: DisputedSale) -> None:
    with pytest.raises(SwitchError, match=r"^amount: found .* expected at most .*100\.00 MAD presented"):
        took(NEW, CHARGEBACK, sale=sale, amount_minor=amount)


def test_nothing_is_left_of_a_reversed_sale() -> None:
    with pytest.raises(SwitchError, match=r"found nothing left of 100\.00 MAD: 100\.00 MAD reversed or refunded"):
        took(NEW, CHARGEBACK, sale=evolve(SALE, given_back_minor=10_000))


def test_a_refund_cannot_be_disputed() -> None:
    with pytest.raises(SwitchError, match="found a refund, expected a sale"):
        took(NEW, CHARGEBACK, sale=evolve(SALE, presented_minor=-10_000))


def test_a_representment_is_of_what_is_charged_back_and_a_second_of_what_was_represented() -> None:
    charged, _ = took(NEW, CHARGEBACK, amount_minor=4_000)
    with pytest.raises(SwitchError, match=r"^amount: found 40\.01 MAD, expected at most 40\.00 MAD$"):
        took(charged, REPRESENTMENT, amount_minor=4_001)
    represented, _ = took(charged, REPRESENTMENT, amount_minor=1_000)
    with pytest.raises(SwitchError, match=r"expected at most 10\.00 MAD$"):
        took(represented, SECOND, amount_minor=1_001)


@pytest.mark.parametrize(
    ("charged", "represented", "given_back", "elsewhere", "second"),
    [
        (10_000, 7_000, 0, 0, 7_000),  # what was represented
        (10_000, 7_000, 4_000, 0, 3_000),  # of 60.00 that are left, 30.00 are charged back still
        (10_000, 7_000, 0, 5_000, 2_000),
        (4_000, 4_000, 7_000, 0, 3_000),
    ],
)
def test_a_second_chargeback_is_of_no_more_than_is_left_beside_what_is_charged_back_still(
    charged: int, represented: int, given_back: int, elsewhere: int, second: int
) -> None:
    dossier, _ = took(NEW, CHARGEBACK, amount_minor=charged)
    dossier, _ = took(dossier, REPRESENTMENT, amount_minor=represented)
    sale = evolve(SALE, given_back_minor=given_back, elsewhere_minor=elsewhere)
    with pytest.raises(SwitchError, match=r"^amount: found"):
        took(dossier, SECOND, sale=sale, amount_minor=second + 1)
    _, event = took(dossier, SECOND, sale=sale)
    assert (event.amount_minor, event.outstanding_minor) == (second, charged - represented + second)


def test_deadlines_follow_the_calendar_and_are_told_when_they_have_passed() -> None:
    charged, event = took(NEW, CHARGEBACK, on=FRIDAY)
    assert event.deadline == "2026-11-30"  # ten days later; a Monday
    took(charged, REPRESENTMENT, on=event.deadline)
    with pytest.raises(
        NegativeAnswerError, match="the representment was possible until 2026-11-30, and business date 2026-12-01"
    ):
        took(charged, REPRESENTMENT, on="2026-12-01")
    took(charged, ACCEPTANCE, on="2027-12-01")  # to leave it at that is never too late
    _, event = took(NEW, CHARGEBACK, on=FRIDAY, reason="LOCAL")
    assert event.deadline == "2026-11-24"  # two banking days after a Friday
    with pytest.raises(NegativeAnswerError, match="for reason FRAUD was possible until 2026-12-21"):
        took(NEW, CHARGEBACK, on="2026-12-22")
    assert CALENDAR.deadline(FRIDAY, 1) == MONDAY


def test_a_reason_must_stand_in_the_table() -> None:
    with pytest.raises(SwitchError, match=r"^disputes\.toml: reason: found 'X', expected FRAUD, LOCAL$"):
        took(NEW, CHARGEBACK, reason="X")
