"""Values of data elements: what their content classes allow, and what is wrong with one, in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

from switch.display.plural import plural
from switch.iso8583.element import BINARY, EBCDIC, LATIN_1, Element
from switch.iso8583.elements import NEVER_QUOTED

#: Content class -> what its values look like, in words (ISO 8583:1987, 4.2).
CONTENT_WORDS: Final = {
    "n": "digits",
    "a": "letters",
    "an": "letters and digits",
    "anp": "letters, digits and blanks",
    "ans": "printable characters",
    "b": "hexadecimal digits",
    "z": "track data: digits, with = or D between fields",
    "x+n": "C or D and digits",
}

CODE_PAGES: Final = {"ascii": "ascii", "ebcdic": EBCDIC, LATIN_1: "latin-1"}
SHOWN_BYTES: Final = 6  #: of an unreadable place, in an error


def signed_text(element: Element, data: bytes) -> str:
    """A sign and packed digits as text, without what fills them up; whatever stands in their places, where it is not that."""
    digits = data[1:].hex().upper()
    if element.size % 2 == 0:
        before, behind = element.pad
        digits = digits[1:] if before and digits[0] == before else digits[:-1] if behind and digits[-1] == behind else digits
    return data[:1].decode(CODE_PAGES[element.sign_encoding], "replace") + digits


def signed_problem(element: Element, data: bytes) -> tuple[str, str] | None:
    """What is wrong with a sign and packed digits: what fills up an odd number of them, or else their characters."""
    found, expected = _padding(element, data[1:])
    if element.size % 2 == 0 and found != expected:
        return _padding_problem(element, data[1:])
    return content_problem(element, signed_text(element, data))


def _padding(element: Element, packed: bytes) -> tuple[str, str]:
    """The half byte that fills up an odd number of packed digits, and the one that should."""
    side, filling = element.padding.split()
    return f"{packed[0] >> 4 if side == 'left' else packed[-1] & 0x0F:X}", filling


def _padding_problem(element: Element, packed: bytes) -> tuple[str, str]:
    found, filling = _padding(element, packed)
    return f"padding {found}", f"padding {filling} on the {element.padding.split()[0]}, {expectation(element)}"


def expectation(element: Element) -> str:
    """What a dialect expects of an element: its notation and how it stands on the wire."""
    counted = f"{element.length_units}-byte length" if element.length_encoding == BINARY else f"{'L' * element.length_units}VAR"
    prefix = f"{counted}, " if element.length_units else ""
    return f"{element.format} ({prefix}{element.encoding})"


def layout_problem(element: Element, wire: dict[str, bytes], left: int) -> tuple[str, str]:
    """Why an element cannot be cut out of the ``left`` bytes that begin with it, or not be read as text."""
    prefix, data = wire["len"], wire["data"]
    if len(prefix) < element.length_bytes:
        return f"{plural(left, 'byte')} left", f"{length_words(element)}, {expectation(element)}"
    text = length_text(element, prefix)
    if text and not (text.isascii() and text.isdecimal()):
        return f"length {text!r}", length_words(element)
    count = int(text) if text else element.size * 2 if element.encoding == "hex" else element.size
    if data and len(data) == element.wire_bytes(count):
        if element.encoding == "bcd":
            return _padding_problem(element, data)
        return content_problem(element, data.decode("latin-1")) or ("bytes that are no text", expectation(element))
    announced = f"length {text!r} with " if text else ""
    return f"{announced}{plural(left - len(prefix), 'byte')} left", expectation(element)


def value_problem(element: Element, value: str) -> tuple[str, str] | None:
    """What is wrong with a value that is to be written."""
    problem = content_problem(element, value)
    size = element.characters_max
    if problem is None and (len(value) > size or (len(value) < size and not element.length_units)):
        unit = "byte" if element.content == "b" else "digit" if element.content in ("n", "z") else "character"
        count = len(value) / 2 if element.content == "b" else len(value)
        return f"{count:g} {unit}{'' if count == 1 else 's'}", element.format
    return problem


def content_problem(element: Element, value: str) -> tuple[str, str] | None:
    """What is wrong with the characters of a value, and what its class expects."""
    if not value or ((value.isascii() or _sayable(element, value)) and CONTENT_TESTS[element.characters](value)):
        return None
    return _first_wrong(element, value), f"{element.format}: {CONTENT_WORDS[element.characters]}"


def _sayable(element: Element, value: str) -> bool:
    """Whether a text with more than ASCII may stand in an element: one of any printable characters, in a wider code page."""
    if element.content != "ans" or element.encoding not in ("ebcdic", LATIN_1):
        return False
    try:
        value.encode(CODE_PAGES[element.encoding])
    except UnicodeEncodeError:
        return False
    return True


def in_ascii(value: str) -> str:
    """A text without its accents, for who has none; a question mark for each character that is not a letter with an accent.

    >>> in_ascii("Café Noël, Œuf")
    'Cafe Noel, ?uf'
    """
    if value.isascii():
        return value
    letters = (unicodedata.normalize("NFKD", character)[:1] for character in value)
    return "".join(letter if letter.isascii() else "?" for letter in letters)


def _first_wrong(element: Element, value: str) -> str:
    """The first character that is not of an element's class, and which one it is: enough to find it, and no card number."""
    if element.number in NEVER_QUOTED:
        return f"{plural(len(value), 'character')}, not shown"
    for place, character in enumerate(value, start=1):
        if not ((character.isascii() or _sayable(element, character)) and _belongs(element.characters, character, place)):
            return f"{character!r} as character {place}"
    return plural(len(value), "character")


def _belongs(content: str, character: str, place: int) -> bool:
    """Whether one character may stand at a place (from 1) of a value of a content class."""
    if content == "x+n":
        return character in "CD" if place == 1 else character.isdecimal()
    if content == "z":
        return character.isdecimal() or character in "=D"
    return CONTENT_TESTS[content](character * 2 if content == "b" else character)


def _is_track(value: str) -> bool:
    return value.replace("=", "0").replace("D", "0").isdecimal()


#: Class of characters -> whether a text that is not empty is of it.
CONTENT_TESTS: Final[dict[str, Callable[[str], bool]]] = {
    "n": str.isdecimal,
    "a": str.isalpha,
    "an": str.isalnum,
    "anp": lambda value: value.replace(" ", "0").isalnum(),
    "ans": str.isprintable,
    "b": lambda value: len(value) % 2 == 0 and not value.strip("0123456789ABCDEF"),
    "z": _is_track,
    "x+n": lambda value: value[0] in "CD" and value[1:].isdecimal(),
}


def shown(value: str) -> str:
    """A wrong value for an error: never more than a few characters, and no run of digits that could be a card."""
    shown = "".join("*" if c.isdecimal() and len(value) > 8 else c for c in value)
    return repr(shown if len(shown) <= 24 else shown[:21] + "…")


def shown_bytes(data: bytes, bytes_max: int = SHOWN_BYTES) -> str:
    """Bytes for an error: the first few, too few for a card number."""
    if not data:
        return "nothing"
    return f"{plural(len(data), 'byte')} {data[:bytes_max].hex(' ')}{' …' if len(data) > bytes_max else ''}"


def length_words(element: Element) -> str:
    """What is expected where the length of an element stands."""
    return f"{plural(element.length_units, 'byte' if element.length_encoding == BINARY else 'digit')} of length"


def length_text(element: Element, prefix: bytes) -> str:
    """A length prefix as text: its digits, or whatever stands in their place."""
    if element.length_encoding == "bcd":
        return prefix.hex()
    if element.length_encoding == BINARY:
        return str(int.from_bytes(prefix, "big")) if prefix else ""
    return prefix.decode(EBCDIC if element.length_encoding == "ebcdic" else "latin-1")
