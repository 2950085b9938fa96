"""The CSV files of a day begin with their heads, also where nothing is below them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest

from switch.endofday import report

WRITERS: dict[str, tuple[Callable[..., None], tuple[str, ...]]] = {
    "positions": (report.write_positions, report.POSITION_COLUMNS),
    "payouts": (report.write_payouts, report.PAYOUT_COLUMNS),
    "holds": (report.write_holds, report.HOLD_COLUMNS),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_without_rows_has_its_head(name: str) -> None:
    write, columns = WRITERS[name]
    out: Any = StringIO()
    write(out, "2026-11-20", [])
    assert list(csv.reader(StringIO(out.getvalue()))) == [list(columns)]
