"""The rules of a running centre, at its host and at its issuers: found by what a message says, counted, and drawn without any
generator of chance.

With five hundred rules loaded, a message that none of them names costs some look-ups: each rule stands under one thing that it
asks for, its card, terminal, merchant, exact amount or MTI, and only the rules under what the message says are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from attrs import define, field

from switch.scenarios.condition import Condition, Facts
from switch.scenarios.conduct import Conduct
from switch.scenarios.host_rule import CARD, HOST, PLACES, WHOLE, HostRule

COUNTED_MAX: Final = 100_000  #: cards (or merchants, or terminals) that a rule counts; the one counted first is forgotten
#: What a rule may be found by, the most telling first; the order is that of the parts of ``Marks``.
FOUND_BY: Final = ("card", "terminal", "merchant", "amount", "mti", "kind")
#: What ``class`` may say -> second and third digit of the MTIs it may mean. A void comes as a request, and is a reversal.
_KINDS: Final = {
    "administrative": ("60", "62"),
    "advice": ("12", "22"),
    "authorization": ("10", "12"),
    "file_update": ("30", "32"),
    "financial": ("20", "22"),
    "reconciliation": ("50", "52"),
    "request": ("10", "20"),
    "reversal": ("40", "42", "10", "12", "20", "22"),
    "totals": ("50", "52"),
    **dict.fromkeys(("cut_over", "echo", "network_management", "sign_off", "sign_on"), ("80", "82")),
}


class Marks(NamedTuple):
    """What a message says of the things that rules are found by; empty where it says nothing."""

    card: str = ""
    terminal: str = ""
    merchant: str = ""
    amount: str = ""  #: twelve digits
    mti: str = ""


class Cue(NamedTuple):
    """A rule that applies to a message."""

    rule: HostRule
    conduct: Conduct

    @property
    def reason(self) -> str:
        """The rule, for people."""
        return self.rule.label


@define
class PlayedRule:
    """A rule with what became of it so far."""

    rule: HostRule
    id: int  #: by which people remove it
    place: int = 0  #: in the order in which rules are tried
    hits: int = 0
    #: Card, merchant or terminal -> how many of its messages fitted, and to how many of these it applied.
    counts: dict[str, tuple[int, int]] = field(factory=dict)


class Playbook:
    """Rules in the order in which they are tried, with their counts. ``seed`` is that of rules whose file has none."""

    def __init__(self, rules: Iterable[HostRule], seed: int) -> None:
        self._seed = seed
        self._last_id = 0
        self.played = list[PlayedRule]()
        self.put_first(rules)

    def __len__(self) -> int:
        return len(self.played)

    @property
    def rules(self) -> list[HostRule]:
        """The rules, in the order in which they are tried."""
        return [played.rule for played in self.played]

    @property
    def next_id(self) -> int:
        """The id of the rule that is added next."""
        return self._last_id + 1

    def put_first(self, rules: Iterable[HostRule]) -> list[PlayedRule]:
        """Add rules before all others, in their order; the counts of the others go on."""
        added = [PlayedRule(rule, number) for number, rule in enumerate(rules, start=self.next_id)]
        self._last_id += len(added)
        self._arrange([*added, *self.played])
        return added

    def remove(self, unwanted: Callable[[PlayedRule], bool]) -> list[PlayedRule]:
        """Take rules out, and return them."""
        removed = [played for played in self.played if unwanted(played)]
        self._arrange([played for played in self.played if not unwanted(played)])
        return removed

    def never_hit(self) -> list[HostRule]:
        """The rules that have not applied to anything."""
        return [played.rule for played in self.played if not played.hits]

    def _arrange(self, played: list[PlayedRule]) -> None:
        for place, each in enumerate(played):
            each.place = place
        self.played = played
        self._found = {at: _Index([each for each in played if each.rule.at == at]) for at in PLACES}

    def has(self, at: str) -> bool:
        """Whether any rule is at the host, or at an issuer."""
        return any(played.rule.at == at for played in self.played)

    def match(self, marks: Sequence[str], facts_of: Callable[[], Facts], at: str = HOST) -> Cue | None:
        """The first rule of a place that fits a message and whose turn has come, counted as applied; ``marks`` as in
        ``Marks``."""
        candidates = self._found[at].candidates(marks)
        if not candidates:
            return None
        facts = facts_of()
        for played in candidates:
            if played.rule.when.fits(facts):
                conduct = self._next(played, facts, counted=True)
                if conduct is not None:
                    return Cue(played.rule, conduct)
        return None

    def trial(self, facts: Facts) -> Iterator[tuple[HostRule, Conduct | str]]:
        """For each rule, in order and without counting anything: what it would do with a message, or why it would not match."""
        for played in self.played:
            unmet = played.rule.when.unmet(facts)
            conduct = self._next(played, facts, counted=False) if unmet is None else None
            turn = played.rule.turn.in_words or "its turn"
            yield played.rule, conduct or unmet or f"it fits, but its turn has not come, or is over ({turn})"

    def _next(self, played: PlayedRule, facts: Facts, *, counted: bool) -> Conduct | None:
        """What a rule that fits does with a message; None where it is not its turn."""
        rule = played.rule
        if rule.times is not None and played.hits >= rule.times:
            return None
        if rule.always and len(rule.steps) == 1:
            played.hits += counted
            return rule.steps[0]
        key = "" if rule.turn.per == WHOLE else _counted_as(rule, facts, rule.turn.per)
        seen, applied = played.counts.get(key, (0, 0))
        seen += 1
        drawn = rule.turn.chance is None or self._chance(rule, facts, seen) < rule.turn.chance
        conduct = rule.step(applied) if drawn and rule.turn.has_come(seen) else None
        if counted:
            if key not in played.counts and len(played.counts) >= COUNTED_MAX:
                del played.counts[next(iter(played.counts))]
            played.counts[key] = (seen, applied + (conduct is not None))
            played.hits += conduct is not None
        return conduct

    def _chance(self, rule: HostRule, facts: Facts, seen: int) -> float:
        """A number from 0 to 1 drawn from the seed, the rule, the card and the count of its message: the order in which
        connections bring their messages changes nothing."""
        seed = self._seed if rule.seed is None else rule.seed
        card = _counted_as(rule, facts, CARD)
        drawn = blake2b(f"{seed}\0{rule.scenario}\0{rule.number}\0{card}\0{seen}".encode(), digest_size=8)
        return int.from_bytes(drawn.digest(), "big") / 2**64


class _Index:
    """Rules of one place, under what they are found by."""

    def __init__(self, rules: Iterable[PlayedRule]) -> None:
        found: dict[str, dict[str, list[PlayedRule]]] = {}
        self._tried_always: list[PlayedRule] = []
        for played in rules:
            name, values = _found_by(played.rule.when)
            for value in values:
                found.setdefault(name, {}).setdefault(value, []).append(played)
            if not name:
                self._tried_always.append(played)
        self._of_kinds = found.pop("kind", {})
        self._looked_up = [(FOUND_BY.index(name), of_name) for name, of_name in found.items()]

    def candidates(self, marks: Sequence[str]) -> list[PlayedRule]:
        """The rules that may match, in their order."""
        lists = [rules for place, found in self._looked_up if (rules := found.get(marks[place])) is not None]
        if self._of_kinds:
            of_kind = self._of_kinds.get(marks[-1][1:3])
            if of_kind is not None:
                lists.append(of_kind)
        if not lists:
            return self._tried_always
        if self._tried_always:
            lists.append(self._tried_always)
        if len(lists) == 1:
            return lists[0]
        return sorted((played for each in lists for played in each), key=lambda played: played.place)


def _counted_as(rule: HostRule, facts: Facts, per: str) -> str:
    """By what a message is counted: its card, merchant or terminal; at an issuer, one without it (an echo) by the issuer."""
    named = "".join(sorted(facts.words(per))[:1])
    return named or ("" if rule.at == HOST else "".join(sorted(facts.words("issuer"))[:1]))


def _found_by(when: Condition) -> tuple[str, Iterable[str]]:
    """What a rule is found by, and under which values; an empty name where it asks for no such thing."""
    for name in FOUND_BY:
        values = when.values_of(name) if name != "kind" else {kind for said in when.values_of("class") for kind in _KINDS[said]}
        if values:
            return name, values
        if name == "amount":
            exact = [each for each in when.clauses if each.kind == "amount" and each.low_minor == each.high_minor]
            if exact:
                return name, [f"{exact[0].low_minor:012d}"]
    return "", ()


def overshadowed(rules: Iterable[HostRule]) -> list[tuple[HostRule, HostRule]]:
    """Rules that can never match, each with the earlier one that takes every message it would fit."""
    found, always = list[tuple[HostRule, HostRule]](), list[HostRule]()
    for rule in rules:
        takes = next((earlier for earlier in always if earlier.at == rule.at and _covers(earlier.when, rule.when)), None)
        if takes is not None:
            found.append((rule, takes))
        elif rule.always:
            always.append(rule)
    return found


def _covers(earlier: Condition, later: Condition) -> bool:
    """Whether everything that fits the later fits the earlier, as far as can be seen from their clauses."""
    return earlier.plain and all(
        any(
            own.kind == clause.kind
            and own.name == clause.name
            and own.values <= clause.values
            and clause.low_minor <= own.low_minor
            and own.high_minor <= clause.high_minor
            for own in later.clauses
        )
        for clause in earlier.clauses
    )
