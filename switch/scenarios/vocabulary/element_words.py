"""Elements in rules and expectations: by which word each is shown, and what its value has to look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

#: Elements that people know by a word, whatever they typed -> the word.
ELEMENT_WORDS: Final[Mapping[str, str]] = MappingProxyType({"11": "stan", "37": "rrn", "38": "approval_code"})
_NUMBER: Final = re.compile(r"(?:de|DE)?([0-9]{1,3}(?:\.[0-9A-Za-z]{1,8})*)")


class ElementForm(NamedTuple):
    """What a value looks like: a regular expression, and the same in words."""

    pattern: str
    expected: str


def _digits(count: int) -> ElementForm:
    return ElementForm(rf"[0-9]{{{count}}}", f"{count} digits")


#: Elements whose length the standard of 1987 fixes, or limits: a value of another length would never be met. Blanks that fill
#: an element up do not count.
ELEMENT_FORMS: Final[Mapping[str, ElementForm]] = MappingProxyType(
    {
        "2": ElementForm(r"[0-9]{12,19}", "a card number of 12 to 19 digits"),
        **{number: _digits(2) for number in ("25", "26")},
        **{number: _digits(3) for number in ("19", "20", "21", "22", "23", "24", "70")},
        **{number: _digits(4) for number in ("13", "14", "15", "16", "17", "18")},
        **{number: _digits(6) for number in ("3", "11", "12", "73")},
        **{number: _digits(10) for number in ("7",)},
        **{number: _digits(12) for number in ("4", "5", "6")},
        "37": ElementForm(r".{12}", "12 characters"),
        "38": ElementForm(r".{1,6}", "at most 6 characters"),
        "39": ElementForm(r"[0-9A-Z]{2,3}", "two digits or capital letters"),
        "41": ElementForm(r".{1,8}", "at most 8 characters"),
        "42": ElementForm(r".{1,15}", "at most 15 characters"),
        **{number: ElementForm(r"[0-9A-Z]{3}", "3 characters") for number in ("49", "50", "51")},
    }
)


def numbered(key: str) -> str | None:
    """The number in a key such as ``de22``, ``DE22``, ``22`` or ``127.22``; None where it is a name."""
    match = _NUMBER.fullmatch(key)
    return match[1] if match is not None else None


def shown_as(key: str, number: str) -> str:
    """The one word by which an element is shown that somebody named by ``key``.

    >>> shown_as("de37", "37"), shown_as("DE22", "22"), shown_as("processing_code", "3")
    ('rrn', 'de22', 'processing_code')
    """
    return ELEMENT_WORDS.get(number) or (key if numbered(key) is None else f"de{number}")


def expected_of(number: str, value: str) -> str | None:
    """What is expected of a value that an element cannot have; None where it can. An empty value asks that nothing is there."""
    form = ELEMENT_FORMS.get(number)
    if form is None or not value or re.fullmatch(form.pattern, value, re.ASCII):
        return None
    return f"{form.expected} (DE {number})"
