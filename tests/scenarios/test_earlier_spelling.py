"""Rules of issuers in their earlier spelling: they become rules of the one model, and mistakes in them are told as ever."""

from __future__ import annotations

import tomllib

import pytest

from switch.errors import SpecError
from switch.scenarios.host_rule import HostRule
from switch.scenarios.host_scenario import HostScenario
from switch.spec_table import SpecTable

GOOD = "4507160000000010"
SILENT = "\nthen = { silence = true }"


def scenario(text: str) -> HostScenario:
    return HostScenario.from_toml(
        "trial", SpecTable("scenarios/trial.toml", tomllib.loads('purpose = "a test"\n' + text)), {"response_code": "39"}
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("then = { response_code = '91' }", "at=issuer class=request -> 91"),
        ("then = { silence = true }", "at=issuer class=request -> lost"),
        ("then = { delay_seconds = 2.5 }", "at=issuer class=request -> late 2.5s"),
        ("then = { response_code = '61', delay_seconds = 2 }", "at=issuer class=request -> 61 + late 2s"),
        ("issuer = 'rif'" + SILENT, "at=issuer class=request issuer=rif -> lost"),
        (f"when = {{ pan = '{GOOD}', times = 2 }}" + SILENT, "at=issuer class=request card=450716******0010 times=2 -> lost"),
        ("when = { amount_from = '2.00', channel = 'chip' }" + SILENT, "at=issuer class=request channel=chip amount=2.00.."),
        ("when = { element = { '3' = '000000', '127.22' = 'TRY1' } }" + SILENT, "request de3=000000 de127.22=TRY1 -> lost"),
        ("at = 'issuer'\nthen = { delay_seconds = 1 }", "at=issuer class=request -> late 1s"),
        ("at = 'issuer'\nthen = { silence = true }", "at=issuer any -> silence"),
        ("at = 'issuer'\nthen = ['91', 'ok']", "at=issuer any -> 91, ok"),
        ("at = 'issuer'\nissuer = 'rif'\nthen = 'twice'", "at=issuer issuer=rif -> twice"),
    ],
)  # fmt: skip
def test_a_rule_says_the_same_in_the_words_of_today(rule: str, words: str) -> None:
    (read,) = scenario("[[rule]]\n" + rule).rules
    assert words in read.in_words
    assert read.in_words.startswith("at=issuer")


def test_the_short_spelling_of_a_translated_rule_is_read_again() -> None:
    rule = "[[rule]]\nissuer = 'rif'\nwhen = { times = 2 }\nthen = { response_code = '61', delay_seconds = 2 }"
    (read,) = scenario(rule).rules
    again = HostRule.from_line(read.in_words, number=1, names={})
    assert (again.when.in_words, again.turn, again.steps, again.times, again.at) == (
        "class=request issuer=rif", read.turn, read.steps, 2, "issuer",
    )  # fmt: skip


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
        ("when = { amount_from = '3.00', amount_to = '2.00' }" + SILENT, "when.amount_to: found a range that ends before"),
        (f"when = {{ pan = {GOOD} }}" + SILENT, "when.pan: found a number of more than 12 digits, expected"),
        ("when = { type = 'sale' }" + SILENT, "when.type: found 'sale', expected one of balance_inquiry, bill_payment"),
        ("when = { times = 0 }" + SILENT, "when.times: found 0, expected a whole number from 1"),
        ("when = { line = 'bcd' }" + SILENT, "when.line: found a listener, expected no line at an issuer"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused_in_one_sentence(rule: str, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        scenario("[[rule]]\n" + rule)

    assert str(caught.value).startswith(f"scenarios/trial.toml: rule[1].{sentence}")


@pytest.mark.parametrize("name", ["", "1", "193", "x", "127.", "127.2.", "127-2"])
def test_an_element_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(SpecError) as refused:
        scenario(f"[[rule]]\nwhen = {{ element = {{ '{name}' = 'x' }} }}\nthen = {{ response_code = '05' }}")
    assert "the number of an element from 2 to 192" in str(refused.value)
