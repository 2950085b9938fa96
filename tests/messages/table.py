"""The tables of ``docs/reference/messages.md``, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from switch.iso8583.dialect import EDITION_1987, EDITION_1993

GUIDE: Final = Path(__file__).parents[2] / "docs" / "reference" / "messages.md"

APPROVED: Final = "approved"
DECLINED: Final = "declined"
SILENT: Final = "the issuer is silent"
DOWN: Final = "the issuer's line is down"
AGAIN: Final = "a repeat"
AFTER_RESTART: Final = "a repeat after a restart"
CASES: Final = (APPROVED, DECLINED, SILENT, DOWN, AGAIN, AFTER_RESTART)


class Cell(NamedTuple):
    """What one message is answered in one case."""

    mti: str
    case: str  #: one of CASES
    answer: str  #: MTI and DE 39, "0110 51"
    owed: dict[str, str]  #: edition of the issuer -> MTI of what it is owed then; empty: nothing

    @property
    def edition(self) -> str:
        """What the acquirer speaks."""
        return EDITION_1987 if self.mti[0] == "0" else EDITION_1993

    @property
    def asks_an_issuer(self) -> bool:
        """Whether an issuer has any part in it."""
        return self.mti[1] != "8"


def cells() -> Iterator[Cell]:
    """Every cell of both tables; a row that names two messages is two rows."""
    lines = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    for line in lines:
        first, *said = (text.strip() for text in line.strip("|").split("|"))
        if len(said) != len(CASES):
            continue
        if first[0] in "01":
            for mti in first.split(", "):
                yield from (_cell(mti, case, text) for case, text in zip(CASES, said, strict=True))
        elif first == "message":
            assert tuple(said) == CASES, "the columns of the guide are the cases that are tried"


def _cell(mti: str, case: str, text: str) -> Cell:
    answer, _, owed = text.partition("; ")
    return Cell(mti, case, answer, dict(zip((EDITION_1987, EDITION_1993), owed.split("/"), strict=True)) if owed else {})
