"""A plain request is the authorization that the decoded message is; whatever is not plain is left to be decoded."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1987, Dialect
from switch.iso8583.mapping.acquirer import Stamp, is_void, to_authorization
from switch.iso8583.mapping.dates import Dates
from switch.iso8583.mapping.security_places import security_places
from switch.iso8583.message import Message
from switch.iso8583.plain.picker import PickValues, UndecodedElements, ValuePicker
from switch.iso8583.plain.plain_request import (
    EXPIRY,
    PLAIN_REQUESTS,
    ForwardedElements,
    PickedElements,
    marks_picked,
    plain_authorization,
    when,
)
from switch.iso8583.scripted.glance import marks_of
from switch.transaction import Authorization
from tests.iso8583.samples import PURCHASE
from tests.support.strategies import DIALECTS, mixtures, spoilt, values

OF_1987 = sorted((each for each in DIALECTS.values() if each.edition == EDITION_1987), key=lambda each: each.name)
STAMP = Stamp("1122101530", "1122111530")
SPECIAL = {
    3: ("000000", "010000", "020000", "090000", "200000", "220000", "280000", "310000", "9A0000", "990000"),
    4: ("000000000000", "000000000001"),
    7: ("1122091530", "1322091530", "1122251530", "0229000000"),
    12: ("101530", "246060"),
    13: ("1122", "0230"),
    14: ("2912", "2913"),
    22: ("051", "810", "010", "999"),
    25: ("00", "06", "41", "59"),
    42: ("SHOP00000000001", "SHOP 1         ", " " * 15),
}
ADDED = (15, 16, 17, 19, 23, 24, 26, 33, 35, 38, 43, 45, 48, 52, 53, 54, 55, 60, 62, 63, 73, 90, 95, 100, 126)
MTIS = st.sampled_from(("0100", "0200", "0101", "0120", "0220", "0400", "0800"))


@st.composite
def requests(draw: st.DrawFn, dialect: Dialect) -> Message:
    """Purchases, and what comes of them when elements are left out, added or replaced."""
    elements = dict(PURCHASE.elements)
    for number in draw(st.lists(st.sampled_from(sorted(elements)), max_size=2, unique=True)):
        del elements[number]
    for number in draw(st.lists(st.sampled_from(sorted(SPECIAL)), max_size=3, unique=True)):
        elements[number] = draw(st.sampled_from(SPECIAL[number]))
    for number in draw(st.lists(st.sampled_from((*ADDED, *PURCHASE.elements)), max_size=2, unique=True)):
        element = dialect.elements[number]
        if element is not None:
            elements[number] = draw(values(element))
    return Message(draw(MTIS), dict(sorted(elements.items())))


def by_picking(wire: Codec, pick: PickValues, body: bytes) -> Authorization | None:
    picked = pick(body)
    if picked is None or not Dates(EDITION_1987).right(when(picked), picked[EXPIRY]):
        return None
    return plain_authorization(picked, UndecodedElements(wire, body), "504")


def by_decoding(wire: Codec, body: bytes) -> Authorization:
    """The same of a message that was read whole."""
    message = wire.decode(body)
    assert not is_void(message)
    Dates(EDITION_1987).check(message.elements)
    places = security_places(wire.dialect)
    return to_authorization(message, acquirer_id="504001", stamp=STAMP, currency="504", places=places)


def fields_of(authorization: Authorization) -> dict[str, object]:
    """All of its fields, also those that are not compared."""
    named = {each.name: getattr(authorization, each.name) for each in attrs.fields(Authorization)}
    return {**named, "carried": dict(authorization.carried)}


@given(st.data(), st.one_of(st.sampled_from(OF_1987), mixtures()))
def test_a_request_that_is_plain_is_what_the_decoded_message_is(data: st.DataObject, spec: Dialect) -> None:
    wire = Codec(spec, plan_at=1)
    pick = ValuePicker(wire, PLAIN_REQUESTS, security_places(spec).marked).pick
    try:
        body = wire.encode(data.draw(requests(spec)))
        wire.decode(body)
    except MessageError:
        return
    for request in (body, data.draw(spoilt(body))):
        plain = by_picking(wire, pick, request)
        if plain is not None:
            assert fields_of(plain) == fields_of(by_decoding(wire, request))


@pytest.mark.parametrize("spec", OF_1987, ids=lambda each: each.name)
@pytest.mark.parametrize("mti", ["0100", "0200"])
def test_a_purchase_is_plain_from_the_second_of_its_kind_on(spec: Dialect, mti: str) -> None:
    wire = Codec(spec, plan_at=2)
    pick = ValuePicker(wire, PLAIN_REQUESTS, security_places(spec).marked).pick
    body = wire.encode(Message(mti, PURCHASE.elements))
    assert by_picking(wire, pick, body) is None
    wire.decode(body)
    wire.decode(body)
    plain = by_picking(wire, pick, body)
    assert plain is not None
    assert fields_of(plain) == fields_of(by_decoding(wire, body))


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (3, "020000"),
        (3, "220000"),
        (4, "000000000000"),
        (7, "1322091530"),
        (12, "246060"),
        (13, "0230"),
        (14, "2913"),
        (25, "06"),
        (25, "41"),
        (35, "4507160000000010=2912"),
        (48, "anything"),
        (52, "0412AC89ABCDEF67"),
        (90, "0100000042112209153000000504001" + "0" * 11),
    ],
)
def test_what_says_more_or_something_wrong_is_not_plain(number: int, value: str) -> None:
    wire = Codec(DIALECTS["ascii"], plan_at=1)
    pick = ValuePicker(wire, PLAIN_REQUESTS, security_places(wire.dialect).marked).pick
    body = wire.encode(Message("0100", dict(sorted({**PURCHASE.elements, number: value}.items()))))
    wire.decode(body)
    assert by_picking(wire, pick, body) is None


@pytest.mark.parametrize("further", [{}, {33: "504001"}])
def test_what_was_picked_has_the_elements_and_marks_of_the_message(further: dict[int, str]) -> None:
    wire = Codec(DIALECTS["ascii"], plan_at=1)
    message = Message("0100", dict(sorted({**PURCHASE.elements, **further}.items())))
    body = wire.encode(message)
    wire.decode(body)
    picked = ValuePicker(wire, PLAIN_REQUESTS, security_places(wire.dialect).marked).pick(body)
    assert picked is not None
    elements = PickedElements(picked, wire, body)
    decoded = wire.decode(body).elements
    assert {number: elements.get(number, "") for number in range(2, 129)} == {n: decoded.get(n, "") for n in range(2, 129)}
    assert dict(elements) == {number: elements[number] for number in decoded} == decoded
    assert 90 not in elements
    forwarded, expected = ForwardedElements(elements, "504999"), {**decoded, 33: "504999"}
    assert dict(forwarded) == {number: forwarded[number] for number in expected} == expected
    assert {number: forwarded.get(number) for number in range(2, 129)} == {n: expected.get(n) for n in range(2, 129)}
    asked = marks_of(Message("0100", decoded), "ascii")
    kind: Any = asked[6]
    assert marks_picked(elements, "ascii") == (*asked[:6], kind[:5], *asked[7:])
    assert kind[5:] == (None, True), "no DE 70, and an amount above zero"


def test_elements_are_decoded_when_one_is_asked_for() -> None:
    wire = Codec(DIALECTS["ascii"])
    elements = UndecodedElements(wire, wire.encode(PURCHASE))
    assert elements[41] == "TERM0001"
    assert {**elements, 33: "504001"} == {**PURCHASE.elements, 33: "504001"}
    assert len(elements) == len(PURCHASE.elements)
    assert elements == PURCHASE.elements
    assert 90 not in elements
