"""DUKPT: the keys and the PIN block of X9.24-1:2009, and that no two transactions share a key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card import Pan
from switch.card_security.ciphers import TripleDes
from switch.card_security.dukpt import COUNTER_MAX, VARIANTS, DukptUse, counter_of, initial_key, session_key, transaction_key
from switch.card_security.mac import padded, retail_mac
from switch.card_security.pin_blocks import opened_pin, sealed_pin
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, double_keys

KSN = bytes.fromhex("FFFF9876543210E00001")
FIRST = bytes.fromhex("6AC292FAA1315B4D858AB3A3D7D5933A")
CARD = Pan("4012345678909")
MACS: tuple[DukptUse, ...] = ("mac", "mac_response")
DATA: tuple[DukptUse, ...] = ("data", "data_response")


def test_the_vectors_of_the_standard() -> None:
    assert initial_key(DOUBLE, KSN) == FIRST
    assert transaction_key(FIRST, KSN).hex().upper() == "042666B49184CFA368DE9628D0397BC9"
    block = sealed_pin(0, TripleDes(session_key(DOUBLE, KSN, "pin")), "1234", CARD)
    assert block.hex().upper() == "1B9C1845EB993A7A"


def test_macs_and_data_of_the_standard() -> None:
    """X9.24-1:2009, annex A.4: of the first transaction."""
    said = b"4012345678909D987"
    macs = {use: retail_mac(TripleDes(session_key(DOUBLE, KSN, use)), said).hex().upper() for use in MACS}
    assert macs == {"mac": "9CCC78173FC4FB64", "mac_response": "20364223C1FF00FA"}
    data = {use: TripleDes(session_key(DOUBLE, KSN, use)).encrypt_cbc(padded(said, 1)).hex().upper() for use in DATA}
    assert data == {
        "data": "FC0D53B7EA1FDA9EE68AAF2E70D9B9506229BE2AA993F04F",
        "data_response": "1FCC89AF66222F27B903898BB2BC8589CDBFDE5EC6AFCC25",
    }
    second = KSN[:-1] + b"\2"
    assert transaction_key(FIRST, second).hex().upper() == "C46551CEF9FD24B0AA9AD834130D3BC7"


#: X9.24-1:2009, annex A.4: the PIN block of PIN 1234 for one counter after another.
BLOCKS = {
    "FFFF9876543210E00002": "10A01C8D02C69107",
    "FFFF9876543210E00003": "18DC07B94797B466",
    "FFFF9876543210E00004": "0BC79509D5645DF7",
    "FFFF9876543210E00005": "5BC0AF22AD87B327",
}


@pytest.mark.parametrize(("ksn", "block"), BLOCKS.items())
def test_the_next_blocks_of_the_standard(ksn: str, block: str) -> None:
    key = TripleDes(session_key(DOUBLE, bytes.fromhex(ksn), "pin"))
    assert sealed_pin(0, key, "1234", CARD).hex().upper() == block
    assert opened_pin(0, key, bytes.fromhex(block), CARD) == "1234"


@given(double_keys, st.integers(1, COUNTER_MAX), st.integers(1, COUNTER_MAX))
def test_every_transaction_has_its_key(key: bytes, one: int, other: int) -> None:
    serial = int.from_bytes(KSN, "big") & ~COUNTER_MAX
    keys = [session_key(key, (serial | count).to_bytes(10, "big"), "pin") for count in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


def test_every_use_has_its_key() -> None:
    keys = {session_key(DOUBLE, KSN, use) for use in VARIANTS}
    assert len(keys) == len(VARIANTS) == 5


def test_what_is_refused() -> None:
    with pytest.raises(CardSecurityError, match=r"^KSN: found 8 bytes, expected 10 bytes$"):
        counter_of(bytes(8))
    with pytest.raises(CardSecurityError, match=r"^KSN: found a transaction counter of 0, expected 1 or more$"):
        session_key(DOUBLE, bytes.fromhex("FFFF9876543210E00000"), "mac")
    with pytest.raises(CardSecurityError, match=r"^BDK: found 24 bytes, expected 16 bytes$"):
        initial_key(bytes(24), KSN)
