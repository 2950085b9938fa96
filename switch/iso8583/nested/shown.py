"""Subelements for people: numbered, named, secrets left out."""

from __future__ import annotations

from typing import Final

from switch.card import mask_numbers
from switch.iso8583.dialect import EDITION_1987
from switch.iso8583.element import Element
from switch.iso8583.elements import EMV_DATA, SECRET
from switch.iso8583.nested.chip_words import chip_words
from switch.iso8583.nested.read import Subelement, contents
from switch.iso8583.nested.standard_parts import standard_parts
from switch.record import frozen

NOT_SHOWN: Final = "(secret, not shown)"


@frozen(kw_only=True)
class SubelementLine:
    """One subelement of a described message. ``number`` is the whole of it: 127.22, 127.25.2, 55.9F02. ``value`` is masked,
    ``meaning`` is in words; ``depth`` is 1 right inside an element."""

    number: str
    name: str
    format: str
    value: str
    depth: int
    meaning: str = ""


def hides_secrets(element: Element) -> bool:
    """Whether an element that would be shown has secret subelements, so that its value cannot be shown whole. Chip data are
    shown tag by tag."""
    layout = element.layout
    if layout is None or element.number in SECRET:
        return False
    return layout.marks_secrets if element.number == EMV_DATA and layout.kind == "ber" else layout.has_secrets


def inside(
    element: Element, value: str, number: str, *, unmasked: bool = False, depth: int = 1
) -> tuple[tuple[SubelementLine, ...], str]:
    """A line for each subelement of a value, and why there are no more; empty where all of it can be read."""
    found = contents(element, value)
    lines: list[SubelementLine] = []
    tags = {part.key: part.value for part in found.parts} if element.number == EMV_DATA else {}
    for part in found.parts:
        own = f"{number}.{part.key}"
        hidden = not unmasked and (part.secret or (not part.described and element.number in SECRET))
        shown = NOT_SHOWN if hidden else part.value if unmasked else _shown(part)
        name = part.element.name if part.described else ""
        deeper: tuple[SubelementLine, ...] = ()
        if part.element.layout is not None and not hidden:
            deeper, problem = inside(part.element, part.value, own, unmasked=unmasked, depth=depth + 1)
            name = f"{name}; inside it: {problem}" if problem else name
        notation = "b" if element.layout is not None and element.layout.kind == "ber" else part.element.format
        words = chip_words(part.key, part.value, tags) if tags and not hidden else ""
        lines += [SubelementLine(number=own, name=name, format=notation, value=shown, depth=depth, meaning=words), *deeper]
    return tuple(lines), found.problem


def divided(number: int, value: str, edition: str = EDITION_1987) -> tuple[SubelementLine, ...]:
    """A line for each part of an element that the standard itself divides; none of any other."""
    return tuple(
        SubelementLine(number=f"{number}.{place}", name=name, format=notation, value=text, depth=1, meaning=words)
        for place, (name, notation, text, words) in enumerate(standard_parts(number, value, edition), start=1)
    )


def _shown(part: Subelement) -> str:
    """A value that is not secret. A run of digits that may be a card number is masked, but in chip data, whose card data are
    known by their tags."""
    if part.element.layout is not None and part.element.layout.has_secrets:
        return NOT_SHOWN
    return part.value if part.element.number == EMV_DATA else mask_numbers(part.value)
