"""The short spelling of a rule, ``card=4507160000000010 -> ok, silence, ok``, as the values of its long one."""

from __future__ import annotations

import re
from typing import Any, Final

ARROW: Final = "->"
#: Keys that stand before the arrow and belong to the rule, not to its condition.
OF_RULE: Final = frozenset({"at", "name", "times"})
_COUNTS: Final = frozenset({"nth", "first", "every", "after", "until", "times"})
LAST, CYCLE = "last", "cycle"
#: The last step of a list that goes on -> what it means.
_GOES_ON: Final = {"...": LAST, "again": CYCLE}
_PART: Final = re.compile(r"""\s*(?:([A-Za-z0-9_.]+)\s*(!?=)\s*("[^"]*"|'[^']*'|[^\s"']+)|(any|all)(?=\s|$)|(\S+))""")


def rule_values(text: str) -> dict[str, Any]:
    """What a rule in one line says, as a table of a file would. ValueError, with what was found and what was expected, where it
    is none.

    >>> rule_values("card=4507160000000010 nth=2 -> silence")
    {'when': {'card': '4507160000000010', 'nth': 2}, 'then': ['silence']}
    """
    before, arrow, behind = text.partition(ARROW)
    if not arrow:
        raise ValueError("no ->", "conditions, then ->, then the answers, such as 'amount=60 -> ok, silence'")
    steps = [step.strip() for step in behind.split(",")]
    values: dict[str, Any] = {"when": {}}
    if len(steps) > 1 and steps[-1] in _GOES_ON:
        values["afterwards"] = _GOES_ON[steps.pop()]
    if not all(steps):
        raise ValueError(
            "nothing behind ->" if steps == [""] else "an empty step", "answers with commas between, such as ok, silence"
        )
    when, barred = values["when"], dict[str, Any]()
    for key, sign, given in _parts(before):
        value: Any = given[1:-1] if given[0] in "\"'" else given
        if key in _COUNTS and value.isdecimal():
            value = int(value)
        elif "," in given and key not in ("name", "amount"):
            value = value.split(",")
        into = barred if sign == "!=" else values if key in OF_RULE else when
        if key in into:
            raise ValueError(f"{key} twice", "each key once; several values have commas between")
        into[key] = value
    if barred:
        when["not"] = [{key: value} for key, value in barred.items()]
    return {**values, "then": steps}


def _parts(text: str) -> list[tuple[str, str, str]]:
    """Keys, signs and values before the arrow."""
    found, position = [], 0
    while text[position:].strip():
        match = _PART.match(text, position)
        assert match is not None, "the last branch takes anything"
        key, sign, value, everything, other = match.groups()
        position = match.end()
        if other is not None:
            raise ValueError(repr(other), "key=value without blanks, such as terminal=ONDE0001 or amount=100..200")
        if everything is None:
            found.append((key, sign, value))
    return found
