"""The short spelling of an expectation, and every way to get it wrong."""

from __future__ import annotations

from typing import Any

import pytest

from switch.errors import SpecError
from switch.spec_table import Mistakes, SpecTable
from switch.verification.duration import DURATION_EXPECTED
from switch.verification.expectation import SHORT_NAMES
from switch.verification.expectation_file import Expectations, sentence_read
from switch.verification.sentence import expectation_values
from tests.verification.seen_builder import expect


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0420", {"when": {"mti": "0420"}}),
        ("no reversal", {"when": {"class": "reversal"}, "never": True}),
        ("never 0100 of card 4507160000000010", {"when": {"mti": "0100", "card": "4507160000000010"}, "never": True}),
        ("exactly two 0100", {"when": {"mti": "0100"}, "exactly": 2}),
        ("2 0100", {"when": {"mti": "0100"}, "exactly": 2}),
        ("at least 3 messages", {"when": {}, "at_least": 3}),
        ("at most one sign-on", {"when": {"class": "sign_on"}, "at_most": 1}),
        ("one 0100 with amount=1..2 answered 51", {"when": {"mti": "0100", "amount": "1..2"}, "exactly": 1, "answer": "51"}),
        ("0100 amount 12.00, de22=051", {"when": {"mti": "0100", "amount": "12.00", "de22": "051"}}),
        ("0100 merchant='LA NORIA'", {"when": {"mti": "0100", "merchant": "LA NORIA"}}),
        ("mti=0420,0421", {"when": {"mti": ["0420", "0421"]}}),
        ("0420 after 0110, nothing after for 5s", {"when": {"mti": "0420"}, "after": "0110", "nothing_after": "5s"}),
        ("0100 to the issuer within 2s", {"when": {"mti": "0100"}, "to": "issuer", "within": "2s"}),
        ("one unreadable message from the gateway", {"when": {}, "exactly": 1, "unreadable": True, "from": "gateway"}),
    ],
)  # fmt: skip
def test_a_sentence_is_a_table(text: str, values: dict[str, Any]) -> None:
    assert expectation_values(text, SHORT_NAMES) == values


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "found nothing, expected an expectation, such as "),
        ("one 0420 of rnn 1", "found 'rnn', expected rrn (the nearest), or an MTI, "),
        ("one 0420 witin 5s", "found 'witin', expected within (the nearest), or "),
        ("one two", "found exactly twice, expected exactly once"),
        ("0100 0110", "found mti twice, expected mti once"),
        ("0100 within", "found nothing behind within, expected a length of time, such as 30s"),
        ("0100 within soon", f"within: found 'soon', expected {DURATION_EXPECTED}"),
        ("at best 2", "found at best, expected at least or at most"),
        ("exactly many", "found exactly many, expected exactly and a number, such as exactly 2"),
        ("0100 after lunch", "found after lunch, expected after and an MTI, such as after 0110"),
        ("0100 card=12", "when.card: found '12', expected a card number of 12 to 19 digits"),
        ("0100 card=4507160000000010x", "when.card: found '450716******0010x', expected a card number of 12 to 19 digits"),
        (
            "0420, amount equal",
            'amount_equal: found no original, expected of = "0100", or in a sentence: within 30s of its 0100',
        ),
        ("one 0420 for 5s", "for: found a message that must come, expected within, or never or at_most beside it"),
        ("no 0420, nothing after", "nothing_after: found no message that it could come after, "),
        ("0420 answered ok", "answer: found 'ok', expected two digits or capital letters (DE 39), or \"none\""),
        ("0420 to the gateway from the issuer", "to: found from issuer to gateway, expected the host on one side"),
    ],
)
def test_a_mistake_is_one_sentence(text: str, sentence: str) -> None:
    mistakes = Mistakes()
    sentence_read(SpecTable("expectation", {}, mistakes=mistakes), "", text, SHORT_NAMES)
    (mistake,) = mistakes.values()
    assert str(mistake).startswith(f"expectation: {sentence}"), mistake


def test_what_was_read_is_said_in_the_same_words() -> None:
    text = "exactly 1 mti=0420 rrn=632603575796 within 30 s of its 0100, amount equal, nothing after for 5 s"
    assert expect(text.replace("30 s", "30s").replace("5 s", "5s").replace("mti=", "").replace("rrn=", "rrn ")).in_words == text


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        ("one 0420 within 30 s of its 0100", "one 0420 within 30s of its 0100"),
        ("no 0100 for 500 ms, nothing after for 1.5 s", "no 0100 for 500ms, nothing after for 1.5s"),
        ("exactly 2 reversals", "exactly 2 reversal"),
        ("no sign-ons", "no sign-on"),
        ("at least 1 echoes", "at least 1 echo"),
        ("two totals", "two totals"),
    ],
)
def test_a_sentence_may_be_typed_as_it_is_shown_or_spoken(shown: str, typed: str) -> None:
    assert expectation_values(shown, SHORT_NAMES) == expectation_values(typed, SHORT_NAMES)


def test_a_file_tells_every_mistake_and_the_nearest_right_key() -> None:
    mistakes = Mistakes()
    values = {
        "expectations": ["one 0420 of rnn 1", "one 0100"],
        "expect": [
            {"name": "a", "when": {"cart": "4507160000000010"}, "exactly": 1},
            {"name": "a", "exacty": 1, "when": {"mti": "420"}},
            {"after": "b", "exactly": 1, "never": True},
            {"within": "soon", "answer": 5},
        ],
        "strikt": True,
        "wait": "40s",
    }
    SpecTable("f.toml", values, mistakes=mistakes).reading(lambda table: Expectations.from_toml(table, {}))
    sentences = [str(each) for each in mistakes.values()]
    assert len(sentences) == 10, sentences
    for part in (
        "expectations[1]: found 'rnn', expected rrn (the nearest)",
        "expect[1].when.cart: found a key nobody reads, expected card (the nearest)",
        "expect[2].exacty: found a key nobody reads",
        "(the nearest is exactly)",
        "expect[2].when.mti: found '420', expected four digits",
        "expect[2].name: found 'a' twice, expected a name of its own",
        "expect[3].never: found never beside exactly, expected one of them",
        "expect[3].after: found 'b', expected an MTI, or the name of another [[expect]]",
        "expect[4].within: found 'soon'",
        "expect[4].answer: found 5, expected text",
        "strikt: found a key nobody reads",
    ):
        assert any(part in sentence for sentence in sentences), (part, sentences)


def test_a_good_file() -> None:
    values = {
        "purpose": "a timeout",
        "wait": 40,
        "strict": True,
        "expectations": ["one 0100 of card 4507160000000010"],
        "expect": [{"name": "undone", "when": {"mti": "0420"}, "within": "30s", "of": "0100", "amount_equal": True}],
    }
    file = Expectations.from_toml(SpecTable("f.toml", values), {})
    assert (file.wait_ms, file.strict, [each.name for each in file.expectations]) == (
        40_000,
        True,
        ["one 0100 of card 4507160000000010", "undone"],
    )
    with pytest.raises(SpecError, match="expect: found nothing, expected at least one"):
        Expectations.from_toml(SpecTable("f.toml", {}), {})
