"""Lines to peers of 1993: the answer to a request is known again, whatever DE 7 its sender writes."""

from __future__ import annotations

from datetime import date

import pytest

from switch.iso8583.edition93 import translation
from switch.iso8583.edition93.translation import Translation
from switch.iso8583.message import Message
from tests.iso8583.samples import PURCHASE, REVERSAL, with_elements

TODAY = date(2026, 11, 22)


def answer_to(spoken: Message, **changes: str | None) -> Message:
    """What an issuer of 1993 may answer: its own DE 7, and what it has to give back."""
    kept = {n: value for n, value in spoken.elements.items() if n in (2, 3, 4, 11, 12, 32, 37, 41, 42, 49)}
    return with_elements(Message(spoken.mti[:2] + "1" + spoken.mti[3:], {**kept, 39: "000"}), **changes)


@pytest.mark.parametrize("own", ["1122235959", None])
def test_an_answer_with_a_time_of_its_own_is_the_answer_to_the_request(own: str | None) -> None:
    line = Translation(lambda: TODAY)
    spoken = line.said(PURCHASE, None, None)
    heard = line.heard(answer_to(spoken, de7=own))
    assert (heard.mti, heard.elements[39], heard.elements[7]) == ("0110", "00", PURCHASE.elements[7])
    assert line.heard(answer_to(spoken, de7=own)) == heard, "so is the same answer again"


def test_who_overhears_a_request_hears_its_answer_as_its_sender_does() -> None:
    line, overheard = Translation(lambda: TODAY), Translation(lambda: TODAY)
    spoken = line.said(PURCHASE, None, None)
    overheard.overheard(spoken)
    answer = answer_to(spoken, de7=None)
    assert overheard.heard(answer) == line.heard(answer)
    assert overheard.heard(answer).elements[7] == PURCHASE.elements[7]


def test_an_answer_to_something_else_keeps_its_time() -> None:
    line = Translation(lambda: TODAY)
    spoken = line.said(PURCHASE, None, None)
    heard = line.heard(answer_to(spoken, de7="1122235959", de11="000099"))
    assert heard.elements[7] == "1122235959"


def test_a_reversal_and_its_original_are_told_apart() -> None:
    line = Translation(lambda: TODAY)
    first = line.said(PURCHASE, None, None)
    later = with_elements(REVERSAL, de7="1122091600", de12=PURCHASE.elements[12], de13=PURCHASE.elements[13])
    line.said(later, None, None)
    assert line.heard(answer_to(first, de7=None)).elements[7] == PURCHASE.elements[7]


def test_what_is_asked_by_the_peer_is_left_as_it_is() -> None:
    line = Translation(lambda: TODAY)
    spoken = line.said(PURCHASE, None, None)
    again = line.heard(spoken)
    assert again.mti == "0100"
    assert again.elements[7] == "1122101530", "a request of 1993 is named by its DE 12"


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "ASKED_REMEMBERED_MAX", 3)
    line = Translation(lambda: TODAY)
    spoken = [line.said(with_elements(PURCHASE, de11=f"{n:06d}"), None, None) for n in range(6)]
    assert len(line._asked) == 3
    assert line.heard(answer_to(spoken[5], de7=None)).elements[7] == PURCHASE.elements[7]
