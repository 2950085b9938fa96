"""Less and less of an answer, for who cannot be told all of it."""

from __future__ import annotations

from switch.iso8583.mapping.acquirer import Stamp, to_authorization
from switch.iso8583.mapping.lesser import as_asked, lesser_responses
from switch.iso8583.message import Message
from switch.transaction import Decision

ASKED = Message("0200", {2: "9504010000000019", 3: "000000", 4: "000000012500", 11: "000001", 41: "ONDE0001", 42: "SHOP"})


def test_an_answer_loses_what_is_not_asked_for_before_it_loses_what_it_says() -> None:
    request = to_authorization(ASKED, acquirer_id="504999", stamp=Stamp("1122100000", "1122110000"), currency="504")
    decision = Decision(response_code="00", approval_code="A1", decided_by="atlas", reason="", carried={54: "X"})
    lesser = [(set(each.elements), each.response_code, words) for each, _, words in lesser_responses(request, decision, ASKED)]
    own, filled = {2, 3, 4, 11, 41, 42}, {7, 12, 13, 32, 37}
    assert lesser == [
        (own | filled | {38, 39}, "00", "without the issuer's DE 54"),
        (own | {38, 39}, "00", "without the elements that Switch added"),
        (own | {39}, "00", "without DE 38"),
        (own | {39}, "96", "with 96"),
    ]


def test_an_answer_as_its_request_was() -> None:
    assert as_asked(Message("0410", {7: "1122100000", 11: "000001", 39: "00"}), ASKED).elements == {11: "000001", 39: "00"}
