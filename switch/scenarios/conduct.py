"""What the host does with the answer to one message: refuse, answer late, twice, wrongly, in pieces, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve

from switch.card import AUTHENTICATION_RESULTS
from switch.money import format_minor
from switch.record import frozen
from switch.scenarios.condition import element_number
from switch.scenarios.durations import Delay, delay_of, seconds_in_words, seconds_of
from switch.scenarios.vocabulary.rule_words import ANSWERS, HOST, ISSUER, PAGE

WRONGS: Final = ("amount", "mti", "rrn", "stan")  #: what an answer may say otherwise than its request
HALF, TRICKLE, WRONG_LENGTH = "half", "trickle", "wrong_length"
FRAMES: Final = (HALF, TRICKLE, WRONG_LENGTH)  #: what may be done to the bytes of an answer
CLOSE, RESET, HALF_OPEN = "close", "reset", "half_open"
#: How a connection may end: in order (FIN), at once (RST), or by never saying anything more while it stays open.
DROPS: Final = (CLOSE, RESET, HALF_OPEN)
#: Keys of a conduct that is written as a table.
CONDUCT_KEYS: Final = frozenset(
    {
        "answer", "balance", "dialect", "drop", "frame", "hold", "late", "lost", "partial", "refuse", "remove", "set",
        "silence", "state", "threeds", "timeout", "twice", "wrong",
    }
)  # fmt: skip
CODE: Final = re.compile(r"[0-9A-Z]{2}")
CODE_MEANT: Final = 'two digits or capital letters that refuse (DE 39), or "ok" for the usual answer'
APPROVING: Final = frozenset({"00", "10"})  #: codes that only the card's account can give
DIALECT_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
STATE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
THREEDS: Final = "threeds"  #: the order for the payment page
#: For which the bank is waited for where a rule says ``timeout`` without a time: shorter than any bank takes to answer.
TIMEOUT_SECONDS_LEAST: Final = 0.001
STATE_MEANT: Final = "a name of 1 to 40 letters, digits, - and _"


@frozen(kw_only=True)
class Conduct:
    """What is done with an answer; one like ``AS_USUAL`` is sent as if there were no rule."""

    code: str | None = None  #: refuse with this one (DE 39), and do nothing else; None: judge as usual
    set: tuple[tuple[str, str], ...] = ()  #: numbers of elements of the answer, and their values instead
    remove: tuple[str, ...] = ()  #: numbers of elements that the answer leaves out
    wrong: tuple[str, ...] = ()  #: of WRONGS
    late_seconds: float = 0.0
    late: Delay | None = None  #: instead of ``late_seconds``, until it is drawn for a message
    hold: bool = False  #: the answer waits until somebody releases it; what else is ordered is done then
    part_minor: int | None = None  #: the issuer is asked for this part of the amount, and the answer is 10 with it
    balance_minor: int | None = None  #: an available balance in the answer (DE 54)
    dialect: str = ""  #: the answer is encoded in this dialect, whatever the connection speaks
    timeout_seconds: float = 0.0  #: for which the issuer's answer is waited for; 0: as the specification says
    refuse_seconds: float = 0.0  #: new connections to the listener are refused for so long
    state: str = ""  #: of its scenario from now on
    twice: bool = False
    silence: bool = False  #: nothing is answered; whatever was decided stands
    lost: bool = False  #: the message counts as never received: nothing is decided, nothing answered
    frame: str = ""  #: of FRAMES
    threeds: str = ""  #: of AUTHENTICATION_RESULTS: what the issuing bank's page finds of the holder, at the payment page
    drop: str = ""  #: of DROPS: the connection ends, behind the answer or, with ``silence``, in its place

    @property
    def usual(self) -> bool:
        """Whether it changes nothing of the answer."""
        return evolve(self, state="") == AS_USUAL if self.state else self == AS_USUAL

    @property
    def alters(self) -> bool:
        """Whether the answer says something else than it would."""
        return bool(self.set or self.remove or self.wrong or self.balance_minor is not None)

    def drawn(self, chance: float) -> Conduct:
        """The same with the delay that a number from 0 to 1 stands for, and without a state, which is its rule's to set."""
        if self.late is None:
            return evolve(self, state="") if self.state else self
        return evolve(self, late_seconds=round(self.late.drawn(chance), 3), late=None, state="")

    @property
    def in_words(self) -> str:
        """As the short spelling has it: ``05 + late 12s``."""
        parts = [f"{THREEDS}={self.threeds}"] if self.threeds else []
        parts += [self.code] if self.code else []
        parts += [f"partial {_in_units(self.part_minor)}"] if self.part_minor is not None else []
        parts += [f"balance {_in_units(self.balance_minor)}"] if self.balance_minor is not None else []
        parts += [f"set {number}={value}" for number, value in self.set]
        parts += [f"without {number}" for number in self.remove]
        parts += [f"wrong {what}" for what in self.wrong]
        parts += [f"dialect {self.dialect}"] if self.dialect else []
        parts += [_FRAME_WORDS[self.frame]] if self.frame else []
        parts += [f"timeout {seconds_in_words(self.timeout_seconds)}"] if self.timeout_seconds else []
        parts += ["hold"] if self.hold else []
        parts += [f"late {seconds_in_words(self.late_seconds)}"] if self.late_seconds else []
        parts += [f"late {self.late.in_words}"] if self.late is not None else []
        parts += ["twice"] if self.twice else []
        parts += ["lost"] if self.lost else []
        drop = _DROP_WORDS.get(self.drop, "")
        if drop and self.refuse_seconds:
            drop = self._refusing if self.drop == CLOSE else f"{drop} + {self._refusing}"
        if drop:
            parts += [drop] if self.silence else [*(parts or ["ok"])[len(parts) :], drop]
        elif self.silence:
            parts.append("silence")
        if self.state:
            parts = [*(parts or ["ok"]), f"state {self.state}"]
        return " + ".join(parts) or "ok"

    @property
    def besides_code(self) -> str:
        """What becomes of an answer besides its code, for people; empty where nothing does."""
        if evolve(self, code=None, late_seconds=0.0).usual:
            return f"{self.late_seconds:g} s late" if self.late_seconds else ""
        return evolve(self, code=None).in_words

    @property
    def _refusing(self) -> str:
        return f"refuse {seconds_in_words(self.refuse_seconds)}"

    @property
    def told(self) -> str:
        """What becomes of the answer, for people who read the log."""
        if self.threeds:
            return f"3-D Secure finds: {self.threeds}"
        if self.lost:
            return "taken as never received"
        if self.silence:
            refused = f", connections refused for {seconds_in_words(self.refuse_seconds)}" if self.refuse_seconds else ""
            return _TOLD_OF_DROPS.get(self.drop, "not answered") + refused
        return f"{'held back' if self.hold else 'answered'}: {self.in_words}"


AS_USUAL: Final = Conduct()
_FRAME_WORDS: Final = {HALF: "half frame", TRICKLE: "trickle", WRONG_LENGTH: "wrong length"}
_DROP_WORDS: Final = {CLOSE: "drop line", RESET: "reset line", HALF_OPEN: "half open"}
_TOLD_OF_DROPS: Final = {
    CLOSE: "not answered, connection closed",
    RESET: "not answered, connection reset",
    HALF_OPEN: "not answered, nor is anything else on this connection",
}

#: Orders that leave the answer out, or say nothing of it.
_NOT_ANSWERING: Final = frozenset({"drop", "refuse_seconds", "silence", "state"})
_MINORS: Final = {"partial": "part_minor", "balance": "balance_minor"}

#: A word of the short spelling -> what it changes.
_WORDS: Final[Mapping[str, dict[str, Any]]] = MappingProxyType(
    {
        "ok": {},
        "approve": {},
        "usual": {},
        "silence": {"silence": True},
        "twice": {"twice": True},
        "lost": {"lost": True},
        "hold": {"hold": True},
        "timeout": {"timeout_seconds": TIMEOUT_SECONDS_LEAST},
        **{words: {"drop": drop} for drop, words in _DROP_WORDS.items()},
        **{words: {"frame": frame} for frame, words in _FRAME_WORDS.items()},
        **{f"wrong {what}": {"wrong": (what,)} for what in WRONGS},
        **{f"{THREEDS}={result}": {THREEDS: result} for result in AUTHENTICATION_RESULTS},
    }
)
#: Samples of the words that are not constant.
_WITH_VALUE: Final = (
    "late 12s", "late uniform 1s..3s", "late lognormal 300ms 0.4", "partial 30.00", "balance 500.00", "set 38=ABC123",
    "without 38", "dialect bcd", "timeout 3s", "refuse 30s", "state blocked", "05",
)  # fmt: skip
#: The first word of what people write first -> the answer that they mean.
_MEANT: Final = {
    "timeout": "timeout 3s", "time-out": "timeout", "timesout": "timeout", "times": "timeout", "time": "timeout",
    "none": "silence",
    "no": "silence", "nothing": "silence", "ignore": "silence", "silent": "silence", "mute": "silence",
    "decline": "05", "declined": "05", "refuse": "05", "refused": "05", "reject": "05", "rejected": "05", "deny": "05",
    "approved": "ok", "accept": "ok", "normal": "ok", "pass": "ok",
    "delay": "late 12s", "delayed": "late 12s", "wait": "late 12s", "slow": "late 12s", "sleep": "late 12s",
    "close": "drop line", "disconnect": "drop line", "hang": "half open", "duplicate": "twice", "double": "twice",
}  # fmt: skip
_SOME: Final = ("ok", "05", "silence", "late 12s", "hold")
#: Place at which a rule acts -> first words of the answers that are not its own.
_NOT_AT: Final = {HOST: {THREEDS}, ISSUER: {THREEDS, "hold", "refuse", "timeout"}}
_AMOUNT: Final = re.compile(r"([0-9]{1,10})(?:\.([0-9]{2}))?")
ANSWERING: Final = frozenset({"ok", "approve", "usual"})


def conduct_of(text: str, names: Mapping[str, str], place: str = "") -> Conduct:
    """A step in the short spelling: words joined by ``+``. ValueError, with the sentence of what was found and of what was
    expected, where one is none: it offers the answers that there are at a ``place``, or at all places.

    >>> conduct_of("05 + late 12s", {}).late_seconds
    12.0
    """
    words = [_plain(part) for part in text.split("+")]
    conduct, answers = AS_USUAL, False
    for word in words:
        changed = _of_word(word, names, place)
        answers = answers or word in ANSWERING or not changed.keys() <= _NOT_ANSWERING
        conduct = _merged(conduct, changed)
    conduct = completed(conduct, answers=answers)
    problem = contradiction(conduct)
    if problem is not None:
        raise ValueError(f"{text.strip()!r}", problem)
    return conduct


def _plain(part: str) -> str:
    """A word with single blanks, and blanks for underscores; of an order with a name or a value, only around it."""
    key, found, result = part.strip().replace(" ", "=", 1).partition("=")
    if key == THREEDS and found:
        return f"{THREEDS}={' '.join(re.split('[ =_-]+', result.strip(' =')))}"
    first = part.split(maxsplit=1)[:1]
    if "=" in part or first in (["dialect"], ["state"]):
        return " ".join(part.strip().split(maxsplit=1))
    return " ".join(part.replace("_", " ").split())


def completed(conduct: Conduct, *, answers: bool) -> Conduct:
    """A conduct with what goes without saying: who refuses connections ends the one there is, and where one ends without
    another order there is no answer."""
    if conduct.refuse_seconds and not conduct.drop:
        conduct = evolve(conduct, drop=CLOSE)
    return evolve(conduct, silence=True) if conduct.drop and not answers else conduct


def _merged(conduct: Conduct, changed: Mapping[str, Any]) -> Conduct:
    """A conduct with further changes; lists grow."""
    grown = {name: getattr(conduct, name) + value if isinstance(value, tuple) else value for name, value in changed.items()}
    return evolve(conduct, **grown)


def _of_word(word: str, names: Mapping[str, str], place: str) -> dict[str, Any]:
    """What one word changes; ValueError where it is none."""
    known = _WORDS.get(word)
    if known is not None:
        return known
    if CODE.fullmatch(word):
        if word in APPROVING:
            raise ValueError(repr(word), CODE_MEANT)
        return {"code": word}
    first, _, rest = word.partition(" ")
    changed = _of_valued(first, rest)
    if changed is not None:
        return changed
    key, _, value = rest.partition("=")
    number = element_number(key.strip().replace(" ", "_"), names) if first in ("set", "without") else None
    if number is not None and first == "without" and "=" not in rest:
        return {"remove": (number,)}
    if number is not None and first == "set" and "=" in rest:
        return {"set": ((number, value),)}
    raise ValueError(repr(word), _expected(word, place))


def _expected(word: str, place: str) -> str:
    """The answer that was probably meant, or all that there are at a place."""
    known, meant = _offered([*_WORDS, *_WITH_VALUE], place), _MEANT.get(word.partition(" ")[0])
    near = [meant] if meant in known else get_close_matches(word[:80], known, n=1)
    if near:
        some = ", ".join(_offered(_SOME, place))
        return f"{near[0]} (the nearest), or another answer, such as {some}"
    listed = known if place == PAGE else _offered([each for answer in ANSWERS for each in answer.spelled], place)
    return "one of " + ", ".join(listed)


def _offered(words: Iterable[str], place: str) -> list[str]:
    """Those of the answers that a rule can give at a place; all where it says none."""
    if place == PAGE:
        return [word for word in words if word == "ok" or word.startswith(THREEDS)]
    barred = _NOT_AT.get(place, set())
    return [word for word in words if re.split("[ =]", word)[0] not in barred]


def _of_valued(first: str, value: str) -> dict[str, Any] | None:
    """What an order with a value changes; None where it is none, or its value cannot be."""
    if first == "late":
        late = delay_of(value)
        return None if late is None else {"late": late} if isinstance(late, Delay) else {"late_seconds": late}
    if first in ("refuse", "timeout"):
        seconds = seconds_of(value)
        return None if seconds is None else {f"{first}_seconds": seconds}
    if first in ("partial", "balance"):
        minor = minor_of(value)
        return None if minor is None or (first == "partial" and not minor) else {_MINORS[first]: minor}
    if first == "dialect" and DIALECT_NAME.fullmatch(value):
        return {"dialect": value}
    if first == "state" and STATE_NAME.fullmatch(value):
        return {"state": value}
    return None


def minor_of(text: str) -> int | None:
    """An amount of two decimals in minor units, such as ``30`` or ``30.00``; None where it is none."""
    match = _AMOUNT.fullmatch(text)
    return None if match is None else int(match[1]) * 100 + int(match[2] or "0")


def _in_units(minor: int) -> str:
    return format_minor(minor).split()[0]


def contradiction(conduct: Conduct) -> str | None:
    """What is expected of one that contradicts itself; None where it does not."""
    bare = evolve(conduct, silence=False, lost=False, drop="", refuse_seconds=0.0, state="") == AS_USUAL
    if conduct.threeds and evolve(conduct, threeds="", state="") != AS_USUAL:
        return '"threeds" without an answer of the host beside it: that is another rule'
    if conduct.lost and (conduct.silence or conduct.drop or not bare):
        return '"lost" alone: who never received a message answers nothing'
    if conduct.code is not None and conduct.part_minor is not None:
        return "a code that refuses, or a part of the amount"
    if conduct.code is not None and conduct.timeout_seconds:
        return "a code that refuses, or a timeout: with a code no bank is asked"
    if conduct.silence and not bare:
        return '"silence" without an answer beside it'
    if conduct.twice and conduct.frame == HALF:
        return "half a frame, or two answers"
    return None
