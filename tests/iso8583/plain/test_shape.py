"""A shape gives what the plan of the same layout gives, and nothing where the plan gives nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.message import Message
from switch.iso8583.plain import picker
from switch.iso8583.plain.picker import ValuePicker, Wanted
from switch.iso8583.plain.plain_answer import PLAIN_ANSWERS
from switch.iso8583.plain.plain_request import PLAIN_REQUESTS
from switch.iso8583.plain.shape import MessageShape, compile_shape
from tests.iso8583.plain.test_plain_answer import answers
from tests.iso8583.plain.test_plain_request import OF_1987, requests
from tests.iso8583.samples import PURCHASE
from tests.support.strategies import DIALECTS, mixtures, spoilt, values

KINDS = {"request": (PLAIN_REQUESTS, requests), "answer": (PLAIN_ANSWERS, answers)}


def by_plan(wire: Codec, wanted: Wanted, body: bytes) -> tuple[object, ...] | None:
    """What a picker gives that has met no message before: it has a plan and no shape."""
    return ValuePicker(wire, wanted).pick(body)


@pytest.mark.parametrize("kind", KINDS)
@given(st.data(), st.one_of(st.sampled_from(OF_1987), mixtures()))
def test_a_shape_gives_what_the_plan_gives(kind: str, data: st.DataObject, spec: Dialect) -> None:
    wanted, drawn = KINDS[kind]
    wire = Codec(spec, plan_at=1)
    pick = ValuePicker(wire, wanted).pick
    message = data.draw(drawn(spec))
    again = {number: data.draw(values(spec.element(number))) for number in message.elements if spec.elements[number]}
    bodies = []
    for each in (message, Message(message.mti, again)):
        try:
            body = wire.encode(each)
            wire.decode(body)
        except MessageError:
            continue
        bodies += [body, body, data.draw(spoilt(body)), data.draw(spoilt(body))]
    for body in bodies:
        assert pick(body) == by_plan(wire, wanted, body)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spec", OF_1987, ids=lambda each: each.name)
def test_a_shape_judges_a_purchase_of_every_dialect(spec: Dialect, kind: str) -> None:
    wanted, wire = KINDS[kind][0], Codec(spec, plan_at=1)
    answered = {38: "A12345", 39: "00"} if kind == "answer" else {}
    said = Message("0110" if answered else "0100", dict(sorted({**PURCHASE.elements, **answered}.items())))
    body = wire.encode(said)
    wire.decode(body)
    opening = wire.opening(body)
    assert opening is not None
    shape = compile_shape(spec, said.elements, body, opening[1], said.mti, wanted.values)
    assert shape is not None
    assert shape(body) == (said.mti, *(said.elements.get(number) for number in wanted.values))
    for place in range(len(body)):
        wrong = body[:place] + bytes([body[place] ^ 0x80]) + body[place + 1 :]
        found = shape(wrong)
        assert found is None or found == by_plan(wire, wanted, wrong)


def test_a_shape_is_of_characters_and_packed_digits_alone() -> None:
    wire = Codec(DIALECTS["bcd"])
    said = Message("0100", {**PURCHASE.elements, 52: "0123456789ABCDEF"})
    body = wire.encode(said)
    assert compile_shape(wire.dialect, said.elements, body, wire.front_bytes, said.mti, PLAIN_REQUESTS.values) is None


def test_a_length_that_is_split_otherwise_is_read_by_the_plan() -> None:
    wire = Codec(DIALECTS["ascii"], plan_at=1)
    pick = ValuePicker(wire, PLAIN_REQUESTS).pick
    longer, shorter = {2: "4507160000000010", 32: "504001"}, {2: "4507160000000010018", 32: "504"}
    for changed in (longer, shorter, longer, shorter):
        body = wire.encode(Message("0100", {**PURCHASE.elements, **changed}))
        wire.decode(body)
        picked = pick(body)
        assert picked is not None
        assert {2: picked[1], 32: picked[12]} == changed


def test_no_more_shapes_are_kept_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picker, "SHAPES_MAX", 2)
    made = []

    def counted(
        dialect: Dialect, elements: Mapping[int, str], data: bytes, start: int, mti: str, wanted: Iterable[int]
    ) -> MessageShape | None:
        made.append(data)
        return compile_shape(dialect, elements, data, start, mti, wanted)

    monkeypatch.setattr(picker, "compile_shape", counted)
    wire = Codec(DIALECTS["ascii"], plan_at=1)
    pick = ValuePicker(wire, PLAIN_REQUESTS).pick
    for pan in ("4507160000000010", "45071600000000100", "450716000000001000", "4507160000000010"):
        body = wire.encode(Message("0100", {**PURCHASE.elements, 2: pan}))
        wire.decode(body)
        picked = pick(body)
        assert picked is not None
        assert picked[1] == pan
    assert len(made) == 2


def test_values_stand_in_the_order_of_their_elements() -> None:
    for wanted, _ in KINDS.values():
        assert list(wanted.values) == sorted(set(wanted.values))
