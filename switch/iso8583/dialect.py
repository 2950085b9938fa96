"""A dialect: how each data element stands on the wire. Compiled from ``specs/dialects``, in the standard's own notation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve, frozen

from switch.spec_table import SpecTable

BINARY: Final = "binary"  #: a length as a number, big endian, where the others write its decimal digits
EBCDIC: Final = "cp500"  #: the code page meant by "ebcdic" (EBCDIC International)
ELEMENTS_MAX: Final = 192  #: with a third bitmap
TWO_BITMAPS_MAX: Final = 128
THIRD_BITMAP: Final = 65  #: the element that announces elements 129 to 192
SIZE_MAX: Final = 999_999  #: of an element: what six digits of length can say
LENGTH_DIGITS_MAX: Final = 6

EDITION_1987, EDITION_1993 = "1987", "1993"
VERSION_OF: Final = {EDITION_1987: "0", EDITION_1993: "1"}  #: edition -> first digit of its MTIs
MTI_VERSIONS: Final = tuple(VERSION_OF.values())
EDITIONS: Final = (EDITION_1987, EDITION_1993)  #: of ISO 8583: what the elements of a dialect mean
PADDINGS: Final = ("left 0", "right 0", "right F")  #: what fills up an odd number of packed digits, and on which side

#: Keys of a dialect's [encoding] table and what each may say.
ENCODINGS: Final[dict[str, tuple[str, ...]]] = {
    "mti": ("ascii", "bcd", "ebcdic"),
    "bitmap": ("binary", "hex"),
    "digits": ("ascii", "bcd", "ebcdic"),
    "text": ("ascii", "ebcdic"),
    "length": ("ascii", "bcd", "ebcdic", BINARY),
    "binary": ("raw", "hex"),
    "signed": ("text", "packed"),
    "fixed_padding": PADDINGS,
    "variable_padding": PADDINGS,
}
#: Keys of an [element.N] table that say how this element stands on the wire, and what each may say.
ELEMENT_ENCODINGS: Final = {
    **{key: ENCODINGS[key] for key in ("digits", "text", "length", "binary", "signed")},
    "padding": PADDINGS,
}

_FORMAT = re.compile(r"(x\+n|n|anp?|ans|a|b|z)( |\.\.)([0-9]{1,6})")
_LENGTH_UNITS: Final = {"length_digits": LENGTH_DIGITS_MAX, "length_bytes": 3}  #: keys of an [element.N] table, and how many
_NUMBERS = frozenset(str(number) for number in range(2, ELEMENTS_MAX + 1))
_NOTATION = "the standard's notation, such as n 6, n..19, ans..999, b 8, z..37, x+n 8"


@frozen(kw_only=True)
class Element:
    """One data element of a dialect.

    ``content`` is its class (n, a, an, ans, b, z, x+n); ``size`` its length, or its maximum where it is variable: digits or
    characters, bytes for class b. ``length_units`` is 0 for a fixed length, else how many digits its length prefix has (2 is
    LLVAR), bytes where that is binary. ``encoding`` is how the data stands on the wire: ascii, ebcdic, bcd, raw, hex; for a
    signed amount also ascii+bcd and ebcdic+bcd, the sign as a character and then packed digits. ``length_encoding`` is how its
    length prefix does. ``padding`` is the side and the half byte that fill up an odd number of packed digits.
    """

    number: int
    name: str
    content: str
    size: int
    length_units: int
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
        return f"{self.content}{'..' if self.length_units else ' '}{size}"

    @property
    def length_bytes(self) -> int:
        """Bytes of the length prefix on the wire."""
        return (self.length_units + 1) // 2 if self.length_encoding == "bcd" else self.length_units

    @property
    def characters(self) -> str:
        """What a value may be made of: its class, but that blanks may fill up an element ``an`` of fixed length (anp)."""
        return "anp" if self.content == "an" and not self.length_units else self.content

    @property
    def sign_encoding(self) -> str:
        """How the sign in front of packed digits stands on the wire; empty where an element has none."""
        text, _, digits = self.encoding.partition("+")
        return text if digits else ""

    def wire_bytes(self, count: int) -> int:
        """The bytes that ``count`` digits, characters or bytes of the element take on the wire."""
        if self.sign_encoding:
            return 1 + count // 2
        return (count + 1) // 2 if self.encoding == "bcd" else count

    @property
    def characters_max(self) -> int:
        """The longest value as text: two hexadecimal digits a byte, and no more than a length prefix can count."""
        characters = self.size * 2 if self.content == "b" else self.size
        if not self.length_units or self.encoding == "raw":
            return characters
        return min(characters, self.countable - self.countable % 2 if self.encoding == "hex" else self.countable)

    @property
    def countable(self) -> int:
        """The greatest number that the length prefix can say."""
        largest: int = (256 if self.length_encoding == BINARY else 10) ** self.length_units - 1
        return largest

    def to_pyiso8583(self) -> dict[str, Any]:
        """The same element in pyiso8583's notation."""
        packed = self.encoding == "bcd"
        size = self.wire_bytes(self.size) if self.sign_encoding else self.size
        return {
            "data_enc": {"hex": "ascii", "ebcdic": EBCDIC, "ascii": "ascii"}.get(self.encoding, "b"),
            "len_enc": {"ebcdic": EBCDIC, BINARY: "b"}.get(self.length_encoding, self.length_encoding),
            "len_type": self.length_bytes,
            "max_len": size * 2 if self.encoding == "hex" else size,
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
    mti_version: str  #: first digit of its MTIs on the wire; that of its edition, or another product's

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
        version = table.choice("mti_version", MTI_VERSIONS, base.mti_version if base else VERSION_OF[edition])
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
        return cls(
            name=name,
            title=title,
            edition=edition,
            encodings=MappingProxyType(encodings),
            elements=tuple(elements),
            mti_version=version,
        )

    @property
    def has_third(self) -> bool:
        """Whether it has elements that a third bitmap announces."""
        return any(self.elements[TWO_BITMAPS_MAX + 1 :])

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
    units = {key: entry.integer(key, None, low=1, high=most) for key, most in _LENGTH_UNITS.items()}
    if not _FORMAT.fullmatch(notation):
        entry.mistake("format", repr(notation), _NOTATION)
        entry.done()
    element = _encoded(number, name, notation, {**chosen, **{key: value for key, value in own.items() if value}}, inherited)
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
    entry.done()
    return element


def _encoded(number: int, name: str, notation: str, chosen: dict[str, str], inherited: Element | None) -> Element:
    """An element under the chosen encodings; what none of them says stays as inherited, else plain ASCII."""
    match = _FORMAT.fullmatch(notation)
    assert match, notation
    content, variable, size = match[1].replace("anp", "an"), match[2] == "..", int(match[3])
    was = inherited if inherited is not None and inherited.content == content else None
    same_length = inherited is not None and bool(inherited.length_units) == variable
    padding = chosen.get("padding") or chosen.get("variable_padding" if variable else "fixed_padding")
    length_encoding = chosen.get("length") or (inherited.length_encoding if inherited else "ascii")
    if content == "x+n":
        encoding = _signed_encoding(chosen, was, variable=variable)
    else:
        role = "digits" if content in ("n", "z") else "binary" if content == "b" else "text"
        encoding = chosen.get(role) or (was.encoding if was else "raw" if content == "b" else "ascii")
    kept = was is not None and was.size == size and was.length_encoding == length_encoding and same_length
    return Element(
        number=number,
        name=name,
        content=content,
        size=size + 1 if content == "x+n" else size,
        length_units=0 if not variable else was.length_units if kept and was else _length_units(size, length_encoding),
        encoding=encoding,
        length_encoding=length_encoding,
        padding=padding or (inherited.padding if inherited and same_length else "left 0"),
    )


def _signed_encoding(chosen: dict[str, str], was: Element | None, *, variable: bool) -> str:
    """How a signed amount stands on the wire: as text, or its sign as text before packed digits."""
    text, _, packed = (was.encoding if was else "ascii").partition("+")
    text, signed = chosen.get("text", text), chosen.get("signed", "packed" if packed else "text")
    return f"{text}+bcd" if signed == "packed" and not variable else text


def _length_units(size: int, length_encoding: str) -> int:
    """How many digits, or bytes where it is binary, the length of up to ``size`` takes by default."""
    return (size.bit_length() + 7) // 8 if length_encoding == BINARY else max(2, len(str(size)))
