"""The key of a PIN block by its zone and its control data, and the code for each thing that may be wrong."""

from __future__ import annotations

from typing import Literal

import pytest
from attrs import evolve

from switch.card import CardSecurity
from switch.errors import CardSecurityError
from switch.iso8583.mapping.pin_control import FIRST_KEY, PinControl
from switch.keys.key_module import KeyModule, PinPlace, PvvReference
from switch.lines.pin_zones import TERMINALS_KEY, PinRefusedError, PinZones, fault_code, pin_place, terminal_place
from tests.support.centre_in_loop import specs
from tests.support.dialogue import request


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("key", "88"),
        ("PIN block", "63"),
        ("chip data", "30"),
        ("tag 9F26", "82"),
        ("cryptogram version 17", "82"),
        ("application cryptogram", "82"),
        ("PAN sequence number", "82"),
        ("anything else", "96"),
    ],
)
def test_what_is_wrong_has_its_code(where: str, code: str) -> None:
    assert fault_code(CardSecurityError(where, "found", "expected")) == code


def test_the_first_key_of_a_zone_has_its_name_and_format_4_is_under_an_aes_key() -> None:
    kinds: tuple[Literal[0, 3, 4], ...] = (0, 3, 4)
    named = {
        (index, kind): pin_place("acquirer.zpk", PinControl(key_index=index, kind=kind))
        for index in (FIRST_KEY, "07")
        for kind in kinds
    }
    assert {key: place.key_id for key, place in named.items()} == {
        (FIRST_KEY, 0): "acquirer.zpk",
        (FIRST_KEY, 3): "acquirer.zpk",
        (FIRST_KEY, 4): "acquirer.zpk-aes",
        ("07", 0): "acquirer.zpk-07",
        ("07", 3): "acquirer.zpk-07",
        ("07", 4): "acquirer.zpk-07-aes",
    }


def test_control_data_that_are_no_serial_number_name_no_terminal() -> None:
    assert terminal_place("") is None
    assert terminal_place(PinControl().text) is None
    assert TERMINALS_KEY == "acquirer.bdk"


KEYS = KeyModule.open(None, ["atlas", "rif"])
ASKED = request()
SERIAL = "9876543210000001"
TERMINAL = terminal_place(SERIAL)
assert TERMINAL is not None
FIRST = PinControl().text


def _sealed(place: PinPlace, bank_key: str = "", **proofs: str) -> tuple[str, str] | None:
    """What goes to atlas of a PIN that was typed under the key of a place."""
    block = KEYS.make_pin_block("1234", ASKED.pan, place).hex().upper()
    atlas = specs().issuers["atlas"]
    zones = PinZones(KEYS, [evolve(atlas, keys=evolve(atlas.keys, pin_key=bank_key))])
    return zones.sealed_for("atlas", evolve(ASKED, security=CardSecurity(pin_block=block, **proofs)))


@pytest.mark.parametrize("bank_key", ["", "rif.zpk"])
@pytest.mark.parametrize(
    ("place", "proofs"),
    [
        (PinPlace("acquirer.zpk", 0), {"pin_control": FIRST}),
        (PinPlace("acquirer.zpk-aes", 4), {"pin_control": PinControl(kind=4).text}),
        (PinPlace("rif.zpk", 0), {"pin_zone": "rif.zpk"}),
        (PinPlace("rif.zpk", 3), {"pin_zone": "rif.zpk", "pin_control": PinControl(kind=3).text}),
        (TERMINAL, {"pin_control": SERIAL}),
        (TERMINAL, {"pin_control": SERIAL, "pin_zone": "rif.zpk"}),
    ],
    ids=str,
)
def test_a_pin_goes_from_the_zone_it_was_typed_in_to_the_zone_of_its_bank(
    place: PinPlace, proofs: dict[str, str], bank_key: str
) -> None:
    sealed = _sealed(place, bank_key, **proofs)
    assert sealed is not None
    block, control = sealed
    assert control == FIRST
    kept = PvvReference(KEYS.make_pvv("atlas.pvk", ASKED.pan, "1234"))
    assert KEYS.verify_pin(bytes.fromhex(block), ASKED.pan, PinPlace(bank_key or "atlas.zpk", 0), "atlas.pvk", kept)


def test_a_pin_that_nobody_says_the_key_of_goes_nowhere_and_one_under_another_key_is_refused() -> None:
    assert _sealed(PinPlace("acquirer.zpk", 0)) is None
    assert PinZones(KEYS, []).sealed_for("atlas", ASKED) is None
    assert PinZones(KEYS, []).sealed_for("atlas", evolve(ASKED, security=CardSecurity(cvv2="123"))) is None
    with pytest.raises(PinRefusedError, match=r"^PIN block not handed on: PIN block: found ") as refused:
        _sealed(PinPlace("rif.zpk", 0), pin_control=FIRST)
    assert refused.value.response_code == "63"
