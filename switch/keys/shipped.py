"""The test keys that come with Switch: computed from a published seed, so that a stranger comes to the same CVV2.

The key NAME is the first 16 bytes (32 of an AES key) of the SHA-256 of the text ``switch test keys 1:NAME``; the parity of a
Triple DES key is set then, which changes no cipher. In a shell:
``printf 'switch test keys 1:atlas.cvk' | sha256sum | cut -c 1-32``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Final

from switch.card_security.ciphers import odd_parity
from switch.card_security.key_blocks import Algorithm
from switch.keys.key import TEST_KEY, KeptKey, KeyUse

TEST_SEED: Final = "switch test keys 1"  #: published; another number is another set of keys
ACQUIRERS: Final = "acquirer"  #: the owner of the zone between a gateway and Switch
#: Name behind the owner -> use and algorithm.
ISSUER_KEYS: Final[dict[str, tuple[KeyUse, Algorithm]]] = {
    "cvk": ("cvk", "T"),
    "cavk": ("cavk", "T"),
    "pvk": ("pvk", "T"),
    "imk-ac": ("imk-ac", "T"),
    "zpk": ("zpk", "T"),
    "zpk-aes": ("zpk", "A"),
    "mac": ("mac", "T"),
    "mac-aes": ("mac", "A"),
    "zmk": ("zmk", "T"),
    "zmk-aes": ("zmk", "A"),
}
ACQUIRER_KEYS: Final[dict[str, tuple[KeyUse, Algorithm]]] = {
    **{name: what for name, what in ISSUER_KEYS.items() if what[0] in ("zpk", "mac", "zmk")},
    "bdk": ("bdk", "T"),
}
_BYTES: Final = {"T": 16, "A": 32}


def secret_of(key_id: str, algorithm: Algorithm) -> bytes:
    """The bytes of a test key.

    >>> secret_of("atlas.cvk", "T").hex()
    '4f8c463838e615f18fb9b34c6b2f7a34'
    """
    digest = hashlib.sha256(f"{TEST_SEED}:{key_id}".encode()).digest()[: _BYTES[algorithm]]
    return odd_parity(digest) if algorithm == "T" else digest


def shipped_keys(issuers: Iterable[str]) -> tuple[KeptKey, ...]:
    """The test keys of these issuers, and of the zone of acquirers."""
    return tuple(chain(*map(_keys_of_issuer, issuers), _keys_of_acquirers()))


@cache
def _keys_of_issuer(issuer: str) -> tuple[KeptKey, ...]:
    return tuple(_keys_of(issuer, ISSUER_KEYS))


@cache
def _keys_of_acquirers() -> tuple[KeptKey, ...]:
    return tuple(_keys_of(ACQUIRERS, ACQUIRER_KEYS))


def _keys_of(owner: str, names: dict[str, tuple[KeyUse, Algorithm]]) -> Iterator[KeptKey]:
    for name, (use, algorithm) in names.items():
        key_id = f"{owner}.{name}"
        yield KeptKey.of(key_id, use, algorithm, secret_of(key_id, algorithm), TEST_KEY)
