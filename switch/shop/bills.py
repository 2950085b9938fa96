"""Customers of the telephone company and their bills. Every number and name is invented."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from switch.record import frozen

Service = Literal["mobile", "fixed", "internet"]
SERVICES: Final[tuple[Service, ...]] = ("mobile", "fixed", "internet")


@frozen(kw_only=True)
class Bill:
    """One bill, in dirhams."""

    number: str
    period: str  #: year and month
    due: str  #: ISO 8601
    amount_minor: int
    deferrable: bool  #: it may be left for later


@frozen(kw_only=True)
class Customer:
    """Who pays bills: known by a number and the payment code that is printed on the first page of a bill."""

    number: str  #: of the telephone; of the contract for internet
    service: Service
    payment_code: str
    name: str
    bills: tuple[Bill, ...]


def _bill(number: str, period: str, amount_minor: int, deferrable: bool) -> Bill:
    year, month = map(int, period.split("-"))
    due = f"{year + month // 12}-{month % 12 + 1:02d}-20"
    return Bill(number=number, period=period, due=due, amount_minor=amount_minor, deferrable=deferrable)


CUSTOMERS: Final = (
    Customer(
        number="0661000001",
        service="mobile",
        payment_code="4471",
        name="Salma Idrissi",
        bills=(
            _bill("M-260901", "2026-09", 19_900, False),
            _bill("M-261001", "2026-10", 24_950, True),
            _bill("M-261101", "2026-11", 19_900, True),
        ),
    ),
    Customer(
        number="0522000002",
        service="fixed",
        payment_code="8210",
        name="Atelier Zellige SARL",
        bills=(_bill("F-261002", "2026-10", 41_260, False), _bill("F-261102", "2026-11", 38_875, True)),
    ),
    Customer(
        number="78100003",
        service="internet",
        payment_code="9365",
        name="Youssef Amrani",
        bills=(_bill("I-261103", "2026-11", 49_900, True),),
    ),
)


#: Whose bills an integrator's checklist pays, in orders of the page ``/checkout``: no customer who signs in.
NOBODY: Final = Customer(number="0000000000", service="mobile", payment_code="", name="Certification", bills=())


def trial_bill(number: str) -> Bill:
    """A bill of nobody, as often as one is needed."""
    return _bill(number, "2026-11", 3_150, False)


def customer(service: str, number: str, payment_code: str) -> Customer | None:
    """The customer of a service with this number and payment code; None where there is none.

    >>> customer("mobile", "06 61 00 00 01", "4471").name
    'Salma Idrissi'
    """
    digits = "".join(letter for letter in number if letter.isdecimal())
    return next(
        (
            known
            for known in CUSTOMERS
            if (known.service, known.number, known.payment_code) == (service, digits, payment_code.strip())
        ),
        None,
    )


def chosen_bills(unpaid: Iterable[Bill], ticked: Iterable[str]) -> tuple[Bill, ...]:
    """The bills that are paid: those ticked, and those that cannot be left for later."""
    numbers = frozenset(ticked)
    return tuple(bill for bill in unpaid if bill.number in numbers or not bill.deferrable)
