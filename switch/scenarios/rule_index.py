"""Which of many conditions a message may fit, found without trying each.

Each thing that conditions ask for, a card, an amount, the class of a message, is a *column*. It says which conditions a message
may still fit: a number with a bit for each. Each condition is found in the column of the most telling thing that it asks for;
what is found has to be left by all other columns too. A message which nothing means costs a look-up for each thing that
something is found by, however many conditions there are, in one function that is made when they are loaded.

Things that many messages are alike in are looked up together, and what they come to is kept: most messages are of some dozen
kinds, and cards that begin alike have one issuer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from switch.scenarios.business_time import DATE, INSTANT, TIME, TimeSpan
from switch.scenarios.condition import Clause, Condition, ConditionWay, Facts
from switch.spec_table import AMOUNT_MINOR_MAX

#: Words that messages of one ``Marks.kind`` have in common, and elements that they have in common.
_KIND_WORDS: Final = ("channel", "class", "currency", "entry", "mti", "type")
_KIND_ELEMENTS: Final = ("3", "22", "25", "49")
#: A mark, and the words and elements in which messages are alike that have the same one; of ``mcc``, and the same merchant.
_ALIKE: Final = {
    "start": ("bin", "issuer", "scheme"),
    "mcc": ("mcc",),
    "kind": (*_KIND_WORDS, *_KIND_ELEMENTS),
    "line": ("line",),
}
_COLUMN_OF: Final = {name: mark for mark, names in _ALIKE.items() for name in names}
#: Columns by which something is found only where it asks for nothing else.
_TELL_LESS: Final = ("amount", "mcc", "start", TIME, DATE, INSTANT, "line", "kind")
BLOCK_BITS: Final = 4_096  #: a block has so many bits: each value that a condition names has as many
AMOUNT_CHARACTERS: Final = len(str(AMOUNT_MINOR_MAX))  #: with zeros in front: amounts of as many digits sort as texts
KEPT_MAX: Final = 16_384  #: kinds, beginnings of cards, merchants; then what is kept of them is dropped and begun anew


class Marks(NamedTuple):
    """What every message comes with: what conditions are found by. Empty where the message says nothing."""

    card: str = ""
    start: Hashable = ""  #: messages alike in this are alike in BIN, issuer and scheme
    terminal: str = ""  #: spaces behind it count for nothing, nor do those behind the merchant
    merchant: str = ""
    mcc: str | None = None  #: as it was sent; what the merchant's contract says goes before it
    amount: str = ""  #: ``AMOUNT_CHARACTERS`` digits
    kind: Hashable = ""  #: messages alike in this have the same words of ``_KIND_WORDS``, and the same ``_KIND_ELEMENTS``
    line: str = ""  #: the connection
    elements: Mapping[int, str] = MappingProxyType({})


class Numbered(NamedTuple):
    """A condition and its place in the order in which conditions are tried."""

    place: int
    condition: Condition


MarkTuple = tuple[Any, ...]  #: the values of ``Marks`` in their order
_COMMON_CLASSES: Final = frozenset({"authorization", "financial", "request"})  #: most messages are of them: others tell more
#: The bits of a block that a message leaves, by some of what it says.
BitsLeft = Callable[[MarkTuple, Facts], int]
#: The same as text over the names of marks, and what it knows beside them; ``#`` stands for a number that makes names its own.
_Expression = tuple[str, dict[str, Any]]


class RuleIndex:
    """The conditions. Their places come in any order, and each once."""

    def __init__(self, conditions: Iterable[Numbered]) -> None:
        in_order = sorted(conditions, key=lambda each: each.place)
        ways = ((place, way) for place, condition in in_order for way in condition.ways())
        self._blocks: list[_Block] = []
        while block := list(islice(ways, BLOCK_BITS)):
            self._blocks.append(_Block(block))

    def places(self, marks: MarkTuple, facts: Facts) -> list[int]:
        """The places of all conditions that a message may fit, in order; ``facts`` are asked where its marks say too little."""
        found: list[int] = []
        for block in self._blocks:
            left = block.left(marks, facts)
            if left:
                found += block.places(left)
        return list(dict.fromkeys(found)) if found else found


class _Block:
    """Ways of meeting conditions, a bit each: the first is the lowest."""

    def __init__(self, ways: list[tuple[int, ConditionWay]]) -> None:
        self._places = [place for place, _ in ways]
        every = (1 << len(ways)) - 1
        told = [_first_of_each(way) for _, way in ways]
        columns = _columns(told, every)
        found, always = dict.fromkeys(columns, 0), 0  #: by which column; what no column finds is tried with each message
        for number, way in enumerate(told):
            name = _most_telling(way)
            if name:
                found[name] |= 1 << number
            else:
                always |= 1 << number
        finders = [column.left(found[name]) for name, column in columns.items() if found[name]]
        #: The bits of all ways that a message may meet.
        self.left = _compiled(always, finders, [column.left(every) for column in columns.values()])

    def places(self, left: int) -> Iterator[int]:
        """The places of the conditions of these bits."""
        while left:
            lowest = left & -left
            left ^= lowest
            yield self._places[lowest.bit_length() - 1]


def _compiled(always: int, finders: list[_Expression], filters: list[_Expression]) -> BitsLeft:
    """The function that says what is left of a message: what is found ``always`` or by a finder, if all filters leave it.

    Each of them is a statement of its own: an expression of thousands is too deep for the compiler.
    """
    known: dict[str, Any] = {"always": always, "bisect_right": bisect_right}
    texts = list[str]()
    for number, (text, names) in enumerate((*finders, *filters)):
        texts.append(f"({text.replace('#', str(number))})")
        known |= {f"{name}{number}": value for name, value in names.items()}
    lines = [
        "def left(marks, facts):",
        f"    {', '.join(Marks._fields)} = marks",
        "    found = always",
        *(f"    found |= {text}" for text in texts[: len(finders)]),
        *(["    if found:", *(f"        found &= {text}" for text in texts[len(finders) :])] if filters else []),
        "    return found",
    ]
    exec(compile("\n".join(lines), "<rules>", "exec"), known)  # noqa: S102  (only our own words and numbers go in)
    left: BitsLeft = known.pop("left")  # in a circle with what it knows, it would outlive its rules until garbage is collected
    return left


#: One clause for each thing that a way asks for, and whether it is to be met.
_Told = dict[str, tuple[Clause, bool]]


def _first_of_each(way: ConditionWay) -> _Told:
    """What a message is to be goes before what it is not to be."""
    found: _Told = {}
    for clause, wanted in way:
        name = clause.name if clause.span is None else clause.span.of
        if name not in found or (wanted and not found[name][1]):
            found[name] = clause, wanted
    return found


def _columns(told: list[_Told], every: int) -> dict[str, _Column]:
    """All that is asked for, by names; the most telling first."""
    words, amounts, spans = dict[str, _Words](), _Amounts(every), dict[str, _Spans]()
    for number, way in enumerate(told):
        for name, (clause, wanted) in way.items():
            if clause.kind == "amount":
                amounts.add(1 << number, clause, wanted)
            elif clause.span is not None:
                spans.setdefault(name, _Spans(name, every)).add(1 << number, clause.span, wanted)
            else:
                words.setdefault(name, _Words(clause, every)).add(1 << number, clause.values, wanted)
    columns: dict[str, _Column] = {}
    for mark, names in _ALIKE.items():
        alike = [words.pop(name) for name in names if name in words]
        if alike:
            columns[mark] = _Alike(alike, "(merchant, mcc)" if mark == "mcc" else mark)
    return {**words, **columns, **({"amount": amounts} if amounts else {}), **spans}


def _most_telling(way: _Told) -> str:
    """The column that a way is found in; empty where it says only what a message is not to be."""
    asked = {_COLUMN_OF.get(name, name): clause for name, (clause, wanted) in way.items() if wanted}
    telling = [name for name in asked if name not in _TELL_LESS]
    if "kind" in asked and "class" in way and way["class"][0].values.isdisjoint(_COMMON_CLASSES):
        telling.append("kind")
    return next((name for name in (*telling, *_TELL_LESS) if name in asked), "")


class _Words:
    """The column of a word, or of an element."""

    def __init__(self, clause: Clause, every: int) -> None:
        self.name, self._of_element, self._lengths = clause.name, clause.kind == "element", set[int]()
        self._others = every  #: of a message of which nothing named here is true
        self._gained: dict[str, int] = {}
        self._lost: dict[str, int] = {}

    def add(self, bit: int, values: Collection[str], wanted: bool) -> None:
        if wanted:
            self._others &= ~bit
        changed = self._gained if wanted else self._lost
        for value in values:
            changed[value] = changed.get(value, 0) | bit
        self._lengths.update(map(len, values))

    def of(self, facts: Facts) -> int:
        """The bits that a message leaves."""
        if self._of_element:
            return self._of_words((facts.element(self.name).rstrip(),))
        words = facts.words(self.name)
        if self.name == "bin":
            words = [word[:length] for word in words for length in self._lengths]
        return self._of_words(words)

    def _of_words(self, words: Collection[str]) -> int:
        left = self._others
        for word in words:
            left |= self._gained.get(word, 0)
        for word in words:
            left &= ~self._lost.get(word, 0)
        return left

    def left(self, bits: int) -> _Expression:
        others = self._others & bits
        named = {value: self._of_words((value,)) & bits for value in {**self._gained, **self._lost}}
        find = {value: left for value, left in named.items() if left != others}.get
        if not self._of_element:
            said = self.name if self.name == "card" else f"{self.name}.rstrip()"
        elif self.name.isdecimal():
            said = f"elements.get({int(self.name)}, '').rstrip()"
        else:
            said = "facts.element(name#).rstrip()"
        return f"find#({said}, {others})", {"find": find, "name": self.name}


class _Alike:
    """The columns of words and elements in which messages of one key are alike."""

    def __init__(self, columns: list[_Words], key: str) -> None:
        self._columns, self._key = columns, key

    def left(self, bits: int) -> _Expression:
        kept: dict[Hashable, int] = {}
        columns = self._columns

        def look(key: Hashable, facts: Facts) -> int:
            if len(kept) >= KEPT_MAX:
                kept.clear()
            found = bits
            for column in columns:
                found &= column.of(facts)
            kept[key] = found
            return found

        key = self._key
        return f"look#({key}, facts) if (kept := find#({key})) is None else kept", {"find": kept.get, "look": look}


class _Amounts:
    """The column of amounts: a scale, cut where a range begins or has ended."""

    def __init__(self, every: int) -> None:
        self._others = every
        self._turned: dict[int, int] = {}  #: amount in minor units -> the bits that are others from it on

    def __bool__(self) -> bool:
        return bool(self._turned)

    def add(self, bit: int, clause: Clause, wanted: bool) -> None:
        if wanted:
            self._others &= ~bit
        for end in (clause.low_minor, clause.high_minor + 1):
            self._turned[end] = self._turned.get(end, 0) ^ bit

    def left(self, bits: int) -> _Expression:
        starts, pieces = ["", "0" * AMOUNT_CHARACTERS], [self._others & bits] * 2
        for start, turned in sorted(self._turned.items()):
            if turned & bits and start <= AMOUNT_MINOR_MAX:
                starts.append(f"{start:0{AMOUNT_CHARACTERS}d}")
                pieces.append(pieces[-1] ^ (turned & bits))
        return "pieces#[bisect_right(starts#, amount) - 1]", {"starts": starts, "pieces": pieces}


class _Spans:
    """The column of a kind of spans of business time."""

    def __init__(self, of: str, every: int) -> None:
        self._of, self._spans = of, list[tuple[int, TimeSpan, bool]]()

    def add(self, bit: int, span: TimeSpan, wanted: bool) -> None:
        self._spans.append((bit, span, wanted))

    def left(self, bits: int) -> _Expression:
        of, spans = self._of, [each for each in self._spans if each[0] & bits]
        last: tuple[Collection[str], int] | None = None

        def look(facts: Facts) -> int:
            nonlocal last
            words = facts.words(of)
            if last is None or words != last[0]:  # else it is still the second that it was
                found = bits
                for bit, span, wanted in spans:
                    if any(span.has(word) for word in words) != wanted:
                        found &= ~bit
                last = words, found
            return last[1]

        return "look#(facts)", {"look": look}


_Column = _Words | _Alike | _Amounts | _Spans
