"""Totals and uploads in the words of the trade: each counter in its element, terminals' own totals, and what is not read."""

from __future__ import annotations

from typing import Any

import pytest

from switch.card import Pan
from switch.errors import MessageError
from switch.iso8583.mapping.acquirer import Stamp
from switch.iso8583.mapping.reconciliation import of_terminal, to_reconciliation, to_upload, totals_response
from switch.iso8583.message import Message
from switch.transaction import ExchangeKey, Reconciliation, Upload
from tests.iso8583.samples import PAN

STAMP = Stamp("0229100000", "0229110000")
HEAD = {7: "1122200000", 11: "000900", 32: "504001", 41: "TERM0001"}
#: Numbers of the standard -> what the centre calls them, and how many digits they have.
COUNTED = {
    74: ("credits_count", 10),
    75: ("credits_reversed_count", 10),
    76: ("debits_count", 10),
    77: ("debits_reversed_count", 10),
    80: ("inquiries_count", 10),
    81: ("authorizations_count", 10),
    86: ("credits_minor", 16),
    87: ("credits_reversed_minor", 16),
    88: ("debits_minor", 16),
    89: ("debits_reversed_minor", 16),
}


def read(elements: dict[int, str], mti: str = "0500") -> Reconciliation:
    return to_reconciliation(Message(mti, {**HEAD, **elements}), acquirer_id="504777", stamp=STAMP)


@pytest.mark.parametrize("number", COUNTED)
def test_each_counter_is_that_of_its_element(number: int) -> None:
    name, _ = COUNTED[number]
    assert read({number: "0000000042"}).sent == {name: 42}


def test_the_net_has_a_sign() -> None:
    said = ("C" + "0" * 14 + "42", "D" + "0" * 14 + "42", "D" + "0" * 16)
    assert [read({97: value}).sent["net_minor"] for value in said] == [42, -42, 0]


def test_totals_are_of_their_sender_and_its_time() -> None:
    whole = read({76: "1"})
    assert whole.key == ExchangeKey("504001", "TERM0001", "000900", "1122200000")
    assert (whole.mti, whole.stamped) == ("0500", False)
    bare = to_reconciliation(Message("0520", {11: "000900", 76: "1"}), acquirer_id="504777", stamp=STAMP)
    assert bare.key == ExchangeKey("504777", "", "000900", "0229100000")
    assert (bare.mti, bare.stamped) == ("0520", True)
    local = to_reconciliation(Message("0520", {11: "1", 12: "101530", 13: "1122"}), acquirer_id="1", stamp=STAMP)
    assert (local.key.transmitted_at, local.stamped) == ("1122101530", False)
    with pytest.raises(MessageError, match="DE 11: found nothing, expected a value: mandatory in a 0500"):
        to_reconciliation(Message("0500", {76: "1"}), acquirer_id="1", stamp=STAMP)


ONE = "003" + "000000012500" + "001" + "000000002000"
TWO = "002" + "000000000700" + "004" + "000000000050"


@pytest.mark.parametrize("code", ["920000", "960000"])
def test_a_terminal_counts_sales_and_refunds_of_credit_and_debit_cards_in_turn(code: str) -> None:
    sent = {"debits_left_count": 5, "debits_left_minor": 13_200, "credits_left_count": 5, "credits_left_minor": 2_050}
    assert read({3: code, 63: ONE + TWO}).sent == sent
    assert read({3: code, 63: ONE}).sent["debits_left_count"] == 3
    assert read({3: code, 63: ONE, 76: "0000000009"}).sent == {"debits_count": 9}, "what the standard has comes first"


@pytest.mark.parametrize(
    ("elements", "terminal"),
    [
        ({3: "920000", 63: ONE}, True),
        ({3: "960000", 63: ONE + TWO + ONE}, True),
        ({3: "960000", 63: ONE * 4}, False),
        ({3: "920000", 63: ONE[:-1]}, False),
        ({3: "920000", 63: ONE[:-1] + "A"}, False),
        ({3: "000000", 63: ONE}, False),
        ({63: ONE}, False),
        ({3: "920000"}, False),
    ],
    ids=str,
)
def test_whose_totals_they_are(elements: dict[int, str], terminal: bool) -> None:
    assert of_terminal(elements) == terminal


@pytest.mark.parametrize(
    ("elements", "fault"),
    [
        ({63: ONE}, "DE 63: found 30 characters and no totals"),
        ({48: "x", 112: "y"}, "DE 48: found 1 characters and no totals"),
        ({60: "0" * 15}, "DE 60: found 15 characters and no totals"),
        ({60: "0" * 14}, None),
        ({48: "x", 76: "1"}, None),
        ({49: "504"}, None),
    ],
    ids=str,
)
def test_totals_that_are_not_read_are_not_agreed_to(elements: dict[int, str], fault: str | None) -> None:
    if fault is None:
        read(elements)
        return
    with pytest.raises(MessageError, match=fault):
        read(elements)


def test_the_answer_has_the_centres_own_counters() -> None:
    asked = read({76: "1", 48: "x"})
    totals: dict[str, int] = {name: place for place, (name, _) in enumerate(COUNTED.values(), start=1)}
    answer = totals_response(asked, {**totals, "net_minor": -42}, settlement_code="2", response_code="95")
    counted = {number: f"{place:0{digits}d}" for place, (number, (_, digits)) in enumerate(COUNTED.items(), start=1)}
    assert answer == Message("0510", {**HEAD, 39: "95", 66: "2", **counted, 97: "D" + "0" * 14 + "42"})
    assert list(answer.elements) == sorted(answer.elements)
    net = [totals_response(asked, {**totals, "net_minor": n}, settlement_code="1", response_code="00") for n in (0, 7)]
    assert [each.elements[97] for each in net] == ["C" + "0" * 16, "C" + "0" * 15 + "7"]
    terminal = read({3: "920000", 63: ONE}, "0520")
    said = totals_response(terminal, {**totals, "net_minor": 0}, settlement_code="1", response_code="00")
    assert said == Message("0530", dict(sorted({**HEAD, 3: "920000", 39: "00"}.items())))


UPLOADED: dict[int, str] = {**HEAD, 2: PAN, 4: "000000012500", 37: "RRN000000042", 42: "SHOP1          ", 49: "978"}


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({}, {}),
        ({60: "0200000042"}, {"original_stan": "000042"}),
        ({60: "0100000042more"}, {"original_stan": "000042"}),
        ({60: "0300000042"}, {}),
        ({60: "02000042"}, {}),
        ({2: None}, {"pan": None}),
        ({37: None}, {"rrn": ""}),
        ({49: None}, {"currency": "504"}),
        ({32: None, 7: None}, {"key": ExchangeKey("504777", "TERM0001", "000900", "0229100000")}),
    ],
    ids=str,
)
def test_an_uploaded_transaction(changes: dict[int, str | None], differs: dict[str, Any]) -> None:
    elements = {number: value for number, value in {**UPLOADED, **changes}.items() if value is not None}
    usual: dict[str, Any] = {
        "key": ExchangeKey("504001", "TERM0001", "000900", "1122200000"),
        "original_stan": "000900",
        "pan": Pan(PAN),
        "amount_minor": 12_500,
        "currency": "978",
        "merchant_id": "SHOP1",
        "rrn": "RRN000000042",
    }
    found = to_upload(Message("0320", elements), acquirer_id="504777", stamp=STAMP, currency="504")
    assert found == Upload(**{**usual, **differs})


@pytest.mark.parametrize("number", [4, 11, 41, 42])
def test_an_upload_without_what_names_it_is_no_terminals(number: int) -> None:
    elements = {each: value for each, value in UPLOADED.items() if each != number}
    assert to_upload(Message("0320", elements), acquirer_id="504777", stamp=STAMP, currency="504") is None


@pytest.mark.parametrize("number", [46, 47, 48, 61, 62, 63, *range(112, 128)])
def test_totals_that_may_stand_where_the_centre_does_not_read_are_not_agreed_to(number: int) -> None:
    with pytest.raises(MessageError, match=f"DE {number}: .*totals in DE 74 to 89 and 97"):
        read({number: "001000000012500"})
    assert read({number: "001000000012500", 74: "0000000001"}).sent == {"credits_count": 1}


@pytest.mark.parametrize(("number", "text"), [(60, "000001"), (60, "1" * 14), (70, "301"), (44, "1" * 20)])
def test_what_cannot_be_totals_is_none(number: int, text: str) -> None:
    assert read({number: text}).sent == {}


def test_a_de_60_that_is_long_enough_for_totals_may_be_some() -> None:
    with pytest.raises(MessageError, match="DE 60: found 15 characters"):
        read({60: "1" * 15})
