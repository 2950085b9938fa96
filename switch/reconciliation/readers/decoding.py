"""Bytes to text, and text to the rows of a table: encodings, byte order marks and separators as programs write them."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

SEPARATORS: Final = (";", ",", "\t", "|")
LINES_LOOKED_AT: Final = 50  #: to find the separator by
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

#: A row with the number of its first line in the file.
TableRow = tuple[int, list[str]]

QUOTES_EXPECTED: Final = "quotation marks that end in their row"
CELL_EXPECTED: Final = "cells of at most 131,072 characters"


class BrokenRow(list[str]):
    """A line of a CSV that cannot be told into cells: the line as it is, and what was expected of it."""

    __slots__ = ("expected",)

    def __init__(self, line: str, expected: str) -> None:
        super().__init__([line])
        self.expected = expected


def decoded(content: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else Windows-1252, which takes any byte.

    >>> decoded("Libellé".encode("cp1252")), decoded("Libellé".encode("utf-8-sig"))
    ('Libellé', 'Libellé')
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def separator_of(text: str) -> str:
    """What stands between the cells of a CSV: the mark that most lines have equally often."""
    lines = [line for line in text.split("\n", LINES_LOOKED_AT)[:LINES_LOOKED_AT] if line.strip()]
    best, best_score = ",", 0
    for mark in SEPARATORS:
        counts = Counter(_outside_quotes(line, mark) for line in lines)
        counts.pop(0, None)
        if counts:
            each, often = max(counts.items(), key=lambda found: (found[1], found[0]))
            score = often * 100 + min(each, 50)
            if score > best_score:
                best, best_score = mark, score
    return best


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])


def rows_of(text: str) -> Iterator[TableRow]:
    """The rows of a CSV with their line numbers; empty ones are left out.

    A quotation mark that has no end takes the lines behind it into one cell. So a row of several lines with the separator
    in such a cell, or one that only the end of the file ends, is a ``BrokenRow``, and the lines behind its first are rows.

    >>> [(line, list(row)) for line, row in rows_of('a;b\\n1;"x\\n2;y\\n')]
    [(1, ['a', 'b']), (2, ['1;"x']), (3, ['2', 'y'])]
    """
    mark = separator_of(text)
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, delimiter=mark)
    line, start = 1, 0
    while True:
        row: list[str] | None
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell that is too long
            row = None
        end, last = source.tell(), reader.line_num
        swallowed = row is None or (last > line and _has_lines_in_a_cell(row, mark))
        if swallowed or (end == len(text) and _is_open(text[start:], mark)):
            source.seek(start)
            for number in range(line, last + 1):
                alone = _row_of_line(source.readline(), mark, is_broken=number == line)
                if any(cell.strip() for cell in alone):
                    yield number, alone
        elif row and any(cell.strip() for cell in row):
            yield line, row
        line, start = last + 1, end


def _has_lines_in_a_cell(row: list[str], mark: str) -> bool:
    return any(mark in cell and ("\n" in cell or "\r" in cell) for cell in row)


def _is_open(text: str, mark: str) -> bool:
    """Whether a text ends inside quotation marks: a line behind it would belong to its last row."""
    try:
        *_, last = csv.reader(io.StringIO(f"{text}\n.", newline=""), delimiter=mark)
    except csv.Error:  # with the line behind it, its last cell is too long
        return True
    return last != ["."]


def _row_of_line(text: str, mark: str, *, is_broken: bool) -> list[str]:
    """One line of a row that was broken, read by itself."""
    plain = text.rstrip("\r\n")
    try:
        row = next(csv.reader([plain], delimiter=mark), [])
    except csv.Error:
        return BrokenRow(plain, CELL_EXPECTED)
    return BrokenRow(plain, QUOTES_EXPECTED) if is_broken or _is_open(plain, mark) else row


@lru_cache(1 << 12)
def key_of(head: str) -> str:
    """A head of a column to compare by: small letters and digits, no accents.

    >>> key_of("N° d'autorisation"), key_of("Libellé opération")
    ('n d autorisation', 'libelle operation')
    """
    plain = unicodedata.normalize("NFKD", head.replace("°", " ").replace("º", " "))
    letters = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.lower().split())
