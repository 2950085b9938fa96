"""Tips: a terminal that captures in batches gives a sale another amount (0220, DE 3 02) before it closes its batch."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.data_folder.vault import Vault
from switch.endofday.close import check_books, close_day
from switch.endofday.statements import statement
from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from switch.journal.journal import BOOKS_FILE, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.money import format_minor
from switch.specs.load import load_specs
from switch.transaction import ExchangeKey
from tests.support import centre_in_loop
from tests.support.centre_in_loop import loopback, specs
from tests.support.played_issuer import answer_to, played, quiet
from tests.trials.desk import OWN_ID, Desk, desk, message
from tests.trials.test_terminal import Terminal, sale, settlement

DATE = "2026-11-22"
SHOP = specs().merchants["TAXIS0000000001"]
AT = {"de41": SHOP.terminals[0], "de42": SHOP.id.ljust(15)}
PACKED = {f"de{number}": value.encode().hex() for number, value in ((41, SHOP.terminals[0]), (42, SHOP.id.ljust(15)))}
RRN = "RRN000000001"


def sold(stan: int = 1, amount_minor: int = 10_000, rrn: str = RRN) -> Message:
    return message("0200", stan, de4=f"{amount_minor:012d}", de37=rrn, **AT)


def tip(stan: int, amount_minor: int, **elements: str) -> Message:
    """The sale comes to so much."""
    said = {"de3": "020000", "de4": f"{amount_minor:012d}", "de37": RRN, "de22": "012", **AT}
    return message("0220", stan, **{**said, **elements})


def totals(stan: int, sales: int, amount_minor: int) -> Message:
    at = message("0500", stan, **AT).elements
    kept = {number: at[number] for number in (7, 11, 32, 41, 42)}
    return Message("0500", {**kept, 76: f"{sales:010d}", 88: f"{amount_minor:016d}"})


def end_of_day(data: Path, amount_minor: int | None) -> None:
    """The date is closed, the books prove themselves, and the statement has one sale of that amount, or none."""
    close_day(data, load_specs(), DATE, centre_in_loop.NOW_MS)
    assert check_books(data).faults == ()
    said = statement(data, SHOP.id) if amount_minor is not None else ""
    if amount_minor is not None:
        assert said.count(RRN) == 1
        assert format_minor(amount_minor).replace(".", ",") in said


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_sale_is_cleared_once_with_its_tip(tmp_path: Path, restarted: bool) -> None:
    books: dict[str, MemoryBook] = {}
    async with desk(tmp_path, books) as at:
        answer = await at.client.ask(sold())
        assert answer.elements[39] == "00"
        if not restarted:
            told = await at.client.ask(tip(2, 11_500, de60="000000010000", de38=answer.elements[38]))
            assert (told.mti, told.elements[3], told.elements[39]) == ("0230", "020000", "00")
            assert await at.held_minor() == 11_500, "the bank takes the new amount, once"
            heard = [each for each in at.centre.heard["atlas"] if each.mti == "0220"]
            assert [(each.elements[3], each.elements[4]) for each in heard] == [("000000", "000000011500")]
            assert heard[0].elements[38] == answer.elements[38]
    async with desk(tmp_path, books) as at:
        assert await at.code(tip(2, 11_500, de60="000000010000")) == "00", "for the first time, or again"
        assert await at.held_minor() == 11_500
    async with desk(tmp_path, books) as at:
        assert await at.code(totals(3, 1, 10_000)) == "95", "the batch has the tip in it"
        assert await at.code(totals(4, 1, 11_500)) == "00"
        assert await at.code(tip(5, 11_800)) == "12", "it is settled"
    end_of_day(tmp_path, 11_500)


async def test_no_approval_code_is_needed_and_an_answer_has_that_of_the_sale(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        code = (await at.client.ask(sold())).elements[38]
        assert (await at.client.ask(tip(2, 10_500))).elements[38] == code
        assert await at.code(tip(2, 10_500)) == "00", "the same again"
        assert await at.code(tip(2, 10_600)) == "94", "not the same"
        assert await at.code(tip(3, 10_600)) == "00", "another one"
        assert await at.held_minor() == 10_600


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"de4": "000000009999"}, "13"),
        ({"de4": "000000012001"}, "13"),
        ({"de60": "000000010001"}, "64"),
        ({"de60": "000001"}, "00"),
        ({"de37": "RRN000000002"}, "25"),
        ({"de2": "4895040000000012"}, "25"),
        ({"de41": SHOP.terminals[1]}, "25"),
        ({"de4": "000000010000"}, "00"),
    ],
)
async def test_what_does_not_fit_the_sale_changes_nothing(tmp_path: Path, changed: dict[str, str], code: str) -> None:
    async with desk(tmp_path) as at:
        assert await at.code(sold()) == "00"
        if "de2" in changed:
            changed = {"de2": specs().issuers["atlas"].cards[1].pan.digits}
        assert await at.code(tip(2, 11_000, **changed)) == code
        held = int(changed.get("de4", "11000")) if code == "00" else 10_000
        assert await at.held_minor() == held


def naming(mti: str, stan: int, amount_minor: int, **elements: str) -> Message:
    return message(mti, stan, de4=f"{amount_minor:012d}", **{**AT, "de37": RRN, **elements})


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("amount_minor", [10_000, 11_500])
@pytest.mark.parametrize(
    "elements", [{}, {"de90": original_data("0200", ExchangeKey(OWN_ID, SHOP.terminals[0], "000001", "1122100000"))}]
)
@pytest.mark.parametrize("void", [False, True])
@pytest.mark.long
async def test_a_reversal_takes_all_of_it_back(
    tmp_path: Path, void: bool, elements: dict[str, str], amount_minor: int, restarted: bool
) -> None:
    books: dict[str, MemoryBook] = {}
    back = naming("0200" if void else "0400", 3, amount_minor, **({"de3": "020000"} if void else {}), **elements)
    async with desk(tmp_path, books) as at:
        assert await at.code(sold()) == "00"
        assert await at.code(tip(2, 11_500)) == "00"
        if not restarted:
            assert await at.code(back) == "00"
    async with desk(tmp_path, books) as at:
        assert await at.code(back) == "00"
        assert await at.held_minor() == 0
        assert await at.code(tip(4, 11_500)) == "12"
        assert await at.code(totals(5, 0, 0)) == "95", "counted and reversed"
    end_of_day(tmp_path, None)


async def test_a_tip_reaches_its_bank_after_all(tmp_path: Path) -> None:
    """The bank was away when the tip came, and the centre was restarted before it was back."""
    books: dict[str, MemoryBook] = {}
    async with desk(tmp_path, books) as at:
        assert await at.code(sold()) == "00"
        at.centre.issuers["atlas"].cancel()
        while "atlas is not available" not in at.notices():
            await quiet()
        assert await at.code(tip(2, 11_500)) == "00"
        assert at.centre.server.board.owed == 1
    async with desk(tmp_path, books) as at:
        assert await at.held_minor() == 11_500
        (told,) = (each for each in at.centre.heard["atlas"] if each.mti in ("0220", "0221"))
        assert (told.elements[3], told.elements[4]) == ("000000", "000000011500")


async def test_a_reversed_sale_has_no_tip(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        assert await at.code(sold()) == "00"
        assert await at.code(naming("0400", 2, 10_000)) == "00"
        assert await at.code(tip(3, 11_500)) == "12"
        assert await at.held_minor() == 0


async def test_what_waits_for_no_batch_has_no_tip(tmp_path: Path) -> None:
    other = {"de41": "ONDE0001", "de42": message("0200", 1).elements[42]}
    async with desk(tmp_path) as at:
        assert await at.code(message("0200", 1, de4="000000010000", de37=RRN, **other)) == "00"
        assert await at.code(tip(2, 10_000, **other)) == "12", "it counts already"
        held = {**other, "de37": "RRN000000003", "de25": "06"}
        assert await at.code(message("0100", 3, de4="000000010000", **held)) == "00"
        assert await at.code(tip(4, 10_000, **other, de37="RRN000000003")) == "12", "it waits for its completion"


async def test_the_tip_of_a_sale_that_waits_for_its_bank_is_put_off() -> None:
    async with played() as centre:
        issuer = await centre.signed_on()
        await centre.acquirer.send(sold())
        request = await issuer.receive()
        assert (await centre.acquirer.ask(tip(2, 11_000))).elements[39] == "09"
        await issuer.send(answer_to(request, de38="A00001"))
        assert (await centre.acquirer.receive()).elements[39] == "00"
        told = await centre.acquirer.ask(tip(2, 11_000))
        assert (told.elements[39], told.elements[38]) == ("00", "A00001")
        await issuer.stream.aclose()


async def test_a_terminal_types_a_tip_in(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))
    journal.open_business_date(DATE, "operator", centre_in_loop.NOW_MS)
    amount = "0012" + b"000000004550".hex()
    at = {41: PACKED["de41"], 42: PACKED["de42"]}
    async with loopback(journal=journal, issuers=("atlas",)) as centre, Terminal(centre, SHOP.terminals[0]) as terminal:
        assert await terminal.ask(*sale("000001", "000000004550", **PACKED)) == "0210 00"
        rrn = terminal.answer.elements[37].encode().hex()
        told = sale("000002", "000000005000", "0220", de3="020000", de37=rrn, de60=amount, **PACKED)
        assert await terminal.ask(*told) == "0230 00"
        assert await terminal.ask(*told) == "0230 00"
        assert await terminal.ask(*sale("000003", "000000004550", "0320", de37=rrn, **PACKED)) == "0330 25"
        assert await terminal.ask(*sale("000004", "000000005000", "0320", de37=rrn, **PACKED)) == "0330 00"
        mti, elements = settlement("000005", "920000", 1, 5_000)
        assert await terminal.ask(mti, {**elements, **at}) == "0510 00"
    journal.close()
    close_day(tmp_path, load_specs(), DATE, centre_in_loop.NOW_MS)
    assert check_books(tmp_path).faults == ()
    said = statement(tmp_path, SHOP.id)
    assert "50,00" in said
    assert "45,50" not in said


async def _batch(data: Path, deals: list[tuple[int, int, str]]) -> list[int]:
    """Play deals of a sale and its tip; the amounts that a batch is left with."""
    left = []
    async with desk(data) as at:
        for number, (amount_minor, tip_minor, end) in enumerate(deals, start=1):
            rrn, stan = f"TIP{number:09d}", number * 10
            assert await at.code(sold(stan, amount_minor, rrn)) == "00"
            may = tip_minor <= amount_minor * SHOP.over_basis_points // 10_000
            now_minor = amount_minor + tip_minor if may else amount_minor
            assert await at.code(tip(stan + 1, amount_minor + tip_minor, de37=rrn)) == ("00" if may else "13")
            if end == "reversed":
                assert await _reversed(at, stan + 2, now_minor, rrn) == "00"
            else:
                left.append(now_minor)
        assert await at.held_minor() == sum(left)
        undone = sum(end == "reversed" for _, _, end in deals)
        answer = await at.client.ask(Message("0500", {**totals(900_000, 0, 0).elements}))
        assert int(answer.elements[76]) - int(answer.elements[77]) == len(left) == len(deals) - undone
        assert int(answer.elements[88]) - int(answer.elements[89]) == sum(left)
        counted = {n: answer.elements[n] for n in (76, 77, 88, 89)}
        again = Message("0500", {**totals(900_001, 0, 0).elements, **counted})
        assert await at.code(again) == "00"
    return left


async def _reversed(at: Desk, stan: int, amount_minor: int, rrn: str) -> str:
    return await at.code(naming("0400", stan, amount_minor, de37=rrn))


_DEALS = st.lists(
    st.tuples(st.integers(100, 20_000), st.integers(0, 3_000), st.sampled_from(["", "reversed"])), min_size=1, max_size=6
)


@settings(max_examples=8, deadline=None)
@given(deals=_DEALS)
def test_any_batch_is_cleared_for_what_it_is_left_with(
    tmp_path_factory: pytest.TempPathFactory, deals: list[tuple[int, int, str]]
) -> None:
    data = tmp_path_factory.mktemp("tips")
    left = trio.run(_batch, data, deals)
    close_day(data, load_specs(), DATE, centre_in_loop.NOW_MS)
    assert check_books(data).faults == ()
    with closing(sqlite3.connect(data / BOOKS_FILE)) as books:
        assert sorted(minor for (minor,) in books.execute("SELECT amount_minor FROM presentment")) == sorted(left)
