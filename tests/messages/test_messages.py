"""The tables of ``docs/messages.md``, tried cell by cell on a running centre."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from trio.testing import MockClock

from switch.iso8583.dialect import EDITION_1987, EDITION_1993
from tests.messages.standard import names_nothing_heard, not_given_back, out_of_place
from tests.messages.table import Cell, cells
from tests.messages.trial import Trial

ISSUERS: Final = {EDITION_1987: "atlas", EDITION_1993: "souss"}
GROUPS: Final = ("10", "12", "20", "22", "40", "42", "50", "52", "80", "82")


@pytest.fixture
def clock() -> MockClock:
    """Time that passes when nobody has anything to do: all of it is in one process, where what was sent is there at once."""
    return MockClock(autojump_threshold=0.003)


def _trials() -> Iterator[tuple[Cell, str]]:
    """Every cell with an issuer of either edition, where an issuer has a part in it."""
    for cell in cells():
        yield from ((cell, issuer) for issuer in (ISSUERS.values() if cell.asks_an_issuer else ("atlas",)))


def _name(value: Cell | str) -> str:
    return value if isinstance(value, str) else f"{value.mti} {value.case}"


@pytest.mark.parametrize(("cell", "issuer"), list(_trials()), ids=_name)
async def test_a_message_is_answered_as_the_guide_says(cell: Cell, issuer: str, tmp_path: Path, clock: MockClock) -> None:
    trial = Trial(cell, issuer, tmp_path)
    answer = await trial.answer()
    assert f"{answer.mti} {answer.elements[39]}" == cell.answer
    assert trial.owed() == ([cell.owed[trial.issuer_edition]] if cell.owed else [])
    assert trial.accepted()
    assert trial.asked is not None
    assert not_given_back(trial.asked, answer) == []
    assert out_of_place(answer) == []
    assert [(message.mti, wrong) for message in trial.heard if (wrong := out_of_place(message))] == []
    assert list(names_nothing_heard(trial.heard)) == []


def test_every_message_of_the_centre_stands_in_the_guide() -> None:
    of_1987 = {f"0{group}{repeat}" for group in GROUPS for repeat in "01"}
    of_1993 = {f"1{group}{repeat}" for group in GROUPS for repeat in "01"} | {f"18{function}{end}" for function in "02" for end in "45"}
    assert {cell.mti for cell in cells()} == of_1987 | of_1993
