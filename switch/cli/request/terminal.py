"""The terminal of ``switch send``: it makes the proofs of a test card with the keys of the card's bank, or wrong ones."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from switch.acquirer.card_proofs import cavv_of, issuer_of
from switch.card import TEST_PIN, CardSecurity, Pan
from switch.card_security.chip_data import chip_data, chip_values
from switch.card_security.cryptograms import CRYPTOGRAM_TAG, CRYPTOGRAM_VERSIONS, ChipCard, sample_issuer_data
from switch.cli.request.proofs import RIGHT, WRONG, WRONG_ARQC, WRONG_ICVV, ProofWishes, drawn_counter, listener_keys, open_keys
from switch.errors import CardSecurityError, SwitchError
from switch.iso8583.dialect import Dialect
from switch.iso8583.elements import EMV_DATA, TRACK_2
from switch.iso8583.mapping.pin_control import PinControl, drawn_serial
from switch.iso8583.mapping.security_places import PIN_BLOCK, PIN_CONTROL, security_places
from switch.iso8583.mapping.session import KEY_ELEMENT
from switch.iso8583.message import Message
from switch.issuers.process.verifier import printed_kind
from switch.issuers.profile import Card
from switch.keys.key_module import KeyModule, PinPlace
from switch.keys.shipped import ACQUIRERS
from switch.lines.message_mac import zone_keys
from switch.lines.network_management import KEY_USES_OF
from switch.lines.pin_zones import ACQUIRERS_ZONE, terminal_place
from switch.specs.centre_profile import Listener
from switch.specs.parts import Parts

SERVICE_CODE: Final = "201"  #: of the chips and stripes we make: international, with a chip
_WHOLE_TRACK, _CONTACTLESS = "901", "071"  #: DE 22
_CHIP_READ: Final = "05"  #: its first two digits
_VISA, _MASTERCARD = "A0000000031010", "A0000000041010"  #: application identifiers
_ECI: Final = {"full": "05", "attempted": "06", "none": "07", "wrong": "05"}
_SEQUENCE: Final = "01"


class Terminal:
    """Makes proofs for messages that go to one listener."""

    def __init__(self, specs: Parts, listener: Listener, data: Path | None) -> None:
        self._specs = specs
        self._keys: KeyModule = open_keys(specs, data)
        agreed = listener_keys(listener, specs)
        self._zone, self._exchanged = agreed.pin_key or ACQUIRERS_ZONE, zone_keys(agreed, self._keys, ACQUIRERS)
        self._repeats = 0

    @property
    def keys(self) -> KeyModule:
        return self._keys

    def with_key(self, message: Message, function: str) -> Message:
        """An exchange of a key (in 1987 form) with a new key, as an acquirer gives it to the centre."""
        e = {**message.elements, KEY_ELEMENT: self._exchanged.offer(KEY_USES_OF[function])}
        return Message(message.mti, dict(sorted(e.items())))

    def proved(self, message: Message, wishes: ProofWishes, dialect: Dialect, at: datetime) -> tuple[Message, dict[int, str]]:
        """The message (in 1987 form) with the proofs asked for, and by which option each element was set."""
        e = dict(message.elements)
        pan = Pan(e[2])
        issuer, card = issuer_of(self._specs, pan)
        expiry = card.expiry if card is not None else e.get(14, "")
        if not issuer and wishes.needs_bank:
            raise SwitchError(
                f"--pan: found {pan.masked}, expected a test card, whose bank has the keys for {wishes.needs_bank}"
            )
        try:
            if wishes.cvv:
                e[22] = _WHOLE_TRACK
                e[TRACK_2] = f"{pan.digits}={expiry}{SERVICE_CODE}00000{self._cvv(issuer, pan, expiry, wishes.cvv)}"
            if wishes.pin is not None:
                e[PIN_BLOCK], e[PIN_CONTROL] = self._pin_block(pan, card, wishes.pin, dukpt=wishes.dukpt)
            with_pin = wishes.pin is not None and wishes.entry == "chip" and e.get(22, "").startswith(_CHIP_READ)
            if wishes.reads_chip or (with_pin and issuer):
                if wishes.contactless:
                    e[22] = _CONTACTLESS
                e[EMV_DATA] = self._chip(issuer, pan, expiry, e, wishes, at)
            proofs = CardSecurity(
                cvv2=self._cvv2(issuer, pan, expiry, card, wishes.cvv2) if wishes.cvv2 else None,
                eci=_ECI.get(wishes.three_ds or ""),
                cavv=self._cavv(issuer, pan, wishes.three_ds) if wishes.three_ds not in (None, "none") else None,
            )
        except CardSecurityError as error:
            raise SwitchError(f"{wishes.of_card}: {error}") from None
        e = security_places(dialect).written(e, proofs)
        changed = {number for number, value in e.items() if message.elements.get(number) != value}
        return Message(message.mti, {number: e[number] for number in sorted(e)}), _given(changed, wishes)

    def again(self, message: Message) -> Message:
        """The same message once more: its chip counts on, and makes another cryptogram."""
        if EMV_DATA not in message.elements:
            return message
        values = chip_values(bytes.fromhex(message.elements[EMV_DATA]))
        self._repeats += 1
        counter = (int.from_bytes(values["9F36"], "big") + self._repeats) % 0x10000
        fresh = {**values, "9F36": counter.to_bytes(2, "big"), "9F37": secrets.token_bytes(4)}
        pan = Pan(message.elements[2])
        made = self._signed(issuer_of(self._specs, pan)[0], pan, fresh)
        return Message(message.mti, {**message.elements, EMV_DATA: chip_data(made).hex().upper()})

    def _cvv2(self, issuer: str, pan: Pan, expiry: str, card: Card | None, wanted: str) -> str:
        if wanted not in (RIGHT, WRONG):
            return wanted
        own: str = (card.cvv2 if card is not None else None) or self._keys.make_cvv(
            printed_kind(pan), f"{issuer}.cvk", pan, expiry
        )
        return own if wanted == RIGHT else _other(own)

    def _cvv(self, issuer: str, pan: Pan, expiry: str, wanted: str) -> str:
        own: str = self._keys.make_cvv("cvv", f"{issuer}.cvk", pan, expiry, SERVICE_CODE)
        return own if wanted == RIGHT else _other(own)

    def _pin_block(self, pan: Pan, card: Card | None, wanted: str, *, dukpt: bool) -> tuple[str, str]:
        own = (card.pin if card is not None else None) or TEST_PIN
        pin = own if wanted == RIGHT else _other(own) if wanted == WRONG else wanted
        serial = drawn_serial(secrets.randbelow) if dukpt else ""
        place = terminal_place(serial) or PinPlace(self._zone)
        return self._keys.make_pin_block(pin, pan, place).hex().upper(), serial or PinControl().text

    def _cavv(self, issuer: str, pan: Pan, how: str | None) -> str:
        made = cavv_of(self._keys, issuer, pan, "attempted" if how == "attempted" else "full")
        if how == "wrong":
            made = made[:5] + bytes([made[5] ^ 0x11]) + made[6:]
        return made.hex().upper()

    def _chip(self, issuer: str, pan: Pan, expiry: str, e: Mapping[int, str], wishes: ProofWishes, at: datetime) -> str:
        """DE 55 as a terminal has it, with tags a network asks for."""
        mastercard = pan.digits[0] in "25"
        with_pin = wishes.pin is not None
        counter = drawn_counter() if wishes.atc is None else wishes.atc
        icvv = self._keys.make_cvv("icvv", f"{issuer}.cvk", pan, expiry)
        icvv = _other(icvv) if wishes.chip == WRONG_ICVV else icvv
        track = f"{pan.digits}D{expiry}{SERVICE_CODE}00000{icvv}"
        values = {
            "57": track + "F" * (len(track) % 2),
            "5F2A": f"0{e.get(49, '504')}",
            "5F34": _SEQUENCE,
            "82": "3900",
            "84": _MASTERCARD if mastercard else _VISA,
            "95": "0000048000" if with_pin else "0000008000",
            "9A": f"{at:%y%m%d}",
            "9C": e[3][:2],
            "9F02": f"{int(e.get(4, '0')):012d}",
            "9F03": "0" * 12,
            "9F10": sample_issuer_data(CRYPTOGRAM_VERSIONS["mastercard-16" if mastercard else "visa-10"]).hex(),
            "9F1A": f"0{self._specs.centre.country}",
            "9F33": "E0F8C8",
            "9F34": "420300" if with_pin else "1F0302",
            "9F35": "22",
            "9F36": f"{counter:04X}",
            "9F37": secrets.token_hex(4),
        }
        made = self._signed(issuer, pan, {tag: bytes.fromhex(value) for tag, value in values.items()})
        if wishes.chip == WRONG_ARQC:
            made[CRYPTOGRAM_TAG] = bytes(byte ^ 0xFF for byte in made[CRYPTOGRAM_TAG])
        return chip_data(made).hex().upper()

    def _signed(self, issuer: str, pan: Pan, values: Mapping[str, bytes]) -> dict[str, bytes]:
        sequence = values["5F34"].hex() if "5F34" in values else "00"
        return dict(self._keys.make_arqc(f"{issuer}.imk-ac", ChipCard(pan, sequence), values))


def _other(digits: str) -> str:
    """Digits that are others, each one more: 9 becomes 0."""
    return "".join(str((int(digit) + 1) % 10) for digit in digits)


def _given(changed: set[int], wishes: ProofWishes) -> dict[int, str]:
    """Which option set which element, of those that changed."""
    chip = "--contactless" if wishes.contactless else "--chip"
    by_option = {
        22: chip if wishes.entry == "chip" else "--cvv",
        TRACK_2: "--cvv",
        PIN_BLOCK: "--pin",
        PIN_CONTROL: "--pin",
        EMV_DATA: chip,
    }
    private = "--cvv2" if wishes.cvv2 else "--3ds"
    if not wishes.reads_chip:
        by_option[EMV_DATA] = "--pin"
    return {number: by_option.get(number, private) for number in changed}
