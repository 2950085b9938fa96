"""A checked view of one TOML table: every value is asked for by name and kind, and what nobody asked for is an error.

The rooms' ``from_toml`` constructors receive one of these; only ``switch.specs`` reads files. A table that was given a place
for mistakes puts them there and is read on, so that a person hears of all at once; one that was not raises the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NoReturn, TypeVar

from switch.errors import SpecError

T = TypeVar("T")

#: Mistakes by file, dotted key and what was found, each once however often it is met.
Mistakes = dict[tuple[str, str, str], SpecError]

_WHOLE_DIGITS_MAX: Final = 12  #: of a number in a file; more could be a card number, and then no sentence shows it
WHOLE_MAX: Final = 10**_WHOLE_DIGITS_MAX - 1
AMOUNT_MINOR_MAX: Final = 999_999_999_999  #: twelve digits, all that DE 4 and DE 54 carry
SECONDS_MAX: Final = 3600.0  #: of a duration in a file
_SHOWN_MAX: Final = 200  #: characters of a value in a sentence

NOTHING: Final = "nothing"  #: what was found where a key is missing

_KINDS: Final = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a decimal number",
    list: "a list",
    dict: "a table",
}


def _shown(value: object) -> str:
    if type(value) is int and abs(value) > WHOLE_MAX:
        return f"a number of more than {_WHOLE_DIGITS_MAX} digits"
    if type(value) is str and len(value) > _SHOWN_MAX:
        return f"{value[:_SHOWN_MAX]!r} and {len(value) - _SHOWN_MAX} characters more"
    for kind, word in _KINDS.items():
        if type(value) is kind:
            return f"{value!r}" if kind in (str, int, bool) else word
    return f"the date or time {value} (without quotes)"


class SpecTable:
    """One table of a TOML file; ``file`` and ``path`` say where it stands, ``lines`` maps dotted paths to line numbers."""

    def __init__(
        self,
        file: str,
        values: Mapping[str, Any],
        path: str = "",
        lines: Mapping[str, int] | None = None,
        mistakes: Mistakes | None = None,
    ) -> None:
        self.file, self.path = file, path
        self._values, self._mistakes = values, mistakes
        self._lines: Mapping[str, int] = {} if lines is None else lines
        self._above: SpecTable | None = None
        self.minor_digits = (
            2  #: decimals of the amounts in this table and those below: the currency of an issuer may have others
        )
        self._asked: set[str] = set()
        self._stand_ins: set[str] = set()  #: keys whose values are wrong: what was given out stands in for them
        self._first: SpecError | None = None  #: of the mistakes in this table and those below

    def wrong(self, key: str, found: object, expected: str) -> NoReturn:
        """Refuse the value at ``key`` (or the whole table with an empty key); the table is read no further."""
        raise self.error(key, found, expected)

    def mistake(self, key: str, found: object, expected: str) -> None:
        """The same where the rest of the table can still be read: it is, where mistakes are collected."""
        if key in self._stand_ins:
            return  # this value was refused before; what is wrong now is the one that stands in for it
        error = self.error(key, found, expected)
        if self._mistakes is None:
            raise error
        self._collect(error)

    def error(self, key: str, found: object, expected: str) -> SpecError:
        """What is wrong with a value, with file and line."""
        dotted = self._dotted(key)
        return SpecError(self.file, dotted, found, expected, self._line(dotted))

    def _collect(self, error: SpecError) -> None:
        assert self._mistakes is not None
        error = self._mistakes.setdefault((error.file, error.key, str(error.found)), error)
        table: SpecTable | None = self
        while table is not None:
            table._first = table._first or error
            table = table._above

    def reading(self, read: Callable[[SpecTable], T]) -> T | None:
        """What ``read`` makes of this table; None where it is wrong and mistakes are collected."""
        try:
            return read(self)
        except SpecError as error:
            if self._mistakes is None:
                raise
            if error is not self._first:  # ``done`` raises what is collected already
                self._collect(error)
            return None

    def each(self, key: str, read: Callable[[SpecTable], T]) -> Iterator[tuple[SpecTable, T]]:
        """The tables of an array with what ``read`` makes of them; those that are wrong are left out."""
        for entry in self.tables(key):
            value = entry.reading(read)
            if value is not None:
                yield entry, value

    def peek(self, key: str, kind: type[T]) -> T | None:
        """The value at a key where it is of this kind, and no mistake where it is not: for checks of what is said elsewhere."""
        self._asked.add(key)
        value = self._values.get(key)
        return value if type(value) is kind else None

    def _line(self, dotted: str) -> int | None:
        """The line of a key, or of the nearest table above it that has one (inline tables have no lines of their own)."""
        while dotted and dotted not in self._lines:
            dotted = dotted[: max(dotted.rfind("."), dotted.rfind("["), 0)]
        return self._lines.get(dotted)

    def _value(self, key: str, kind: type, default: Any) -> Any:
        self._asked.add(key)
        if key not in self._values and default is not ...:
            return default
        value = self._values.get(key)
        if type(value) is kind:
            return value
        self._unusable(key, _shown(value) if key in self._values else NOTHING, _KINDS[kind])
        return kind()

    def _given(self, key: str) -> bool:
        """Whether there is a value of the right kind."""
        return key in self._values and key not in self._stand_ins

    def _unusable(self, key: str, found: str, expected: str) -> None:
        """A mistake that leaves nothing to go on with."""
        self.mistake(key, found, expected)
        self._stand_ins.add(key)

    def text(self, key: str, default: Any = ..., *, pattern: str | None = None, expected: str = "") -> Any:
        """A string; ``pattern`` is an ASCII regular expression all of it must match, ``expected`` its meaning in words."""
        value = self._value(key, str, default)
        if pattern is not None and self._given(key) and not re.fullmatch(pattern, value, re.ASCII):
            self._unusable(key, _shown(value), expected or f"text of the form {pattern}")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: Any = ...) -> Any:
        value = self._value(key, str, default)
        if self._given(key) and value not in allowed:
            self._unusable(key, _shown(value), "one of " + ", ".join(allowed))
        return value

    def integer(self, key: str, default: Any = ..., *, low: int = 0, high: int = WHOLE_MAX) -> Any:
        value = self._value(key, int, default)
        if self._given(key) and not low <= value <= high:
            self._unusable(key, _shown(value), f"a whole number from {low} to {high}")
        return value

    def seconds(self, key: str, default: Any = ...) -> Any:
        """A duration: a whole or decimal number of seconds above zero, SECONDS_MAX at most."""
        value = self._values.get(key)
        kind = int if type(value) is int else float
        value = self._value(key, kind, default)
        if self._given(key) and not 0 < value <= SECONDS_MAX:
            self._unusable(key, _shown(value) if kind is int else f"{value}", f"seconds above 0 and up to {SECONDS_MAX:g}")
            return SECONDS_MAX
        return float(value) if value is not None else None

    def flag(self, key: str, default: Any = ...) -> Any:
        return self._value(key, bool, default)

    def texts(self, key: str, default: Any = ...) -> Any:
        """A list of strings, as a tuple."""
        value = self._value(key, list, default)
        if self._given(key) and not all(type(item) is str for item in value):
            self._unusable(key, "a list with other values", "a list of text")
            return ()
        return tuple(value) if value is not None else None

    def words(self, key: str) -> tuple[str, ...]:
        """A text, or a list of texts of which there is at least one."""
        self._asked.add(key)
        value = self._values.get(key)
        if type(value) is str:
            return (value,)
        if type(value) is list and value and all(type(item) is str for item in value):
            return tuple(value)
        self._unusable(key, _shown(value) if type(value) is not list else "a list with other values", "text, or a list of text")
        return ()

    def minor(self, key: str, default: Any = ...) -> Any:
        """An amount written as text with ``minor_digits`` decimals (``"125.00"``), as minor units: at most AMOUNT_MINOR_MAX."""
        digits_after, words = self.minor_digits, {0: "no", 2: "two", 3: "three"}[self.minor_digits]
        behind = f".{'0' * digits_after}" if digits_after else ""
        value = self.text(
            key,
            default,
            pattern=rf"[0-9]+\.[0-9]{{{digits_after}}}" if digits_after else "[0-9]+",
            expected=f'an amount as text with {words} decimals, such as "125{behind}"',
        )
        if not self._given(key):
            return 0 if key in self._stand_ins else value
        digits = value.replace(".", "").lstrip("0")
        if len(digits) > len(str(AMOUNT_MINOR_MAX)):
            found = repr(value) if len(value) <= len("123456789012.00") else f"an amount of {len(digits)} digits"
            largest = f"{AMOUNT_MINOR_MAX // 10**digits_after}{behind.replace('0', '9')}"
            self._unusable(key, found, f"at most {largest}, the twelve digits DE 4 and DE 54 have room for")
            return 0
        return int(digits or "0")

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The keys of a table in which each value is text, with their values."""
        for key in self._values:
            yield key, self.text(key)

    def table(self, key: str) -> SpecTable:
        value = self._values.get(key, {})
        self._asked.add(key)
        if type(value) is not dict:
            self.wrong(key, _shown(value), _KINDS[dict])
        return self._below(key, value)

    def steps(self, key: str) -> Iterator[str | SpecTable]:
        """The texts and tables of a list, in order; a text or a table by itself is a list of one."""
        self._asked.add(key)
        value = self._values.get(key)
        if type(value) is not list:
            if type(value) is dict:
                yield self._below(key, value)
            elif type(value) is str:
                yield value
            else:
                self.mistake(key, _shown(value) if key in self._values else NOTHING, "text, a table, or a list of these")
            return
        for number, item in enumerate(value, start=1):
            if type(item) is dict:
                yield self._below(f"{key}[{number}]", item)
            elif type(item) is str:
                yield item
            else:
                self.mistake(key, f"{_shown(item)} in a list", "text and tables")

    def tables(self, key: str) -> Iterator[SpecTable]:
        """The tables of an array (``[[key]]``), in order; none when the key is missing."""
        for number, item in enumerate(self._value(key, list, []), start=1):
            if type(item) is dict:
                yield self._below(f"{key}[{number}]", item)
            else:
                self.mistake(key, _shown(item), f"[[{key}]] tables")

    def named(self, key: str) -> Iterator[tuple[str, SpecTable]]:
        """The sub-tables ``[key.name]``, with their names."""
        for name, item in self._value(key, dict, {}).items():
            if type(item) is dict:
                yield name, self._below(f"{key}.{name}", item)
            else:
                self.mistake(f"{key}.{name}", _shown(item), f"a table [{key}.{name}]")

    def fresh(self) -> SpecTable:
        """The same table, of which nothing has been asked yet: for another reader."""
        return SpecTable(self.file, self._values, self.path, self._lines, self._mistakes)

    def made(self, key: str, values: Mapping[str, Any]) -> SpecTable:
        """A table that the file spells in another way, at a key."""
        return self._below(key, values)

    def _below(self, key: str, values: Mapping[str, Any]) -> SpecTable:
        table = SpecTable(self.file, values, self._dotted(key), self._lines, self._mistakes)
        table._above, table.minor_digits = self, self.minor_digits
        return table

    def _misspelt(self, key: str) -> str | None:
        """The missing key that one nobody reads was meant to be: the two are one mistake."""
        from difflib import get_close_matches  # read only where something is wrong

        missing = [name for name in self._stand_ins if name not in self._values]
        meant = next(iter(get_close_matches(key[:_SHOWN_MAX], missing, n=1)), None)
        if meant is not None and self._mistakes is not None:
            self._mistakes.pop((self.file, self._dotted(meant), NOTHING), None)
        return meant

    def _nearest(self, key: str) -> str:
        """The keys there are, and the one that was probably meant."""
        from difflib import get_close_matches  # read only where something is wrong

        known = sorted(self._asked)
        near = get_close_matches(key[:_SHOWN_MAX], known, n=1) if len(known) > 1 else []
        return f"one of {', '.join(known)}" + (f" (the nearest is {near[0]})" if near else "")

    def _dotted(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)

    def __iter__(self) -> Iterator[str]:
        """Its keys, in order."""
        return iter(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def done(self) -> None:
        """Refuse keys nobody asked for; to be called at the end of every ``from_toml``. No value of a table that has a mistake
        in it gets further than this."""
        for key in self._values:
            if key not in self._asked:
                meant = self._misspelt(key)
                expected = f"{meant}, which is missing" if meant else self._nearest(key)
                self.mistake(key, "a key nobody reads", expected)
        if self._first is not None:
            raise self._first
