"""Which of many conditions a message may fit, found without trying each: by what it says of one thing that they ask for.

A condition stands under the values of its most telling clause. Where many stand under one value, they are told apart by their
next clause, and so on; what is found is still to be tried, for it has other clauses too. With five hundred rules a message that
none of them means costs some microseconds, whatever they ask for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from switch.scenarios.condition import Clause, Condition, Facts

#: The parts of ``Marks``, in their order, with which every message comes: to look them up costs next to nothing.
MARK_NAMES: Final = ("card", "terminal", "merchant", "amount", "mti")
#: What conditions are found by, the most telling first.
_WORDS_MARKED: Final = ("card", "terminal", "merchant", "bin")
_WORDS_ASKED: Final = ("class", "mcc", "type", "issuer", "scheme", "entry", "channel", "currency", "line")
TOLD_APART_FROM: Final = 4  #: so many conditions under one value are tried one by one: it is quicker
#: Of conditions under pieces of the scale of amounts; ranges that overlap more are told apart by what else they ask for.
RANGE_ENTRIES_MAX: Final = 500_000
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

#: Classes that most messages are of: an amount tells more.
_MOST: Final = frozenset({"authorization", "financial", "request"})


class Numbered(NamedTuple):
    """A condition and its place in the order in which conditions are tried."""

    place: int
    condition: Condition


class RuleIndex:
    """The conditions. Their places come in any order, and each once."""

    def __init__(self, conditions: Iterable[Numbered]) -> None:
        self._root = _Node(list(conditions), frozenset())

    def places(self, marks: Sequence[str], facts: Facts) -> list[int]:
        """The places of all conditions that a message may fit, in order; ``facts`` are asked where its marks say too little."""
        found: list[int] = []
        self._root.collect(marks, facts, found)
        return sorted(set(found)) if len(found) > 1 else found


class _Node:
    """Conditions of which a message fits the clauses that led here."""

    def __init__(self, conditions: list[Numbered], used: frozenset[str]) -> None:
        self.tried: list[int] = []  #: whatever the message says
        self._marked: list[tuple[int, dict[str, _Node]]] = []  #: place of a mark, what stands under its values
        self._elements: list[tuple[str, dict[str, _Node]]] = []  #: number of an element, what stands under its values
        self._words: list[tuple[str, dict[str, _Node]]] = []  #: the same of words that no mark says, but for classes
        self._classes: dict[str, _Node] = {}
        self._asks = False  #: whether any of these three has something
        self._prefixes: dict[int, dict[str, _Node]] = {}  #: length of BINs -> BIN
        self._starts: list[int] = []  #: of the pieces of the scale of amounts, in minor units
        self._pieces: list[list[Numbered] | _Node] = []  #: told apart when a message first comes to them
        self._range_used: frozenset[str] = frozenset()
        self._kinds: frozenset[str] = frozenset()  #: second and third digit of the MTIs that classes may mean
        if len(conditions) <= TOLD_APART_FROM and used:
            self.tried = [each.place for each in conditions]
            return
        under: dict[str, list[tuple[Numbered, Iterable[str]]]] = {}
        for each in conditions:
            name, values = _found_by(each.condition, used)
            if name:
                under.setdefault(name, []).append((each, values))
            else:
                self.tried.append(each.place)
        for name, entries in under.items():
            self._put(name, entries, used | {name})
        self._asks = bool(self._elements or self._words or self._classes)

    def _put(self, name: str, entries: list[tuple[Numbered, Iterable[str]]], used: frozenset[str]) -> None:
        if name == "range":
            self._put_ranges([each for each, _ in entries], used)
            return
        by_value: dict[str, list[Numbered]] = {}
        for each, values in entries:
            for value in values:
                by_value.setdefault(value, []).append(each)
        nodes = {value: _Node(below, used) for value, below in by_value.items()}
        if name == "bin":
            for value, node in nodes.items():
                self._prefixes.setdefault(len(value), {})[value] = node
        else:
            if name == "class":
                self._kinds, self._classes = frozenset(kind for value in by_value for kind in _KINDS[value]), nodes
            elif name in MARK_NAMES:
                self._marked.append((MARK_NAMES.index(name), nodes))
            else:
                (self._words if name in _WORDS_ASKED else self._elements).append((name, nodes))

    def _put_ranges(self, conditions: list[Numbered], used: frozenset[str]) -> None:
        """Cut the scale where a range begins or ends, and put each condition under the pieces it covers."""
        ends = [_range_of(each.condition) for each in conditions]
        starts = sorted({0, *(low for low, _ in ends), *(high + 1 for _, high in ends)})
        spans = [(bisect_right(starts, low) - 1, bisect_right(starts, high)) for low, high in ends]
        if sum(after - first for first, after in spans) > RANGE_ENTRIES_MAX:
            self._starts, self._pieces = [0], [_Node(conditions, used)]
            return
        pieces: list[list[Numbered]] = [[] for _ in starts]
        for each, (first, after) in zip(conditions, spans, strict=True):
            for piece in pieces[first:after]:
                piece.append(each)
        self._starts, self._pieces, self._range_used = starts, list(pieces), used

    def collect(self, marks: Sequence[str], facts: Facts, found: list[int]) -> None:
        """Add the places of all that a message may fit."""
        if self.tried:
            found += self.tried
        for mark, nodes in self._marked:
            if (node := nodes.get(marks[mark])) is not None:
                node.collect(marks, facts, found)
        for length, nodes in self._prefixes.items():
            if (node := nodes.get(marks[0][:length])) is not None:
                node.collect(marks, facts, found)
        if self._asks:
            self._collect_asked(marks, facts, found)
        if self._starts and marks[3].isdecimal():
            place = bisect_right(self._starts, int(marks[3])) - 1
            piece = self._pieces[place]
            if isinstance(piece, list):
                if not piece:
                    return
                piece = self._pieces[place] = _Node(piece, self._range_used)
            piece.collect(marks, facts, found)

    def _collect_asked(self, marks: Sequence[str], facts: Facts, found: list[int]) -> None:
        """The same by what the marks do not say."""
        for name, nodes in self._elements:
            if (node := nodes.get(facts.element(name).rstrip())) is not None:
                node.collect(marks, facts, found)
        for name, nodes in self._words:
            for word in facts.words(name):
                if (node := nodes.get(word)) is not None:
                    node.collect(marks, facts, found)
        if self._kinds and marks[-1][1:3] in self._kinds:
            for word in facts.words("class"):
                if (node := self._classes.get(word)) is not None:
                    node.collect(marks, facts, found)


def _found_by(condition: Condition, used: frozenset[str]) -> tuple[str, Iterable[str]]:
    """What a condition is found by, besides what is ``used``, and under which values; an empty name where it asks for nothing
    more of that kind. No message may fit it that is not looked up under one of the values."""
    words = {clause.name: clause.values for clause in condition.clauses if clause.kind == "word"}
    for name in _WORDS_MARKED:
        if name in words and name not in used:
            return name, _shortest(words[name]) if name == "bin" else words[name]
    amount = _amount_clause(condition)
    if amount is not None and "amount" not in used and amount.low_minor == amount.high_minor:
        return "amount", (f"{amount.low_minor:012d}",)
    if "mti" in words and "mti" not in used:
        return "mti", words["mti"]
    classes = words.get("class", frozenset()) if "class" not in used else frozenset()
    if classes and classes.isdisjoint(_MOST):
        return "class", classes
    if amount is not None and not {"amount", "range"} & used:
        return "range", ()
    if classes:
        return "class", classes
    for clause in condition.clauses:
        if clause.kind == "element" and clause.name not in used:
            return clause.name, clause.values
    return next(((name, words[name]) for name in _WORDS_ASKED if name in words and name not in used), ("", ()))


def _shortest(bins: Iterable[str]) -> list[str]:
    """The BINs without those that begin with another of them: a message is found once."""
    return [each for each in bins if not any(each != other and each.startswith(other) for other in bins)]


def _amount_clause(condition: Condition) -> Clause | None:
    return next((clause for clause in condition.clauses if clause.kind == "amount"), None)


def _range_of(condition: Condition) -> tuple[int, int]:
    clause = _amount_clause(condition)
    assert clause is not None
    return clause.low_minor, clause.high_minor
