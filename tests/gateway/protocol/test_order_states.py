"""The states of an order: no way leads to a second payment, and whatever is in doubt ends."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from switch.gateway.protocol.order_states import PAID, STATUS_LETTERS, UNDER_WAY, OrderEvent, OrderState, after, may_pay

STATES: tuple[OrderState, ...] = get_args(OrderState)
EVENTS: tuple[OrderEvent, ...] = get_args(OrderEvent)


def test_every_state_has_its_letters_and_is_reached() -> None:
    assert set(STATUS_LETTERS) == set(STATES)
    reached: set[OrderState] = {"open"}
    while more := {found for state in reached for event in EVENTS if (found := after(state, event))} - reached:
        reached |= more
    assert reached == set(STATES)


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_an_order_is_paid_once_at_most(events: list[OrderEvent]) -> None:
    state: OrderState = "open"
    approvals = 0
    for event in events:
        reached = after(state, event)
        approvals += reached is not None and event in ("approved", "approved and captured")
        state = reached or state
    assert approvals <= 1
    assert (state in PAID) <= (approvals == 1)


def test_an_order_that_is_paid_or_under_way_is_not_paid_again() -> None:
    assert not any(may_pay(state) for state in PAID | UNDER_WAY)
    assert may_pay(None)
    assert may_pay("declined")
    assert may_pay("abandoned")


def test_time_undoes_nothing_that_was_approved() -> None:
    assert not [state for state in PAID | UNDER_WAY for event in ("expire", "cancel") if after(state, event)]


def test_what_is_in_doubt_is_reversed_and_nothing_else() -> None:
    assert [event for event in EVENTS if after("in doubt", event)] == ["reverse"]
