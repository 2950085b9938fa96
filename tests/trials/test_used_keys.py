"""A key used for another kind of message: refused, also once the close of a batch has captured what it named."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.issuers.process.book import MemoryBook
from switch.merchant import BY_BATCH
from tests.support.centre_in_loop import specs
from tests.trials.desk import desk, message

KIOSK = next(merchant for merchant in specs().merchants.values() if merchant.capture == BY_BATCH)
AT_KIOSK = {"de41": KIOSK.terminals[0], "de42": KIOSK.id.ljust(15)}


@pytest.mark.parametrize(("first", "again"), [("0200", "0220"), ("0100", "0120"), ("0120", "0100")])
@pytest.mark.parametrize("restarted", [False, True])
async def test_what_was_asked_is_not_told_under_its_key(tmp_path: Path, first: str, again: str, restarted: bool) -> None:
    books: dict[str, MemoryBook] = {}
    totals = {"de76": "0000000001", "de88": "0000000000012500", "de4": "", "de2": "", "de3": ""}
    async with desk(tmp_path, books) as at:
        assert await at.code(message(first, 1, **AT_KIOSK)) == "00"
        assert await at.code(message("0500", 2, **totals, **AT_KIOSK)) == "00"
        if not restarted:
            assert await at.code(message(first, 1, **AT_KIOSK)) == "00"
            assert await at.code(message(again, 1, **AT_KIOSK)) == "94"
    if restarted:
        async with desk(tmp_path, books) as at:
            assert await at.code(message(first, 1, **AT_KIOSK)) == "00"
            assert await at.code(message(again, 1, **AT_KIOSK)) == "94"


@pytest.mark.parametrize("change", [{"de49": "840"}, {"de4": "000000012501"}], ids=["currency", "amount"])
async def test_a_used_key_is_known_again_after_a_restart(tmp_path: Path, change: dict[str, str]) -> None:
    books: dict[str, MemoryBook] = {}
    async with desk(tmp_path, books) as at:
        assert await at.code(message("0200", 1)) == "00"
        assert await at.code(message("0200", 1, **change)) == "94"
    async with desk(tmp_path, books) as at:
        assert await at.code(message("0200", 1, **change)) == "94"
        assert await at.code(message("0200", 1)) == "00"
