"""Messages the tests of the wire share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993, Dialect
from switch.iso8583.edition93.messages import to_1987
from switch.iso8583.mapping.compose import worded
from switch.iso8583.message import Message
from switch.spec_table import SpecTable
from tests.support.strategies import DIALECTS

PAN = "4507160000000010"
TRACK_2 = f"{PAN}=29121010000012345678"

PURCHASE = Message(
    "0100",
    {
        2: PAN,
        3: "000000",
        4: "000000012500",
        7: "1122091530",
        11: "000042",
        12: "101530",
        13: "1122",
        14: "2912",
        18: "5411",
        22: "051",
        25: "00",
        32: "504001",
        37: "632609000042",
        41: "TERM0001",
        42: "SHOP00000000001",
        43: "EPICERIE DU COIN".ljust(23) + "RABAT".ljust(13) + "  MA",
        49: "504",
    },
)
ECHO_TEST = Message("0800", {7: "1122091530", 11: "000043", 70: "301"})
CHIP_PURCHASE = Message(
    "0200",
    {
        **{n: PURCHASE.elements[n] for n in (3, 4, 7, 11, 22, 32, 37, 41, 42, 49)},
        28: "D00000100",
        35: TRACK_2,
        52: "0412AC89ABCDEF67",
        55: "5A0845071600000000109F2608C0FFEE0123456789",
    },
)
REVERSAL = Message(
    "0420",
    {
        **{n: PURCHASE.elements[n] for n in (2, 3, 4, 7, 11, 32, 37, 41, 42, 49)},
        90: "0100000042112209153000000504001" + "0" * 11,
    },
)
TODAY = date(2026, 11, 22)
GOLDEN = {"purchase": PURCHASE, "echo": ECHO_TEST, "chip purchase": CHIP_PURCHASE, "reversal": REVERSAL}


def codec(name: str) -> Codec:
    return Codec(DIALECTS[name])


def said_in(name: str, message: Message) -> Message:
    """A sample as a dialect says it: in the words of 1993 where that is its edition."""
    return worded(message, DIALECTS[name], TODAY)


def heard_in(name: str, message: Message) -> Message:
    """What a centre understands of a message said in a dialect: sent over the wire, and brought into the words of 1987."""
    wire = codec(name)
    read = wire.decode(wire.encode(said_in(name, message)))
    return to_1987(read) if DIALECTS[name].edition == EDITION_1993 else read


def with_elements(message: Message, **elements: str | None) -> Message:
    """The message with elements replaced (``de4="…"``) or left out (``de4=None``), in ascending order."""
    changed = {**message.elements, **{int(key[2:]): value for key, value in elements.items()}}
    return Message(message.mti, {n: value for n, value in sorted(changed.items()) if value is not None})


def dialect(encoding: dict[str, str], elements: dict[str, dict[str, Any]], *, extends: bool = True) -> Dialect:
    """A dialect of the test's own making."""
    document = {"title": "test", "encoding": encoding, "element": elements}
    return Dialect.from_toml("test", SpecTable("dialects/test.toml", document), DIALECTS["base87"] if extends else None)


def read_by_plan(wire: Codec, requests: Iterable[bytes]) -> Iterator[tuple[bytes, Message]]:
    """Those of the requests that can be read, each with what is read of it once its layout has a plan."""
    for request in requests:
        try:
            wire.decode(request)
            read = wire.decode(request)
        except MessageError:
            continue
        yield request, read
