"""A page of the reference that uses a term of the trade links it to the glossary."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.docs.pages import ROOT, anchors, links, name, outside_blocks, tables

REFERENCE: Final = ROOT / "docs" / "reference"
GLOSSARY: Final = REFERENCE / "glossary.md"
MADE: Final = frozenset({"cli.md", "test-cards.md", "est3dgate.md"})  #: from the code
PAGES: Final = [page for page in sorted(REFERENCE.glob("*.md")) if page != GLOSSARY and page.name not in MADE]

#: How a term is found in prose -> its anchor. Words with a second meaning (a hold, a tip, a batch) are left to the writer.
TERMS: Final = {
    r"advices?": "advice",
    r"bitmaps?": "bitmap",
    r"BINs?": "bin",
    r"business dates?": "business-date",
    r"completions?": "completion",
    r"cut-off": "cut-off",
    r"cut-over": "cut-over",
    r"dialects?": "dialect",
    r"increments?": "increment",
    r"interchange": "interchange",
    r"payouts?": "payout",
    r"presentments?": "presentment",
    r"reconciliations?": "reconciliation",
    r"refunds?": "refund",
    r"RRNs?": "rrn",
    r"STANs?": "stan",
    r"stand-in": "stand-in",
    r"subelements?": "subelement",
    r"TPDU": "tpdu",
    r"value dates?": "value-date",
}


def prose(page: Path) -> str:
    """The text of a page without tables, headings, code and links."""
    lines = [line for _, line in outside_blocks(page) if not line.startswith(("|", "#"))]
    text = re.sub(r"\[[^]]*\]\([^)]*\)", "", " ".join(lines))
    return re.sub(r"`[^`]*`", "", text)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_terms_are_linked(page: Path) -> None:
    linked = {target for _, target in links(page)}
    text = prose(page)
    missing = [
        anchor for term, anchor in TERMS.items() if re.search(rf"\b{term}\b", text) and f"glossary.md#{anchor}" not in linked
    ]
    assert missing == []


def test_terms_are_in_the_glossary() -> None:
    assert set(TERMS.values()) <= anchors(GLOSSARY)


def test_every_term_has_its_french_and_its_line() -> None:
    rows = [line for _, line in outside_blocks(GLOSSARY) if line.startswith('| <a id="')]
    assert len(rows) > 50
    assert all(all(cell.strip() for cell in row.strip("|").split("|")) for row in rows)


def test_both_glossaries_have_the_same_terms() -> None:
    english, french = (
        [row[:2] for _, row in next(tables(page))[1:]] for page in (GLOSSARY, ROOT / "docs" / "fr" / "glossaire.md")
    )
    plain = {(re.sub(r"<a [^>]*></a>| \(\*.*\)", "", term), translation) for term, translation in english}
    assert {(term, translation) for translation, term in french} == plain
