"""PIN blocks on their way through the centre: from the zone of an acquirer to the zone of an issuer, inside the key module."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from switch.errors import CardSecurityError
from switch.iso8583.mapping.issuer import SealedPin
from switch.iso8583.mapping.pin_control import FIRST_KEY, PinControl
from switch.issuers.profile import Profile
from switch.keys.key_module import KeyModule, PinPlace
from switch.transaction import (
    CRYPTOGRAM_OR_VALUE_WRONG,
    FORMAT_ERROR,
    KEY_UNUSABLE,
    SECURITY_VIOLATION,
    SYSTEM_MALFUNCTION,
    Authorization,
)

ACQUIRERS_ZONE: Final = "acquirer.zpk"  #: the PIN key of a line whose listener names no other


def fault_code(error: CardSecurityError) -> str:
    """The response code that says what is wrong: a key nobody has, a PIN block or chip data that cannot be read, a tag that is
    missing; anything else is a mistake with the keys themselves."""
    if error.where == "key":
        return KEY_UNUSABLE
    if error.where == "PIN block":
        return SECURITY_VIOLATION
    if error.where == "chip data":
        return FORMAT_ERROR
    if error.where.startswith(("tag ", "cryptogram version", "application cryptogram", "PAN sequence")):
        return CRYPTOGRAM_OR_VALUE_WRONG
    return SYSTEM_MALFUNCTION


def pin_place(zone: str, control: PinControl) -> PinPlace:
    """The key and the format of a PIN block in a zone. Its first key has the zone's own name, others their number behind it;
    format 4 is under an AES key."""
    key_id = zone if control.key_index == FIRST_KEY else f"{zone}-{control.key_index}"
    return PinPlace(f"{key_id}-aes" if control.kind == 4 else key_id, control.kind)


class PinRefusedError(Exception):
    """A PIN block that cannot be handed on: with which response code, and why, without the block."""

    def __init__(self, error: CardSecurityError) -> None:
        self.response_code = fault_code(error)
        super().__init__(f"PIN block not handed on: {error}")


class PinZones:
    """Which zone each issuer is in. The clear PIN never leaves the key module."""

    def __init__(self, keys: KeyModule, issuers: Iterable[Profile]) -> None:
        self._keys = keys
        self._zones = {issuer.id: issuer.keys.pin_key or f"{issuer.id}.zpk" for issuer in issuers}

    def sealed_for(self, issuer: str, request: Authorization) -> SealedPin | None:
        """The PIN block of a request for an issuer; None where it has none, or nobody has said how it is enciphered.

        PinRefusedError where the block is no PIN under its key, or a key is missing.
        """
        security = request.security
        if security is None or security.pin_block is None:
            return None
        control = PinControl.read(security.pin_control)
        if control is None and not security.pin_zone:
            return None
        origin = pin_place(security.pin_zone or ACQUIRERS_ZONE, control or PinControl())
        ours = PinControl()
        try:
            block = self._keys.translate_pin(
                bytes.fromhex(security.pin_block), request.pan, origin, pin_place(self._zones[issuer], ours)
            )
        except CardSecurityError as error:
            raise PinRefusedError(error) from None
        return block.hex().upper(), ours.text
