"""MACs: published ones, the same as psec's and openssl's, and one flipped bit."""

from __future__ import annotations

import shutil
import subprocess

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.card_security.ciphers import Aes, BlockCipher, TripleDes
from switch.card_security.mac import MAC_METHODS, MacMethod, PaddingMethod, cmac, mac_matches, mac_of, padded, retail_mac
from switch.errors import CardSecurityError
from tests.support.card_keys import DOUBLE, ORACLES_WARN, aes_keys, double_keys

PADDINGS: tuple[PaddingMethod, ...] = (1, 2, 3)
DATA = st.binary(max_size=80)
KEYS: dict[MacMethod, BlockCipher] = {"retail": TripleDes(DOUBLE), "cmac": Aes(DOUBLE)}


def test_published_retail_macs() -> None:
    key = TripleDes(b"AAAAAAAABBBBBBBB")
    assert [retail_mac(key, b"hello world", method).hex().upper() for method in PADDINGS] == [
        "3DDE5C5511661CBF",
        "E16941032C3BC7D4",
        "BA90F750EF43F668",
    ]
    x9_19 = TripleDes(DOUBLE)
    assert retail_mac(x9_19, b"Now is the time for all ").hex().upper() == "A1C72E74EA3FA9B6"


def test_published_cmacs() -> None:
    """RFC 4493, section 4; NIST SP 800-38B, annex D.4."""
    key = Aes(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
    message = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411")
    assert cmac(key, b"", 16).hex() == "bb1d6929e95937287fa37d129b756746"
    assert cmac(key, message[:16], 16).hex() == "070a16b46b4d4144f79bdd9dd04a287c"
    assert cmac(key, message, 16).hex() == "dfa66747de9ae63030ca32611497c827"
    triple = TripleDes(bytes.fromhex("8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5"))
    assert cmac(triple, b"").hex() == "b7a688e122ffaf95"
    assert cmac(triple, message[:8]).hex() == "8e8f293136283797"


@ORACLES_WARN
@given(double_keys, DATA, st.sampled_from(PADDINGS))
def test_psec_agrees(key: bytes, data: bytes, method: PaddingMethod) -> None:
    oracle = psec.mac.generate_retail_mac(key[:8], key[8:], data, method)
    assert retail_mac(TripleDes(key), data, method) == oracle


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
@settings(max_examples=10, deadline=None)
@given(aes_keys, double_keys, DATA)
def test_openssl_agrees(key: bytes, double: bytes, data: bytes) -> None:
    def openssl(cipher: str, used: bytes) -> str:
        options = ("-cipher", cipher, "-macopt", f"hexkey:{used.hex()}", "-in", "-")
        done = subprocess.run(["openssl", "mac", *options, "CMAC"], input=data, capture_output=True, check=True)
        return done.stdout.decode().strip().lower()

    assert cmac(Aes(key), data, 16).hex() == openssl(f"AES-{8 * len(key)}-CBC", key)
    assert cmac(TripleDes(double), data).hex() == openssl("DES-EDE3-CBC", double + double[:8])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
@settings(max_examples=5, deadline=None)
@given(double_keys, DATA)
def test_openssl_agrees_on_retail_macs(key: bytes, data: bytes) -> None:
    """Step by step: the blocks chained under the first half of the key, the last one deciphered and enciphered again."""

    def openssl(way: str, used: bytes, given_data: bytes) -> bytes:
        command = ["openssl", "enc", way, "-des-ede3-cbc", "-nopad", "-K", used.hex(), "-iv", "0" * 16]
        return subprocess.run(command, input=given_data, capture_output=True, check=True).stdout

    left, right = key[:8], key[8:]
    last = openssl("-e", left * 3, padded(data, 2))[-8:]
    assert retail_mac(TripleDes(key), data, 2) == openssl("-e", left * 3, openssl("-d", right * 3, last))


@given(st.sampled_from(MAC_METHODS), st.binary(min_size=1, max_size=64), st.data())
def test_a_flipped_bit_is_found(method: MacMethod, data: bytes, draw: st.DataObject) -> None:
    key = KEYS[method]
    mac = mac_of(method, key, data)
    assert mac_matches(method, key, data, mac)
    assert mac_matches(method, key, data, mac[:4])
    bit = draw.draw(st.integers(0, 8 * len(data) - 1))
    spoilt = bytearray(data)
    spoilt[bit // 8] ^= 1 << (bit % 8)
    assert not mac_matches(method, key, bytes(spoilt), mac)
    assert not mac_matches(method, key, data, bytes(8))


@pytest.mark.parametrize("method", MAC_METHODS)
@pytest.mark.parametrize("size", [0, 3, 17])
def test_lengths_that_are_no_macs(method: MacMethod, size: int) -> None:
    assert not mac_matches(method, KEYS[method], b"data", bytes(size))
    with pytest.raises(CardSecurityError, match=rf"^MAC: found a length of {size} bytes, expected 4 to "):
        mac_of(method, KEYS[method], b"data", size)


def test_a_retail_mac_takes_triple_des() -> None:
    with pytest.raises(CardSecurityError, match=r"^MAC key: found AES, expected Triple DES for a retail MAC$"):
        mac_of("retail", Aes(DOUBLE), b"data")


@given(DATA, st.sampled_from(PADDINGS))
def test_padding_makes_whole_blocks(data: bytes, method: PaddingMethod) -> None:
    whole = padded(data, method)
    assert whole
    assert len(whole) % 8 == 0
    assert data in whole
