"""The keys of a zone, exchanged: taken from a partner, or offered to one.

A key comes in one of two ways: as a TR-31 key block, behind which its check value may stand; or as two or three parts of a
Triple DES key under the zone master key, in hexadecimal digits, with the check value behind them.
"""

from __future__ import annotations

import re
from typing import Final

from switch.card_security.key_blocks import header_of_block
from switch.errors import CardSecurityError
from switch.keys.key import KeyRecord, KeyUse
from switch.keys.key_module import KeyModule

#: A key under a zone master key: some peers write U or X in front of one of two parts, T in front of one of three.
_SEALED: Final = re.compile(r"[UXT]?(?P<key>(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}))(?P<kcv>[0-9A-Fa-f]{6}|[0-9A-Fa-f]{4})")
_BLOCK: Final = re.compile(r"[ABCD](?P<length>[0-9]{4}).*", re.DOTALL)
_BLOCK_CHARACTERS_MIN: Final = 72  #: of version A with the shortest key; a key without a block has 55 at most
_AES_BLOCK: Final = "D"  #: the version under an AES zone master key


class ZoneKeys:
    """The PIN key and the MAC key that two parties share, by their names, and the zone master key others come under."""

    def __init__(self, keys: KeyModule, *, pin_key: str, mac_key: str, zone_key: str) -> None:
        self._keys, self._zone_key = keys, zone_key
        self._names: dict[KeyUse, str] = {"zpk": pin_key, "mac": mac_key}

    def name(self, use: KeyUse) -> str:
        """The name of the key of a use, zpk or mac."""
        return self._names[use]

    def take(self, use: KeyUse, text: str, *, block_says: bool = False) -> KeyRecord:
        """Take a key that a partner gives, and keep it; ``block_says``: a key block may also be for the other use.

        CardSecurityError where the text is no key, the key is another's, or its check value is.
        """
        if len(text) >= _BLOCK_CHARACTERS_MIN and (found := _BLOCK.fullmatch(text)) is not None:
            length = int(found["length"])
            about = self._taken_block(use, text[:length], text[length:], block_says=block_says)
        else:
            about = self._taken_sealed(use, text)
        self._keys.keep(about.id)
        return about

    def _taken_sealed(self, use: KeyUse, text: str) -> KeyRecord:
        sealed = _SEALED.fullmatch(text)
        if sealed is None:
            expected = "a key block, or 32 or 48 hexadecimal digits of a key and 4 or 6 of its check value"
            raise CardSecurityError("exchanged key", f"{len(text)} characters that are no key", expected)
        name = self._names[use]
        self._refuse_other_cipher(name, "T")
        return self._keys.take_sealed(self._zone_key, bytes.fromhex(sealed["key"]), name, use, kcv=sealed["kcv"])

    def _taken_block(self, use: KeyUse, block: str, kcv: str, *, block_says: bool) -> KeyRecord:
        header = header_of_block(block)
        if block_says and header.usage.startswith("M"):
            use = "mac"
        self._refuse_other_cipher(self._names[use], header.algorithm)
        zone_key = self._zone_key + ("-aes" if header.version == _AES_BLOCK and not self._zone_key.endswith("-aes") else "")
        return self._keys.take_block(zone_key, block, self._names[use], use, kcv=kcv)

    def _refuse_other_cipher(self, name: str, algorithm: str) -> None:
        """The MACs and PIN blocks of a line are of one cipher: another key would be of no use to it."""
        record = self._keys.key(name)
        if record.algorithm != algorithm:
            raise CardSecurityError(f"key for {name}", f"algorithm {algorithm}", f"{record.algorithm}: {record.cipher}")

    def offer(self, use: KeyUse) -> str:
        """A new key for the partner; it is good beside ours until the partner has said whether it takes it."""
        return self._keys.offer(self._zone_key, self._names[use])

    def taken(self, use: KeyUse) -> KeyRecord:
        """The partner has taken what was offered: it is used from now on."""
        return self._keys.settle(self._names[use])

    def withdraw(self, use: KeyUse) -> None:
        """The partner has not taken what was offered, or nobody knows."""
        self._keys.withdraw(self._names[use])
