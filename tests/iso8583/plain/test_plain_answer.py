"""A plain answer of an issuer is what the decoded message is; whatever is not plain is left to be decoded."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.acquirer import to_authorization
from switch.iso8583.mapping.issuer import Waits, to_issuer_answer
from switch.iso8583.mapping.security_places import security_places
from switch.iso8583.message import Message
from switch.iso8583.plain.picker import PickValues, ValuePicker
from switch.iso8583.plain.plain_answer import PLAIN_ANSWERS, answered_key, plain_decision
from switch.transaction import Authorization, Decision, IssuerAnswer
from tests.iso8583.plain.test_plain_request import OF_1987, STAMP
from tests.iso8583.samples import PURCHASE
from tests.support.strategies import DIALECTS, mixtures, spoilt, values

ANSWER = Message(
    "0110",
    dict(sorted({n: PURCHASE.elements[n] for n in (2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49)}.items()))
    | {38: "A1B2C3", 39: "00"},
)
SPECIAL = {
    2: ("4507160000000028", PURCHASE.elements[2]),
    3: ("200000", "002000"),
    4: ("000000012501",),
    38: ("      ", "12    "),
    39: ("00", "05", "10", "11", "63", "85", "N7", "XX"),
    42: ("SHOP0000000001 ",),
    49: ("978",),
}
ADDED = (15, 18, 33, 44, 48, 54, 55, 62, 63, 90, 100)


@attrs.frozen
class Asked:
    """A request that waits."""

    asked: Authorization


ASKED = Asked(to_authorization(PURCHASE, acquirer_id="504001", stamp=STAMP, currency="504"))


def waiting(key: tuple[str, str, str, str]) -> Waits | None:
    return ASKED if key == ASKED.asked.key else None


@st.composite
def answers(draw: st.DrawFn, dialect: Dialect) -> Message:
    """Answers to one purchase, and what comes of them when elements are left out, added or replaced."""
    elements = dict(ANSWER.elements)
    for number in draw(st.lists(st.sampled_from(sorted(elements)), max_size=1, unique=True)):
        del elements[number]
    for number in draw(st.lists(st.sampled_from(sorted(SPECIAL)), max_size=2, unique=True)):
        elements[number] = draw(st.sampled_from(SPECIAL[number]))
    for number in draw(st.lists(st.sampled_from((*ADDED, *ANSWER.elements)), max_size=2, unique=True)):
        element = dialect.elements[number]
        if element is not None:
            elements[number] = draw(values(element))
    return Message(draw(st.sampled_from(("0110", "0210", "0130", "0410", "0810"))), dict(sorted(elements.items())))


def by_picking(pick: PickValues, body: bytes) -> Decision | None:
    picked = pick(body)
    waits = None if picked is None else waiting(answered_key(picked))
    return None if picked is None or waits is None else plain_decision(picked, waits.asked, "atlas")


def by_decoding(wire: Codec, body: bytes) -> IssuerAnswer:
    """The same of a message that was read whole."""
    places = security_places(wire.dialect)
    return to_issuer_answer(wire.decode(body), acquirer_id="504001", waiting=waiting, places=places)


def assert_alike(plain: Decision, answer: IssuerAnswer) -> None:
    """All of the decision is in the answer to the one request that waits, and nothing more is."""
    decided = (plain.response_code, plain.approval_code, plain.decided_by, plain.reason, plain.carried, plain.results)
    assert decided == (answer.response_code, answer.approval_code, "atlas", answer.reason, answer.carried, answer.results)
    assert (plain.approved_minor, plain.unanswered) == (None, False)
    assert (answer.key, answer.approved_minor, answer.contradiction) == (ASKED.asked.key, None, "")


@given(st.data(), st.one_of(st.sampled_from(OF_1987), mixtures()))
def test_an_answer_that_is_plain_is_what_the_decoded_message_is(data: st.DataObject, spec: Dialect) -> None:
    wire = Codec(spec, plan_at=1)
    pick = ValuePicker(wire, PLAIN_ANSWERS).pick
    try:
        body = wire.encode(data.draw(answers(spec)))
        wire.decode(body)
    except MessageError:
        return
    for answer in (body, data.draw(spoilt(body))):
        plain = by_picking(pick, answer)
        if plain is not None:
            assert_alike(plain, by_decoding(wire, answer))


@pytest.mark.parametrize("spec", OF_1987, ids=lambda each: each.name)
@pytest.mark.parametrize("code", ["00", "05", "51"])
def test_an_approval_and_a_decline_are_plain(spec: Dialect, code: str) -> None:
    wire = Codec(spec, plan_at=1)
    body = wire.encode(Message("0110", {**ANSWER.elements, 39: code}))
    wire.decode(body)
    plain = by_picking(ValuePicker(wire, PLAIN_ANSWERS).pick, body)
    assert plain is not None
    assert_alike(plain, by_decoding(wire, body))


@pytest.mark.parametrize(
    "changed",
    [{2: "4507160000000028"}, {4: "000000012501"}, {39: "10"}, {42: "SHOP0000000002 "}, {49: "978"}, {44: "x"}, {63: "why"}],
    ids=str,
)
def test_an_approval_of_anything_else_is_decoded(changed: dict[int, str]) -> None:
    wire = Codec(DIALECTS["ascii"], plan_at=1)
    body = wire.encode(Message("0110", dict(sorted({**ANSWER.elements, **changed}.items()))))
    wire.decode(body)
    assert by_picking(ValuePicker(wire, PLAIN_ANSWERS).pick, body) is None
