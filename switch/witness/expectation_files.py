"""Expectations as a person gives them: a file, or texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from switch.errors import SpecsError
from switch.iso8583.scripted.element_names import numbers_by_name
from switch.spec_table import Mistakes, SpecTable
from switch.specs.files import parse, read_bytes
from switch.specs.specification import Specs
from switch.verification.expectation import SHORT_NAMES, Expectation
from switch.verification.expectation_file import Expectations, sentence_read

NAMED: Final = "expectation"  #: where something is wrong in a text that stands in no file


def expectation_names(specs: Specs) -> dict[str, str]:
    """The names of elements that an expectation may use, each with its number."""
    return {**numbers_by_name(specs.dialects.values()), **SHORT_NAMES}


def expectations_of_file(path: Path, specs: Specs) -> Expectations:
    """The expectations of a file. SpecError names what is wrong: its ``mistakes`` are all of them."""
    file, mistakes = str(path), Mistakes()
    values, lines = parse(file, read_bytes(path, file))
    table = SpecTable(file, values, lines=lines, mistakes=mistakes)
    read = table.reading(partial(Expectations.from_toml, names=numbers_by_name(specs.dialects.values())))
    _refuse(mistakes)
    assert read is not None
    return read


def expectations_of_texts(texts: Sequence[str], specs: Specs) -> list[Expectation]:
    """Expectations in one line each. SpecError as for a file."""
    mistakes, names = Mistakes(), expectation_names(specs)
    found = []
    for number, text in enumerate(texts, start=1):
        table = SpecTable(NAMED if len(texts) == 1 else f"{NAMED} {number}", {}, mistakes=mistakes)
        found.append(sentence_read(table, "", text, names))
    _refuse(mistakes)
    return [each for each in found if each is not None]


def expectation_of_values(name: str, values: dict[str, object], specs: Specs) -> Expectation:
    """An expectation that a program spells as a table of a file. SpecError as for a file."""
    mistakes = Mistakes()
    table = SpecTable(NAMED, values, mistakes=mistakes)
    read = table.reading(partial(Expectation.from_toml, names=expectation_names(specs), usual_name=name))
    _refuse(mistakes)
    assert read is not None
    return read


def _refuse(mistakes: Mistakes) -> None:
    """Raise what is wrong, in the order of the lines."""
    found = sorted(mistakes.values(), key=lambda error: error.line or 0)
    if len(found) == 1:
        raise found[0]
    if found:
        raise SpecsError(found)
