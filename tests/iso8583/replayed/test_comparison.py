"""Answers beside the recorded ones: what may be another, and what may not."""

from __future__ import annotations

import pytest

from switch.iso8583.message import Message
from switch.iso8583.replayed.comparison import as_recorded, differences, likeness

ASKED = Message(
    "0100", {2: "4507160000000010", 3: "000000", 4: "000000001000", 7: "1122100000", 11: "700001", 37: "112210700001", 41: "T1"}
)
RECORDED = Message(
    "0110", {4: "000000001000", 7: "1001100000", 11: "000001", 37: "627410000001", 38: "ABC123", 39: "00", 41: "T1"}
)
CAME = Message("0110", {4: "000000001000", 7: "1122100000", 11: "700001", 37: "112210700001", 38: "XYZ789", 39: "00", 41: "T1"})


def with_elements(message: Message, **elements: str) -> Message:
    values = {**message.elements, **{int(name[2:]): value for name, value in elements.items()}}
    return Message(message.mti, {number: value for number, value in values.items() if value})


def test_fresh_numbers_and_approval_codes_are_no_difference() -> None:
    assert differences(RECORDED, CAME, ASKED) == []


@pytest.mark.parametrize(
    ("change", "element"),
    [
        ({"de39": "05"}, 39),
        ({"de38": ""}, 38),
        ({"de11": "700002"}, 11),
        ({"de37": "112210700009"}, 37),
        ({"de4": "000000000500"}, 4),
        ({"de54": "0002504C000000012345"}, 54),
        ({"de41": ""}, 41),
    ],
)
def test_what_an_integration_would_notice_is_one(change: dict[str, str], element: int) -> None:
    assert [each.element for each in differences(RECORDED, with_elements(CAME, **change), ASKED)] == [element]
    assert differences(RECORDED, with_elements(CAME, **change), ASKED, [element]) == []


def test_another_type_of_answer_is_one() -> None:
    assert differences(RECORDED, Message("0130", CAME.elements), ASKED)[0] == (0, "0110", "0130")


def test_a_recorded_answer_gives_back_what_it_gave_back_then() -> None:
    before = Message("0100", {**ASKED.elements, 7: "1001100000", 11: "000001", 37: "627410000001"})
    given = as_recorded(RECORDED, before, ASKED).elements
    assert given == {**RECORDED.elements, 7: "1122100000", 11: "700001", 37: "112210700001"}


def test_questions_are_alike_by_type_code_card_and_amount() -> None:
    assert likeness(ASKED) == likeness(Message("0101", {**ASKED.elements, 11: "1", 41: "T2"}))
    assert likeness(ASKED) != likeness(with_elements(ASKED, de4="000000001001"))
    assert likeness(ASKED) != likeness(Message("0200", ASKED.elements))
