"""What of a message may be kept: the bytes of card data that is never stored are overwritten.

Never stored are tracks, PIN blocks, and what may hold a CVV2: the elements that are never shown either. A card number is
kept: whoever keeps it seals it. Of a message whose layout is lost nobody can say where such data stand, so only its beginning
is kept.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from switch.errors import MessageError
from switch.iso8583.codec import Codec, Part
from switch.iso8583.element import Element
from switch.iso8583.elements import EMV_CARD_DATA, EMV_DATA, NEVER_STORED
from switch.iso8583.message import Message
from switch.iso8583.mti import VERSIONS, message_class
from switch.iso8583.nested.ber import emv_tags
from switch.iso8583.nested.read import without_secrets
from switch.iso8583.plan import present_elements
from switch.iso8583.reading.hiding import believed, is_dated
from switch.record import frozen

FIRST_SECRET: Final = min(NEVER_STORED)
#: The shortest MTI, the primary bitmap and the shortest length header: bytes in front of any element, however they are written.
HEAD_BYTES: Final = 12

ByteRanges = tuple[tuple[int, int], ...]  #: first offset and end of runs of bytes


@frozen
class Blanked:
    """A message that may be kept: as long as it was, overwritten at ``places``; ``message`` is what of it can still be read."""

    body: bytes
    places: ByteRanges
    message: Message
    error: MessageError | None  #: why the message as it came makes no sense; None where it does


def blanked(codec: Codec, data: bytes) -> Blanked:
    """A message without card data that is never stored. What is overwritten still decodes, to zeros."""
    with suppress(MessageError):  # nearly all messages: they make sense, and nothing in them has to be looked for
        message = codec.decode(data)
        if _holds_no_secret(codec, message):
            return Blanked(data, (), message, None)
    return looked_through(codec, data)


def _holds_no_secret(codec: Codec, message: Message) -> bool:
    """Whether no element of a message is, or holds, what is never stored."""
    numbers = message.elements.keys()
    return EMV_DATA not in numbers and NEVER_STORED.isdisjoint(numbers) and codec.secret_inside.isdisjoint(numbers)


def looked_through(codec: Codec, data: bytes) -> Blanked:
    """The same of any message, element by element."""
    parts, error = codec.inspect(data)
    body, places = bytearray(data), list[tuple[int, int]]()
    if error is not None and not _to_the_end(parts, data):
        kept = _kept_bytes(codec, parts, error, data)
        parts = [part for part in parts if part[1] + len(part[2]) <= kept]
        body[kept:] = bytes(len(data) - kept)
        places.append((kept, len(data)))
    else:
        for start, end in _unread(codec, parts):
            body[start:end] = bytes(end - start)
            places.append((start, end))
        for part in parts:
            start, raw = part[1], _overwritten(codec, part)
            if raw != part[2]:
                body[start : start + len(raw)] = raw
            places += _places(codec, part)
    values = {
        _number(part): part[3]
        for part in parts
        if _number(part) > 1 and _number(part) not in NEVER_STORED and _with_secrets(codec, _number(part)) is None
    }
    mti = next((value for key, _, _, value in parts if key == "t"), "")
    if error is not None and not believed(mti, values, codec.dialect.edition):
        values = {}  # they may be pieces of a card number
    return Blanked(bytes(body), tuple(sorted(places)), Message(mti, values), error)


def head(data: bytes) -> Blanked:
    """Bytes that are no frame: what stands in front of any element is kept."""
    kept = data[:HEAD_BYTES]
    places = ((len(kept), len(data)),) if len(data) > len(kept) else ()
    return Blanked(kept + bytes(len(data) - len(kept)), places, Message("", {}), None)


def noted(places: ByteRanges) -> str:
    """Places in one line of text.

    >>> noted(((12, 20), (96, 104)))
    '12-20 96-104'
    """
    return " ".join(f"{start}-{end}" for start, end in places)


def places_of(note: str) -> ByteRanges:
    """The same back."""
    pairs = (run.split("-") for run in note.split())
    return tuple((int(start), int(end)) for start, end in pairs)


def _number(part: Part) -> int:
    """0 the MTI, 1 the bitmaps, else the element."""
    key = part[0]
    return int(key) if key.isdecimal() else 0 if key == "t" else 1


def _announced(parts: list[Part]) -> list[int]:
    """The elements the bitmaps announce."""
    bitmaps = "".join(value for key, _, _, value in parts if key in ("p", "1"))
    return present_elements(bytes.fromhex(bitmaps)) if bitmaps else []


def _to_the_end(parts: list[Part], data: bytes) -> bool:
    """Whether the last element announced ends where the message does, so that only contents are wrong, and no layout."""
    announced = _announced(parts)
    if not announced or _number(parts[-1]) != max(announced):
        return False
    return parts[-1][1] + len(parts[-1][2]) == len(data)


def _kept_bytes(codec: Codec, parts: list[Part], error: MessageError, data: bytes) -> int:
    """How much of the beginning of a message whose layout is lost is free of secrets.

    Where it is plainly in its dialect (an MTI of the edition, and a date of transmission that is one), all elements in front
    of the fault and of the first that may be secret; else what stands in front of any element.
    """
    values = {_number(part): part[3] for part in parts if part[1] < (error.position or 0)}
    edition = codec.dialect.edition
    if message_class(values.get(0, "0000"), VERSIONS[edition]) is None or not is_dated(values, edition):
        return min(HEAD_BYTES, len(data))
    plain = [
        part
        for part in parts
        if part[1] < (error.position or 0) and _number(part) < FIRST_SECRET and _with_secrets(codec, _number(part)) is None
    ]
    return max(part[1] + len(part[2]) for part in plain)


def _unread(codec: Codec, parts: list[Part]) -> list[tuple[int, int]]:
    """Where elements with wrong contents stand, those that may be secret."""
    secret = [n for n in _announced(parts) if n in NEVER_STORED or n == EMV_DATA or _with_secrets(codec, n) is not None]
    found, end, before = list[tuple[int, int]](), 0, -1
    for part in parts:
        number = _number(part)
        if part[1] > end and any(before < n < number for n in secret):
            found.append((end, part[1]))
        end, before = part[1] + len(part[2]), number
    return found


def _overwritten(codec: Codec, part: Part) -> bytes:
    """The bytes of one element without what is never stored, as many as before."""
    _, _, raw, value = part
    number = _number(part)
    if number in NEVER_STORED:
        kept = "0" * len(value)
    elif (element := _with_secrets(codec, number)) is not None:
        kept, _ = without_secrets(element, value)
    elif number == EMV_DATA:
        kept = _without_card_data(value)
    else:
        return raw
    with suppress(MessageError):
        written = codec.encode(Message("0100", {number: kept}))[-len(raw) :] if kept else raw
        if len(written) == len(raw):
            return written
    return bytes(len(raw))


def _places(codec: Codec, part: Part) -> list[tuple[int, int]]:
    """Where one element is overwritten: nowhere, all over, or in the values of its tags that are card data."""
    number, (_, offset, raw, value) = _number(part), part
    if number in NEVER_STORED:
        return [(offset, offset + len(raw))]
    marked = _with_secrets(codec, number)
    if marked is not None:
        _, places = without_secrets(marked, value)
        if marked.encoding == "bcd":
            return [(offset, offset + len(raw))] if places else []
        return _spans(marked, offset, places)
    if number != EMV_DATA:
        return []
    try:
        tags = [(start, end) for tag, start, end in emv_tags(bytes.fromhex(value)) if tag in EMV_CARD_DATA]
    except (IndexError, ValueError):
        return [(offset, offset + len(raw))]
    return _spans(codec.dialect.element(number), offset, tags)


def _spans(element: Element, offset: int, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places among the bytes of an element's value as places in the message."""
    first, width = offset + element.length_bytes, 2 if element.encoding == "hex" else 1
    return [(first + start * width, first + end * width) for start, end in places]


def _with_secrets(codec: Codec, number: int) -> Element | None:
    """The element of this number where its dialect describes secret subelements in it."""
    return codec.dialect.elements[number] if number in codec.secret_inside else None


def _without_card_data(value: str) -> str:
    """Chip data (hexadecimal) with zeros for the values of card data; all zeros where it is no BER-TLV."""
    try:
        data = bytearray.fromhex(value)
        for tag, start, end in emv_tags(bytes(data)):
            if tag in EMV_CARD_DATA:
                data[start:end] = bytes(end - start)
    except (IndexError, ValueError):
        return "0" * len(value)
    return data.hex().upper()
