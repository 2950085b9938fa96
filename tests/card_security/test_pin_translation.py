"""A PIN block from zone to zone: any format to any, the same PIN, and no block that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card import Pan
from switch.card_security.ciphers import Aes, TripleDes
from switch.card_security.pin_blocks import PIN_BLOCK_FORMATS, PinBlockFormat, opened_pin, sealed_pin
from switch.card_security.pin_translation import PinZone, translated
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, double_keys, fills, pans, pins

FORMATS = st.sampled_from(PIN_BLOCK_FORMATS)


def zone(kind: PinBlockFormat, key: bytes) -> PinZone:
    return PinZone(kind, Aes(key) if kind == 4 else TripleDes(key))


@given(FORMATS, FORMATS, double_keys, double_keys, pins, pans, fills)
def test_the_pin_arrives(
    kind: PinBlockFormat, other: PinBlockFormat, key: bytes, next_key: bytes, pin: str, pan: Pan, fill: bytes
) -> None:
    origin, destination = zone(kind, key), zone(other, next_key)
    block = sealed_pin(kind, origin.key, pin, pan, fill)
    arrived = translated(block, pan, origin, destination, fill)
    assert opened_pin(other, destination.key, arrived, pan) == pin


def test_a_block_that_is_none_is_not_sent_on() -> None:
    with pytest.raises(CardSecurityError, match=r"^PIN block: found "):
        translated(b"\1" * 8, Pan("4123456789012345"), zone(0, DOUBLE), zone(0, bytes(16)))


def test_a_zone_does_not_show_its_key() -> None:
    assert repr(zone(0, DOUBLE)) == "PinZone(kind=0)"
