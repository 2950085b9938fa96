"""``docs/reference/statement.md`` names the sections and lines that a statement has."""

from __future__ import annotations

import re

from switch.settlement.statement import WIDTH
from tests.docs.pages import ROOT

CODE = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "switch" / "settlement").glob("statement*.py"))
TEXT = (ROOT / "docs" / "reference" / "statement.md").read_text(encoding="utf-8")


def test_the_sections_are_those_of_the_code() -> None:
    sections = TEXT.partition("## Sections\n")[2].partition("\n## ")[0]
    named = re.findall(r"^\d\. \*([^*]+)\*", sections, re.MULTILINE)
    assert len(named) == 7
    assert [each for each in named if f'"{each}"' not in CODE] == []


def test_the_lines_at_the_end_are_those_of_the_code() -> None:
    lines = re.findall(r"^\| ([^|]+) \|", TEXT.partition("## Lines at the end\n")[2].partition("\n## ")[0], re.MULTILINE)
    assert [each for each in lines[2:] if f'"{each}"' not in CODE] == []


def test_the_example_is_as_wide_as_a_statement() -> None:
    assert max(map(len, TEXT.partition("```\n")[2].partition("```")[0].splitlines())) == WIDTH
