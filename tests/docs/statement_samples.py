"""The sample statements of ``docs/examples`` and their picture; ``python -m tests.docs.statement_samples`` writes them anew."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pypdfium2
from attrs import evolve

from switch.endofday.files import system_letters
from switch.endofday.statements import stated
from switch.merchant import LANGUAGES, StatementLanguage
from switch.settlement.layouts.layout_forms import DocumentForm, laid_out
from switch.settlement.statement_facts import StatementLayout
from switch.settlement.statement_forms import BytesForm, as_bytes
from tests.docs.pages import ROOT
from tests.settlement.layouts.day_of_remises import SHOP, close_two_days
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


LAYOUT_SAMPLES_FOLDER: Final = ROOT / "docs" / "samples"
#: File -> layout, form, language: of the shop of ``day_of_remises`` on its first day.
LAYOUT_SAMPLES: Final[dict[str, tuple[StatementLayout, DocumentForm, StatementLanguage]]] = {
    **{
        f"{layout}-{language}.pdf": (layout, "pdf", language)
        for layout in ("detailed", "remise", "monthly")
        for language in LANGUAGES
    },
    "remise-fr.xlsx": ("remise", "xlsx", "fr"),
    "monthly-fr.xlsx": ("monthly", "xlsx", "fr"),
    "remise-fr.txt": ("remise", "text", "fr"),
    "monthly-fr.txt": ("monthly", "text", "fr"),
    "remise.csv": ("remise", "csv", "fr"),
    "remise-excel-fr.csv": ("remise", "excel-fr", "fr"),
    "remise.json": ("remise", "json", "fr"),
}


def layout_sample(data: Path, name: str) -> bytes:
    """A sample of ``docs/samples``, from the days of ``close_two_days``. SwitchError where this machine cannot set Arabic."""
    layout, form, language = LAYOUT_SAMPLES[name]
    with stated(data, SHOP.id, FRIDAY, language=language) as told:
        if layout == "detailed":
            assert form == "pdf"
            return as_bytes(told, form, system_letters())
        return laid_out(told, layout, form, system_letters())


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
        close_two_days(Path(folder) / "remises")
        for name in LAYOUT_SAMPLES:
            (LAYOUT_SAMPLES_FOLDER / name).write_bytes(layout_sample(Path(folder) / "remises", name))
    page = pypdfium2.PdfDocument(EXAMPLES / "releve.pdf")[0]
    page.render(scale=1.5).to_pil().convert("P", palette=1, colors=32).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
