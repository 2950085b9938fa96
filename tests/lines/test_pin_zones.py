"""The key of a PIN block by its zone and its control data, and the code for each thing that may be wrong."""

from __future__ import annotations

from typing import Literal

import pytest

from switch.errors import CardSecurityError
from switch.iso8583.mapping.pin_control import FIRST_KEY, PinControl
from switch.lines.pin_zones import TERMINALS_KEY, fault_code, pin_place, terminal_place


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
