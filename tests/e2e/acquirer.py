"""An acquirer of the tests: a blocking connection to a listener that sends sales and reads answers."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from attrs import evolve

from switch.centre.as_process import CentreProcess
from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.mapping.compose import Sale, sale_message
from switch.iso8583.message import Message
from switch.specs.load import load_specs
from switch.transaction import CHIP

ANSWER_SECONDS_MAX = 30.0
SPECS = load_specs()
AT = datetime(2026, 11, 22, 10, tzinfo=UTC)

_merchant = next(iter(SPECS.merchants.values()))


def card_of(issuer: str, number: int = 0) -> tuple[str, str]:
    """Number and expiry of a card of an issuer's first series: as many as one likes, all approved."""
    series = SPECS.issuers[issuer].card_series[0]
    card = series.card(number % series.count + 1)
    return card.pan.digits, card.expiry


def sale(number: int, issuer: str = "atlas", *, terminal: str | None = None) -> Sale:
    """Sale ``number``: 1.00 MAD, STAN and RRN made of the number."""
    pan, expiry = card_of(issuer, number)
    return Sale(
        mti="0100",
        pan=pan,
        expiry=expiry,
        amount_minor=100,
        currency="504",
        entry=CHIP,
        merchant_id=_merchant.id,
        merchant=_merchant,
        terminal_id=terminal or _merchant.terminals[0],
        acquirer_id=SPECS.centre.institution_id,
        country="504",
        stan=f"{number:06d}",
        rrn=f"{number:012d}",
        at=AT,
    )


def with_card(of: Sale, pan: str, expiry: str) -> Sale:
    return evolve(of, pan=pan, expiry=expiry)


class Acquirer:
    """One connection to the default listener."""

    def __init__(self, centre: CentreProcess) -> None:
        listener = centre.ready["listeners"]["ascii"]
        self._codec = Codec(SPECS.dialects[listener["dialect"]])
        self._framer = Framer(HeaderFormat.parse(listener["header"]))
        self._received: list[Message] = []
        self._socket = socket.create_connection(centre.address("ascii"), timeout=ANSWER_SECONDS_MAX)

    def __enter__(self) -> Acquirer:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def framed(self, of: Sale) -> bytes:
        """A sale as it stands on the line, length header included."""
        return self._framer.wrap(self._codec.encode(sale_message(of, self._codec.dialect)))

    def send(self, sales: Iterable[Sale]) -> None:
        self._socket.sendall(b"".join(map(self.framed, sales)))

    def say(self, message: Message) -> None:
        """Send any message."""
        self._socket.sendall(self._framer.wrap(self._codec.encode(message)))

    def answer(self) -> dict[int, str]:
        """The elements of the next answer. EOFError or OSError where the line ends before one."""
        while not self._received:
            data = self._socket.recv(65_536)
            if not data:
                raise EOFError
            self._received += [self._codec.decode(frame.body) for frame in self._framer.feed(data)]
        return self._received.pop(0).elements

    def ask(self, *sales: Sale) -> Sequence[dict[int, str]]:
        """Send sales at once and give as many answers, in the order they come."""
        self.send(sales)
        return [self.answer() for _ in sales]

    @property
    def has_answer(self) -> bool:
        """Whether something has come that is not read yet."""
        return bool(self._received or select.select([self._socket], [], [], 0)[0])
