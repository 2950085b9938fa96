"""Amounts with a sign on the wire, what fills up packed digits, and which elements are given back, repeated and hidden."""

from __future__ import annotations

from typing import Any

import pytest

from switch.errors import MessageError
from switch.iso8583 import elements
from switch.iso8583.codec import Codec
from switch.iso8583.message import Message
from switch.iso8583.nested.wire import SubelementError, value_from
from switch.iso8583.values import signed_text
from tests.iso8583.samples import dialect

EBCDIC = {"text": "ebcdic"}


def _declared(digits: int, padding: str, **more: Any) -> Any:
    return {"format": f"x+n {digits}", "signed": "packed", "padding": padding, **more}


@pytest.mark.parametrize(
    ("digits", "padding", "wire", "text"),
    [
        (8, "left 0", "43 01234567", "C01234567"),
        (8, "right 0", "44 12345670", "D12345670"),
        (8, "right F", "44 00000125", "D00000125"),
        (7, "left 0", "43 01234567", "C1234567"),
        (7, "left 0", "43 00000125", "C0000125"),
        (7, "left 0", "43 91234567", "C91234567"),
        (7, "right 0", "44 12345670", "D1234567"),
        (7, "right 0", "44 01234560", "D0123456"),
        (7, "right 0", "44 12345679", "D12345679"),
        (7, "right F", "43 1234567f", "C1234567"),
        (7, "right F", "43 f234567f", "CF234567"),
        (7, "right F", "43 12345670", "C12345670"),
    ],
)
def test_only_what_fills_up_an_odd_number_of_digits_is_taken_away(digits: int, padding: str, wire: str, text: str) -> None:
    element = dialect({}, {"28": _declared(digits, padding)}).element(28)
    assert signed_text(element, bytes.fromhex(wire)) == text


@pytest.mark.parametrize("more", [{}, EBCDIC], ids=["ascii", "ebcdic"])
@pytest.mark.parametrize("padding", ["left 0", "right 0", "right F"])
@pytest.mark.parametrize("digits", [7, 8])
@pytest.mark.parametrize("value", ["C1000000", "D0000001", "C0000000", "D9999999"])
def test_a_signed_amount_is_read_as_it_was_written(digits: int, padding: str, value: str, more: dict[str, str]) -> None:
    spec = dialect({}, {"28": _declared(digits, padding, **more)})
    message = Message("0100", {28: value[0] + value[1:].zfill(digits)})
    for codec in (Codec(spec), Codec(spec, plan_at=1)):
        for _ in range(3):
            assert codec.decode(codec.encode(message)) == message


@pytest.mark.parametrize(
    ("padding", "wire", "found"),
    [
        ("left 0", "43 91234567", "padding 9, expected padding 0 on the left, x"),
        ("left 0", "43 a1234567", "padding A, expected padding 0 on the left, x"),
        ("right 0", "43 12345679", "padding 9, expected padding 0 on the right, x"),
        ("right F", "43 12345670", "padding 0, expected padding F on the right, x"),
        ("right F", "43 1234a67f", "'A' as character 6"),
    ],
)
def test_what_fills_up_otherwise_is_a_mistake(padding: str, wire: str, found: str) -> None:
    spec = dialect({}, {"28": _declared(7, padding)})
    for codec in (Codec(spec), Codec(spec, plan_at=1)):
        for _ in range(3):
            with pytest.raises(MessageError, match=f"DE 28 at byte 12: found {found}"):
                codec.decode(b"0100" + bytes.fromhex("0000001000000000" + wire.replace(" ", "")))
    with pytest.raises(SubelementError, match=found.partition(",")[0]):
        value_from(spec.element(28), bytes.fromhex(wire), 8)


def test_these_elements_are_never_shown_and_never_stored() -> None:
    hidden = {36, 45, 48, 52, 59, 61, 62, 64, 96, 126, 127, 128}
    assert elements.SECRET.keys() == hidden
    assert frozenset({2, 34, 35, 55}) == elements.MASKED
    assert hidden | {35} == elements.NEVER_STORED
    assert hidden | {35, 55} == elements.NEVER_QUOTED
    assert hidden | {2, 34, 35, 55} == elements.CARD_DATA


def test_what_an_answer_gives_back_and_what_a_message_cannot_do_without() -> None:
    assert frozenset({3, 11, 41, 42}) == elements.MANDATORY
    given_back = {2, 3, 4, 7, 11, 12, 13, 14, 15, 18, 22, 24, 25, 32, 33, 37, 41, 42, 49, 53, 70, 90, 100}
    assert given_back == elements.ECHOED
    assert given_back | {39} == elements.NEEDED_IN_ANSWERS
    assert frozenset({44, 48, 54, 55, 62}) == elements.FROM_ISSUER
    assert elements.REPEATED_IN_REVERSALS == (2, 3, 4, 12, 13, 14, 18, 22, 25, 37, 41, 42, 43, 49)
    fewest = {2, 3, 4, 6, 7, 10, 11, 12, 13, 32, 38, 39, 41, 42, 49, 51, 90, 95}
    more, least = elements.FEWER
    assert more == fewest | {14, 18, 22, 25, 33, 37, 43, 56}
    assert least == fewest
    assert elements.MAY_BE_AUTHENTICATED == (48, 126, 127)
    assert {54, 90, 48, 126, 127} == elements.MARKED
