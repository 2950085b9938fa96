"""Forwards cut out of requests: the same bytes that the encoder writes, in every dialect, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1987, Dialect
from switch.iso8583.message import Message
from tests.iso8583.samples import PURCHASE, read_by_plan
from tests.support.strategies import DIALECTS, dialects, messages, mixtures, spoilt, values

dialects_of_1987 = dialects.filter(lambda each: each.edition == EDITION_1987)
FORWARDERS = st.sampled_from(("504001", "1", "", "5040015040015", "ABC", "é"))


def written(target: Dialect, request: Message, mti: str, forwarder_id: str) -> bytes | MessageError:
    """The forward as the encoder writes it."""
    try:
        return Codec(target).encode(Message(mti, {**request.elements, 33: forwarder_id}))
    except MessageError as error:
        return error


@given(st.data(), st.one_of(dialects, mixtures()), st.one_of(dialects, mixtures()), st.booleans(), FORWARDERS)
def test_a_forward_is_cut_as_the_encoder_writes_it(
    data: st.DataObject, spec: Dialect, other: Dialect, changes: bool, forwarder_id: str
) -> None:
    wire, target = Codec(spec, plan_at=1), other if changes else spec
    body = wire.encode(data.draw(messages(spec)))
    for request, read in read_by_plan(wire, (body, data.draw(spoilt(body)))):
        for mti in ("0100", "0200"):
            cut = wire.forwarded(request, mti, forwarder_id, target)
            assert cut is None or cut == written(target, read, mti, forwarder_id)


def in_words(spec: Dialect, data: st.DataObject) -> Message:
    """A request of characters and digits alone."""
    offered = [e for e in spec.elements if e is not None and e.content in ("n", "a", "an", "ans")]
    chosen = data.draw(st.lists(st.sampled_from(offered), min_size=1, max_size=16, unique_by=lambda e: e.number))
    return Message("0100", {e.number: data.draw(values(e)) for e in sorted(chosen, key=lambda e: e.number)})


@given(st.data(), dialects_of_1987, dialects_of_1987)
def test_characters_and_digits_are_converted_as_the_encoder_writes_them(
    data: st.DataObject, spec: Dialect, target: Dialect
) -> None:
    wire = Codec(spec, plan_at=1)
    body = wire.encode(in_words(spec, data))
    for request, read in read_by_plan(wire, (body, data.draw(spoilt(body)))):
        cut = wire.forwarded(request, "0200", "504001", target)
        said = written(target, read, "0200", "504001")
        assert cut == said or (
            cut is None and (request != body or isinstance(said, MessageError) or not alike(spec, target, read))
        )


def alike(spec: Dialect, target: Dialect, request: Message) -> bool:
    """Whether both dialects have each element of a request in one format."""
    return all(spec.element(n).format == target.element(n).format for n in request.elements)


@pytest.mark.parametrize("target", ["ascii", "bcd"])
def test_a_letter_that_the_issuer_cannot_say_is_left_to_the_encoder(target: str) -> None:
    wire = Codec(DIALECTS["ebcdic"], plan_at=1)
    plain = wire.encode(PURCHASE)
    wire.decode(plain)
    body = wire.encode(Message(PURCHASE.mti, {**PURCHASE.elements, 43: f"{'CAFÉ':<40}"}))
    assert wire.forwarded(plain, "0100", "504001", DIALECTS[target]) is not None
    assert wire.forwarded(body, "0100", "504001", DIALECTS[target]) is None


@pytest.mark.parametrize("name", sorted(name for name, each in DIALECTS.items() if each.edition == EDITION_1987))
@pytest.mark.parametrize("target", ["", "ascii", "bcd", "ebcdic", "ebcdic_bcd"])
@pytest.mark.parametrize("named_before", [True, False])
def test_a_purchase_goes_on_without_being_decoded(name: str, target: str, named_before: bool) -> None:
    wire, towards = Codec(DIALECTS[name], plan_at=1), DIALECTS[target or name]
    elements = {**PURCHASE.elements, **({33: "777777"} if named_before else {})}
    body = wire.encode(Message(PURCHASE.mti, dict(sorted(elements.items()))))
    read = wire.decode(body)
    assert wire.forwarded(body, "0100", "504001", towards) == written(towards, read, "0100", "504001")


def test_a_request_of_a_shape_that_came_once_is_encoded() -> None:
    wire = Codec(DIALECTS["ascii"])
    body = wire.encode(PURCHASE)
    wire.decode(body)
    assert wire.forwarded(body, "0100", "504001", wire.dialect) is None
