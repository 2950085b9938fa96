"""PVV and IBM 3624: published values, the same as psec's and cardutil's, and a PIN that is another's."""

from __future__ import annotations

import psec
import pytest
from cardutil.pinblock import Iso0TDESPinBlockWithVisaPVV
from hypothesis import given
from hypothesis import strategies as st

from switch.card import Pan
from switch.card_security.ciphers import TripleDes
from switch.card_security.pin_verification import natural_pin, offset_matches, pin_offset, pvv, pvv_matches, validation_data
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, ORACLES_WARN, double_keys, pans, pins

KEY, CARD = TripleDes(bytes.fromhex("5CA64B3C22BEC347CA7E6609904BAAED")), Pan("4564320000980369")
TABLES = st.from_regex(r"[0-9]{16}", fullmatch=True)


def test_published_values() -> None:
    assert pvv(KEY, CARD, "1", "2205") == "3856"
    assert pvv(KEY, CARD, "1", "0654") == "0885"
    assert pvv(TripleDes(DOUBLE), Pan("1122334455667788"), "3", "4524") == "4021"


@ORACLES_WARN
@given(double_keys, pans, st.sampled_from("123456"), st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_psec_and_cardutil_agree_on_pvvs(key: bytes, pan: Pan, index: str, pin: str) -> None:
    ours = pvv(TripleDes(key), pan, index, pin)
    assert ours == psec.pin.generate_visa_pvv(key, index, pin, pan.digits)
    block = Iso0TDESPinBlockWithVisaPVV(pin=pin, card_number=pan.digits)
    assert ours == block.to_pvv(pvv_key=key.hex(), key_index=int(index))


@ORACLES_WARN
@given(double_keys, pans, pins, TABLES, st.integers(0, 3), st.integers(1, 10), st.sampled_from("0F"))
def test_psec_agrees_on_offsets(key: bytes, pan: Pan, pin: str, table: str, start: int, length: int, pad: str) -> None:
    data = validation_data(pan, start, length, pad)
    offset = pin_offset(TripleDes(key), data, pin, table)
    assert offset == psec.pin.generate_ibm3624_offset(key, table, pin, pan.digits, start, length, pad)
    natural = psec.pin.generate_ibm3624_pin(key, table, "0" * len(pin), pan.digits, start, length, pad)
    assert natural_pin(TripleDes(key), data, len(pin), table) == natural
    assert offset_matches(TripleDes(key), data, pin, offset, table)


def test_another_pin_does_not_match() -> None:
    data = validation_data(CARD)
    offset = pin_offset(KEY, data, "2205")
    assert offset_matches(KEY, data, "2205", offset)
    assert offset_matches(KEY, data, "220599", pin_offset(KEY, data, "220599")[:4]), "the first digits count"
    assert not offset_matches(KEY, data, "2206", offset)
    assert not offset_matches(KEY, data, "2205", "")
    assert not offset_matches(KEY, data, "2205", offset[:3])
    assert not offset_matches(KEY, data, "2205", offset + "0")
    assert pvv_matches(KEY, CARD, "1", "2205", "3856")
    assert not pvv_matches(KEY, CARD, "1", "2206", "3856")
    assert not pvv_matches(KEY, CARD, "2", "2205", "3856")


def test_what_is_refused() -> None:
    with pytest.raises(CardSecurityError, match=r"^key index of a PVV: found 2 characters, expected one digit$"):
        pvv(KEY, CARD, "11", "2205")
    with pytest.raises(CardSecurityError, match=r"^card number: found 11 characters, expected 12 to 19 digits$"):
        pvv(KEY, Pan("1" * 11), "1", "2205")
    with pytest.raises(CardSecurityError, match=r"^PIN: found 3 characters"):
        pvv(KEY, CARD, "1", "220")
    with pytest.raises(CardSecurityError, match=r"^validation data: found 17 digits from 0"):
        validation_data(CARD, 0, 17)
    with pytest.raises(CardSecurityError, match=r"^validation data: found 2 characters"):
        natural_pin(KEY, "12", 4)
    with pytest.raises(CardSecurityError, match=r"^decimalization table: found 3 characters, expected 16 digits$"):
        natural_pin(KEY, "1" * 16, 4, "012")
