"""The sample statements of ``docs/examples`` and their picture; ``python -m tests.docs.statement_samples`` writes them anew."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pypdfium2
from attrs import evolve

from switch.endofday.statements import stated
from switch.merchant import StatementLanguage
from switch.settlement.statement_forms import BytesForm, as_bytes
from tests.docs.pages import ROOT
from tests.settlement.test_statement import close_a_day, close_a_day_of_all_kinds, close_the_day_after
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SUNDAY

EXAMPLES: Final = ROOT / "docs" / "examples"
PICTURE: Final = ROOT / "docs" / "img" / "statement-pdf.png"
#: File -> whose statement, of which date, in which form and language.
SAMPLES: Final[dict[str, tuple[str, str, BytesForm, StatementLanguage]]] = {
    "releve.pdf": (GROCER.id, SUNDAY, "pdf", "fr"),
    "releve.xlsx": (GROCER.id, SUNDAY, "xlsx", "fr"),
    "statement.pdf": (HOTEL.id, FRIDAY, "pdf", "en"),
}
ADDRESSES: Final = {GROCER.id: ("4, rue du Port", "990000000000110"), HOTEL.id: ("2, derb des Vents", "990000000000120")}


def samples(data: Path) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each, from three days that are closed in this folder."""
    close_a_day(data)
    close_the_day_after(data)
    close_a_day_of_all_kinds(data)
    for name, (merchant_id, date, form, language) in SAMPLES.items():
        address, ice = ADDRESSES[merchant_id]
        with stated(data, merchant_id, date, language=language) as told:
            yield name, as_bytes(evolve(told, head=evolve(told.head, address=address, ice=ice)), form)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in samples(Path(folder)):
            (EXAMPLES / name).write_bytes(content)
    page = pypdfium2.PdfDocument(EXAMPLES / "releve.pdf")[0]
    page.render(scale=1.5).to_pil().convert("P", palette=1, colors=32).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
