"""The sample statements of the pages are what Switch makes of a day."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl

from tests.docs.statement_samples import EXAMPLES, PICTURE, samples
from tests.settlement.test_statement_pdf import cells_of


def test_samples_say_what_a_statement_says(tmp_path: Path) -> None:
    for name, content in samples(tmp_path):
        kept = (EXAMPLES / name).read_bytes()
        if name.endswith(".pdf"):  # bytes depend on the release of zlib
            assert cells_of(kept) == cells_of(content), "python -m tests.docs.statement_samples writes it anew"
        else:
            assert _cells(kept) == _cells(content), "python -m tests.docs.statement_samples writes it anew"
    assert PICTURE.stat().st_size < 100_000


def _cells(content: bytes) -> list[list[tuple[object, ...]]]:
    return [list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(io.BytesIO(content))]
