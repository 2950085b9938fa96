"""One message tried in one case: a running centre on a journal on the disk, which may be started again."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

import trio
from attrs import Factory, define, field

from switch.data_folder.vault import Vault
from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from tests.messages.acquirers import AMOUNT, TOO_MUCH, Acquirer, acquirer
from tests.messages.table import AFTER_RESTART, AGAIN, DECLINED, DOWN, SILENT, Cell
from tests.support.centre_in_loop import Client, Loopback, loopback, scenario, specs

SILENCE: Final = scenario({"purpose": "silent", "rule": [{"when": {}, "then": {"silence": True}}]})
DATE: Final = "2026-11-22"
POLL_SECONDS: Final = 0.05  #: of a clock that jumps


@define
class Trial:
    """A cell of the table, and the issuer whose card is used."""

    cell: Cell
    issuer: str
    folder: Path
    acquirer: Acquirer = Factory(lambda self: acquirer(self.cell.edition, self.issuer), takes_self=True)
    heard: list[Message] = field(factory=list)  #: what the issuer was sent, as it stood on its line
    asked: Message | None = None  #: what the answer answers
    _books: dict[str, MemoryBook] = field(factory=dict)
    _stan: int = 0

    async def answer(self) -> Message:
        """The answer to the message, in the end; the issuer has had what it was owed by then."""
        case = self.cell.case
        async with self._centre() as (centre, client):
            message = await self._prepared(client)
            if case == DOWN:
                await self._cut(centre)
            answer = await self._ask(client, message)
            if case == AGAIN:
                answer = await self._ask(client, self.acquirer.again(message))
            await self._delivered(centre)
        if case == AFTER_RESTART:
            async with self._centre() as (centre, client):
                answer = await self._ask(client, self.acquirer.again(message))
                await self._delivered(centre)
        if case == DOWN:
            async with self._centre() as (centre, _):
                await self._delivered(centre)
        return answer

    @asynccontextmanager
    async def _centre(self) -> AsyncIterator[tuple[Loopback, Client]]:
        journal = SqliteJournal(self.folder / JOURNAL_FILE, Vault.open(self.folder))
        if journal.open_date() is None:
            journal.open_business_date(DATE, "operator", 0)
        played = SILENCE if self.cell.case == SILENT and self.cell.asks_an_issuer else None
        with closing(journal):
            async with loopback(played, journal=journal, books=self._books, issuers=(self.issuer,)) as centre:
                async with centre.client(self.acquirer.listener) as client:
                    yield centre, client
                self.heard += centre.heard[self.issuer]

    async def _cut(self, centre: Loopback) -> None:
        centre.issuers[self.issuer].cancel()
        while not any(notice.kind == "issuer_down" for notice in centre.notices):  # noqa: ASYNC110
            await trio.sleep(POLL_SECONDS)

    async def _delivered(self, centre: Loopback) -> None:
        """Wait until nothing is owed to an issuer that can be reached."""
        while centre.server.board.owed and not centre.issuers[self.issuer].cancel_called:  # noqa: ASYNC110
            await trio.sleep(POLL_SECONDS)

    async def _ask(self, client: Client, message: Message) -> Message:
        """Send, and wait longer than a silent issuer is waited for: the client alone gives up in the same 10 s."""
        self.asked = message
        await client.send(message)
        with trio.move_on_after(1.0):
            return await client.receive()
        return await client.receive()

    async def _prepared(self, client: Client) -> Message:
        """The message to try; what it refers to has happened before."""
        mti, group = self.cell.mti, self.cell.mti[1:3]
        declined = self.cell.case == DECLINED
        amount = TOO_MUCH if declined else AMOUNT
        if group in ("10", "20"):
            return self.acquirer.sale(mti, self._next(), amount)
        if group == "12":
            return self.acquirer.advice(mti, self._next(), declined=declined)
        if group == "22":
            held = self.acquirer.sale(mti[0] + "100", self._next(), amount, holds=True)
            await self._ask(client, held)
            return self.acquirer.completion(mti, self._next(), held)
        if group[0] == "8":
            return self.acquirer.network(mti, self._next(), offered=not declined)
        sold = self.acquirer.sale(mti[0] + "200", self._next(), amount if group[0] == "4" else AMOUNT)
        await self._ask(client, sold)
        if group[0] == "4":
            return self.acquirer.reversal(mti, self._next(), sold)
        return self.acquirer.totals(mti, self._next(), 0 if self.cell.case == SILENT else 2 if declined else 1)

    def _next(self) -> int:
        self._stan += 1
        return self._stan

    def owed(self) -> list[str]:
        """What the centre came to owe the issuer, by the MTI it was told of it first."""
        told = [message.mti for message in self.heard if message.mti[1] == "4" or message.mti[1:3] in ("12", "22")]
        assert len(told) == len(self._journaled()), "the journal knows as much, and the issuer was told of all of it"
        return told

    def _journaled(self) -> list[tuple[str, str | None]]:
        with closing(sqlite3.connect(self.folder / JOURNAL_FILE)) as db:
            return db.execute(
                "SELECT kind, response_code FROM delivery LEFT JOIN delivered ON delivery_id = delivery.id ORDER BY delivery.id"
            ).fetchall()

    def accepted(self) -> bool:
        """Whether the issuer has taken all it was told."""
        return all(code == "00" for _, code in self._journaled())

    def standing_minor(self) -> int:
        """What the issuer holds in the end."""
        return sum(entry.taken_minor for entry in self._books[self.issuer].entries())

    def reasons(self) -> set[str | None]:
        """Why the issuer was told to reverse: DE 56 of 1987, DE 25 of 1993."""
        reversals = (message for message in self.heard if message.mti[1] == "4")
        return {message.elements.get(56 if message.mti[0] == "0" else 25) for message in reversals}

    @property
    def issuer_edition(self) -> str:
        return specs().dialects[specs().issuers[self.issuer].dialect].edition
