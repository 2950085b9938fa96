"""docs/cli.md is what the commands say of themselves."""

from __future__ import annotations

import re
from pathlib import Path

from switch.cli.reference import reference

PAGE = Path(__file__).parent.parent.parent / "docs" / "cli.md"


def test_the_reference_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "write it anew: python -m switch.cli.reference > docs/cli.md"


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    """As Markdown reads it: a bar that is not escaped ends a cell, in code as well."""
    columns = 0
    for line in reference().splitlines():
        cells = len(re.split(r"(?<!\\)\|", line.strip("|"))) if line.startswith("|") else 0
        assert not cells or cells == (columns or cells), line
        columns = cells
