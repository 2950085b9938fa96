from __future__ import annotations

from typing import Any

import pytest

from switch.errors import SpecError
from switch.issuers.scenario import Rules, ScenarioState, first_match
from tests.issuers.cast import GOOD, POOR, asked, scenario

REFUSE = "[[rule]]\nwhen = {{ {} }}\nthen = {{ response_code = '05' }}\n"
SILENT = "\nthen = { silence = true }"


def rules_of(text: str) -> Rules:
    return scenario(text).rules_for("atlas")


@pytest.mark.parametrize(
    ("when", "fitting", "other"),
    [
        (f"pan = '{GOOD}'", {"pan": GOOD}, {"pan": POOR}),
        ("amount = '125.00'", {"amount_minor": 12_500}, {"amount_minor": 12_501}),
        ("amount_from = '125.00'", {"amount_minor": 12_500}, {"amount_minor": 12_499}),
        ("amount_to = '125.00'", {"amount_minor": 12_500}, {"amount_minor": 12_501}),
        ("merchant = 'TELECOM00000001'", {}, {"merchant_id": "HOTEL0000000001"}),
        ("terminal = 'TERM0001'", {}, {"key": asked().key._replace(terminal_id="TERM0002")}),
        ("channel = 'ecommerce'", {}, {"channel": "chip"}),
        ("type = 'refund'", {"transaction_type": "refund"}, {}),
        ("currency = '504'", {}, {"currency": "978"}),
        ("amount_from = '1.00', amount_to = '2.00'", {"amount_minor": 150}, {"amount_minor": 201}),
        ("amount = '1.00', channel = 'chip'", {"amount_minor": 100, "channel": "chip"}, {"amount_minor": 100}),
    ],
)
def test_a_rule_fits_what_it_describes(when: str, fitting: dict[str, Any], other: dict[str, Any]) -> None:
    rules = rules_of(REFUSE.format(when))

    found = first_match(rules, asked(**fitting), {})

    assert found is not None
    assert (found[0], found[1].response_code) == (1, "05")
    assert first_match(rules, asked(**other), {}) is None


def test_the_first_rule_that_fits_has_its_way() -> None:
    amount, card, anyone = REFUSE.format("amount = '1.00'"), REFUSE.format(f"pan = '{GOOD}'"), REFUSE.format("")
    rules = rules_of(amount + card + anyone)

    cases = [asked(GOOD, 100), asked(GOOD, 200), asked(POOR, 100), asked(POOR, 200)]

    assert [(first_match(rules, case, {}) or [None])[0] for case in cases] == [1, 2, 1, 3]


def test_a_rule_of_another_issuer_is_not_asked_and_keeps_its_number() -> None:
    text = REFUSE.format("").replace("[[rule]]", "[[rule]]\nissuer = 'rif'") + REFUSE.format("")

    assert (first_match(scenario(text).rules_for("atlas"), asked(), {}) or [None])[0] == 2
    assert (first_match(scenario(text).rules_for("rif"), asked(), {}) or [None])[0] == 1


def test_times_counts_the_requests_that_fit() -> None:
    state = ScenarioState(scenario(REFUSE.format("amount = '1.00', times = 2"), "twice"), "atlas")

    matches = [state.match(asked(amount_minor=amount)) for amount in (100, 300, 100, 100)]

    assert [match and match.reason for match in matches] == ["scenario twice, rule 1", None, "scenario twice, rule 1", None]


def test_without_a_scenario_nothing_matches() -> None:
    assert ScenarioState(None, "atlas").match(asked()) is None


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("when = { amount = '1.00' }", "then: found nothing"),
        ("then = {}", "then: found nothing to do, expected response_code, delay_seconds or silence = true"),
        ("then = { silence = true, delay_seconds = 1 }", "then.silence: found an answer beside it"),
        ("then = { response_code = '5' }", "then.response_code: found '5', expected two digits"),
        ("then = { response_code = '00' }", "then.response_code: found '00', expected a refusal"),
        ("then = { silence = true, odds = 1 }", "then.odds: found a key nobody reads"),
        ("when = { amonut = '1.00' }" + SILENT, "when.amonut: found a key nobody reads"),
        ("when = { amount = '1.00', amount_to = '2.00' }" + SILENT, "when.amount: found amount"),
        ("when = { amount_from = '3.00', amount_to = '2.00' }" + SILENT, "when.amount_to: found less"),
        (f"when = {{ pan = {GOOD} }}" + SILENT, "when.pan: found a value without quotes"),
        ("when = { type = 'sale' }" + SILENT, "when.type: found 'sale', expected one of balance_inquiry, bill_payment"),
        ("when = { times = 0 }" + SILENT, "when.times: found 0, expected a whole number from 1"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused_in_one_sentence(rule: str, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        scenario("[[rule]]\n" + rule)

    assert str(caught.value).startswith(f"scenarios/trial.toml: rule[1].{sentence}")


def test_a_scenario_without_rules_is_refused() -> None:
    with pytest.raises(SpecError, match="rule: found nothing, expected at least one"):
        scenario("")


def test_a_rule_names_elements_and_subelements() -> None:
    rules = rules_of(REFUSE.format("element = { '3' = '000000', '127.22' = 'TRY1' }"))
    said = {"3": "000000", "127.22": "TRY1  "}

    assert first_match(rules, asked(), {}, lambda _, name: said.get(name)) is not None
    assert first_match(rules, asked(), {}, lambda _, name: {**said, "127.22": "TRY2"}[name]) is None
    assert first_match(rules, asked(), {}) is None, "who knows no subelements has none"


@pytest.mark.parametrize("name", ["", "1", "193", "x", "127.", "127.2.", "127-2"])
def test_an_element_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(SpecError) as refused:
        scenario(REFUSE.format(f"element = {{ '{name}' = 'x' }}"))
    assert f"found element {name!r}, expected the number of an element from 2 to 192" in str(refused.value)
