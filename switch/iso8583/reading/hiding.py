"""What of a message may be a card number although it stands where none should: in a message that is damaged, or read in a
dialect it is not written in.

A sound message shows its elements; card numbers stand where they belong. Of one that makes no sense, the elements are believed
where it is plainly in its dialect: its MTI is of the edition, its time is one, its card number has a right check digit. Then
only that number is looked for elsewhere. Where it is not, every stretch of digits longer than what may be shown of a card is
hidden, over the borders of elements, in each way digits are written: as text, in EBCDIC, packed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Final

from attrs import evolve

from switch.card import CARD_BEGINS, card_numbers, luhn_valid
from switch.iso8583.codec import Codec, Part
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.mti import VERSIONS, message_class
from switch.record import frozen

DIGITS_SHOWN_MAX: Final = 6  #: of a card number in one piece (PCI DSS 3.4: the first six and the last four)
COPY_DIGITS_MIN: Final = 13  #: of the card number of a sound message, to be a copy of it: amounts have zeros too
DIFFERENT_DIGITS_MIN: Final = 3  #: in a piece of a known card number: zeros stand anywhere

_EBCDIC_DIGITS: Final = bytes(
    0x30 + code - 0xF0 if 0xF0 <= code <= 0xF9 else 0x2E if 0x30 <= code <= 0x39 else code for code in range(256)
)
#: Digits with one or two other signs between, as damage leaves them.
_STRETCH: Final = re.compile(r"[0-9]+(?:[^0-9]{1,2}[0-9]+)*")
_UNLESS_DIGITS: Final = tuple("--" if 0x30 <= byte <= 0x39 else f"{byte:02x}" for byte in range(256))
_UNLESS_TEXT: Final = tuple("--" if 0x20 <= byte < 0x7F else f"{byte:02x}" for byte in range(256))
_MONEY: Final = frozenset({"authorization", "financial", "reversal"})

Span = tuple[int, int]


@frozen
class Places:
    """Stretches of bytes not to be shown, by how they would be shown: as text, as EBCDIC text, as packed digits."""

    text: tuple[Span, ...] = ()
    ebcdic: tuple[Span, ...] = ()
    packed: tuple[Span, ...] = ()

    def hide(self, encoding: str, start: int, end: int) -> bool:
        """Whether bytes written so (an element's encoding) may not be shown. Raw bytes are shown in hexadecimal digits."""
        ways = {"ebcdic": self.ebcdic, "bcd": self.packed}
        spans = self.all if encoding == "raw" else ways.get(encoding, self.text)
        return any(first < end and start < last for first, last in spans)

    @property
    def all(self) -> tuple[Span, ...]:
        return self.text + self.ebcdic + self.packed


NOWHERE: Final = Places()


def values_of(parts: list[Part]) -> tuple[str, dict[int, str]]:
    """MTI and elements, as far as they were read."""
    values = {key: value for key, _, _, value in parts}
    return values.get("t", ""), {int(key): value for key, value in values.items() if key.isdecimal() and key != "1"}


def believed(mti: str, elements: Mapping[int, str], edition: str) -> bool:
    """Whether what was read of a message that makes no sense is plainly a message of this edition."""
    if message_class(mti or "0000", VERSIONS[edition]) is None:
        return False
    cards = _cards(elements)
    if not is_dated(elements, edition) and (7 in elements or not cards):
        return False
    return len(set(cards)) <= 1 and all(12 <= len(card) <= 19 and card[0] in CARD_BEGINS and luhn_valid(card) for card in cards)


def _cards(elements: Mapping[int, str]) -> list[str]:
    """The card numbers where they belong, but for those a log has masked."""
    found = (elements[number].replace("D", "=").partition("=")[0] for number in (2, 35) if number in elements)
    return [card for card in found if card.isdecimal()]


def is_carded(elements: Mapping[int, str]) -> bool:
    """Whether a card number with a right check digit stands where one belongs, and no other beside it."""
    cards = set(_cards(elements))
    return len(cards) == 1 and all(12 <= len(card) <= 19 and luhn_valid(card) and card.strip("0") for card in cards)


def is_dated(elements: Mapping[int, str], edition: str) -> bool:
    """Whether DE 7 (MMDDhhmmss), or DE 12 of 1993 (YYMMDDhhmmss), says a time there is."""
    said = elements.get(12, "") if edition == EDITION_1993 else "24" + elements.get(7, "")
    with suppress(ValueError):
        datetime.strptime(said, "%y%m%d%H%M%S")  # noqa: DTZ007
        return len(said) == 12
    return False


def suspect_places(codec: Codec, data: bytes, parts: list[Part], *, whole: bool, start: int = 0) -> Places:
    """Where a message may show a card number outside the elements that are masked anyway. ``data`` is the message from its
    byte ``start`` on, or a part of it."""
    mti, elements = values_of(parts)
    edition = codec.dialect.edition
    kind = message_class(mti, VERSIONS[edition]) if mti else None
    if whole and kind is not None:
        cards = _cards(elements) if kind in _MONEY else []
        look = _copies_of(cards, COPY_DIGITS_MIN)
        if kind in _MONEY and 2 not in elements:
            return _found(data, start, lambda digits: chain(look(digits), _prefixed(digits)))
        return _found(data, start, look) if cards else NOWHERE
    if not believed(mti, elements, edition):
        packs = any(element is not None and element.encoding == "bcd" for element in codec.dialect.elements)
        found = _found(data, start, _stretches)
        return found if packs else evolve(found, packed=_shifted(_in_bytes(_unless_text(data)), start))
    cards = _cards(elements)
    if not cards:
        before = min((offset for key, offset, _, _ in parts if key.isdecimal() and int(key) > DIGITS_SHOWN_MAX), default=0)
        return _found(data[: max(before - start, 0)], start, card_numbers)
    return _found(data, start, _copies_of(cards, DIGITS_SHOWN_MAX + 1))


def _found(data: bytes, start: int, look: Callable[[str], Iterator[Span]]) -> Places:
    text, ebcdic = data.decode("latin-1"), data.translate(_EBCDIC_DIGITS).decode("latin-1")
    return Places(*(_shifted(spans, start) for spans in (look(text), look(ebcdic), _in_bytes(look(data.hex())))))


def _shifted(spans: Iterable[Span], start: int) -> tuple[Span, ...]:
    return tuple((first + start, last + start) for first, last in spans)


def _in_bytes(spans: Iterable[Span]) -> Iterator[Span]:
    return ((first // 2, (last + 1) // 2) for first, last in spans)


def _unless_text(data: bytes) -> Iterator[Span]:
    """Stretches of packed digits where nothing is packed: text has digits in its hexadecimal form too, and is left out."""
    yield from card_numbers("".join(map(_UNLESS_DIGITS.__getitem__, data)))
    yield from _stretches("".join(map(_UNLESS_TEXT.__getitem__, data)))


def _stretches(digits: str) -> Iterator[Span]:
    """Stretches with more digits than may be shown of a card in one piece."""
    for match in _STRETCH.finditer(digits):
        size = match.end() - match.start()
        if size > 3 * DIGITS_SHOWN_MAX or sum(map(str.isdecimal, match[0])) > DIGITS_SHOWN_MAX:
            yield match.span()


def _prefixed(digits: str) -> Iterator[Span]:
    """What has a right check digit and its own length in front, as a card number has on the wire."""
    for first, last in card_numbers(digits):
        if digits[max(first - 3, 0) : first].removesuffix("0").endswith(str(last - first)):
            yield first, last


def _copies_of(cards: list[str], size: int) -> Callable[[str], Iterator[Span]]:
    return lambda digits: chain.from_iterable(_copies(digits, card, size) for card in cards)


def _copies(digits: str, card: str, size: int) -> Iterator[Span]:
    """Pieces of a known card number, so many digits and longer."""
    pieces = {card[place : place + size] for place in range(len(card) - size + 1)}
    for piece in pieces:
        if len(set(piece)) < DIFFERENT_DIGITS_MIN:
            continue
        place = digits.find(piece)
        while place >= 0:
            yield place, place + size
            place = digits.find(piece, place + 1)
