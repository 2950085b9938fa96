"""Letters that Windows-1252 lacks: set in a font that is handed in, or replaced and named."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from switch.errors import SwitchError
from switch.machine.fonts import FONT_ADVICE, system_fonts
from switch.settlement.typesetting.letters import FontFile, Letters
from switch.settlement.typesetting.pdf_text import placed

FONTS = [FontFile(*font) for font in system_fonts()]
needs_font = pytest.mark.skipif(not FONTS, reason="no font of switch.machine.fonts.KNOWN is installed")


def page_text(text: str, letters: Letters, font: str = "Helvetica") -> tuple[str, bytes]:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.setFont(font, 10)
    canvas.addLiteral(f"BT {placed(50, 700, text, font, 10, 400, other=letters.setter(canvas))} ET")
    canvas.addLiteral(f"BT {placed(50, 650, 'plain again', font, 10, 400)} ET")
    canvas.showPage()
    canvas.save()
    page = pypdfium2.PdfDocument(out.getvalue())[0].get_textpage().get_text_range()
    return page, out.getvalue()


@needs_font
@pytest.mark.parametrize("font", ["Helvetica", "Helvetica-Bold"])
def test_other_letters_are_set_and_the_font_of_the_page_stays(font: str) -> None:
    letters = Letters(lambda: FONTS)
    text, content = page_text("Жук (Ω) \\ 12", letters, font)
    assert text.splitlines() == ["Жук (Ω) \\ 12", "plain again"]
    assert letters.replaced == set()
    assert page_text("Жук (Ω) \\ 12", Letters(lambda: FONTS), font)[1] == content


@needs_font
def test_a_character_that_no_font_has_is_a_question_mark_and_named() -> None:
    letters = Letters(lambda: FONTS)
    text, _ = page_text("Ж\U000e0101\U0001f9ff", letters)
    assert text.splitlines()[0] == "Ж??"
    assert letters.replaced == {"\U000e0101", "\U0001f9ff"}


def test_without_fonts_other_letters_are_named_and_fonts_are_asked_for_once() -> None:
    asked = []
    letters = Letters(lambda: asked.append(1) or ())  # type: ignore[func-returns-value]
    text, _ = page_text("CAFÉ Ж", letters)
    assert text.splitlines() == ["CAFÉ ?", "plain again"]
    assert page_text("Ω", letters)[0].splitlines()[0] == "?"
    assert letters.replaced == {"Ж", "Ω"}
    assert asked == [1]


def test_what_windows_1252_writes_asks_for_no_font() -> None:
    def never() -> list[FontFile]:
        raise AssertionError

    assert page_text("CAFÉ – 12 €", Letters(never))[0].splitlines()[0] == "CAFÉ – 12 €"


def test_a_file_that_is_no_font_is_passed_over() -> None:
    letters = Letters(lambda: [FontFile("odd", b"no font", b"")])
    assert page_text("Ж", letters)[0].splitlines()[0] == "?"


def test_arabic_without_a_font_says_what_brings_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.settlement.typesetting.letters.has_shaping", lambda: True)
    with pytest.raises(SwitchError, match="apt-get install fonts-hosny-amiri brings it"):
        Letters(advice=FONT_ADVICE).need_arabic()


def test_fonts_are_read_from_the_folder_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH_FONTS", str(tmp_path))
    assert system_fonts() == []
    (tmp_path / "Amiri-Regular.ttf").write_bytes(b"plain")
    assert system_fonts() == [("Amiri", b"plain", b"plain")]
    (tmp_path / "bold").mkdir()
    (tmp_path / "bold" / "Amiri-Bold.ttf").write_bytes(b"bold")
    assert system_fonts() == [("Amiri", b"plain", b"bold")]
