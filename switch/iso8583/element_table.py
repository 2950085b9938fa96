"""An element's table of a dialect's file, ``[element.N]``, and the tables of its subelements, read and checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Final

from attrs import evolve

from switch.iso8583.element import (
    BINARY,
    ELEMENT_ENCODINGS,
    ENCODINGS,
    FORMAT,
    LAYOUTS,
    LENGTH_DIGITS_MAX,
    SIZE_MAX,
    Element,
    Layout,
    encoded,
)
from switch.spec_table import SpecTable

NO_LAYOUT: Final = "none"  #: said of an element whose base describes subelements, and this dialect has none of them
BITMAP_BYTES_MAX: Final = 16  #: of a bitmap in front of subelements: as many as a message's own two
TAG_CHARACTERS_MAX: Final = 4  #: of a tag, and digits of the length behind it
PLACES_MAX: Final = 999

_LENGTH_UNITS: Final = {"length_digits": LENGTH_DIGITS_MAX, "length_bytes": 3}  #: keys of an [element.N] table, and how many
_NOTATION: Final = "the standard's notation, such as n 6, n..19, ans..999, b 8, z..37, x+n 8"
_BER_TAG: Final = re.compile(
    "[0-9A-F][0-9A-E]|[02468ACE]F|[13579BDF]F(?:[89A-F][0-9A-F])*[0-7][0-9A-F]"
)  #: ISO/IEC 8825-1, 8.1.2: more bytes follow one whose low bits are all set

_Member = Callable[[SpecTable, str, Element | None], Element]


def element_of(number: int, entry: SpecTable, chosen: dict[str, str], inherited: Element | None) -> Element:
    """One [element.N] table: its own encodings win over the dialect's, name and format over the inherited ones."""
    element = _own(number, entry, chosen, inherited)
    element = evolve(element, layout=_layout_of(entry, element, chosen))
    entry.done()
    return element


def _own(number: int, entry: SpecTable, chosen: dict[str, str], inherited: Element | None, usual: str = "") -> Element:
    """An element without its subelements; ``usual`` is the format where its table and the inherited element say none."""
    own = {key: entry.choice(key, allowed, None) for key, allowed in ELEMENT_ENCODINGS.items()}
    name = entry.text("name", inherited.name if inherited else ...)
    notation = entry.text("format", inherited.format if inherited else usual or ...)
    units = {key: entry.integer(key, None, low=1, high=most) for key, most in _LENGTH_UNITS.items()}
    if not FORMAT.fullmatch(notation):
        entry.mistake("format", repr(notation), _NOTATION)
        entry.done()
    element = encoded(number, name, notation, {**chosen, **{key: value for key, value in own.items() if value}}, inherited)
    key = "length_bytes" if element.length_encoding == BINARY else "length_digits"
    other = next((one for one, count in units.items() if count is not None and (one != key or not element.length_units)), None)
    if other is not None:
        what = f"a length in {element.length_encoding}" if element.length_units else "a fixed length"
        entry.mistake(
            other, repr(units[other]), f"{key}, or nothing, for {what}" if element.length_units else f"nothing, for {what}"
        )
    elif units[key] is not None:
        element = evolve(element, length_units=units[key])
        if element.size * (2 if element.encoding == "hex" else 1) > element.countable:
            entry.mistake(key, repr(units[key]), f"enough to count what {notation} may hold")
    return element


def _layout_of(entry: SpecTable, outer: Element, chosen: dict[str, str]) -> Layout | None:
    """How subelements stand in ``outer``: as its table says, else as inherited. Inside bytes they are written as the dialect
    writes elements; inside text, which was read as text before, in plain characters."""
    was = outer.layout
    if was is not None and was.kind == "ber" and outer.content != "b":
        was = None
    kind = entry.choice("subelements", (*LAYOUTS, NO_LAYOUT), was.kind if was else None)
    if kind is None or kind == NO_LAYOUT:
        if "subelement" in entry:
            entry.mistake("subelement", "tables of subelements", f"subelements = one of {', '.join(LAYOUTS)} beside them")
        return None
    if kind == "ber" and outer.content != "b":
        entry.mistake("subelements", repr(kind), f"a kind for {outer.format}; ber is for bytes, such as b..255")
    if was is not None and was.kind != kind:
        was = None
    inside = chosen if outer.content == "b" else {"bitmap": "hex", "binary": "hex"}
    layout = was or Layout(kind=kind, members={}, bitmap=inside.get("bitmap", "binary"), text=inside.get("text", "ascii"))
    return _READERS[kind](entry, outer, layout, inside)


def _bitmap(entry: SpecTable, outer: Element, layout: Layout, inside: dict[str, str]) -> Layout:
    size = entry.integer("bitmap_bytes", layout.bitmap_bytes, low=1, high=BITMAP_BYTES_MAX)
    bitmap = entry.choice("bitmap", ENCODINGS["bitmap"], layout.bitmap)
    if bitmap == "binary" and outer.content != "b":
        entry.mistake("bitmap", repr(bitmap), f"hex, for {outer.format}; binary is for bytes, such as b..255")
    layout = evolve(layout, bitmap=bitmap, bitmap_bytes=size)
    numbers = [str(number) for number in range(1, size * 8 + 1)]
    expected = f"a number from 1 to {size * 8}"
    return _with_members(entry, layout, numbers.__contains__, expected, partial(_member, outer.number, inside))


def _places(entry: SpecTable, outer: Element, layout: Layout, inside: dict[str, str]) -> Layout:
    numbers = [str(number) for number in range(1, PLACES_MAX + 1)]
    expected = f"a number from 1 to {PLACES_MAX}"
    layout = _with_members(entry, layout, numbers.__contains__, expected, partial(_member, outer.number, inside))
    *before, _ = layout.members.items() or [("", None)]
    for key, member in before:
        if member is not None and member.length_units:
            found = repr(member.format)
            entry.mistake(f"subelement.{key}.format", found, "a fixed length: only the last place may take what is left")
    return layout


def _tags(entry: SpecTable, outer: Element, layout: Layout, inside: dict[str, str]) -> Layout:
    characters = entry.integer("tag_characters", layout.tag_characters, low=1, high=TAG_CHARACTERS_MAX)
    digits = entry.integer("tag_length_digits", layout.tag_length_digits, low=1, high=TAG_CHARACTERS_MAX)
    usual = f"ans..{10**digits - 1}"
    other = evolve(encoded(outer.number, "", usual, inside, None), length_units=digits)
    layout = evolve(layout, tag_characters=characters, tag_length_digits=digits, other=other)
    return _with_members(
        entry,
        layout,
        lambda tag: len(tag) == characters and tag.isascii() and tag.isalnum(),
        f"a tag of {characters} letters or digits",
        partial(_member, outer.number, inside, usual=usual),
    )


def _ber(entry: SpecTable, outer: Element, layout: Layout, inside: dict[str, str]) -> Layout:
    other = encoded(outer.number, "", f"b..{SIZE_MAX}", {"binary": "raw"}, None)

    def member(table: SpecTable, tag: str, inherited: Element | None) -> Element:
        name = table.text("name", inherited.name if inherited else ...)
        secret = table.flag("secret", inherited.secret if inherited else False)
        table.done()
        return evolve(other, name=name, secret=secret)

    expected = "a tag of BER-TLV in capital hexadecimal digits, such as 9F02"
    return _with_members(entry, evolve(layout, other=other), lambda tag: bool(_BER_TAG.fullmatch(tag)), expected, member)


_READERS: Final[dict[str, Callable[[SpecTable, Element, Layout, dict[str, str]], Layout]]] = {
    "bitmap": _bitmap,
    "tags": _tags,
    "ber": _ber,
    "places": _places,
}


def _member(
    number: int, inside: dict[str, str], entry: SpecTable, key: str, inherited: Element | None, usual: str = ""
) -> Element:
    """One [element.N.subelement.KEY] table. ``number`` is that of the element around it, so that errors quote what it may."""
    secret = entry.flag("secret", inherited.secret if inherited else False)
    element = _own(number, entry, inside, inherited, usual)
    element = evolve(element, secret=secret, layout=_layout_of(entry, element, inside))
    entry.done()
    return element


def _reader(member: _Member, key: str, inherited: Element | None) -> Callable[[SpecTable], Element]:
    """How the table of one subelement is read."""
    return lambda table: member(table, key, inherited)


def _with_members(entry: SpecTable, layout: Layout, is_key: Callable[[str], bool], expected: str, member: _Member) -> Layout:
    """The layout with the subelements of a table added to those it has; numbers stand in their order."""
    members = dict(layout.members)
    for key in members:
        if not is_key(key):
            entry.mistake("subelement", f"{key!r}, of the dialect that this one extends", expected)
    for key, table in entry.named("subelement"):
        if not is_key(key):
            table.mistake("", f"subelement {key!r}", expected)
            continue
        read = table.reading(_reader(member, key, members.get(key)))
        if read is not None:
            members[key] = read
    order = sorted(members, key=int) if layout.kind in ("bitmap", "places") else list(members)
    return evolve(layout, members=MappingProxyType({key: members[key] for key in order}))
