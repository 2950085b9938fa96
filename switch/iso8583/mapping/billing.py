"""What a sale costs an account in another currency (DE 6, 10, 16, 51), and for whom and where it was acquired (DE 19, 49, 100).

The centre puts them into what goes to a foreign network, as the network itself would; the issuer holds the billing amount. The
rate is that of the day of the request (DE 7, UTC), and whatever names an earlier request is converted at the rate of that one:
its day is part of its key, so that a reversal after a restart, and the completion of a hold, need nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from attrs import evolve

from switch.errors import MessageError
from switch.iso8583.mapping.dates import is_day
from switch.iso8583.message import Message
from switch.rates import Rate, RateError, RateTable
from switch.transaction import Authorization, Reversal

AMOUNT_MAX: Final = 10**12 - 1  #: of DE 6
REPEATED: Final = (6, 10, 16, 51)  #: what an issuer gives back of it
_REPLACED_BILLING: Final = slice(24, 36)  #: of DE 95 to a network: actual amount, its settlement, its billing, six zeros


class Billing:
    """What the centre adds for a network with accounts in ``currency``; ``today`` tells the years that DE 7 leaves out."""

    def __init__(
        self, *, currency: str, country: str, network_id: str, table: RateTable, today: Callable[[], date] = date.today
    ) -> None:
        self._currency, self._country, self._network_id = currency, country, network_id
        self._table, self._today = table, today

    def asked(self, message: Message, request: Authorization) -> Message:
        """A request for the network; RateError where there is no rate for it."""
        return self._told(message, request, None)

    def owed(self, message: Message, original: Authorization, replacement_minor: int) -> Message:
        """A reversal or an advice for the network. Without a rate it goes without a billing amount: what was never converted
        was never held, and a full reversal needs none."""
        try:
            return self._told(message, original, replacement_minor if 95 in message.elements else None)
        except RateError:
            return message

    def _told(self, message: Message, sale: Authorization, replacement_minor: int | None) -> Message:
        elements = {19: self._country, 49: sale.currency, 100: self._network_id, **message.elements}
        if sale.currency != self._currency:
            at = (sale.original_key or sale.key).transmitted_at[:4]
            on = self._dated(at)
            rate = self._table.rate(sale.currency, self._currency, on.isoformat())
            elements |= {10: rate.code, 16: f"{on:%m%d}", 51: self._currency}
            if 4 in elements:
                elements[6] = f"{self._converted(sale.amount_minor, sale, rate):012d}"
            if replacement_minor is not None:
                left_minor = self._converted(replacement_minor, sale, rate)
                elements[95] = f"{replacement_minor:012d}{0:012d}{left_minor:012d}{0:06d}"
        return Message(message.mti, dict(sorted(elements.items())))

    def _converted(self, amount_minor: int, sale: Authorization, rate: Rate) -> int:
        billed_minor = rate.applied(amount_minor, sale.currency, self._currency)
        if billed_minor > AMOUNT_MAX:
            raise RateError("the amount has more than twelve digits in the currency of the account")
        return billed_minor

    def _dated(self, month_and_day: str) -> date:
        """The day of an MMDD in the year that brings it nearest to today; what is no day is today."""
        today = self._today()
        if not is_day(month_and_day):
            return today
        month, day = int(month_and_day[:2]), int(month_and_day[2:])
        near = [date(year, month, day) for year in (today.year - 1, today.year, today.year + 1) if _is_date(year, month, day)]
        return min(near, key=lambda each: abs(each - today)) if near else today


def _is_date(year: int, month: int, day: int) -> bool:
    """Whether a year has this day: not every one has a 29 February."""
    return (month, day) != (2, 29) or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


class Billed(NamedTuple):
    """A request in the currency of the account, and the rate that made it so."""

    request: Authorization
    rate: Rate


def billed_in(currency: str, asked: Authorization) -> Billed | None:
    """What a request or an advice asks of an account in ``currency``; None where it names no billing amount in that, or is in
    that currency itself. MessageError where DE 51 names the currency and neither DE 6 nor DE 10 says how much."""
    e = asked.carried
    if asked.currency == currency or e.get(51) != currency:
        return None
    rate = Rate.of_code(e.get(10, ""))
    if rate is None:
        rate = _implied(e.get(6, ""), asked.amount_minor, asked.currency, currency)
    billed_minor = int(e[6]) if 6 in e else rate.applied(asked.amount_minor, asked.currency, currency)
    cash_minor = min(billed_minor, rate.applied(asked.cash_back_minor, asked.currency, currency))
    return Billed(evolve(asked, amount_minor=billed_minor, currency=currency, cash_back_minor=cash_minor), rate)


def _implied(billing: str, amount_minor: int, from_currency: str, to_currency: str) -> Rate:
    """The rate that DE 4 and DE 6 imply, where DE 10 says none."""
    if not amount_minor:
        return Rate(1, 0)  # of nothing, anything is a rate
    if not billing or not int(billing):
        raise MessageError(10, None, "nothing", "a conversion rate, eight digits: DE 51 names a billing currency")
    exponent = Rate(1, 0).applied(10**6, from_currency, to_currency)
    try:
        return Rate.nearest(int(billing) * 10**6, amount_minor * exponent)
    except RateError:
        raise MessageError(6, None, "another amount by far than DE 4", "one that a conversion rate can lead to") from None


def reversal_in(currency: str, reversal: Reversal) -> Reversal:
    """A reversal in the currency of the account; MessageError where it leaves an amount and does not say how much of that."""
    e = reversal.carried
    if reversal.currency == currency:
        return reversal
    rate = Rate.of_code(e.get(10, "")) if e.get(51) == currency else None
    if rate is None:
        if reversal.partial:
            raise MessageError(10, None, "nothing", "a conversion rate: a part of the amount is to remain")
        return reversal
    amount_minor = int(e[6]) if 6 in e else rate.applied(reversal.amount_minor, reversal.currency, currency)
    said = e.get(95, "")[_REPLACED_BILLING]
    left_minor = int(said) if said.isdecimal() else rate.applied(reversal.replacement_minor, reversal.currency, currency)
    return evolve(reversal, amount_minor=amount_minor, currency=currency, replacement_minor=min(left_minor, amount_minor))


def with_billing(answer: Message, asked: Message, granted_minor: int | None = None) -> Message:
    """An issuer's answer with the billing of its request; ``granted_minor`` is what was held where that is less."""
    elements = dict(answer.elements)
    elements.update({number: asked.elements[number] for number in REPEATED if number in asked.elements})
    if granted_minor is not None:
        elements[6] = f"{granted_minor:012d}"
    return Message(answer.mti, elements)
