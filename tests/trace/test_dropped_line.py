"""A line that is dropped while whole messages of one gulp are still to be taken: nothing of them is told as a broken one."""

from __future__ import annotations

import trio
import trio.lowlevel

from switch.iso8583.framing import Framer
from switch.specs.centre_profile import DROP
from switch.trace.told import HEARD, REST, Told, Trace
from tests.support.centre_in_loop import loopback, purchase

MESSAGES = 20


async def test_whole_messages_behind_an_unreadable_one_are_no_broken_one() -> None:
    told: list[Told] = []
    trace = Trace(told.extend, clock_ms=lambda: 0)
    async with loopback(issuers=["atlas"], unreadable=DROP, trace=trace) as centre, centre.client() as client:
        unreadable = Framer(client.wire.header).wrap(b"GARBAGE!")
        await client.stream.send_all(unreadable + b"".join(client.framed(purchase(stan)) for stan in range(1, MESSAGES + 1)))
        with trio.fail_after(5):
            while sum(what == HEARD for _, _, _, what, _ in told) <= MESSAGES:
                await trio.lowlevel.checkpoint()
    assert not [parts for *_, what, parts in told if what == REST]
