"""Magic cards over real sockets: what a gateway sees of each, what the journal has, and that the money is true."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.edition93.action_codes import SCHEME_ACTIONS, action_code, response_code
from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from switch.issuers.profile import Card
from switch.transaction import APPROVALS, RESPONSE_MEANINGS, SCHEME_MEANINGS
from tests.support.centre_in_loop import Client, Loopback, loopback, purchase, specs
from tests.support.host_stage import decided, reversal_of

IN_PART = 10  #: cents of an amount that is approved in part
ISSUERS = list(specs().issuers)


@pytest.fixture
def autojump_clock() -> MockClock:
    return MockClock(autojump_threshold=0.05)


@asynccontextmanager
async def bank(issuer: str) -> AsyncIterator[tuple[Loopback, Client, MemoryBook]]:
    books: dict[str, MemoryBook] = {}
    async with loopback(issuers=[issuer], books=books) as centre, centre.client() as client:
        yield centre, client, books[issuer]


def with_card(issuer: str, kind: str, stan: int = 1, amount_minor: int = 12_500) -> Message:
    card: Card = next(card for card in specs().issuers[issuer].cards if card.magic == kind)
    return purchase(stan, de2=card.pan.digits, de14=card.expiry, de4=f"{amount_minor:012d}")


def held(book: MemoryBook) -> int:
    return sum(entry.taken_minor for entry in book.entries())


async def nothing_owed(centre: Loopback) -> None:
    while centre.server.board.owed:  # noqa: ASYNC110  (the switchboard has no event of it)
        await trio.sleep(1.0 if isinstance(trio.lowlevel.current_clock(), MockClock) else 0.01)


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_a_card_that_times_out_gets_91_and_its_hold_is_reversed(issuer: str, autojump_clock: MockClock) -> None:
    async with bank(issuer) as (centre, client, book):
        answer = await client.ask(with_card(issuer, "timeout"))
        assert answer.response_code == "91"
        await nothing_owed(centre)
        kinds = [entry.kind for entry in book.entries()]
        assert (kinds, held(book)) == (["hold", "release"], 0), "the bank had approved, and takes it back"
    assert decided(centre) == [("91", "switch", f"no answer from {issuer} in 10 s")]


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_a_card_that_is_late_is_approved_three_seconds_later(issuer: str, autojump_clock: MockClock) -> None:
    async with bank(issuer) as (centre, client, book):
        began = trio.current_time()
        answer = await client.ask(with_card(issuer, "late"))
        assert answer.response_code == "00"
        assert trio.current_time() - began == pytest.approx(3, abs=1)
        assert held(book) > 0
    ((code, by, reason),) = decided(centre)
    assert (code, by) == ("00", issuer)
    assert reason.startswith("approved")


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_a_card_that_is_answered_twice_counts_once(issuer: str) -> None:
    async with bank(issuer) as (centre, client, book):
        first, second = (
            await client.ask(with_card(issuer, "twice", 1)),
            await client.ask(with_card(issuer, "amount", 2, 10_000)),
        )
        assert [(answer.stan, answer.response_code) for answer in (first, second)] == [("000001", "00"), ("000002", "00")]
        assert [entry.kind for entry in book.entries()] == ["hold", "hold"]
    assert [code for code, _, _ in decided(centre)] == ["00", "00"]


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_a_card_that_drops_the_line_gets_91_at_once_and_the_bank_is_there_again(issuer: str) -> None:
    async with bank(issuer) as (centre, client, book):
        assert (await client.ask(with_card(issuer, "drop"))).response_code == "91"
        stan = 2
        while (await client.ask(with_card(issuer, "amount", stan, 10_000))).response_code != "00":
            stan += 1
            await trio.sleep(0.02)
        await nothing_owed(centre)
        (kept,) = [entry for entry in book.entries() if entry.kind == "hold"][1:]
        assert held(book) == kept.taken_minor
    assert decided(centre)[0][0] == "91"


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_a_card_that_is_approved_in_part_gives_half(issuer: str) -> None:
    async with bank(issuer) as (centre, client, book):
        asked = with_card(issuer, "partial", amount_minor=20_000)
        sale = asked._replace(elements={**asked.elements, 25: "41"})
        answer = await client.ask(sale)
        granted_minor = int(answer.elements[4])
        assert answer.response_code == "10"
        assert 9_900 <= granted_minor <= 10_100, "half, and back into dirhams"
        assert held(book) > 0
        assert (await client.ask(reversal_of(sale))).response_code == "00"
        await nothing_owed(centre)
        assert held(book) == 0
    (granted,) = [each.approved_minor for batch in centre.journal.batches for each in batch.decisions]
    assert granted == granted_minor


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_a_gateway_that_takes_no_part_gets_51_and_the_part_is_reversed(issuer: str) -> None:
    async with bank(issuer) as (centre, client, book):
        assert (await client.ask(with_card(issuer, "partial"))).response_code == "51"
        await nothing_owed(centre)
        assert [entry.kind for entry in book.entries()] == ["hold", "release"]
        assert held(book) == 0


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_every_amount_of_the_amount_card_is_survived_and_means_its_code(issuer: str) -> None:
    async with bank(issuer) as (centre, client, book):
        for cents in range(100):
            answer = await client.ask(with_card(issuer, "amount", cents + 1, 10_000 + cents))
            code = f"{cents:02d}"
            refuses = (code in RESPONSE_MEANINGS or code in SCHEME_MEANINGS) and code not in APPROVALS
            if specs().dialects[specs().issuers[issuer].dialect].edition == EDITION_1993:
                code = response_code(SCHEME_ACTIONS.get(code) or action_code(code, "1")) if refuses else code
            assert answer.response_code == (code if refuses else "51" if cents == IN_PART else "00")
        await nothing_owed(centre)
        kinds = [entry.kind for entry in book.entries()]
        approved = [code for code, _, _ in decided(centre) if code in APPROVALS]
        assert (kinds.count("hold"), kinds.count("release")) == (len(approved) + 1, 1), "the part, which was reversed"
