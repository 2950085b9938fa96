"""The table of ``docs/messages.md``, tried cell by cell on a running centre."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
import trio
from attrs import define, field
from trio.testing import MockClock

from switch.iso8583.mapping import original_data
from switch.iso8583.message import Message
from switch.issuers.book import MemoryBook
from switch.journal import JOURNAL_FILE, SqliteJournal
from switch.transaction import ExchangeKey
from switch.vault import Vault
from tests.loopback import Client, Loopback, loopback, purchase, scenario

GUIDE: Final = Path(__file__).parent.parent / "docs" / "messages.md"
SILENCE: Final = scenario({"purpose": "silent", "rule": [{"when": {}, "then": {"silence": True}}]})
DATE: Final = "2026-11-22"


def _rows() -> Iterator[tuple[str, str, str]]:
    """MTI, what may come of it, and the cell."""
    lines = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    columns = _cells(lines[0])
    for line in lines[2:]:
        first, *cells = _cells(line)
        for mti in first.split(", "):
            yield from ((mti, column, cell) for column, cell in zip(columns[1:], cells, strict=True))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


@define
class Trial:
    """One message and what happens around it: a centre on a journal on the disk, which may be started again."""

    mti: str
    case: str
    folder: Path
    books: dict[str, MemoryBook] = field(factory=dict)
    stan: int = 0

    @property
    def silent(self) -> bool:
        return self.case == "the issuer is silent"

    @property
    def declined(self) -> bool:
        return self.case == "declined"

    @asynccontextmanager
    async def centre(self) -> AsyncIterator[tuple[Loopback, Client]]:
        journal = SqliteJournal(self.folder / JOURNAL_FILE, Vault.open(self.folder))
        if journal.open_date() is None:
            journal.open_business_date(DATE, "operator", 0)
        played = SILENCE if self.silent and self.mti[1] in "1245" else None
        async with loopback(played, journal=journal, books=self.books) as centre, centre.client() as client:
            yield centre, client
        journal.close()

    async def answer(self) -> Message:
        """The answer to the message, in the end."""
        async with self.centre() as (centre, client):
            message = await self._prepared(client)
            if self.case == "the issuer's line is down":
                centre.issuers["atlas"].cancel()
                while not any(notice.kind == "issuer_down" for notice in centre.notices):  # noqa: ASYNC110
                    await trio.sleep(0.01)
            answer = await self._ask(client, message)
            if self.case == "the same again":
                answer = await self._ask(client, message)
        if self.case == "again after a restart":
            async with self.centre() as (_, client):
                answer = await self._ask(client, message)
        return answer

    async def _ask(self, client: Client, message: Message) -> Message:
        """Send, and wait longer than a silent issuer is waited for: the client alone gives up in the same 10 s."""
        await client.send(message)
        with trio.move_on_after(1.0):
            return await client.receive()
        return await client.receive()

    async def _prepared(self, client: Client) -> Message:
        """The message to try; what it refers to has happened before."""
        group = self.mti[1:3]
        if group in ("10", "20"):
            return self._message(self.mti, **self._amount())
        if group == "12":
            return self._message(self.mti, de38="OFF001", de39="51" if self.declined else "00")
        if group == "22":
            held = self._message("0100", de25="06", **self._amount())
            await self._ask(client, held)
            return self._message(self.mti, de39="00", de90=_names(held))
        if group in ("40", "42"):
            sold = self._message("0200", **self._amount())
            await self._ask(client, sold)
            return self._message(self.mti, de90=_names(sold), **self._amount())
        if group in ("50", "52"):
            sold = self._message("0200")
            await self._ask(client, sold)
            count = 0 if self.silent else 2 if self.declined else 1
            e = sold.elements
            return Message(self.mti, {7: "1122120000", 11: "000900", 32: e[32], 41: e[41], 76: f"{count:010d}"})
        return Message(self.mti, {7: "1122100000", 11: "000900", 70: "160" if self.declined else "301"})

    def _message(self, mti: str, **elements: str) -> Message:
        self.stan += 1
        return Message(mti, purchase(self.stan, **elements).elements)

    def _amount(self) -> dict[str, str]:
        return {"de4": "099999999999"} if self.declined else {}


def _names(original: Message) -> str:
    e = original.elements
    return original_data(original.mti, ExchangeKey(e[32], e[41], e[11], e[7]))


def _owed(folder: Path) -> list[str]:
    """What the centre came to owe issuers, by the MTI it is sent as."""
    db = sqlite3.connect(folder / JOURNAL_FILE)
    rows = db.execute(
        "SELECT kind, message_class FROM delivery JOIN request ON request.id = delivery.request_id ORDER BY delivery.id"
    ).fetchall()
    db.close()
    return ["0420" if kind == "reversal" else "0120" if group == "authorization" else "0220" for kind, group in rows]


@pytest.fixture
def clock() -> MockClock:
    """Time that passes when nobody has anything to do."""
    return MockClock(autojump_threshold=0.02)


@pytest.mark.parametrize(("mti", "case", "cell"), list(_rows()))
async def test_a_message_is_answered_as_the_guide_says(
    mti: str, case: str, cell: str, tmp_path: Path, clock: MockClock
) -> None:
    trial = Trial(mti, case, tmp_path)
    answer = await trial.answer()
    said, _, owed = cell.partition("; ")
    assert f"{answer.mti} {answer.elements[39]}" == said
    assert _owed(tmp_path) == ([owed] if owed else [])


def test_every_message_of_the_centre_stands_in_the_guide() -> None:
    groups = ("10", "12", "20", "22", "40", "42", "50", "52", "80", "82")
    assert {mti for mti, _, _ in _rows()} == {f"0{group}{repeat}" for group in groups for repeat in "01"}
