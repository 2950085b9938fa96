"""Several adjustments of one sale: the last one counts, a reversal of it restores what stood before, also after a restart."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import trio
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.endofday.close import check_books, close_day
from switch.iso8583.mapping.acquirer import original_data, replacement_amounts
from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from switch.journal.journal import BOOKS_FILE
from switch.journal.journal_file import JOURNAL_FILE
from switch.specs.load import load_specs
from switch.transaction import ExchangeKey
from tests.cli.command import run
from tests.support import centre_in_loop
from tests.trials.desk import OWN_ID, Desk, desk
from tests.trials.test_tips import DATE, RRN, SHOP, naming, sold, tip, totals

SALE_MINOR = 10_000
NEXT_DATE = "2026-11-23"


def key_of(stan: int) -> ExchangeKey:
    return ExchangeKey(OWN_ID, SHOP.terminals[0], f"{stan:06d}", "1122100000")


def back(stan: int, of: int, amount_minor: int, mti: str = "0220", **elements: str) -> Message:
    """The reversal of a message, an adjustment as a rule, which it names by DE 90."""
    return naming("0400", stan, amount_minor, de90=original_data(mti, key_of(of)), **elements)


def asked_for_totals(stan: int) -> Message:
    """A 0500 without a counter, which closes nothing."""
    elements = totals(stan, 0, 0).elements
    return Message("0500", {number: value for number, value in elements.items() if number < 74})


def decided(data: Path, stan: int) -> str:
    """The reason of the decision on a message."""
    with closing(sqlite3.connect(data / JOURNAL_FILE)) as db:
        sql = "SELECT reason FROM decision JOIN request ON id = request_id WHERE stan = ? AND line <> 'switch'"
        return str(db.execute(sql, (f"{stan:06d}",)).fetchone()[0])


def presented(data: Path, dates: tuple[str, ...] = (DATE,)) -> list[int]:
    """The dates are closed, the books prove themselves; what they pay for, sale by sale."""
    for date in dates:
        close_day(data, load_specs(), date, centre_in_loop.NOW_MS)
    assert check_books(data).faults == ()
    with closing(sqlite3.connect(data / BOOKS_FILE)) as books:
        found = books.execute("SELECT amount_minor FROM presentment UNION ALL SELECT amount_minor FROM adjustment")
        return [minor for (minor,) in found]


@define
class Centres:
    """One centre after the other on the same data, with the same banks."""

    data: Path
    restarts: bool
    books: dict[str, MemoryBook] = field(factory=dict)

    async def play(self, *steps: tuple[Message, str, int | None]) -> None:
        """Each message gets its code, and leaves so much held; each again gets the same answer, after a restart where there are
        any."""
        if self.restarts:
            for message, code, held_minor in steps:
                async with desk(self.data, self.books) as at:
                    await self._step(at, message, code, held_minor)
                async with desk(self.data, self.books) as at:
                    await self._step(at, message, code, held_minor)
            return
        async with desk(self.data, self.books) as at:
            for message, code, held_minor in steps:
                await self._step(at, message, code, held_minor)
                await self._step(at, message, code, held_minor)

    async def _step(self, at: Desk, message: Message, code: str, held_minor: int | None) -> None:
        answer = await at.client.ask(message)
        assert answer.elements[39] == code, (message, answer)
        if held_minor is not None:
            assert await at.held_minor() == held_minor


@pytest.fixture(params=[False, True], ids=["in one run", "restarted"])
def centres(request: pytest.FixtureRequest, tmp_path: Path) -> Centres:
    return Centres(tmp_path, request.param)


async def test_the_last_adjustment_counts_once(centres: Centres) -> None:
    await centres.play(
        (sold(), "00", 10_000),
        (tip(2, 11_500), "00", 11_500),
        (tip(3, 11_800, de60="000000011500"), "00", 11_800),
        (tip(4, 11_200, de90=original_data("0200", key_of(1))), "00", 11_200),
        (tip(5, 11_300, de90=original_data("0220", key_of(4))), "00", 11_300),
        (tip(6, 12_001), "13", 11_300),
        (tip(7, 9_999), "13", 11_300),
        (tip(8, 11_400, de60="000000012000"), "64", 11_300),
        (asked_for_totals(12), "00", None),
        (tip(13, 11_400), "00", 11_400),
        (totals(9, 1, 11_200), "95", None),
        (tip(14, 11_300), "00", 11_300),
        (totals(10, 1, 11_300), "00", 11_300),
        (tip(11, 11_500), "12", 11_300),
    )
    assert decided(centres.data, 3) == "adjusts request 1 from 115.00 to 118.00"
    assert decided(centres.data, 11) == "request 1, which it adjusts, is in a batch that is closed"
    assert presented(centres.data) == [11_300]


async def test_a_bank_hears_of_the_last_amount_and_that_the_one_before_is_reversed(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        code = (await at.client.ask(sold())).elements[38]
        for stan, minor in ((2, 11_500), (3, 11_800)):
            assert (await at.client.ask(tip(stan, minor))).elements[38] == code
        assert await at.held_minor() == 11_800
        heard = [
            (each.mti, each.elements[4], each.elements.get(90, "")[:10])
            for each in at.centre.heard["atlas"]
            if each.mti[1] in "24"
        ]
    assert heard[1:] == [
        ("0220", "000000011500", "0200000001"),
        ("0420", "000000011500", "0220000002"),
        ("0220", "000000011800", "0200000001"),
    ]


async def test_a_reversal_of_an_adjustment_restores_what_stood_before(centres: Centres) -> None:
    by_processing_code = naming("0400", 5, 11_200, de3="020000")
    await centres.play(
        (sold(), "00", 10_000),
        (tip(2, 11_500), "00", 11_500),
        (tip(3, 11_800), "00", 11_800),
        (tip(4, 11_200), "00", 11_200),
        (by_processing_code, "00", 11_800),
        (back(6, 3, 11_800), "00", 11_500),
        (back(7, 3, 11_800), "00", 11_500),
        (back(8, 2, 11_500), "00", 10_000),
        (back(9, 2, 11_500), "00", 10_000),
        (tip(10, 11_900), "00", 11_900),
        (back(11, 10, 11_900), "00", 10_000),
        (tip(12, 10_700), "00", 10_700),
        (tip(13, 10_800), "00", 10_800),
        (back(14, 1, 10_800, "0200", de3="020000"), "00", 10_700),
    )
    assert presented(centres.data) == [10_700]


async def test_an_adjustment_reversed_under_a_later_one_does_not_come_back(centres: Centres) -> None:
    await centres.play(
        (sold(), "00", 10_000),
        (tip(2, 11_500), "00", 11_500),
        (tip(3, 11_800), "00", 11_800),
        (back(4, 2, 11_500), "00", 11_800),
        (back(5, 3, 11_800), "00", 10_000),
    )
    assert presented(centres.data) == [10_000]


@pytest.mark.parametrize(
    "whole",
    [
        naming("0400", 9, SALE_MINOR),
        naming("0400", 9, 11_500),
        naming("0400", 9, 11_200),
        back(9, 1, 11_200, "0200"),
        naming("0200", 9, 11_200, de3="020000"),
    ],
    ids=["by its amount", "by an earlier one", "by the last one", "by DE 90", "void"],
)
async def test_a_reversal_of_the_sale_takes_all_of_it_back(centres: Centres, whole: Message) -> None:
    await centres.play(
        (sold(), "00", 10_000),
        (tip(2, 11_500), "00", 11_500),
        (tip(3, 11_200), "00", 11_200),
        (whole, "00", 0),
        (tip(10, 11_500), "12", 0),
        (back(11, 2, 11_500), "00", 0),
    )
    assert presented(centres.data) == []


async def test_after_a_reversal_in_part_there_is_no_further_adjustment(centres: Centres) -> None:
    await centres.play(
        (sold(), "00", 10_000),
        (tip(2, 11_500), "00", 11_500),
        (naming("0400", 3, SALE_MINOR, de95=replacement_amounts(5_000)), "00", 5_000),
        (tip(4, 11_000), "12", 5_000),
        (back(5, 2, 11_500), "00", 0),
    )
    assert decided(centres.data, 4) == "request 1, which it adjusts, was reversed in part after an adjustment"
    assert presented(centres.data) == []


async def test_what_counts_in_a_business_date_that_has_ended_is_adjusted_no_more(centres: Centres) -> None:
    await centres.play((sold(), "00", 10_000), (tip(2, 11_500), "00", 11_500))
    async with desk(centres.data, centres.books) as at:
        at.centre.journal.open_business_date(NEXT_DATE, "operator", centre_in_loop.NOW_MS)
    await centres.play((tip(3, 11_800), "12", 11_500))
    why = f"request 1, which it adjusts, counts in business date {DATE}, which has ended"
    assert decided(centres.data, 3) == why
    assert presented(centres.data) == [11_500]


async def test_a_sale_that_counts_in_no_date_yet_is_adjusted_after_the_cut_off(centres: Centres) -> None:
    await centres.play((sold(), "00", 10_000))
    async with desk(centres.data, centres.books) as at:
        at.centre.journal.open_business_date(NEXT_DATE, "operator", centre_in_loop.NOW_MS)
    await centres.play((tip(2, 11_500), "00", 11_500), (tip(3, 11_800), "00", 11_800))
    async with desk(centres.data, centres.books) as at:
        at.centre.journal.open_business_date("2026-11-24", "operator", centre_in_loop.NOW_MS)
    assert presented(centres.data, (DATE, NEXT_DATE)) == [11_800]


async def test_an_adjustment_is_reversed_also_once_its_date_is_closed(centres: Centres) -> None:
    await centres.play((sold(), "00", 10_000), (tip(2, 11_500), "00", 11_500), (tip(3, 11_800), "00", 11_800))
    assert presented(centres.data) == [11_800]
    await centres.play((back(4, 3, 11_800), "00", 11_500))
    async with desk(centres.data, centres.books) as at:
        at.centre.journal.open_business_date("2026-11-24", "operator", centre_in_loop.NOW_MS)
    assert sum(presented(centres.data, (NEXT_DATE,))) == 11_500


async def test_explain_tells_it_in_words(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        for message in (sold(), tip(2, 11_500), tip(3, 11_800), back(4, 3, 11_800)):
            assert await at.code(message) == "00"
        assert await at.held_minor() == 11_500
    told = run("explain", RRN, "--data", tmp_path)
    assert (told.code, told.err) == (0, "")
    said = " ".join(told.out.split())
    assert "adjusts request 1 from 115.00 to 118.00" in said
    assert "it counts no more: another adjustment of request 1 counts" in said
    assert "reversed by the acquirer: 115.00 stand again" in said
    assert "stands again 115.00 MAD of request 1" in said
    steps = run("explain", RRN, "--data", tmp_path, "--json").json["steps"]
    assert {"replaced", "stands again"} <= {step["what"] for step in steps}
    assert json.dumps(steps)


class _Model:
    """What a sale comes to, in the plainest words: the last of its adjustments that was not reversed."""

    def __init__(self) -> None:
        self.adjustments: list[tuple[int, int]] = []
        self.reversed = False

    @property
    def minor(self) -> int:
        if self.reversed:
            return 0
        return self.adjustments[-1][1] if self.adjustments else SALE_MINOR


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tip"), st.integers(SALE_MINOR - 500, SALE_MINOR + 2_500)),
        st.tuples(st.just("back"), st.integers(0, 5)),
        st.tuples(st.just("again"), st.just(0)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("whole"), st.just(0)),
    ),
    min_size=3,
    max_size=12,
)


async def _played(data: Path, steps: list[tuple[str, int]]) -> int:
    """Play steps against the model; what the sale comes to in the end."""
    model, books, stan = _Model(), dict[str, MemoryBook](), 1
    made: list[tuple[int, int]] = []
    last: tuple[Message, str] = (sold(), "00")
    runs: list[list[tuple[str, int]]] = [[]]
    for step in steps:
        if step[0] == "restart":
            runs.append([])
        else:
            runs[-1].append(step)
    for number, each in enumerate(runs):
        async with desk(data, books) as at:
            if number == 0:
                assert await at.code(last[0]) == "00"
            for kind, value in each:
                stan += 1
                if kind == "tip":
                    fits = SALE_MINOR <= value <= SALE_MINOR + SALE_MINOR * SHOP.over_basis_points // 10_000
                    last = tip(stan, value), "12" if model.reversed else "00" if fits else "13"
                    if last[1] == "00":
                        model.adjustments.append((stan, value))
                        made.append((stan, value))
                elif kind == "back" and made:
                    of = made[value % len(made)]
                    last = back(stan, *of), "00"
                    model.adjustments = [one for one in model.adjustments if one != of]
                elif kind == "whole":
                    last = naming("0400", stan, SALE_MINOR, de90=original_data("0200", key_of(1))), "00"
                    model.reversed = True
                assert await at.code(last[0]) == last[1], (kind, value)
                assert await at.held_minor() == model.minor, (kind, value)
    async with desk(data, books) as at:
        answer = await at.client.ask(totals(900_000, 0, 0))
        left = [int(answer.elements[plus]) - int(answer.elements[minus]) for plus, minus in ((76, 77), (88, 89))]
        assert left == [0 if model.reversed else 1, model.minor]
        if not model.adjustments and not made:
            counted = {number: answer.elements[number] for number in (76, 77, 88, 89)}
            assert await at.code(Message("0500", {**totals(900_001, 0, 0).elements, **counted})) == "00"
    return model.minor


@settings(max_examples=12, deadline=None)
@given(steps=_STEPS)
def test_any_adjustments_and_reversals_leave_the_last_that_stands(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    data = tmp_path_factory.mktemp("tips")
    minor = trio.run(_played, data, steps)
    assert [each for each in presented(data) if each] == ([minor] if minor else [])
