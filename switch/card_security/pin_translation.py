"""A PIN block on its way through a switch: opened under the key of one zone, sealed under that of the next."""

from __future__ import annotations

from attrs import field

from switch.card import Pan
from switch.card_security.ciphers import BlockCipher
from switch.card_security.pin_blocks import PinBlockFormat, opened_pin, sealed_pin
from switch.record import frozen


@frozen
class PinZone:
    """How PIN blocks travel between two parties: their format (ISO 9564-1), and the zone PIN key."""

    kind: PinBlockFormat
    key: BlockCipher = field(repr=False)


def translated(block: bytes, pan: Pan, origin: PinZone, destination: PinZone, fill: bytes = b"") -> bytes:
    """The PIN block of one zone as the next zone has it (ISO 9564-1). Any format may become any other.

    ``fill`` is chance (``pin_blocks.FILL_BYTES``) for a destination of format 3 or 4. CardSecurityError where the block is no
    PIN under the key of its zone: such a block is not sent on.
    """
    pin = opened_pin(origin.kind, origin.key, block, pan)
    return sealed_pin(destination.kind, destination.key, pin, pan, fill)
