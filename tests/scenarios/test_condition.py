from __future__ import annotations

from typing import Any

import pytest

from switch.errors import SpecError
from switch.scenarios.condition import Condition
from switch.spec_table import SpecTable
from tests.scenarios.messages_said import CARD, NAMES, OTHER_CARD, Said


def condition(**when: Any) -> Condition:
    table = SpecTable("trial", when)
    read = Condition.from_toml(table, NAMES)
    table.done()
    return read


@pytest.mark.parametrize(
    ("when", "fitting", "other"),
    [
        ({"card": CARD}, Said(), Said(card=OTHER_CARD)),
        ({"pan": CARD}, Said(), Said(card="")),
        ({"card": [CARD, OTHER_CARD]}, Said(card=OTHER_CARD), Said(card="4000000000000010")),
        ({"bin": ["51", "450716"]}, Said(), Said(card="4000000000000010")),
        ({"merchant": "TELECOM00000001"}, Said(), Said(merchant="HOTEL0000000001")),
        ({"mti": "0420"}, Said(mti="0420"), Said()),
        ({"class": "reversal"}, Said(kinds=("reversal",)), Said()),
        ({"class": ["reversal", "request"]}, Said(), Said(kinds=("totals",))),
        ({"issuer": "atlas"}, Said(others={"issuer": ("atlas",)}), Said()),
        ({"amount": "125.00"}, Said(), Said(amount_minor=12_501)),
        ({"amount": "100..125"}, Said(), Said(amount_minor=12_501)),
        ({"amount": "125"}, Said(), Said(amount_minor=None)),
        ({"amount_from": "125.00"}, Said(amount_minor=99_999_99), Said(amount_minor=12_499)),
        ({"amount_to": "125.00"}, Said(amount_minor=0), Said(amount_minor=12_501)),
        ({"de22": "071"}, Said(elements={"22": "071"}), Said(elements={"22": "051"})),
        ({"22": ["051", "071"]}, Said(elements={"22": "071"}), Said()),
        ({"system_trace_audit_number": "000007"}, Said(elements={"11": "000007"}), Said()),
        ({"element": {"127.22": "ABC"}}, Said(elements={"127.22": "ABC  "}), Said()),
        ({"de38": ""}, Said(), Said(elements={"38": "A"})),
        ({"any": [{"card": OTHER_CARD}, {"mti": "0200"}]}, Said(mti="0200"), Said()),
        ({"all": [{"card": CARD}, {"mti": "0200"}]}, Said(mti="0200"), Said()),
        ({"not": {"card": CARD}}, Said(card=OTHER_CARD), Said()),
        ({"not": [{"card": CARD}, {"mti": "0800"}]}, Said(card=OTHER_CARD), Said(card="", mti="0800")),
        ({"any": [{"not": {"card": CARD}}]}, Said(card=OTHER_CARD), Said()),
    ],
)
def test_a_condition_fits_what_it_describes(when: dict[str, Any], fitting: Said, other: Said) -> None:
    read = condition(**when)

    assert read.fits(fitting)
    assert read.unmet(fitting) is None
    assert not read.fits(other)
    assert read.unmet(other) is not None


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"crad": CARD}, "crad: found a key nobody reads, expected card (the nearest), or the number of an element"),
        ({"1": "x"}, "1: found a key nobody reads, expected one of all, amount, amount_from, amount_to, any, bin, card"),
        ({"pann": CARD}, "pann: found a key nobody reads, expected card (the nearest)"),
        ({"threeds": "failed"}, "threeds: found a key nobody reads, expected a condition: threeds is an answer, and stands"),
        ({"de37": "63260"}, "de37: found '63260', expected 12 characters (DE 37)"),
        ({"not": {"de37": "63260"}}, "not.de37: found '63260', expected 12 characters (DE 37)"),
        ({"de11": ["000042", "42"]}, "de11: found '42', expected 6 digits (DE 11)"),
        ({"system_trace_audit_number": "42"}, "system_trace_audit_number: found '42', expected 6 digits (DE 11)"),
        ({"de22": "05"}, "de22: found '05', expected 3 digits (DE 22)"),
        ({"element": {"38": "1234567"}}, "element.38: found '1234567', expected at most 6 characters (DE 38)"),
        ({"card": "45071"}, "card: found '45071', expected a card number of 12 to 19 digits"),
        ({"card": 4507160000000010}, "card: found a number of more than 12 digits, expected text, or a list of text"),
        ({"class": "reversel"}, "class: found 'reversel', expected reversal (the nearest), or one of administrative"),
        ({"mti": "420"}, "mti: found '420', expected four digits"),
        ({"amount": "12,50"}, "amount: found '12,50', expected an amount such as"),
        ({"amount": "200..100"}, "amount: found a range that ends before it begins"),
        ({"amount": ""}, "amount: found '', expected an amount such as"),
        ({"amount": "1", "amount_to": "2"}, "amount: found amount beside amount_to"),
        ({"any": []}, "any: found an empty list"),
        ({"any": [{}]}, "any[1]: found no condition"),
        ({"not": {"not": {"mcc": "1"}}}, "not.not.mcc: found '1', expected four digits (DE 18)"),
        ({"element": {"0": "x"}}, "element.0: found a key nobody reads"),
    ],
)
def test_a_wrong_condition_is_refused_in_one_sentence(when: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        condition(**when)

    assert str(refused.value).startswith(f"trial: {sentence}")


def test_a_condition_in_words_shows_no_card_number() -> None:
    read = condition(card=CARD, amount="1..2", any=[{"mti": "0100"}, {"de22": "071"}])

    assert read.in_words == "card=450716******0010 amount=1.00..2.00 any(mti=0100 | de22=071)"
    assert CARD not in str(read.in_words)
