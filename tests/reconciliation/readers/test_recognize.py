"""What a file is, found out from its content or said; any bytes are a side or one sentence."""

from __future__ import annotations

import io
import json
import random
import zipfile
from encodings.aliases import aliases
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.cli.reconcile import reconcile
from switch.errors import SwitchError
from switch.reconciliation.as_rows import write_rows
from switch.reconciliation.matching import reconcile as matched
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


@given(st.sampled_from(sorted(aliases)) | st.text(max_size=20))
def test_a_camt_of_any_encoding_is_a_side_or_a_sentence(encoding: str) -> None:
    told = read(CAMT.replace("UTF-8", encoding).encode())
    assert isinstance(told, list) or told.startswith("x")


#: Cells as a hostile workbook has them: numbers that are none, and numbers no amount, date or reference can be.
CELLS: Final = st.sampled_from(
    ["NaN", "sNaN", "Infinity", "-Infinity", "1e999999", "1e-999999", "9" * 5_000, "-1", "46056.5", "1E+25", "0.1" * 3, "²", ""]
) | st.text(max_size=12)


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=3), CELLS, CELLS)
def test_a_workbook_of_any_cells_is_a_side_or_a_sentence(rows: list[list[str]], number: str, index: str) -> None:
    heads = "".join(f'<c t="str"><v>{head}</v></c>' for head in ("Date", "Heure", "Montant", "RRN"))
    below = "".join(
        f"<row r={quoteattr(number)}>" + "".join(f"<c><v>{escape(cell)}</v></c>" for cell in row) + "</row>" for row in rows
    )
    good = '<row><c><v>46056</v></c><c><v>0.5</v></c><c><v>125</v></c><c t="s"><v>' + escape(index) + "</v></c></row>"
    sheet = f"<worksheet><sheetData><row>{heads}</row>{below}{good}</sheetData></worksheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", sheet.encode(errors="replace"))
        book.writestr("xl/sharedStrings.xml", "<sst><si><t>a</t></si></sst>")
    told = read(out.getvalue())
    assert isinstance(told, list) or told.startswith("x")


#: A statement as ``switch statement --json`` writes it, with one of its lines.
STATEMENT: Final = {"business_date": "2026-02-03", "value_date": "2026-02-04", "reference": "X-1", "currency": "504"}
LINE: Final = {
    "local_at": "0203100500",
    "terminal_id": "T0000042",
    "pan_masked": "950401******0019",
    "channel": "ecommerce",
    "rrn": "000000000051",
    "approval_code": "A1B2C3",
    "amount_minor": 12_500,
    "net_minor": 12_335,
    "adjusts": "",
}
JSON_VALUES: Final = st.none() | st.integers() | st.floats(allow_nan=False) | st.just(10**4_299) | st.text(max_size=3)


@given(st.dictionaries(st.sampled_from(sorted(STATEMENT)), st.none() | st.integers() | st.text(max_size=9)), JSON_VALUES)
def test_a_statement_of_any_values_is_a_side_or_a_sentence(changed: dict[str, object], amount: object) -> None:
    head = {**STATEMENT, **changed}
    line = {**LINE, "amount_minor": amount}
    try:
        side = side_of("x", json.dumps({**head, "lines": [line, LINE]}).encode())
    except SwitchError:
        return
    write_rows(io.StringIO(), matched(side, side))
