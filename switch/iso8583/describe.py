"""A message in words: every element with its name, its place and its value, secrets left out."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from switch.card import mask_pan
from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.mti import describe_mti
from switch.money import currency_name, format_minor
from switch.transaction import RESPONSE_MEANINGS, response_meaning

#: Elements never shown: they hold or may hold PIN blocks, keys, cryptograms or card verification values.
SECRET: Final = {52: "PIN block", 45: "track 1", 36: "track 3", 64: "MAC", 128: "MAC", 96: "key"}
AMOUNTS: Final = frozenset({4, 5, 6})
CURRENCIES: Final = frozenset({49, 50, 51})


@frozen(kw_only=True)
class Line:
    """One part of a described message: ``length`` bytes from ``offset``. ``value`` is masked, ``meaning`` is in words."""

    element: int
    name: str
    format: str
    offset: int
    length: int
    value: str
    meaning: str


@frozen(kw_only=True)
class Description:
    """What was understood of a message, and where it stopped making sense (``error``, else None)."""

    mti: str | None
    lines: tuple[Line, ...]
    error: MessageError | None
    bytes_total: int


def describe(codec: Codec, data: bytes, *, unmasked: bool = False) -> Description:
    """The parts of a message in the order they stand, as far as it can be read. PANs are masked unless ``unmasked``."""
    parts, error = codec.inspect(data)
    values = {key: value for key, _, _, value in parts}
    lines = []
    for key, offset, raw, value in parts:
        number = int(key) if key.isdecimal() and key != "1" else 0 if key == "t" else 1
        if number == 0:
            name, notation, shown, meaning = "message type indicator", "n 4", value, describe_mti(value)
        elif number == 1:
            name, notation, shown, meaning = ("secondary bitmap" if key == "1" else "primary bitmap"), "b 8", value, ""
        else:
            element = codec.dialect.element(number)
            name, notation = element.name, element.format
            shown = value if unmasked else shown_value(number, value)
            meaning = _meaning(number, value, values)
        line = Line(element=number, name=name, format=notation, offset=offset, length=len(raw), value=shown, meaning=meaning)
        lines.append(line)
    return Description(mti=values.get("t"), lines=tuple(lines), error=error, bytes_total=len(data))


def shown_value(number: int, value: str) -> str:
    """An element's value as it may be shown: PANs masked, tracks cut to the masked PAN, secrets named only."""
    if number == 2:
        return mask_pan(value)
    if number == 35:
        pan, separator, _ = value.replace("D", "=").partition("=")
        return f"{mask_pan(pan)}{separator}{'…' if separator else ''}"
    if number in SECRET:
        return f"({SECRET[number]}, not shown)"
    return value


def _meaning(number: int, value: str, values: dict[str, str]) -> str:
    if number in AMOUNTS:
        currency = values.get(str({4: 49, 5: 50, 6: 51}[number]), "504")
        return f"{format_minor(int(value), currency)} {currency_name(currency)}"
    if number in CURRENCIES:
        return currency_name(value)
    if number == 39 and value in RESPONSE_MEANINGS:
        return response_meaning(value)
    return ""
