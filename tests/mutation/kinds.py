"""Valid messages of every kind, as acquirers send them, one after the other and each under a number of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Final

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.compose import (
    ENTRIES,
    KINDS,
    NETWORK_FUNCTIONS,
    Sale,
    network_message,
    sale_message,
    totals_message,
    worded,
)
from switch.iso8583.mapping.follow_up import COMPLETE, INCREMENT, REVERSE, VOID, Original, following
from switch.iso8583.message import Message
from switch.transaction import ExchangeKey
from tests.e2e.acquirer import AT, SPECS, card_of
from tests.iso8583.samples import CHIP_PURCHASE, with_elements

ISSUERS: Final = ("atlas", "rif", "souss")  #: the other client's cards are of another one
STANS: Final = 1_000_000
AMOUNT_MINOR_MAX: Final = 20_000
UNASKED: Final = ("0110", "0210", "0130", "0410", "0430", "0510", "0530", "0810", "0830")  #: answers nobody waits for
UNSUPPORTED: Final = ("0302", "0312", "0600", "0620")

Make = Callable[[int], Message]


class Kinds:
    """Messages in one dialect. What its edition cannot say is left out."""

    def __init__(self, codec: Codec, random: Random, numbers: count[int]) -> None:
        self._codec, self._random, self._numbers = codec, random, numbers
        self._last: tuple[Sale, str] | None = None  #: the last sale, and its MTI: what others name
        self.makers: dict[str, Make] = dict(self._sayable())
        self._names = list(self.makers)

    @property
    def dialect(self) -> Dialect:
        return self._codec.dialect

    def next(self) -> Message:
        """The next message, of any kind, in the form of 1987."""
        return self.makers[self._random.choice(self._names)](next(self._numbers))

    def echo(self, stan: str) -> bytes:
        return self.encoded(self._network("echo", stan))

    def encoded(self, message: Message) -> bytes:
        """A message as it stands on the line, without a header; MessageError where the dialect cannot say it."""
        return self._codec.encode(worded(message, self.dialect, AT.date()))

    def _sayable(self) -> Iterator[tuple[str, Make]]:
        for name, make in self._all():
            with suppress(MessageError):
                self.encoded(make(0))
                yield name, make

    def _all(self) -> Iterator[tuple[str, Make]]:
        yield from ((kind, lambda number, kind=kind: self._sale(number, kind)) for kind in KINDS)
        for what, mti in ((COMPLETE, "0220"), (INCREMENT, "0100"), (REVERSE, "0400"), (REVERSE, "0420"), (VOID, "0200")):
            yield f"{what} {mti}", lambda number, what=what, mti=mti: self._following(number, what, mti)  # type: ignore[misc]
        yield "advice", self._advice
        yield "chip", self._chip
        for mti in ("0500", "0520"):
            yield f"totals {mti}", lambda number, mti=mti: self._totals(number, mti)  # type: ignore[misc]
        for function in NETWORK_FUNCTIONS:
            yield function, lambda number, function=function: self._network(function, _stan(number))  # type: ignore[misc]
        for mti in (*UNASKED, *UNSUPPORTED):
            yield mti, lambda number, mti=mti: self._as(number, mti)  # type: ignore[misc]

    def _sale(self, number: int, kind: str = "purchase", mti: str | None = None) -> Message:
        random, merchant = self._random, self._random.choice(list(SPECS.merchants.values()))
        pan, expiry = card_of(random.choice(ISSUERS), number)
        sale = Sale(
            mti=mti or (KINDS[kind].mti if random.random() < 0.5 else "0200"),
            pan=pan,
            expiry=expiry,
            amount_minor=random.randint(1, AMOUNT_MINOR_MAX) if KINDS[kind].moves_money else 0,
            currency="504",
            entry=random.choice(list(ENTRIES)),
            merchant_id=merchant.id,
            merchant=merchant,
            terminal_id=random.choice(merchant.terminals),
            acquirer_id=SPECS.centre.institution_id,
            country="504",
            stan=_stan(number),
            rrn=f"{number:012d}",
            at=_at(number),
            kind=kind,
            cash_back_minor=1 if kind == "cash-back" else 0,
            partial_accepted=kind == "purchase" and random.random() < 0.2,
        )
        self._last = (sale, sale.mti)
        return sale_message(sale, self.dialect)

    def _following(self, number: int, what: str, mti: str) -> Message:
        if self._last is None or self._random.random() < 0.3:
            self._sale(number + STANS // 2)  # one that never comes
        assert self._last is not None
        sale, named = self._last
        at = _at(number).strftime("%m%d%H%M%S")
        message = with_elements(sale_message(sale, self.dialect), de7=at, de11=_stan(number))
        key = ExchangeKey(sale.acquirer_id, sale.terminal_id, sale.stan, sale.at.strftime("%m%d%H%M%S"))
        original = Original(named, key, sale.rrn, None)
        return following(what, Message(mti, message.elements), original, self.dialect, leave_minor=number % 2)

    def _advice(self, number: int) -> Message:
        return with_elements(self._sale(number, mti="0120"), de38="123456", de39=self._random.choice(("00", "51")))

    def _chip(self, number: int) -> Message:
        sale = self._sale(number, mti="0200").elements
        kept = {f"de{n}": sale[n] for n in (7, 11, 32, 37, 41, 42)}
        return with_elements(CHIP_PURCHASE, **kept, de35=f"{sale[2]}={sale.get(14, '2912')}1010000012345678")

    def _totals(self, number: int, mti: str) -> Message:
        terminal = self._last[0].terminal_id if self._last else "ONDE0001"
        return totals_message(
            mti,
            acquirer_id=SPECS.centre.institution_id,
            terminal_id=terminal,
            stan=_stan(number),
            at=_at(number),
            dialect=self.dialect,
        )

    def _network(self, function: str, stan: str) -> Message:
        code = NETWORK_FUNCTIONS[function]
        return network_message("0800", code, institution_id=SPECS.centre.institution_id, stan=stan, at=AT, dialect=self.dialect)

    def _as(self, number: int, mti: str) -> Message:
        sale = self._sale(number)
        code = {39: "00"} if mti in UNASKED else {}
        return Message(mti, dict(sorted((sale.elements | code).items())))


def _stan(number: int) -> str:
    return f"{number % STANS:06d}"


def _at(number: int) -> datetime:
    """When a message was sent: a second later for each million of them."""
    return AT + timedelta(seconds=number // STANS)
