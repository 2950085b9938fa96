"""A dialect: how each data element stands on the wire. Compiled from ``specs/dialects``, in the standard's own notation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from switch.spec_table import SpecTable

EBCDIC: Final = "cp500"  #: the code page meant by "ebcdic" (EBCDIC International)
ELEMENTS_MAX: Final = 128
LLVAR_MAX: Final = 99
LLLVAR_MAX: Final = 999

EDITION_1987, EDITION_1993 = "1987", "1993"
EDITIONS: Final = (EDITION_1987, EDITION_1993)  #: of ISO 8583: what the elements of a dialect mean
PADDINGS: Final = ("left 0", "right 0", "right F")  #: what fills up an odd number of packed digits, and on which side

#: Keys of a dialect's [encoding] table and what each may say.
ENCODINGS: Final[dict[str, tuple[str, ...]]] = {
    "mti": ("ascii", "bcd", "ebcdic"),
    "bitmap": ("binary", "hex"),
    "digits": ("ascii", "bcd", "ebcdic"),
    "text": ("ascii", "ebcdic"),
    "length": ("ascii", "bcd", "ebcdic"),
    "binary": ("raw", "hex"),
    "fixed_padding": PADDINGS,
    "variable_padding": PADDINGS,
}
#: Keys of an [element.N] table that say how this element stands on the wire, and what each may say.
ELEMENT_ENCODINGS: Final = {**{key: ENCODINGS[key] for key in ("digits", "text", "length", "binary")}, "padding": PADDINGS}

_FORMAT = re.compile(r"(x\+n|n|an|ans|a|b|z)( |\.\.)([0-9]{1,3})")
_NUMBERS = frozenset(str(number) for number in range(2, ELEMENTS_MAX + 1))
_NOTATION = "the standard's notation, such as n 6, n..19, ans..999, b 8, z..37, x+n 8"


@frozen(kw_only=True)
class Element:
    """One data element of a dialect.

    ``content`` is its class (n, a, an, ans, b, z, x+n); ``size`` its length, or its maximum where it is variable: digits or
    characters, bytes for class b. ``length_digits`` is 0 for a fixed length, else 2 (LLVAR) or 3 (LLLVAR). ``encoding`` is
    how the data stands on the wire (ascii, ebcdic, bcd, raw, hex), ``length_encoding`` how its length prefix does. ``padding``
    is the side and the half byte that fill up an odd number of packed digits.
    """

    number: int
    name: str
    content: str
    size: int
    length_digits: int
    encoding: str
    length_encoding: str
    padding: str

    @property
    def pad(self) -> tuple[str, str]:
        """What stands before and behind an odd number of packed digits, one of them empty."""
        side, digit = self.padding.split()
        return (digit, "") if side == "left" else ("", digit)

    @property
    def format(self) -> str:
        """The notation the element was declared with."""
        size = self.size - 1 if self.content == "x+n" else self.size
        return f"{self.content}{'..' if self.length_digits else ' '}{size}"

    @property
    def length_bytes(self) -> int:
        """Bytes of the length prefix on the wire."""
        return (self.length_digits + 1) // 2 if self.length_encoding == "bcd" else self.length_digits

    @property
    def characters_max(self) -> int:
        """The longest value as text: two hexadecimal digits a byte, and no more than a length prefix can count."""
        characters = self.size * 2 if self.content == "b" else self.size
        if not self.length_digits or self.encoding == "raw":
            return characters
        countable: int = 10**self.length_digits - 1
        return min(characters, countable - countable % 2 if self.encoding == "hex" else countable)

    def to_pyiso8583(self) -> dict[str, Any]:
        """The same element in pyiso8583's notation."""
        packed = self.encoding == "bcd"
        return {
            "data_enc": {"bcd": "b", "raw": "b", "hex": "ascii", "ebcdic": EBCDIC, "ascii": "ascii"}[self.encoding],
            "len_enc": EBCDIC if self.length_encoding == "ebcdic" else self.length_encoding,
            "len_type": self.length_bytes,
            "max_len": self.size * 2 if self.encoding == "hex" else self.size,
            "len_count": "nibbles" if packed else "bytes",
            "left_pad": self.pad[0] if packed else "",
            "right_pad": self.pad[1] if packed else "",
            "desc": self.name,
        }


@frozen(kw_only=True, eq=False)
class Dialect:
    """A wire format: the edition of the standard it speaks, its encodings (its base's where it says nothing), and its elements
    by number (None: not defined)."""

    name: str
    title: str
    edition: str  #: one of EDITIONS
    encodings: Mapping[str, str]
    elements: tuple[Element | None, ...]

    @property
    def mti(self) -> str:
        return self.encodings.get("mti", "ascii")

    @property
    def bitmap(self) -> str:
        return self.encodings.get("bitmap", "binary")

    @classmethod
    def from_toml(cls, name: str, table: SpecTable, base: Dialect | None) -> Dialect:
        """A dialect from its file; ``base`` is the one it extends. What it leaves out is the base's, else plain ASCII."""
        title = table.text("title")
        table.text("extends", None)
        edition = table.choice("edition", EDITIONS, base.edition if base else EDITION_1987)
        if base and edition != base.edition:
            table.mistake("edition", repr(edition), f"{base.edition}, the edition of {base.name}, whose elements it extends")
        chosen = table.table("encoding").reading(_encodings) or {}
        encodings = {**base.encodings, **chosen} if base else chosen
        elements: list[Element | None] = list(base.elements) if base else [None] * (ELEMENTS_MAX + 1)
        for number in range(2, ELEMENTS_MAX + 1):
            inherited = elements[number]
            if inherited is not None:
                elements[number] = _encoded(inherited.number, inherited.name, inherited.format, chosen, inherited)
        for key, entry in table.named("element"):
            if key not in _NUMBERS:  # 048 would be 48 a second time
                entry.mistake("", f"element {key!r}", f"a number from 2 to {ELEMENTS_MAX}")
                continue
            number = int(key)
            element = entry.reading(partial(_element, number, chosen=encodings, inherited=elements[number]))
            elements[number] = element or elements[number]
        table.done()
        return cls(name=name, title=title, edition=edition, encodings=MappingProxyType(encodings), elements=tuple(elements))

    def element(self, number: int) -> Element:
        element = self.elements[number]
        assert element is not None, f"dialect {self.name} has no element {number}"
        return element

    def to_pyiso8583(self) -> dict[str, Any]:
        """The whole dialect in pyiso8583's notation, which is the authority on it and the oracle of our tests."""
        none = {"len_enc": "ascii", "len_type": 0, "max_len": 0, "data_enc": "ascii", "desc": ""}
        codec = {"ascii": "ascii", "bcd": "b", "ebcdic": EBCDIC}
        hexadecimal = EBCDIC if self.mti == "ebcdic" else "ascii"
        spec: dict[str, Any] = {"h": none, "t": {**none, "data_enc": codec[self.mti], "desc": "MTI"}}
        for key in ("p", "1"):
            spec[key] = {**none, "data_enc": "b" if self.bitmap == "binary" else hexadecimal, "desc": "bitmap"}
        for element in self.elements:
            if element is not None:
                spec[str(element.number)] = element.to_pyiso8583()
        return spec


def _encodings(table: SpecTable) -> dict[str, str]:
    chosen = {key: table.choice(key, allowed, None) for key, allowed in ENCODINGS.items()}
    table.done()
    return {key: value for key, value in chosen.items() if value is not None}


def _element(number: int, entry: SpecTable, chosen: dict[str, str], inherited: Element | None) -> Element:
    """One [element.N] table: its own encodings win over the dialect's, name and format over the inherited ones."""
    own = {key: entry.choice(key, allowed, None) for key, allowed in ELEMENT_ENCODINGS.items()}
    name = entry.text("name", inherited.name if inherited else ...)
    notation = entry.text("format", inherited.format if inherited else ...)
    match = _FORMAT.fullmatch(notation)
    limit = LLLVAR_MAX
    if not match or not 1 <= int(match[3]) <= limit:
        entry.mistake("format", repr(notation), _NOTATION)
    entry.done()
    return _encoded(number, name, notation, {**chosen, **{key: value for key, value in own.items() if value}}, inherited)


def _encoded(number: int, name: str, notation: str, chosen: dict[str, str], inherited: Element | None) -> Element:
    """An element under the chosen encodings; what none of them says stays as inherited, else plain ASCII."""
    match = _FORMAT.fullmatch(notation)
    assert match, notation
    content, variable, size = match[1], match[2] == "..", int(match[3])
    role = "digits" if content in ("n", "z") else "binary" if content == "b" else "text"
    same_role = inherited is not None and inherited.content == content
    encoding = chosen.get(role) or (inherited.encoding if inherited and same_role else "raw" if content == "b" else "ascii")
    same_length = inherited is not None and bool(inherited.length_digits) == variable
    padding = chosen.get("padding") or chosen.get("variable_padding" if variable else "fixed_padding")
    return Element(
        number=number,
        name=name,
        content=content,
        size=size + 1 if content == "x+n" else size,
        length_digits=0 if not variable else 2 if size <= LLVAR_MAX else 3,
        encoding=encoding,
        length_encoding=chosen.get("length") or (inherited.length_encoding if inherited else "ascii"),
        padding=padding or (inherited.padding if inherited and same_length else "left 0"),
    )
