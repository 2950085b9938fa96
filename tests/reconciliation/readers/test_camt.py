"""A camt.053: booked entries with the line on which each begins."""

from __future__ import annotations

import pytest

from switch.errors import SwitchError
from switch.reconciliation.movement import SetAside
from switch.reconciliation.readers.recognize import side_of
from tests.reconciliation.readers.samples import CAMT


def test_booked_entries() -> None:
    side = side_of("bank.xml", CAMT.encode())
    assert (side.form, side.kind, side.level) == ("camt.053", "bank", "sums")
    assert [(line.place, line.date, line.value_date, line.amount_minor, line.label) for line in side.lines] == [
        (5, "2026-02-04", "2026-02-05", 138_890, "VENTE PAR CARTE 000285"),
        (11, "2026-02-04", "2026-02-04", -2_467, "CREDIT VOUCHER 000285"),
    ]
    assert side.set_aside == (SetAside(place=20, found="Amt '12.345'", expected="an amount such as 1234.56"),)


def test_prefixes_are_no_matter() -> None:
    prefixed = CAMT.replace("<Ntry", "<a:Ntry").replace("</Ntry", "</a:Ntry").replace("xmlns=", "xmlns:a=")
    assert [line.amount_minor for line in side_of("x", prefixed.encode()).lines] == [138_890, -2_467]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("</Document>", "", "x:25: found broken XML, expected camt.053"),
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<!DOCTYPE Document [<!ENTITY a "b">]>',
            "x:1: found a document type, expected a camt.053 without one",
        ),
        (
            'encoding="UTF-8"',
            'encoding="bogus"',
            "x: found an encoding that XML is not read in, expected UTF-8 or another usual one",
        ),
        (
            'encoding="UTF-8"',
            'encoding="gb18030"',
            "x: found an encoding that XML is not read in, expected UTF-8 or another usual one",
        ),
    ],
)
def test_what_is_no_camt_is_one_sentence(old: str, new: str, sentence: str) -> None:
    with pytest.raises(SwitchError) as refused:
        side_of("x", CAMT.replace(old, new).encode())
    assert str(refused.value) == sentence
