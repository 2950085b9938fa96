from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import trio

from switch.iso8583.framing import Frame, Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.mapping import acquirer
from switch.iso8583.mapping import issuer as forwarding
from switch.iso8583.mapping.acquirer import Stamp
from switch.iso8583.message import Message
from switch.issuers.entry import Entry
from switch.issuers.process.book import MemoryBook
from switch.issuers.process.host import IssuerHost, _match
from switch.lines.line import Line
from switch.lines.sockets import listen
from switch.lines.staging.cues import AnswerCue
from switch.lines.wire_format import WireFormat
from switch.scenarios.conduct import Conduct
from switch.transaction import Authorization
from tests.issuers.cast import GOOD, NOW_MS, asked, atlas
from tests.support.centre_in_loop import Client, wire

ACQUIRER = "504777"
KEY = "0100" + "000001" + "1122100000" + "00000504777" + "0" * 11


def request(stan: int = 1, **elements: str) -> Message:
    """A purchase of 125.00 MAD; ``de2=""`` leaves an element out."""
    values = {2: GOOD, 3: "000000", 4: "000000012500", 7: "1122100000", 11: f"{stan:06d}", 14: "2811", 22: "051", 32: ACQUIRER}
    values |= {33: "500000", 37: f"{stan:012d}", 41: "TERM0001", 42: "TELECOM00000001", 49: "504"}
    return message("0100", values, elements)


def reversal(mti: str = "0420", stan: int = 900_001, **elements: str) -> Message:
    """A full reversal of ``request()``."""
    values = {2: GOOD, 3: "000000", 4: "000000012500", 7: "1122100100", 11: f"{stan:06d}", 32: ACQUIRER, 33: "500000"}
    values |= {37: "000000000001", 41: "TERM0001", 42: "TELECOM00000001", 49: "504", 90: KEY}
    return message(mti, values, elements)


def message(mti: str, values: dict[int, str], elements: dict[str, str]) -> Message:
    values = values | {int(name.removeprefix("de")): value for name, value in elements.items()}
    return Message(mti, {number: value for number, value in sorted(values.items()) if value})


def host(book: MemoryBook, wire_format: WireFormat, clock_ms: Callable[[], int] = lambda: NOW_MS) -> IssuerHost:
    return IssuerHost(atlas(), wire_format, book, institution_id="500000", clock_ms=clock_ms)


@asynccontextmanager
async def asking(
    book: MemoryBook, dialect: str = "ascii", clock_ms: Callable[[], int] = lambda: NOW_MS
) -> AsyncIterator[Client]:
    """A line to an issuer over this book."""
    wire_format = wire(dialect, "2b", False)
    async with trio.open_nursery() as nursery:
        sock = listen("127.0.0.1", 0)
        nursery.start_soon(host(book, wire_format, clock_ms).serve, sock)
        async with Client(sock.getsockname()[1], wire_format) as client:
            yield client
        nursery.cancel_scope.cancel()


def kinds(book: MemoryBook) -> list[tuple[str, int]]:
    return [(entry.kind, entry.amount_minor) for entry in book.entries()]


@pytest.mark.parametrize(("mti", "answer"), [("0400", "0410"), ("0401", "0410"), ("0420", "0430"), ("0421", "0430")])
@pytest.mark.parametrize("dialect", ["ascii", "bcd", "ebcdic"])
async def test_every_reversal_is_answered_and_the_hold_given_back(mti: str, answer: str, dialect: str) -> None:
    book = MemoryBook()
    async with asking(book, dialect) as client:
        assert (await client.ask(request())).elements[39] == "00"

        received = await client.ask(reversal(mti))

    assert (received.mti, received.elements[39], received.elements[11], received.elements[90]) == (answer, "00", "900001", KEY)
    assert kinds(book) == [("hold", 12_500), ("release", 12_500)]


async def test_a_partial_reversal_as_the_centre_sends_it() -> None:
    book = MemoryBook()
    async with asking(book) as client:
        asked_for = request()
        await client.ask(asked_for)

        sent = forwarding.to_issuer_reversal(
            authorization(asked_for), replacement_minor=2_500, stan="000001", transmitted_at="1122100100",
            repeat=False, forwarder_id="500000",
        )  # fmt: skip
        received = await client.ask(sent)

    assert received.elements[39] == "00"
    assert kinds(book) == [("hold", 12_500), ("release", 10_000)]


def authorization(asked_for: Message) -> Authorization:
    return acquirer.to_authorization(asked_for, acquirer_id=ACQUIRER, stamp=Stamp("1122100000", "1122100000"), currency="504")


@pytest.mark.parametrize("left_out", [{}, {"de90": ""}, {"de90": "", "de2": ""}])
async def test_requests_and_reversals_of_one_gulp_are_taken_in_order(left_out: dict[str, Any]) -> None:
    book = MemoryBook()
    async with asking(book) as client:
        await client.send(request(), reversal(**left_out), reversal("0421", **left_out), request())

        answers = [await client.receive() for _ in range(4)]

    assert [answer.elements[39] for answer in answers] == ["00", "00", "00", "00"]
    assert kinds(book) == [("hold", 12_500), ("release", 12_500)]


async def test_a_request_behind_its_reversal_is_refused_also_after_a_restart() -> None:
    book = MemoryBook()
    async with asking(book) as client:
        assert (await client.ask(reversal())).elements[39] == "00"
    async with asking(book) as client:
        received = await client.ask(request())

    assert (received.elements[39], received.elements[63]) == ("12", "its reversal came before it")
    assert kinds(book) == [("reversed", 12_500)]


@pytest.mark.parametrize("wrong", [{"de4": ""}, {"de41": ""}, {"de95": "000000099999" + "0" * 30}, {"de90": "", "de37": ""}])
async def test_a_reversal_that_makes_no_sense_is_answered_30(wrong: dict[str, Any]) -> None:
    book = MemoryBook()
    async with asking(book) as client:
        await client.ask(request())

        received = await client.ask(reversal(**wrong))

        assert (received.mti, received.elements[39], received.elements[11]) == ("0430", "30", "900001")
        echo = await client.ask(Message("0800", {7: "1122100200", 11: "000002", 70: "301"}))
        assert (echo.mti, echo.elements[39]) == ("0810", "00")
    assert kinds(book) == [("hold", 12_500)]


async def test_an_answer_to_a_reversal_is_not_answered() -> None:
    async with asking(MemoryBook()) as client:
        await client.send(message("0430", dict(reversal().elements), {"de39": "00"}))

        assert (await client.ask(request())).mti == "0110"


def test_what_a_reversal_changes_is_written_before_its_answer_leaves() -> None:
    told: list[str] = []

    class TellingBook(MemoryBook):
        def append(self, entries: Any, events: Any = ()) -> None:
            told.extend(entry.kind for entry in cast("list[Entry]", entries))
            super().append(entries, events)

    class TellingLine:
        codec = wire("ascii", "2b", False).codec
        translates = False
        framer = Framer(HeaderFormat.parse("2b"))
        queue: Callable[..., None] = staticmethod(lambda answer, _tpdu, _asked: told.append(answer.mti))

        def flush(self) -> None:
            told.append("flush")

    issuer = host(TellingBook(), wire("ascii", "2b", False))
    line = cast("Line", TellingLine())

    for sent in (request(), reversal(), reversal(stan=900_002, de90=KEY.replace("000001", "000009", 1))):
        issuer._gulp(line, {}, [Frame(b"", TellingLine.codec.encode(sent))])

    assert told == ["0110", "hold", "flush", "0430", "release", "flush", "0430", "reversed", "flush"]


def advice(mti: str = "0120", stan: int = 1, **elements: str) -> Message:
    """What the centre approved in the issuer's stead: ``request()``, under its key."""
    return message(mti, {**request(stan).elements, 38: "STAND1", 39: "00", 56: "1003"}, elements)


@pytest.mark.parametrize(("mti", "answer"), [("0120", "0130"), ("0121", "0130"), ("0220", "0230"), ("0221", "0230")])
@pytest.mark.parametrize("dialect", ["ascii", "bcd", "ebcdic"])
async def test_every_advice_is_answered_and_held_once(mti: str, answer: str, dialect: str) -> None:
    book = MemoryBook()
    async with asking(book, dialect) as client:
        for sent in (advice(mti), advice(mti[:3] + "1")):
            received = await client.ask(sent)
            assert (received.mti, received.elements[39], received.elements[11]) == (answer, "00", "000001")
    async with asking(book, dialect) as client:
        assert (await client.ask(advice(mti[:3] + "1"))).elements[63] == "nothing to hold: this is known already"

    assert kinds(book) == [("hold", 12_500)]


async def test_a_completion_releases_and_holds_in_one_commit() -> None:
    batches: list[list[str]] = []

    class CountingBook(MemoryBook):
        def append(self, entries: Any, events: Any = ()) -> None:
            batches.append([entry.kind for entry in cast("list[Entry]", entries)])
            super().append(entries, events)

    async with asking(CountingBook()) as client:
        await client.ask(request(de25="06"))
        batches.clear()
        received = await client.ask(advice("0220", 2, de4="000000009000", de90=KEY))

    assert received.elements[63] == "gave back the 125.00 MAD held, held 90.00 MAD"
    assert batches == [["release", "hold"]]


@pytest.mark.parametrize(("changes", "code"), [({"de42": ""}, "30"), ({"de2": ""}, "30"), ({"de2": "4507169999999990"}, "14")])
async def test_an_advice_nobody_can_book_is_refused(changes: dict[str, Any], code: str) -> None:
    book = MemoryBook()
    async with asking(book) as client:
        received = await client.ask(advice(**changes))

    assert (received.mti, received.elements[39]) == ("0130", code)
    assert kinds(book) == []


async def test_a_message_of_another_class_is_answered_40() -> None:
    async with asking(MemoryBook()) as client:
        received = await client.ask(Message("0600", {7: "1122100200", 11: "000002"}))

    assert (received.mti, received.elements[39]) == ("0610", "40")


async def test_a_part_is_answered_with_what_was_granted_and_what_was_asked() -> None:
    async with asking(MemoryBook()) as client:
        received = await client.ask(request(de4="000000200000", de25="41"))

    assert (received.elements[39], received.elements[4]) == ("10", "000000100000")
    assert received.elements[54] == "0057504D000000200000"


async def test_a_balance_is_told_as_additional_amounts() -> None:
    async with asking(MemoryBook()) as client:
        await client.ask(request())
        received = await client.ask(request(2, de3="310000", de4=""))

    assert received.elements[39] == "00"
    assert received.elements[54] == "0001504C000000100000" + "0002504C000000087500"


async def test_a_hold_whose_time_is_up_ends_before_the_first_request_behind_a_jump_of_the_clock() -> None:
    """The issuer looks four times a second for such holds; the jump comes at once behind the first one there is."""
    now_ms = [NOW_MS]
    book = MemoryBook()
    async with asking(book, clock_ms=lambda: now_ms[0]) as client:
        assert (await client.ask(request(1))).response_code == "00"
        now_ms[0] += 31 * 86_400_000
        assert (await client.ask(request(2))).response_code == "00"
    assert [kind for kind, _ in kinds(book)] == ["hold", "expired", "hold"]


@pytest.mark.parametrize(
    ("part_minor", "sale_minor", "account_minor", "granted"),
    [
        (5_000, 12_500, 2_001, 800),
        (5_000, 12_500, 12_500, 5_000),
        (5_000, 0, 0, 0),
        (5_000, None, 0, 5_000),
        (None, 12_500, 2_001, None),
    ],
)
def test_a_part_that_a_rule_grants_is_of_the_sale_and_held_in_the_currency_of_the_account(
    part_minor: int | None, sale_minor: int | None, account_minor: int, granted: int | None
) -> None:
    wanted = AnswerCue(Conduct(part_minor=part_minor), "rule 1")
    sale = None if sale_minor is None else (asked(amount_minor=sale_minor), asked(amount_minor=account_minor))
    match = _match(wanted, sale)
    assert (match.part_minor, match.reason, match.code) == (granted, "rule 1", None)
