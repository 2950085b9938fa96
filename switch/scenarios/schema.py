"""A JSON Schema of scenario files, so that editors complete and check them; made of the tables by which files are read.

It allows what is well-formed. What names something that there is not, or contradicts itself, ``switch scenario check`` tells.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from switch.card import AUTHENTICATION_RESULTS
from switch.scenarios.business_time import COUNT_OR_TIME, TIME_KEYS, TIME_MEANT
from switch.scenarios.condition import ALIASES, AMOUNT_KEYS, CLAUSE_CHOICES, CLAUSE_FORMS, CLAUSE_WORDS, GROUPS
from switch.scenarios.conduct import (
    CODE,
    CODE_MEANT,
    CONDUCT_KEYS,
    DIALECT_NAME,
    DROPS,
    FRAMES,
    STATE_MEANT,
    STATE_NAME,
    WRONGS,
)
from switch.scenarios.durations import DELAY_MEANT, DURATION_MEANT
from switch.scenarios.host_rule import AFTERWARDS, COUNTED_BY, TURN_KEYS
from switch.scenarios.vocabulary.element_words import ELEMENT_FORMS
from switch.scenarios.vocabulary.rule_words import PLACES

JsonSchema = dict[str, Any]

_ELEMENTS: Final = r"^(de|DE)?[0-9]{1,3}(\.[0-9A-Za-z]{1,8})*$"
_AMOUNT: Final = r"^[0-9]{1,10}(\.[0-9]{2})?$"
_RANGE: Final = r"^[0-9]{1,10}(\.[0-9]{2})?(\.\.[0-9]{1,10}(\.[0-9]{2})?)?$"
_COUNT: Final[JsonSchema] = {"type": "integer", "minimum": 1}
_TRUE: Final[JsonSchema] = {"type": "boolean"}
_NUMBER: Final[JsonSchema] = {"type": "number"}
_TEXT: Final[JsonSchema] = {"type": "string"}


def scenario_schema(names: Mapping[str, str], named: Mapping[str, Collection[str]]) -> JsonSchema:
    """The schema. ``names`` leads from the standard's names of elements to their numbers, ``named`` has what issuers, lines,
    schemes and dialects there are, by the clause that names them."""
    step: JsonSchema = {"anyOf": [{"type": "string", "description": "orders joined by +"}, {"$ref": "#/$defs/then"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of Switch",
        "type": "object",
        "additionalProperties": False,
        "required": ["purpose"],
        "properties": {
            "purpose": {**_TEXT, "description": "what the scenario is for, in a sentence"},
            "seed": {"type": "integer", "description": "for chance and drawn delays; default: the seed of switch up"},
            "rules": {**_list(_TEXT), "description": "rules in one line: conditions -> answers with commas between"},
            "rule": _list({"$ref": "#/$defs/rule"}),
        },
        "$defs": {
            "rule": {
                "type": "object",
                "additionalProperties": False,
                "required": ["then"],
                "properties": {
                    "name": {**_TEXT, "description": "shown in lists and in the journal"},
                    "issuer": _named(named, "issuer"),
                    "at": {"enum": list(PLACES), "description": "who misbehaves: the host, an issuer, or the payment page"},
                    "when": {"$ref": "#/$defs/when"},
                    "then": {"anyOf": [*step["anyOf"], _list(step)]},
                    "afterwards": {"enum": list(AFTERWARDS), "description": "after the last of several answers"},
                    "times": _COUNT,
                },
            },
            "when": {
                "type": "object",
                "additionalProperties": False,
                "patternProperties": {_ELEMENTS: _one_or_more(_TEXT)},
                "properties": {**_conditions(names, named), **_turns(), "times": _COUNT},
            },
            "then": {"type": "object", "additionalProperties": False, "properties": _orders(named)},
        },
    }


def _list(items: JsonSchema) -> JsonSchema:
    return {"type": "array", "items": items}


def _one_or_more(value: JsonSchema) -> JsonSchema:
    return {"anyOf": [value, {**_list(value), "minItems": 1}]}


def _named(named: Mapping[str, Collection[str]], clause: str) -> JsonSchema:
    """One of the names there are, where they are known."""
    known = sorted(set(named.get(clause, ())))
    return {"enum": known} if known else _TEXT


def _text(pattern: str, meant: str) -> JsonSchema:
    return {**_TEXT, "pattern": f"^(?:{pattern})$", "description": meant}


def _element(number: str) -> JsonSchema:
    """A value that an element can have; an empty one asks that nothing is there."""
    form = ELEMENT_FORMS.get(number)
    return _TEXT if form is None else _text(f"|{form.pattern}", f"{form.expected} (DE {number})")


def _conditions(names: Mapping[str, str], named: Mapping[str, Collection[str]]) -> dict[str, JsonSchema]:
    """The keys that a message is asked by, at any depth."""
    found = {name: _one_or_more(_element(number)) for name, number in sorted(names.items())}
    for name in CLAUSE_WORDS:
        choices, form = CLAUSE_CHOICES.get(name), CLAUSE_FORMS.get(name)
        value = _text(*form) if form is not None else {"enum": list(choices)} if choices is not None else _named(named, name)
        found[name] = _one_or_more(value)
    found |= {alias: found[name] for alias, name in ALIASES.items()}
    found |= {key: {**_TEXT, "pattern": _RANGE if key == "amount" else _AMOUNT} for key in AMOUNT_KEYS}
    found["element"] = {"type": "object", "additionalProperties": _one_or_more(_TEXT)}
    found |= {key: _one_or_more({"$ref": "#/$defs/when"}) for key in GROUPS}
    return found | {key: {**_TEXT, "description": TIME_MEANT[key]} for key in TIME_KEYS}


def _turns() -> dict[str, JsonSchema]:
    """The keys that count, draw, or ask for a state."""
    of_key: dict[str, JsonSchema] = {
        "chance": {"anyOf": [_NUMBER, {**_TEXT, "pattern": r"^[0-9]+(\.[0-9]+)?%?$"}]},
        "per": {"enum": list(COUNTED_BY), "description": "whose messages are counted; the default is card"},
        "state": _one_or_more(_text(STATE_NAME.pattern, STATE_MEANT)),
        **{key: {"anyOf": [_COUNT, {**_TEXT, "description": TIME_MEANT[key]}]} for key in COUNT_OR_TIME},
    }
    return {key: of_key.get(key, _COUNT) for key in TURN_KEYS}


def _orders(named: Mapping[str, Collection[str]]) -> dict[str, JsonSchema]:
    """The keys of an answer; the last three are of rules at issuers."""
    element = {**_TEXT, "description": "the number of an element, or the standard's name of one"}
    dialect = _named(named, "dialect")
    of_key: dict[str, JsonSchema] = {
        "answer": {**_text(f"ok|approve|usual|{CODE.pattern}", CODE_MEANT)},
        "balance": _text(_AMOUNT.strip("^$"), "an available balance in DE 54"),
        "dialect": dialect if "enum" in dialect else _text(DIALECT_NAME.pattern, "the name of a dialect"),
        "drop": {"enum": list(DROPS), "description": "how the connection ends"},
        "frame": {"enum": list(FRAMES), "description": "what is done to the bytes of the answer"},
        "late": {"anyOf": [_NUMBER, {**_TEXT, "description": DELAY_MEANT}]},
        "partial": _text(_AMOUNT.strip("^$"), "the part of the amount that is approved"),
        "refuse": {"anyOf": [_NUMBER, {**_TEXT, "description": DURATION_MEANT}]},
        "remove": _one_or_more(element),
        "set": {"type": "object", "additionalProperties": _TEXT, "description": "elements of the answer and their values"},
        "state": _text(STATE_NAME.pattern, STATE_MEANT),
        "timeout": {"anyOf": [_NUMBER, {**_TEXT, "description": DURATION_MEANT}]},
        "threeds": {"enum": list(AUTHENTICATION_RESULTS), "description": "what 3-D Secure finds at the payment page"},
        "wrong": _one_or_more({"enum": list(WRONGS)}),
    }
    of_issuers: dict[str, JsonSchema] = {
        "response_code": _text(CODE.pattern, "refuse with this code"),
        "delay_seconds": _NUMBER,
    }
    return {key: of_key.get(key, _TRUE) for key in sorted(CONDUCT_KEYS)} | of_issuers
