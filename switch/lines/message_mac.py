"""Message authentication codes of a line: the last element of a message, over all the bytes before it (DE 64, or DE 128).

ISO 8583 leaves it to the two parties what is authenticated. Here it is the message from its MTI to the byte before the MAC, as
it stands on the wire, without length header and TPDU.
"""

from __future__ import annotations

from typing import Final, Protocol

from switch.card_security.mac import MAC_BYTES, MacMethod
from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.message import Message
from switch.issuers.proofs.rules import LineKeys
from switch.keys.key_module import KeyModule
from switch.keys.zone_keys import ZoneKeys

MACS: Final = (64, 128)  #: the last element under one bitmap, and under two
_METHODS: Final[dict[str, MacMethod]] = {"x9.19": "retail", "cmac": "cmac"}
_NOTHING: Final = "0" * (2 * MAC_BYTES)


class MacError(Exception):
    """What is wrong with the MAC of a message; ``missing`` where there is none."""

    def __init__(self, what: str, *, missing: bool = False) -> None:
        self.missing = missing
        super().__init__(what)


class Macs(Protocol):
    """Makes and verifies the MACs of a line."""

    def sealed(self, codec: Codec, message: Message) -> bytes:
        """The bytes of a message with its MAC; MessageError where it cannot be said."""

    def check(self, codec: Codec, message: Message, body: bytes) -> Message:
        """A message that came, without its MAC; MacError where that is wrong, or is missing and must not."""

    def wanted(self, request: Message | None) -> bool:
        """Whether a message has to have one; ``request`` is what it answers, as it came."""


class LineMacs:
    """MACs under one key. ``wrong`` makes them wrong on purpose: a sender that tests what becomes of it.

    CardSecurityError where the key is not to be had, or not for this kind of MAC: better before the first message than at it.
    """

    def __init__(self, keys: KeyModule, key_id: str, kind: str, *, required: bool, wrong: bool = False) -> None:
        self._keys, self._key_id, self._method = keys, key_id, _METHODS[kind]
        self._required, self._wrong = required, wrong
        keys.mac(key_id, b"", method=self._method)

    @classmethod
    def of(cls, agreed: LineKeys, keys: KeyModule, owner: str) -> LineMacs | None:
        """As two parties agreed; None where they use none. ``owner`` names the test keys."""
        if agreed.mac == "none":
            return None
        return cls(keys, mac_key_of(agreed, owner), agreed.mac_kind, required=agreed.mac == "require")

    def sealed(self, codec: Codec, message: Message) -> bytes:
        elements = message.elements
        if not elements.keys().isdisjoint(MACS):
            elements = {number: value for number, value in elements.items() if number not in MACS}
        number = MACS[max(elements, default=0) > MACS[0]]
        if codec.dialect.elements[number] is None:
            raise MessageError(number, None, "nothing", f"an element that dialect {codec.dialect.name} defines: the MAC")
        body = codec.encode(Message(message.mti, {**elements, number: _NOTHING}))
        width = _width(codec, number)
        mac = self._keys.mac(self._key_id, body[:-width], method=self._method)
        if self._wrong:
            mac = bytes(byte ^ 0xFF for byte in mac)
        if width == MAC_BYTES:  # as raw bytes
            return body[:-width] + mac
        whole = codec.encode(Message(message.mti, {**elements, number: mac.hex().upper()}))
        assert whole[:-width] == body[:-width], "the MAC stands last, whatever it is"
        return whole

    def wanted(self, request: Message | None) -> bool:
        """An answer has one where its request had one, or all messages must."""
        return self._required or request is None or not request.elements.keys().isdisjoint(MACS)

    def check(self, codec: Codec, message: Message, body: bytes) -> Message:
        number = next((each for each in reversed(MACS) if each in message.elements), None)
        if number is None:
            if self._required:
                raise MacError("found no MAC, expected one in DE 64 or DE 128", missing=True)
            return message
        if max(message.elements) != number:
            raise MacError(f"DE {number}: found elements behind it, expected the MAC to be the last")
        mac, covered = bytes.fromhex(message.elements[number]), body[: -_width(codec, number)]
        if not self._keys.verify_mac(self._key_id, covered, mac, method=self._method):
            raise MacError(f"DE {number}: found another MAC, expected that of the bytes before it under {self._key_id}")
        return Message(message.mti, {each: value for each, value in message.elements.items() if each not in MACS})


def _width(codec: Codec, number: int) -> int:
    """The bytes of the MAC itself on the wire."""
    return 2 * MAC_BYTES if codec.dialect.element(number).encoding == "hex" else MAC_BYTES


def zone_keys(agreed: LineKeys, keys: KeyModule, owner: str) -> ZoneKeys:
    """The keys that two parties exchange, as they agreed; ``owner`` names the test keys."""
    pin_key, zone_key = agreed.pin_key or f"{owner}.zpk", agreed.zone_key or f"{owner}.zmk"
    return ZoneKeys(keys, pin_key=pin_key, mac_key=mac_key_of(agreed, owner), zone_key=zone_key)


def mac_key_of(agreed: LineKeys, owner: str) -> str:
    """The name of the MAC key: the one agreed on, else the test key of the owner."""
    return agreed.mac_key or f"{owner}.mac{'-aes' if agreed.mac_kind == 'cmac' else ''}"
