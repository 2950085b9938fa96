"""What a file is, found out from its content or said; any bytes are a side or one sentence."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.cli.reconcile import reconcile
from switch.errors import SwitchError
from switch.reconciliation.readers.recognize import RECOGNIZED_FORMS, side_of
from tests.reconciliation.readers.samples import AMEX, BANK_CSV, BARID, BLOCKS, CAMT, TILL_CSV, workbook

EXPORT = workbook([["03/02/2026", "10:05", "001201", 125, 123.35, "VISA", "4417902"]])
FILES = {
    "cmi": BLOCKS.encode(),
    "barid": BARID.encode(),
    "amex": AMEX.encode(),
    "camt.053": CAMT.encode(),
    "bank": BANK_CSV.encode("cp1252"),
    "till": TILL_CSV.encode(),
    "cmi-export": EXPORT,
}


@pytest.mark.parametrize("form", FILES)
def test_a_file_is_known_by_its_content_alone(form: str) -> None:
    assert side_of("x", FILES[form]).form == form
    assert side_of("x", FILES[form], form).lines == side_of("x", FILES[form]).lines


def test_the_command_names_every_form() -> None:
    option = next(each for each in reconcile.params if each.name == "left_as")
    assert set(option.type.choices) == set(RECOGNIZED_FORMS)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("content", "form", "found"),
    [
        (b"", None, "found an empty file"),
        (b"hello\n", None, "found a file of no known layout"),
        (b"Date;Montant\n", None, "found no line of money"),
        (EXPORT, "camt.053", "found a workbook, expected camt.053"),
        (BARID.encode(), "cmi", "found no usable line"),
        (BARID.encode(), "till", "found a file of no known layout"),
    ],
)
def test_what_is_no_such_file_is_one_sentence(content: bytes, form: str | None, found: str) -> None:
    with pytest.raises(SwitchError, match=f"^x: {found}"):
        side_of("x", content, form)


@given(st.sampled_from(sorted(FILES)), st.randoms(use_true_random=False))
def test_spoilt_files_are_sides_or_sentences(form: str, chance: random.Random) -> None:
    content = bytearray(FILES[form])
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(content))
        content[place : place + chance.randint(0, 3)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 3)))
    assert read(bytes(content)) is not None


def read(content: bytes, form: str | None = None) -> list[int] | str:
    """The amounts of a file, or the sentence about it."""
    try:
        return [line.amount_minor for line in side_of("x", content, form).lines]
    except SwitchError as error:
        return str(error)


@given(st.binary(max_size=300), st.sampled_from([None, *RECOGNIZED_FORMS]))
def test_any_bytes_are_a_side_or_a_sentence(content: bytes, form: str | None) -> None:
    told = read(content, form)
    assert isinstance(told, list) or (told.startswith("x") and "\n" not in told)
