"""The subelements of a value, as far as they can be read, and why not further."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from switch.display.plural import plural
from switch.iso8583.dialect import Dialect
from switch.iso8583.element import Element, Layout
from switch.iso8583.elements import EMV_CARD_DATA
from switch.iso8583.nested.ber import emv_tags
from switch.iso8583.nested.wire import (
    SubelementError,
    announced,
    as_value,
    cut,
    inner_bytes,
    prefixed,
    value_from,
    zeros,
)
from switch.iso8583.values import CODE_PAGES
from switch.record import frozen


@frozen(kw_only=True)
class Subelement:
    """One subelement: ``key`` is its number or tag, ``start`` to ``end`` its data among the bytes around it. ``element`` is its
    format; ``described`` whether the dialect has it, or it only came."""

    key: str
    element: Element
    value: str
    start: int
    end: int
    described: bool
    secret: bool


@frozen(kw_only=True)
class Contents:
    """The subelements of a value that can be read, and why the rest cannot; empty where all of it can."""

    parts: tuple[Subelement, ...]
    problem: str


def contents(element: Element, value: str) -> Contents:
    """The subelements in the value of an element that has a layout. Whatever the value is, nothing is raised."""
    layout, parts = element.layout, list[Subelement]()
    assert layout is not None, f"element {element.number} has no subelements"
    try:
        for part in _READERS[layout.kind](layout, inner_bytes(element, value)):
            parts.append(part)  # those in front of a fault are kept
    except SubelementError as fault:
        return Contents(parts=tuple(parts), problem=str(fault))
    return Contents(parts=tuple(parts), problem="")


def subelement(element: Element, value: str, path: tuple[str, ...]) -> str | None:
    """The value of one subelement; ``path`` is its number or tag, and those inside it. None where it is not there."""
    for key in path:
        if element.layout is None:
            return None
        part = next((part for part in contents(element, value).parts if part.key == key), None)
        if part is None:
            return None
        element, value = part.element, part.value
    return value


def element_value(dialect: Dialect, elements: Mapping[int, str], name: str) -> str | None:
    """What a message says in an element or subelement such as ``37`` or ``127.22``; None where it is not there."""
    number, *path = name.split(".")
    value, element = elements.get(int(number)), dialect.elements[int(number)]
    if value is None or element is None or not path:
        return value
    return subelement(element, value, tuple(path))


def without_secrets(element: Element, value: str) -> tuple[str, list[tuple[int, int]]]:
    """The value with zeros for its secret subelements, and where those stand among its bytes; all of it where it cannot be
    read."""
    data = bytearray(inner_bytes(element, value))
    found = contents(element, value)
    if found.problem:
        return as_value(element, zeros(element, len(data))), [(0, len(data))]
    places: list[tuple[int, int]] = []
    for part in found.parts:
        if part.secret:
            data[part.start : part.end] = zeros(part.element, part.end - part.start)
            places.append((part.start, part.end))
        elif part.element.layout is not None and part.element.layout.has_secrets:
            inner, _ = without_secrets(part.element, part.value)
            if inner != part.value:
                data[part.start : part.end] = zeros(part.element, part.end - part.start)
                places.append((part.start, part.end))
    return as_value(element, bytes(data)), places


def _part(key: str, element: Element, data: bytes, span: tuple[int, int, int], *, described: bool) -> Subelement:
    start, end, count = span
    try:
        value = value_from(element, data[start:end], count)
    except SubelementError as fault:
        raise SubelementError(f"in {key}: {fault.found}", fault.expected) from None
    return Subelement(key=key, element=element, value=value, start=start, end=end, described=described, secret=element.secret)


def _bitmap(layout: Layout, data: bytes) -> Iterator[Subelement]:
    width = layout.bitmap_bytes * (2 if layout.bitmap == "hex" else 1)
    raw = cut(data, 0, width)
    try:
        bitmap = bytes.fromhex(raw.decode("ascii")) if layout.bitmap == "hex" else raw
    except ValueError:
        bitmap = b""
    if len(bitmap) != layout.bitmap_bytes:
        raise SubelementError("no bitmap", f"{width} hexadecimal digits of bitmap")
    place = width
    for number in announced(bitmap):
        key = str(number)
        element = layout.members.get(key)
        if element is None:
            raise SubelementError(f"a bit that announces {key}", "one that the dialect describes")
        place, part = _next(key, element, data, place)
        yield part
    _end(data, place)


def _next(key: str, element: Element, data: bytes, place: int) -> tuple[int, Subelement]:
    try:
        start, count = prefixed(element, data, place)
        end = start + len(cut(data, start, element.wire_bytes(count)))
    except SubelementError as fault:
        raise SubelementError(f"in {key}: {fault.found}", fault.expected) from None
    return end, _part(key, element, data, (start, end, count), described=True)


def _places(layout: Layout, data: bytes) -> Iterator[Subelement]:
    place = 0
    for key, element in layout.members.items():
        if place == len(data):
            return
        if element.length_units:  # the last one: what is left
            count = (len(data) - place) * (2 if element.encoding == "bcd" else 1)
            if count > element.characters_max:
                raise SubelementError(f"in {key}: {plural(len(data) - place, 'byte')}", element.format)
            yield _part(key, element, data, (place, len(data), count), described=True)
            return
        place, part = _next(key, element, data, place)
        yield part
    _end(data, place)


def _tags(layout: Layout, data: bytes) -> Iterator[Subelement]:
    page, place = CODE_PAGES[layout.text], 0
    while place < len(data):
        head = cut(data, place, layout.tag_characters + layout.tag_length_digits).decode(page, "replace")
        key, length = head[: layout.tag_characters], head[layout.tag_characters :]
        if not (key.isascii() and key.isalnum()):
            raise SubelementError("no tag", f"{layout.tag_characters} letters or digits of tag")
        if not (length.isascii() and length.isdecimal()):
            raise SubelementError(f"in {key}: no length", f"{layout.tag_length_digits} digits of length")
        place += len(head)
        described = layout.members.get(key)
        element = described or layout.other
        assert element is not None
        try:
            end = place + len(cut(data, place, int(length)))
        except SubelementError as fault:
            raise SubelementError(f"in {key}: {fault.found}", fault.expected) from None
        count = int(length) * (2 if element.encoding == "bcd" else 1)
        yield _part(key, element, data, (place, end, count), described=described is not None)
        place = end


def _ber(layout: Layout, data: bytes) -> Iterator[Subelement]:
    try:
        tags = list(emv_tags(data))
    except (IndexError, ValueError):
        raise SubelementError("bytes that are no BER-TLV", "tags with their lengths and values") from None
    for tag, start, end in tags:
        described = layout.members.get(tag)
        element = described or layout.other
        assert element is not None
        value = data[start:end].hex().upper()
        secret = element.secret or tag in EMV_CARD_DATA
        yield Subelement(
            key=tag, element=element, value=value, start=start, end=end, described=described is not None, secret=secret
        )


def _end(data: bytes, place: int) -> None:
    if place < len(data):
        raise SubelementError(f"{plural(len(data) - place, 'further byte')}", "the end of the value")


_READERS: Final = {"bitmap": _bitmap, "tags": _tags, "ber": _ber, "places": _places}
