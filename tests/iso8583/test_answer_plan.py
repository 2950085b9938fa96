"""Answers cut out of their requests: the same bytes that the encoder writes, in every dialect, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.elements import ECHOED
from switch.iso8583.message import Message
from tests.iso8583.samples import PURCHASE
from tests.support.strategies import DIALECTS, dialects, messages, mixtures, spoilt

CODES = st.tuples(
    st.one_of(st.none(), st.sampled_from(("A00001", "a1 2B3", "", "ABC", "é00001"))),
    st.sampled_from(("00", "51", "N7", "0", "à0")),
)


def written(wire: Codec, request: Message, mti: str, approval_code: str | None, response_code: str) -> bytes | MessageError:
    """The answer as the encoder writes it."""
    elements = {number: value for number, value in request.elements.items() if number in ECHOED}
    if approval_code is not None:
        elements[38] = approval_code
    try:
        return wire.encode(Message(mti, elements | {39: response_code}))
    except MessageError as error:
        return error


@given(st.data(), st.one_of(dialects, mixtures()), CODES)
def test_an_answer_is_cut_as_the_encoder_writes_it(data: st.DataObject, spec: Dialect, codes: tuple[str | None, str]) -> None:
    wire = Codec(spec, plan_at=1)
    body = wire.encode(data.draw(messages(spec)))
    for request in (body, data.draw(spoilt(body))):
        try:
            wire.decode(request)
            read = wire.decode(request)
        except MessageError:
            continue
        for mti in ("0110", "0210", "0230"):
            cut = wire.answered(request, mti, *codes)
            assert cut is None or cut == written(wire, read, mti, *codes)


@pytest.mark.parametrize("name", ["ascii", "ascii_hex", "ebcdic", "bcd"])
@pytest.mark.parametrize("approval_code", ["A00001", None])
def test_a_purchase_in_a_dialect_of_characters_is_answered_by_its_own_bytes(name: str, approval_code: str | None) -> None:
    wire = Codec(DIALECTS[name], plan_at=1)
    body = wire.encode(PURCHASE)
    read = wire.decode(body)
    cut = wire.answered(body, "0110", approval_code, "00")
    assert cut == (None if name == "bcd" else written(wire, read, "0110", approval_code, "00"))


def test_a_request_that_brings_a_code_is_answered_by_the_encoder() -> None:
    wire = Codec(DIALECTS["ascii"], plan_at=1)
    body = wire.encode(Message("0100", {11: "000001", 39: "51"}))
    wire.decode(body)
    assert wire.answered(body, "0110", None, "00") is None
