"""The parts of a specification read one by one: only what is asked for is read, and only its mistakes are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switch.errors import SpecError, SpecsError
from switch.specs.folder import default_folder
from switch.specs.load import load_specs
from switch.specs.parts import Parts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "specs"
    shutil.copytree(default_folder(), copy)
    return copy


def test_parts_are_those_of_the_whole_specification() -> None:
    parts, whole = Parts(None), load_specs()
    assert parts.centre == whole.centre
    assert parts.calendar == whole.calendar
    assert dict(parts.merchants) == dict(whole.merchants)
    assert dict(parts.issuers) == dict(whole.issuers)
    assert list(parts.dialects) == list(whole.dialects)
    assert all(parts.dialects[name].title == dialect.title for name, dialect in whole.dialects.items())
    assert "klingon" not in parts.dialects
    with pytest.raises(KeyError):
        parts.issuers["klingon"]


def test_a_mistake_in_another_part_is_not_looked_for(folder: Path) -> None:
    (folder / "fees" / "vat.toml").write_text("nonsense")
    (folder / "dialects" / "bcd.toml").write_text("nonsense = 1\n")
    parts = Parts(folder)
    assert parts.dialects["ascii"].name == "ascii"
    assert parts.centre.listeners
    with pytest.raises((SpecError, SpecsError), match=r"dialects/bcd\.toml"):
        parts.dialects["bcd"]


def test_a_mistake_in_the_part_itself_is_told(folder: Path) -> None:
    (folder / "centre.toml").write_text("")
    with pytest.raises((SpecError, SpecsError), match=r"centre\.toml"):
        _ = Parts(folder).centre


def test_a_dialect_that_extends_itself_is_told(folder: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        (folder / "dialects" / f"{name}.toml").write_text(f'title = "{name}"\nextends = "{other}"\n')
    with pytest.raises(SpecError, match="a dialect that does not extend this one in turn"):
        Parts(folder).dialects["one"]
