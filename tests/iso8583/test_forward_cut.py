"""Forwards cut out of requests: the same bytes that the encoder writes, in every dialect, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.message import Message
from tests.iso8583.samples import PURCHASE
from tests.support.strategies import DIALECTS, dialects, messages, mixtures, spoilt

FORWARDERS = st.sampled_from(("504001", "1", "", "5040015040015", "ABC", "é"))


def written(wire: Codec, request: Message, mti: str, forwarder_id: str) -> bytes | MessageError:
    """The forward as the encoder writes it."""
    try:
        return wire.encode(Message(mti, {**request.elements, 33: forwarder_id}))
    except MessageError as error:
        return error


@given(st.data(), st.one_of(dialects, mixtures()), FORWARDERS)
def test_a_forward_is_cut_as_the_encoder_writes_it(data: st.DataObject, spec: Dialect, forwarder_id: str) -> None:
    wire = Codec(spec, plan_at=1)
    body = wire.encode(data.draw(messages(spec)))
    for request in (body, data.draw(spoilt(body))):
        try:
            wire.decode(request)
            read = wire.decode(request)
        except MessageError:
            continue
        for mti in ("0100", "0200"):
            cut = wire.forwarded(request, mti, forwarder_id)
            assert cut is None or cut == written(wire, read, mti, forwarder_id)


@pytest.mark.parametrize("name", ["ascii", "ascii_hex", "ebcdic", "bcd"])
@pytest.mark.parametrize("named_before", [True, False])
def test_a_purchase_in_a_dialect_of_characters_goes_on_as_its_own_bytes(name: str, named_before: bool) -> None:
    wire = Codec(DIALECTS[name], plan_at=1)
    elements = {**PURCHASE.elements, **({33: "777777"} if named_before else {})}
    body = wire.encode(Message(PURCHASE.mti, dict(sorted(elements.items()))))
    read = wire.decode(body)
    cut = wire.forwarded(body, "0100", "504001")
    assert cut == (None if name == "bcd" else written(wire, read, "0100", "504001"))


def test_a_request_of_a_shape_that_came_once_is_encoded() -> None:
    wire = Codec(DIALECTS["ascii"])
    body = wire.encode(PURCHASE)
    wire.decode(body)
    assert wire.forwarded(body, "0100", "504001") is None
