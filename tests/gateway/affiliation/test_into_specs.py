"""An accepted shop in the files of a specification: both tables, or neither."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switch.errors import SpecError
from switch.gateway.affiliation.into_specs import ready_for_specs
from switch.specs.folder import default_folder
from switch.specs.load import load_specs

MERCHANT = """[[merchant]]
id = "ECHOPPE00000001"
name = "ECHOPPE"
city = "RABAT"
mcc = "5812"
currency = "504"
rib = "310810101402900442310133"
email = "bonjour@echoppe.example"
plan = "online"
terminals = ["ECHOP001"]
"""
SHOP = """[[shop]]
client_id = "630000001"
acquirer = "cmi"
name = "L'Échoppe"
merchant = "ECHOPPE00000001"
terminal = "ECHOP001"
store_key = "TEST9999"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "specs"))


def test_a_specification_gains_a_merchant_and_its_shop(folder: Path) -> None:
    write = ready_for_specs(folder, MERCHANT, SHOP)
    assert "630000001" not in load_specs(folder).gateway.shops, "nothing is written before"
    write()
    assert load_specs(folder).gateway.shops["630000001"].name == "L'Échoppe"
    assert not list(folder.glob(".*.partial"))


def test_a_table_that_does_not_fit_changes_nothing(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.glob("*.toml")}
    with pytest.raises(SpecError, match="a terminal of ECHOPPE00000001"):
        ready_for_specs(folder, MERCHANT, SHOP.replace("ECHOP001", "ECHOP002"))
    assert {path: path.read_bytes() for path in folder.glob("*.toml")} == before
