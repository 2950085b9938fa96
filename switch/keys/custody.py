"""What a custodian does with keys: generate, take in, hand on. All of it ends in the keystore, or in a block for a partner."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from switch.card_security.ciphers import odd_parity
from switch.card_security.key_blocks import Algorithm, header_of_block, unwrapped
from switch.errors import CardSecurityError
from switch.keys.key import KEY_USES, KeptKey, KeyRecord, KeyUse, allows, use_of
from switch.keys.keystore import change_keys, kept_keys
from switch.keys.shipped import ACQUIRER_KEYS, ISSUER_KEYS, shipped_keys

GENERATED_BYTES: Final[dict[Algorithm, int]] = {"T": 16, "A": 32}
_HEXADECIMAL: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")


def usual(key_id: str) -> tuple[KeyUse, Algorithm] | None:
    """The use and the algorithm that the name of a key says, where it is a usual one.

    >>> usual("atlas.zpk-aes"), usual("atlas.secret")
    (('zpk', 'A'), None)
    """
    name = key_id.rpartition(".")[2]
    return ISSUER_KEYS.get(name) or ACQUIRER_KEYS.get(name)


def generate_key(
    data: Path,
    key_id: str,
    use: KeyUse,
    algorithm: Algorithm,
    *,
    label: str = "",
    replace: bool = False,
    chance: Callable[[int], bytes] = os.urandom,
) -> KeyRecord:
    """A new key of 16 bytes, or of 32 where it is an AES key, in the keystore of a data folder."""
    secret = chance(GENERATED_BYTES[algorithm])
    kept = KeptKey.of(key_id, use, algorithm, odd_parity(secret) if algorithm == "T" else secret, label)
    return _keep(data, kept, replace)


def import_block(
    data: Path, issuers: Iterable[str], zone_key_id: str, block: str, key_id: str, use: KeyUse | None, *, label: str = "",
    replace: bool = False,
) -> KeyRecord:  # fmt: skip
    """The key of a TR-31 block, in the keystore. Where no ``use`` is named, the block says it."""
    zone = _key_of(data, issuers, zone_key_id)
    if zone.about.use != "zmk":
        raise CardSecurityError(zone_key_id, f"a {zone.about.use}", f"a zmk: {KEY_USES['zmk']}")
    header = header_of_block(block)
    wanted = use or use_of(header.usage)
    if wanted is None or not allows(wanted, header.algorithm, header.usage):
        expected = f"a key of use {use}" if use else "a usage that is in docs/reference/keys.md"
        raise CardSecurityError("key block", f"usage {header.usage} ({header.algorithm})", expected)
    opened = unwrapped(zone.secret, block)
    return _keep(data, KeptKey.of(key_id, wanted, opened.header.algorithm, opened.key, label), replace)


def import_clear(
    data: Path, text: str, key_id: str, use: KeyUse, algorithm: Algorithm, *, label: str = "", replace: bool = False
) -> KeyRecord:
    """A key written in hexadecimal, blanks anywhere, in the keystore."""
    digits = "".join(text.split())
    if not _HEXADECIMAL.fullmatch(digits):
        raise CardSecurityError(f"clear key for {key_id}", f"{len(digits)} characters", "pairs of hexadecimal digits")
    return _keep(data, KeptKey.of(key_id, use, algorithm, bytes.fromhex(digits), label), replace)


def clear_test_key(data: Path, issuers: Iterable[str], key_id: str) -> str:
    """A test key in hexadecimal. CardSecurityError for any other: it leaves in a key block alone."""
    kept = _key_of(data, issuers, key_id)
    if not kept.about.is_test_key:
        raise CardSecurityError(key_id, "a key that is no test key", "one labelled TEST KEY, or a key block under a zone key")
    return kept.secret.hex().upper()


def _key_of(data: Path, issuers: Iterable[str], key_id: str) -> KeptKey:
    keys = {key.about.id: key for key in shipped_keys(issuers)} | kept_keys(data)
    if key_id not in keys:
        raise CardSecurityError("key", f"no {key_id!r}", "a key that `switch keys list` names")
    return keys[key_id]


def _keep(data: Path, kept: KeptKey, replace: bool) -> KeyRecord:
    def change(keys: dict[str, KeptKey]) -> None:
        if kept.about.id in keys and not replace:
            raise CardSecurityError(kept.about.id, "a key of this name in the keystore", "a new name, or --replace")
        keys[kept.about.id] = kept

    change_keys(data, change)
    return kept.about
