"""What a dialect cannot say of what the centre has to say: a mistake where that is all, else a warning."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switch.errors import SpecError
from switch.specs.folder import default_folder
from switch.specs.load import load_specs
from switch.specs.sayable import gaps_to_acquirers, gaps_to_issuers
from tests.cli.command import run
from tests.support.centre_in_loop import specs

NARROW = 'title = "narrow"\nextends = "ascii"\n[element.{number}]\nformat = "{notation}"\n'
#: Of a terminal's dialect of few elements.
FEW = {2: "n..19", 3: "n 6", 4: "n 12", 11: "n 6", 12: "n 6", 13: "n 4", 38: "an 6", 39: "an 2", 41: "ans 8", 42: "ans 15"}


def with_dialect(folder: Path, text: str, file: str = "centre.toml") -> Path:
    """A specification whose first listener, or an issuer, speaks a dialect of this text."""
    shutil.copytree(default_folder(), folder)
    (folder / "dialects" / "narrow.toml").write_text(text, encoding="utf-8")
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace('dialect = "ascii"', 'dialect = "narrow"', 1), encoding="utf-8")
    return folder


def few(**changed: str) -> str:
    elements = {**FEW, **{int(key[2:]): value for key, value in changed.items()}}
    tables = [f'[element.{n}]\nname = "DE {n}"\nformat = "{notation}"\n' for n, notation in elements.items() if notation]
    return 'title = "few"\n' + "".join(tables)


def test_the_dialects_of_the_house_can_say_all_but_letters_in_digits() -> None:
    found = {name: [*gaps_to_acquirers(each), *gaps_to_issuers(each)] for name, each in specs().dialects.items()}
    assert {name for name, gaps in found.items() if gaps} == {"bcd_numeric_39"}
    (gap,) = found["bcd_numeric_39"]
    assert (gap.whole, gap.instead) == (False, "it is answered with 96")
    assert specs().unsaid == ()


@pytest.mark.parametrize(
    ("number", "notation", "said", "instead"),
    [
        (39, "n 2", "a response code with letters (N7) (DE 39: found 'N' as character 1, expected n 2: digits)", "with 96"),
        (38, "n 6", "a code of the approval with letters (A1B2C3) (DE 38: found 'A' as character 1", "without DE 38"),
        (54, "an..20", "balances in DE 54 (DE 54: found 40 characters, expected an..20)", "without the issuer's DE 54"),
        (97, "n 16", "totals in an 0510 (DE 97: ", "not answered"),
        (33, "n..3", "an echo to who has signed on (DE 33: ", "it is not sent"),
        (37, "an 6", "an approval (DE 37: ", "without the elements that Switch added"),
    ],
)
def test_what_a_listener_cannot_say_is_a_warning(tmp_path: Path, number: int, notation: str, said: str, instead: str) -> None:
    folder = with_dialect(tmp_path / "specs", NARROW.format(number=number, notation=notation))
    result = run("specs", "check", "--specs", folder)
    assert result.code == 0
    assert f"warning: centre.toml:12: listener[1].dialect: found 'narrow', which cannot say {said}" in result.err
    assert instead in result.err.split(said)[1]
    assert "all well" in result.out


@pytest.mark.parametrize(("number", "what"), [(90, "a reversal"), (95, "a reversal of a part"), (38, "an advice")])
def test_what_an_issuer_cannot_be_told_is_a_warning(tmp_path: Path, number: int, what: str) -> None:
    notation = {90: "n 20", 95: "an 12", 38: "n 4"}[number]
    folder = with_dialect(tmp_path / "specs", NARROW.format(number=number, notation=notation), "issuers/atlas.toml")
    found = [str(warning) for warning in load_specs(folder).unsaid]
    assert any(
        f"issuers/atlas.toml:8: dialect: found 'narrow', which cannot say {what} (DE {number}: " in each for each in found
    )


@pytest.mark.parametrize("lacking", [3, 4, 11, 39, 41, 42])
def test_a_listener_that_can_say_nothing_is_a_mistake(tmp_path: Path, lacking: int) -> None:
    folder = with_dialect(tmp_path / "specs", few(**{f"de{lacking}": ""}))
    with pytest.raises(SpecError, match=r"centre.toml:12: listener\[1\].dialect: found 'narrow', which cannot say") as error:
        load_specs(folder)
    assert f"DE {lacking}" in str(error.value) or f"element {lacking}" in str(error.value)


def test_a_terminal_of_few_elements_is_answered_with_what_it_sent(tmp_path: Path) -> None:
    folder = with_dialect(tmp_path / "specs", few())
    (first, *_) = load_specs(folder).unsaid
    assert str(first).endswith("expected a dialect that can; else it is answered without the elements that Switch added")


@pytest.mark.parametrize("lacking", [7, 11, 39, 41])
def test_an_issuer_whose_answers_cannot_be_used_is_a_mistake(tmp_path: Path, lacking: int) -> None:
    every = {n: e.format for n, e in enumerate(specs().dialects["ascii"].elements) if e is not None}
    changed = {f"de{n}": "" if n == lacking else notation for n, notation in every.items() if n <= 128}
    folder = with_dialect(tmp_path / "specs", few(**changed), "issuers/atlas.toml")
    with pytest.raises(SpecError, match=f"cannot say an answer of the issuer .no DE {lacking}.*it cannot be used"):
        load_specs(folder)


def test_the_default_specification_warns_of_nothing() -> None:
    result = run("specs", "check", "--specs", default_folder())
    assert (result.code, result.err) == (0, "")
