"""A hold that was told (0120), and what names it: completions, increments, declines of increments."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.issuers.process.book import MemoryBook
from switch.transaction import ExchangeKey
from tests.trials.desk import OWN_ID, Desk, desk, message, named

REFERENCE = {"de37": "RRN000000001", "de38": "A1B2C3"}
HOLD_KEY = ExchangeKey(OWN_ID, "ONDE0001", "000001", "1122100000")


async def hold(at: Desk, **elements: str) -> None:
    """A hold of 100.00 that was told by advice."""
    told = message("0120", 1, de4="000000010000", de25="06", **{**REFERENCE, **elements})
    assert await at.code(told) == "00"


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("naming", [{}, {"de90": named(HOLD_KEY, "0120")}])
async def test_its_completion_takes_its_place(tmp_path: Path, naming: dict[str, str], restarted: bool) -> None:
    books: dict[str, MemoryBook] = {}
    async with desk(tmp_path, books) as at:
        await hold(at)
        assert await at.held_minor() == 10_000
        if not restarted:
            assert await at.code(message("0220", 2, de4="000000008000", **REFERENCE, **naming)) == "00"
            assert await at.held_minor() == 8_000
    if restarted:
        async with desk(tmp_path, books) as at:
            assert await at.code(message("0220", 2, de4="000000008000", **REFERENCE, **naming)) == "00"
            assert await at.held_minor() == 8_000


async def test_it_is_completed_once_and_no_higher_than_it_was(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await hold(at)
        assert await at.code(message("0220", 2, de4="000000010001", **REFERENCE)) == "13"
        assert await at.code(message("0220", 3, de4="000000010000", **REFERENCE)) == "00"
        assert await at.code(message("0220", 4, de4="000000010000", **REFERENCE)) == "12"
        assert await at.held_minor() == 10_000


@pytest.mark.parametrize("naming", [{"de90": named(HOLD_KEY, "0120")}, {"de25": "06", **REFERENCE}])
@pytest.mark.parametrize("mti", ["0100", "0120"])
@pytest.mark.parametrize("restarted", [False, True])
async def test_an_increment_asked_or_told_adds_to_it(tmp_path: Path, mti: str, naming: dict[str, str], restarted: bool) -> None:
    books: dict[str, MemoryBook] = {}
    async with desk(tmp_path, books) as at:
        await hold(at)
        assert await at.code(message(mti, 2, de4="000000002000", **naming)) == "00"
        assert await at.held_minor() == 12_000
        if not restarted:
            assert await at.code(message("0220", 3, de4="000000012000", **REFERENCE)) == "00"
            assert await at.held_minor() == 12_000
    if restarted:
        async with desk(tmp_path, books) as at:
            assert await at.code(message("0220", 3, de4="000000011500", **REFERENCE)) == "00"
            assert await at.held_minor() == 11_500


async def test_a_told_decline_of_an_increment_adds_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await hold(at)
        told = message("0120", 2, de4="000000002000", de39="51", de90=named(HOLD_KEY, "0120"))
        assert await at.code(told) == "00"
        assert await at.code(message("0220", 3, de4="000000012000", **REFERENCE)) == "13"
        assert await at.code(message("0220", 4, de4="000000010000", **REFERENCE)) == "00"
        assert await at.held_minor() == 10_000


async def test_a_told_increment_of_a_hold_that_ended_holds_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await hold(at)
        assert await at.code(message("0220", 2, de4="000000010000", **REFERENCE)) == "00"
        assert await at.code(message("0120", 3, de4="000000002000", de90=named(HOLD_KEY, "0120"))) == "12"
        assert await at.held_minor() == 10_000


async def test_a_completion_means_the_hold_of_its_approval_code(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await hold(at)
        other = message("0120", 2, de4="000000005000", de25="06", de37=REFERENCE["de37"], de38="X9X9X9")
        assert await at.code(other) == "00"
        assert await at.code(message("0220", 3, de4="000000010000", **REFERENCE)) == "00"
        assert await at.held_minor() == 15_000


async def test_a_reversal_of_it_takes_its_increments_along(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await hold(at)
        assert await at.code(message("0120", 2, de4="000000002000", de90=named(HOLD_KEY, "0120"))) == "00"
        assert await at.code(message("0420", 3, de4="000000010000", de37="", de90=named(HOLD_KEY, "0120"))) == "00"
        assert await at.held_minor() == 0


async def test_a_reference_of_zeros_names_no_hold(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await hold(at, de37="000000000000")
        assert await at.code(message("0220", 2, de4="000000012500", de37="000000000000", de38="Z9Z9Z9")) == "00"
        assert await at.held_minor() == 22_500
