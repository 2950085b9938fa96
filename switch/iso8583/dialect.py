"""A dialect: how each data element stands on the wire. Compiled from ``specs/dialects``, in the standard's own notation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from switch.iso8583.element import EBCDIC, ENCODINGS, Element, encoded
from switch.iso8583.element_table import element_of
from switch.record import frozen
from switch.spec_table import SpecTable

ELEMENTS_MAX: Final = 192  #: with a third bitmap
TWO_BITMAPS_MAX: Final = 128
THIRD_BITMAP: Final = 65  #: the element that announces elements 129 to 192

EDITION_1987, EDITION_1993 = "1987", "1993"
VERSION_OF: Final = {EDITION_1987: "0", EDITION_1993: "1"}  #: edition -> first digit of its MTIs
MTI_VERSIONS: Final = tuple(VERSION_OF.values())
EDITIONS: Final = (EDITION_1987, EDITION_1993)  #: of ISO 8583: what the elements of a dialect mean

#: Keys of a dialect's [security] table that are places (48.92): of a request, and of an answer.
SECURITY_OF_REQUESTS: Final = ("cvv2", "eci", "cavv")
SECURITY_OF_ANSWERS: Final = ("cvv2_result", "cvv_result", "cavv_result")
#: Keys that say how a value is written in its place. An ``indicator`` is one digit that says whether there is a CVV2, one for
#: the kind of answer, and the CVV2 on the right of four; ``ucaf`` is three digits, of which the last is 2, 1 or 0.
SECURITY_FORMS: Final[dict[str, tuple[str, ...]]] = {
    "cvv2_form": ("digits", "indicator"),
    "eci_form": ("eci", "ucaf"),
    "cavv_form": ("hex", "base64"),
}
#: Elements that may have such places: private ones. In 1993 those that are the same in both editions.
_SECURITY_ELEMENTS: Final = {
    EDITION_1987: frozenset({44, 46, 47, 48, *range(60, 64), *range(104, 128)}),
    EDITION_1993: frozenset({47, 48, 62, 63, 104, 111, *range(116, 120), *range(123, 128)}),
}

_NUMBERS = frozenset(str(number) for number in range(2, ELEMENTS_MAX + 1))


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
    security: Mapping[str, str] = MappingProxyType({})  #: the [security] table: where CVV2, ECI and CAVV are said, and how

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
                elements[number] = encoded(inherited.number, inherited.name, inherited.format, chosen, inherited)
        for key, entry in table.named("element"):
            if key not in _NUMBERS:  # 048 would be 48 a second time
                entry.mistake("", f"element {key!r}", f"a number from 2 to {ELEMENTS_MAX}")
                continue
            number = int(key)
            element = entry.reading(partial(element_of, number, chosen=encodings, inherited=elements[number]))
            elements[number] = element or elements[number]
        security = dict(base.security) if base else {}
        if "security" in table:
            security |= table.table("security").reading(partial(_security, elements=elements, edition=edition)) or {}
        table.done()
        return cls(
            name=name,
            title=title,
            edition=edition,
            encodings=MappingProxyType(encodings),
            elements=tuple(elements),
            mti_version=version,
            security=MappingProxyType(security),
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


def _security(table: SpecTable, elements: list[Element | None], edition: str) -> dict[str, str]:
    """Where card security data stand. "" takes a place of the base away."""
    said = {key: table.choice(key, forms, None) for key, forms in SECURITY_FORMS.items()}
    for key in (*SECURITY_OF_REQUESTS, *SECURITY_OF_ANSWERS):
        said[key] = place = table.text(key, None)
        if place and not _is_place(place, elements, edition):
            table.mistake(key, repr(place), "a subelement that the dialect describes, such as 48.92, of a private element")
    table.done()
    return {key: value for key, value in said.items() if value is not None}


def _is_place(text: str, elements: list[Element | None], edition: str) -> bool:
    number, *path = text.split(".")
    if number not in _NUMBERS or int(number) not in _SECURITY_ELEMENTS[edition] or not path:
        return False
    element = elements[int(number)]
    for key in path:
        layout = element.layout if element is not None else None
        element = layout.members.get(key) if layout is not None else None
    return element is not None
