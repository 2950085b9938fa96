"""A scope: the cards, terminals, merchants and connections of one tester, whose rules apply to messages of these alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from attrs import evolve

from switch.card import mask_numbers
from switch.record import frozen
from switch.scenarios.arrow import ARROW, rule_values
from switch.scenarios.condition import Clause, Condition, Facts
from switch.scenarios.host_rule import HostRule
from switch.spec_table import SpecTable

#: What a scope may own. A connection is a listener, or a listener with a peer's address, as `line` of a rule has it.
OWNED: Final = ("card", "line", "merchant", "terminal")
SCOPES_MAX: Final = 1_000  #: of one host; each is looked at when another is made
OWNED_MAX: Final = 1_000  #: things of one kind in a scope
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)
NAME_EXPECTED: Final = "1 to 40 letters, digits, dots, dashes or underscores"


@frozen(kw_only=True)
class Scope:
    """Who owns what. ``owned`` has a clause for each kind of thing: a message with any of these is in the scope."""

    name: str
    owned: tuple[Clause, ...]

    @property
    def condition(self) -> Condition:
        """What a message in this scope is like."""
        return Condition(any_of=tuple(Condition((clause,)) for clause in self.owned))

    def has(self, facts: Facts) -> bool:
        """Whether a message is in this scope."""
        return any(clause.fits(facts) for clause in self.owned)

    def rule(self, rule: HostRule) -> HostRule:
        """A rule that applies in this scope alone; one that is of it already keeps to what it owns now."""
        own = rule.when if rule.own_when is None else rule.own_when
        return evolve(rule, when=self._within(own), own_when=own, scope=self.name)

    def _within(self, when: Condition) -> Condition:
        """A condition narrowed to this scope; with things of one kind it stays one that can be looked up."""
        if len(self.owned) == 1 and not when.values_of(self.owned[0].name):
            return evolve(when, clauses=(self.owned[0], *when.clauses))
        return evolve(when, all_of=(*when.all_of, self.condition))

    def common_with(self, other: Scope) -> str:
        """One thing that both own, in words; empty where there is none."""
        for clause in self.owned:
            for theirs in other.owned:
                both = sorted(clause.values & theirs.values) if clause.name == theirs.name else []
                if both:
                    return mask_numbers(f"{clause.name} {both[0]}")
        return ""

    def as_values(self, *, masked: bool = True) -> dict[str, Any]:
        """Its name and what it owns, as ``from_table`` reads them; card numbers are masked unless others are asked for."""
        shown = mask_numbers if masked else str
        return {"name": self.name, **{each.name: [shown(value) for value in sorted(each.values)] for each in self.owned}}

    @classmethod
    def from_table(cls, table: SpecTable) -> Scope:
        """``name``, and lists of what it owns under the words of conditions. SpecError where it is wrong."""
        name = table.text("name", pattern=_NAME.pattern, expected=NAME_EXPECTED)
        owned = list[Clause]()
        for key in OWNED:
            table.peek(key, list)  # it is one of the keys there are
            if key in table:
                asked = {key: list(table.words(key))}
                if len(asked[key]) > OWNED_MAX:
                    table.mistake(key, f"{len(asked[key])} of them", f"at most {OWNED_MAX}")
                owned += Condition.from_toml(SpecTable(table.file, asked), {}).clauses
        table.done()
        if not owned:
            table.wrong("", "nothing that it owns", "at least one of " + ", ".join(OWNED))
        return cls(name=name, owned=tuple(owned))

    @classmethod
    def from_words(cls, name: str, text: str) -> dict[str, Any]:
        """The table of a scope that somebody types: ``terminal=T0000101,T0000102 card=4507160000000010``. ValueError, with
        what was found and what was expected, where it is none.

        >>> Scope.from_words("mine", "terminal=T1,T2")
        {'name': 'mine', 'terminal': ['T1', 'T2']}
        """
        values = rule_values(f"{text} {ARROW} ok")
        when = values.pop("when")
        strange = next((key for key in (*when, *values) if key not in (*OWNED, "then")), None)
        if strange is not None:
            raise ValueError(repr(strange), f"what a scope owns: {', '.join(OWNED)}")
        return {"name": name, **when}


class Scopes:
    """The scopes of one host, in the order in which they were made."""

    def __init__(self) -> None:
        self._scopes = dict[str, Scope]()

    def __iter__(self) -> Iterator[Scope]:
        return iter(self._scopes.values())

    def get(self, name: str) -> Scope | None:
        return self._scopes.get(name)

    def put(self, scope: Scope) -> None:
        """Add a scope, or give one that is there other things. ValueError where another owns one of them."""
        for other in self._scopes.values():
            common = scope.common_with(other) if other.name != scope.name else ""
            if common:
                raise ValueError(f"{common}, which scope {other.name} owns", "things that no other scope owns")
        if scope.name not in self._scopes and len(self._scopes) >= SCOPES_MAX:
            raise ValueError(f"{SCOPES_MAX} scopes already", "fewer: remove one")
        self._scopes[scope.name] = scope

    def remove(self, name: str) -> Scope | None:
        """Take a scope out, and return it."""
        return self._scopes.pop(name, None)
