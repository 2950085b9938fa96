"""The page as an acquirer: the messages it makes for a shop's terminal, their numbers and times, and the line they go by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from switch.acquirer.caller import CentreLine
from switch.acquirer.messages import CentreAnswer, Paid, Till
from switch.gateway.payments.paying import transmitted_at
from switch.gateway.store.writer import Books
from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.compose import retrieval_reference
from switch.iso8583.message import Message
from switch.specs.gateway.gateway_profile import Shop
from switch.specs.specification import Specs


class CentreSide:
    """What all desks that speak to the centre need. ``answer_seconds`` is how long it may take."""

    def __init__(
        self, specs: Specs, line: CentreLine, dialect: str, clock_ms: Callable[[], int], answer_seconds: float
    ) -> None:
        self.specs, self.place, self.clock_ms = specs, line.place, clock_ms
        self.dialect: Dialect = specs.dialects[dialect]
        self._line, self._answer_seconds = line, answer_seconds

    async def ask(self, message: Message) -> CentreAnswer:
        """The answer of the centre; UnansweredError, UnreachableError and MessageError as of the line."""
        return CentreAnswer.of(await self._line.ask(message, self._answer_seconds))

    def now(self) -> datetime:
        """The centre's time, where its merchants are."""
        return datetime.fromtimestamp(self.clock_ms() / 1000, self.specs.calendar.zone)

    def till(self, shop: Shop) -> Till:
        """The terminal of a shop."""
        centre = self.specs.centre
        merchant = self.specs.merchants[shop.merchant_id]
        return Till(merchant=merchant, terminal_id=shop.terminal_id, acquirer_id=centre.institution_id, country=centre.country)

    def paid(self, books: Books, mti: str, kind: str, at: datetime, amount_minor: int, currency: str) -> Paid:
        """A message that is about to be made, with the next number of the page."""
        stan = books.orders.next_stan()
        return Paid(
            mti=mti,
            stan=stan,
            rrn=retrieval_reference(at, stan),
            at=at,
            amount_minor=amount_minor,
            currency=currency,
            transmitted_at=transmitted_at(at),
            kind=kind,
        )
