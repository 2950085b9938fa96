"""The messages of a load, one after the other: drawn from a mix by a seed, each with a STAN, an RRN and a time of its own."""

from __future__ import annotations

import random
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from itertools import accumulate, cycle
from typing import Final, NamedTuple

from attrs import evolve

from switch.acquirer.load.mix import COMPLETION_PART, ECHO_PART, REVERSAL_PART, Mix, MixPart
from switch.acquirer.messages import CAPTURE_MTI, REVERSAL_MTI
from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.compose import KINDS, STAN_DIGITS, Sale, network_message, retrieval_reference, sale_message, worded
from switch.iso8583.mapping.follow_up import COMPLETE, REVERSE, Original, following
from switch.iso8583.mapping.session import ECHO
from switch.iso8583.message import Message
from switch.iso8583.mti import response_mti
from switch.merchant import Merchant
from switch.record import frozen
from switch.transaction import ExchangeKey

KEPT_SALES_MAX: Final = 10_000  #: of the load's own approvals, of which some are reversed or completed later
ECHO_MTI: Final = "0800"
_STANS: Final = 10**STAN_DIGITS - 1
PARTLY: Final = "10"  #: response code of an approval of less
_AMOUNT: Final = 4
_ECHOED: Final = (_AMOUNT, 11, 37, 41, 42, 49)  #: elements that an answer has as its question had them, where it has them


class LoadCard(NamedTuple):
    """A card that pays: its number and its expiry (YYMM)."""

    digits: str
    expiry: str


class Seller(NamedTuple):
    """Who sells; no merchant where the specification has none of this number."""

    merchant_id: str
    merchant: Merchant | None
    terminals: tuple[str, ...]
    currency: str


@frozen(kw_only=True)
class PartSources:
    """Whose cards and which merchants a part of the mix draws from."""

    part: MixPart
    cards: Sequence[LoadCard]
    sellers: Sequence[Seller]


class Drawn(NamedTuple):
    """A message to send. ``sale`` is None for an echo; ``message`` is in the form of 1987, and is to be ``worded``."""

    part: MixPart
    message: Message
    sale: Sale | None
    in_place: bool  #: a sale instead of a message that follows one, of which there is none yet


class Draws:
    """Where messages come from. The same seed draws the same cards, merchants and amounts; numbers and times are new."""

    def __init__(
        self, mix: Mix, sources: Sequence[PartSources], dialect: Dialect, *, acquirer_id: str, country: str, zone: tzinfo
    ) -> None:
        self._chance = random.Random(mix.seed)  # noqa: S311  # the same traffic for one seed, and no secret
        self._sources, self._dialect = list(sources), dialect
        self._shares = list(accumulate(source.part.share for source in sources))
        self._sales = [source for source in sources if source.part.moves_money]
        self._acquirer_id, self._country, self._zone = acquirer_id, country, zone
        self._stan = time.time_ns() // 1_000 % _STANS
        self._to_reverse, self._to_complete = (deque[tuple[Sale, str]](maxlen=KEPT_SALES_MAX) for _ in range(2))
        self._terminals: Mapping[str, Iterator[str]] = {
            seller.merchant_id: cycle(seller.terminals) for source in sources for seller in source.sellers
        }
        types = {source.part.type for source in sources}
        self._reverses, self._completes = REVERSAL_PART in types, COMPLETION_PART in types
        self._second, self._now = -1, datetime.now(zone)

    def next(self) -> Drawn:
        """The next message of the mix."""
        source = self._sources[bisect_right(self._shares, self._chance.randrange(self._shares[-1]))]
        kind = source.part.type
        if kind == ECHO_PART:
            return Drawn(source.part, self._echo(), None, in_place=False)
        if kind in (REVERSAL_PART, COMPLETION_PART):
            waiting, make = (
                (self._to_reverse, self.reversal) if kind == REVERSAL_PART else (self._to_complete, self._completion)
            )
            if waiting:
                return make(source.part, *waiting.popleft())
            return self._sale(self._in_place_of(kind), in_place=True)
        return self._sale(source, in_place=False)

    def approved(self, drawn: Drawn, approval_code: str) -> None:
        """Keep an approval, for what may follow it."""
        if drawn.sale is None or not drawn.part.moves_money:
            return
        if drawn.part.type == "preauth" and self._completes:
            self._to_complete.append((drawn.sale, approval_code))
        elif self._reverses:
            self._to_reverse.append((drawn.sale, approval_code))

    def reversal(self, part: MixPart, sale: Sale, approval_code: str) -> Drawn:
        """The reversal of one of the load's own sales, as an advice."""
        return self._following(part, REVERSE, REVERSAL_MTI, sale, approval_code)

    def said(self, message: Message) -> Message:
        """A message as the dialect says it."""
        return worded(message, self._dialect, self._today())

    def _completion(self, part: MixPart, sale: Sale, approval_code: str) -> Drawn:
        return self._following(part, COMPLETE, CAPTURE_MTI, sale, approval_code)

    def _in_place_of(self, kind: str) -> PartSources:
        if kind == COMPLETION_PART:
            return next(source for source in self._sources if source.part.type == "preauth")
        return self._chance.choice(self._sales)

    def _sale(self, source: PartSources, *, in_place: bool) -> Drawn:
        part, chance = source.part, self._chance
        card, seller = chance.choice(source.cards), chance.choice(source.sellers)
        stan, now = self._numbered()
        sale = Sale(
            mti=KINDS[part.type].mti,
            pan=card.digits,
            expiry=card.expiry,
            amount_minor=chance.randint(part.low_minor, part.high_minor) if part.moves_money else 0,
            currency=seller.currency,
            entry=part.entry,
            merchant_id=seller.merchant_id,
            merchant=seller.merchant,
            terminal_id=next(self._terminals[seller.merchant_id]),
            acquirer_id=self._acquirer_id,
            country=self._country,
            stan=stan,
            rrn=retrieval_reference(now, stan),
            at=now,
            kind=part.type,
            cash_back_minor=0,
        )
        return Drawn(part, sale_message(sale, self._dialect), sale, in_place)

    def _following(self, part: MixPart, what: str, mti: str, sale: Sale, approval_code: str) -> Drawn:
        stan, now = self._numbered()
        transmitted_at = sale.at.astimezone(UTC).strftime("%m%d%H%M%S")
        key = ExchangeKey(sale.acquirer_id, sale.terminal_id, sale.stan, transmitted_at)
        original = Original(sale.mti, key, sale.rrn, approval_code or None)
        follower = evolve(sale, mti=mti, stan=stan, at=now)
        message = following(what, sale_message(follower, self._dialect), original, self._dialect)
        return Drawn(part, message, follower, in_place=False)

    def _echo(self) -> Message:
        stan, now = self._numbered()
        return network_message(
            ECHO_MTI, ECHO, institution_id=self._acquirer_id, stan=stan, at=now, dialect=self._dialect
        )  # fmt: skip

    def _numbered(self) -> tuple[str, datetime]:
        """A STAN of its own, and the time."""
        self._stan = self._stan % _STANS + 1
        second = int(time.time())
        if second != self._second:
            self._second, self._now = second, datetime.fromtimestamp(second, self._zone)
        return f"{self._stan:0{STAN_DIGITS}d}", self._now

    def _today(self) -> date:
        return self._now.astimezone(UTC).date()


def differences(asked: Message, answer: Message) -> str:
    """What an answer says otherwise than its question, both in the form of 1987; empty where nothing."""
    if answer.mti != response_mti(asked.mti):
        return f"MTI: found {answer.mti}, expected {response_mti(asked.mti)}"
    if not answer.response_code:
        return "DE 39: found nothing, expected a response code"
    for number in _ECHOED:
        said = answer.elements.get(number)
        if said is not None and number in asked.elements and said.rstrip() != asked.elements[number].rstrip():
            if number == _AMOUNT and answer.response_code == PARTLY:
                continue
            return f"DE {number}: found {said.rstrip()!r}, expected {asked.elements[number].rstrip()!r}"
    return ""
