"""A terminal written by hand: packed digits behind a TPDU, no DE 7, 32 or 37, a logon and a settlement of its own."""

from __future__ import annotations

import re
from pathlib import Path

from switch.data_folder.vault import Vault
from switch.endofday.close import check_books, close_day
from switch.endofday.statements import statement
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.specs.load import load_specs
from tests.support import centre_in_loop
from tests.support.centre_in_loop import Loopback, loopback, specs
from tests.trials.desk import message

DATE = "2026-11-22"
TPDU = bytes.fromhex("6000030000")
CARD = next(specs().issuers["atlas"].all_cards())
SHOP = next(iter(specs().merchants.values()))
AT = {41: SHOP.terminals[0].encode().hex(), 42: SHOP.id.ljust(15).encode().hex()}


class Terminal:
    """It knows of MTI, bitmap and elements as hexadecimal digits, and of nothing else."""

    def __init__(self, centre: Loopback, terminal_id: str = SHOP.terminals[0]) -> None:
        self._client, self._id = centre.client("bcd"), terminal_id

    async def __aenter__(self) -> Terminal:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.__aexit__()

    async def ask(self, mti: str, elements: dict[int, str]) -> str:
        """MTI and DE 39 of the answer, which stands behind a TPDU that goes back to where the message came from."""
        bitmap = sum(1 << (64 - number) for number in elements)
        body = bytes.fromhex(f"{mti}{bitmap:016x}{''.join(elements[number] for number in sorted(elements))}")
        await self._client.stream.send_all((len(TPDU) + len(body)).to_bytes(2, "big") + TPDU + body)
        answer = await self._client.receive()
        assert self._client.tpdus[-1].hex() == "6000000003"
        assert answer.terminal_id == self._id
        self.answer = answer
        return f"{answer.mti} {answer.response_code}"


def sale(stan: str, amount: str, mti: str = "0200", **more: str) -> tuple[str, dict[int, str]]:
    own = {int(number.removeprefix("de")): value for number, value in more.items()}
    card = {2: f"16{CARD.pan.digits}", 3: "000000", 4: amount, 11: stan, 14: CARD.expiry, 22: "0051", 24: "0003", 25: "00"}
    return mti, {**card, **AT, **own}


def totals(sales: int, amount_minor: int) -> str:
    digits = f"{sales:03d}{amount_minor:012d}" + "0" * 75
    return f"{len(digits):04d}{digits.encode().hex()}"


def settlement(stan: str, processing: str, sales: int, amount_minor: int) -> tuple[str, dict[int, str]]:
    batch = "0006" + b"000001".hex()
    return "0500", {3: processing, 11: stan, 24: "0003", **AT, 60: batch, 63: totals(sales, amount_minor)}


async def test_a_day_of_a_terminal(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))
    journal.open_business_date(DATE, "operator", centre_in_loop.NOW_MS)
    async with loopback(journal=journal, issuers=("atlas",)) as centre, Terminal(centre) as terminal:
        assert await terminal.ask("0800", {3: "920000", 11: "000001", 24: "0003", **AT}) == "0810 00"
        assert re.fullmatch(r"\d{4} \d{6}", f"{terminal.answer.elements[13]} {terminal.answer.elements[12]}"), (
            "it sets its clock"
        )
        assert await terminal.ask(*sale("000002", "000000004550")) == "0210 00"
        first = terminal.answer
        assert await terminal.ask(*sale("000002", "000000004550")) == "0210 00", "the answer was lost"
        assert terminal.answer == first
        assert await terminal.ask(*sale("000003", "000000001000")) == "0210 00"
        assert await terminal.ask(*sale("000003", "000000001000", "0400")) == "0410 00"
        assert await terminal.ask(*settlement("000004", "920000", 2, 5_550)) == "0510 95", "it has not taken its reversal off"
        assert not set(terminal.answer.elements) & {66, 74, 76, 97}, "it knows of no such totals"
        original = "0022" + ("0200" + "000002" + " " * 12).encode().hex()
        assert await terminal.ask(*sale("000005", "000000004550", "0320", de60=original)) == "0330 00"
        original = original.replace(b"000002".hex(), b"000003".hex())
        assert await terminal.ask(*sale("000006", "000000001000", "0320", de60=original)) == "0330 25"
        (told,) = [notice.detail for notice in centre.notices if notice.kind == "unmatched"]
        assert told.endswith(": 0320: STAN 000003 for 10.00 is no approval here that stands; answered 25")
        assert await terminal.ask(*settlement("000007", "960000", 1, 4_550)) == "0510 00"
        assert await terminal.ask(*settlement("000008", "920000", 0, 0)) == "0510 00", "a new batch has begun"
    journal.close()
    close_day(tmp_path, load_specs(), DATE, centre_in_loop.NOW_MS)
    assert check_books(tmp_path).faults == ()
    said = statement(tmp_path, SHOP.id)
    assert "45,50" in said
    assert "10,00" not in said


async def test_a_sale_reversed_in_part_is_one_sale_of_a_batch_still(tmp_path: Path) -> None:
    """It settles 45.50 less 5.50, also with a centre that was restarted in between."""
    back = {"de95": f"{4_000:012d}" + "0" * 12 + "C" + "0" * 8 + "C" + "0" * 8}
    code: list[str] = []
    for first in (True, False):
        journal = SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))
        if first:
            journal.open_business_date(DATE, "operator", centre_in_loop.NOW_MS)
        async with loopback(journal=journal, issuers=("atlas",)) as centre, Terminal(centre) as terminal:
            if first:
                assert await terminal.ask(*sale("000001", "000000004550")) == "0210 00"
                rrn = terminal.answer.elements[37]
                async with centre.client("bcd") as client:
                    again = message(
                        "0400", 2, de4="000000004550", de37=rrn, de41=SHOP.terminals[0], de42=SHOP.id.ljust(15), **back
                    )
                    assert (await client.ask(again)).elements[39] == "00"
            else:
                code = [await terminal.ask(*settlement(f"00000{at}", "920000", at, 4_000)) for at in (0, 1)]
        journal.close()
    assert code == ["0510 95", "0510 00"]


async def test_an_upload_that_fits_nothing_is_told_of_in_its_currency() -> None:
    async with loopback(issuers=("atlas",)) as centre, Terminal(centre) as terminal:
        assert await terminal.ask(*sale("000001", "000000004550", "0320")) == "0330 25"
        assert await terminal.ask(*sale("000002", "000000004550", "0320", de49="0788")) == "0330 25"
    told = [notice.detail for notice in centre.notices if notice.kind == "unmatched"]
    assert [re.findall(r"for ([0-9.]+) is", each) for each in told] == [["45.50"], ["4.550"]]
