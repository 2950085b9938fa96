"""911 and 907: whether the issuer was asked, also where the centre was started again meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

import trio
from attrs import define
from trio.testing import MockClock

from switch.data_folder.vault import Vault
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from tests.messages.acquirers import acquirer
from tests.messages.trial import DATE, SILENCE
from tests.support.centre_in_loop import Client, Loopback, loopback

ACQUIRER: Final = acquirer("1993", "souss")
SALE: Final = ACQUIRER.sale("1200", 1)
TIMEOUT_SECONDS: Final = 10.0  #: of souss


@define
class Centre:
    """A centre on one journal, whose issuer never answers a request."""

    folder: Path

    @asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[Loopback, Client]]:
        with closing(SqliteJournal(self.folder / JOURNAL_FILE, Vault.open(self.folder))) as journal:
            journal.open_business_date(DATE, "operator", 0)
            async with loopback(SILENCE, journal=journal, issuers=("souss",)) as centre, centre.client("ascii93") as client:
                yield centre, client


async def _asked(centre: Loopback) -> None:
    while not any(message.mti == "1200" for message in centre.heard["souss"]):  # noqa: ASYNC110
        await trio.sleep(0.01)


async def test_who_was_not_answered_in_time_is_told_the_same_after_a_restart(tmp_path: Path, clock: MockClock) -> None:
    centre = Centre(tmp_path)
    async with centre.running() as (_, client):
        await client.send(SALE)
        await trio.sleep(TIMEOUT_SECONDS)
        assert (await client.receive()).elements[39] == "911"
    async with centre.running() as (_, client):
        assert (await client.ask(SALE)).elements[39] == "911"


async def test_a_restart_while_the_issuer_is_asked(tmp_path: Path, clock: MockClock) -> None:
    centre = Centre(tmp_path)
    async with centre.running() as (running, client):
        await client.send(SALE)
        await _asked(running)
    for _ in range(2):
        async with centre.running() as (_, client):
            assert (await client.ask(SALE)).elements[39] == "911"


async def test_a_line_lost_while_the_issuer_is_asked(tmp_path: Path, clock: MockClock) -> None:
    async with Centre(tmp_path).running() as (centre, client):
        await client.send(SALE)
        await _asked(centre)
        centre.issuers["souss"].cancel()
        assert (await client.receive()).elements[39] == "911"


async def test_a_request_that_is_reversed_while_the_issuer_is_asked(tmp_path: Path, clock: MockClock) -> None:
    """No action was taken on it: 902 and not 914, for its original is known well enough."""
    async with Centre(tmp_path).running() as (centre, client):
        await client.send(SALE)
        await _asked(centre)
        await client.send(ACQUIRER.reversal("1420", 2, SALE))
        answers = {answer.mti: answer.elements[39] for answer in [await client.receive(), await client.receive()]}
    assert answers == {"1210": "902", "1430": "400"}


async def test_an_issuer_out_of_reach_is_907_also_after_a_restart(tmp_path: Path, clock: MockClock) -> None:
    centre = Centre(tmp_path)
    async with centre.running() as (running, client):
        running.issuers["souss"].cancel()
        while not _told_down(running):  # noqa: ASYNC110
            await trio.sleep(0.01)
        assert (await client.ask(SALE)).elements[39] == "907"
    async with centre.running() as (_, client):
        assert (await client.ask(SALE)).elements[39] == "907"


def _told_down(centre: Loopback) -> bool:
    return any(notice.kind == "issuer_down" for notice in centre.notices)
