"""What a message must be like for a rule to match: clauses by name, and groups of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, Protocol

from attrs import field

from switch.card import mask_numbers
from switch.money import format_minor
from switch.record import frozen
from switch.scenarios.business_time import COUNT_OR_TIME, TIME_KEYS, TIME_MEANT, TimeSpan, span_of
from switch.scenarios.vocabulary.element_words import expected_of, numbered, shown_as
from switch.scenarios.vocabulary.rule_words import ANSWER_WORDS
from switch.spec_table import AMOUNT_MINOR_MAX, SpecTable

#: What a clause may ask of a message by a word, with other spellings of the same.
CLAUSE_WORDS: Final = (
    "bin", "card", "channel", "class", "currency", "entry", "issuer", "line", "mcc", "merchant", "mti", "scheme", "terminal",
    "type",
)  # fmt: skip
ALIASES: Final = MappingProxyType({"pan": "card", "bank": "issuer", "listener": "line", "brand": "scheme"})
CHANNELS_KNOWN: Final = ("chip", "ecommerce", "magstripe", "manual")
ENTRY_WAYS: Final = ("chip", "contactless", "credential_on_file", "ecommerce", "fallback", "magstripe", "manual")
#: What ``class`` may say: classes of the standard, requests for a payment, advices, and functions of network management.
MESSAGE_KINDS: Final = (
    "administrative", "advice", "authorization", "cut_over", "echo", "file_update", "financial", "network_management",
    "reconciliation", "request", "reversal", "sign_off", "sign_on", "totals",
)  # fmt: skip
TRANSACTION_KINDS: Final = (
    "balance_inquiry", "bill_payment", "card_verification", "cash_withdrawal", "purchase", "purchase_with_cash_back",
    "quasi_cash", "refund",
)  # fmt: skip
GROUPS: Final = ("all", "any", "not")
CONDITION_WAYS_MAX: Final = 64  #: of one condition; what would take more is found by less than all it asks for
AMOUNT_KEYS: Final = ("amount", "amount_from", "amount_to")

#: What people write first -> the key or the value that they mean.
_MEANT: Final = {
    "attempt": "nth", "try": "nth", "turn": "nth", "probability": "chance", "payment": "request", "sale": "request",
    "purchase": "request", "void": "reversal", "signon": "sign_on", "sign-on": "sign_on", "sign-off": "sign_off",
}  # fmt: skip
#: What is said of elements where a key is none.
_AN_ELEMENT: Final = "the number of an element from 2 to 192, or of a subelement such as 127.22, or the standard's name of one"
_AMOUNT: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{2})?")
CLAUSE_FORMS: Final = {
    "bin": (r"[0-9]{1,11}", "1 to 11 digits, the first of a card number"),
    "card": (r"[0-9]{12,19}", "a card number of 12 to 19 digits"),
    "currency": (r"[0-9]{3}", 'three digits (ISO 4217), such as "504"'),
    "mcc": (r"[0-9]{4}", "four digits (DE 18)"),
    "merchant": (r".{1,15}", "at most 15 characters (DE 42)"),
    "mti": (r"[01][0-9]{3}", 'four digits, such as "0420"'),
    "terminal": (r".{1,8}", "at most 8 characters (DE 41)"),
}
CLAUSE_CHOICES: Final = {"channel": CHANNELS_KNOWN, "class": MESSAGE_KINDS, "entry": ENTRY_WAYS, "type": TRANSACTION_KINDS}


class Facts(Protocol):
    """What a message says, as far as a clause asks."""

    def words(self, name: str) -> Collection[str]:
        """Every word by which the message answers to a clause of ``CLAUSE_WORDS``; none where it says nothing of that."""

    @property
    def amount_minor(self) -> int | None:
        """The amount in minor units; None where there is none."""

    def element(self, name: str) -> str:
        """The value of an element or a subelement (``22``, ``127.22``); empty where there is none."""


class Clause(NamedTuple):
    """One thing that is asked of a message: a word, the amount, an element, or when it came."""

    name: str  #: of CLAUSE_WORDS, ``amount``, the number of an element, or the key of a span
    kind: Literal["word", "amount", "element", "span"]
    values: frozenset[str] = frozenset()  #: any of them
    low_minor: int = 0
    high_minor: int = AMOUNT_MINOR_MAX
    span: TimeSpan | None = None
    shown: str = ""  #: the word by which an element is shown; empty: its number

    def fits(self, facts: Facts) -> bool:
        """Whether the message is like this."""
        if self.kind == "word":
            words = facts.words(self.name)
            if self.name == "bin":
                return any(word.startswith(value) for word in words for value in self.values)
            return not self.values.isdisjoint(words)
        if self.kind == "element":
            return facts.element(self.name).rstrip() in self.values
        if self.span is not None:
            return any(self.span.has(word) for word in facts.words(self.span.of))
        amount = facts.amount_minor
        return amount is not None and self.low_minor <= amount <= self.high_minor

    @property
    def in_words(self) -> str:
        """As the short spelling has it; card numbers are masked."""
        if self.kind == "amount":
            low, high = format_minor(self.low_minor).split()[0], format_minor(self.high_minor).split()[0]
            return f"amount={low}" if low == high else f"amount={low}..{high}"
        if self.span is not None:
            return f"{self.name}={self.span.in_words}"
        shown = ",".join(f'"{value}"' if not value or " " in value else value for value in sorted(self.values))
        return f"{self.word}={mask_numbers(shown)}"

    @property
    def word(self) -> str:
        """What it asks for, as the short spelling has it."""
        return self.shown or f"de{self.name}" if self.kind == "element" else self.name


#: Clauses that a message meets, each with whether it is to: one way of meeting a condition.
ConditionWay = tuple[tuple[Clause, bool], ...]


@frozen
class Condition:
    """Clauses that must all hold, and groups of further conditions."""

    clauses: tuple[Clause, ...] = ()
    any_of: tuple[Condition, ...] = ()  #: at least one must hold, where there are any
    all_of: tuple[Condition, ...] = ()
    none_of: tuple[Condition, ...] = field(default=())  #: none may hold

    def fits(self, facts: Facts) -> bool:
        """Whether a message is like this."""
        for clause in self.clauses:
            if not clause.fits(facts):
                return False
        return (
            (not self.any_of or any(each.fits(facts) for each in self.any_of))
            and all(each.fits(facts) for each in self.all_of)
            and not any(each.fits(facts) for each in self.none_of)
        )

    def unmet(self, facts: Facts) -> str | None:
        """The first of its parts that a message does not meet, in words; None where it meets all."""
        for clause in self.clauses:
            if not clause.fits(facts):
                return clause.in_words
        if self.any_of and not any(each.fits(facts) for each in self.any_of):
            return f"any({' | '.join(each.in_words for each in self.any_of)})"
        wrong = next((each for each in self.all_of if not each.fits(facts)), None)
        if wrong is not None:
            return wrong.unmet(facts)
        barred = next((each for each in self.none_of if each.fits(facts)), None)
        return None if barred is None else f"not({barred.in_words})"

    @property
    def in_words(self) -> str:
        """As the short spelling has it; empty where nothing is asked."""
        parts = [clause.in_words for clause in self.clauses]
        if self.any_of:
            parts.append(f"any({' | '.join(each.in_words for each in self.any_of)})")
        parts += [each.in_words for each in self.all_of]
        parts += [f"not({each.in_words})" for each in self.none_of]
        return " ".join(parts)

    @property
    def plain(self) -> bool:
        """Whether it has clauses alone."""
        return not (self.any_of or self.all_of or self.none_of)

    def ways(self, wanted: bool = True) -> list[ConditionWay]:
        """How a message may meet it, or may not: any of these, at most ``CONDITION_WAYS_MAX``. There may be messages that
        one of them means and the condition does not, and never the other way about."""
        parts: list[list[ConditionWay]] = [[((clause, wanted),)] for clause in self.clauses]
        parts += [each.ways(wanted) for each in self.all_of] + [each.ways(not wanted) for each in self.none_of]
        if self.any_of:
            parts.append(_together([each.ways(wanted) for each in self.any_of], every=not wanted))
        return _together(parts, every=wanted)

    def values_of(self, name: str) -> frozenset[str]:
        """The values that a clause asks for by a word, one of which every message that fits must have; none: any may."""
        return next((clause.values for clause in self.clauses if clause.kind == "word" and clause.name == name), frozenset())

    @classmethod
    def from_toml(
        cls,
        table: SpecTable,
        names: Mapping[str, str],
        others: Collection[str] = (),
        *,
        timed: bool = False,
        barred: Collection[str] = (),
    ) -> Condition:
        """A table ``when``; ``names`` leads from the standard's names of elements to their numbers. ``others`` are keys that
        its reader asks for. Where it is ``timed``, it may ask for business time. No mistake offers what is ``barred``: its
        reader refuses that."""
        spans = [clause for key in (*TIME_KEYS, *COUNT_OR_TIME) if timed and (clause := _span_clause(table, key)) is not None]
        others = (*others, *TIME_KEYS, *COUNT_OR_TIME) if timed else others
        clauses = [clause for key in table if (clause := _clause(table, key, names, others, barred)) is not None]
        amount = _amount_clause(table)
        if amount is not None:
            clauses.append(amount)
        if "element" in table:
            of_elements = table.table("element")
            clauses += [clause for key in of_elements if (clause := _element_clause(of_elements, key, names))]
            of_elements.reading(SpecTable.done)
        clauses += spans
        below = {key: tuple(_group(table, key, names, timed=timed)) for key in GROUPS if key in table}
        return cls(
            tuple(sorted(clauses, key=lambda clause: clause.kind != "word")),
            below.get("any", ()),
            below.get("all", ()),
            below.get("not", ()),
        )


def _together(parts: list[list[ConditionWay]], *, every: bool) -> list[ConditionWay]:
    """The ways of what asks for every part, or for any of them."""
    if not every:
        ways = [way for part in parts for way in part]
        return ways if len(ways) <= CONDITION_WAYS_MAX else [()]
    found: list[ConditionWay] = [()]
    for part in sorted(parts, key=len):
        if len(found) * len(part) <= CONDITION_WAYS_MAX:
            found = [(*one, *other) for one in found for other in part]
    return found


def _group(table: SpecTable, key: str, names: Mapping[str, str], *, timed: bool) -> list[Condition]:
    """The conditions of ``any``, ``all`` or ``not``: a table, or a list of tables."""
    entries = [table.table(key)] if table.peek(key, dict) is not None else list(table.tables(key))
    if not entries:
        table.mistake(key, "an empty list", "at least one table of conditions")
    read = [entry.reading(lambda entry: _nested(entry, names, timed=timed)) for entry in entries]
    return [condition for condition in read if condition is not None]


def _nested(entry: SpecTable, names: Mapping[str, str], *, timed: bool) -> Condition:
    condition = Condition.from_toml(entry, names, timed=timed)
    if condition == Condition():
        entry.mistake("", "no condition", "at least one")
    entry.done()
    return condition


def _clause(
    table: SpecTable, key: str, names: Mapping[str, str], others: Collection[str], barred: Collection[str]
) -> Clause | None:
    """The clause of a key; None where the key is none, or is read elsewhere."""
    name = ALIASES.get(key, key)
    if name in CLAUSE_WORDS:
        values = table.words(key)
        for value in values:
            _check_value(table, key, name, value)
        return Clause(name, "word", frozenset(values))
    if key in GROUPS or key in AMOUNT_KEYS or key in others or key == "element":
        return None
    return _element_clause(table, key, names, {*CLAUSE_WORDS, *GROUPS, *AMOUNT_KEYS, *others} - set(barred))


def _span_clause(table: SpecTable, key: str) -> Clause | None:
    """The clause of a span of business time; None where the key is missing, or says a count."""
    text = table.peek(key, str)
    if text is None:
        if key in TIME_KEYS and key in table:
            table.text(key)
        return None
    span = span_of(key, text)
    if span is None:
        table.mistake(key, repr(text), TIME_MEANT[key])
        return None
    return Clause(key, "span", span=span)


def _check_value(table: SpecTable, key: str, name: str, value: str) -> None:
    choices = CLAUSE_CHOICES.get(name)
    if choices is not None and value not in choices:
        table.mistake(key, repr(value), _nearest(value, choices) + "one of " + ", ".join(choices))
    form = CLAUSE_FORMS.get(name)
    if form is not None and not re.fullmatch(form[0], value, re.ASCII):
        table.mistake(key, repr(mask_numbers(value)), form[1])


def _element_clause(table: SpecTable, key: str, names: Mapping[str, str], known: Collection[str] = ()) -> Clause | None:
    """The clause of an element, by its number or by the standard's name for it; ``known`` are the other keys of its table."""
    number = element_number(key, names)
    if number is None:
        table.peek(key, str)
        listed = ", ".join(sorted({*known, "rrn", "stan"})) if known else ""
        near = _nearest(key, (*known, *ALIASES, *names) if known else names)
        if known and key in ANSWER_WORDS:
            expected = f"a condition: {key} is an answer, and stands behind -> (in a table: in then)"
        else:
            expected = (near or (f"one of {listed}, or " if listed else "")) + _AN_ELEMENT
        table.mistake(key, "a key nobody reads", expected)
        return None
    values = frozenset(value.rstrip() for value in table.words(key))
    for value in sorted(values):
        form = expected_of(number, value)
        if form is not None:
            table.mistake(key, repr(mask_numbers(value)), form)
    return Clause(number, "element", values, shown=shown_as(key, number))


def element_number(key: str, names: Mapping[str, str]) -> str | None:
    """The number of the element, or the subelement, that a key means; None where it means none."""
    number = numbered(key)
    if number is None:
        return names.get(key)
    return number if 2 <= int(number.partition(".")[0]) <= 192 else None  # of the standard


def _nearest(given: str, known: Collection[str]) -> str:
    """``card (the nearest), or ``: the word that was probably meant; empty where none is near."""
    meant = _MEANT.get(given)
    near = [meant] if meant is not None and meant in known else get_close_matches(given[:80], list(known), n=1)
    return f"{ALIASES.get(near[0], near[0])} (the nearest), or " if near else ""


def _amount_clause(table: SpecTable) -> Clause | None:
    """An amount, or a range of amounts, in units of two decimals."""
    given = table.text("amount", None)
    low, _, high = (given or "").partition("..")
    ends = [("amount", low or None), ("amount", (high or low) or None)]
    for place, key in enumerate(("amount_from", "amount_to")):
        value = table.text(key, None)
        if value is not None:
            if given is not None:
                table.mistake("amount", f"amount beside {key}", "one or the other")
            ends[place] = (key, value)
    if ends[0][1] is None and ends[1][1] is None:
        if given is not None:
            table.mistake("amount", repr(given), 'an amount such as "125.00", or a range such as "100..200"')
        return None
    minors = []
    for key, value in ends:
        if value is not None and not _AMOUNT.fullmatch(value):
            table.mistake(key, repr(value), 'an amount such as "125.00", or a range such as "100..200"')
            return None
        whole, _, cents = (value or "").partition(".")
        minors.append(None if value is None else int(whole) * 100 + int(cents or "0"))
    low_minor = 0 if minors[0] is None else minors[0]
    high_minor = AMOUNT_MINOR_MAX if minors[1] is None else minors[1]
    if low_minor > high_minor:
        table.mistake(ends[1][0], "a range that ends before it begins", "the low end first")
    return Clause("amount", "amount", low_minor=low_minor, high_minor=high_minor)
