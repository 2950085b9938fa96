"""Prepared ciphers: what they refuse, that they tell nothing, and that use leaves no trace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card_security.ciphers import Aes, TripleDes, odd_parity, xor
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, aes_keys, double_keys

blocks = st.integers(1, 6).flatmap(lambda count: st.binary(min_size=16 * count, max_size=16 * count))


@given(double_keys, blocks, blocks)
def test_a_cipher_remembers_nothing_of_what_it_enciphered(key: bytes, first: bytes, second: bytes) -> None:
    used = TripleDes(key)
    for one in (first, second, first):
        fresh = TripleDes(key)
        assert used.encrypt(one) == fresh.encrypt(one)
        assert used.decrypt(one) == fresh.decrypt(one)
        assert used.algorithm_3(one) == fresh.algorithm_3(one)
        assert used.cmac(one) == fresh.cmac(one)


@given(double_keys, blocks)
def test_triple_des_opens_what_it_sealed(key: bytes, data: bytes) -> None:
    cipher = TripleDes(key)
    assert cipher.decrypt(cipher.encrypt(data)) == data
    assert cipher.decrypt_cbc(cipher.encrypt_cbc(data)) == data


@given(aes_keys, blocks)
def test_aes_opens_what_it_sealed(key: bytes, data: bytes) -> None:
    cipher = Aes(key)
    assert cipher.decrypt(cipher.encrypt(data)) == data
    assert cipher.decrypt_cbc(cipher.encrypt_cbc(data)) == data


@given(double_keys)
def test_parity_changes_no_cipher(key: bytes) -> None:
    adjusted = odd_parity(key)
    assert all(byte.bit_count() % 2 for byte in adjusted)
    assert TripleDes(adjusted).encrypt(bytes(8)) == TripleDes(key).encrypt(bytes(8))


@pytest.mark.parametrize("size", [0, 7, 8, 15, 17, 32])
def test_keys_of_other_lengths(size: int) -> None:
    with pytest.raises(CardSecurityError, match=rf"^CVK: found {size} bytes, expected a Triple DES key of 16 or 24 bytes$"):
        TripleDes(bytes(size), "CVK")
    if size != 32:
        with pytest.raises(CardSecurityError, match="expected an AES key of 16, 24 or 32 bytes"):
            Aes(bytes(size))


def test_keys_are_not_shown() -> None:
    for cipher in (TripleDes(DOUBLE), Aes(DOUBLE)):
        assert "01" not in repr(cipher)
        assert DOUBLE not in [getattr(cipher, name) for name in vars(cipher)]


def test_xor() -> None:
    assert xor(b"", b"") == b""
    assert xor(bytes(8), b"12345678") == b"12345678"
