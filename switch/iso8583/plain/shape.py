"""Shapes: the messages of one layout and one length as one regular expression, which judges all of a message and cuts values
out of it.

It is made of a message that a plan has read. Whatever it does not match is read by the plan, which answers for other lengths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from switch.iso8583.dialect import VERSION_OF, Dialect
from switch.iso8583.element import EBCDIC, LATIN_1, Element
from switch.iso8583.plan import present_elements


class Matched(Protocol):
    """The MTI of a message and its values."""

    def groups(self) -> tuple[Any, ...]: ...


MessageShape = Callable[[str], "Matched | None"]

#: How MTIs are written -> the code that the text of such a message is read in, and the encodings of its elements.
_CODES: Final = {"ascii": ("latin-1", {"ascii", LATIN_1}), "ebcdic": (EBCDIC, {"ebcdic"})}
_SETS: Final = {"n": "[0-9]", "a": "[A-Za-z]", "an": "[0-9A-Za-z]", "anp": "[0-9A-Za-z ]", "ans": "[ -~]"}
_NOT_THERE: Final = "((?!))?"  #: a group that matches nothing: its value is None
_MTI_CHARACTERS: Final = 4


def text_code(dialect: Dialect) -> str | None:
    """The code that messages of a dialect are read in as text; None where they are none, or have MTIs of another version."""
    if dialect.mti not in _CODES or dialect.mti_version != VERSION_OF[dialect.edition]:
        return None
    return _CODES[dialect.mti][0]


def compile_shape(dialect: Dialect, bitmap: bytes, text: str, start: int, wanted: Iterable[int]) -> MessageShape | None:
    """The shape of a message that a plan has read: its ``text``, whose first element begins at ``start``. Its values are those
    of the elements ``wanted``, ascending; None for one that the bitmap does not announce.

    None where an element is not written in characters of the message's code.
    """
    elements = {number: dialect.element(number) for number in present_elements(bitmap)}
    if not all(_is_text(dialect, element) for element in elements.values()):
        return None
    pattern, at = [f"({text[:_MTI_CHARACTERS]})", re.escape(text[_MTI_CHARACTERS:start])], start
    for number in sorted(elements.keys() | wanted):
        element = elements.get(number)
        if element is None:
            pattern.append(_NOT_THERE)
            continue
        length = text[at : at + element.length_units]
        size = int(length) if length else element.size
        value = f"{_SETS[element.characters]}{{{size}}}"
        pattern += [length, f"({value})" if number in wanted else value]
        at += len(length) + size
    return re.compile("".join(pattern)).fullmatch


def _is_text(dialect: Dialect, element: Element) -> bool:
    """Whether an element, and its length, are characters of the code of the MTI."""
    _, encodings = _CODES[dialect.mti]
    length = {element.length_encoding} if element.length_units else set()
    return element.characters in _SETS and {element.encoding, *length} <= encodings
