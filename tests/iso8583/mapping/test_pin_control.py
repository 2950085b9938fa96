"""DE 53 beside a PIN block."""

from __future__ import annotations

import pytest

from switch.iso8583.mapping.pin_control import PinControl

AES = "02"


@pytest.mark.parametrize("control", [PinControl(kind, index) for kind in (0, 3, 4) for index in ("01", "02", "99")])
def test_there_and_back(control: PinControl) -> None:
    assert PinControl.read(control.text) == control
    assert len(control.text) == 16


@pytest.mark.parametrize("text", ["", "9701100001000000", "20010201000000000", "2001050100000000", "2003010100000000", "20"])
def test_what_says_something_else(text: str) -> None:
    assert PinControl.read(text) is None


def test_the_digits_of_each_format() -> None:
    said = {kind: PinControl(kind, "07").text for kind in (0, 3, 4)}
    assert said == {0: "2001010700000000", 3: "2001030700000000", 4: f"20{AES}040700000000"}
