"""What the files say of card security: keys of lines, what an issuer verifies, and the places of a dialect."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from switch.errors import SpecError
from switch.issuers.proofs.rules import KINDS_OF_PROOF, LineKeys
from switch.specs.folder import default_folder
from switch.specs.load import load_specs

SECURITY = """
[security]
pin_key = "atlas.zpk"
mac = "require"
mac_kind = "cmac"
verify = ["cvv2", "pin"]
pin_tries = 5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "specs"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_by_default_everything_is_verified_and_nothing_has_a_mac() -> None:
    specs = load_specs()
    for issuer in specs.issuers.values():
        assert issuer.keys == LineKeys()
        assert issuer.proofs.verified == frozenset(KINDS_OF_PROOF)
    assert all(listener.keys == LineKeys() for listener in specs.centre.listeners)


def test_an_issuer_and_a_listener_with_keys(folder: Path) -> None:
    change(folder, "issuers/atlas.toml", "timeout_seconds = 10\n", f"timeout_seconds = 10\n{SECURITY}")
    change(folder, "centre.toml", 'header = "4a"\n', 'header = "4a"\n\n[listener.security]\nmac = "verify"\n')
    specs = load_specs(folder)
    atlas = specs.issuers["atlas"]
    assert atlas.keys == LineKeys(pin_key="atlas.zpk", mac="require", mac_kind="cmac")
    assert (atlas.proofs.verified, atlas.proofs.pin_tries) == (frozenset({"cvv2", "pin"}), 5)
    assert [each.keys.mac for each in specs.centre.listeners] == ["none", "verify", "none", "none", "none"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('mac = "require"', 'mac = "always"', "security.mac: found 'always', expected one of none, verify, require"),
        ('mac_kind = "cmac"', 'mac_kind = "x9.9"', "security.mac_kind: found 'x9.9', expected one of x9.19, cmac"),
        ('"atlas.zpk"', '"Atlas zpk"', "security.pin_key: found 'Atlas zpk', expected the name of a key"),
        ('"cvv2", "pin"', '"cvv2", "eyes"', "security.verify: found 'eyes', expected of cvv2, cvv, cavv, arqc, pin"),
        ("pin_tries = 5", "pin_tries = 0", "security.pin_tries: found 0, expected a whole number from 1 to 9"),
        ("pin_tries = 5", "pin_trys = 5", "security.pin_trys: found a key nobody reads, expected one of"),
    ],
)
def test_mistakes_of_an_issuer(folder: Path, old: str, new: str, sentence: str) -> None:
    change(folder, "issuers/atlas.toml", "timeout_seconds = 10\n", f"timeout_seconds = 10\n{SECURITY.replace(old, new)}")
    with pytest.raises(SpecError) as refused:
        load_specs(folder)
    assert sentence.split(", expected")[0] in str(refused.value)


@pytest.mark.parametrize(
    "place",
    ["48.93", "48", "2.1", "52.1", "99.1", "48.92.1", "x"],
)
def test_a_place_that_is_none(folder: Path, place: str) -> None:
    change(folder, "dialects/ascii.toml", "[encoding]", f'[security]\ncvv2 = "{place}"\n\n[encoding]')
    with pytest.raises(SpecError) as refused:
        load_specs(folder)
    assert f"security.cvv2: found '{place}', expected a subelement that the dialect describes" in str(refused.value)


def test_a_place_is_taken_away(folder: Path) -> None:
    change(folder, "dialects/ascii.toml", "[encoding]", '[security]\ncvv2 = ""\n\n[encoding]')
    assert load_specs(folder).dialects["ascii"].security["cvv2"] == ""


def test_a_mac_needs_its_elements(folder: Path) -> None:
    base = (folder / "dialects" / "base87.toml").read_text(encoding="utf-8")
    text = re.sub(r"\[element\.(?:64|128)\]\nname = .*\nformat = .*\n", "", base)
    (folder / "dialects" / "few.toml").write_text(text, encoding="utf-8")
    old = 'dialect = "ascii_hex"\nheader = "4a"\n'
    change(folder, "centre.toml", old, 'dialect = "few"\nheader = "4a"\n\n[listener.security]\nmac = "verify"\n')
    with pytest.raises(SpecError, match=r"security\.mac: found 'verify', expected none: dialect 'few' has no DE 64"):
        load_specs(folder)
