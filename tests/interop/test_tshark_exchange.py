"""tshark reads what a running centre and its peers say to each other: every kind of message, on the acquirer's and the issuer's
line, listened in on between them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import trio

from switch.iso8583.dialect import EDITION_1987, EDITION_1993
from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.message import Message
from switch.transaction import ExchangeKey
from tests.interop import pcap, tshark
from tests.interop.tshark import PORT, read_by_tshark, without_traps
from tests.iso8583.samples import said_in
from tests.support.centre_in_loop import Client, Loopback, loopback, purchase, specs
from tests.support.strategies import DIALECTS
from tests.support.tap import Wiretap, tapped, until

pytestmark = tshark.marks

#: An acquirer's dialect -> the issuer whose cards it sends, behind a header tshark knows: atlas speaks 1987, souss 1993.
ISSUERS: Final = {"ascii": "atlas", "bcd": "souss", "ascii93": "souss"}

#: The kinds of messages of each line, by edition; an acquirer also repeats its requests.
ON_THE_ISSUERS_LINE: Final = {
    EDITION_1987: {"0100", "0110", "0200", "0210", "0420", "0421", "0430", "0800", "0810"},
    EDITION_1993: {"1100", "1110", "1200", "1210", "1420", "1421", "1430", "1804", "1814"},
}
ON_THE_ACQUIRERS_LINE: Final = {
    EDITION_1987: ON_THE_ISSUERS_LINE[EDITION_1987] | {"0101", "0201", "0400", "0401", "0410"},
    EDITION_1993: ON_THE_ISSUERS_LINE[EDITION_1993] | {"1101", "1201", "1400", "1401", "1410"},
}

PARTLY: Final = f"{5000:012d}{0:012d}C{0:08d}C{0:08d}"  #: DE 95: 50.00 of it remains


def sale(dialect: str, stan: int, mti: str = "0100", **elements: str) -> Message:
    """A purchase with a card of the issuer of this dialect, with a PIN block and private data besides the usual."""
    card = next(specs().issuers[ISSUERS[dialect]].all_cards())
    said = {
        "de2": card.pan.digits,
        "de14": card.expiry,
        "de43": "MEDINA".ljust(40),
        "de48": "order 7",
        "de52": "0412AC89ABCDEF67",
    }
    message = Message(mti, purchase(stan, **{**said, **elements}).elements)
    return without_traps(without_traps(message, dialect), specs().issuers[ISSUERS[dialect]].dialect)


def reversal(dialect: str, of: Message, stan: int, mti: str, **elements: str) -> Message:
    kept = {number: value for number, value in of.elements.items() if number not in (48, 52)}
    named = of.elements[13] + of.elements[12] if DIALECTS[dialect].edition == EDITION_1993 else of.elements[7]
    key = ExchangeKey(of.elements[32], of.elements[41], of.elements[11], named)
    added = {7: "1122100100", 11: f"{stan:06d}", 90: original_data(of.mti, key)}
    added |= {int(name.removeprefix("de")): value for name, value in elements.items()}
    return Message(mti, dict(sorted({**kept, **added}.items())))


def network(stan: int, function: str) -> Message:
    return Message("0800", {7: "1122100000", 11: f"{stan:06d}", 70: function})


def conversation(dialect: str) -> list[Message]:
    """Requests of every kind: approved, declined, not offered, not understood, of something never seen, and repeated."""
    approved, cash = sale(dialect, 1), sale(dialect, 2, "0200", de3="010000")
    too_much = sale(dialect, 3, de4="000999999999")
    without_amount = sale(dialect, 4, de4="")
    partial = reversal(dialect, approved, 5, "0400", de95=PARTLY)
    whole = reversal(dialect, cash, 6, "0420")
    never_seen = reversal(dialect, sale(dialect, 7), 8, "0420")
    again = [Message(said.mti[:3] + "1", said.elements) for said in (approved, cash, partial, whole)]
    functions = [network(9 + n, function) for n, function in enumerate(("001", "301", "161", "002", "001"))]
    said = [approved, cash, too_much, without_amount, partial, whole, never_seen, *again, *functions]
    return [said_in(dialect, message) for message in said]


async def live(centre: Loopback, acquirer: Client, issuers: Wiretap, dialect: str) -> None:
    """The conversation, and then a purchase the issuer does not answer in time and neither the reversal of it."""
    for request in conversation(dialect):
        await acquirer.ask(request)
    await until(lambda: centre.server.board.owed == 0)
    issuers.muted = True
    await acquirer.send(said_in(dialect, sale(dialect, 20)))
    await until(lambda: issuers.lost == 1)
    later(centre, 60)
    assert (await acquirer.receive()).elements[39] in {"91", "907", "911"}
    await until(lambda: issuers.lost == 2)
    issuers.muted = False
    later(centre, 120)
    await until(lambda: centre.server.board.owed == 0)


def later(centre: Loopback, seconds: float) -> None:
    """What the centre does when so much time has passed without an answer."""
    now = trio.current_time() + seconds
    centre.server._perform(centre.server.board.tick(now), now)


@pytest.mark.parametrize("dialect", sorted(ISSUERS))
async def test_tshark_reads_all_that_is_said_as_we_do(dialect: str, tmp_path: Path) -> None:
    """On lines of either edition, and where the two lines speak different ones."""
    async with loopback() as centre, tapped(centre, dialect, ISSUERS[dialect]) as (acquirer, acquirers, issuers):
        await live(centre, acquirer, issuers, dialect)
    issuers_dialect = specs().issuers[ISSUERS[dialect]].dialect
    for tap, spoken, kinds in (
        (acquirers, dialect, ON_THE_ACQUIRERS_LINE),
        (issuers, issuers_dialect, ON_THE_ISSUERS_LINE),
    ):
        said = tap.heard(DIALECTS[spoken])
        assert {message.mti for message in said} == kinds[DIALECTS[spoken].edition]
        capture = tmp_path / "line.pcap"
        pcap.write(capture, PORT, tap.segments)
        heard, complaints = read_by_tshark(capture, DIALECTS[spoken])
        assert complaints == []
        assert heard == said
