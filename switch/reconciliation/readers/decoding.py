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
    """The rows of a CSV with their line numbers; empty ones are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell that has no end: what is left of the file is no table
            line = reader.line_num + 1
            continue
        if any(cell.strip() for cell in row):
            yield line, row
        line = reader.line_num + 1


@lru_cache(1 << 12)
def key_of(head: str) -> str:
    """A head of a column to compare by: small letters and digits, no accents.

    >>> key_of("N° d'autorisation"), key_of("Libellé opération")
    ('n d autorisation', 'libelle operation')
    """
    plain = unicodedata.normalize("NFKD", head.replace("°", " ").replace("º", " "))
    letters = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.lower().split())
