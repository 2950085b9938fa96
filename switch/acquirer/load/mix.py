"""What a load consists of: parts with their shares, and the steps of its pace; of a file or of options."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from attrs import field

from switch.acquirer.load.limits import LIMIT_EXPECTED, LoadLimit
from switch.iso8583.mapping.compose import ENTRIES, KINDS
from switch.money import parse_amount
from switch.record import frozen
from switch.spec_table import SpecTable
from switch.verification.duration import duration_from_toml

REVERSAL_PART, COMPLETION_PART, ECHO_PART = "reversal", "completion", "echo"
#: What a part may send: the types of ``switch send``, what follows one of the load's own approvals, and an echo.
LOAD_TYPES: Final = (*KINDS, REVERSAL_PART, COMPLETION_PART, ECHO_PART)
FOLLOWING_PARTS: Final = (REVERSAL_PART, COMPLETION_PART)
LOAD_RATE_MAX: Final = 100_000  #: messages a second
LOAD_CONNECTIONS_MAX: Final = 1_000
WINDOW_MAX: Final = 10_000  #: outstanding on one connection; a STAN has a million
LOAD_SHARE_MAX: Final = 1_000_000
USUAL_SECONDS: Final = 10.0
USUAL_AMOUNT: Final = (1_00, 60_00)
USUAL_TIMEOUT_SECONDS: Final = 15.0
AMOUNT_RANGE_EXPECTED: Final = 'an amount such as "12.50", or a range such as "1..60"'
_CODE: Final = r"[0-9A-Z]{2,3}"
_RANGE: Final = re.compile(r"([0-9]{1,10}(?:\.[0-9]{1,2})?)(?:\.\.([0-9]{1,10}(?:\.[0-9]{1,2})?))?")


@frozen(kw_only=True)
class MixPart:
    """A kind of message, and how large its share is. Empty cards, issuers and merchants mean any that are good for it."""

    type: str = "purchase"  #: one of LOAD_TYPES
    share: int = 1
    cards: tuple[str, ...] = field(default=(), repr=False)
    issuers: tuple[str, ...] = ()
    merchants: tuple[str, ...] = ()
    low_minor: int = USUAL_AMOUNT[0]
    high_minor: int = USUAL_AMOUNT[1]
    entry: str = next(iter(ENTRIES))
    expect: tuple[str, ...] = ()  #: response codes; another one is a wrong answer. Empty: any

    @property
    def moves_money(self) -> bool:
        """Whether it has an amount of its own."""
        return self.type in KINDS and KINDS[self.type].moves_money

    @classmethod
    def from_toml(cls, table: SpecTable) -> MixPart:
        kind = table.choice("type", LOAD_TYPES, "purchase")
        amounts = amount_range(text) if (text := table.text("amount", None)) is not None else USUAL_AMOUNT
        if amounts is None:
            table.mistake("amount", repr(text), AMOUNT_RANGE_EXPECTED)
        low_minor, high_minor = amounts or USUAL_AMOUNT
        expect = table.words("expect") if "expect" in table else ()
        for code in expect:
            if not re.fullmatch(_CODE, code):
                table.mistake("expect", repr(code), "response codes (DE 39)")
        part = cls(
            type=kind,
            share=table.integer("share", 1, low=1, high=LOAD_SHARE_MAX),
            cards=table.words("card") if "card" in table else (),
            issuers=table.words("issuer") if "issuer" in table else (),
            merchants=table.words("merchant") if "merchant" in table else (),
            low_minor=low_minor,
            high_minor=high_minor,
            entry=table.choice("entry", tuple(ENTRIES), next(iter(ENTRIES))),
            expect=expect,
        )
        for key in ("card", "issuer", "merchant", "entry", "amount"):
            if key in table and kind in (*FOLLOWING_PARTS, ECHO_PART):
                table.mistake(key, f"a key beside type {kind!r}", "no such key: it follows a sale, or has no card")
        if kind in KINDS and "amount" in table and not KINDS[kind].moves_money:
            table.mistake("amount", f"a key beside type {kind!r}", "no amount: it moves no money")
        table.done()
        return part


@frozen(kw_only=True)
class LoadStep:
    """A stretch of a load. ``rate``: messages a second; None: a new one for each answer, the window always full."""

    rate: float | None
    seconds: float

    @classmethod
    def from_toml(cls, table: SpecTable) -> LoadStep:
        rate = _rate(table, "rate")
        milliseconds = duration_from_toml(table, "for")
        if milliseconds is None and table.peek("for", str) is None:
            table.mistake("for", "nothing", 'how long it lasts, such as "30s"')
        table.done()
        return cls(rate=rate, seconds=_above_zero(table, "for", milliseconds) or USUAL_SECONDS)


@frozen(kw_only=True)
class Mix:
    """All of a load: who sends what, how fast, for how long, and what must hold."""

    purpose: str = ""
    parts: tuple[MixPart, ...] = (MixPart(),)
    steps: tuple[LoadStep, ...] = (LoadStep(rate=None, seconds=USUAL_SECONDS),)
    connections: int = 4
    window: int = 16  #: messages outstanding on a connection at most
    seed: int = 1
    timeout_seconds: float = USUAL_TIMEOUT_SECONDS
    count_max: int | None = None  #: messages in all
    reverse_unanswered: bool = False
    stop_on_wrong: bool = False
    limits: tuple[LoadLimit, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it sends at most."""
        return sum(step.seconds for step in self.steps)

    @classmethod
    def from_toml(cls, table: SpecTable) -> Mix:
        """A file of ``switch load``."""
        usual = cls()
        milliseconds, rate = duration_from_toml(table, "duration"), _rate(table, "rate")
        steps = tuple(step for _, step in table.each("step", LoadStep.from_toml))
        if "step" in table:
            for key in ("rate", "duration"):
                if key in table:
                    table.mistake(key, "a key beside [[step]]", "one or the other: each step has its own")
        else:
            steps = (LoadStep(rate=rate, seconds=_above_zero(table, "duration", milliseconds) or USUAL_SECONDS),)
        timeout_ms = duration_from_toml(table, "timeout")
        parts = tuple(part for _, part in table.each("part", MixPart.from_toml))
        if "part" in table and parts:
            _refuse_followers_alone(table, parts)
        limits = []
        for text in table.words("fail_if") if "fail_if" in table else ():
            limit = LoadLimit.parse(text)
            if limit is None:
                table.mistake("fail_if", repr(text), LIMIT_EXPECTED)
            else:
                limits.append(limit)
        mix = cls(
            purpose=table.text("purpose", ""),
            parts=parts or usual.parts,
            steps=steps or usual.steps,
            connections=table.integer("connections", usual.connections, low=1, high=LOAD_CONNECTIONS_MAX),
            window=table.integer("window", usual.window, low=1, high=WINDOW_MAX),
            seed=table.integer("seed", usual.seed),
            timeout_seconds=_above_zero(table, "timeout", timeout_ms) or usual.timeout_seconds,
            count_max=table.integer("count", None, low=1) if "count" in table else None,
            reverse_unanswered=table.flag("reverse_unanswered", False),
            stop_on_wrong=table.flag("stop_on_wrong", False),
            limits=tuple(limits),
        )
        table.done()
        return mix


def _rate(table: SpecTable, key: str) -> float | None:
    """Messages a second; None where the file says nothing."""
    if key not in table:
        return None
    whole, fraction = table.peek(key, int), table.peek(key, float)
    number = fraction if whole is None else whole
    if number is None or not 0 < number <= LOAD_RATE_MAX:
        table.mistake(key, "something else" if number is None else f"{number:g}", f"messages a second, up to {LOAD_RATE_MAX}")
        return None
    return float(number)


def _above_zero(table: SpecTable, key: str, milliseconds: int | None) -> float | None:
    if milliseconds == 0:
        table.mistake(key, "0", "a length of time above 0")
    return milliseconds / 1000 if milliseconds else None


def _refuse_followers_alone(table: SpecTable, parts: Iterable[MixPart]) -> None:
    """What follows a sale needs one in the mix."""
    types = {part.type for part in parts}
    if REVERSAL_PART in types and not any(KINDS[each].moves_money for each in types & KINDS.keys()):
        table.mistake("part", "reversals alone", "a part beside them whose payments they reverse")
    if COMPLETION_PART in types and "preauth" not in types:
        table.mistake("part", "completions alone", 'a part with type = "preauth" beside them')


def amount_range(text: str) -> tuple[int, int] | None:
    """The ends of a range of amounts, in minor units; None where it is none.

    >>> amount_range("12.50"), amount_range("1..60"), amount_range("60..1")
    ((1250, 1250), (100, 6000), None)
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    low = parse_amount(found[1])
    high = parse_amount(found[2]) if found[2] else low
    return (low, high) if 0 < low <= high else None
