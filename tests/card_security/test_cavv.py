"""The CAVV of tests: it holds for its card and its data, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card import Pan
from switch.card_security.cavv import CAVV_BYTES, CavvParts, cavv_matches, cavv_parts, make_cavv
from switch.card_security.ciphers import TripleDes
from switch.card_security.verification_values import cvv
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, pans

KEY, CARD = TripleDes(DOUBLE), Pan("4123456789012345")
PARTS = CavvParts("0", "01", "8701", bytes(range(8)))
parts = st.builds(
    CavvParts,
    st.from_regex(r"[0-9]", fullmatch=True),
    st.from_regex(r"[0-9]{2}", fullmatch=True),
    st.from_regex(r"[0-9]{4}", fullmatch=True),
    st.binary(min_size=8, max_size=8),
)


@given(pans, parts)
def test_it_says_what_it_was_made_of_and_matches(pan: Pan, made_of: CavvParts) -> None:
    cavv = make_cavv(KEY, pan, made_of)
    assert len(cavv) == CAVV_BYTES
    assert cavv_parts(cavv) == made_of
    assert cavv_matches(KEY, pan, cavv)


def test_its_digits_are_those_of_a_cvv() -> None:
    cavv = make_cavv(KEY, CARD, PARTS)
    assert cavv[3:5].hex() == "0" + cvv(KEY, CARD, "8701", "001")


def test_of_another_card_or_key_or_changed() -> None:
    cavv = make_cavv(KEY, CARD, PARTS)
    assert not cavv_matches(KEY, Pan("4123456789012352"), cavv)
    assert not cavv_matches(TripleDes(bytes(16)), CARD, cavv)
    assert not cavv_matches(KEY, CARD, cavv[:5] + b"\x88" + cavv[6:])
    assert not cavv_matches(KEY, CARD, cavv[:-1] + b"\1")
    for nothing in (b"", bytes(19), b"\xff" * 20):
        assert not cavv_matches(KEY, CARD, nothing)


def test_what_is_refused() -> None:
    with pytest.raises(CardSecurityError, match=r"^CAVV number: found 3 characters, expected four digits$"):
        make_cavv(KEY, CARD, PARTS._replace(number="123"))
    with pytest.raises(CardSecurityError, match=r"^CAVV transaction: found 0 bytes, expected 8 bytes$"):
        make_cavv(KEY, CARD, PARTS._replace(transaction=b""))
    with pytest.raises(CardSecurityError, match=r"^CAVV: found 3 bytes, expected 20 bytes$"):
        cavv_parts(b"abc")
