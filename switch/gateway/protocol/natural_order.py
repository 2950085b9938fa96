"""The order of names in a hash: that of PHP's ``natcasesort``, which the reference of est3Dgate uses.

Letters are compared as capitals, so that ``_`` comes after ``Z``; runs of digits are compared as numbers, or digit by digit
where one begins with 0; blanks do not count. Names that compare alike keep the order they came in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cmp_to_key, lru_cache
from typing import Any, Final, TypeVar

T = TypeVar("T")

_DIGITS: Final = re.compile(rb"[0-9]+")
_BLANKS: Final = re.compile(rb"[ \t\n\v\f\r]*")
_UP_TO_A_LETTER: Final = re.compile(rb".*[^0-9 \t\n\v\f\r]", re.DOTALL)
_LEADING_ZEROS: Final = re.compile(rb"0*(?=[0-9])")


def natural_order(values: Iterable[T], name: Callable[[T], str], fold: Callable[[str], str] = str.upper) -> list[T]:
    """Values in the natural order of their names; ``fold`` makes capitals and small letters alike, by default as PHP does.

    >>> natural_order(["_charset_", "BillToStreet12", "billToStreet2", "amount"], str)
    ['amount', 'billToStreet2', 'BillToStreet12', '_charset_']
    """
    given = list(values)
    return [given[place] for place in _places(tuple(fold(name(value)) for value in given))]


@lru_cache(maxsize=256)
def _places(names: tuple[str, ...]) -> tuple[int, ...]:
    """The order of names by their places. A shop posts the same names each time, and comparing them takes a millisecond."""
    by_bytes = cmp_to_key(_compared)
    keys = [by_bytes(name.encode(errors="surrogateescape")) for name in names]
    return tuple(sorted(range(len(names)), key=keys.__getitem__))


def _compared(left: bytes, right: bytes) -> int:
    """Below zero where ``left`` comes first, zero where they compare alike. Letters are compared as they are."""
    if not left or not right:
        return _sign(len(left), len(right))
    one = other = _alike(left, right)
    if not one:
        one, other = _skipped(_LEADING_ZEROS, left, 0), _skipped(_LEADING_ZEROS, right, 0)
    while True:
        one, other = _skipped(_BLANKS, left, one), _skipped(_BLANKS, right, other)
        run, other_run = _DIGITS.match(left, one), _DIGITS.match(right, other)
        if run and other_run:
            order = _numbers_compared(run[0], other_run[0])
            one, other = run.end(), other_run.end()
            if order or one == len(left) or other == len(right):
                return order or _sign(one < len(left), other < len(right))
        order = _sign(left[one : one + 1], right[other : other + 1])
        one, other = one + 1, other + 1
        if order or one >= len(left) or other >= len(right):
            return order or _sign(one < len(left), other < len(right))


def _alike(left: bytes, right: bytes) -> int:
    """How much in front is alike and need not be compared: up to a byte that is no digit and no blank, and ends no name."""
    shorter = min(len(left), len(right)) - 1
    same = next((place for place in range(shorter) if left[place] != right[place]), shorter)
    alike = _UP_TO_A_LETTER.match(left, 0, same)
    return alike.end() if alike else 0


def _numbers_compared(run: bytes, other: bytes) -> int:
    """Two runs of digits: by value, or as the digits behind a decimal point where one begins with 0."""
    if run.startswith(b"0") or other.startswith(b"0"):
        return _sign(run, other)
    return _sign((len(run), run), (len(other), other))


def _skipped(pattern: re.Pattern[bytes], text: bytes, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _sign(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)
