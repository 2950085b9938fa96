"""Every kind of line that ``switch up`` prints stands in ``docs/reference/output-lines.md``, once."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from switch.routing.traffic.notice import NoticeKind
from tests.docs.pages import ROOT, tables

PAGE = ROOT / "docs" / "reference" / "output-lines.md"


def test_every_kind_of_line_has_its_row() -> None:
    listed = Counter(row[0].strip("`") for table in tables(PAGE) for _, row in table[2:])
    assert listed == Counter(kind.replace("_", " ") for kind in get_args(NoticeKind))
