"""An expectation: which message must have been seen, how often, when, after what, and with nothing behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

from switch.card import mask_numbers
from switch.record import frozen
from switch.scenarios.condition import Clause, Condition
from switch.spec_table import SpecTable
from switch.verification.duration import duration_from_toml, in_seconds
from switch.verification.seen_message import GATEWAY_SIDE, HOST_SIDE, PARTIES, Party, SeenMessage, SideToSide

COUNT_KEYS: Final = ("exactly", "at_least", "at_most", "never")
EXPECTED_MAX: Final = 1_000_000
NO_ANSWER: Final = "none"  #: said of ``answer``
#: Short names of elements, beside those of the standard: what people call them.
SHORT_NAMES: Final[Mapping[str, str]] = {"rrn": "37", "stan": "11", "approval_code": "38"}
RRN_ELEMENT: Final = SHORT_NAMES["rrn"]
#: What of a condition says whose messages are meant: *nothing after* is nothing of these.
_WHOSE: Final = frozenset({"bin", "card", "issuer", "line", "merchant", "terminal", RRN_ELEMENT})
_MTI: Final = re.compile(r"[01][0-9]{3}", re.ASCII)


@frozen(kw_only=True)
class Expectation:
    """What must have been seen. ``name`` is for people; ``high`` is None where any number is right."""

    name: str
    when: Condition = Condition()
    low: int = 1
    high: int | None = None
    sender: Party | None = None
    receiver: Party | None = None
    unreadable: bool | None = None  #: whether it cannot be decoded; None: either
    answer: str | None = None  #: the response code it was answered with; NO_ANSWER: it was not
    within_ms: int | None = None  #: of its original, or of the beginning where no original is asked for
    of: str | None = None  #: the MTI of its original
    amount_equal: bool = False  #: to that of its original
    after: str | None = None  #: an MTI, or the name of another expectation, that must have come before it
    nothing_after: bool = False
    nothing_ms: int | None = None  #: for how long nothing may come after it; None: for as long as it is waited
    window_ms: int | None = None  #: for how long it must not come, or not more often

    @property
    def way(self) -> SideToSide:
        """From whom it goes to whom: from the gateway to the host, unless it is an answer, or something else is said."""
        mtis = self.when.values_of("mti")
        is_answer = bool(mtis) and all(mti[2] in "13" for mti in mtis)
        sender: Party = self.sender or (HOST_SIDE if is_answer or self.receiver not in (None, HOST_SIDE) else GATEWAY_SIDE)
        return sender, self.receiver or (GATEWAY_SIDE if sender == HOST_SIDE else HOST_SIDE)

    @property
    def whose(self) -> tuple[Clause, ...]:
        """The clauses that say whose messages are meant."""
        return tuple(clause for clause in self.when.clauses if clause.name in _WHOSE)

    def is_of_the_same(self, message: SeenMessage) -> bool:
        """Whether a message is of the card, the terminal, the RRN … that is meant; where none is said, of any, except network
        management."""
        if not self.whose:
            return not message.is_network_management
        return all(clause.fits(message.facts) for clause in self.whose)

    @property
    def title(self) -> str:
        """Its name, or else itself, for people; card numbers are masked."""
        return mask_numbers(self.name) or self.in_words

    @property
    def count_in_words(self) -> str:
        """How often, as the short spelling has it."""
        if self.high == 0:
            return "no"
        if self.high == self.low:
            return f"exactly {self.low}"
        return f"at least {self.low}" if self.high is None else f"at most {self.high}"

    @property
    def in_words(self) -> str:
        """As the short spelling has it; card numbers are masked."""
        parts = [self.count_in_words, self.when.in_words or "message"]
        parts += ["unreadable"] if self.unreadable else []
        parts += [f"from {self.sender}"] if self.sender else []
        parts += [f"to {self.receiver}"] if self.receiver else []
        parts += [f"within {in_seconds(self.within_ms)}"] if self.within_ms is not None else []
        parts += [f"of its {self.of}"] if self.of else []
        parts += [f"for {in_seconds(self.window_ms)}"] if self.window_ms else []
        more = [" ".join(parts)]
        more += [f"answered {self.answer}"] if self.answer else []
        more += ["amount equal"] if self.amount_equal else []
        more += [f"after {self.after}"] if self.after else []
        if self.nothing_after:
            more.append("nothing after" + (f" for {in_seconds(self.nothing_ms)}" if self.nothing_ms is not None else ""))
        return ", ".join(more)

    @classmethod
    def from_toml(cls, table: SpecTable, names: Mapping[str, str], usual_name: str = "") -> Expectation:
        """A table ``[[expect]]``; ``names`` leads from the names of elements to their numbers."""
        low, high = _count(table)
        nothing = table.peek("nothing_after", bool)
        nothing_ms = None if nothing is not None else duration_from_toml(table, "nothing_after")
        when = table.table("when").reading(partial(_condition, names=names)) or Condition()
        expectation = cls(
            name=table.text("name", usual_name),
            when=when,
            low=low,
            high=high,
            sender=table.choice("from", PARTIES, None),
            receiver=table.choice("to", PARTIES, None),
            unreadable=table.flag("unreadable", None),
            answer=_answer(table),
            within_ms=duration_from_toml(table, "within"),
            of=table.text("of", None, pattern=_MTI.pattern, expected='the MTI of its original, such as "0100"'),
            amount_equal=table.flag("amount_equal", False),
            after=table.text("after", None),
            nothing_after=bool(nothing) or nothing_ms is not None,
            nothing_ms=nothing_ms,
            window_ms=duration_from_toml(table, "for"),
        )
        if expectation.amount_equal and expectation.of is None:
            table.mistake("amount_equal", "no original", 'of = "0100", or in a sentence: within 30s of its 0100')
        if expectation.window_ms is not None and low > 0:
            table.mistake("for", "a message that must come", "within, or never or at_most beside it")
        if expectation.nothing_after and high == 0:
            table.mistake("nothing_after", "no message that it could come after", "exactly or at_least beside it")
        if HOST_SIDE not in expectation.way or len(set(expectation.way)) == 1:
            table.mistake(
                "to", f"from {expectation.way[0]} to {expectation.way[1]}", "the host on one side, and another on the other"
            )
        table.done()
        return expectation


def is_mti(text: str) -> bool:
    """Whether a text is an MTI."""
    return _MTI.fullmatch(text) is not None


def _condition(table: SpecTable, names: Mapping[str, str]) -> Condition:
    condition = Condition.from_toml(table, names)
    table.done()
    return condition


def _count(table: SpecTable) -> tuple[int, int | None]:
    """The fewest and the most; at least one where nothing is said."""
    given = [key for key in COUNT_KEYS if key in table]
    exactly, at_least, at_most = (table.integer(key, None, high=EXPECTED_MAX) for key in COUNT_KEYS[:3])
    never = table.flag("never", False)
    if len(given) > 1:
        table.mistake(given[1], f"{given[1]} beside {given[0]}", "one of them")
    if never:
        return 0, 0
    if exactly is not None:
        return exactly, exactly
    if at_most is not None:
        return 0, at_most
    return (1 if at_least is None else at_least), None


def _answer(table: SpecTable) -> str | None:
    expected = f'two digits or capital letters (DE 39), or "{NO_ANSWER}"'
    answer: str | None = table.text("answer", None, pattern=rf"[0-9A-Z]{{2,3}}|{NO_ANSWER}", expected=expected)
    return answer
