"""Values held against a schema: each thing that is wrong is named by its field."""

from __future__ import annotations

from typing import Any

import pytest

from switch.control.request_schema import mistakes
from switch.control.shapes import SHAPES, ref


@pytest.mark.parametrize(
    ("shape", "value", "wrong"),
    [
        ("NewRules", {"rules": ["any -> 91", {"then": "ok"}], "times": 2}, []),
        ("NewRules", {}, ["rules: found nothing, expected At least one rule."]),
        ("NewRules", [], [": found [], expected an object"]),
        ("NewRules", {"rules": []}, ["rules: found 0 values, expected 1 to 1000"]),
        ("NewRules", {"rules": [5]}, ["rules[0]: found 5, expected text or an object"]),
        ("NewRules", {"rules": ["x" * 4001]}, ["rules[0]: found 4001 characters, expected 0 to 4000"]),
        ("NewRules", {"rules": ["x"], "times": True}, ["times: found True, expected a whole number"]),
        ("NewRules", {"rules": ["x"], "times": 0}, ["times: found 0, expected 1 to 1000000"]),
        (
            "NewRules",
            {"rules": ["x"], "tmes": 1},
            ["tmes: found a key nobody reads, expected times (the nearest), or one of rules, times, scope"],
        ),
        (
            "CardChange",
            {"pan": "9504010000000019\n", "order": "block"},
            ["pan: found '9504010000000019\\n', expected 12 to 19 digits"],
        ),
        ("CardChange", {"pan": "12", "order": "block"}, ["pan: found '12', expected 12 to 19 digits"]),
        (
            "CardChange",
            {"pan": "9504010000000019", "order": "blok"},
            ["order: found 'blok', expected block (the nearest), or one of credit, reset, block, unblock"],
        ),
        ("RulesTrial", {"message": {"amount": 5}}, ["message.amount: found 5, expected text"]),
    ],
)
def test_each_mistake_names_its_field(shape: str, value: Any, wrong: list[str]) -> None:
    assert [f"{each.field}: {each.sentence}" for each in mistakes(value, ref(shape), SHAPES)] == wrong
