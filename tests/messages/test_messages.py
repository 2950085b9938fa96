"""The tables of ``docs/reference/messages.md``, tried cell by cell on a running centre."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from trio.testing import MockClock

from switch.iso8583.dialect import EDITION_1987, EDITION_1993
from tests.messages.acquirers import AMOUNT
from tests.messages.standard import names_nothing_heard, not_given_back, out_of_place
from tests.messages.table import DECLINED, DOWN, SILENT, Cell, cells
from tests.messages.trial import Trial

ISSUERS: Final = {EDITION_1987: "atlas", EDITION_1993: "souss"}
GROUPS: Final = ("10", "12", "20", "22", "40", "42", "50", "52", "80", "82")
TIMED_OUT, CANCELLED = "4021", "4000"  #: message reasons of both editions
UNSPECIFIED = "4001"  #: in 1993, where a reversal must have a reason, of one whose acquirer gave none

#: Second and third digit of the MTI -> cases after which its issuer holds nothing; in all others, 125.00.
HOLDS_NOTHING: Final = {
    "10": {DECLINED, SILENT, DOWN},
    "12": {DECLINED},
    "20": {DECLINED, SILENT, DOWN},
    "22": {DECLINED, SILENT},
    "50": {SILENT},
    "52": {SILENT},
}


def _trials() -> Iterator[tuple[Cell, str]]:
    """Every cell with an issuer of either edition, where an issuer has a part in it."""
    for cell in cells():
        yield from ((cell, issuer) for issuer in (ISSUERS.values() if cell.asks_an_issuer else ("atlas",)))


def _name(value: Cell | str) -> str:
    return value if isinstance(value, str) else f"{value.mti} {value.case}"


@pytest.mark.long
@pytest.mark.parametrize(("cell", "issuer"), list(_trials()), ids=_name)
async def test_a_message_is_answered_as_the_guide_says(cell: Cell, issuer: str, tmp_path: Path, clock: MockClock) -> None:
    trial = Trial(cell, issuer, tmp_path)
    answer = await trial.answer()
    assert f"{answer.mti} {answer.elements[39]}" == cell.answer
    assert trial.owed() == ([cell.owed[trial.issuer_edition]] if cell.owed else [])
    assert trial.accepted()
    assert trial.standing_minor() == _held_minor(cell)
    assert trial.reasons() <= _reasons(cell)
    assert trial.asked is not None
    assert not_given_back(trial.asked, answer) == []
    for message in (answer, *trial.heard):
        assert out_of_place(message) == [], message.mti
    assert list(names_nothing_heard(trial.heard)) == []
    if cell.mti[1:3] == "12":
        told = [message.elements[39] for message in trial.heard if message.mti[1:3] == "12"]
        assert told == [_told(trial.issuer_edition, cell)]


def _reasons(cell: Cell) -> set[str | None]:
    """Why an issuer may be told to reverse: as the acquirer says, whose 0400 gives no reason here and whose 1400 does."""
    if cell.case == SILENT:
        return {TIMED_OUT}
    return {None, UNSPECIFIED} if cell.mti[0] == "0" else {CANCELLED}


def _held_minor(cell: Cell) -> int:
    group = cell.mti[1:3]
    nothing = group[0] in "48" or cell.case in HOLDS_NOTHING[group]
    return 0 if nothing else int(AMOUNT)


def _told(edition: str, cell: Cell) -> str:
    """DE 39 of an advice, in the issuer's own edition."""
    codes = ("00", "51") if edition == EDITION_1987 else ("000", "116")
    return codes[cell.case == DECLINED]


def test_every_message_of_the_centre_stands_in_the_guide() -> None:
    of_1987 = {f"0{group}{origin}" for group in GROUPS for origin in "01"}
    of_1993 = {f"1{group}{origin}" for group in GROUPS for origin in ("0145" if group[0] == "8" else "01")}
    assert {cell.mti for cell in cells()} == of_1987 | of_1993
