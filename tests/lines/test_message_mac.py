"""MACs of a line: the last element, over all the bytes before it, in every encoding."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import CardSecurityError, MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.message import Message
from switch.issuers.proofs.rules import LineKeys
from switch.keys.key_module import KeyModule
from switch.lines.message_mac import LineMacs, MacError, mac_key_of
from tests.iso8583.samples import PURCHASE, REVERSAL
from tests.support.strategies import DIALECTS

KEYS = KeyModule.open(None, ["atlas"])
AGREED = LineKeys(mac="require")


def macs(agreed: LineKeys = AGREED, owner: str = "atlas") -> LineMacs:
    found = LineMacs.of(agreed, KEYS, owner)
    assert found is not None
    return found


@pytest.mark.parametrize("name", sorted(set(DIALECTS) - {name for name in DIALECTS if name.endswith("93")}))
@pytest.mark.parametrize("kind", ["x9.19", "cmac"])
@pytest.mark.parametrize(("message", "number"), [(PURCHASE, 64), (REVERSAL, 128)])
def test_what_one_seals_the_other_takes(name: str, kind: str, message: Message, number: int) -> None:
    codec, ours = Codec(DIALECTS[name]), macs(evolve(AGREED, mac_kind=kind))
    body = ours.sealed(codec, message)
    came = codec.decode(body)
    assert set(came.elements) == {*message.elements, number}
    assert ours.check(codec, came, body) == message
    with pytest.raises(MacError, match=f"^DE {number}: found another MAC"):
        macs(evolve(AGREED, mac_kind=kind), "acquirer").check(codec, came, body)


def test_x9_19_and_cmac_over_the_bytes_before_the_mac() -> None:
    codec = Codec(DIALECTS["ascii"])
    body = macs().sealed(codec, PURCHASE)
    plain = codec.encode(Message("0100", {**PURCHASE.elements, 64: "00" * 8}))
    assert body[:-8] == plain[:-8]
    assert body[-8:] == KEYS.mac("atlas.mac", plain[:-8], method="retail")
    again = macs(evolve(AGREED, mac_kind="cmac")).sealed(codec, PURCHASE)
    assert again[-8:] == KEYS.mac("atlas.mac-aes", plain[:-8], method="cmac")


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_makes_it_wrong(place: int, mask: int) -> None:
    codec, ours = Codec(DIALECTS["ascii"]), macs()
    body = bytearray(ours.sealed(codec, PURCHASE))
    body[place % len(body)] ^= mask
    try:
        came = codec.decode(bytes(body))
    except MessageError:
        return
    with pytest.raises(MacError):
        ours.check(codec, came, bytes(body))


def test_what_is_missing_or_out_of_place() -> None:
    codec = Codec(DIALECTS["ascii"])
    body = codec.encode(PURCHASE)
    with pytest.raises(MacError) as fault:
        macs().check(codec, PURCHASE, body)
    assert fault.value.missing
    assert macs(LineKeys(mac="verify")).check(codec, PURCHASE, body) == PURCHASE
    out = Message("0420", {**REVERSAL.elements, 64: "00" * 8})
    with pytest.raises(MacError, match="found elements behind it"):
        macs().check(codec, out, codec.encode(out))


def test_keys_that_are_not_to_be_had() -> None:
    with pytest.raises(CardSecurityError, match=r"found no 'atlas\.none'"):
        macs(evolve(AGREED, mac_key="atlas.none"))
    with pytest.raises(CardSecurityError, match="expected Triple DES for a retail MAC"):
        macs(evolve(AGREED, mac_key="atlas.mac-aes"))
    with pytest.raises(CardSecurityError, match="expected a mac"):
        macs(evolve(AGREED, mac_key="atlas.zpk"))


def test_none_is_none_and_names_of_keys() -> None:
    assert LineMacs.of(LineKeys(), KEYS, "atlas") is None
    assert mac_key_of(LineKeys(mac_kind="cmac"), "atlas") == "atlas.mac-aes"
    assert mac_key_of(LineKeys(mac_key="zone.one"), "atlas") == "zone.one"


def test_an_answer_has_one_where_its_request_had() -> None:
    with_mac = Message("0100", {**PURCHASE.elements, 64: "00" * 8})
    assert [macs(LineKeys(mac="verify")).wanted(each) for each in (None, PURCHASE, with_mac)] == [True, False, True]
    assert macs(LineKeys(mac="verify")).wanted(Message("0400", {**REVERSAL.elements, 128: "00" * 8}))
    assert macs().wanted(PURCHASE)


def test_a_wrong_one_on_purpose() -> None:
    codec = Codec(DIALECTS["ascii"])
    body = LineMacs(KEYS, "atlas.mac", "x9.19", required=False, wrong=True).sealed(codec, PURCHASE)
    with pytest.raises(MacError):
        macs().check(codec, codec.decode(body), body)


@pytest.mark.parametrize(
    ("message", "old", "number"), [(PURCHASE, 64, 64), (PURCHASE, 128, 64), (REVERSAL, 64, 128), (REVERSAL, 128, 128)]
)
def test_a_mac_that_a_message_came_with_is_left_out_before_its_own_is_made(message: Message, old: int, number: int) -> None:
    codec = Codec(DIALECTS["ascii"])
    came = Message(message.mti, dict(sorted({**message.elements, old: "AB" * 8}.items())))
    assert macs().sealed(codec, came) == macs().sealed(codec, message)
    assert codec.decode(macs().sealed(codec, came)).elements.keys() == {*message.elements, number}


def test_an_answer_has_a_mac_where_its_request_had_one_or_all_must() -> None:
    sealed = {number: Message("0100", {**PURCHASE.elements, number: "00" * 8}) for number in (64, 128)}
    verifying, requiring = macs(LineKeys(mac="verify")), macs()
    assert [verifying.wanted(each) for each in (None, PURCHASE, sealed[64], sealed[128])] == [True, False, True, True]
    assert [requiring.wanted(each) for each in (None, PURCHASE, sealed[64], sealed[128])] == [True] * 4


def test_a_mac_in_both_places_is_that_of_the_last() -> None:
    codec = Codec(DIALECTS["ascii"])
    body = macs().sealed(codec, REVERSAL)
    assert macs().check(codec, codec.decode(body), body) == REVERSAL
    both = Message("0420", {**REVERSAL.elements, 64: "00" * 8, 128: "00" * 8})
    with pytest.raises(MacError, match="DE 128: found another MAC"):
        macs().check(codec, both, codec.encode(Message("0420", dict(sorted(both.elements.items())))))
