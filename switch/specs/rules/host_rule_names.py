"""Issuers, listeners, schemes and dialects that rules name: each has to be one that there is.

Cards, merchants and terminals need not be known: a gateway may send any, and the host may misbehave for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Final

from switch.scenarios.condition import ALIASES, GROUPS
from switch.spec_table import SpecTable

_DIALECT: Final = re.compile(r"(?:^|\+)\s*dialect\s+([^\s+]+)")  #: in a step of the short spelling


def check_host_rule(entry: SpecTable, named: Mapping[str, Collection[str]]) -> None:
    """A rule; ``named`` has the names that a clause may say, by the clause. What is wrong by itself is passed
    over."""
    if entry.peek("when", dict) is not None:
        _check_when(entry.table("when"), named)
    then = entry.peek("then", str) or entry.peek("then", list) or entry.peek("then", dict)
    for step in then if isinstance(then, list) else [then]:
        said = _DIALECT.findall(step) if isinstance(step, str) else [step.get("dialect")] if isinstance(step, dict) else []
        for name in said:
            if isinstance(name, str) and name not in named["dialect"]:
                entry.mistake("then", f"dialect {name!r}", _expected(name, named["dialect"]))


def _check_when(when: SpecTable, named: Mapping[str, Collection[str]]) -> None:
    for key in when:
        known = named.get(ALIASES.get(key, key))
        if known is not None:
            one, several = when.peek(key, str), when.peek(key, list)
            for value in several or ([one] if one is not None else []):
                if isinstance(value, str) and value not in known:
                    when.mistake(key, repr(value), _expected(value, known))
        elif key in GROUPS:
            below = [when.table(key)] if when.peek(key, dict) is not None else []
            if when.peek(key, list) is not None:
                below += list(when.tables(key))
            for table in below:
                _check_when(table, named)


def _expected(value: str, known: Collection[str]) -> str:
    near = get_close_matches(value[:80], list(known), n=1)
    return (f"{near[0]} (the nearest), or " if near else "") + "one of " + ", ".join(sorted(set(known)))
