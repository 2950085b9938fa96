"""The one door to the keys, like a host security module: names of keys and data go in, verdicts and enciphered values come out.

No method gives away the bytes of a key, or a PIN. Each key does what its use says and nothing else: a key for PIN blocks makes
no MAC. What was prepared for a key is kept, because preparing it takes longer than using it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeVar

from switch.card import Pan
from switch.card_security import cavv as cavvs
from switch.card_security import key_blocks
from switch.card_security.chip_data import chip_values
from switch.card_security.ciphers import Aes, BlockCipher, TripleDes, odd_parity, same
from switch.card_security.cryptograms import (
    CRYPTOGRAM_BYTES,
    CRYPTOGRAM_TAG,
    CSU_BYTES,
    ISSUER_DATA_TAG,
    ChipCard,
    CryptogramKeys,
    CryptogramVersion,
    atc_of,
    cryptogram_matches,
    version_of,
    with_cryptogram,
)
from switch.card_security.dukpt import DukptUse, session_key
from switch.card_security.key_blocks import BlockHeader, BlockVersion
from switch.card_security.mac import MAC_BYTES, MacMethod, PaddingMethod, mac_matches, mac_of
from switch.card_security.pin_blocks import FILL_BYTES, PinBlockFormat, opened_pin, sealed_pin
from switch.card_security.pin_translation import PinZone, translated
from switch.card_security.pin_verification import TABLE, offset_matches, pin_offset, pvv, pvv_matches, validation_data
from switch.card_security.verification_values import ValueKind, value_matches, value_of
from switch.errors import CardSecurityError
from switch.keys.key import KEY_USES, KeptKey, KeyRecord, KeyUse, allows
from switch.keys.keystore import change_keys, kept_keys
from switch.keys.shipped import shipped_keys

#: How long the key before an exchange is good beside the new one: longer than any request waits for its answer.
IN_FLIGHT_SECONDS: Final = 60.0

T = TypeVar("T")


class PinPlace(NamedTuple):
    """Where a PIN block belongs: the key it is under (a zpk, or a bdk with the KSN of the transaction), and its format."""

    key_id: str
    kind: PinBlockFormat = 0
    ksn: bytes = b""  #: ten bytes, of a bdk alone


class PvvReference(NamedTuple):
    """What an issuer keeps of a PIN in the way of Visa."""

    value: str  #: four digits
    key_index: str = "1"  #: PVKI, one digit


class OffsetReference(NamedTuple):
    """What an issuer keeps of a PIN in the way of IBM 3624."""

    value: str  #: the offset, four digits or more
    start: int = 0  #: of the validation data in the card number
    length: int = 16
    pad: str = "0"
    table: str = TABLE


NO_OFFSET: Final = OffsetReference("")  #: the usual way, and no PIN yet


class ArqcVerdict:
    """Whether an ARQC is the card's, by which version, with which counter; and the issuer's answer to it."""

    def __init__(self, valid: bool, version: CryptogramVersion, atc: int, keys: CryptogramKeys, cryptogram: bytes) -> None:
        self.valid, self.version, self.atc = valid, version, atc
        self._keys, self._cryptogram = keys, cryptogram

    def __repr__(self) -> str:
        return f"ArqcVerdict(valid={self.valid}, version={self.version.name}, atc={self.atc})"

    def issuer_authentication_data(self, response_code: str, status_update: bytes = bytes(CSU_BYTES)) -> bytes:
        """The value of tag 91: the ARPC and what it vouches for. ``response_code`` is DE 39."""
        return self._keys.issuer_authentication_data(self._cryptogram, response_code, status_update)


class KeyModule:
    """The keys of a data folder over the shipped test keys: one that is kept stands in for the test key of its name."""

    def __init__(
        self,
        keys: Iterable[KeptKey],
        chance: Callable[[int], bytes] = os.urandom,
        *,
        data: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Later keys of a name stand in for earlier ones. ``chance`` gives that many bytes nobody can guess. ``data`` is
        where keys that were exchanged are kept; ``clock`` counts seconds."""
        self._keys = {key.about.id: key for key in keys}
        self._chance, self._data, self._clock = chance, data, clock
        self._ready: dict[tuple[str, KeyUse], BlockCipher] = {}
        self._before: dict[str, tuple[KeptKey, float]] = {}  #: the key before the last exchange, and until when it is good
        self._offered: dict[str, KeptKey] = {}  #: sent to a partner who has not said that it has it

    @classmethod
    def open(cls, data: Path | None, issuers: Iterable[str], *, chance: Callable[[int], bytes] = os.urandom) -> KeyModule:
        """The keys of a data folder (None: none are kept) and the test keys of these issuers and of acquirers."""
        kept = kept_keys(data).values() if data is not None else ()
        return cls([*shipped_keys(issuers), *kept], chance, data=data)

    # what is there

    def keys(self) -> tuple[KeyRecord, ...]:
        """Every key, without its bytes."""
        return tuple(key.about for key in self._keys.values())

    def key(self, key_id: str) -> KeyRecord:
        """A key by its name; CardSecurityError where there is none."""
        return self._kept(key_id).about

    def kcv(self, key_id: str) -> str:
        """The key check value, in hexadecimal."""
        return self._kept(key_id).about.kcv

    # values of cards

    def verify_cvv(self, kind: ValueKind, key_id: str, pan: Pan, expiry: str, value: str, service_code: str = "") -> bool:
        """Whether a CVV, CVV2, iCVV or CSC is the card's. ``key_id`` is a cvk, ``expiry`` YYMM."""
        return value_matches(kind, self._triple(key_id, "cvk"), pan, expiry, value, service_code)

    def make_cvv(self, kind: ValueKind, key_id: str, pan: Pan, expiry: str, service_code: str = "") -> str:
        """The value of a test card."""
        return value_of(kind, self._triple(key_id, "cvk"), pan, expiry, service_code)

    def verify_cavv(self, key_id: str, pan: Pan, cavv: bytes) -> bool:
        """Whether a CAVV of the neutral test formula is the card's. ``key_id`` is a cavk."""
        return cavvs.cavv_matches(self._triple(key_id, "cavk"), pan, cavv)

    def make_cavv(self, key_id: str, pan: Pan, parts: cavvs.CavvParts) -> bytes:
        """The twenty bytes of a CAVV of the neutral test formula."""
        return cavvs.make_cavv(self._triple(key_id, "cavk"), pan, parts)

    # PINs

    def verify_pin(self, block: bytes, pan: Pan, place: PinPlace, pvk_id: str, kept: PvvReference | OffsetReference) -> bool:
        """Whether the PIN in a block is the cardholder's. CardSecurityError where the block is no PIN under its key."""
        pvk = self._triple(pvk_id, "pvk")
        pin = self._with_either(place, lambda key: opened_pin(place.kind, key, block, pan))
        if isinstance(kept, PvvReference):
            return pvv_matches(pvk, pan, kept.key_index, pin, kept.value)
        return offset_matches(pvk, validation_data(pan, kept.start, kept.length, kept.pad), pin, kept.value, kept.table)

    def translate_pin(self, block: bytes, pan: Pan, origin: PinPlace, destination: PinPlace) -> bytes:
        """The block as the next zone has it. CardSecurityError where it is no PIN under the key of its place."""
        ours, fill = PinZone(destination.kind, self._pin_key(destination)), self._fill(destination.kind)
        return self._with_either(origin, lambda key: translated(block, pan, PinZone(origin.kind, key), ours, fill))

    def make_pin_block(self, pin: str, pan: Pan, place: PinPlace) -> bytes:
        """The block that a test terminal makes of a PIN."""
        return sealed_pin(place.kind, self._pin_key(place), pin, pan, self._fill(place.kind))

    def make_pvv(self, pvk_id: str, pan: Pan, pin: str, key_index: str = "1") -> str:
        """The PVV of a test card."""
        return pvv(self._triple(pvk_id, "pvk"), pan, key_index, pin)

    def make_offset(self, pvk_id: str, pan: Pan, pin: str, kept: OffsetReference = NO_OFFSET) -> str:
        """The IBM 3624 offset of a test card; of ``kept`` all is used but the value."""
        data = validation_data(pan, kept.start, kept.length, kept.pad)
        return pin_offset(self._triple(pvk_id, "pvk"), data, pin, kept.table)

    # chips

    def verify_arqc(self, key_id: str, card: ChipCard, chip_data: bytes | Mapping[str, bytes]) -> ArqcVerdict:
        """Whether the application cryptogram (9F26) in the data of DE 55 is the card's. ``key_id`` is an imk-ac.

        CardSecurityError where the data cannot be read, lack a tag that is covered, or are of a version that is not known.
        """
        values = chip_values(chip_data) if isinstance(chip_data, bytes) else chip_data
        cryptogram = values.get(CRYPTOGRAM_TAG, b"")
        if len(cryptogram) != CRYPTOGRAM_BYTES:
            found = f"{len(cryptogram)} bytes" if cryptogram else "nothing"
            raise CardSecurityError(f"tag {CRYPTOGRAM_TAG}", found, f"{CRYPTOGRAM_BYTES} bytes")
        version = version_of(values.get(ISSUER_DATA_TAG, b""))
        keys = CryptogramKeys(version, self._triple(key_id, "imk-ac"), card, values)
        return ArqcVerdict(cryptogram_matches(keys, cryptogram), version, atc_of(values), keys, cryptogram)

    def make_arqc(self, key_id: str, card: ChipCard, values: Mapping[str, bytes]) -> dict[str, bytes]:
        """The values with the ARQC of a test card among them; 9F10 says its version."""
        version = version_of(values.get(ISSUER_DATA_TAG, b""))
        return with_cryptogram(version, self._triple(key_id, "imk-ac"), card, values)

    # messages

    def mac(
        self, key_id: str, data: bytes, *, size: int = MAC_BYTES, method: MacMethod | None = None, padding: PaddingMethod = 1
    ) -> bytes:
        """A MAC over these bytes: retail MAC under a Triple DES key, CMAC under an AES key, unless a method is named."""
        key = self._prepared(key_id, "mac")
        return mac_of(method or _method(key), key, data, size, padding)

    def verify_mac(
        self, key_id: str, data: bytes, mac: bytes, *, method: MacMethod | None = None, padding: PaddingMethod = 1
    ) -> bool:
        """Whether a MAC of four bytes or more is the one of these bytes; around an exchange of the key, by either."""
        key = self._prepared(key_id, "mac")
        if mac_matches(method or _method(key), key, data, mac, padding):
            return True
        return any(mac_matches(method or _method(each), each, data, mac, padding) for each in self._beside(key_id))

    def verify_terminal_mac(self, key_id: str, ksn: bytes, data: bytes, mac: bytes, padding: PaddingMethod = 1) -> bool:
        """Whether a retail MAC is the terminal's under DUKPT. ``key_id`` is a bdk."""
        return mac_matches("retail", self._terminal_key(key_id, ksn, "mac"), data, mac, padding)

    def terminal_mac(
        self, key_id: str, ksn: bytes, data: bytes, *, response: bool = False, padding: PaddingMethod = 1
    ) -> bytes:
        """The retail MAC of a test terminal under DUKPT, or the one of the response to it."""
        return mac_of("retail", self._terminal_key(key_id, ksn, "mac_response" if response else "mac"), data, padding=padding)

    # keys on their way

    def take_block(
        self, zone_key_id: str, block: str, key_id: str, use: KeyUse, label: str = "", *, kcv: str = ""
    ) -> KeyRecord:
        """Take a key in from a TR-31 block under a zone master key, for a use its block allows; it is not kept on disk. ``kcv``
        is the check value that came with it, where one did."""
        opened = key_blocks.unwrapped(self._secret(zone_key_id, "zmk"), block)
        header = opened.header
        if not allows(use, header.algorithm, header.usage):
            words = f"usage {header.usage} ({header.algorithm})"
            raise CardSecurityError(f"key block for {key_id}", words, f"a key of use {use}: {KEY_USES[use]}")
        kept = KeptKey.of(key_id, use, header.algorithm, opened.key, label)
        if kcv:
            _compare(kept.about, kcv)
        return self._take(kept)

    def take_sealed(
        self, zone_key_id: str, sealed: bytes, key_id: str, use: KeyUse, *, kcv: str, mode: Literal["ecb", "cbc"] = "ecb",
        label: str = "",
    ) -> KeyRecord:  # fmt: skip
        """Take a Triple DES key in that is enciphered under a zone master key, as a key exchange message brings it.

        ``kcv`` is the check value that came with it, four hexadecimal digits or more. CardSecurityError where it differs.
        """
        secret = key_blocks.from_zone_key(self._zone(zone_key_id), sealed, mode)
        kept = KeptKey.of(key_id, use, "T", secret, label)
        _compare(kept.about, kcv)
        return self._take(kept)

    def give_block(self, zone_key_id: str, key_id: str, version: BlockVersion | None = None) -> str:
        """A key in a TR-31 block under a zone master key: version D under an AES key, else B, unless one is named."""
        zone, kept = self._kept(zone_key_id), self._kept(key_id)
        protection = self._secret(zone_key_id, "zmk")
        chosen: BlockVersion = version or ("D" if zone.about.algorithm == "A" else "B")
        if (chosen == "D") != (zone.about.algorithm == "A"):
            expected = f"{'AES' if chosen == 'D' else 'Triple DES'} for version {chosen}"
            raise CardSecurityError(zone_key_id, zone.about.cipher, expected)
        about = kept.about
        header = BlockHeader(version=chosen, usage=about.tr31_usage, algorithm=about.algorithm, mode=about.tr31_mode)
        fill = self._chance(key_blocks.fill_bytes(chosen, about.algorithm, len(kept.secret)))
        return key_blocks.wrapped(protection, header, kept.secret, fill)

    def give_sealed(self, zone_key_id: str, key_id: str, mode: Literal["ecb", "cbc"] = "ecb") -> tuple[bytes, str]:
        """A key enciphered under a zone master key, and its check value, as a key exchange message carries them."""
        kept = self._kept(key_id)
        return key_blocks.under_zone_key(self._zone(zone_key_id), kept.secret, mode), kept.about.kcv

    def offer(self, zone_key_id: str, key_id: str, *, sealed: bool = False) -> str:
        """A new key of the use and cipher of one that is there, for a partner: in a key block under a zone master key, or
        enciphered under it, ``sealed``; the check value stands behind it. What the partner makes with it is good from now on;
        we use it from ``settle`` on."""
        about = self._kept(key_id).about
        secret = self._chance(16 if about.algorithm == "T" else 32)
        kept = KeptKey.of(key_id, about.use, about.algorithm, odd_parity(secret) if about.algorithm == "T" else secret)
        self._offered[key_id] = kept
        before, self._keys[key_id] = self._keys[key_id], kept
        try:
            if sealed:
                enciphered, kcv = self.give_sealed(zone_key_id, key_id)
                return f"{enciphered.hex().upper()}{kcv}"
            return f"{self.give_block(zone_key_id, key_id)}{kept.about.kcv}"
        finally:
            self._keys[key_id] = before

    def settle(self, key_id: str) -> KeyRecord:
        """The partner has the key that was offered: it is used from now on, and kept."""
        about = self._take(self._offered.pop(key_id))
        self.keep(key_id)
        return about

    def withdraw(self, key_id: str) -> None:
        """The partner does not take the key that was offered, or nobody knows whether it did. It may have kept it already, in a
        data folder that it shares with us: then it is used."""
        offered = self._offered.pop(key_id, None)
        if offered is not None and self._data is not None and kept_keys(self._data).get(key_id) == offered:
            self._take(offered)

    def keep(self, key_id: str) -> None:
        """Write a key into the keystore, for the next start; nothing where these keys are of no data folder."""
        kept = self._kept(key_id)
        if self._data is not None:
            change_keys(self._data, lambda keys: keys.update({key_id: kept}))

    def _take(self, kept: KeptKey) -> KeyRecord:
        key_id = kept.about.id
        before = self._keys.get(key_id)
        if before is not None and before.secret != kept.secret and before.about.use == kept.about.use:
            self._before[key_id] = (before, self._clock() + IN_FLIGHT_SECONDS)
        self._keys[key_id] = kept
        for ready in [one for one in self._ready if one[0] == key_id]:
            del self._ready[ready]
        return kept.about

    def _beside(self, key_id: str) -> Iterator[BlockCipher]:
        """What else is good around an exchange of a key: the one before it for a while, and one that a partner was offered."""
        before = self._before.get(key_id)
        if before is not None and self._clock() < before[1]:
            yield _cipher(before[0])
        elif before is not None:
            del self._before[key_id]
        if key_id in self._offered:
            yield _cipher(self._offered[key_id])

    def _with_either(self, place: PinPlace, act: Callable[[BlockCipher], T]) -> T:
        """What a PIN block of a place comes to; around an exchange of its key, with the key that opens it."""
        try:
            return act(self._pin_key(place))
        except CardSecurityError as error:
            if error.where == "PIN block" and not place.ksn:
                for key in self._beside(place.key_id):
                    with suppress(CardSecurityError):
                        return act(key)
            raise

    def _kept(self, key_id: str) -> KeptKey:
        try:
            return self._keys[key_id]
        except KeyError:
            raise CardSecurityError("key", f"no {key_id!r}", "a key of the keystore, or a test key") from None

    def _secret(self, key_id: str, use: KeyUse) -> bytes:
        kept = self._kept(key_id)
        if kept.about.use != use:
            raise CardSecurityError(key_id, f"a {kept.about.use}", f"a {use}: {KEY_USES[use]}")
        return kept.secret

    def _prepared(self, key_id: str, use: KeyUse) -> BlockCipher:
        ready = self._ready.get((key_id, use))
        if ready is None:
            self._secret(key_id, use)
            ready = self._ready[key_id, use] = _cipher(self._keys[key_id])
        return ready

    def _triple(self, key_id: str, use: KeyUse) -> TripleDes:
        key = self._prepared(key_id, use)
        assert isinstance(key, TripleDes), "no other use of these keys passes KeptKey.of"
        return key

    def _zone(self, key_id: str) -> BlockCipher:
        return self._prepared(key_id, "zmk")

    def _pin_key(self, place: PinPlace) -> BlockCipher:
        if place.ksn:
            return self._terminal_key(place.key_id, place.ksn, "pin")
        return self._prepared(place.key_id, "zpk")

    def _terminal_key(self, key_id: str, ksn: bytes, use: DukptUse) -> TripleDes:
        return TripleDes(session_key(self._secret(key_id, "bdk"), ksn, use))

    def _fill(self, kind: PinBlockFormat) -> bytes:
        return self._chance(FILL_BYTES) if kind != 0 else b""


def _compare(about: KeyRecord, kcv: str) -> None:
    """CardSecurityError where the check value that came with a key, four hexadecimal digits or more, is another's."""
    if len(kcv) < 4 or not same(about.kcv[: len(kcv)].encode(), kcv.upper().encode(errors="replace")):
        raise CardSecurityError(f"key check value of {about.id}", "another", "the one that came with the key")


def _cipher(kept: KeptKey) -> BlockCipher:
    return Aes(kept.secret) if kept.about.algorithm == "A" else TripleDes(kept.secret)


def _method(key: BlockCipher) -> MacMethod:
    return "cmac" if isinstance(key, Aes) else "retail"
