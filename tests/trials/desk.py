"""A desk to try money from: a centre whose clock the test moves, its banks, and a terminal that leaves elements out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from attrs import define

from switch.data_folder.vault import Vault
from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.transaction import ExchangeKey
from tests.support import centre_in_loop
from tests.support.centre_in_loop import Client, Loopback, loopback, purchase
from tests.support.played_issuer import quiet

OWN_ID = "504777"
SALE_KEY = ExchangeKey(OWN_ID, "ONDE0001", "000001", "1122100000")  #: of ``purchase(1)``


@define
class Desk:
    """A running centre with a client; ``books`` are the banks'."""

    centre: Loopback
    client: Client
    books: dict[str, MemoryBook]

    async def code(self, message: Message) -> str:
        """DE 39 of the answer to a message."""
        return (await self.client.ask(message)).elements[39]

    async def held_minor(self, issuer: str = "atlas") -> int:
        """What a bank holds once it has been sent all that it is owed."""
        with trio.fail_after(20):
            while self.centre.server.board.owed:
                await quiet()
        return sum(entry.taken_minor for entry in self.books[issuer].entries())

    def notices(self) -> str:
        return "\n".join(notice.detail for notice in self.centre.notices)


@asynccontextmanager
async def desk(data: Path, books: dict[str, MemoryBook] | None = None) -> AsyncIterator[Desk]:
    """A centre on the journal of a data folder; the next one on the same folder is the same centre after a restart."""
    books = {} if books is None else books
    journal = SqliteJournal(data / JOURNAL_FILE, Vault.open(data))
    if journal.open_date() is None:
        journal.open_business_date("2026-11-22", "operator", centre_in_loop.NOW_MS)
    async with loopback(journal=journal, books=books, issuers=("atlas",)) as centre, centre.client() as client:
        yield Desk(centre, client, books)
    journal.close()


def wait(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Move the centre's clock on."""
    monkeypatch.setattr(centre_in_loop, "NOW_MS", centre_in_loop.NOW_MS + round(seconds * 1000))


def named(key: ExchangeKey = SALE_KEY, mti: str = "0100") -> str:
    """DE 90 that names a request."""
    return original_data(mti, key)


def message(mti: str, stan: int, **elements: str) -> Message:
    """Any message, with the elements of a purchase but for those given; an empty one is left out."""
    return Message(mti, purchase(stan, **elements).elements)
