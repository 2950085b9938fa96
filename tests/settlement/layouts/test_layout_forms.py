"""Every layout in every form and language, read back by other programs: figures, accents and Arabic, numbers as numbers."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest

from switch.endofday.close import close_day
from switch.endofday.files import system_letters
from switch.endofday.statements import stated
from switch.errors import SwitchError
from switch.machine.fonts import system_fonts
from switch.merchant import LANGUAGES, StatementLanguage
from switch.settlement.layouts.layout_forms import DocumentForm, laid_out
from switch.settlement.statement_facts import StatementLayout
from switch.settlement.statement_forms import as_bytes, write_texts
from switch.settlement.typesetting.arabic import has_shaping
from tests.cli.command import run
from tests.settlement.layouts.day_of_remises import FRIDAY, SHOP, close_two_days
from tests.settlement.test_statement_pdf import cells_of
from tests.support.day_builders import NOW_MS, day_specs, journal_of, merchant

OTHER_LAYOUTS: tuple[StatementLayout, ...] = ("remise", "monthly")
EVERY: tuple[StatementLayout, ...] = ("detailed", *OTHER_LAYOUTS)
CAN_ARABIC = has_shaping() and bool(system_fonts())
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
by_layout = pytest.mark.parametrize("layout", EVERY)
by_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return close_two_days(tmp_path_factory.mktemp("closed"))


def needs(language: StatementLanguage) -> None:
    if language == "ar" and not CAN_ARABIC:
        pytest.skip("arabic-reshaper, python-bidi or a font of switch.machine.fonts.KNOWN is not installed")


def made(data: Path, layout: StatementLayout, form: DocumentForm, language: StatementLanguage = "fr") -> bytes:
    with stated(data, SHOP.id, FRIDAY, language=language) as told:
        if layout != "detailed":
            return laid_out(told, layout, form, system_letters())
        if form in ("pdf", "xlsx"):
            return as_bytes(told, form, system_letters())
        out = io.StringIO(newline="")
        write_texts(told, {form: out})  # type: ignore[dict-item]  # JSON is not asked for here
        return out.getvalue().encode()


def minors_of(data: Path, layout: StatementLayout) -> set[int]:
    """Every amount that a layout says, from its JSON; of the detailed one, from its CSV."""
    if layout == "detailed":
        rows = csv.DictReader(io.StringIO(made(data, "detailed", "csv").decode(), newline=""))
        return {round(float(row[key]) * 100) for row in rows for key in ("gross", "discount", "vat", "net")}
    found: set[int] = set()

    def walk(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for inner, each in value.items():
                walk(each, inner)
        elif isinstance(value, list):
            for each in value:
                walk(each)
        elif key.endswith("_minor") and value is not None:
            found.add(value)

    walk(json.loads(made(data, layout, "json")))
    return found


def plain(figure: str, language: StatementLanguage, layout: StatementLayout) -> int | None:
    """Minor units of a figure as a layout writes it in a language."""
    point = "." if language == "en" or (language, layout) == ("fr", "remise") else ","
    thousands = {"fr": " " if layout != "remise" else ",", "en": ",", "ar": "."}[language]
    found = re.fullmatch(rf"(-?\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})*){re.escape(point)}(\d\d)(?: MAD)?", figure)
    if found is None:
        return None
    whole = int(found[1].replace(thousands, ""))
    return (-1 if found[1].startswith("-") else 1) * (abs(whole) * 100 + int(found[2]))


@by_layout
@by_language
def test_every_figure_of_a_pdf_is_read_back(data: Path, layout: StatementLayout, language: StatementLanguage) -> None:
    needs(language)
    read = {plain(cell, language, layout) for cell in cells_of(made(data, layout, "pdf", language))}
    assert minors_of(data, layout) - read == set()


@by_layout
@by_language
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not installed")
def test_poppler_reads_figures_accents_and_arabic(data: Path, layout: StatementLayout, language: StatementLanguage) -> None:
    needs(language)
    command = ["pdftotext", "-layout", "-", "-"]
    pdf = made(data, layout, "pdf", language)
    text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    words = " ".join(unicodedata.normalize("NFKC", text).split())
    figures = {
        plain(" ".join(part.split()), language, layout) for part in re.split(r"\s{2,}", unicodedata.normalize("NFKC", text))
    }
    assert {minor for minor in minors_of(data, layout) - figures if f"{abs(minor) // 100 % 1000}" not in words} == set()
    for expected in {
        "fr": ("Centre Monétique d'Essai", "Journée comptable" if layout != "monthly" else "Récapitulatif"),
        "en": ("Centre Monétique d'Essai", "EPICERIE DU PORT"),
        "ar": ("الحساب البنكي", "صافي الدفعة" if layout == "remise" else "المجموع"),
    }[language]:
        without = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", words)
        assert expected in without, without


@by_layout
@by_language
def test_the_same_statement_gives_the_same_bytes(data: Path, layout: StatementLayout, language: StatementLanguage) -> None:
    needs(language)
    for form in ("pdf", "xlsx", "text", "csv"):
        assert made(data, layout, form, language) == made(data, layout, form, language)


@by_layout
@by_language
def test_cells_of_a_workbook_have_types(data: Path, layout: StatementLayout, language: StatementLanguage) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(data, layout, "xlsx", language)))
    assert [sheet.sheet_view.rightToLeft or False for sheet in book.worksheets] == [language == "ar"] * 2
    _, *rows = book.worksheets[1].iter_rows()
    assert rows
    values = [cell.value for row in rows for cell in row]
    amounts = {round(value * 100) for value in values if isinstance(value, int | float)}
    assert {abs(minor) for minor in minors_of(data, "detailed")} & amounts
    assert any(isinstance(value, datetime) for value in values)
    texts = [value for value in values if isinstance(value, str)]
    assert "310 810 1014029004423101 33" in texts or layout == "detailed"
    said = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert "310 810 1014029004423101 33" in said
    assert all(cell.data_type != "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("layout", OTHER_LAYOUTS)
def test_csv_is_what_rfc_4180_and_a_french_spreadsheet_read(data: Path, layout: StatementLayout) -> None:
    standard = made(data, layout, "csv").decode()
    french = made(data, layout, "excel-fr").decode()
    assert standard.count("\r\n") == standard.count("\n")
    assert french.startswith("\N{ZERO WIDTH NO-BREAK SPACE}")
    rows = list(csv.reader(io.StringIO(standard, newline="")))
    others = list(csv.reader(io.StringIO(french[1:], newline=""), delimiter=";"))
    assert len(rows) == len(others) > 1
    assert {len(row) for row in (*rows, *others)} == {len(rows[0])}
    for row, other in zip(rows[1:], others[1:], strict=True):
        for cell, shown in zip(row, other, strict=True):
            if re.fullmatch(r"-?\d+\.\d\d", cell):
                assert shown == cell.replace(".", ",")
            elif re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
                assert shown == "/".join(reversed(cell.split("-")))
    assert any(cell == '="310 810 1014029004423101 33"' for cell in others[1])


@pytest.mark.long
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("layout", EVERY)
@pytest.mark.parametrize("form", ["xlsx", "excel-fr"])
def test_libreoffice_reads_amounts_as_numbers_and_accounts_as_text(
    data: Path, tmp_path: Path, layout: StatementLayout, form: DocumentForm
) -> None:
    assert OFFICE is not None
    source = tmp_path / f"statement.{'xlsx' if form == 'xlsx' else 'csv'}"
    source.write_bytes(made(data, layout, form))
    filtered = [] if form == "xlsx" else ["--infilter=CSV:59,34,76,1,,1036,false,true"]  # ; " UTF-8 from line 1, French, detect
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    target = tmp_path / "out"
    command = [OFFICE, profile, "--headless", *filtered, "--convert-to", "fods", "--outdir", str(target), str(source)]
    subprocess.run(command, capture_output=True, check=True, timeout=170)
    flat = (target / "statement.fods").read_text(encoding="utf-8")
    numbers = {round(float(value) * 100) for value in re.findall(r'office:value-type="float" office:value="([^"]+)"', flat)}
    standard = re.findall(r"(?<=,)-?\d+\.\d\d(?=[,\r])", made(data, layout, "csv").decode())
    expected = minors_of(data, layout) if form == "xlsx" else {round(float(amount) * 100) for amount in standard}
    assert expected
    assert expected - numbers == set()
    assert re.search(r'office:value-type="string"[^>]*>\s*<text:p>310 810 1014029004423101 33', flat)


def test_no_card_number_is_whole(data: Path) -> None:
    for layout in EVERY:
        text = "\n".join(cells_of(made(data, layout, "pdf")))
        assert [digits for digits in re.findall(r"\d{13,19}", text) if digits not in (SHOP.rib[6:22], SHOP.ice)] == []


@pytest.mark.parametrize("count", [1, 40, 52, 53, 54, 55, 56, 57, 58, 130])
def test_each_page_has_its_heads_and_its_number(tmp_path: Path, count: int) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        for _ in range(count):
            journal.decide()
    close_day(tmp_path, day_specs(merchants=(SHOP,)), FRIDAY, NOW_MS)
    with stated(tmp_path, SHOP.id) as told:
        pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(laid_out(told, "remise", "pdf"))]
    rows = 0
    for number, text in enumerate(pages, start=1):
        on_page = len(re.findall(r"450716\*{6}0010", text))
        assert f"Page {number} sur {len(pages)}" in text
        assert ("NUMERO DE CARTE" in text) == bool(on_page)
        rows += on_page
    assert rows == count
    assert "SOLDE NET CREDITE" in pages[-1]


def test_odd_names_break_nothing(tmp_path: Path) -> None:
    odd = merchant(id="ODD", name="=CAFÉ (L'ŒUF) \\ Жук", city="FÈS")
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id="ODD", terminal_id="=1+1\x1b[2J")
    close_day(tmp_path, day_specs(merchants=[odd]), FRIDAY, NOW_MS)
    for layout in OTHER_LAYOUTS:
        for form in ("pdf", "xlsx", "text", "csv", "excel-fr", "json"):
            with stated(tmp_path, "ODD") as told:
                content = laid_out(told, layout, form)
            assert b"\x1b" not in content or form in ("pdf", "xlsx")
            assert b",=1+1" not in content


def test_a_machine_that_cannot_set_arabic_says_what_is_missing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCH_FONTS", str(tmp_path))
    refused = run("statement", SHOP.id, "--lang", "ar", "--format", "pdf", "--out", tmp_path / "x.pdf", "--data", data)
    assert refused.code == 2
    assert "fonts-hosny-amiri" in refused.sentence or "interbank-switch[arabic]" in refused.sentence
    assert not (tmp_path / "x.pdf").exists()
    with pytest.raises(SwitchError, match="Arabic in a PDF"), stated(data, SHOP.id, language="ar") as told:
        laid_out(told, "remise", "pdf")


def test_characters_that_no_font_has_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = merchant(name="Жук")
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    close_day(tmp_path, day_specs(merchants=[odd]), FRIDAY, NOW_MS)
    monkeypatch.setenv("SWITCH_FONTS", str(tmp_path))
    done = run("statement", odd.id, "--format", "pdf", "--out", tmp_path / "x.pdf", "--data", tmp_path)
    assert done.code == 0
    sentence = "no font has the characters Ж к у: each is a question mark; SWITCH_FONTS names a folder with one"
    assert done.sentence == sentence
    closed = run("day", "close", FRIDAY, "--pdf", "--data", tmp_path)
    assert f"switch: {sentence}" in closed.err
