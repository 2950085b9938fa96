"""The PDF of a statement, read back by another program: every figure, the heads of each page, and no number of a card."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pypdfium2
import pytest

from switch.endofday.close import close_day
from switch.endofday.statements import stated, statement
from switch.merchant import StatementLanguage
from switch.settlement.statement import SECTIONS
from switch.settlement.statement_forms import as_bytes
from switch.settlement.statement_labels import LABELS
from switch.settlement.statement_pdf import as_pdf
from tests.settlement.test_statement import close_a_day, close_a_day_of_all_kinds, close_the_day_after
from tests.support.day_builders import (
    FRIDAY,
    GROCER,
    HOTEL,
    NOW_MS,
    SATURDAY,
    SUNDAY,
    day_specs,
    journal_of,
    later_ms,
    merchant,
)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of two merchants: sales, reversals, and every other kind of line."""
    data = tmp_path_factory.mktemp("closed")
    close_a_day(data)
    close_the_day_after(data)
    close_a_day_of_all_kinds(data)
    return data


def pdf_of(data: Path, merchant_id: str, date: str | None = None, language: StatementLanguage | None = None) -> bytes:
    with stated(data, merchant_id, date, language=language) as told:
        return as_pdf(told)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, with plain spaces."""
    document = pypdfium2.PdfDocument(pdf)
    return [unicodedata.normalize("NFKC", page.get_textpage().get_text_range()) for page in document]


def cells_of(pdf: bytes) -> list[str]:
    """The texts of all pages, each column by itself."""
    pages = [(page, page.get_textpage()) for page in pypdfium2.PdfDocument(pdf)]
    texts = [each.extract() for page, text in pages for each in page.get_objects(textpage=text) if hasattr(each, "extract")]
    return [unicodedata.normalize("NFKC", text).strip() for text in texts]


def amounts(cells: list[str], language: str) -> list[str]:
    """The amounts among them as plain decimals, sorted."""
    point, thousands = (",", " ") if language == "fr" else (".", ",")
    pattern = rf"(-?\d{{1,3}}(?:{thousands}\d{{3}})*{re.escape(point)}\d\d)(?: MAD)?"
    found = [match[1] for cell in cells if (match := re.fullmatch(pattern, cell))]
    return sorted(amount.replace(thousands, "").replace(point, ".") for amount in found)


CASES = [
    (merchant_id, date, language)
    for merchant_id in (GROCER.id, HOTEL.id)
    for date in (FRIDAY, SATURDAY, SUNDAY)
    for language in ("fr", "en")
]


def lines_of(data: Path, merchant_id: str, date: str) -> list[list[str]]:
    return [line.split(",") for line in statement(data, merchant_id, date, "csv").splitlines()[1:]]


@pytest.mark.parametrize(("merchant_id", "date", "language"), CASES)
def test_every_figure_of_the_books_is_read_back(closed: Path, merchant_id: str, date: str, language: StatementLanguage) -> None:
    cells = cells_of(pdf_of(closed, merchant_id, date, language))
    with stated(closed, merchant_id, date) as told:
        head = told.head
        minors = [head.net_minor, head.net_minor, head.discount_minor, head.vat_minor, head.discount_minor + head.vat_minor]
        minors += [head.gross_minor, head.discount_minor, head.vat_minor, head.net_minor - head.brought_forward_minor]
        minors += [head.brought_forward_minor] if head.brought_forward_minor else []
        subtotals = [section.total for section in told.sections] if len(told.sections) > 1 else []
        for total in (*told.origins, *told.parts, *subtotals):
            minors += [total.gross_minor, total.discount_minor, total.vat_minor, total.net_minor]
    expected = [f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}" for minor in minors]
    for line in lines_of(closed, merchant_id, date):
        expected += [line[15], line[17], line[18], line[19]]
        for word in (line[5], line[6], line[7], line[12], line[13]):
            assert not word or word in cells
    assert amounts(cells, language) == sorted(expected)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not installed")
def test_poppler_reads_the_same(closed: Path) -> None:
    for merchant_id, date, language in CASES:
        pdf = pdf_of(closed, merchant_id, date, "fr" if language == "fr" else "en")
        command = ["pdftotext", "-layout", "-", "-"]
        text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
        words = " ".join(unicodedata.normalize("NFKC", text).split())
        assert [cell for cell in cells_of(pdf) if " ".join(cell.split()) not in words] == []


def test_accents_and_what_the_head_says(closed: Path) -> None:
    (text,) = pages_of(pdf_of(closed, GROCER.id, SUNDAY))
    for words in (
        "RELEVÉ MONÉTIQUE",
        "Centre Monétique d'Essai",
        "EPICERIE DU PORT",
        "ESSAOUIRA",
        "310 810 1014029004423101 33",
        "MA64 3108 1010 1402 9004 4231 0133",
        "22/11/2026",
        "SOLDE NET CRÉDITÉ (date de valeur 23/11/2026)",
        "Total TVA sur commissions (10 %)",
        "Régularisations sur relevés antérieurs",
        "Page 1 sur 1",
    ):
        assert words in text


def test_amounts_are_written_as_the_language_writes_them(closed: Path) -> None:
    (french,), (english,) = (pages_of(pdf_of(closed, HOTEL.id, FRIDAY, language)) for language in ("fr", "en"))
    assert "12 345,67" in french
    assert "12,345.67" in english
    assert "20/11/2026" in french
    assert "2026-11-20" in english


def test_the_same_statement_gives_the_same_bytes(closed: Path) -> None:
    first = pdf_of(closed, GROCER.id, SUNDAY)
    assert first == pdf_of(closed, GROCER.id, SUNDAY)
    assert first != pdf_of(closed, GROCER.id, SATURDAY)
    with stated(closed, GROCER.id, SUNDAY) as told:
        assert as_bytes(told, "pdf") == first


def test_no_card_number_is_whole(closed: Path) -> None:
    text = "".join(page for merchant_id, date, language in CASES for page in pages_of(pdf_of(closed, merchant_id, date, "fr")))
    assert "450716******0010" in text
    assert [digits for digits in re.findall(r"\d{13,19}", text) if digits not in GROCER.rib + HOTEL.rib] == []


@pytest.mark.parametrize("count", [1, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 130, 250])
def test_each_page_has_the_heads_of_its_columns_and_its_number(tmp_path: Path, count: int) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        for _ in range(count):
            journal.decide()
        journal.decide(amount_minor=1_000, transaction_type="refund")
    close_day(tmp_path, day_specs(), FRIDAY, NOW_MS)
    pages = pages_of(pdf_of(tmp_path, GROCER.id))
    rows = 0
    for number, text in enumerate(pages, start=1):
        on_page = len(re.findall(r"450716\*{6}0010", text))
        assert f"Page {number} sur {len(pages)}" in text
        assert ("N° autor." in text) == bool(on_page)
        assert ("(suite)" in text) == (number > 1)
        rows += on_page
    assert rows == count + 1
    assert "SOLDE NET CRÉDITÉ" in pages[-1]
    assert "Totaux" in pages[-1]


def test_the_largest_amounts_stay_in_their_columns(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=999_999_999_999, pan_masked="450716*********0010", scheme="mastercard", origin="foreign")
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    pdf = pdf_of(tmp_path, GROCER.id)
    (text,) = pages_of(pdf)
    assert "9 999 999 999,99" in text
    assert re.findall(r"450716\*{9}0010", text) == ["450716*********0010"]


def test_odd_texts_are_shown_and_break_nothing(tmp_path: Path) -> None:
    odd = merchant(id="ODD", name="CAFÉ (L'ŒUF) \\ مقهى", city="FÈS")
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id="ODD", terminal_id="(\\)) Tj", rrn="\x1b[2J\u202e00000001")
    close_day(tmp_path, day_specs(merchants=[odd]), FRIDAY, NOW_MS)
    (text,) = pages_of(pdf_of(tmp_path, "ODD"))
    assert "CAFÉ (L'ŒUF) \\ ????" in text
    assert "(\\)) Tj" in text
    assert "\\x1b[2J\\u202e00000001" in text


def test_every_section_has_a_name_on_paper() -> None:
    for labels in LABELS.values():
        assert all(labels[section] for section in (*SECTIONS, "adjustments"))
        assert labels["page"].format(page=1, pages=2)
