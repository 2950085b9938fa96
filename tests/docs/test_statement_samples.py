"""The sample statements of the pages are what Switch makes of a day."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from switch.errors import SwitchError
from tests.docs.statement_samples import (
    EXAMPLES,
    LAYOUT_SAMPLES,
    LAYOUT_SAMPLES_FOLDER,
    PICTURE,
    layout_sample,
    samples,
)
from tests.settlement.layouts.day_of_remises import close_two_days
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


@pytest.fixture(scope="module")
def remises(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return close_two_days(tmp_path_factory.mktemp("remises"))


@pytest.mark.parametrize("name", LAYOUT_SAMPLES)
def test_samples_of_layouts_say_what_is_rendered_today(remises: Path, name: str) -> None:
    try:
        made = layout_sample(remises, name)
    except SwitchError as missing:
        pytest.skip(str(missing))
    kept = (LAYOUT_SAMPLES_FOLDER / name).read_bytes()
    if name.endswith(".pdf"):  # letters of Arabic are those of whichever font the machine has
        assert sorted(cells_of(kept)) == sorted(cells_of(made))
    elif name.endswith(".xlsx"):
        assert _cells(kept) == _cells(made)
    else:
        assert kept == made


def test_the_page_links_samples_that_are_there() -> None:
    assert sorted(LAYOUT_SAMPLES) == sorted(path.name for path in LAYOUT_SAMPLES_FOLDER.iterdir())
