"""Terminals that send no DE 7: what they send again is the same again, and their reversals find what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from tests.trials.desk import Desk, desk, message, wait

BARE = {"de7": "", "de12": "", "de13": "", "de32": "", "de37": ""}  #: nothing that says when
TIMED = {"de7": "", "de32": "", "de37": ""}  #: DE 12 and 13 say when


def sale(stan: int = 101, *, without: dict[str, str] = BARE, **elements: str) -> Message:
    return message("0200", stan, **{"de4": "000000001500", **without, **elements})


async def ask(at: Desk, asked: Message) -> dict[int, str]:
    return (await at.client.ask(asked)).elements


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(("without", "seconds"), [(BARE, 1.5), (BARE, 300), (TIMED, 1.5), (TIMED, 7 * 86_400)])
async def test_the_same_bytes_again_are_the_same_sale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: dict[str, str], seconds: float, restarted: bool
) -> None:
    books: dict[str, MemoryBook] = {}
    async with desk(tmp_path, books) as at:
        first = await ask(at, sale(without=without))
        if not restarted:
            wait(monkeypatch, seconds)
            again = await ask(at, sale(without=without))
            assert await at.held_minor() == 1_500
    if restarted:
        wait(monkeypatch, seconds)
        async with desk(tmp_path, books) as at:
            again = await ask(at, sale(without=without))
            assert await at.held_minor() == 1_500
    names = (11, 12, 13, 37, 38, 39, 41)
    assert {number: again[number] for number in names} == {number: first[number] for number in names}
    assert first[39] == "00"


async def test_its_repeat_while_it_waits_gets_one_answer_each(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.client.send(sale(), sale())
        answers = [(await at.client.receive()).elements for _ in range(2)]
        assert answers[0][38] == answers[1][38]
        assert await at.held_minor() == 1_500


@pytest.mark.parametrize(
    "other", [{"de4": "000000001600"}, {"de2": "9504010000000027"}, {"de41": "ONDE0002"}, {"de3": "010000"}, {"de11": "000102"}]
)
async def test_what_differs_is_another_sale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: dict[str, str]) -> None:
    async with desk(tmp_path) as at:
        await ask(at, sale())
        wait(monkeypatch, 2)
        assert (await ask(at, message("0200", 101, **{"de4": "000000001500", **BARE, **other})))[39] in {"00", "14"}
        (requests,) = at.centre.journal._db.execute("SELECT count(*) FROM request").fetchone()  # type: ignore[attr-defined]
        assert requests == 2


async def test_long_after_it_is_another_sale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(tmp_path) as at:
        await ask(at, sale())
        wait(monkeypatch, 3_600)
        await ask(at, sale())
        assert await at.held_minor() == 3_000


async def test_its_answer_says_the_local_time_and_gives_back_what_was_sent(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        answer = await ask(at, sale())
        assert (answer[13], answer[12]) == ("1122", "110000"), "Casablanca, an hour before UTC"
        answer = await ask(at, sale(102, without=TIMED, de12="235959", de13="0229"))
        assert (answer[13], answer[12]) == ("0229", "235959")


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("without", [BARE, TIMED, {"de37": ""}])
@pytest.mark.parametrize("mti", ["0400", "0420"])
async def test_a_reversal_of_the_same_stan_undoes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mti: str, without: dict[str, str], restarted: bool
) -> None:
    books: dict[str, MemoryBook] = {}
    back = message(mti, 101, de4="000000001500", **without)
    async with desk(tmp_path, books) as at:
        await ask(at, sale(without=without))
        assert await at.held_minor() == 1_500
        wait(monkeypatch, 2)
        if not restarted:
            assert await at.code(back) == "00"
            assert await at.held_minor() == 0
    if restarted:
        async with desk(tmp_path, books) as at:
            assert await at.code(back) == "00"
            assert await at.held_minor() == 0


async def test_a_reversal_whose_de_90_has_a_stan_and_no_time_finds_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await ask(at, sale())
        back = message("0420", 102, de4="000000001500", **{**BARE, "de90": f"0200000101{0:010d}{0:022d}"})
        assert await at.code(back) == "00"
        assert await at.held_minor() == 0


async def test_a_reversal_while_its_sale_waits_calls_it_off(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.client.send(sale(), message("0400", 101, de4="000000001500", **BARE))
        with trio.fail_after(5):
            answers = {answer.mti: answer.elements[39] for answer in [await at.client.receive() for _ in range(2)]}
        assert answers == {"0210": "21", "0410": "00"}
        assert await at.held_minor() == 0


@pytest.mark.parametrize("other", [{"de4": "000000001600"}, {"de2": "9504010000000027"}, {"de41": "ONDE0002"}])
async def test_a_reversal_of_something_else_undoes_nothing_and_is_told(tmp_path: Path, other: dict[str, str]) -> None:
    async with desk(tmp_path) as at:
        await ask(at, sale())
        assert await at.code(message("0400", 101, **{"de4": "000000001500", **BARE, **other})) == "00"
        assert await at.held_minor() == 1_500
        element = next(iter(other)).replace("de", "DE ")
        assert f"nearest to this request: {element} differs" in at.notices()


async def test_a_sale_whose_reversal_came_before_it_is_declined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(tmp_path) as at:
        assert await at.code(message("0400", 101, de4="000000001500", **BARE)) == "00"
        assert (await ask(at, sale()))[39] == "12"
        wait(monkeypatch, 2 * 86_400)
        assert (await ask(at, sale()))[39] == "00", "a terminal counts round in time"


async def test_totals_sent_again_without_a_time_are_the_same_totals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(tmp_path) as at:
        await ask(at, sale())
        counted = {"de4": "", "de76": "0000000001", "de88": "0000000000001500", **BARE}
        totals = Message(
            "0500", {n: v for n, v in message("0500", 103, **counted).elements.items() if n in {11, 41, 42, 76, 88}}
        )
        first = await ask(at, totals)
        wait(monkeypatch, 1.5)
        again = await ask(at, totals)
        assert (first[39], first[66], again[39], again[66]) == ("00", "1", "00", "1")


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_partial_reversal_sent_again_after_the_completion_lowers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restarted: bool
) -> None:
    books: dict[str, MemoryBook] = {}
    hold = message("0120", 101, **{"de4": "000000005927", "de25": "06", "de38": "A1B2C3", **BARE, "de37": "RRN000000001"})
    left = f"{3502:012d}{0:012d}C00000000C00000000"
    back = message("0400", 102, **{"de4": "000000005927", "de95": left, **BARE, "de90": f"0120000101{0:010d}{0:022d}"})
    completion = message("0220", 103, **{"de4": "000000003502", "de38": "A1B2C3", **BARE, "de37": "RRN000000001"})
    async with desk(tmp_path, books) as at:
        assert [await at.code(each) for each in (hold, back, completion)] == ["00", "00", "00"]
        assert await at.held_minor() == 3_502
        lower = message("0400", 104, de4="000000003502", de37="RRN000000001", de95=f"{3000:012d}{left[12:]}")
        assert await at.code(lower) == "00"
        if not restarted:
            wait(monkeypatch, 2)
            assert await at.code(back) == "00"
            assert await at.held_minor() == 3_000
    if restarted:
        wait(monkeypatch, 2)
        async with desk(tmp_path, books) as at:
            assert await at.code(back) == "00"
            assert await at.held_minor() == 3_000


async def test_a_reversal_means_the_sale_of_its_very_time(tmp_path: Path) -> None:
    """Two sales under one STAN: the earlier one approved, the one meant declined. Nothing is undone."""
    async with desk(tmp_path) as at:
        assert await at.code(message("0200", 101, de7="1122090000", de37="")) == "00"
        assert await at.code(message("0200", 101, de7="1122100000", de37="", de42="NOBODY000000000")) == "03"
        back = message("0400", 101, de7="1122100000", de37="", de42="NOBODY000000000")
        assert await at.code(back) == "00"
        assert await at.held_minor() == 12_500
        assert await at.code(message("0400", 101, de7="1122090000", de37="")) == "00"
        assert await at.held_minor() == 0


async def test_a_reversal_does_not_call_off_another_sale_that_waits(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        assert await at.code(message("0200", 101, de7="1122095000", de37="")) == "00"
        later = message("0200", 101, de7="1122100000", de37="")
        await at.client.send(later, message("0400", 101, de7="1122095000", de37=""))
        answers = {answer.mti: answer.elements[39] for answer in [await at.client.receive() for _ in range(2)]}
        assert answers == {"0210": "00", "0410": "00"}
        assert await at.held_minor() == 12_500


async def test_a_reversal_corrected_in_the_stan_it_names_is_judged_anew(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await ask(at, sale())
        for named, held in ((109, 1_500), (101, 0)):
            back = message("0420", 200, de4="000000001500", **{**BARE, "de90": f"0200{named:06d}{0:010d}{0:022d}"})
            assert await at.code(back) == "00"
            assert await at.held_minor() == held


async def test_a_sale_of_another_card_than_the_reversed_one_is_taken(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        assert await at.code(message("0400", 101, de4="000000001500", **{**BARE, "de2": "9504010000000027"})) == "00"
        assert (await ask(at, sale()))[39] == "00"
