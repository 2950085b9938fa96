"""The cells of a workbook, read by the standard library alone; files that are none are one sentence."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook as OtherWorkbook

from switch.errors import SwitchError
from switch.reconciliation.readers.tables import Number
from switch.reconciliation.readers.workbook import sheets_of
from tests.reconciliation.readers.samples import workbook


def test_texts_numbers_and_gaps() -> None:
    (rows,) = sheets_of(workbook([["é & <b>", None, 1.5]], heads=("a", "b", "c")), "x.xlsx")
    assert rows == [(1, ["a", "b", "c"]), (2, ["é & <b>", "", "1.5"])]
    assert isinstance(rows[1][1][2], Number)


def test_another_writer_and_several_sheets() -> None:
    book = OtherWorkbook()
    book.active.append(["Date", 12])
    book.create_sheet("two").append(["x"])
    out = io.BytesIO()
    book.save(out)
    assert list(sheets_of(out.getvalue(), "x")) == [[(1, ["Date", "12"])], [(1, ["x"])]]


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(f"xl/worksheets/{name}.xml", content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        workbook([["a"]])[:-200],
        packed(),
        packed(sheet1=b"<worksheet><row"),
        packed(sheet1=b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'),
        packed(sheet1=b"<!-- " + b"x" * 2_000 + b' --><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'),
        packed(sheet1='<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'.encode("utf-16")),
        packed(sheet1=b'<?xml version="1.0" encoding="bogus"?><worksheet/>'),
        b"PK\x03\x04 and nothing more",
    ],
)
def test_a_damaged_workbook_is_one_sentence(content: bytes) -> None:
    with pytest.raises(SwitchError, match=r"^x\.xlsx: found a damaged workbook, expected XLSX$"):
        list(sheets_of(content, "x.xlsx"))


def test_numbers_of_rows_and_texts_that_no_sheet_has_are_left_alone() -> None:
    many = "9" * 5_000
    sheet = f'<worksheet><row r="{many}"><c t="s"><v>{many}</v></c><c t="str"><v>a</v></c></row></worksheet>'
    assert list(sheets_of(packed(sheet1=sheet.encode()), "x")) == [[(1, ["", "a"])]]
