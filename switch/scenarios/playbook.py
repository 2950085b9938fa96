"""The rules of a running centre, at its host and at its issuers: found by what a message says, counted, and drawn without any
generator of chance.

With five hundred rules loaded, a message that none of them means costs some look-ups (``rule_index``), and no rule is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Final, NamedTuple

from attrs import define, field

from switch.scenarios.condition import Condition, Facts
from switch.scenarios.conduct import Conduct
from switch.scenarios.host_rule import CARD, START, WHOLE, HostRule
from switch.scenarios.rule_index import MarkTuple, Numbered, RuleIndex
from switch.scenarios.vocabulary.rule_words import HOST, PLACES

COUNTED_MAX: Final = 100_000  #: cards (or merchants, or terminals) that a rule counts; the one counted first is forgotten


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
    alike: bool = False  #: it does the same with each message that fits, whatever was before
    #: Card, merchant or terminal -> how many of its messages fitted, and to how many of these it applied.
    counts: dict[str, tuple[int, int]] = field(factory=dict)

    @property
    def over(self) -> bool:
        """Whether it has applied as often as it may."""
        return self.rule.times is not None and self.hits >= self.rule.times


class KeptState(NamedTuple):
    """The state that a rule has set, of one card, merchant or terminal, or of all messages."""

    scenario: str  #: empty: of rules that were added by themselves
    per: str
    key: str  #: the card's number, the merchant's or terminal's id; empty of all messages, or of one without a card
    state: str


class Playbook:
    """Rules in the order in which they are tried, with their counts. ``seed`` is that of rules whose file has none."""

    def __init__(self, rules: Iterable[HostRule], seed: int) -> None:
        self._seed = seed
        self._last_id = 0
        self._states: dict[tuple[str, str, str], str] = {}
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
        """Add rules before all others, in their order; the counts of the others go on. Rules of a scope stand before those
        of none, so that nobody's rule for everybody takes the messages of a scope from it."""
        added = [PlayedRule(rule, number) for number, rule in enumerate(rules, start=self.next_id)]
        self._arrange(sorted([*added, *self.played], key=lambda played: not played.rule.scope))
        self._last_id += len(added)
        return added

    def remove(self, unwanted: Callable[[PlayedRule], bool]) -> list[PlayedRule]:
        """Take rules out, and return them. The states of a scenario that has no rule any more are forgotten."""
        removed = [played for played in self.played if unwanted(played)]
        self._arrange([played for played in self.played if not unwanted(played)])
        left = {played.rule.scenario for played in self.played}
        self._states = {whose: state for whose, state in self._states.items() if whose[0] in left}
        return removed

    def begin_anew(self, wanted: Callable[[PlayedRule], bool]) -> list[PlayedRule]:
        """Count from the beginning: hits, steps of sequences, and the states of scenarios all of whose rules are meant. The
        rules stay; those that begin anew are returned."""
        begun = [played for played in self.played if wanted(played)]
        for played in begun:
            played.hits = 0
            played.counts.clear()
        whole = {played.rule.scenario for played in begun} - {each.rule.scenario for each in self.played if each not in begun}
        self._states = {whose: state for whose, state in self._states.items() if whose[0] not in whole}
        return begun

    def replace(self, changed: Callable[[HostRule], HostRule]) -> None:
        """Put what ``changed`` makes of each rule in its place; the counts go on."""
        rules = [changed(played.rule) for played in self.played]
        found = _indexes(rules)
        for played, rule in zip(self.played, rules, strict=True):
            played.rule = rule
        self._found = found

    def reset(self) -> None:
        """Begin all counts and states anew; the rules stay."""
        self._states.clear()
        for played in self.played:
            played.hits = 0
            played.counts.clear()

    @property
    def states(self) -> list[KeptState]:
        """The states that rules have set, the last one set last."""
        return [KeptState(*whose, state) for whose, state in self._states.items()]

    def _set_state(self, whose: tuple[str, str, str], state: str) -> None:
        self._states.pop(whose, None)
        if len(self._states) >= COUNTED_MAX:
            del self._states[next(iter(self._states))]
        if state != START:
            self._states[whose] = state

    def never_hit(self) -> list[HostRule]:
        """The rules that have not applied to anything."""
        return [played.rule for played in self.played if not played.hits]

    def _arrange(self, played: list[PlayedRule]) -> None:
        """Have these rules from now on. Where they cannot be found, none is another."""
        found = _indexes(each.rule for each in played)
        for place, each in enumerate(played):
            each.place, first = place, each.rule.steps[0]
            each.alike = each.rule.always and len(each.rule.steps) == 1 and first.late is None and not first.state
        self.played, self._found = played, found

    def know_anew(self) -> None:
        """What no message says, such as the MCC of a merchant, may be another from now on."""
        self._found = _indexes(self.rules)

    def has(self, at: str) -> bool:
        """Whether any rule is at the host, or at an issuer."""
        return any(played.rule.at == at for played in self.played)

    def may_match(self, marks: MarkTuple, facts: Facts, at: str = HOST) -> bool:
        """Whether a rule of a place may fit a message: False where ``match`` would find none, and count nothing."""
        for place in self._found[at].places(marks, facts):
            played = self.played[place]
            if not played.over and played.rule.when.fits(facts):
                return True
        return False

    def match(self, marks: MarkTuple, facts: Facts, at: str = HOST) -> Cue | None:
        """The first rule of a place that fits a message and whose turn has come, counted as applied; ``marks`` as in
        ``Marks``. Facts are asked for nothing that no rule asks for."""
        for place in self._found[at].places(marks, facts):
            played = self.played[place]
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
        if played.over:
            return None
        if played.alike:
            played.hits += counted
            return rule.steps[0]
        key = "" if rule.turn.per == WHOLE else _counted_as(rule, facts, rule.turn.per)
        whose = (rule.scenario, rule.turn.per, key)
        if rule.turn.states and self._states.get(whose, START) not in rule.turn.states:
            return None
        seen, applied = played.counts.get(key, (0, 0))
        seen += 1
        drawn = rule.turn.chance is None or self._chance(rule, facts, seen) < rule.turn.chance
        conduct = rule.step(applied) if drawn and rule.turn.has_come(seen) else None
        if counted:
            if key not in played.counts and len(played.counts) >= COUNTED_MAX:
                del played.counts[next(iter(played.counts))]
            played.counts[key] = (seen, applied + (conduct is not None))
            played.hits += conduct is not None
            if conduct is not None:
                if conduct.state:
                    self._set_state(whose, conduct.state)
                return conduct.drawn(0.0 if conduct.late is None else self._chance(rule, facts, seen, "late"))
        return conduct

    def _chance(self, rule: HostRule, facts: Facts, seen: int, what: str = "") -> float:
        """A number from 0 to 1 drawn from the seed, the rule, the card and the count of its message: the order in which
        connections bring their messages changes nothing."""
        seed = self._seed if rule.seed is None else rule.seed
        card = _counted_as(rule, facts, CARD)
        drawn = blake2b(f"{seed}\0{rule.scenario}\0{rule.number}\0{card}\0{seen}{what}".encode(), digest_size=8)
        return int.from_bytes(drawn.digest(), "big") / 2**64


def _indexes(rules: Iterable[HostRule]) -> dict[str, RuleIndex]:
    """What finds the rules of each place, by their order."""
    numbered = list(enumerate(rules))
    return {at: RuleIndex(Numbered(place, rule.when) for place, rule in numbered if rule.at == at) for at in PLACES}


def _counted_as(rule: HostRule, facts: Facts, per: str) -> str:
    """By what a message is counted: its card, merchant or terminal; at an issuer, one without it (an echo) by the issuer."""
    named = "".join(sorted(facts.words(per))[:1])
    return named or ("" if rule.at == HOST else "".join(sorted(facts.words("issuer"))[:1]))


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
            and own.span == clause.span
            and clause.low_minor <= own.low_minor
            and own.high_minor <= clause.high_minor
            for own in later.clauses
        )
        for clause in earlier.clauses
    )
