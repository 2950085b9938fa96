"""Scopes: whose messages are whose, and rules that keep to them."""

from __future__ import annotations

from typing import Any

import pytest

from switch.errors import SpecError
from switch.scenarios.playbook import Playbook
from switch.scenarios.scope import Scope, Scopes
from switch.spec_table import SpecTable
from tests.scenarios.messages_said import CARD, OTHER_CARD, Said, played, rule

MINE, OTHERS = Said(terminal="T1"), Said(terminal="T2")


def scope(**values: Any) -> Scope:
    return Scope.from_table(SpecTable("scope", {"name": "mine", **values}))


def test_a_rule_of_a_scope_applies_to_its_messages_alone_and_counts_those_alone() -> None:
    book = Playbook([scope(terminal=["T1"]).rule(rule("nth=2 per=rule -> 91"))], seed=1)

    assert played(book, MINE, OTHERS, OTHERS, MINE, MINE) == ["-", "-", "-", "91", "-"]
    assert book.rules[0].in_words == "nth=2 per=rule -> 91", "what it asks for besides its scope"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [(MINE, "91"), (Said(card=OTHER_CARD), "91"), (Said(others={"line": ("bcd", "bcd 127.0.0.1:9")}), "91"), (OTHERS, "-")],
)
def test_a_message_is_in_a_scope_by_any_thing_that_it_owns(said: Said, outcome: str) -> None:
    mine = scope(terminal="T1", card=[OTHER_CARD], line="bcd 127.0.0.1:9")

    assert played(Playbook([mine.rule(rule("any -> 91"))], seed=1), said) == [outcome]
    assert mine.has(said) == (outcome == "91")


def test_what_a_rule_asks_for_itself_is_asked_for_within_the_scope() -> None:
    book = Playbook(
        [scope(terminal=["T1"]).rule(rule("terminal=T2 -> 91")), scope(card=CARD).rule(rule("amount=1 -> 05"))], seed=1
    )

    assert played(book, MINE, OTHERS) == ["-", "-"]
    assert played(book, Said(amount_minor=100), Said(amount_minor=100, card=OTHER_CARD)) == ["05", "-"]


def test_rules_of_scopes_stand_before_those_of_none_and_begin_anew_by_themselves() -> None:
    book = Playbook([scope(terminal="T1").rule(rule("any -> 91, 05"))], seed=1)
    book.put_first([rule("any -> silence")])
    assert played(book, MINE, OTHERS) == ["91", "silence"]

    assert [each.rule.scope for each in book.begin_anew(lambda played: played.rule.scope == "mine")] == ["mine"]
    assert [each.hits for each in book.played] == [0, 1]
    assert played(book, MINE, MINE, MINE) == ["91", "05", "silence"]


def test_the_rules_of_a_scope_follow_it_to_other_things() -> None:
    book, wider = Playbook([scope(terminal="T1").rule(rule("any -> 91"))], seed=1), scope(terminal="T2", card=OTHER_CARD)
    book.replace(wider.rule)

    assert played(book, MINE, OTHERS, Said(card=OTHER_CARD)) == ["-", "91", "91"]
    assert book.rules[0].in_words == "any -> 91"


def test_no_thing_has_two_owners() -> None:
    scopes = Scopes()
    scopes.put(scope(terminal=["T1", "T2"]))
    scopes.put(scope(terminal="T3"))
    scopes.put(scope(name="theirs", terminal="T1", card=CARD))
    with pytest.raises(ValueError, match="card 450716") as refused:
        scopes.put(scope(name="third", card=CARD))
    assert refused.value.args == ("card 450716******0010, which scope theirs owns", "things that no other scope owns")
    assert [each.as_values() for each in scopes] == [
        {"name": "mine", "terminal": ["T3"]},
        {"name": "theirs", "card": ["450716******0010"], "terminal": ["T1"]},
    ]
    assert scopes.remove("theirs") is not None
    assert scopes.get("theirs") is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "scope: found nothing that it owns, expected at least one of card, line, merchant, terminal"),
        (
            {"name": "a b", "card": CARD},
            "scope: name: found 'a b', expected 1 to 40 letters, digits, dots, dashes or underscores",
        ),
        ({"card": "12"}, "scope: card: found '12', expected a card number of 12 to 19 digits"),
        ({"terminal": "T1", "bin": "45"}, "scope: bin: found a key nobody reads"),
    ],
)
def test_a_scope_that_makes_no_sense_is_one_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        scope(**values)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("text", ["threeds=failed", "card=4507160000000010 times=3", "amount=5", "name=x"])
def test_words_say_only_what_a_scope_can_own(text: str) -> None:
    with pytest.raises(ValueError, match=r"what a scope owns: card, line, merchant, terminal"):
        Scope.from_words("mine", text)


def test_a_table_is_told_all_that_a_scope_can_own() -> None:
    with pytest.raises(
        SpecError, match=r"carb: found a key nobody reads, expected one of card, line, merchant, name, terminal"
    ):
        scope(carb="1")
