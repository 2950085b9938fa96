"""CVV, CVV2, iCVV: published values, the same as psec's, and what is refused."""

from __future__ import annotations

import psec
import pyemv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card import Pan
from switch.card_security.ciphers import TripleDes
from switch.card_security.cryptograms import icc_master_key
from switch.card_security.verification_values import (
    VALUE_KINDS,
    ValueKind,
    csc,
    cvc3,
    cvv,
    cvv2,
    decimal,
    icvv,
    value_matches,
    value_of,
)
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, ORACLES_WARN, double_keys, expiries, pans, service_codes

KEY, CARD = TripleDes(DOUBLE), Pan("4123456789012345")


def test_published_values() -> None:
    assert cvv(KEY, CARD, "8701", "101") == "561"
    assert cvv2(KEY, CARD, "8701") == "636"
    assert icvv(KEY, CARD, "8701") == "651"
    other = TripleDes(bytes.fromhex("99999999999999998888888888888888"))
    assert cvv(other, Pan("2222222222222222"), "3333", "111") == "361"


@ORACLES_WARN
@given(double_keys, pans, expiries, service_codes)
def test_psec_agrees(key: bytes, pan: Pan, expiry: str, service_code: str) -> None:
    assert cvv(TripleDes(key), pan, expiry, service_code) == psec.cvv.generate_cvv(key, pan.digits, expiry, service_code)


def test_published_dynamic_values() -> None:
    pan = Pan("5123456789012345")
    key = TripleDes(icc_master_key(TripleDes(bytes.fromhex("01234567899876543210012345678998")), pan))
    atc, unpredictable = bytes.fromhex("005E"), bytes.fromhex("00000899")
    assert cvc3(key, bytes.fromhex("5123456789012345D35121010000000000000F"), atc, unpredictable) == 29488
    with pytest.raises(CardSecurityError, match=r"^ATC of a CVC3: found 3 bytes, expected 2 bytes$"):
        cvc3(key, b"", bytes(3), unpredictable)


@ORACLES_WARN
@given(double_keys, st.binary(max_size=80), st.binary(min_size=2, max_size=2), st.binary(min_size=4, max_size=4))
def test_pyemv_agrees_on_dynamic_values(key: bytes, track: bytes, atc: bytes, unpredictable: bytes) -> None:
    assert str(cvc3(TripleDes(key), track, atc, unpredictable)) == pyemv.cvv.generate_cvc3(key, track, atc, unpredictable)


def test_four_digits_begin_as_the_three_do() -> None:
    amex = Pan("374200000000004")
    assert csc(KEY, amex, "2912")[:3] == cvv2(KEY, amex, "2912")
    assert len(csc(KEY, amex, "2912")) == 4


@pytest.mark.parametrize("kind", VALUE_KINDS)
def test_a_value_matches_itself_alone(kind: ValueKind) -> None:
    value = value_of(kind, KEY, CARD, "8701", "101")
    assert value_matches(kind, KEY, CARD, "8701", value, "101")
    wrong = str((int(value) + 1) % 10 ** len(value)).zfill(len(value))
    for given_value in (wrong, "", value[:-1], value + "0", "abc", "é" * len(value)):
        assert not value_matches(kind, KEY, CARD, "8701", given_value, "101")


@pytest.mark.parametrize(
    ("pan", "expiry", "service_code", "sentence"),
    [
        ("4123456789012345", "871", "101", "expiry: found 3 characters, expected four digits, YYMM"),
        ("4123456789012345", "87x1", "101", "expiry: found 4 characters, expected four digits, YYMM"),
        ("4123456789012345", "8701", "", "service code: found 0 characters, expected three digits"),
        ("4" * 26, "8701", "101", "card number: found 26 characters, expected at most 19 digits"),
        ("412345678901234x", "8701", "101", "card number: found 16 characters, expected at most 19 digits"),
    ],
)
def test_what_is_refused_is_not_quoted(pan: str, expiry: str, service_code: str, sentence: str) -> None:
    with pytest.raises(CardSecurityError) as error:
        cvv(KEY, Pan(pan), expiry, service_code)
    assert str(error.value) == sentence


@given(st.binary(min_size=8, max_size=8))
def test_decimal_takes_digits_before_letters(block: bytes) -> None:
    text = block.hex()
    ours = [one for one in text if one.isdigit()] + [str(int(one, 16) - 10) for one in text if one.isalpha()]
    assert decimal(block, 4) == "".join(ours[:4])
