"""Reversals that leave all, are corrected, give no reason, or name nothing known: what is done, and what a person is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from switch.issuers.process.book import MemoryBook
from switch.journal.journal import Batch
from switch.transaction import ExchangeKey
from tests.support.centre_in_loop import NOW_MS
from tests.support.dialogue import Dialogue, answered, asked, reversed_
from tests.support.journal_story import Told, answers, asks, takes_back
from tests.trials.desk import SALE_KEY, desk, message, named

REPLACED = "C00000000C00000000"  #: the end of DE 95: no fee is replaced


def reversal(stan: int, **elements: str) -> Any:
    return message("0420", stan, **{"de37": "", "de90": named(), **elements})


async def test_one_that_leaves_the_whole_amount_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.code(message("0100", 1))
        assert await at.code(reversal(2, de95=f"{12_500:012d}{0:012d}{REPLACED}")) == "00"
        assert await at.held_minor() == 12_500
        (reason,) = at.centre.journal._db.execute("SELECT reason FROM reversal").fetchone()  # type: ignore[attr-defined]
        assert "the whole amount" in reason


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"de4": "000000012600"}, "64"),
        ({"de2": "9504010000000027"}, "25"),
        ({"de90": named(SALE_KEY._replace(stan="000009"))}, "00"),
    ],
)
@pytest.mark.parametrize("restarted", [False, True])
async def test_one_corrected_under_the_same_number_and_time_is_judged_anew(
    tmp_path: Path, wrong: dict[str, str], code: str, restarted: bool
) -> None:
    books: dict[str, MemoryBook] = {}
    async with desk(tmp_path, books) as at:
        await at.code(message("0100", 1))
        assert await at.code(reversal(2, **wrong)) == code
        assert await at.held_minor() == 12_500
        if not restarted:
            assert await at.code(reversal(2)) == "00"
            assert await at.held_minor() == 0
    if restarted:
        async with desk(tmp_path, books) as at:
            assert await at.code(reversal(2)) == "00"
            assert await at.held_minor() == 0


@pytest.mark.parametrize("own", ["504777", "000504", "00000000504"])
@pytest.mark.parametrize("restarted", [False, True])
async def test_one_of_an_acquirer_whose_id_begins_with_zeros_finds_its_sale(tmp_path: Path, own: str, restarted: bool) -> None:
    books: dict[str, MemoryBook] = {}
    back = reversal(2, de32=own, de90=named(SALE_KEY._replace(acquirer_id=own)))
    async with desk(tmp_path, books) as at:
        assert await at.code(message("0100", 1, de32=own)) == "00"
        assert await at.held_minor() == 12_500
        if not restarted:
            assert await at.code(back) == "00"
            assert await at.held_minor() == 0
    if restarted:
        async with desk(tmp_path, books) as at:
            assert await at.code(back) == "00"
            assert await at.held_minor() == 0


async def test_the_bank_is_given_the_acquirers_reason_and_none_of_ours(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        for stan, reason in ((1, ""), (3, "4000"), (5, "4021")):
            await at.code(message("0100", stan))
            key = SALE_KEY._replace(stan=f"{stan:06d}")
            assert await at.code(reversal(stan + 1, de90=named(key), de56=reason)) == "00"
        await at.held_minor()
        reasons = [heard.elements.get(56) for heard in at.centre.heard["atlas"] if heard.mti == "0420"]
        assert reasons == [None, "4000", "4021"]


NAMES_NOTHING: list[tuple[dict[str, str], str]] = [
    ({"de41": "ONDE0002"}, "DE 41 differs"),
    ({"de90": named(SALE_KEY._replace(transmitted_at="1122100001"))}, "DE 7 differs"),
    ({"de90": named(SALE_KEY._replace(stan="000009"))}, "DE 11 differs"),
    ({"de90": "", "de37": "000000000099"}, "DE 37 differs"),
    ({"de90": "", "de11": "000077"}, "DE 11 differs"),
]


@pytest.mark.parametrize(("names", "differs"), NAMES_NOTHING)
async def test_one_that_names_nothing_known_is_told_with_the_nearest(
    tmp_path: Path, names: dict[str, str], differs: str
) -> None:
    async with desk(tmp_path) as at:
        await at.code(message("0100", 1))
        assert await at.code(reversal(2, **names)) == "00"
        assert await at.held_minor() == 12_500
        assert f"nearest to this request: {differs}" in at.notices()


def test_explain_tells_of_a_reversal_that_meant_another(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.happens(asks(1))
    told.happens(answers(1))
    elsewhere = ExchangeKey("504001", "TERM0009", "000002", "1122091545")
    original = elsewhere._replace(stan="000001", transmitted_at="1122091530")
    told.happens(takes_back(2, 1, key=elsewhere, original_key=original, rrn=""))
    assert any("names STAN 000001" in step and "DE 41 differs" in step for step in told.steps("000000000001"))


def test_one_like_nothing_here_is_told_too() -> None:
    talk = Dialogue()
    talk >> reversed_(1)
    assert "STAN 000001" in talk.drop().split("reply")[0].split("journal reversal")[1].split("\n", 1)[1]


@pytest.mark.long
@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("by_reference", [False, True])
def test_one_that_came_before_its_original_is_known_however_many_came_between(
    tmp_path: Path, by_reference: bool, restarted: bool
) -> None:
    changes: dict[str, Any] = {"original_key": None} if by_reference else {}
    told = Told(tmp_path)
    told.happens(takes_back(1, 1, **changes))
    batch = Batch()
    write = batch.writers()
    for number in range(2, 12_002):
        original = ExchangeKey("504001", "TERM0001", f"{number:06d}", "1122091529")
        for effect in told.board.handle(takes_back(number, 0, original_key=original), told.now):
            write.get(type(effect), lambda effect: None)(effect)
    told.journal.commit(batch, NOW_MS)
    if restarted:
        told.restarted()
    told.happens(asks(1))
    decided = told.journal._db.execute("SELECT response_code FROM decision").fetchall()
    assert decided == [("12",)]


def test_a_dialogue_without_a_journal_still_remembers_the_last() -> None:
    talk = Dialogue()
    (talk >> reversed_(1)).drop()
    talk >> asked(1)
    assert "12: its reversal came before it" in talk.drop()
    (talk >> asked(2)).drop()
    (talk >> answered(2)).drop()
