"""The door to the keys: what it verifies, what it refuses, and that no key and no PIN comes out of it."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.card import Pan
from switch.card_security.cavv import CavvParts
from switch.card_security.chip_data import chip_data
from switch.card_security.cryptograms import CRYPTOGRAM_VERSIONS, ChipCard, sample_issuer_data
from switch.card_security.pin_blocks import PIN_BLOCK_FORMATS, PinBlockFormat
from switch.card_security.verification_values import VALUE_KINDS, ValueKind
from switch.errors import CardSecurityError
from switch.keys.custody import generate_key
from switch.keys.key import KeptKey
from switch.keys.key_module import KeyModule, OffsetReference, PinPlace, PvvReference
from switch.keys.shipped import shipped_keys
from tests.support.card_keys import DOUBLE, pins

PAN = Pan("4507160000000010")
KSN = bytes.fromhex("FFFF9876543210E00001")
MODULE = KeyModule.open(None, ["atlas", "rif"])
FORMATS = st.sampled_from(PIN_BLOCK_FORMATS)
VALUES = {
    tag: bytes.fromhex(value)
    for tag, value in (
        *(("9F02", "000000012500"), ("9F03", "000000000000"), ("9F1A", "0504"), ("95", "0000000000"), ("5F2A", "0504")),
        *(("9A", "261128"), ("9C", "00"), ("9F37", "01020304"), ("82", "1C00"), ("9F36", "0007")),
    )
}


def place(owner: str, kind: PinBlockFormat) -> PinPlace:
    return PinPlace(f"{owner}.zpk-aes" if kind == 4 else f"{owner}.zpk", kind)


@pytest.mark.parametrize("kind", VALUE_KINDS)
def test_values_of_cards(kind: ValueKind) -> None:
    value = MODULE.make_cvv(kind, "atlas.cvk", PAN, "2912", "201")
    assert MODULE.verify_cvv(kind, "atlas.cvk", PAN, "2912", value, "201")
    assert not MODULE.verify_cvv(kind, "atlas.cvk", PAN, "2911", value, "201")
    assert not MODULE.verify_cvv(kind, "rif.cvk", PAN, "2912", value, "201")


@given(FORMATS, FORMATS, pins)
def test_a_pin_from_terminal_to_issuer(kind: PinBlockFormat, other: PinBlockFormat, pin: str) -> None:
    block = MODULE.make_pin_block(pin, PAN, place("acquirer", kind))
    arrived = MODULE.translate_pin(block, PAN, place("acquirer", kind), place("atlas", other))
    pvv = PvvReference(MODULE.make_pvv("atlas.pvk", PAN, pin))
    offset = OffsetReference(MODULE.make_offset("atlas.pvk", PAN, pin))
    for kept in (pvv, offset):
        assert MODULE.verify_pin(arrived, PAN, place("atlas", other), "atlas.pvk", kept)
    wrong = MODULE.make_pin_block(("0" if pin[0] != "0" else "1") + pin[1:], PAN, place("atlas", other))
    assert not MODULE.verify_pin(wrong, PAN, place("atlas", other), "atlas.pvk", offset)


def test_a_pin_of_a_terminal_with_dukpt() -> None:
    terminal = PinPlace("acquirer.bdk", 0, KSN)
    block = MODULE.make_pin_block("1234", PAN, terminal)
    assert MODULE.verify_pin(block, PAN, terminal, "atlas.pvk", PvvReference(MODULE.make_pvv("atlas.pvk", PAN, "1234")))
    assert len(MODULE.translate_pin(block, PAN, terminal, place("atlas", 4))) == 16
    with pytest.raises(CardSecurityError, match=r"^acquirer\.zpk: found a zpk, expected a bdk: "):
        MODULE.make_pin_block("1234", PAN, PinPlace("acquirer.zpk", 0, KSN))


@pytest.mark.parametrize("name", CRYPTOGRAM_VERSIONS)
def test_a_chip_card(name: str) -> None:
    card = ChipCard(PAN, "01")
    made = MODULE.make_arqc("atlas.imk-ac", card, {**VALUES, "9F10": sample_issuer_data(CRYPTOGRAM_VERSIONS[name])})
    verdict = MODULE.verify_arqc("atlas.imk-ac", card, chip_data(made))
    assert (verdict.valid, verdict.version.name, verdict.atc) == (True, name, 7)
    answer = verdict.issuer_authentication_data("00")
    assert len(answer) == (10 if verdict.version.arpc_method == 1 else 8)
    assert not MODULE.verify_arqc("rif.imk-ac", card, made).valid
    assert not MODULE.verify_arqc("atlas.imk-ac", ChipCard(PAN), made).valid
    assert not MODULE.verify_arqc("atlas.imk-ac", card, {**made, "9F02": bytes(6)}).valid
    assert repr(verdict) == f"ArqcVerdict(valid=True, version={name}, atc=7)"


def test_chip_data_without_a_cryptogram() -> None:
    with pytest.raises(CardSecurityError, match=r"^tag 9F26: found nothing, expected 8 bytes$"):
        MODULE.verify_arqc("atlas.imk-ac", ChipCard(PAN), VALUES)
    with pytest.raises(CardSecurityError, match=r"^chip data at byte 1: found the end behind tag 9C"):
        MODULE.verify_arqc("atlas.imk-ac", ChipCard(PAN), b"\x9c")


@pytest.mark.parametrize("key_id", ["atlas.mac", "atlas.mac-aes"])
def test_macs(key_id: str) -> None:
    mac = MODULE.mac(key_id, b"message")
    assert MODULE.verify_mac(key_id, b"message", mac)
    assert not MODULE.verify_mac(key_id, b"messagE", mac)
    assert not MODULE.verify_mac(key_id.replace("atlas", "rif"), b"message", mac)
    assert MODULE.verify_mac(key_id, b"message", MODULE.mac(key_id, b"message", method="cmac"), method="cmac")


def test_macs_of_terminals() -> None:
    mac = MODULE.terminal_mac("acquirer.bdk", KSN, b"message")
    assert MODULE.verify_terminal_mac("acquirer.bdk", KSN, b"message", mac)
    assert not MODULE.verify_terminal_mac("acquirer.bdk", KSN[:-1] + b"\2", b"message", mac)
    assert MODULE.terminal_mac("acquirer.bdk", KSN, b"message", response=True) != mac


def test_a_cavv() -> None:
    cavv = MODULE.make_cavv("atlas.cavk", PAN, CavvParts("0", "01", "8701", bytes(8)))
    assert MODULE.verify_cavv("atlas.cavk", PAN, cavv)
    assert not MODULE.verify_cavv("rif.cavk", PAN, cavv)


@pytest.mark.parametrize("zone_key", ["rif.zmk", "rif.zmk-aes"])
def test_a_key_goes_from_one_module_to_another(zone_key: str) -> None:
    sender, receiver = (KeyModule(list(shipped_keys(["atlas", "rif"]))) for _ in range(2))
    block = sender.give_block(zone_key, "atlas.zpk")
    taken = receiver.take_block(zone_key, block, "rif.session", "zpk")
    assert taken.kcv == sender.kcv("atlas.zpk")
    pin = sender.make_pin_block("1234", PAN, PinPlace("atlas.zpk"))
    assert receiver.translate_pin(pin, PAN, PinPlace("rif.session"), PinPlace("rif.zpk"))
    with pytest.raises(CardSecurityError, match=r"^key block for rif\.x: found usage P0 \(T\), expected a key of use mac"):
        receiver.take_block(zone_key, block, "rif.x", "mac")


@pytest.mark.parametrize("mode", ["ecb", "cbc"])
def test_a_key_exchange_without_key_blocks(mode: Any) -> None:
    module = KeyModule(shipped_keys(["atlas", "rif"]))
    sealed, kcv = module.give_sealed("atlas.zmk", "atlas.zpk", mode)
    assert module.take_sealed("atlas.zmk", sealed, "atlas.session", "zpk", kcv=kcv, mode=mode).kcv == kcv
    assert module.take_sealed("atlas.zmk", sealed, "atlas.session", "zpk", kcv=kcv[:4].lower(), mode=mode)
    for wrong in ("000000", "", kcv[:2]):
        with pytest.raises(CardSecurityError, match=r"^key check value of atlas\.session: found another, "):
            module.take_sealed("atlas.zmk", sealed, "atlas.session", "zpk", kcv=wrong, mode=mode)


def test_a_key_that_is_taken_again_takes_the_place_of_the_first() -> None:
    module = KeyModule(shipped_keys(["atlas"]))
    first = module.mac("atlas.mac", b"message")
    sealed, kcv = KeyModule([*shipped_keys(["atlas"]), KeptKey.of("x.mac", "mac", "T", DOUBLE)]).give_sealed(
        "atlas.zmk", "x.mac"
    )
    module.take_sealed("atlas.zmk", sealed, "atlas.mac", "mac", kcv=kcv)
    assert module.mac("atlas.mac", b"message") != first
    assert module.kcv("atlas.mac") == "08D7B4"


def test_what_is_kept_stands_in_for_the_test_key(tmp_path: Path) -> None:
    generate_key(tmp_path, "atlas.cvk", "cvk", "T", chance=lambda size: DOUBLE[:size])
    module = KeyModule.open(tmp_path, ["atlas"])
    assert (module.kcv("atlas.cvk"), module.key("atlas.cvk").is_test_key) == ("08D7B4", False)
    assert module.make_cvv("cvv", "atlas.cvk", Pan("4123456789012345"), "8701", "101") == "561"


def test_a_key_does_what_its_use_says() -> None:
    with pytest.raises(CardSecurityError, match=r"^atlas\.zpk: found a zpk, expected a cvk: card verification key"):
        MODULE.make_cvv("cvv2", "atlas.zpk", PAN, "2912")
    with pytest.raises(CardSecurityError, match=r"^key: found no 'atlas\.x', expected a key of the keystore, or a test key$"):
        MODULE.mac("atlas.x", b"")
    with pytest.raises(CardSecurityError, match=r"^atlas\.cvk: found a cvk, expected a zmk"):
        MODULE.give_block("atlas.cvk", "atlas.zpk")
    with pytest.raises(CardSecurityError, match=r"^atlas\.zmk: found Triple DES 112, expected AES for version D$"):
        MODULE.give_block("atlas.zmk", "atlas.zpk", "D")


def test_nothing_gives_a_key_away() -> None:
    """Neither does what it returns, nor what it looks like."""
    secrets = {kept.secret for kept in shipped_keys(["atlas", "rif"])}
    for key in MODULE.keys():  # noqa: SIM118 - no mapping
        assert not secrets & {value for value in vars_of(key) if isinstance(value, bytes)}
    assert "secret" not in repr(MODULE.keys())
    assert isinstance(repr(MODULE), str)
    for name, method in inspect.getmembers(KeyModule, inspect.isfunction):
        if not name.startswith("_"):
            assert inspect.signature(method).return_annotation not in ("KeptKey", KeptKey)


def vars_of(key: Any) -> list[Any]:
    return [getattr(key, field) for field in key.__slots__ if not field.startswith("__")]


def test_chance_is_from_outside() -> None:
    once, again = (KeyModule(shipped_keys(["atlas"]), chance=bytes) for _ in range(2))
    assert once.give_block("atlas.zmk", "atlas.zpk") == again.give_block("atlas.zmk", "atlas.zpk")
    assert once.make_pin_block("1234", PAN, place("atlas", 4)) == again.make_pin_block("1234", PAN, place("atlas", 4))
