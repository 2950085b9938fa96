"""Scenarios: what a tester wants an issuer to do, as rules in a file.

The first rule that fits a request has its way. A rule may refuse, answer late, or not answer; what it leaves open is judged
as ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from attrs import field

from switch.card import Pan
from switch.issuers.profile import pan_from_toml
from switch.merchant import currency_from_toml
from switch.record import frozen
from switch.spec_table import SpecTable
from switch.transaction import APPROVALS, CHANNELS, CREDITS, DEBITS, INQUIRIES, Authorization, Channel, TransactionType

ELEMENTS: Final = (2, 192)  #: numbers of elements, lowest and highest
#: What a message says in an element or subelement, by its name (``127.22``); None where it is not there.
ReadElement = Callable[[Mapping[int, str], str], str | None]


def whole_element(elements: Mapping[int, str], name: str) -> str | None:
    """The reading of who knows no subelements."""
    return elements.get(int(name)) if name.isdecimal() else None


_TYPES = tuple(sorted(DEBITS | CREDITS | INQUIRIES))  #: of transactions a rule may name


@frozen(kw_only=True)
class When:
    """What a request must be like; None asks nothing."""

    transaction_type: TransactionType | None = None
    pan: Pan | None = None
    amount_from_minor: int | None = None  #: inclusive
    amount_to_minor: int | None = None  #: inclusive
    merchant_id: str | None = None
    terminal_id: str | None = None
    channel: Channel | None = None
    currency: str | None = None
    elements: tuple[tuple[str, str], ...] = field(default=(), repr=False)  #: names of elements or subelements, and their values
    times: int | None = None  #: only the first so many requests that fit, counted since the issuer started

    @classmethod
    def from_toml(cls, table: SpecTable) -> When:
        amount = table.minor("amount", None)
        amount_from, amount_to = table.minor("amount_from", amount), table.minor("amount_to", amount)
        if amount is not None and ("amount_from" in table or "amount_to" in table):
            table.mistake("amount", "amount beside amount_from or amount_to", "one or the other")
        if amount_from is not None and amount_to is not None and amount_from > amount_to:
            table.mistake("amount_to", "less than amount_from", "amount_from or more")
        when = cls(
            transaction_type=table.choice("type", _TYPES, None),
            pan=pan_from_toml(table) if "pan" in table else None,
            amount_from_minor=amount_from,
            amount_to_minor=amount_to,
            merchant_id=table.text("merchant", None, pattern=r".{1,15}", expected="at most 15 characters"),
            terminal_id=table.text("terminal", None, pattern=r".{1,8}", expected="at most 8 characters"),
            channel=table.choice("channel", CHANNELS, None),
            currency=currency_from_toml(table, None),
            elements=table.table("element").reading(_elements) or (),
            times=table.integer("times", None, low=1),
        )
        if "pan" not in table:
            table.text("pan", None)  # so that ``done`` counts it among the keys it knows
        table.done()
        return when

    def fits(self, request: Authorization, read: ReadElement = whole_element) -> bool:
        """Whether a request is like this; ``times`` is the caller's to count, and ``read`` knows its elements."""
        return (
            (self.transaction_type is None or self.transaction_type == request.transaction_type)
            and (self.pan is None or self.pan.digits == request.pan.digits)
            and (self.amount_from_minor is None or self.amount_from_minor <= request.amount_minor)
            and (self.amount_to_minor is None or self.amount_to_minor >= request.amount_minor)
            and (self.merchant_id is None or self.merchant_id == request.merchant_id)
            and (self.terminal_id is None or self.terminal_id == request.key.terminal_id)
            and (self.channel is None or self.channel == request.channel)
            and (self.currency is None or self.currency == request.currency)
            and (not self.elements or self._says(request, read))
        )

    def _says(self, request: Authorization, read: ReadElement) -> bool:
        """Whether each element named has its value; blanks that fill one up do not count."""
        return all((read(request.carried, name) or "").rstrip() == value.rstrip() for name, value in self.elements)


def _elements(table: SpecTable) -> tuple[tuple[str, str], ...]:
    """The table ``element`` of a rule: names of elements or subelements, and the values they must have."""
    found = tuple(table.pairs())
    for name, _ in found:
        number = name.partition(".")[0]
        if not (re.fullmatch(r"[0-9]{1,3}(\.[0-9A-Za-z]{1,8})*", name) and ELEMENTS[0] <= int(number) <= ELEMENTS[1]):
            expected = 'the number of an element from 2 to 192, or of a subelement such as "127.22"'
            table.mistake(name, f"element {name!r}", expected)
    table.done()
    return found


@frozen(kw_only=True)
class Then:
    """What the issuer does."""

    response_code: str | None = None  #: refuse with this one; None leaves the judgement to the account
    delay_seconds: float = 0.0
    silence: bool = False  #: as if the request had never come: nothing held, nothing answered

    @classmethod
    def from_toml(cls, table: SpecTable) -> Then:
        expected = "two digits or capital letters (DE 39)"
        then = cls(
            response_code=table.text("response_code", None, pattern=r"[0-9A-Z]{2}", expected=expected),
            delay_seconds=table.seconds("delay_seconds", 0.0),
            silence=table.flag("silence", False),
        )
        if then.response_code in APPROVALS:
            table.mistake("response_code", repr(then.response_code), "a refusal: only money on the account approves")
        if then.silence and then != cls(silence=True):
            table.mistake("silence", "an answer beside it", "silence = true alone")
        table.done()
        if then == cls():
            table.wrong("", "nothing to do", "response_code, delay_seconds or silence = true")
        return then


@frozen(kw_only=True)
class Rule:
    """One ``[[rule]]``; ``number`` is its place in the file, from 1."""

    number: int
    issuer: str | None  #: None: at every issuer
    when: When
    then: Then

    @classmethod
    def from_toml(cls, table: SpecTable, number: int) -> Rule:
        if "then" not in table:
            table.mistake("then", "nothing", "a table [rule.then]")
        table.choice("at", ("issuer",), None)
        issuer = table.text("issuer", None)
        when = table.table("when").reading(When.from_toml)
        then = table.table("then").reading(Then.from_toml) if "then" in table else None
        table.done()
        assert when is not None, "done lets no table pass with a mistake in it"
        assert then is not None
        return cls(number=number, issuer=issuer, when=when, then=then)


@frozen(kw_only=True)
class Rules:
    """The rules of one issuer, in order, ready to be asked: a card that no rule names never meets another card's rules."""

    of_pan: Mapping[str, tuple[Rule, ...]] = field(repr=False)  #: for each card a rule names: its rules and those of any card
    of_any: tuple[Rule, ...]  #: the rules that name no card

    @classmethod
    def of(cls, rules: tuple[Rule, ...]) -> Rules:
        named = {rule.when.pan for rule in rules if rule.when.pan}
        return cls(
            of_pan={pan.digits: tuple(rule for rule in rules if rule.when.pan in (None, pan)) for pan in named},
            of_any=tuple(rule for rule in rules if rule.when.pan is None),
        )


@frozen(kw_only=True)
class Scenario:
    """One file of ``scenarios/``; ``name`` is the file's."""

    name: str
    purpose: str
    rules: tuple[Rule, ...]

    @classmethod
    def from_toml(cls, name: str, table: SpecTable, takes: Callable[[SpecTable], bool] = lambda _: True) -> Scenario:
        """The rules that issuers play, with the numbers they have in their file: those that ``takes`` does not take, and those
        in one line (``rules``), are the host's."""
        first = 1 + len(table.peek("rules", list) or ())
        read = (
            entry.reading(partial(Rule.from_toml, number=number))
            for number, entry in enumerate(table.tables("rule"), start=first)
            if takes(entry)
        )
        rules = tuple(rule for rule in read if rule is not None)
        scenario = cls(name=name, purpose=table.text("purpose"), rules=rules)
        table.peek("seed", int)  # the host's
        if not any(table.tables("rule")) and "rules" not in table:
            table.mistake("rule", "nothing", "at least one [[rule]]")
        table.done()
        return scenario

    def rules_for(self, issuer_id: str) -> Rules:
        return Rules.of(tuple(rule for rule in self.rules if rule.issuer in (None, issuer_id)))


def first_match(
    rules: Rules, request: Authorization, counts: Mapping[int, int], read: ReadElement = whole_element
) -> tuple[int, Then] | None:
    """Number and orders of the first rule that fits; ``counts`` tells how often each rule with ``times`` has been used."""
    for rule in rules.of_pan.get(request.pan.digits, rules.of_any):
        times = rule.when.times
        if rule.when.fits(request, read) and (times is None or counts.get(rule.number, 0) < times):
            return rule.number, rule.then
    return None


class Match(NamedTuple):
    """A rule that fits a request."""

    then: Then
    reason: str  #: "scenario late-night, rule 2"


class ScenarioState:
    """The scenario an issuer plays, and how often each of its rules has been used."""

    __slots__ = ("_counts", "_name", "_read", "_rules")

    def __init__(self, scenario: Scenario | None, issuer_id: str, read: ReadElement = whole_element) -> None:
        self._read = read
        self._name = scenario.name if scenario else ""
        self._rules = scenario.rules_for(issuer_id) if scenario else Rules.of(())
        self._counts: dict[int, int] = {}

    def match(self, request: Authorization) -> Match | None:
        """The rule for a request, counted as used."""
        found = first_match(self._rules, request, self._counts, self._read)
        if found is None:
            return None
        number, then = found
        self._counts[number] = self._counts.get(number, 0) + 1
        return Match(then, f"scenario {self._name}, rule {number}")
