from __future__ import annotations

import pytest

from switch.iso8583.message import Message
from switch.iso8583.scripted.altered_answers import altered_answer

ANSWER = Message("0110", {4: "000000012500", 11: "999999", 37: "000000000001", 39: "00"})


@pytest.mark.parametrize(
    ("wrong", "changed"),
    [
        ("stan", {11: "000000"}),
        ("amount", {4: "000000012600"}),
        ("rrn", {37: "000000000002"}),
    ],
)
def test_a_value_is_another_of_its_kind(wrong: str, changed: dict[int, str]) -> None:
    assert altered_answer(ANSWER, (), (), [wrong]) == Message("0110", {**ANSWER.elements, **changed})


def test_the_mti_is_that_of_an_answer_to_the_other_function() -> None:
    assert altered_answer(ANSWER, (), (), ["mti"]).mti == "0130"
    assert altered_answer(ANSWER._replace(mti="0430"), (), (), ["mti"]).mti == "0410"


def test_elements_are_put_in_and_left_out() -> None:
    altered = altered_answer(ANSWER, [("38", "ABC123"), ("39", "05")], ["4", "54"], [])

    assert altered == Message("0110", {11: "999999", 37: "000000000001", 38: "ABC123", 39: "05"})
    assert list(altered.elements) == [11, 37, 38, 39]


def test_what_is_not_there_stays_away() -> None:
    assert altered_answer(Message("0810", {39: "00"}), (), ["2"], ["stan", "amount", "rrn"]) == Message("0810", {39: "00"})


def test_a_balance_takes_the_place_of_the_one_there_is() -> None:
    ledger, available = "0001504C000000100000", "0002504C000000070000"

    plain = altered_answer(Message("0110", {39: "00", 49: "978"}), (), (), (), 12_345)
    both = altered_answer(Message("0110", {39: "00", 54: ledger + available}), (), (), (), 0)

    assert plain.elements[54] == "0002978C000000012345"
    assert both.elements[54] == ledger + "0002504C000000000000"
