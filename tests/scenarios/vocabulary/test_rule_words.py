"""One table of conditions and answers: help and documentation say the same, and know every word that a rule may use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from switch.iso8583.scripted.element_names import numbers_by_name
from switch.scenarios.business_time import COUNT_OR_TIME, TIME_KEYS
from switch.scenarios.condition import CLAUSE_WORDS
from switch.scenarios.host_rule import TURN_KEYS
from switch.scenarios.vocabulary.element_words import ELEMENT_WORDS
from switch.scenarios.vocabulary.rule_words import ANSWERS, CONDITIONS, TURNS, RuleWord
from tests.cli.command import run
from tests.support.centre_in_loop import specs

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "make-the-host-misbehave.md"


def in_markdown(words: Sequence[RuleWord]) -> str:
    """The rows of a table of the page."""
    rows = [", ".join(each if each == "an element" else f"`{each}`" for each in word.spelled) for word in words]
    return "\n".join(f"| {row} | {word.meaning} |" for row, word in zip(rows, words, strict=True))


@pytest.mark.parametrize("words", [CONDITIONS, TURNS, ANSWERS], ids=["conditions", "turns", "answers"])
def test_the_page_has_the_table_as_it_is(words: Sequence[RuleWord]) -> None:
    assert in_markdown(words) in PAGE.read_text(encoding="utf-8")


def test_help_lists_every_condition_and_answer_and_names_the_page() -> None:
    shown = re.sub(r"\s+", " ", run("scenario", "add", "--help").out)

    for word in (*CONDITIONS, *TURNS, *ANSWERS):
        assert ", ".join(word.spelled) in shown
    assert "make-the-host-misbehave.md" in shown.replace("- ", "-")
    assert "`" not in shown.partition("Conditions")[2]
    assert "](" not in shown


def test_every_word_that_a_condition_may_use_is_in_the_table() -> None:
    told = {spelled for word in CONDITIONS for spelled in word.spelled}
    turns = {spelled.partition("=")[0] for word in TURNS for spelled in word.spelled}

    assert told >= {*CLAUSE_WORDS, *TIME_KEYS, *COUNT_OR_TIME, "amount"}
    assert told | turns >= {*TURN_KEYS} - {"per", "state"}


def test_elements_are_shown_by_words_that_lead_back_to_them() -> None:
    names = numbers_by_name(specs().dialects.values())

    assert {number: names[word] for number, word in ELEMENT_WORDS.items()} == {number: number for number in ELEMENT_WORDS}
