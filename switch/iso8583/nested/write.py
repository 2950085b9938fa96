"""A value with one of its subelements changed: the others stay, bitmap and lengths are made anew."""

from __future__ import annotations

from typing import Final

from switch.display.plural import plural
from switch.iso8583.element import Element, Layout
from switch.iso8583.nested.ber import tlv, with_tag
from switch.iso8583.nested.read import Contents, contents
from switch.iso8583.nested.wire import SubelementError, as_value, inner_bytes, written
from switch.iso8583.values import CODE_PAGES


def with_subelement(element: Element, value: str, path: tuple[str, ...], new: str | None) -> str:
    """The value with the subelement at ``path`` set to ``new``, or left out where that is None.

    An empty value has no subelements yet. SubelementError where the value cannot be read, the dialect has no such
    subelement, or ``new`` does not fit.
    """
    layout, key = element.layout, path[0]
    member = described(element, (key,))
    assert layout is not None
    found = contents(element, value) if value else Contents(parts=(), problem="")
    if found.problem:
        raise SubelementError(f"a value whose subelements cannot be read ({found.problem})", "one that can be")
    values = {part.key: part.value for part in found.parts}
    if len(path) > 1:
        new = with_subelement(member, values.get(key, ""), path[1:], new)
    elif new is not None:
        new = _as_typed(member, new)
    try:
        if layout.kind == "ber":
            raw = None if new is None else written(member, new, bare=True)
            return as_value(element, with_tag(inner_bytes(element, value), key, raw))
        values = {**values, key: new} if new is not None else {each: of for each, of in values.items() if each != key}
        return build(element, values)
    except SubelementError as fault:
        raise SubelementError(f"in {key}: {fault.found}", fault.expected) from None


def described(element: Element, path: tuple[str, ...]) -> Element:
    """The format of a subelement; SubelementError where the dialect has none there, and no tag it does not describe may be."""
    for key in path:
        layout = element.layout
        if layout is None:
            raise SubelementError(f"subelement {key}", "an element whose subelements the dialect describes")
        member = layout.members.get(key) or (layout.other if _is_tag(layout, key) else None)
        if member is None:
            raise SubelementError(f"subelement {key}", f"one that the dialect describes: {', '.join(layout.members) or 'none'}")
        element = member
    return element


def build(element: Element, values: dict[str, str]) -> str:
    """The value of an element that has these subelements, by number or tag; empty where there are none. SubelementError where
    one does not fit."""
    layout = element.layout
    assert layout is not None
    if not values:
        return ""
    return as_value(element, _WRITERS[layout.kind](layout, values))


def _as_typed(element: Element, value: str) -> str:
    """Binary values may come in small letters, numbers of fixed length without leading zeros."""
    if element.content == "b":
        return value.upper()
    fixed = element.content == "n" and not element.length_units and value.isascii() and value.isdecimal()
    return value.zfill(element.size) if fixed else value


def _is_tag(layout: Layout, key: str) -> bool:
    if layout.kind == "tags":
        return len(key) == layout.tag_characters and key.isascii() and key.isalnum()
    return layout.kind == "ber" and len(key) in (2, 4, 6, 8) and not key.strip("0123456789ABCDEF") and _is_ber(key)


def _is_ber(key: str) -> bool:
    raw = bytes.fromhex(key)
    if raw[0] & 0x20:
        return False  # a template: its tags are set one by one
    if raw[0] & 0x1F != 0x1F:
        return len(raw) == 1
    return len(raw) > 1 and all(byte & 0x80 for byte in raw[1:-1]) and not raw[-1] & 0x80


def _bitmap(layout: Layout, values: dict[str, str]) -> bytes:
    bits, size = 0, layout.bitmap_bytes
    data = b""
    for key in sorted(values, key=int):
        bits |= 1 << (size * 8 - int(key))
        data += written(layout.members[key], values[key])
    bitmap = bits.to_bytes(size, "big")
    return (bitmap.hex().upper().encode() if layout.bitmap == "hex" else bitmap) + data


def _places(layout: Layout, values: dict[str, str]) -> bytes:
    data = b""
    keys = list(layout.members)
    for place, key in enumerate(keys):
        if key not in values:
            if any(later in values for later in keys[place:]):
                raise SubelementError(f"nothing in place {key}", "a value in each place before one that is set")
            break
        data += written(layout.members[key], values[key], bare=True)
    return data


def _tags(layout: Layout, values: dict[str, str]) -> bytes:
    page, data = CODE_PAGES[layout.text], b""
    for key, value in values.items():
        member = layout.members.get(key) or layout.other
        assert member is not None
        raw = written(member, value, bare=True)
        length = f"{len(raw):0{layout.tag_length_digits}d}"
        if len(length) > layout.tag_length_digits:
            raise SubelementError(f"{plural(len(raw), 'byte')}", f"at most {10**layout.tag_length_digits - 1}")
        data += (key + length).encode(page) + raw
    return data


def _ber(layout: Layout, values: dict[str, str]) -> bytes:
    return b"".join(tlv(tag, bytes.fromhex(value)) for tag, value in values.items())


_WRITERS: Final = {"bitmap": _bitmap, "tags": _tags, "ber": _ber, "places": _places}
