"""Who has the keys of a simulated issuer: its proofs are verified through the key module, by keys named after the issuer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from switch.card import TEST_PIN, CardSecurity, Pan
from switch.card_security.cavv import cavv_parts
from switch.card_security.chip_data import chip_values
from switch.card_security.cryptograms import CRYPTOGRAM_TAG, ChipCard
from switch.card_security.verification_values import ICVV_SERVICE_CODE, ValueKind
from switch.errors import CardSecurityError
from switch.iso8583.mapping.pin_control import PinControl
from switch.issuers.proofs.proof import Cryptogram, ProofError
from switch.keys.key_module import KeyModule, PvvReference
from switch.lines.pin_zones import fault_code, pin_place

AUTHENTICATED_RESULT, ATTEMPTED_RESULT = "0", "7"  #: first digit of a CAVV
CSC_PAN_DIGITS: Final = 15
CHIP_SEQUENCE: Final = "5F34"
CRYPTOGRAM_INFORMATION: Final = "9F27"
_ASKS_ONLINE: Final = 0x80  #: of the two highest bits of 9F27: an ARQC


def printed_kind(pan: Pan) -> ValueKind:
    """The kind of value that is printed on a card: four digits on the front of one whose number has 15, else a CVV2."""
    return "csc" if len(pan.digits) == CSC_PAN_DIGITS else "cvv2"


class KeyVerifier:
    """Verifies what the cards of one issuer prove; ``zone`` is the PIN key of its line with the centre."""

    def __init__(self, keys: KeyModule, issuer_id: str, zone: str = "") -> None:
        self._keys, self._issuer, self._cvk = keys, issuer_id, f"{issuer_id}.cvk"
        self._agreed = bool(zone)  #: whether a PIN block without control data is of the zone's usual kind
        self._zone = zone or f"{issuer_id}.zpk"

    def cvv2(self, pan: Pan, expiry: str, value: str) -> bool:
        try:  # and not with _faults: this is asked of every payment on the internet
            return self._keys.verify_cvv(printed_kind(pan), self._cvk, pan, expiry, value)
        except CardSecurityError as error:
            raise _told(error) from None

    def cvv(self, pan: Pan, expiry: str, service_code: str, value: str) -> bool:
        with _faults():
            kind: ValueKind = "icvv" if service_code == ICVV_SERVICE_CODE else "cvv"
            return self._keys.verify_cvv(kind, self._cvk, pan, expiry, value, service_code)

    def cavv(self, pan: Pan, value: bytes, *, attempted: bool) -> bool:
        """Whether a CAVV is the card's, and of an authentication that came as far as its ECI says."""
        with _faults():
            if not self._keys.verify_cavv(f"{self._issuer}.cavk", pan, value):
                return False
            return cavv_parts(value).result == (ATTEMPTED_RESULT if attempted else AUTHENTICATED_RESULT)

    def pin(self, pan: Pan, security: CardSecurity, pin: str | None) -> bool | None:
        """Whether the PIN in the block is the cardholder's; None where nobody has said how the block is enciphered."""
        control = PinControl.read(security.pin_control)
        if control is None and not self._agreed:
            return None
        with _faults():
            pvk = f"{self._issuer}.pvk"
            kept = PvvReference(self._keys.make_pvv(pvk, pan, pin or TEST_PIN))
            block = bytes.fromhex(security.pin_block or "")
            return self._keys.verify_pin(block, pan, pin_place(self._zone, control or PinControl()), pvk, kept)

    def cryptogram(self, pan: Pan, chip: bytes) -> Cryptogram | None:
        """What the chip asks: None where its data hold no cryptogram, or one that says what it decided by itself."""
        with _faults():
            values = chip_values(chip)
            information = values.get(CRYPTOGRAM_INFORMATION, bytes([_ASKS_ONLINE]))
            if CRYPTOGRAM_TAG not in values or (information[:1] or b"\0")[0] & 0xC0 != _ASKS_ONLINE:
                return None
            card = ChipCard(pan, values[CHIP_SEQUENCE].hex() if CHIP_SEQUENCE in values else "00")
            verdict = self._keys.verify_arqc(f"{self._issuer}.imk-ac", card, values)
            return Cryptogram(
                verdict.valid, verdict.atc, lambda code: verdict.issuer_authentication_data(code[:2]).hex().upper()
            )


@contextmanager
def _faults() -> Iterator[None]:
    """What makes no sense, or has no key, as the response code and the reason that say so."""
    try:
        yield
    except CardSecurityError as error:
        raise _told(error) from None


def _told(error: CardSecurityError) -> ProofError:
    return ProofError(fault_code(error), str(error))
