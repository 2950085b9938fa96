from __future__ import annotations

import pytest

from switch.scenarios.arrow import rule_values


def test_a_line_says_what_a_table_says() -> None:
    line = 'name="two tries" card=4507160000000010 mcc=5411,5412 nth=2 times=1 amount=1..2 -> 91, late 2s, ...'

    assert rule_values(line) == {
        "name": "two tries",
        "times": 1,
        "when": {"card": "4507160000000010", "mcc": ["5411", "5412"], "nth": 2, "amount": "1..2"},
        "then": ["91", "late 2s"],
        "afterwards": "last",
    }


@pytest.mark.parametrize("everything", ["-> 91", "any -> 91", "all->91"])
def test_a_line_may_ask_nothing(everything: str) -> None:
    assert rule_values(everything) == {"when": {}, "then": ["91"]}


def test_what_must_not_be_stands_in_not() -> None:
    assert rule_values("mti!=0800 de22!=071 -> 91, ok, again") == {
        "when": {"not": [{"mti": "0800"}, {"de22": "071"}]},
        "then": ["91", "ok"],
        "afterwards": "cycle",
    }


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("card=1", "no ->"),
        ("card=1 ->", "nothing behind ->"),
        ("card=1 -> ok,,ok", "an empty step"),
        ("card=1 card=2 -> ok", "card twice"),
        ("card -> ok", "'card'"),
        ("card = -> ok", "'card'"),
    ],
)
def test_a_line_that_is_none_is_refused(line: str, found: str) -> None:
    with pytest.raises(ValueError, match=r".*") as refused:
        rule_values(line)

    assert refused.value.args[0] == found
