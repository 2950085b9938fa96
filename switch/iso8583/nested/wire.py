"""One subelement to bytes and back, with or without a length in front, in the encodings its table states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from switch.display.plural import plural
from switch.errors import SwitchError
from switch.iso8583.element import BINARY, Element
from switch.iso8583.values import (
    CODE_PAGES,
    content_problem,
    length_text,
    length_words,
    signed_problem,
    signed_text,
    value_problem,
)

_PAGES: Final = {**CODE_PAGES, "hex": "ascii"}


class SubelementError(SwitchError):
    """Bytes that are no subelements of the layout described, or a value that is none; the text says found and expected."""

    def __init__(self, found: str, expected: str) -> None:
        self.found, self.expected = found, expected
        super().__init__(f"found {found}, expected {expected}")


def inner_bytes(element: Element, value: str) -> bytes:
    """The bytes that subelements of an element's value are read from. A text value is ISO 8859-1."""
    return bytes.fromhex(value) if element.content == "b" else value.encode("latin-1", "replace")


def as_value(element: Element, data: bytes) -> str:
    """The value of an element that has these bytes inside."""
    return data.hex().upper() if element.content == "b" else data.decode("latin-1")


def cut(data: bytes, start: int, count: int) -> bytes:
    """So many bytes; SubelementError where fewer are left."""
    raw = data[start : start + count]
    if len(raw) < count:
        raise SubelementError(f"{plural(len(raw), 'byte')} left", f"{count}")
    return raw


def prefixed(element: Element, data: bytes, start: int) -> tuple[int, int]:
    """Where the data of an element begins, and how many digits, characters or bytes it has by its length or its format."""
    if not element.length_units:
        return start, element.size * 2 if element.encoding == "hex" else element.size
    text = length_text(element, cut(data, start, element.length_bytes))
    if not (text.isascii() and text.isdecimal()):
        raise SubelementError(f"length {text!r}", length_words(element))
    count, most = int(text), element.characters_max if element.encoding != "raw" else element.size
    if count > most:
        raise SubelementError(f"length {count}", f"{most} at most ({element.format})")
    return start + element.length_bytes, count


def value_from(element: Element, raw: bytes, count: int) -> str:
    """The value in the bytes of an element; SubelementError where they are not of its class."""
    if element.encoding == "raw":
        return raw.hex().upper()
    if element.sign_encoding:
        value, problem = signed_text(element, raw), signed_problem(element, raw)
    else:
        if element.encoding == "bcd":
            value = _unpacked(element, raw.hex().upper(), count)
        else:
            value = raw.decode(_PAGES[element.encoding], "replace")
            value = value.upper() if element.content == "b" else value
        problem = content_problem(element, value)
    if problem:
        raise SubelementError(*problem)
    return value


def _unpacked(element: Element, digits: str, count: int) -> str:
    if count % 2:
        before, behind = element.pad
        if (before and digits[0] != before) or (behind and digits[-1] != behind):
            raise SubelementError("another padding", f"padding {element.padding}")
        digits = digits[1:] if before else digits[:-1]
    return digits.replace("D", "=") if element.content == "z" else digits


def written(element: Element, value: str, *, bare: bool = False) -> bytes:
    """The bytes of a value, with its length in front unless ``bare``; SubelementError where it does not fit."""
    problem = value_problem(element, value)
    if problem:
        raise SubelementError(*problem)
    raw = _data(element, value)
    if bare or not element.length_units:
        return raw
    return _length(element, len(raw) if element.encoding == "raw" else len(value)) + raw


def _data(element: Element, value: str) -> bytes:
    if element.encoding == "raw":
        return bytes.fromhex(value)
    if element.sign_encoding:
        return value[0].encode(CODE_PAGES[element.sign_encoding]) + bytes.fromhex(_padded(element, value[1:]))
    if element.encoding == "bcd":
        return bytes.fromhex(_padded(element, value.replace("=", "D") if element.content == "z" else value))
    return value.encode(_PAGES[element.encoding])


def _padded(element: Element, digits: str) -> str:
    before, behind = element.pad if len(digits) % 2 else ("", "")
    return before + digits + behind


def _length(element: Element, count: int) -> bytes:
    if element.length_encoding == BINARY:
        return count.to_bytes(element.length_units, "big")
    digits = f"{count:0{element.length_units}d}"
    if element.length_encoding == "bcd":
        return bytes.fromhex(digits.zfill(element.length_bytes * 2))
    return digits.encode(CODE_PAGES[element.length_encoding])


def zeros(element: Element, size: int) -> bytes:
    """So many bytes that say nothing and can still be read as a value of this encoding."""
    zero = {"raw": b"\0", "bcd": b"\0", "ebcdic": b"\xf0"}.get(element.encoding, b"0")
    return zero * size


def announced(bitmap: bytes) -> Iterator[int]:
    """The numbers whose bits are set, from 1."""
    return (place * 8 + bit + 1 for place, byte in enumerate(bitmap) for bit in range(8) if byte & 0x80 >> bit)
