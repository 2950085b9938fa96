"""The worst a peer can send, as far as we know: what costs the centre most for each byte, or for each connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from typing import Final

from attrs import frozen

from switch.iso8583.codec import Codec
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from tests.e2e.acquirer import SPECS
from tests.iso8583.samples import PURCHASE, with_elements
from tests.mutation.kinds import Kinds

GULP_BYTES: Final = 65_536  #: what is read of a line at once
GULPS: Final = 3  #: sent of each input: the first finds everything new
LONG_BYTES: Final = 16_000  #: nearly the longest frame there may be
LINES_MANY: Final = 60


@frozen(kw_only=True)
class Input:
    """What is sent to a listener: ``lines`` connections at once, each with these bytes."""

    listener: str
    data: bytes
    lines: int = 1


def inputs() -> dict[str, Input]:
    """Each with its name."""
    return dict(_all())


def _repeated(frames: Iterator[bytes], size: int = GULP_BYTES * GULPS) -> bytes:
    data = bytearray()
    for frame in frames:
        data += frame
        if len(data) >= size:
            break
    return bytes(data)


def _forever(make: Callable[[int], bytes]) -> Iterator[bytes]:
    return (make(number) for number in count(1))


def _all() -> Iterator[tuple[str, Input]]:
    listeners = {each.name: each for each in SPECS.centre.listeners}
    codec = Codec(SPECS.dialects["ascii"])
    framed = _framer(listeners["ascii"].header)
    kinds = Kinds(codec, Random(1), count(1))

    def said(make: Callable[[int], Message]) -> Input:
        return Input(listener="ascii", data=_repeated(_forever(lambda number: framed(codec.encode(make(number))))))

    def bodies(make: Callable[[int], bytes]) -> Input:
        return Input(listener="ascii", data=_repeated(_forever(lambda number: framed(make(number)))))

    for name, listener in listeners.items():
        wrap, tpdu = _framer(listener.header), b"\x60\0\0\0\0" if listener.tpdu else b""
        yield f"the smallest frames, {name}", Input(listener=name, data=_repeated(_forever(lambda _: wrap(tpdu + b"x"))))  # noqa: B023
    yield "keep-alives and a length that is none", Input(listener="ascii", data=bytes(65_534) + b"\xff\xff")
    yield "the same on five lines", Input(listener="ascii", data=bytes(65_534) + b"\xff\xff", lines=5)
    yield "keep-alives in digits", Input(listener="ascii_hex", data=b"0000" * (GULP_BYTES * GULPS // 4))
    yield "an MTI and no bitmap", bodies(lambda _: b"0200")
    yield "long frames of digits", bodies(lambda _: b"0" * LONG_BYTES)
    yield "long frames of zero bytes", bodies(lambda _: bytes(LONG_BYTES))
    yield "every element announced", bodies(lambda _: b"0200" + b"\xff" * 8 + b"\x7f" + b"\xff" * 7 + b"0" * 900)
    yield "the same in long frames", bodies(lambda _: b"0200" + b"\xff" * 8 + b"\x7f" + b"\xff" * 7 + b"0" * LONG_BYTES)
    every = with_elements(PURCHASE, **{f"de{number}": "9" * 900 for number in (46, 47, 48, 60, 61, 62, 63, 112, 113)})
    yield "good messages with long elements", said(lambda n: with_elements(every, de11=_stan(n)))
    yield (
        "letters in an amount",
        bodies(lambda n: codec.encode(with_elements(PURCHASE, de11=_stan(n))).replace(b"012500", b"0x2500")),
    )
    yield "a bitmap nobody sent before", bodies(lambda n: _bitmap(codec, n))
    yield "chip data in templates", said(lambda n: with_elements(PURCHASE, de11=_stan(n), de55="E07F" * 120))
    for name in ("echo", "cut-over", "0302", "0210", "0810", "reverse 0420", "totals 0500", "advice", "purchase"):
        yield f"a flood of {name}", said(kinds.makers[name])
    yield "a flood of MTI 0900", said(lambda n: Message("0900", with_elements(PURCHASE, de11=_stan(n)).elements))
    yield "a flood of one request", said(lambda _: PURCHASE)
    yield "requests that lack an element", said(lambda n: with_elements(PURCHASE, de4=None, de11=_stan(n)))
    hello = bytes.fromhex("1603010200010001fc0303") + bytes(500)
    for name, opening in {"TLS": hello, "the web": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}.items():
        yield f"many lines that speak {name}", Input(listener="ascii", data=opening, lines=LINES_MANY)
    likely = b"\x01\x01" + (b"0200" + b"\xff" * 8 + b"\x7f" + b"\xff" * 7 + b"0" * 500)[:257]
    yield "many lines that look like many things", Input(listener="bcd", data=likely * 8 + b"\xff\xff", lines=LINES_MANY)


def _framer(header: HeaderFormat) -> Callable[[bytes], bytes]:
    return lambda body: header.header(len(body)) + body


def _stan(number: int) -> str:
    return f"{number:06d}"


def _bitmap(codec: Codec, number: int) -> bytes:
    """A message with another choice of its elements each time."""
    optional = [n for n in PURCHASE.elements if n not in (2, 3, 4, 7, 11)]
    kept = {n: v for place, (n, v) in enumerate(PURCHASE.elements.items()) if n not in optional or number >> place & 1}
    return codec.encode(Message("0100", {**kept, 11: _stan(number)}))
