"""The elements of a billing amount: put on for a network, read by its issuer, given back in its answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve

from switch.errors import MessageError
from switch.iso8583.mapping.acquirer import Stamp, to_authorization, to_reversal
from switch.iso8583.mapping.billing import Billing, billed_in, reversal_in, with_billing
from switch.iso8583.message import Message
from switch.rates import DatedRate, RateError, RateTable
from switch.transaction import Authorization, ExchangeKey, Reversal

STAMP = Stamp("1122100000", "1122110000")
TODAY = date(2026, 11, 22)


def row(from_date: str, billing: str = "978", numerator: int = 921) -> DatedRate:
    return DatedRate(
        from_date=from_date, transaction="504", billing=billing, numerator=numerator, denominator=10_000, margin_basis_points=0
    )


TABLE = RateTable.of([row("2025-01-01"), row("2026-11-22", numerator=1_000), row("2025-01-01", "392", 155_000)])


def network(currency: str = "978", today: date = TODAY) -> Billing:
    return Billing(currency=currency, country="504", network_id="620006", table=TABLE, today=lambda: today)


def sale(**elements: str) -> Message:
    values = {2: "4588990100000011", 3: "000000", 4: "000000012500", 7: "1121235959", 11: "000001", 32: "504777"}
    values |= {37: "632610000001", 41: "ONDE0001", 42: "TELECOM00000001", 49: "504"}
    values |= {int(name.removeprefix("de")): value for name, value in elements.items()}
    return Message("0100", {number: value for number, value in sorted(values.items()) if value})


def read(message: Message, currency: str = "504") -> Authorization:
    return to_authorization(message, acquirer_id="504900", stamp=STAMP, currency=currency)


def asked(message: Message, billing: Billing | None = None) -> dict[int, str]:
    return (billing or network()).asked(message, read(message)).elements


def undone(**elements: str) -> Reversal:
    message = Message("0420", {**sale().elements, **{int(n.removeprefix("de")): v for n, v in elements.items()}})
    return to_reversal(message, acquirer_id="504900", stamp=STAMP, currency="504")


def test_the_rate_is_that_of_the_day_of_the_request() -> None:
    day_before = asked(sale())
    assert {n: day_before[n] for n in (6, 10, 16, 19, 51, 100)} == {
        6: "000000001151",
        10: "89210000",
        16: "1121",
        19: "504",
        51: "978",
        100: "620006",
    }
    assert (asked(sale(de7="1122000000"))[10], asked(sale(de7="1122000000"))[16]) == ("71000000", "1122")
    assert list(day_before) == sorted(day_before)


@pytest.mark.parametrize(
    ("sent", "today", "day"),
    [
        ("1231", date(2027, 1, 1), "2026-12-31"),
        ("0101", date(2026, 12, 31), "2027-01-01"),
        ("0229", date(2026, 6, 1), "2026-06-01"),  # no year near has one
        ("0229", date(2028, 2, 1), "2028-02-29"),
        ("9999", date(2026, 11, 22), "2026-11-22"),
    ],
)
def test_a_day_is_of_the_nearest_year(sent: str, today: date, day: str) -> None:
    assert network(today=today)._dated(sent).isoformat() == day


def test_what_names_an_earlier_request_has_the_rate_of_that() -> None:
    completion = evolve(read(sale(de7="1124100000")), original_key=ExchangeKey("504777", "ONDE0001", "000001", "1121235959"))
    message = network().asked(sale(de7="1124100000"), completion)
    assert (message.elements[10], message.elements[16]) == ("89210000", "1121")


def test_a_sale_in_the_currency_of_the_account_has_no_rate() -> None:
    elements = asked(sale(de49="978"))
    assert not elements.keys() & {6, 10, 16, 51}
    assert (elements[19], elements[100]) == ("504", "620006")


def test_what_the_acquirer_says_stands() -> None:
    elements = asked(sale(de19="056", de100="999"))
    assert (elements[19], elements[100]) == ("056", "999")
    assert asked(sale(de49=""))[49] == "504", "said where the acquirer leaves it out"


def test_an_inquiry_without_an_amount_has_a_currency_and_no_amount() -> None:
    elements = asked(sale(de3="310000", de4=""))
    assert 6 not in elements
    assert elements[51] == "978"
    billed = billed_in("978", read(Message("0100", elements)))
    assert billed is not None
    assert (billed.request.amount_minor, billed.request.currency) == (0, "978")


def test_an_amount_that_cannot_be_said_is_refused() -> None:
    with pytest.raises(RateError, match="more than twelve digits"):
        asked(sale(de4="999999999999", de7="1122000000"), Billing(
            currency="392", country="504", network_id="1", today=lambda: TODAY,
            table=RateTable.of([row("2025-01-01", "392", 9_999_999)]),
        ))  # fmt: skip
    with pytest.raises(RateError, match="no rate of MAD to USD"):
        asked(sale(), network("840"))


def test_a_reversal_says_what_is_left_in_both_currencies() -> None:
    message = Message("0420", {**sale().elements, 95: "0" * 42})
    owed = network().owed(message, read(sale()), 5_000).elements
    assert owed[95] == "000000005000" + "0" * 12 + "000000000461" + "0" * 6
    assert (owed[6], owed[10]) == ("000000001151", "89210000")
    assert network("840").owed(message, read(sale()), 5_000) == message, "without a rate it goes as it is"


def test_the_issuer_reads_what_the_network_was_told() -> None:
    billed = billed_in("978", read(Message("0100", asked(sale(de3="090000", de54="0040504D000000002500")))))
    assert billed is not None
    assert (billed.request.amount_minor, billed.request.currency, billed.request.cash_back_minor) == (1_151, "978", 230)
    assert billed.rate.text == "0.0921"
    assert billed_in("504", read(sale())) is None
    assert billed_in("978", read(sale())) is None, "no billing amount: it is judged as it is, and refused"


@pytest.mark.parametrize(
    ("elements", "amount", "rate"),
    [
        ({"de6": "000000001151", "de51": "978"}, 1_151, "0.09208"),  # implied by the two amounts
        ({"de10": "89210000", "de51": "978"}, 1_151, "0.0921"),
        ({"de6": "000000001938", "de51": "392"}, 1_938, "15.504"),
    ],
)
def test_one_of_amount_and_rate_is_enough(elements: dict[str, str], amount: int, rate: str) -> None:
    billed = billed_in(elements["de51"], read(sale(**elements)))
    assert billed is not None
    assert (billed.request.amount_minor, billed.rate.text) == (amount, rate)


@pytest.mark.parametrize(
    "elements", [{}, {"de10": "90000000"}, {"de6": "000000000000"}, {"de4": "000000000001", "de6": "999999999999"}]
)
def test_a_currency_without_an_amount_is_no_request(elements: dict[str, str]) -> None:
    with pytest.raises(MessageError):
        billed_in("978", read(sale(de51="978", **elements)))


@pytest.mark.parametrize(
    ("elements", "amount", "left"),
    [
        ({}, 1_151, 0),
        ({"de95": "000000005000" + "0" * 12 + "000000000461" + "0" * 6}, 1_151, 461),
        ({"de95": "000000005000" + "0" * 12 + "C00000000C00000000"}, 1_151, 461),  # others leave the billing out
        ({"de95": "000000012500" + "0" * 12 + "000000001199" + "0" * 6}, 1_151, 1_151),  # never more than there was
    ],
)
def test_a_reversal_is_read_in_the_currency_of_the_account(elements: dict[str, str], amount: int, left: int) -> None:
    billing: dict[str, Any] = {"de6": "000000001151", "de10": "89210000", "de51": "978"}
    reversal = reversal_in("978", undone(**billing, **elements))
    assert (reversal.amount_minor, reversal.replacement_minor, reversal.currency) == (amount, left, "978")


def test_a_full_reversal_needs_no_rate_and_one_of_a_part_does() -> None:
    assert reversal_in("978", undone()).currency == "504"
    with pytest.raises(MessageError, match="a part of the amount is to remain"):
        reversal_in("978", undone(de95="000000005000" + "0" * 30))


def test_an_answer_gives_the_billing_back() -> None:
    request = Message("0100", asked(sale()))
    answer = with_billing(Message("0110", {39: "00"}), request)
    assert {n: answer.elements.get(n) for n in (6, 10, 16, 51)} == {n: request.elements[n] for n in (6, 10, 16, 51)}
    assert with_billing(Message("0110", {39: "10"}), request, 1_000).elements[6] == "000000001000"


@pytest.mark.parametrize(
    ("today", "at", "on"),
    [
        (date(2028, 2, 29), "0229", "2028-02-29"),
        (date(2027, 12, 30), "0229", "2028-02-29"),
        (date(2029, 1, 2), "0229", "2028-02-29"),
        (date(2026, 6, 1), "0229", "2026-06-01"),
        (date(2100, 3, 1), "0229", "2100-03-01"),
        (date(2101, 1, 1), "0229", "2101-01-01"),
        (date(2000, 3, 1), "0229", "2000-02-29"),
        (date(2001, 1, 1), "0229", "2000-02-29"),
        (date(2028, 1, 1), "1231", "2027-12-31"),
        (date(2027, 12, 31), "0101", "2028-01-01"),
        (date(2027, 5, 5), "1301", "2027-05-05"),
    ],
    ids=str,
)
def test_a_day_is_of_the_nearest_year_that_has_it(today: date, at: str, on: str) -> None:
    assert network(today=today)._dated(at).isoformat() == on


@pytest.mark.parametrize(
    ("elements", "billed"),
    [
        ({"de6": "000000001151", "de10": "89210000"}, 1_151),
        ({"de6": "000000001151", "de10": ""}, 1_151),
        ({"de6": "", "de10": "89210000"}, 1_151),
        ({"de6": "000000001151", "de10": "00000000"}, 1_151),
    ],
    ids=str,
)
def test_an_account_is_asked_for_what_de_6_says_or_what_de_10_makes_of_it(elements: dict[str, str], billed: int) -> None:
    found = billed_in("978", read(sale(de51="978", **elements)))
    assert found is not None
    assert (found.request.amount_minor, found.request.currency) == (billed, "978")


@pytest.mark.parametrize("elements", [{"de51": ""}, {"de51": "840"}, {"de49": "978", "de51": "978"}], ids=str)
def test_what_names_no_billing_in_the_currency_of_the_account_is_not_converted(elements: dict[str, str]) -> None:
    assert billed_in("978", read(sale(de6="000000001151", **elements))) is None
