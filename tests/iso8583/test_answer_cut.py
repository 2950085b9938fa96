"""Answers cut out of their requests: the same bytes that the encoder writes, in every dialect, or none."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.codec import NOTHING_ADDED, Codec
from switch.iso8583.dialect import EDITION_1987, Dialect
from switch.iso8583.elements import ECHOED
from switch.iso8583.message import Message
from tests.iso8583.samples import PURCHASE, read_by_plan
from tests.support.strategies import DIALECTS, dialects, messages, mixtures, spoilt

OF_1987 = sorted(name for name, each in DIALECTS.items() if each.edition == EDITION_1987)
PACKED = [name for name in OF_1987 if any(each and each.encoding == "bcd" for each in DIALECTS[name].elements)]
CODES = st.tuples(
    st.one_of(st.none(), st.sampled_from(("A00001", "a1 2B3", "", "ABC", "é00001"))),
    st.sampled_from(("00", "51", "N7", "0", "à0")),
)


#: What an issuer adds to its answer.
ADDED = st.fixed_dictionaries(
    {},
    optional={
        44: st.sampled_from(("    M", "é", "", "X" * 30)),
        48: st.sampled_from(("8701M", "8701M8601284501", "9203123", "", "Café")),
        54: st.sampled_from(("0057504C000000012500", "x", "é")),
        55: st.sampled_from(("910A0102030405060708303000", "910A010203040506070830300", "zz", "")),
        62: st.sampled_from(("A", "private é")),
    },
)


def written(
    wire: Codec,
    request: Message,
    mti: str,
    approval_code: str | None,
    response_code: str,
    added: Mapping[int, str] = NOTHING_ADDED,
) -> bytes | MessageError:
    """The answer as the encoder writes it."""
    elements = {number: value for number, value in request.elements.items() if number in ECHOED}
    if approval_code is not None:
        elements[38] = approval_code
    try:
        return wire.encode(Message(mti, elements | {39: response_code} | dict(added)))
    except MessageError as error:
        return error


@given(st.data(), st.one_of(dialects, mixtures()), CODES, ADDED)
def test_an_answer_is_cut_as_the_encoder_writes_it(
    data: st.DataObject, spec: Dialect, codes: tuple[str | None, str], added: dict[int, str]
) -> None:
    wire = Codec(spec, plan_at=1)
    body = wire.encode(data.draw(messages(spec)))
    for request, read in read_by_plan(wire, (body, data.draw(spoilt(body)))):
        for mti in ("0110", "0210", "0230"):
            for more in (NOTHING_ADDED, added):
                cut = wire.answered(request, mti, *codes, more)
                assert cut is None or cut == written(wire, read, mti, *codes, more)


@pytest.mark.parametrize("name", OF_1987)
@pytest.mark.parametrize("approval_code", ["A00001", None])
def test_a_purchase_is_answered_by_its_own_bytes(name: str, approval_code: str | None) -> None:
    wire = Codec(DIALECTS[name], plan_at=1)
    body = wire.encode(PURCHASE)
    read = wire.decode(body)
    assert wire.answered(body, "0110", approval_code, "00") == written(wire, read, "0110", approval_code, "00")


@pytest.mark.parametrize("name", PACKED)
def test_whatever_half_byte_is_another_the_answer_and_the_forward_are_those_of_the_encoder(name: str) -> None:
    wire = Codec(DIALECTS[name], plan_at=1)
    request = Message("0100", {4: "000000012500", 22: "051", 23: "001", 32: "50400", 37: "263260900004"})
    body, cut = wire.encode(request), 0
    halves = [*range(16)] + [high << 4 for high in range(1, 16)]
    for at, half in product(range(len(body)), halves):
        changed = body[:at] + bytes([body[at] ^ half]) + body[at + 1 :]
        try:
            wire.decode(changed)
            read = wire.decode(changed)
        except MessageError:
            continue
        answer = wire.answered(changed, "0110", "A00001", "00")
        forward = wire.forwarded(changed, "0100", "504001", wire.dialect)
        assert answer in (None, written(wire, read, "0110", "A00001", "00"))
        assert forward in (None, wire.encode(Message("0100", {**read.elements, 33: "504001"})))
        cut += answer is not None and forward is not None
    assert cut


@pytest.mark.parametrize("name", OF_1987)
def test_what_an_issuer_adds_takes_the_place_of_what_came(name: str) -> None:
    wire = Codec(DIALECTS[name], plan_at=1)
    request = Message(PURCHASE.mti, dict(sorted({**PURCHASE.elements, 48: "9203123", 55: "9F3602002A"}.items())))
    body = wire.encode(request)
    read = wire.decode(body)
    added = {48: "8701M", 55: "910A01020304050607083030"}
    cut = wire.answered(body, "0110", "A00001", "00", added)
    assert cut == written(wire, read, "0110", "A00001", "00", added)
    assert wire.decode(cut or b"").elements[48] == "8701M"
    alone = wire.answered(body, "0110", "A00001", "00")
    assert 48 not in wire.decode(alone or b"").elements


def test_a_request_that_brings_a_code_is_answered_by_the_encoder() -> None:
    wire = Codec(DIALECTS["ascii"], plan_at=1)
    body = wire.encode(Message("0100", {11: "000001", 39: "51"}))
    wire.decode(body)
    assert wire.answered(body, "0110", None, "00") is None
