"""The rows of a workbook (XLSX, ECMA-376): just the cells, by the standard library alone."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final
from xml.etree import ElementTree

from switch.display.guarded_xml import DocumentTypeError, TextEncodingError, refuse_document_type
from switch.errors import SwitchError
from switch.reconciliation.readers.decoding import TableRow
from switch.reconciliation.readers.tables import Number

PART_BYTES_MAX: Final = 512 * 1024 * 1024  #: of one part, unpacked: a million rows; a small file may unpack to anything
COLUMNS_MAX: Final = 1_000  #: of a row that is kept

#: What is raised of a file that is no workbook, or one cut short, encrypted or packed in a way of its own, or of a part of it
#: that is no XML, has a document type, or is in an encoding that XML is not read in.
_DAMAGED: Final = (
    *(zipfile.BadZipFile, ElementTree.ParseError, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(DocumentTypeError, TextEncodingError, LookupError, ValueError),
)
ROW_DIGITS_MAX: Final = 7  #: of the number of a row: a sheet has 1,048,576 of them
INDEX_DIGITS_MAX: Final = 10  #: of the number of a shared text
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})[0-9]+")
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")


def is_workbook(content: bytes) -> bool:
    """Whether these are the bytes of a zip file, which a workbook is."""
    return content.startswith(b"PK\x03\x04")


def sheets_of(content: bytes, name: str) -> Iterator[list[TableRow]]:
    """The rows of each sheet, in the order of the workbook; SwitchError where the file is none, or is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = _sheet_parts(book)
            strings = _shared_strings(book)
            for part in parts:
                yield list(_rows(book, part, strings))
    except _DAMAGED:
        raise SwitchError(f"{name}: found a damaged workbook, expected XLSX") from None


def _open(book: zipfile.ZipFile, part: str) -> IO[bytes]:
    if book.getinfo(part).file_size > PART_BYTES_MAX:
        raise zipfile.BadZipFile
    with book.open(part) as start:
        refuse_document_type(start.read)
    return book.open(part)


def _sheet_parts(book: zipfile.ZipFile) -> list[str]:
    """The parts of the sheets, in the order in which a person sees them."""
    names = [name for name in book.namelist() if _SHEET.fullmatch(name)]
    if not names:
        raise zipfile.BadZipFile
    return sorted(names, key=lambda name: (len(name), name))


def _shared_strings(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    found = []
    with _open(book, "xl/sharedStrings.xml") as part:
        for _, element in ElementTree.iterparse(part):  # noqa: S314  (no document type gets here)
            if _local(element.tag) == "si":
                found.append(_text(element))
                element.clear()
    return found


def _text(element: ElementTree.Element) -> str:
    """The text of a string, of all its runs; readings of foreign letters are left out."""
    return "".join(
        each.text or ""
        for child in element
        for each in (child, *child)
        if _local(each.tag) == "t" and _local(child.tag) != "rPh"
    )


def _rows(book: zipfile.ZipFile, part: str, strings: list[str]) -> Iterator[TableRow]:
    number = 0
    with _open(book, part) as sheet:
        for _, element in ElementTree.iterparse(sheet):  # noqa: S314  (no document type gets here)
            if _local(element.tag) != "row":
                continue
            given = element.get("r", "")
            number = int(given) if given.isdecimal() and len(given) <= ROW_DIGITS_MAX else number + 1
            row: list[str] = []
            for cell in element:
                place = _place(cell.get("r", ""), len(row))
                if place >= COLUMNS_MAX:
                    break
                row.extend([""] * (place - len(row)))
                row.append(_value(cell, strings))
            element.clear()
            if any(value.strip() for value in row):
                yield number, row


def _place(reference: str, following: int) -> int:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return following
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return max(place - 1, following)


def _value(cell: ElementTree.Element, strings: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return next((_text(child) for child in cell if _local(child.tag) == "is"), "")
    value = next((child.text or "" for child in cell if _local(child.tag) == "v"), "")
    if kind == "s":
        is_index = value.isdecimal() and len(value) <= INDEX_DIGITS_MAX and int(value) < len(strings)
        return strings[int(value)] if is_index else ""
    return Number(value) if kind == "n" and value else value


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
