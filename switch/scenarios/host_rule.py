"""A rule, at the host or at an issuer: a condition, whether its turn has come, and what is done then."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import partial
from typing import Final, Literal

from attrs import field

from switch.record import frozen
from switch.scenarios.arrow import CYCLE, LAST, rule_values
from switch.scenarios.condition import Clause, Condition
from switch.scenarios.conduct import CONDUCT_KEYS, STATE_MEANT, STATE_NAME, Conduct
from switch.scenarios.conduct_table import EARLIER_KEYS, conduct_as_before, steps_from_toml
from switch.scenarios.vocabulary.rule_words import HOST, ISSUER, PAGE, PLACES
from switch.spec_table import NOTHING, SpecTable

FALL_THROUGH: Final = "usual"  #: after the last step of a sequence the rule matches no more
AFTERWARDS: Final = (FALL_THROUGH, LAST, CYCLE)
CARD, MERCHANT, TERMINAL, WHOLE = "card", "merchant", "terminal", "rule"
COUNTED_BY: Final = (CARD, MERCHANT, TERMINAL, WHOLE)
_OF_HOSTS: Final = CONDUCT_KEYS - {"silence"}
#: Keys of ``when`` that count, or draw.
TURN_KEYS: Final = ("after", "chance", "every", "first", "nth", "per", "state", "until")
START: Final = "start"  #: the state of a scenario in which no rule has set another
#: What rules in the earlier spelling of issuers' rules apply to.
_REQUESTS: Final = Clause("class", "word", frozenset({"request"}))


@frozen(kw_only=True)
class RuleTurn:
    """Which of the messages that fit are meant: by their count from 1, by chance, and by the state of their scenario."""

    nth: int | None = None
    first: int | None = None
    after: int | None = None
    until: int | None = None
    every: int | None = None
    chance: float | None = None  #: above 0, at most 1
    per: Literal["card", "merchant", "terminal", "rule"] = "card"  #: for each of what it is counted, and has its state
    states: frozenset[str] = frozenset()  #: of its scenario, any of them; none: in every state

    def has_come(self, count: int) -> bool:
        """Whether the message of this count is meant, chance aside."""
        return (
            (self.nth is None or count == self.nth)
            and (self.first is None or count <= self.first)
            and (self.after is None or count > self.after)
            and (self.until is None or count < self.until)
            and (self.every is None or count % self.every == 0)
        )

    @property
    def in_words(self) -> str:
        """As the short spelling has it; empty where every message is meant."""
        given = {"nth": self.nth, "first": self.first, "after": self.after, "until": self.until, "every": self.every}
        parts = [f"state={','.join(sorted(self.states))}"] if self.states else []
        parts += [f"{name}={value}" for name, value in given.items() if value is not None]
        parts += [f"chance={self.chance * 100:g}%"] if self.chance is not None else []
        return " ".join([*parts, f"per={self.per}"] if self.per != CARD else parts)

    @classmethod
    def from_toml(cls, table: SpecTable) -> RuleTurn:
        """The keys ``TURN_KEYS`` of a table ``when``."""
        return cls(
            **{key: table.integer(key, None, low=1) for key in ("nth", "first", "every")},
            **{key: table.integer(key, None, low=1) if table.peek(key, str) is None else None for key in ("after", "until")},
            chance=_chance(table),
            per=table.choice("per", COUNTED_BY, CARD),
            states=_states(table),
        )


def _states(table: SpecTable) -> frozenset[str]:
    """``state``: a name, or a list of names."""
    table.peek("state", str)
    names = table.words("state") if "state" in table else ()
    for name in names:
        if not STATE_NAME.fullmatch(name):
            table.mistake("state", repr(name), STATE_MEANT)
    return frozenset(names)


def _chance(table: SpecTable) -> float | None:
    """``chance``: a number above 0 and at most 1, or text such as ``10%``."""
    if "chance" not in table:
        table.peek("chance", str)
        return None
    value: float | None = table.peek("chance", float)
    if value is None and table.peek("chance", int) == 1:
        value = 1.0
    text = table.peek("chance", str)
    if text is not None:
        number, percent, rest = text.partition("%")
        if number.replace(".", "", 1).isdecimal() and not rest:
            value = float(number) / (100 if percent else 1)
    if value is None or not 0 < value <= 1:
        table.mistake("chance", "another value", 'a number above 0 and up to 1, such as 0.1 or "10%"')
        return None
    return value


@frozen(kw_only=True, eq=False)
class HostRule:
    """One rule. ``number`` is its place in its file, or the number it was given when it was added."""

    scenario: str  #: the name of its file; empty for a rule that was added by itself
    number: int
    name: str
    when: Condition
    turn: RuleTurn
    at: str = HOST  #: of PLACES: who misbehaves
    steps: tuple[Conduct, ...]  #: one for each message whose turn has come; one alone is for all of them
    afterwards: str = FALL_THROUGH  #: of AFTERWARDS, where there are several steps
    times: int | None = None  #: how often it applies at most, in all
    seed: int | None = field(default=None)  #: of its file; None: that of the run
    scope: str = ""  #: whose it is; empty: everybody's
    own_when: Condition | None = None  #: what a rule of a scope asks for besides that

    @property
    def label(self) -> str:
        """The rule, for people: ``scenario late-night, rule 2``."""
        named = f" ({self.name})" if self.name else ""
        return f"scenario {self.scenario}, rule {self.number}{named}" if self.scenario else f"rule {self.number}{named}"

    @property
    def in_words(self) -> str:
        """The short spelling of it."""
        times = f"times={self.times}" if self.times is not None else ""
        goes_on = {LAST: ", ...", CYCLE: ", again"}.get(self.afterwards, "") if len(self.steps) > 1 else ""
        at = f"at={self.at}" if self.at != (PAGE if any(step.threeds for step in self.steps) else HOST) else ""
        when = (self.own_when or self.when).in_words
        before = " ".join(part for part in (at, when, self.turn.in_words, times) if part)
        before = before if before.removeprefix(at) else f"{at} any".strip()
        return f"{before} -> {', '.join(step.in_words for step in self.steps)}{goes_on}"

    def step(self, applied: int) -> Conduct | None:
        """What is done the next time, after so many times; None where its sequence has ended."""
        if len(self.steps) == 1 or applied < len(self.steps):
            return self.steps[0 if len(self.steps) == 1 else applied]
        if self.afterwards == LAST:
            return self.steps[-1]
        return self.steps[applied % len(self.steps)] if self.afterwards == CYCLE else None

    @property
    def always(self) -> bool:
        """Whether it applies to each message that fits."""
        return self.turn == RuleTurn() and self.times is None and (len(self.steps) == 1 or self.afterwards != FALL_THROUGH)

    @classmethod
    def from_toml(
        cls, table: SpecTable, *, number: int, scenario: str, names: Mapping[str, str], seed: int | None = None
    ) -> HostRule:
        """A ``[[rule]]``; ``names`` leads from the standard's names of elements to their numbers."""
        if "then" not in table:
            table.mistake("then", NOTHING, 'what is done, such as "silence"')
        at, before = ISSUER if is_at_issuer(table) else HOST, _is_spelt_as_before(table)
        issuer = table.text("issuer", None)
        when = table.table("when").reading(partial(_when, names=names, issuer=issuer, at=at, requests=before))
        table.choice("at", PLACES, HOST)
        times = table.integer("times", None, low=1)
        steps = _steps(table, names, before=before) if "then" in table else ()
        if at == ISSUER:
            _refuse_orders_of_hosts(table, steps)
        elif any(step.threeds for step in steps) or table.peek("at", str) == PAGE:
            at = PAGE
        _refuse_orders_of_others(table, steps, at)
        rule = cls(
            scenario=scenario,
            number=number,
            name=table.text("name", ""),
            when=when[0] if when is not None else Condition(),
            turn=when[1] if when is not None else RuleTurn(),
            at=at,
            steps=steps,
            afterwards=table.choice("afterwards", AFTERWARDS, FALL_THROUGH),
            times=times if times is not None or when is None else when[2],
            seed=seed,
        )
        table.done()
        return rule

    @classmethod
    def from_line(
        cls, text: str, *, number: int, names: Mapping[str, str], seed: int | None = None, label: str = "rule"
    ) -> HostRule:
        """A rule in the short spelling that stands in no file. SpecError where it is wrong: it begins with ``label``."""
        try:
            values = rule_values(text)
        except ValueError as problem:
            SpecTable(label, {}).wrong("", *problem.args)
        return cls.from_toml(SpecTable(label, values), number=number, scenario="", names=names, seed=seed)


def _steps(table: SpecTable, names: Mapping[str, str], *, before: bool) -> tuple[Conduct, ...]:
    """What is done, step by step; ``before``: in the earlier spelling of issuers' rules."""
    if not before:
        return steps_from_toml(table, "then", names, table.peek("at", str) or "")
    conduct = table.table("then").reading(conduct_as_before)
    return () if conduct is None else (conduct,)


def _refuse_orders_of_hosts(table: SpecTable, steps: tuple[Conduct, ...]) -> None:
    """Mistakes of a rule at issuers that orders what only the host can do."""
    if any(step.hold for step in steps):
        table.mistake("then", "hold at an issuer", "late, or hold in a rule at the host: only its answers can be released")
    if any(step.timeout_seconds for step in steps):
        table.mistake("then", "timeout at an issuer", "late, or timeout in a rule at the host: it is Switch that waits")
    if any(step.refuse_seconds for step in steps):
        table.mistake("then", "refuse at an issuer", "drop line, or refuse in a rule at the host: only it has listeners")


def _refuse_orders_of_others(table: SpecTable, steps: tuple[Conduct, ...], at: str) -> None:
    """Mistakes of a rule that orders what only the payment page can do, or of one at the page that orders anything else."""
    place = table.peek("at", str)
    if place in (HOST, ISSUER) and any(step.threeds for step in steps):
        table.mistake("then", f"threeds at {place}", "no at, or at = page: it is the payment page that finds it")
    elif at == PAGE and any(not step.threeds and not step.usual for step in steps):
        table.mistake("then", "an answer of the host at the payment page", "threeds=…, or ok for what gateway.toml says")


def _when(
    table: SpecTable, *, names: Mapping[str, str], issuer: str | None, at: str, requests: bool
) -> tuple[Condition, RuleTurn, int | None]:
    turn, times = RuleTurn.from_toml(table), table.integer("times", None, low=1)
    barred = ("line",) if at == ISSUER else ()
    condition = Condition.from_toml(table, names, (*TURN_KEYS, "times"), timed=True, barred=barred)
    if issuer is not None:
        asked = SpecTable(table.file, {"issuer": issuer})
        condition = Condition((*condition.clauses, *Condition.from_toml(asked, names).clauses), *_groups(condition))
    if at == ISSUER and condition.values_of("line"):
        table.mistake("line", "a listener", 'no line at an issuer: its line is named by issuer = "…"')
    if requests and not condition.values_of("class"):
        condition = Condition((_REQUESTS, *condition.clauses), *_groups(condition))
    table.done()
    return condition, turn, times


def _groups(condition: Condition) -> tuple[tuple[Condition, ...], ...]:
    return condition.any_of, condition.all_of, condition.none_of


def is_at_issuer(table: SpecTable) -> bool:
    """Whether a ``[[rule]]`` is for issuers: it says so, or its ``then`` has the keys of issuers' rules alone."""
    place = table.peek("at", str)
    if place is not None:
        return place == ISSUER
    then = table.peek("then", dict)
    if then is None or not _OF_HOSTS.isdisjoint(then):
        return False
    strange = next((key for key in then if key not in EARLIER_KEYS), None)
    meant = get_close_matches(strange[:80], sorted(_OF_HOSTS | EARLIER_KEYS), n=1) if strange is not None else []
    return not meant or meant[0] in EARLIER_KEYS


def _is_spelt_as_before(table: SpecTable) -> bool:
    """Whether a rule for issuers is in their earlier spelling."""
    then = table.peek("then", dict)
    if then is None or not is_at_issuer(table):
        return False
    return table.peek("at", str) is None or not (EARLIER_KEYS - {"silence"}).isdisjoint(then)
