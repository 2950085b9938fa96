"""A sale as a person tells it becomes a message every dialect can say."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import MessageError, SwitchError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.mapping.acquirer import Stamp, original_data, to_authorization
from switch.iso8583.mapping.compose import (
    ENTRIES,
    KINDS,
    NETWORK_FUNCTIONS,
    Sale,
    changed,
    currency_number,
    network_message,
    parse_change,
    sale_message,
    totals_message,
    worded,
)
from switch.iso8583.mapping.follow_up import MTIS
from switch.iso8583.mapping.reconciliation import to_reconciliation
from switch.iso8583.message import Message
from switch.specs.load import load_specs
from switch.transaction import ExchangeKey
from tests.iso8583.samples import heard_in, said_in

SPECS = load_specs()
ASCII = SPECS.dialects["ascii"]
SALE = Sale(
    mti="0100",
    pan="4507160000000010",
    expiry="2912",
    amount_minor=12_500,
    currency="504",
    entry="chip",
    merchant_id="SUPERMARCHE0001",
    merchant=SPECS.merchants["SUPERMARCHE0001"],
    terminal_id="NORIA001",
    acquirer_id="504900",
    country="504",
    stan="000042",
    rrn="632613000042",
    at=datetime(2026, 11, 22, 13, 5, 9, tzinfo=ZoneInfo("Africa/Casablanca")),
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_sale_says_its_merchants_trade_and_a_track_only_where_one_was_swiped(entry: str) -> None:
    said = sale_message(evolve(SALE, entry=entry), ASCII).elements
    assert said[18] == SPECS.merchants["SUPERMARCHE0001"].mcc
    assert (35 in said) == (entry == "magstripe")
    assert sale_message(evolve(SALE, entry=entry, merchant=None), ASCII).elements[18] == "5999"


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("dialect", SPECS.dialects)
def test_every_entry_is_understood_as_such_in_every_dialect(entry: str, dialect: str) -> None:
    message = heard_in(dialect, sale_message(evolve(SALE, entry=entry), SPECS.dialects[dialect]))
    understood = to_authorization(message, acquirer_id="0", stamp=Stamp("1122120509", "1122120509"), currency="504")
    assert understood.channel == entry
    assert understood.amount_minor == 12_500
    assert understood.expiry == "2912"
    assert understood.local_at == "1122130509"
    if SPECS.dialects[dialect].edition == EDITION_1993:
        assert understood.key.transmitted_at == "1122130509", "what names a transaction in 1993 is DE 12, in local time"
    else:
        assert understood.key.transmitted_at == "1122120509", "DE 7 is UTC, an hour behind"


def test_name_and_place_are_plain_and_forty_characters_wide() -> None:
    merchant = evolve(SPECS.merchants["SUPERMARCHE0001"], name="CAFÉ DE LA GARE ÉTOILÉE", city="FÈS")
    place = sale_message(evolve(SALE, merchant=merchant), ASCII).elements[43]
    assert place == "CAFE DE LA GARE ETOILEEFES            MA"
    assert len(sale_message(evolve(SALE, merchant=None, country="036"), ASCII).elements[43]) == 40


def test_a_cash_machine_gives_cash() -> None:
    machine = SPECS.merchants["CASHMACHINE0001"]
    assert sale_message(evolve(SALE, merchant=machine), ASCII).elements[3] == "010000"


@pytest.mark.parametrize(
    ("kind", "understood"),
    [
        ("purchase", "purchase"),
        ("cash", "cash_withdrawal"),
        ("cash-back", "purchase_with_cash_back"),
        ("quasi-cash", "quasi_cash"),
        ("bill", "bill_payment"),
        ("refund", "refund"),
        ("balance", "balance_inquiry"),
        ("verify", "card_verification"),
        ("preauth", "purchase"),
    ],
)
@pytest.mark.parametrize("dialect", SPECS.dialects)
def test_every_kind_is_understood_as_such_in_every_dialect(kind: str, understood: str, dialect: str) -> None:
    amount_minor = 12_500 if KINDS[kind].moves_money else 0
    cash_back_minor = 5_000 if kind == "cash-back" else 0
    sale = evolve(SALE, kind=kind, mti=KINDS[kind].mti, amount_minor=amount_minor, cash_back_minor=cash_back_minor)
    message = heard_in(dialect, sale_message(sale, SPECS.dialects[dialect]))
    asked = to_authorization(message, acquirer_id="0", stamp=Stamp("1122120509", "1122120509"), currency="504")
    assert (asked.transaction_type, asked.amount_minor, asked.cash_back_minor) == (understood, amount_minor, cash_back_minor)
    assert (asked.pre_authorized, asked.partial_accepted) == (kind == "preauth", False)
    assert asked.message_class == ("financial" if kind == "refund" else "authorization")


@pytest.mark.parametrize("mti", ["0100", "0200"])
@pytest.mark.parametrize("dialect", SPECS.dialects)
def test_a_part_can_be_taken_where_the_request_says_so(dialect: str, mti: str) -> None:
    message = heard_in(dialect, sale_message(evolve(SALE, mti=mti, partial_accepted=True), SPECS.dialects[dialect]))
    assert to_authorization(message, acquirer_id="0", stamp=Stamp("1122120509", "1122120509"), currency="504").partial_accepted


def test_totals_are_asked_for_a_terminal_and_compared_once_there_are_some() -> None:
    message = totals_message("0500", acquirer_id="504900", terminal_id="NORIA1", stan="000042", at=SALE.at, dialect=ASCII)
    asked = to_reconciliation(message, acquirer_id="0", stamp=Stamp("0", "0"))
    assert (asked.key.terminal_id, asked.key.transmitted_at, asked.sent) == ("NORIA1  ", "1122120509", {})
    counted = changed(message, [(76, "0000000003"), (97, "D0000000000000005")], ASCII)
    assert to_reconciliation(counted, acquirer_id="0", stamp=Stamp("0", "0")).sent == {"debits_count": 3, "net_minor": -5}


@pytest.mark.parametrize("function", NETWORK_FUNCTIONS)
@pytest.mark.parametrize("dialect", SPECS.dialects)
def test_network_management_can_be_said_in_every_dialect(function: str, dialect: str) -> None:
    number = NETWORK_FUNCTIONS[function]
    message = network_message(
        "0800", number, institution_id="504900", stan="000042", at=SALE.at, dialect=SPECS.dialects[dialect]
    )
    heard = heard_in(dialect, message).elements
    if dialect.endswith("93") and number == "160":
        number = "101"  # 1993 has one function for all keys
    assert {n: heard[n] for n in (7, 11, 33, 70)} == {7: "1122120509", 11: "000042", 33: "504900", 70: number}
    assert not heard.keys() - {7, 11, 12, 13, 33, 70}, "a message of 1993 has a DE 12"


def test_changes_replace_and_leave_out() -> None:
    message = changed(sale_message(SALE, ASCII), [parse_change("49="), parse_change("48=a=b"), parse_change("52=ab")], ASCII)
    assert 49 not in message.elements
    assert message.elements[48] == "a=b"
    assert message.elements[52] == "AB"
    assert list(message.elements) == sorted(message.elements)


@pytest.mark.parametrize("number", [0, 1, 129, 999])
def test_elements_that_do_not_exist_are_refused(number: int) -> None:
    with pytest.raises(MessageError, match="expected one that dialect ascii defines"):
        changed(sale_message(SALE, ASCII), [(number, "1")], ASCII)


@pytest.mark.parametrize("text", ["", "4", "=5", "four=5", "-4=5", "٤=5", "4444=5"])
def test_wishes_that_are_none(text: str) -> None:
    with pytest.raises(SwitchError, match="expected its number, = and its value"):
        parse_change(text)


@pytest.mark.parametrize("text", ["", "dirham", "50", "5O4"])
def test_currencies_that_are_none(text: str) -> None:
    with pytest.raises(SwitchError, match="currency: found"):
        currency_number(text)


@given(st.integers(2, 128), st.text(max_size=40), st.sampled_from(sorted(SPECS.dialects)))
def test_any_wish_is_encoded_or_refused(number: int, value: str, dialect: str) -> None:
    spec = SPECS.dialects[dialect]
    message = changed(said_in(dialect, sale_message(SALE, spec)), [(number, value or None)], spec)
    try:
        data = Codec(SPECS.dialects[dialect]).encode(message)
    except MessageError as error:
        assert error.element == number  # noqa: PT017
    else:
        assert Codec(SPECS.dialects[dialect]).decode(data).elements == message.elements


@pytest.mark.parametrize(("acquirer_id", "named"), [("504777", "06504777"), ("0012", "040012")])
def test_an_original_of_1993_has_its_date_and_its_acquirer_as_de_32_has_it(acquirer_id: str, named: str) -> None:
    sale = sale_message(SALE, ASCII)
    key = ExchangeKey(acquirer_id, "TERM0001", "000001", "1231235959")
    told = Message("0420", {**sale.elements, 32: acquirer_id, 90: original_data("0200", key)})
    said = worded(told, SPECS.dialects["ascii93"], date(2027, 1, 1))
    assert (said.mti, said.elements[56]) == ("1420", f"1200000001261231235959{named}")


def test_functions_and_kinds_that_follow_have_the_numbers_of_the_standard() -> None:
    functions = {"sign-on": "001", "echo": "301", "sign-off": "002", "cut-over": "201", "key-change": "101"}
    assert functions | {"mac-key-change": "160"} == NETWORK_FUNCTIONS
    assert MTIS == {"complete": "0220", "adjust": "0220", "increment": "0100", "reverse": "0400", "void": "0200"}


@pytest.mark.parametrize(
    ("country", "letters"), [("504", "MA"), ("250", "FR"), ("724", "ES"), ("788", "TN"), ("012", "DZ"), ("999", "  ")]
)
def test_a_place_ends_with_its_country(country: str, letters: str) -> None:
    assert sale_message(evolve(SALE, country=country), ASCII).elements[43][36:] == f"  {letters}"


def test_a_track_says_who_its_card_is_and_that_it_has_no_chip() -> None:
    assert sale_message(evolve(SALE, entry="magstripe"), ASCII).elements[35] == "4507160000000010=291210100000"
