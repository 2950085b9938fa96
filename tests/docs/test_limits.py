"""``docs/reference/limits.md`` has the values of the code."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Final

import pytest

from tests.docs.pages import ROOT, tables

PAGE: Final = ROOT / "docs" / "reference" / "limits.md"
SCALE: Final = {"KiB": 1 << 10, "MiB": 1 << 20}
ROWS: Final = [row for table in tables(PAGE) for _, row in table[2:]]


@pytest.mark.parametrize(("value", "place"), [(value, place) for _, value, _, place in ROWS])
def test_a_limit_is_that_of_the_code(value: str, place: str) -> None:
    module, name = re.findall("`([^`]+)`", place)
    constant = getattr(import_module("switch." + module.removesuffix(".py").replace("/", ".")), name)
    number, unit = value.split(" ", 1)
    said = float(number.replace(",", "")) * SCALE.get(unit, 1)
    assert said == (constant / 1_000 if name.endswith("_MS") else constant)
    assert ("SECONDS" in name or name.endswith("_MS")) is (unit == "s")
    assert ("BYTES" in name) is (unit in SCALE)
