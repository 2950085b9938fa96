"""Elements and subelements that the rules of a scenario name: each has to be one that an issuer's dialect has, and its value
one that can stand there, else the rule would never have its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple

from switch.iso8583.dialect import EDITION_1987, Dialect
from switch.iso8583.element import Element
from switch.iso8583.nested.wire import SubelementError
from switch.iso8583.nested.write import described
from switch.iso8583.values import value_problem
from switch.scenarios.vocabulary.element_words import expected_of
from switch.spec_table import SpecTable

ALIKE_MIN: Final = 0.5  #: of a name to be told as the one that was meant, from 0 (nothing of it) to 1 (all of it)


class _Wrong(NamedTuple):
    found: str
    expected: str
    of_value: bool  #: the element is there, and only its value cannot be


def check_elements(when: SpecTable, dialects: Mapping[str, Dialect]) -> None:
    """The table ``element`` of a rule, at the issuers whose requests it may meet: at one of them each value can occur.

    Names and values that are wrong by themselves are passed over.
    """
    asked = when.peek("element", dict)
    if asked is None or not dialects:
        return
    entry = when.table("element")
    for name, value in asked.items():
        number, *path = name.split(".")
        if not path and isinstance(value, str) and expected_of(number, value.rstrip()) is not None:
            continue
        if isinstance(value, str) and number.isascii() and number.isdecimal() and len(number) <= 3 and all(path):
            wrong = [_wrong(int(number), tuple(path), value, dialect, issuer) for issuer, dialect in dialects.items()]
            told = [each for each in wrong if each is not None]
            if len(told) == len(wrong):
                nearest = next((each for each in told if each.of_value), told[0])
                entry.mistake(name, nearest.found, nearest.expected)


def _wrong(number: int, path: tuple[str, ...], value: str, dialect: Dialect, issuer: str) -> _Wrong | None:
    """Why no request to an issuer has this value there; None where one may."""
    element = dialect.elements[number] if 2 <= number < len(dialect.elements) else None
    if not path and dialect.edition != EDITION_1987:
        return None  # a rule names elements in the words of 1987, whatever the issuer's line speaks
    of = f"dialect {dialect.name} of {issuer}"
    name = ".".join([str(number), *path])
    if element is None:
        return _Wrong(f"element {number}", f"one that {of} defines", of_value=False)
    if path:
        try:
            element = described(element, path)
        except SubelementError:
            return _Wrong(f"subelement {name!r}", _described_by(dialect, of, name), of_value=False)
    return _wrong_value(element, value.rstrip(), of)


def _wrong_value(element: Element, value: str, of: str) -> _Wrong | None:
    """Why a value cannot occur in an element. Blanks that fill one up do not count; an empty one asks that nothing is there."""
    if not value:
        return None
    if not element.length_units and element.characters in ("anp", "ans"):
        value = value.ljust(element.size)
    problem = value_problem(element, value)
    if problem is not None and element.content == "b" and value_problem(element, value.upper()) is None:
        problem = "small letters", f"{element.format}: hexadecimal digits in capitals"
    return None if problem is None else _Wrong(problem[0], f"{problem[1]}, as {of} has it", of_value=True)


def _described_by(dialect: Dialect, of: str, name: str) -> str:
    """What is expected of a subelement, with the nearest there is."""
    names = [known for each in dialect.elements if each is not None for known in _names_in(str(each.number), each)]
    near = get_close_matches(name, names, n=1, cutoff=ALIKE_MIN)
    if near:
        return f"one that {of} describes, such as {near[0]}"
    return f"one that {of} describes{'' if names else ' (it describes none)'}"


def _names_in(name: str, element: Element) -> Iterator[str]:
    """The names of all subelements that a dialect describes in an element, at any depth."""
    for key, member in element.layout.members.items() if element.layout is not None else ():
        yield f"{name}.{key}"
        yield from _names_in(f"{name}.{key}", member)
