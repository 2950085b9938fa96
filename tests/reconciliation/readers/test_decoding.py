"""Encodings, separators and rows as programs write them."""

from __future__ import annotations

import pytest

from switch.reconciliation.readers.decoding import decoded, key_of, rows_of, separator_of


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
