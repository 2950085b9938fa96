"""An accepted shop in the files of a specification: both tables, or neither."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switch.errors import SpecError, SwitchError
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


def test_a_file_that_somebody_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    write = ready_for_specs(folder, MERCHANT, SHOP)
    merchants = (folder / "merchants.toml").read_bytes()
    changed = (folder / "gateway.toml").read_bytes() + b"# a note\n"
    (folder / "gateway.toml").write_bytes(changed)
    with pytest.raises(SwitchError, match=r"gateway\.toml: found another content than a moment ago"):
        write()
    assert (folder / "gateway.toml").read_bytes() == changed
    assert (folder / "merchants.toml").read_bytes() == merchants, "both or neither"
    assert not list(folder.glob(".*.partial"))


def test_a_stop_between_the_two_files_leaves_a_right_specification(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, replace = ready_for_specs(folder, MERCHANT, SHOP), Path.replace

    def stopped(beside: Path, to: Path) -> Path:
        if to.name == "gateway.toml":
            raise KeyboardInterrupt
        return replace(beside, to)

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write()
    monkeypatch.undo()
    assert "ECHOPPE00000001" in load_specs(folder).merchants
    assert "630000001" not in load_specs(folder).gateway.shops
    ready_for_specs(folder, "", SHOP)()
    assert load_specs(folder).gateway.shops["630000001"].merchant_id == "ECHOPPE00000001"


def test_keys_are_nobody_elses_and_links_and_line_ends_stay(folder: Path, tmp_path: Path) -> None:
    real, link = tmp_path / "kept.toml", folder / "gateway.toml"
    link.rename(real)
    real.write_bytes(real.read_bytes().replace(b"\n", b"\r\n"))
    link.symlink_to(real)
    real.chmod(0o600)
    ready_for_specs(folder, MERCHANT, SHOP)()
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert real.read_bytes().count(b"\r\n") > 10
    assert "630000001" in load_specs(folder).gateway.shops
