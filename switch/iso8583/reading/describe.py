"""A message in words: every element with its name, its place and its value, secrets left out."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from switch.card import card_numbers, mask_numbers, mask_pan
from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1987, EDITION_1993, Dialect
from switch.iso8583.elements import EMV_CARD_DATA, EMV_DATA, FREE_TEXT, MASKED, SECRET
from switch.iso8583.mapping.session import KEY_ELEMENT
from switch.iso8583.mti import describe_mti
from switch.iso8583.nested.ber import emv_tags
from switch.iso8583.nested.shown import SubelementLine, divided, hides_secrets, inside
from switch.iso8583.reading import meanings, meanings93
from switch.iso8583.reading.hiding import NOWHERE, Places, believed, suspect_places
from switch.iso8583.reading.lenient import inspected
from switch.record import frozen

MEANING: Final = {EDITION_1987: meanings.meaning, EDITION_1993: meanings93.meaning}


@frozen(kw_only=True)
class ElementLine:
    """One part of a described message: ``length`` bytes from ``offset``. ``value`` is masked, ``meaning`` is in words."""

    element: int
    name: str
    format: str
    offset: int
    length: int
    value: str
    meaning: str
    subelements: tuple[SubelementLine, ...] = ()  #: what stands inside it, as far as the dialect describes that
    unread: str = ""  #: why its subelements cannot be read, or no further


@frozen(kw_only=True)
class Description:
    """What was understood of a message, and where it stopped making sense (``error``, else None)."""

    mti: str | None
    lines: tuple[ElementLine, ...]
    error: MessageError | None
    bytes_total: int
    suspect: Places  #: what may be a card number where none should stand; left out of the values


NOTHING_MASKED: Final[frozenset[int]] = frozenset()
MAY_BE_A_CARD: Final = "(not shown: it may be a card number)"
A_KEY: Final = "(enciphered key, not shown)"  #: DE 48 of network management is no private data with subelements
NETWORK_MANAGEMENT: Final = "8"  #: second digit of its MTIs
HOLDS_SECRETS: Final = "(holds secret subelements, not shown whole)"


def describe(
    codec: Codec, data: bytes, *, unmasked: bool = False, near_bytes: int | None = None, from_log: bool = False
) -> Description:
    """The parts of a message in the order they stand, as far as it can be read. PANs are masked unless ``unmasked``.

    In a message ``from_log`` digits that were masked there already are no error.

    With ``near_bytes`` card numbers out of place are looked for only so far around the error: for who shows nothing else.
    """
    parts, error, masked_before = inspected(codec, data) if from_log else (*codec.inspect(data), NOTHING_MASKED)
    values = {key: value for key, _, _, value in parts}
    elements = {int(key): value for key, value in values.items() if key.isdecimal() and key != "1"}
    known = {number: value for number, value in elements.items() if number not in masked_before}
    lines, edition = [], codec.dialect.edition
    trusted = error is None or believed(values.get("t", ""), elements, edition)
    place, width = (error.position or 0) if error else 0, len(data) if near_bytes is None else near_bytes
    start, end = max(place - width, 0), place + width
    suspect = NOWHERE if unmasked else suspect_places(codec, data[start:end], parts, whole=error is None, start=start)
    for key, offset, raw, value in parts:
        subelements: tuple[SubelementLine, ...] = ()
        unread = ""
        number = int(key) if key.isdecimal() and key != "1" else 0 if key == "t" else 1
        if number == 0:
            name, notation, shown, words = "message type indicator", "n 4", value, describe_mti(value)
            encoding = ""
        elif number == 1:
            name, notation, words = ("secondary bitmap" if key == "1" else "primary bitmap"), "b 8", ""
            shown = value if unmasked or not any(card_numbers(values.get("t", "") + value)) else MAY_BE_A_CARD
            encoding = "raw" if codec.dialect.bitmap == "binary" else "ebcdic" if codec.dialect.mti == "ebcdic" else "ascii"
        else:
            element = codec.dialect.element(number)
            name, notation = element.name, element.format
            shown = value if unmasked else HOLDS_SECRETS if hides_secrets(element) else shown_value(number, value, edition)
            words = MEANING[edition](number, value, known) if number in known else ""
            encoding = element.encoding
            if number == KEY_ELEMENT and values.get("t", "")[1:2] == NETWORK_MANAGEMENT:
                shown = value if unmasked else A_KEY
            elif element.layout is not None and trusted and number in known:
                subelements, unread = inside(element, value, str(number), unmasked=unmasked)
                subelements = tuple(_in_words(each, codec.dialect) for each in subelements)
            elif element.layout is None and trusted and number in known:
                subelements = divided(number, value, edition)
        masked = number in SECRET or (number in MASKED and trusted) or (number in FREE_TEXT[edition] and error is None)
        if encoding and not masked and suspect.hide(encoding, offset, offset + len(raw)):
            shown, words, subelements, unread = MAY_BE_A_CARD, "", (), ""
        line = ElementLine(
            element=number,
            name=name,
            format=notation,
            offset=offset,
            length=len(raw),
            value=shown,
            meaning=words,
            subelements=subelements,
            unread=unread,
        )
        lines.append(line)
    return Description(mti=values.get("t"), lines=tuple(lines), error=error, bytes_total=len(data), suspect=suspect)


def _in_words(line: SubelementLine, dialect: Dialect) -> SubelementLine:
    """A subelement that says what an issuer found of a proof, with that in words."""
    words = meanings.proof_words(dialect, line.number, line.value)
    return evolve(line, meaning=words) if words else line


def shown_value(number: int, value: str, edition: str = EDITION_1987) -> str:
    """An element's value as it may be shown: PANs masked, tracks cut to the masked PAN, secrets named only.

    In text elements of variable length, where anybody may put anything, a run of 13 digits or more is masked like a PAN.
    """
    if number in (2, 34):
        return mask_pan(value)
    if number == 35:
        pan, separator, _ = value.replace("D", "=").partition("=")
        return f"{mask_pan(pan)}{separator}{'…' if separator else ''}"
    if number in SECRET:
        return f"({SECRET[number]}, not shown)"
    if number == EMV_DATA:
        return _shown_emv(value)
    if number in FREE_TEXT[edition]:
        return mask_numbers(value)
    return value


def _shown_emv(value: str) -> str:
    """BER-TLV as ``tag=value`` pairs without card data; hidden whole where it is no BER-TLV."""
    try:
        data = bytes.fromhex(value)
        places = list(emv_tags(data))
    except (IndexError, ValueError):
        return "(EMV data that cannot be read, not shown)"
    shown = ((tag, "(not shown)" if tag in EMV_CARD_DATA else data[start:end].hex().upper()) for tag, start, end in places)
    return " ".join(f"{tag}={text}" for tag, text in shown)
