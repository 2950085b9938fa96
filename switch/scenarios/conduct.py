"""What the host does with the answer to one message: refuse, answer late, twice, wrongly, in pieces, or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve

from switch.record import frozen
from switch.scenarios.condition import element_number
from switch.spec_table import SECONDS_MAX, SpecTable

WRONGS: Final = ("amount", "mti", "rrn", "stan")  #: what an answer may say otherwise than its request
HALF, TRICKLE, WRONG_LENGTH = "half", "trickle", "wrong_length"
FRAMES: Final = (HALF, TRICKLE, WRONG_LENGTH)  #: what may be done to the bytes of an answer
CLOSE, RESET = "close", "reset"
DROPS: Final = (CLOSE, RESET)  #: how a connection may end: in order (FIN), or at once (RST)
#: Keys of a conduct that is written as a table.
CONDUCT_KEYS: Final = frozenset({"answer", "drop", "frame", "late", "lost", "remove", "set", "silence", "twice", "wrong"})
_CODE: Final = re.compile(r"[0-9A-Z]{2}")
_CODE_MEANT: Final = 'two digits or capital letters that refuse (DE 39), or "ok" for the usual answer'
_APPROVING: Final = frozenset({"00", "10"})  #: codes that only the card's account can give


@frozen(kw_only=True)
class Conduct:
    """What is done with an answer; one like ``AS_USUAL`` is sent as if there were no rule."""

    code: str | None = None  #: refuse with this one (DE 39), and do nothing else; None: judge as usual
    set: tuple[tuple[str, str], ...] = ()  #: numbers of elements of the answer, and their values instead
    remove: tuple[str, ...] = ()  #: numbers of elements that the answer leaves out
    wrong: tuple[str, ...] = ()  #: of WRONGS
    late_seconds: float = 0.0
    twice: bool = False
    silence: bool = False  #: nothing is answered; whatever was decided stands
    lost: bool = False  #: the message counts as never received: nothing is decided, nothing answered
    frame: str = ""  #: of FRAMES
    drop: str = ""  #: of DROPS: the connection ends, behind the answer or, with ``silence``, in its place

    @property
    def usual(self) -> bool:
        """Whether it changes nothing."""
        return self == AS_USUAL

    @property
    def alters(self) -> bool:
        """Whether the answer says something else than it would."""
        return bool(self.set or self.remove or self.wrong)

    @property
    def in_words(self) -> str:
        """As the short spelling has it: ``05 + late 12s``."""
        parts = [self.code] if self.code else []
        parts += [f"set {number}={value}" for number, value in self.set]
        parts += [f"without {number}" for number in self.remove]
        parts += [f"wrong {what}" for what in self.wrong]
        parts += [_FRAME_WORDS[self.frame]] if self.frame else []
        parts += [f"late {self.late_seconds:g}s"] if self.late_seconds else []
        parts += ["twice"] if self.twice else []
        parts += ["lost"] if self.lost else []
        drop = _DROP_WORDS.get(self.drop, "")
        if drop:
            parts += [drop] if self.silence else [*(parts or ["ok"])[len(parts) :], drop]
        elif self.silence:
            parts.append("silence")
        return " + ".join(parts) or "ok"

    @property
    def besides_code(self) -> str:
        """What becomes of an answer besides its code, for people; empty where nothing does."""
        if evolve(self, code=None, late_seconds=0.0).usual:
            return f"{self.late_seconds:g} s late" if self.late_seconds else ""
        return evolve(self, code=None).in_words

    @property
    def told(self) -> str:
        """What becomes of the answer, for people who read the log."""
        if self.lost:
            return "taken as never received"
        if self.silence:
            return {CLOSE: "not answered, connection closed", RESET: "not answered, connection reset"}.get(
                self.drop, "not answered"
            )
        return f"answered: {self.in_words}"


AS_USUAL: Final = Conduct()
_FRAME_WORDS: Final = {HALF: "half frame", TRICKLE: "trickle", WRONG_LENGTH: "wrong length"}
_DROP_WORDS: Final = {CLOSE: "drop line", RESET: "reset line"}

#: A word of the short spelling -> what it changes.
_WORDS: Final[Mapping[str, dict[str, Any]]] = MappingProxyType(
    {
        "ok": {},
        "approve": {},
        "usual": {},
        "silence": {"silence": True},
        "twice": {"twice": True},
        "lost": {"lost": True},
        "drop line": {"drop": CLOSE},
        "reset line": {"drop": RESET},
        **{words: {"frame": frame} for frame, words in _FRAME_WORDS.items()},
        **{f"wrong {what}": {"wrong": (what,)} for what in WRONGS},
    }
)
_WITH_VALUE: Final = ("late 12s", "set 38=ABC123", "without 38", "05")  #: samples of the words that are not constant
_LATE: Final = re.compile(r"late ([0-9]+(?:\.[0-9]+)?) ?s?")
_ANSWERING: Final = frozenset({"ok", "approve", "usual"})


def conduct_of(text: str, names: Mapping[str, str]) -> Conduct:
    """A step in the short spelling: words joined by ``+``. ValueError, with the sentence of what was found and of what was
    expected, where one is none.

    >>> conduct_of("05 + late 12s", {}).late_seconds
    12.0
    """
    words = [" ".join(part.replace("_", " ").split()) if "=" not in part else part.strip() for part in text.split("+")]
    conduct, answers = AS_USUAL, False
    for word in words:
        changed = _of_word(word, names)
        answers = answers or word in _ANSWERING or not changed.keys() <= {"drop", "silence"}
        conduct = _merged(conduct, changed)
    if conduct.drop and not answers:
        conduct = evolve(conduct, silence=True)
    problem = contradiction(conduct)
    if problem is not None:
        raise ValueError(f"{text.strip()!r}", problem)
    return conduct


def _merged(conduct: Conduct, changed: Mapping[str, Any]) -> Conduct:
    """A conduct with further changes; lists grow."""
    grown = {name: getattr(conduct, name) + value if isinstance(value, tuple) else value for name, value in changed.items()}
    return evolve(conduct, **grown)


def _of_word(word: str, names: Mapping[str, str]) -> dict[str, Any]:
    """What one word changes; ValueError where it is none."""
    known = _WORDS.get(word)
    if known is not None:
        return known
    if _CODE.fullmatch(word):
        if word in _APPROVING:
            raise ValueError(repr(word), _CODE_MEANT)
        return {"code": word}
    late = _LATE.fullmatch(word)
    if late is not None and 0 < float(late[1]) <= SECONDS_MAX:
        return {"late_seconds": float(late[1])}
    first, _, rest = word.partition(" ")
    key, _, value = rest.partition("=")
    number = element_number(key.strip().replace(" ", "_"), names) if first in ("set", "without") else None
    if number is not None and first == "without" and "=" not in rest:
        return {"remove": (number,)}
    if number is not None and first == "set" and "=" in rest:
        return {"set": ((number, value),)}
    near = get_close_matches(word[:80], [*_WORDS, *_WITH_VALUE], n=1)
    every = ", ".join([*sorted(_WORDS), *_WITH_VALUE])
    raise ValueError(repr(word), f"{near[0]} (the nearest), or one of {every}" if near else f"one of {every}")


def contradiction(conduct: Conduct) -> str | None:
    """What is expected of one that contradicts itself; None where it does not."""
    bare = evolve(conduct, silence=False, lost=False, drop="") == AS_USUAL
    if conduct.lost and (conduct.silence or conduct.drop or not bare):
        return '"lost" alone: who never received a message answers nothing'
    if conduct.silence and not bare:
        return '"silence" without an answer beside it'
    if conduct.twice and conduct.frame == HALF:
        return "half a frame, or two answers"
    return None


def conduct_from_toml(table: SpecTable, names: Mapping[str, str]) -> Conduct:
    """A table of ``then``."""
    answer = table.text("answer", None)
    code = None if answer is None or answer in _ANSWERING else answer
    if code is not None and (not _CODE.fullmatch(code) or code in _APPROVING):
        table.mistake("answer", repr(answer), _CODE_MEANT)
    conduct = Conduct(
        code=code,
        set=_values(table, names),
        remove=tuple(_numbers(table, "remove", names)),
        wrong=_among(table, "wrong", WRONGS),
        late_seconds=_late(table),
        twice=table.flag("twice", False),
        silence=table.flag("silence", False),
        lost=table.flag("lost", False),
        frame=table.choice("frame", FRAMES, ""),
        drop=table.choice("drop", DROPS, ""),
    )
    if conduct.drop and not conduct.silence and answer is None and evolve(conduct, drop="").usual:
        conduct = evolve(conduct, silence=True)
    problem = contradiction(conduct)
    if problem is not None:
        table.mistake("", "orders that contradict each other", problem)
    if conduct.usual and answer is None and CONDUCT_KEYS.issuperset(table):
        table.mistake("", "nothing to do", "answer, silence, late, twice or another order")
    table.done()
    return conduct


def _values(table: SpecTable, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The table ``set``: elements and their values."""
    given = table.table("set")
    found = []
    for key, value in given.pairs():
        number = element_number(key, names)
        if number is None or "." in number:
            given.mistake(key, f"element {key!r}", "the number of an element from 2 to 192, or the standard's name of one")
        else:
            found.append((number, value))
    given.reading(SpecTable.done)
    return tuple(found)


def _numbers(table: SpecTable, key: str, names: Mapping[str, str]) -> list[str]:
    """A list of elements."""
    found = []
    for name in table.words(key) if key in table else ():
        number = element_number(name, names)
        if number is None or "." in number:
            table.mistake(key, f"element {name!r}", "the number of an element from 2 to 192, or the standard's name of one")
        else:
            found.append(number)
    table.peek(key, list)
    return found


def _among(table: SpecTable, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """A text or a list of texts, each one of ``allowed``."""
    table.peek(key, str)
    values = table.words(key) if key in table else ()
    for value in values:
        if value not in allowed:
            table.mistake(key, repr(value), "one of " + ", ".join(allowed))
    return values


def _late(table: SpecTable) -> float:
    """``late``: seconds, or text such as ``12s``."""
    text = table.peek("late", str)
    if text is None:
        return float(table.seconds("late", 0.0))
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?s?", text)
    if match is None or not 0 < float(match[1]) <= SECONDS_MAX:
        table.mistake("late", repr(text), f'seconds above 0 and up to {SECONDS_MAX:g}, such as "12s"')
        return 0.0
    return float(match[1])


def steps_from_toml(table: SpecTable, key: str, names: Mapping[str, str]) -> tuple[Conduct, ...]:
    """The value of ``then``: one step or a list of them, as words or as tables."""
    found: list[Conduct] = []
    for step in table.steps(key):
        if isinstance(step, SpecTable):
            conduct = step.reading(partial(conduct_from_toml, names=names))
            if conduct is not None:
                found.append(conduct)
            continue
        try:
            found.append(conduct_of(step, names))
        except ValueError as problem:
            table.mistake(key, problem.args[0], problem.args[1])
    return tuple(found)
