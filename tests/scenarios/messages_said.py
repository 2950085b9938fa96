"""Messages as rules see them, made by hand."""

from __future__ import annotations

from collections.abc import Collection

from attrs import field, frozen

from switch.scenarios.host_rule import HostRule
from switch.scenarios.playbook import Playbook
from switch.scenarios.rule_index import Marks

CARD, OTHER_CARD = "4507160000000010", "4507160000000028"
NAMES = {"response_code": "39", "system_trace_audit_number": "11"}


@frozen(kw_only=True)
class Said:
    """A message: words by the name of a clause, its amount, its elements."""

    card: str = CARD
    merchant: str = "TELECOM00000001"
    terminal: str = "ONDE0001"
    mti: str = "0100"
    kinds: tuple[str, ...] = ("authorization", "request")
    amount_minor: int | None = 12_500
    elements: dict[str, str] = field(factory=dict)
    others: dict[str, tuple[str, ...]] = field(factory=dict)

    def words(self, name: str) -> Collection[str]:
        own = {"card": self.card, "merchant": self.merchant, "terminal": self.terminal, "mti": self.mti, "bin": self.card}
        if name == "class":
            return self.kinds
        return self.others.get(name, (own[name],) if own.get(name) else ())

    def element(self, name: str) -> str:
        return self.elements.get(name, "")

    @property
    def marks(self) -> Marks:
        amount = "" if self.amount_minor is None else f"{self.amount_minor:012d}"
        others = tuple(sorted(self.others.items()))
        kind = self.mti, self.kinds, others, tuple(sorted(self.elements.items()))
        return Marks(
            self.card,
            (self.card, others),
            self.terminal,
            self.merchant,
            None,
            amount,
            kind,
            str(others),
            {int(number): value for number, value in self.elements.items()},
        )


class NeverAsked:
    """A message into which nobody may look."""

    amount_minor = None

    def words(self, name: str) -> Collection[str]:
        raise AssertionError(f"looked into for its {name}")

    def element(self, name: str) -> str:
        raise AssertionError(f"looked into for element {name}")


def rule(text: str, number: int = 1) -> HostRule:
    return HostRule.from_line(text, number=number, names=NAMES)


def playbook(*texts: str, seed: int = 1) -> Playbook:
    return Playbook([rule(text, number) for number, text in enumerate(texts, start=1)], seed)


def played(book: Playbook, *said: Said) -> list[str]:
    """What is done with each message, in the short spelling; ``-`` where no rule matches."""
    return [_played_one(book, each) for each in said]


def _played_one(book: Playbook, said: Said) -> str:
    cue = book.match(said.marks, said)
    return cue.conduct.in_words if cue is not None else "-"
