from __future__ import annotations

from typing import Any

import pytest

from switch.errors import SpecError
from switch.scenarios.host_rule import HostRule, is_at_issuer
from switch.scenarios.vocabulary.rule_words import PAGE
from switch.spec_table import SpecTable
from tests.scenarios.messages_said import CARD, NAMES, rule


def of_table(**values: Any) -> HostRule:
    return HostRule.from_toml(SpecTable("trial", values), number=3, scenario="late-night", names=NAMES)


def test_a_table_and_a_line_make_the_same_rule() -> None:
    table = of_table(
        when={"card": CARD, "nth": 2, "per": "merchant", "chance": 0.1},
        then=["silence", {"answer": "05", "late": "2s"}],
        afterwards="cycle",
        times=4,
        issuer="atlas",
    )

    shown = "card=450716******0010 issuer=atlas nth=2 chance=10% per=merchant times=4 -> silence, 05 + late 2s, again"
    assert table.in_words == shown
    assert rule(shown.replace("450716******0010", CARD)).in_words == shown
    assert table.label == "scenario late-night, rule 3"
    assert rule("name=tries any -> ok").label == "rule 1 (tries)"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"when": {}}, "then: found nothing, expected what is done"),
        ({"then": "05", "at": "here"}, "at: found 'here', expected one of host, issuer, page"),
        ({"then": "threeds=failed", "at": "issuer"}, "then: found threeds at issuer, expected no at, or at = page"),
        ({"then": ["threeds=failed", "05"]}, "then: found an answer of the host at the payment page, expected threeds=…"),
        (
            {"then": "timeout 3s", "at": "issuer"},
            "then: found timeout at an issuer, expected late, or timeout in a rule at the host",
        ),
        ({"then": "silence", "at": "page"}, "then: found an answer of the host at the payment page, expected threeds=…"),
        ({"then": "05", "tmes": 1}, "tmes: found a key nobody reads, expected one of afterwards"),
        ({"then": "05", "when": {"per": "shop"}}, "when.per: found 'shop', expected one of card, merchant, terminal, rule"),
        ({"then": "05", "when": {"chance": "much"}}, "when.chance: found another value"),
        ({"then": "05", "when": {"nth": 0}}, "when.nth: found 0, expected a whole number from 1"),
        ({"then": ["05", "91"], "afterwards": "stop"}, "afterwards: found 'stop', expected one of usual, last, cycle"),
    ],
)
def test_a_wrong_rule_is_refused_in_one_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        of_table(**values)

    assert str(refused.value).startswith(f"trial: {sentence}")


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"then": ["threeds=wrong code", "ok", {"threeds": "late"}]}, "any -> threeds=wrong code, ok, threeds=late"),
        ({"then": "threeds=failed + state tried", "at": "page"}, "any -> threeds=failed + state tried"),
        ({"then": "ok", "at": "page", "when": {"card": CARD}}, "at=page card=450716******0010 -> ok"),
    ],
)
def test_a_rule_with_threeds_is_at_the_payment_page(values: dict[str, Any], shown: str) -> None:
    made = of_table(**values)
    assert (made.at, made.in_words) == (PAGE, shown)
    assert rule(made.in_words.replace("450716******0010", CARD)).at == PAGE


@pytest.mark.parametrize("chance", [1, 1.0, "100%", "1"])
def test_a_chance_may_be_certain(chance: object) -> None:
    assert of_table(then="91", when={"chance": chance}).turn.chance == 1


@pytest.mark.parametrize(
    ("values", "at_issuer"),
    [
        ({"then": "silence"}, False),
        ({"then": ["silence"]}, False),
        ({"then": {"silence": True}}, True),
        ({"then": {"response_code": "05"}}, True),
        ({"then": {"silence": True}, "at": "host"}, False),
        ({"then": {"answer": "05"}}, False),
        ({"then": {"silence": True, "drop": "close"}}, False),
        ({"then": {"response_cod": "05"}}, True),
        ({"then": {"anwser": "05"}}, False),
        ({"then": {}}, True),
        ({"then": {"late": 2}, "at": "issuer"}, True),
        ({}, False),
    ],
)
def test_who_misbehaves_is_said_by_at_or_by_the_keys_of_then(values: dict[str, Any], at_issuer: bool) -> None:
    assert is_at_issuer(SpecTable("trial", values)) is at_issuer
