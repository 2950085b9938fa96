"""A receipt as a PDF of one page, and its QR code. Letters are those of Windows-1252, so an Arabic receipt is set in French."""

from __future__ import annotations

import io
from typing import Final

from attrs import evolve
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from switch.gateway.receipts.receipt import RECEIPT_WORDS, Receipt

_LEFT: Final = 40.0  # points, from the left edge
_VALUE: Final = 170.0
_ROW: Final = 20.0
_QR: Final = 110.0  #: width of the code
_PLAIN, _BOLD = "Helvetica", "Helvetica-Bold"


def qr_rows(text: str) -> list[list[bool]]:
    """The modules of the QR code of a text: rows of dark and light, without the quiet border."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = code.getModuleCount()
    return [[bool(code.isDark(row, column)) for column in range(size)] for row in range(size)]


def qr_path(text: str) -> tuple[int, str]:
    """The same as a path of SVG, with its width and a border of four modules."""
    rows = qr_rows(text)
    steps = (f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return len(rows) + 8, "".join(steps)


def receipt_pdf(receipt: Receipt, link: str, until: str) -> bytes:
    """The file. The same receipt gives the same bytes."""
    if receipt.language == "ar":
        state = next((key for key, word in RECEIPT_WORDS["ar"].items() if ("state", word) in receipt.rows), "captured")
        rows = tuple((name, RECEIPT_WORDS["fr"][state] if name == "state" else text) for name, text in receipt.rows)
        receipt = evolve(receipt, language="fr", rows=rows)
    words, out = RECEIPT_WORDS[receipt.language], io.BytesIO()
    width, height = A5
    page = Canvas(out, pagesize=A5, invariant=1)
    page.setTitle(_letters(f"{words['title']} {receipt.transaction_id}"))
    page.setFont(_BOLD, 16)
    page.drawString(_LEFT, height - 60, _letters(words["title"]))
    y = height - 95
    for name, text in receipt.rows:
        page.setFont(_PLAIN, 9)
        page.drawString(_LEFT, y, _letters(words[name]))
        page.setFont(_BOLD if name == "amount" else _PLAIN, 10)
        page.drawString(_VALUE, y, _letters(text)[:48])
        page.setLineWidth(0.3)
        page.line(_LEFT, y - 6, width - _LEFT, y - 6)
        y -= _ROW
    _draw_code(page, link, width - _LEFT - _QR, y - _QR)
    page.setFont(_PLAIN, 7.5)
    page.drawString(_LEFT, y - 20, _letters(words["until"].format(until)))
    page.drawString(_LEFT, y - 34, _letters(words["simulation"]))
    page.linkURL(link, (width - _LEFT - _QR, y - _QR, width - _LEFT, y))
    page.showPage()
    page.save()
    return out.getvalue()


def _draw_code(page: Canvas, link: str, left: float, bottom: float) -> None:
    rows = qr_rows(link)
    step = _QR / len(rows)
    for number, row in enumerate(rows):
        for column, dark in enumerate(row):
            if dark:
                y = bottom + _QR - (number + 1) * step
                page.rect(left + column * step, y, step, step, stroke=0, fill=1)


def _letters(text: str) -> str:
    return text.encode("cp1252", "replace").decode("cp1252")
