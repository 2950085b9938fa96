"""Texts of a PDF: as wide as its font has them, and narrower where a column is."""

from __future__ import annotations

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from switch.settlement.typesetting.pdf_text import placed, typeset


@pytest.mark.parametrize("font", ["Helvetica", "Helvetica-Bold"])
def test_widths_are_those_of_the_font(font: str) -> None:
    for text in ("0123456789", "Régularisations (L'ŒUF) – 1\xa0234,56 €", "\\()", "WÀÿ"):
        letters, width = typeset(text, font, 7.0)
        assert width == pytest.approx(stringWidth(text, font, 7.0))
        assert letters.isascii()


def test_a_text_stands_where_its_column_begins_or_ends() -> None:
    assert placed(10, 5, "AB", "Helvetica", 10, 50) == "1 0 0 1 10.00 5.00 Tm (AB) Tj"
    width = stringWidth("AB", "Helvetica", 10)
    assert placed(10, 5, "AB", "Helvetica", 10, 50, ends=True) == f"1 0 0 1 {60 - width:.2f} 5.00 Tm (AB) Tj"


def test_a_text_wider_than_its_column_is_set_narrower() -> None:
    width = stringWidth("ABCD", "Helvetica", 10)
    assert placed(0, 0, "ABCD", "Helvetica", 10, width / 2) == "1 0 0 1 0.00 0.00 Tm 50.00 Tz (ABCD) Tj 100 Tz"
