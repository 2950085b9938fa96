"""Encodings, separators and rows as programs write them."""

from __future__ import annotations

import pytest

from switch.reconciliation.readers.decoding import (
    CELL_EXPECTED,
    QUOTES_EXPECTED,
    BrokenRow,
    decoded,
    key_of,
    rows_of,
    separator_of,
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_text_is_read_in_its_encoding(encoding: str) -> None:
    assert decoded("Libellé;Crédit €".encode(encoding)) == "Libellé;Crédit €"


def test_utf_16_with_its_mark() -> None:
    assert decoded("\ufeffLibellé".encode("utf-16-le")) == "Libellé"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Date;Libellé;Montant\n1;a, b;3,50\n2;c;4,50\n", ";"),
        ("date,amount\n1,3.50\n", ","),
        ("date\tamount\n1\t3,50\n", "\t"),
        ('Date,Label\n1,"a;b;c"\n2,"d;e;f"\n', ","),
        ("Compte;0011\nDate;Libellé;Débit;Crédit\n1;a;;3,50\n2;b;;4,50\n", ";"),
    ],
)
def test_the_separator_is_found(text: str, mark: str) -> None:
    assert separator_of(text) == mark


def test_rows_have_the_number_of_their_first_line() -> None:
    assert list(rows_of('a;b\n\n"1\n2";3\nx;y\n')) == [(1, ["a", "b"]), (3, ["1\n2", "3"]), (5, ["x", "y"])]


def test_heads_are_compared_without_accents_and_marks() -> None:
    assert key_of("  N° d'Autorisation ") == key_of("n d autorisation")
    assert key_of("Crédit/Débit Marchand") == "credit debit marchand"


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ('date;amount;label\n1;10;"TV 32\n2;20;b\n3;30;c\n', 2),  # a mark that nothing ends
        ('date;amount;label\n1;10;"TV 32\n2;20;b\n3;30;c"\n4;40;d\n', 2),  # ended by another one that is one too many
        ('date;amount;label\n1;10;a\n2;20;"b', 3),
        ('date;amount;label\n1;10;"' + "x" * 140_000 + '"\n2;20;b\n', 2),
        ('date;amount;label\n1;10;"' + "x" * 131_071, 2),  # as long as a cell may be, and open
        ('date;amount;label\n1;10;"TV\n' + "2;20;b\n" * 30_000, 2),  # more than a cell may have
    ],
)
def test_no_line_vanishes_behind_a_quotation_mark(text: str, broken: int) -> None:
    rows = list(rows_of(text))
    assert next(line for line, row in rows if isinstance(row, BrokenRow)) == broken
    assert [line for line, _ in rows] == list(range(1, text.count("\n") + (not text.endswith("\n")) + 1))
    assert all(row.expected in (QUOTES_EXPECTED, CELL_EXPECTED) for _, row in rows if isinstance(row, BrokenRow))


def test_a_file_of_open_quotation_marks_is_read_once() -> None:
    rows = list(rows_of('a;"b";"c\n' * 20_000))
    assert len(rows) == 20_000
    assert all(isinstance(row, BrokenRow) for _, row in rows)
