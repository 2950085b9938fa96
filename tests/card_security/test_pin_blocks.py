"""PIN blocks: published ones, the same as cardutil's and psec's, and back again."""

from __future__ import annotations

import psec
import pytest
from cardutil.pinblock import Iso0PinBlock
from hypothesis import given
from hypothesis import strategies as st

from switch.card import Pan
from switch.card_security.ciphers import Aes, BlockCipher, TripleDes
from switch.card_security.pin_blocks import (
    PIN_BLOCK_FORMATS,
    PinBlockFormat,
    block_bytes,
    chip_block,
    clear_block,
    clear_pin,
    opened_pin,
    pan_field,
    pin_field,
    sealed_pin,
)
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, ORACLES_WARN, fills, pans, pins

CARD = Pan("5555555551234567")
FILL = bytes(range(10))
FORMATS = st.sampled_from(PIN_BLOCK_FORMATS)


def key_for(kind: PinBlockFormat, key: bytes = DOUBLE) -> BlockCipher:
    return Aes(key) if kind == 4 else TripleDes(key)


def test_published_blocks() -> None:
    assert clear_block(0, "1234", CARD).hex().upper() == "041261AAAAEDCBA9"
    assert clear_block(0, "1234", Pan("4441234567890123")).hex().upper() == "041226CBA9876FED"
    assert clear_block(0, "1234", Pan("4012345678909")).hex().upper() == "041274EDCBA9876F"
    assert clear_block(3, "1234", CARD, FILL).hex().upper().startswith("341261")
    assert chip_block("1234").hex().upper() == "241234FFFFFFFFFF"
    assert pin_field(4, "1234", FILL)[:8].hex().upper() == "441234AAAAAAAAAA"
    assert pan_field(4, Pan("112233445566778899")).hex() == "61122334455667788990000000000000"


@ORACLES_WARN
@given(pins, pans, fills)
def test_cardutil_and_psec_agree(pin: str, pan: Pan, fill: bytes) -> None:
    assert chip_block(pin) == psec.pinblock.encode_pinblock_iso_2(pin)
    assert clear_block(0, pin, pan) == psec.pinblock.encode_pinblock_iso_0(pin, pan.digits)
    assert psec.pinblock.decode_pinblock_iso_3(clear_block(3, pin, pan, fill), pan.digits) == pin
    assert clear_pin(3, psec.pinblock.encode_pinblock_iso_3(pin, pan.digits), pan) == pin
    assert psec.pinblock.decipher_pinblock_iso_4(DOUBLE, sealed_pin(4, Aes(DOUBLE), pin, pan, fill), pan.digits) == pin
    assert opened_pin(4, Aes(DOUBLE), psec.pinblock.encipher_pinblock_iso_4(DOUBLE, pin, pan.digits), pan) == pin
    if len(pin) < 10:  # cardutil writes a length of ten as two decimal digits
        assert clear_block(0, pin, pan) == Iso0PinBlock(pin=pin, card_number=pan.digits).to_bytes()


@given(FORMATS, pins, pans, fills)
def test_there_and_back(kind: PinBlockFormat, pin: str, pan: Pan, fill: bytes) -> None:
    key = key_for(kind)
    block = sealed_pin(kind, key, pin, pan, fill)
    assert len(block) == block_bytes(kind)
    assert opened_pin(kind, key, block, pan) == pin


@given(FORMATS, pins, pans, fills, st.data())
def test_a_flipped_bit_does_not_pass_for_the_pin(
    kind: PinBlockFormat, pin: str, pan: Pan, fill: bytes, data: st.DataObject
) -> None:
    key = key_for(kind)
    block = bytearray(sealed_pin(kind, key, pin, pan, fill))
    bit = data.draw(st.integers(0, 8 * len(block) - 1))
    block[bit // 8] ^= 1 << (bit % 8)
    try:
        read = opened_pin(kind, key, bytes(block), pan)
    except CardSecurityError as error:
        read = str(error)
    assert pin not in read or (len(read) > len(pin) and read.isdigit())


@given(fills, fills)
def test_format_3_is_filled_by_chance(one: bytes, other: bytes) -> None:
    same_letters = all(first % 6 == second % 6 for first, second in zip(one, other, strict=True))
    assert (clear_block(3, "1234", CARD, one) == clear_block(3, "1234", CARD, other)) == same_letters


@pytest.mark.parametrize("kind", PIN_BLOCK_FORMATS)
@pytest.mark.parametrize("pin", ["", "123", "1" * 13, "12a4", "१२३४"])
def test_no_pins(kind: PinBlockFormat, pin: str) -> None:
    with pytest.raises(CardSecurityError, match=rf"^PIN: found {len(pin)} characters, expected 4 to 12 digits$"):
        sealed_pin(kind, key_for(kind), pin, CARD, FILL)


def refusal(kind: PinBlockFormat, block: bytes) -> str:
    with pytest.raises(CardSecurityError) as error:
        opened_pin(kind, key_for(kind), block, CARD)
    return str(error.value)


def test_blocks_that_are_none() -> None:
    assert refusal(0, b"1234") == "PIN block: found 4 bytes, expected 8 bytes of format 0"
    assert refusal(4, bytes(8)) == "PIN block: found 8 bytes, expected 16 bytes of format 4"
    seal, blind = TripleDes(DOUBLE).encrypt, clear_block(0, "0000", Pan("0" * 16))
    assert len(blind) == 8
    as_field = pan_field(0, CARD)

    def block_of(field: str) -> bytes:
        return seal(bytes(one ^ other for one, other in zip(bytes.fromhex(field), as_field, strict=True)))

    assert refusal(0, block_of("341234FFFFFFFFFF")).startswith("PIN block: found another format, key or card number")
    assert refusal(0, block_of("031234FFFFFFFFFF")) == "PIN block: found a length that no PIN has, expected 4 to 12 digits"
    assert refusal(0, block_of("041A34FFFFFFFFFF")).startswith("PIN block: found other than digits and their fill")
    assert refusal(0, block_of("041234FFFFFFFFF0")).startswith("PIN block: found other than digits and their fill")


def test_each_format_has_its_cipher() -> None:
    with pytest.raises(CardSecurityError, match=r"^PIN key: found Triple DES, expected AES for format 4$"):
        sealed_pin(4, TripleDes(DOUBLE), "1234", CARD, FILL)
    with pytest.raises(CardSecurityError, match=r"^PIN key: found AES, expected Triple DES for format 0$"):
        opened_pin(0, Aes(DOUBLE), bytes(8), CARD)


def test_chance_is_asked_for() -> None:
    with pytest.raises(CardSecurityError, match=r"^fill of a PIN block: found 3 bytes, expected 10 bytes of chance$"):
        sealed_pin(3, TripleDes(DOUBLE), "1234", CARD, b"abc")


def test_what_is_no_card_number() -> None:
    with pytest.raises(CardSecurityError, match=r"^card number: found 20 characters, expected at most 19 digits$"):
        sealed_pin(0, TripleDes(DOUBLE), "1234", Pan("1" * 20))
