"""One data element as a dialect has it, and how subelements stand inside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from attrs import field

from switch.record import frozen

LATIN_1: Final = "latin1"  #: ISO 8859-1, whose first half is ASCII
BINARY: Final = "binary"  #: a length as a number, big endian, where the others write its decimal digits
EBCDIC: Final = "cp500"  #: the code page meant by "ebcdic" (EBCDIC International)
SIZE_MAX: Final = 999_999  #: of an element: what six digits of length can say
LENGTH_DIGITS_MAX: Final = 6
PADDINGS: Final = ("left 0", "right 0", "right F")  #: what fills up an odd number of packed digits, and on which side
LAYOUTS: Final = ("bitmap", "tags", "ber", "places")  #: kinds of subelements

#: Keys of a dialect's [encoding] table and what each may say.
ENCODINGS: Final[dict[str, tuple[str, ...]]] = {
    "mti": ("ascii", "bcd", "ebcdic"),
    "bitmap": ("binary", "hex"),
    "digits": ("ascii", "bcd", "ebcdic"),
    "text": ("ascii", "ebcdic", LATIN_1),
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
FORMAT: Final = re.compile(r"(x\+n|n|anp?|ans|a|b|z)( |\.\.)([0-9]{1,6})")


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
    secret: bool = False  #: of a subelement: never shown, never stored
    layout: Layout | None = field(default=None, repr=False)  #: how subelements stand in its value; None: it has none

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
            "data_enc": {"hex": "ascii", "ebcdic": EBCDIC, "ascii": "ascii", LATIN_1: "latin-1"}.get(self.encoding, "b"),
            "len_enc": {"ebcdic": EBCDIC, BINARY: "b"}.get(self.length_encoding, self.length_encoding),
            "len_type": self.length_bytes,
            "max_len": size * 2 if self.encoding == "hex" else size,
            "len_count": "nibbles" if packed else "bytes",
            "left_pad": self.pad[0] if packed else "",
            "right_pad": self.pad[1] if packed else "",
            "desc": self.name,
        }


@frozen(kw_only=True, eq=False)
class Layout:
    """How subelements stand inside the value of an element: a bitmap in front of them, by tag, or place after place.

    ``members`` are those the dialect describes, by number or tag, in order. Each is an element with its own format, which may
    have a layout in turn; of ``tags`` and ``ber`` others may come, too, and look like ``other``.
    """

    kind: str  #: one of LAYOUTS
    members: Mapping[str, Element]
    other: Element | None = None
    bitmap: str = "binary"  #: binary or hex
    bitmap_bytes: int = 8
    tag_characters: int = 2
    tag_length_digits: int = 3
    text: str = "ascii"  #: how tags and their lengths stand on the wire

    @property
    def marks_secrets(self) -> bool:
        """Whether the dialect says of a subelement, at any depth, that it is secret."""
        return any(each.secret or (each.layout is not None and each.layout.marks_secrets) for each in self.members.values())

    @property
    def has_secrets(self) -> bool:
        """Whether there may be secret subelements at any depth: those that are marked, and card data in BER-TLV."""
        deeper = (each.layout for each in self.members.values() if each.layout is not None)
        return self.kind == "ber" or self.marks_secrets or any(layout.has_secrets for layout in deeper)


def encoded(number: int, name: str, notation: str, chosen: dict[str, str], inherited: Element | None) -> Element:
    """An element under the chosen encodings; what none of them says stays as inherited, else plain ASCII."""
    match = FORMAT.fullmatch(notation)
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
        secret=inherited.secret if inherited else False,
        layout=inherited.layout if inherited else None,
    )


def _signed_encoding(chosen: dict[str, str], was: Element | None, *, variable: bool) -> str:
    """How a signed amount stands on the wire: as text, or its sign as text before packed digits."""
    text, _, packed = (was.encoding if was else "ascii").partition("+")
    text, signed = chosen.get("text", text), chosen.get("signed", "packed" if packed else "text")
    return f"{text}+bcd" if signed == "packed" and not variable else text


def _length_units(size: int, length_encoding: str) -> int:
    """How many digits, or bytes where it is binary, the length of up to ``size`` takes by default."""
    return (size.bit_length() + 7) // 8 if length_encoding == BINARY else max(2, len(str(size)))
