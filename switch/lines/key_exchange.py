"""Zone keys exchanged on a line by network management messages: taken from a peer, or offered to one.

A key stands in DE 48 in one of two ways: a TR-31 key block, behind which its check value may stand; or two or three parts of a
Triple DES key under the zone master key, as hexadecimal digits, and the check value behind them.
"""

from __future__ import annotations

import re
from typing import Final

from switch.card_security.key_blocks import header_of_block
from switch.errors import CardSecurityError
from switch.iso8583.mapping.session import KEY_ELEMENT, KEY_FUNCTION_NAMES, PIN_KEY_CHANGE
from switch.iso8583.message import Message
from switch.issuers.proofs.rules import LineKeys
from switch.keys.key import KeyRecord, KeyUse
from switch.keys.key_module import KeyModule
from switch.lines.message_mac import mac_key_of
from switch.transaction import APPROVED, FORMAT_ERROR, KEY_UNUSABLE

#: A key under a zone master key: some peers write U or X in front of one of two parts, T in front of one of three.
_SEALED: Final = re.compile(r"[UXT]?(?P<key>(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}))(?P<kcv>[0-9A-Fa-f]{6}|[0-9A-Fa-f]{4})")
_BLOCK: Final = re.compile(r"[ABCD](?P<length>[0-9]{4}).*", re.DOTALL)
_BLOCK_CHARACTERS_MIN: Final = 72  #: of version A with the shortest key; a key without a block has 55 at most
_AES_BLOCK: Final = "D"  #: the version under an AES zone master key


class ZoneKeys:
    """The keys that a line can exchange, by their names."""

    def __init__(self, keys: KeyModule, *, pin_key: str, mac_key: str, zone_key: str) -> None:
        self._keys, self._zone_key = keys, zone_key
        self._names: dict[KeyUse, str] = {"zpk": pin_key, "mac": mac_key}

    @classmethod
    def of(cls, agreed: LineKeys, keys: KeyModule, owner: str) -> ZoneKeys:
        """As two parties agreed; ``owner`` names the test keys."""
        pin_key, zone_key = agreed.pin_key or f"{owner}.zpk", agreed.zone_key or f"{owner}.zmk"
        return cls(keys, pin_key=pin_key, mac_key=mac_key_of(agreed, owner), zone_key=zone_key)

    def key_of(self, function: str) -> str:
        """The name of the key that a function of DE 70 exchanges."""
        return self._names["zpk" if KEY_FUNCTION_NAMES[function] == KEY_FUNCTION_NAMES[PIN_KEY_CHANGE] else "mac"]

    def take(self, function: str, request: Message) -> tuple[str, str]:
        """Take the key of a request and keep it: the response code, and in words what was done."""
        text = request.elements.get(KEY_ELEMENT, "").strip()
        if not text:
            return FORMAT_ERROR, f"found no DE {KEY_ELEMENT}, expected a key block, or a key and its check value"
        try:
            about = self._taken(function, text)
        except CardSecurityError as error:
            known = error.where == "key" or error.where.startswith("key")
            return KEY_UNUSABLE if known else FORMAT_ERROR, str(error)
        self._keys.keep(about.id)
        return APPROVED, f"new key {about.id}, KCV {about.kcv}"

    def _taken(self, function: str, text: str) -> KeyRecord:
        if len(text) >= _BLOCK_CHARACTERS_MIN and (found := _BLOCK.fullmatch(text)) is not None:
            length = int(found["length"])
            return self._taken_block(function, text[:length], text[length:])
        sealed = _SEALED.fullmatch(text)
        if sealed is None:
            expected = "a key block, or 32 or 48 hexadecimal digits of a key and 4 or 6 of its check value"
            raise CardSecurityError(f"DE {KEY_ELEMENT}", f"{len(text)} characters that are no key", expected)
        name = self.key_of(function)
        self._refuse_other_cipher(name, "T")
        key = bytes.fromhex(sealed["key"])
        return self._keys.take_sealed(self._zone_key, key, name, self._keys.key(name).use, kcv=sealed["kcv"])

    def _taken_block(self, function: str, block: str, kcv: str) -> KeyRecord:
        """The block says which key it is, whatever the function: 1993 has one function for all keys."""
        header = header_of_block(block)
        use: KeyUse = "mac" if header.usage.startswith("M") else "zpk"
        name = self._names[use] if function == PIN_KEY_CHANGE else self.key_of(function)
        self._refuse_other_cipher(name, header.algorithm)
        zone_key = self._zone_key + ("-aes" if header.version == _AES_BLOCK and not self._zone_key.endswith("-aes") else "")
        return self._keys.take_block(zone_key, block, name, self._keys.key(name).use, kcv=kcv)

    def _refuse_other_cipher(self, name: str, algorithm: str) -> None:
        """A line's MACs and PIN blocks are of one cipher: another key would be of no use to it."""
        record = self._keys.key(name)
        if record.algorithm != algorithm:
            raise CardSecurityError(f"key for {name}", f"algorithm {algorithm}", f"{record.algorithm}: {record.cipher}")

    def offer(self, function: str) -> str:
        """A new key for the peer, as DE 48 has it; it is good beside ours until the peer has said whether it takes it."""
        return self._keys.offer(self._zone_key, self.key_of(function))

    def answered(self, function: str, response_code: str | None) -> KeyRecord | None:
        """The peer has answered an offer: the key, where it is used from now on."""
        name = self.key_of(function)
        if response_code == APPROVED:
            return self._keys.settle(name)
        self._keys.withdraw(name)
        return None

    def lost(self) -> None:
        """The line is lost: what was offered on it is offered no more."""
        for name in self._names.values():
            self._keys.withdraw(name)
