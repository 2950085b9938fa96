"""A checked view of one TOML table: every value is asked for by name and kind, and what nobody asked for is an error.

The rooms' ``from_toml`` constructors receive one of these; only ``switch.specs`` reads files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from switch.errors import SpecError

_KINDS = {str: "text", bool: "true or false", int: "a whole number", float: "a decimal number", list: "a list", dict: "a table"}


def _shown(value: object) -> str:
    for kind, word in _KINDS.items():
        if type(value) is kind:
            return f"{value!r}" if kind in (str, int, bool) else word
    return f"the date or time {value} (without quotes)"


class SpecTable:
    """One table of a TOML file; ``file`` and ``path`` say where it stands, ``lines`` maps dotted paths to line numbers."""

    def __init__(self, file: str, values: Mapping[str, Any], path: str = "", lines: Mapping[str, int] | None = None) -> None:
        self.file, self.path = file, path
        self._values, self._lines = values, lines or {}
        self._asked: set[str] = set()

    def wrong(self, key: str, found: object, expected: str) -> NoReturn:
        """Refuse the value at ``key`` (or the whole table with an empty key)."""
        dotted = ".".join(part for part in (self.path, key) if part)
        raise SpecError(self.file, dotted, found, expected, self._line(dotted))

    def _line(self, dotted: str) -> int | None:
        """The line of a key, or of the nearest table above it that has one (inline tables have no lines of their own)."""
        while dotted and dotted not in self._lines:
            dotted = dotted[: max(dotted.rfind("."), dotted.rfind("["), 0)]
        return self._lines.get(dotted)

    def _value(self, key: str, kind: type, default: Any) -> Any:
        self._asked.add(key)
        if key not in self._values:
            if default is ...:
                self.wrong(key, "nothing", _KINDS[kind])
            return default
        value = self._values[key]
        if type(value) is not kind:
            self.wrong(key, _shown(value), _KINDS[kind])
        return value

    def text(self, key: str, default: Any = ..., *, pattern: str | None = None, expected: str = "") -> Any:
        """A string; ``pattern`` is an ASCII regular expression all of it must match, ``expected`` its meaning in words."""
        value = self._value(key, str, default)
        if pattern is not None and key in self._values and not re.fullmatch(pattern, value, re.ASCII):
            self.wrong(key, repr(value), expected or f"text of the form {pattern}")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: Any = ...) -> Any:
        value = self._value(key, str, default)
        if key in self._values and value not in allowed:
            self.wrong(key, repr(value), "one of " + ", ".join(allowed))
        return value

    def integer(self, key: str, default: Any = ..., *, low: int = 0, high: int = 2**53) -> Any:
        value = self._value(key, int, default)
        if key in self._values and not low <= value <= high:
            self.wrong(key, value, f"a whole number from {low} to {high}")
        return value

    def seconds(self, key: str, default: Any = ..., *, high: float = 3600.0) -> Any:
        """A duration: a whole or decimal number of seconds above zero."""
        value = self._values.get(key)
        kind = int if type(value) is int else float
        value = self._value(key, kind, default)
        if key in self._values and not 0 < value <= high:
            self.wrong(key, value, f"seconds above 0 and up to {high:g}")
        return float(value) if value is not None else None

    def flag(self, key: str, default: Any = ...) -> Any:
        return self._value(key, bool, default)

    def texts(self, key: str, default: Any = ...) -> Any:
        """A list of strings, as a tuple."""
        value = self._value(key, list, default)
        if key in self._values and not all(type(item) is str for item in value):
            self.wrong(key, "a list with other values", "a list of text")
        return tuple(value) if value is not None else None

    def minor(self, key: str, default: Any = ...) -> Any:
        """An amount written as text with two decimals (``"125.00"``), as minor units."""
        value = self.text(key, default, pattern=r"\d+\.\d\d", expected='an amount as text with two decimals, such as "125.00"')
        return int(value.replace(".", "")) if key in self._values else value

    def table(self, key: str) -> SpecTable:
        return self._below(key, self._value(key, dict, {}))

    def tables(self, key: str) -> Iterator[SpecTable]:
        """The tables of an array (``[[key]]``), in order; none when the key is missing."""
        for number, item in enumerate(self._value(key, list, []), start=1):
            if type(item) is not dict:
                self.wrong(key, _shown(item), f"[[{key}]] tables")
            yield self._below(f"{key}[{number}]", item)

    def named(self, key: str) -> Iterator[tuple[str, SpecTable]]:
        """The sub-tables ``[key.name]``, with their names."""
        for name, item in self._value(key, dict, {}).items():
            if type(item) is not dict:
                self.wrong(f"{key}.{name}", _shown(item), f"a table [{key}.{name}]")
            yield name, self._below(f"{key}.{name}", item)

    def _below(self, key: str, values: Mapping[str, Any]) -> SpecTable:
        return SpecTable(self.file, values, ".".join(part for part in (self.path, key) if part), self._lines)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def done(self) -> None:
        """Refuse keys nobody asked for; to be called at the end of every ``from_toml``."""
        for key in self._values:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                self.wrong(key, "a key nobody reads", f"one of {known}")
