"""``docs/reference/statement.md`` and its French twin name the sections, lines and columns that a statement has."""

from __future__ import annotations

import re

from switch.endofday.report import HOLD_COLUMNS, PAYOUT_COLUMNS, POSITION_COLUMNS
from switch.settlement.statement import CSV_COLUMNS, SECTIONS, WIDTH
from switch.settlement.statement_labels import EXCEL_FR_HEADS, LABELS
from tests.docs.pages import ROOT

CODE = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "switch" / "settlement").glob("statement*.py"))
TEXT = (ROOT / "docs" / "reference" / "statement.md").read_text(encoding="utf-8")
FRENCH = (ROOT / "docs" / "fr" / "lire-le-releve.md").read_text(encoding="utf-8")
IN_EXCEL = "Dans Excel et dans un programme"
DAY_COLUMNS = (*POSITION_COLUMNS, *PAYOUT_COLUMNS, *HOLD_COLUMNS)


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


def test_every_column_of_the_csv_files_is_explained() -> None:
    lines, files = (
        TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0] for title in ("In the CSV file", "Other files of a day")
    )
    assert [column for column in CSV_COLUMNS if f"`{column}`" not in lines] == []
    assert [head for head in EXCEL_FR_HEADS.values() if not re.search(rf"(?:\| |, ){re.escape(head)}(?: \||, )", lines)] == []
    assert [column for column in DAY_COLUMNS if f"`{column}`" not in files] == []


def test_every_column_of_the_csv_files_is_explained_in_french() -> None:
    lines, files = (
        FRENCH.partition(f"## {title}\n")[2].partition("\n## ")[0] for title in (IN_EXCEL, "Les autres fichiers de la journée")
    )
    assert re.findall(r"^\| ([^|]+) \| `", lines, re.MULTILINE) == [head for head in EXCEL_FR_HEADS.values() if head != "RIB"]
    assert re.findall(r"^\| [^|]+ \| `(\w+)` \|", lines, re.MULTILINE) == list(CSV_COLUMNS)
    assert "\n| RIB | – |" in lines
    assert [column for column in DAY_COLUMNS if f"`{column}`" not in files] == []


def test_the_french_page_names_the_lines_of_a_statement() -> None:
    labels = LABELS["fr"]
    for key in ("time", "terminal", "card", "scheme", "origin", "rrn", "approval", "gross", "rate", "discount", "vat", "net"):
        assert f"\n| {' '.join(labels[key].split())} |" in FRENCH, key
    for key in ("merchant", "rib", "iban", "business_date", "value_date", "reference", "currency"):
        assert re.search(rf"^\| [^|]*{labels[key]}", FRENCH, re.MULTILINE), key
    for key in (*SECTIONS, "adjustments", "domestic", "foreign", "all", "total_discount", "total_vat", "total_charges"):
        assert labels[key] in FRENCH, key
    for key in ("brought_forward", "paid", "carried"):
        assert labels[key] in FRENCH, key
