"""Whatever is answered 30, 40 or 94, or cannot be read at all, has its place in the trace, network management included."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.iso8583.message import Message
from switch.trace.pairs import Followed, Pair, Pairs
from switch.trace.reader import message_numbered, opened
from tests.support.centre_in_loop import NOW_MS, Client, loopback, purchase
from tests.trace.test_recorder import traced

ECHO = {7: "1122100000", 11: "000007", 70: "301"}
#: What is sent, and how its answer begins.
REFUSED: dict[str, tuple[Message, str]] = {
    "an authorization without an amount": (purchase(1, de4=""), "0110 30"),
    "a reversal without DE 90 and DE 37": (Message("0400", purchase(1, de37="", de11="").elements), "0410 30"),
    "totals without a STAN": (Message("0500", {7: "1122100000", 41: "ONDE0001"}), "0510 30"),
    "a file update": (Message("0300", {11: "000001"}), "0310 40"),
    "an administrative message": (Message("0600", {11: "000001"}), "0610 40"),
    "an 0800 without a function": (Message("0800", {7: "1122100000", 11: "000007"}), "0810 30"),
    "an 0800 without a STAN and a function": (Message("0800", {7: "1122100000"}), "0810 30"),
    "an 0800 with a DE 3 instead of a function": (Message("0800", {3: "920000", 11: "000007"}), "0810 "),
    "an 0800 with a function nobody has": (Message("0800", {**ECHO, 70: "999"}), "0810 "),
    "an echo": (Message("0800", ECHO), "0810 00"),
}


async def pairs_of(data: Path, *sent: Message | bytes) -> list[tuple[Pair, bytes]]:
    """The pairs of acquirers' lines that messages lead to, each with the bytes of what came first."""
    with traced(data) as (trace, journal), opened(data) as (db, vault):
        async with loopback(journal=journal, trace=trace, issuers=("atlas",)) as centre, centre.client() as client:
            for each in sent:
                await say(client, each)
        trace.close()
        pairs = Pairs(10_000)
        found = [*pairs.take(Followed.from_time(db, 0).look(), NOW_MS), *pairs.rest()]
        opened_ones = [(pair, message_numbered(db, vault, pair.first.id)) for pair in found if pair.first.of_acquirer]
        return [(pair, message.body) for pair, message in opened_ones if message is not None]


async def say(client: Client, what: Message | bytes) -> None:
    """Send a message and wait for its answer, or bytes, which have none; a line that is closed for them is closed."""
    if isinstance(what, Message):
        await client.ask(what)
    else:
        await client.stream.send_all(what)
        if what.startswith(b"GET"):
            with pytest.raises(EOFError):
                await client.receive()


@pytest.mark.parametrize("what", REFUSED)
async def test_a_refused_message_stands_beside_its_answer(tmp_path: Path, what: str) -> None:
    message, expected = REFUSED[what]
    ((pair, body),) = await pairs_of(tmp_path, message)
    assert pair.request is not None
    assert pair.answer is not None
    assert pair.request.mti == message.mti
    assert f"{pair.answer.mti} {pair.code}".startswith(expected)
    assert body[:4] == message.mti.encode()


async def test_a_used_key_with_another_message(tmp_path: Path) -> None:
    found = await pairs_of(tmp_path, purchase(1), purchase(1, de4="000000000100"))
    assert [pair.code for pair, _ in found] == ["00", "94"]


async def test_bytes_that_are_no_frame(tmp_path: Path) -> None:
    ((pair, body),) = await pairs_of(tmp_path, b"GET / HTTP/1.1\r\n\r\n")
    assert (pair.answer, pair.first.mti) == (None, "")
    assert "length header 47 45" in pair.first.fault
    assert body.startswith(b"GET /")


async def test_a_frame_that_is_no_message(tmp_path: Path) -> None:
    (frame, _), (echo, _) = sorted(await pairs_of(tmp_path, b"\x00\x040100", Message("0800", ECHO)))
    assert (frame.answer, frame.first.mti, echo.code) == (None, "0100", "00")
    assert frame.first.fault == "bitmap at byte 4: found nothing, expected 8 bytes of binary bitmap"
