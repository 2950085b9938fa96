"""Journal, then send: whatever a peer can read of the centre, the journal had before; where it fails, nobody reads anything."""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import pytest
from attrs import define, field

from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.message import Message
from switch.journal.journal import Batch
from switch.transaction import ExchangeKey
from tests.support.centre_in_loop import Client, purchase
from tests.support.played_issuer import Played, answer_to, played, quiet

STANS: Final = (1, 2, 3, 4, 5)  #: what is asked in one turn
PEEKED_BYTES: Final = 65_536


class DiskFullError(Exception):
    pass


@define
class Watched:
    """A centre whose journal looks, at the instant it is to write, at what either peer could read by then."""

    centre: Played
    issuer: Client
    wire_taps: list[socket.socket] = field(factory=list)
    readable: list[int] = field(factory=list)  #: bytes that stood in a peer's buffer at a commit, for each commit and peer
    full: bool = False  #: whether there is no room for one more row

    def __attrs_post_init__(self) -> None:
        commit = self.centre.journal.commit
        for end in (self.centre.acquirer, self.issuer):
            self.wire_taps.append(socket.socket(fileno=os.dup(end.stream.socket.fileno())))

        def watching(batch: Batch, now_ms: int) -> None:
            self.readable += [len(peeked(tap)) for tap in self.wire_taps]
            if self.full:
                raise DiskFullError
            commit(batch, now_ms)

        self.centre.journal.commit = watching  # type: ignore[method-assign]

    async def answered(self, end: Client, count: int) -> list[Message]:
        return [await end.receive() for _ in range(count)]


def peeked(tap: socket.socket) -> bytes:
    """What can be read there now, left where it is; what is sent to 127.0.0.1 is there at once."""
    try:
        return tap.recv(PEEKED_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return b""


async def _sell(watched: Watched, *, code: str = "00") -> None:
    """Sales the issuer answers, all in one turn each way."""
    await watched.centre.acquirer.send(*map(purchase, STANS))
    asked = await watched.answered(watched.issuer, len(STANS))
    await watched.issuer.send(*(answer_to(each, code, de38="A1B2C3") for each in asked))
    await watched.answered(watched.centre.acquirer, len(STANS))


async def sales(watched: Watched) -> None:
    await _sell(watched)


async def declines(watched: Watched) -> None:
    await _sell(watched, code="51")


async def asked_again(watched: Watched) -> None:
    await _sell(watched)
    await watched.centre.acquirer.send(*map(purchase, STANS))
    await watched.answered(watched.centre.acquirer, len(STANS))


async def refused(watched: Watched) -> None:
    """The centre's own declines, and a card nobody has."""
    await watched.centre.acquirer.send(purchase(1, de42="NOBODY000000000"), purchase(2, de2="6999990000000001"))
    await watched.answered(watched.centre.acquirer, 2)


async def advices(watched: Watched) -> None:
    told = [Message("0220", purchase(stan, de39="00", de38="OFF001").elements) for stan in STANS]
    await watched.centre.acquirer.send(*told)
    await watched.answered(watched.centre.acquirer, len(STANS))
    for _ in STANS:  # one by one: nothing overtakes
        await watched.issuer.send(answer_to(await watched.issuer.receive(), "00"))


async def reversals(watched: Watched) -> None:
    await _sell(watched)
    await watched.centre.acquirer.send(*map(_reversal_of, STANS))
    await watched.answered(watched.centre.acquirer, len(STANS))
    for _ in STANS:
        await watched.issuer.send(answer_to(await watched.issuer.receive(), "00"))


async def totals(watched: Watched) -> None:
    await _sell(watched)
    e = purchase(900).elements
    await watched.centre.acquirer.send(Message("0500", {n: e[n] for n in (7, 11, 32, 41)}))
    await watched.answered(watched.centre.acquirer, 1)


async def an_issuer_that_goes(watched: Watched) -> None:
    await watched.centre.acquirer.send(*map(purchase, STANS))
    await watched.answered(watched.issuer, len(STANS))
    watched.wire_taps.pop().close()
    await watched.issuer.stream.aclose()
    await watched.answered(watched.centre.acquirer, len(STANS))


LIVES: Final[tuple[Callable[[Watched], Awaitable[None]], ...]] = (
    sales,
    declines,
    asked_again,
    refused,
    advices,
    reversals,
    totals,
    an_issuer_that_goes,
)


def _reversal_of(stan: int) -> Message:
    e = purchase(stan).elements
    original = original_data("0100", ExchangeKey(e[32], e[41], e[11], e[7]))
    kept = {n: value for n, value in e.items() if n in (2, 3, 4, 12, 13, 22, 32, 37, 41, 42, 49)}
    own = {7: "1122100100", 11: f"{900 + stan:06d}", 90: original}
    return Message("0420", dict(sorted((kept | own).items())))


@pytest.mark.parametrize("life", LIVES)
async def test_no_byte_can_be_read_before_the_journal_has_what_it_says(life: Callable[[Watched], Awaitable[None]]) -> None:
    async with played() as centre:
        watched = Watched(centre, await centre.signed_on())
        await life(watched)
        await quiet()
        for tap in watched.wire_taps:
            tap.close()
    assert watched.readable, "something was journaled"
    assert not any(watched.readable)


@pytest.mark.parametrize("after", range(8))
@pytest.mark.parametrize("life", [sales, advices, reversals, totals, an_issuer_that_goes])
async def test_where_the_journal_fails_nobody_reads_a_byte_more(life: Callable[[Watched], Awaitable[None]], after: int) -> None:
    """The disk is full at the first commit, at the second, and so on through the life of the exchange."""
    watched: Watched | None = None
    with suppress(BaseExceptionGroup):
        async with played() as centre:
            watched = Watched(centre, await centre.signed_on())
            taken = centre.journal.commit

            def until_full(batch: Batch, now_ms: int) -> None:
                assert watched is not None
                watched.full = len(watched.readable) >= len(watched.wire_taps) * after
                taken(batch, now_ms)

            centre.journal.commit = until_full  # type: ignore[method-assign]
            await life(watched)
    assert watched is not None
    assert not any(watched.readable)
    unread = [peeked(tap) for tap in watched.wire_taps]
    for tap in watched.wire_taps:
        tap.close()
    assert unread == [b""] * len(unread) or not watched.full
