"""Shapes: the messages of one layout and one length as one regular expression, which judges all of a message and cuts values
out of it.

A message is read as text: once in each code that it has elements in, one reading behind the other. What is packed is read as
hexadecimal digits. In each reading the elements of its own code are judged, and all else is passed over.

A shape is made of a message that a plan has read. Whatever it does not match is read by the plan, which answers for other
lengths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, Final

from switch.iso8583.dialect import Dialect
from switch.iso8583.element import EBCDIC, Element
from switch.iso8583.plan import PYTHON_CODECS, Source, text_of

MessageShape = Callable[[bytes], "tuple[Any, ...] | None"]

_SETS: Final = {"n": "[0-9]", "a": "[A-Za-z]", "an": "[0-9A-Za-z]", "anp": "[0-9A-Za-z ]", "ans": "[ -~]"}
_NOT_THERE: Final = "((?!))?"  #: a group that matches nothing: its value is None
_CODES: Final = {**PYTHON_CODECS, "bcd": ""}  #: encodings of elements that can be judged in a text


def compile_shape(
    dialect: Dialect, elements: Mapping[int, str], data: bytes, start: int, mti: str, wanted: Iterable[int]
) -> MessageShape | None:
    """The shape of a message that a plan has read: ``data``, whose first element begins at ``start``. It gives the MTI and the
    values of the elements ``wanted``, ascending; None for one that is not there.

    None where an element is written in anything but characters or packed digits.
    """
    present = {number: dialect.element(number) for number in sorted(elements)}
    if any(each.characters not in _SETS or each.encoding not in _CODES for each in present.values()):
        return None
    wanted, codes = list(wanted), sorted({element.encoding for element in present.values()})
    pattern, grouped = "", list[int]()
    for code in codes:
        reading, first = _Reading(code, data), code == codes[0]
        if first:
            reading.expect(start)
        else:
            reading.pass_over(start)
        for number in sorted(present.keys() | (wanted if first else ())):
            element = present.get(number)
            if element is not None and element.encoding != code:
                reading.pass_over(element.length_bytes + element.wire_bytes(len(elements[number])))
                continue
            if element is None:
                reading.nothing()
            else:
                reading.expect(element.length_bytes)
                reading.judge(element, len(elements[number]), number in wanted)
            grouped += [number] if number in wanted else []
        pattern += reading.expression()
    values = "found.groups()" if grouped == wanted else "order(found.groups())"
    source = Source("data")
    source.add(f"found = matches({' + '.join(_read(code) for code in codes)})")
    source.add(f"return None if found is None else mti + {values}")
    matches, order = re.compile(pattern, re.DOTALL).fullmatch, itemgetter(*map(grouped.index, wanted))
    shape: MessageShape = source.compiled(matches=matches, mti=(mti,), order=order)
    return shape


def _read(code: str) -> str:
    """The Python expression of a reading of a message."""
    return "data.hex()" if code == "bcd" else text_of(code)


class _Reading:
    """The expression of one reading of a message, being written."""

    def __init__(self, code: str, data: bytes) -> None:
        self._width = 2 if code == "bcd" else 1  #: characters a byte
        self._text: str = data.hex() if code == "bcd" else data.decode(EBCDIC if code == "ebcdic" else "latin-1")
        self._pattern = list[str]()
        self._at = self._passed = 0

    def pass_over(self, size: int) -> None:
        """Any bytes, so many of them."""
        self._passed += size * self._width
        self._at += size * self._width

    def expect(self, size: int) -> None:
        """The next bytes as they stand in the message."""
        self._behind_what_was_passed()
        end = self._at + size * self._width
        self._pattern.append(re.escape(self._text[self._at : end]))
        self._at = end

    def judge(self, element: Element, count: int, wanted: bool) -> None:
        """So many characters or digits of an element, as a group where its value is ``wanted``."""
        self._behind_what_was_passed()
        value = f"{_SETS[element.characters]}{{{count}}}"
        before, behind = element.pad if element.encoding == "bcd" and count % 2 else ("", "")
        self._pattern.append(f"{before.lower()}{f'({value})' if wanted else value}{behind.lower()}")
        self._at += element.wire_bytes(count) * self._width

    def nothing(self) -> None:
        """An element that is not there."""
        self._pattern.append(_NOT_THERE)

    def _behind_what_was_passed(self) -> None:
        if self._passed:
            self._pattern.append(f".{{{self._passed}}}")
            self._passed = 0

    def expression(self) -> str:
        """All of it."""
        self._behind_what_was_passed()
        return "".join(self._pattern)
