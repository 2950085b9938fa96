"""The short spelling of an expectation, as the values of its long one:
``one 0420 of rrn 632603575796 within 30s of its 0100, amount equal, nothing after``."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any, Final

from switch.scenarios.condition import ALIASES, AMOUNT_KEYS, CLAUSE_WORDS, MESSAGE_KINDS
from switch.verification.expectation import is_mti
from switch.verification.seen_message import PARTIES

_NUMBERS: Final = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_FILLERS: Final = frozenset({"a", "and", "an", "its", "message", "messages", "of", "that", "the", "with"})
_KEYWORDS: Final = (
    "after",
    "answered",
    "amount",
    "at",
    "exactly",
    "for",
    "from",
    "never",
    "nothing",
    "to",
    "unreadable",
    "within",
)
#: A length of time with a blank before its unit, as it is shown to people.
_LENGTH: Final = re.compile(r"(?<=\s)([0-9]+(?:\.[0-9]+)?) (ms|s|min|m|h)(?=[\s,]|$)")
#: Several of a class -> the class.
_SEVERAL: Final = {f"{kind}{'es' if kind == 'echo' else 's'}": kind for kind in MESSAGE_KINDS if not kind.endswith("s")}
_TOKEN: Final = re.compile(r"""(?:[^\s"',]|,(?=\S)|"[^"]*"|'[^']*')+|,""")


def expectation_values(text: str, names: Collection[str]) -> dict[str, Any]:
    """What an expectation in one line says, as a table of a file would; ``names`` are names of elements. ValueError, with what
    was found and what was expected, where it is none.

    >>> expectation_values("one 0420 of rrn 632603575796 within 30s of its 0100, amount equal", ["rrn"])
    {'when': {'mti': '0420', 'rrn': '632603575796'}, 'exactly': 1, 'within': '30s', 'of': '0100', 'amount_equal': True}
    """
    return _Sentence(_TOKEN.findall(_LENGTH.sub(r"\1\2", text)), names).read()


class _Sentence:
    """The words of one, read from left to right."""

    def __init__(self, words: list[str], names: Collection[str]) -> None:
        self._words = [word for word in words if word != ","]
        self._keys = {*CLAUSE_WORDS, *ALIASES, *AMOUNT_KEYS, *names}
        self._when: dict[str, Any] = {}
        self._values: dict[str, Any] = {"when": self._when}

    def read(self) -> dict[str, Any]:
        if not self._words:
            raise ValueError("nothing", "an expectation, such as 'one 0420 of terminal ONDE0001 within 30s of its 0100'")
        while self._words:
            word = self._words.pop(0)
            if word in _FILLERS:
                continue
            act = getattr(self, f"_{word}", None) if word in _KEYWORDS else None
            if act is not None:
                act()
            elif word in _NUMBERS or (word.isdecimal() and len(word) < 4):
                self._count(int(word) if word.isdecimal() else _NUMBERS[word])
            elif is_mti(word):
                self._add(self._when, "mti", word)
            elif (kind := word.replace("-", "_")) in MESSAGE_KINDS or kind in _SEVERAL:
                self._add(self._when, "class", _SEVERAL.get(kind, kind))
            else:
                self._pair(word)
        return self._values

    def _add(self, into: dict[str, Any], key: str, value: Any) -> None:
        if key in into:
            raise ValueError(f"{key} twice", f"{key} once")
        into[key] = value

    def _next(self, behind: str, expected: str) -> str:
        if not self._words:
            raise ValueError(f"nothing behind {behind}", expected)
        return self._words.pop(0)

    def _take(self, *words: str) -> bool:
        """Whether these words come next; they are read then."""
        if tuple(self._words[: len(words)]) != words:
            return False
        del self._words[: len(words)]
        return True

    def _pair(self, word: str) -> None:
        """A condition: ``card=…`` or ``card …``."""
        key, sign, value = word.partition("=")
        if key not in self._keys and not re.fullmatch(r"(?:de)?[0-9]{1,3}(?:\.[0-9A-Za-z]+)*", key):
            near = get_close_matches(key[:80], sorted({*self._keys, *_KEYWORDS, *MESSAGE_KINDS}), n=1)
            nearest = f"{near[0]} (the nearest), or " if near else ""
            raise ValueError(repr(word), f"{nearest}an MTI, a condition such as terminal=ONDE0001, or {', '.join(_KEYWORDS)}")
        if not sign:
            value = self._next(key, f"a value, such as {key}=…")
        if value[:1] in ("'", '"'):
            self._add(self._when, key, value[1:-1])
        else:
            self._add(self._when, key, value.split(",") if "," in value else value)

    def _count(self, count: int) -> None:
        if count:
            self._add(self._values, "exactly", count)
        else:
            self._never()

    def _never(self) -> None:
        self._add(self._values, "never", True)

    def _exactly(self) -> None:
        self._add(self._values, "exactly", self._number("exactly"))

    def _at(self) -> None:
        which = self._next("at", "least or most")
        if which not in ("least", "most"):
            raise ValueError(f"at {which}", "at least or at most")
        self._add(self._values, f"at_{which}", self._number(f"at {which}"))

    def _number(self, behind: str) -> int:
        word = self._next(behind, "a number")
        if word not in _NUMBERS and not (word.isdecimal() and len(word) < 4):
            raise ValueError(f"{behind} {word}", f"{behind} and a number, such as {behind} 2")
        return _NUMBERS[word] if word in _NUMBERS else int(word)

    def _within(self) -> None:
        self._add(self._values, "within", self._next("within", "a length of time, such as 30s"))
        if self._take("of", "its") or self._take("of", "the"):
            self._add(self._values, "of", self._next("of its", "the MTI of its original, such as 0100"))
        elif self._take("of"):
            self._add(self._values, "of", self._next("of", "the MTI of its original, such as 0100"))

    def _for(self) -> None:
        self._add(self._values, "for", self._next("for", "a length of time, such as 5s"))

    def _after(self) -> None:
        self._take("its")
        self._add(self._values, "after", self._next("after", "an MTI, or the name of another expectation").strip("\"'"))

    def _from(self) -> None:
        self._take("the")
        self._add(self._values, "from", self._next("from", f"one of {', '.join(PARTIES)}"))

    def _to(self) -> None:
        self._take("the")
        self._add(self._values, "to", self._next("to", f"one of {', '.join(PARTIES)}"))

    def _answered(self) -> None:
        self._add(self._values, "answer", self._next("answered", "a response code, such as 00, or none"))

    def _amount(self) -> None:
        """``amount equal``, or a condition on the amount."""
        if self._take("equal"):
            self._add(self._values, "amount_equal", True)
        else:
            self._pair("amount")

    def _nothing(self) -> None:
        if not self._take("after"):
            raise ValueError("nothing", "nothing after, or never")
        length = self._next("for", "a length of time, such as 5s") if self._take("for") else None
        self._add(self._values, "nothing_after", True if length is None else length)

    def _unreadable(self) -> None:
        self._add(self._values, "unreadable", True)
