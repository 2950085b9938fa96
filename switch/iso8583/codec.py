"""Messages to bytes and back: by plan where all is well, by pyiso8583 to say exactly what is not.

pyiso8583 is the authority on a dialect; a property test holds both to the same answer. Two of its habits are fenced here: a
third bitmap (bit 65), which it answers with a bare KeyError, and length prefixes such as ``+1`` or `` 1``, which ``int``
takes for digits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import iso8583

from switch.errors import MessageError
from switch.iso8583.dialect import EBCDIC, Dialect, Element
from switch.iso8583.message import Message
from switch.iso8583.plan import Decoder, Encoder, compile_decoder, compile_encoder

PLANS_MAX: Final = 512  #: kept for each direction of a dialect; a peer that varies its bitmaps further is read without plans

#: Content class -> what its values look like, in words (ISO 8583:1987, 4.2).
CONTENT_WORDS: Final = {
    "n": "digits",
    "a": "letters",
    "an": "letters and digits",
    "ans": "printable characters",
    "b": "hexadecimal digits",
    "z": "track data: digits with = or D",
    "x+n": "C or D and digits",
}


class Codec:
    """Decoder and encoder of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._spec = dialect.to_pyiso8583()
        self._mti_bytes = 2 if dialect.mti == "bcd" else 4
        self._bitmap_bytes = 8 if dialect.bitmap == "binary" else 16
        self._mtis: dict[bytes, str] = {}
        self._decoders: dict[bytes, Decoder] = {}
        self._encoders: dict[tuple[int, ...], Encoder] = {}

    def decode(self, data: bytes) -> Message:
        """The message in ``data`` (without length header and TPDU). MessageError names element, position, found, expected."""
        start = self._mti_bytes
        mti = self._mtis.get(data[:start])
        end = start + self._bitmap_bytes
        if mti is not None and len(data) > end:
            secondary = data[start] & 0x80 if self._bitmap_bytes == 8 else data[start] >= 0x38
            if secondary:
                end += self._bitmap_bytes
            plan = self._decoders.get(data[start:end])
            if plan is not None:
                try:
                    elements = plan(data, end)
                except LookupError:
                    elements = None
                if elements is not None:
                    return Message(mti, elements)
        return self._decode_slowly(data)

    def encode(self, message: Message) -> bytes:
        """The bytes of a message. MessageError (without position) names the first element that does not fit."""
        mti, elements = message
        numbers = tuple(elements)
        plan = self._encoders.get(numbers)
        if plan is not None and mti in _KNOWN_MTIS:
            data = plan(mti, elements)
            if data is not None:
                return data
        return self._encode_slowly(message, numbers)

    def inspect(self, data: bytes) -> tuple[list[tuple[str, int, bytes, str]], MessageError | None]:
        """Whatever of a message makes sense, in order, and the first error.

        A part is (key, offset, bytes on the wire, value); keys are pyiso8583's: ``t`` the MTI, ``p`` and ``1`` the bitmaps,
        else the element's number.
        """
        decoded, encoded, error = self._dissect(data)
        parts, offset = [], 0
        for key, wire in encoded.items():
            if key in decoded and (error is None or _number(key) != error.element):
                raw = wire["len"] + wire["data"]
                parts.append((key, offset, raw, decoded[key]))
                offset += len(raw)
        return parts, error

    def _decode_slowly(self, data: bytes) -> Message:
        decoded, _, error = self._dissect(data)
        if error is not None:
            raise error
        elements = {int(key): value for key, value in decoded.items() if key not in ("t", "p", "1", "h")}
        self._keep_decoder(data, decoded)
        return Message(decoded["t"], elements)

    def _dissect(self, data: bytes) -> tuple[dict[str, str], dict[str, Any], MessageError | None]:
        """pyiso8583's reading, our content classes on top of it, and the first error of either."""
        third = self._third_bitmap(data)
        if third is not None:
            return {}, {}, third
        error: MessageError | None = None
        try:
            decoded, encoded = iso8583.decode(data, self._spec)
        except iso8583.DecodeError as fault:
            decoded, encoded = fault.doc_dec, fault.doc_enc
            error = self._explain(data, fault)
        problem = self._first_problem(decoded, encoded, error.element if error else None)
        return decoded, encoded, problem or error

    def _first_problem(self, decoded: dict[str, str], encoded: dict[str, Any], stop: int | None) -> MessageError | None:
        """The first element whose value, length prefix or padding is not of its class; values are normalised on the way."""
        offset = 0
        for key, wire in encoded.items():
            number = _number(key)
            if number == stop and key not in ("p", "1"):
                return None
            if key == "t":
                if not (decoded[key].isascii() and decoded[key].isdecimal()):
                    return MessageError(0, 0, _shown(decoded[key]), "four digits")
            elif number > 1:
                element = self.dialect.element(number)
                if element.encoding == "bcd" and element.content == "z":
                    decoded[key] = decoded[key].replace("D", "=")
                if element.content == "b":
                    decoded[key] = decoded[key].upper()
                problem = _problem(element, wire, decoded[key])
                if problem:
                    return MessageError(number, offset, *problem)
            offset += len(wire["len"]) + len(wire["data"])
        return None

    def _third_bitmap(self, data: bytes) -> MessageError | None:
        start, size = self._mti_bytes, self._bitmap_bytes
        maps = data[start : start + 2 * size]
        if size == 16:
            try:
                maps = bytes.fromhex(maps.decode(EBCDIC if self.dialect.mti == "ebcdic" else "ascii"))
            except ValueError:
                return None
        if len(maps) == 16 and maps[0] & 0x80 and maps[8] & 0x80:
            return MessageError(65, start + size, "a bit that announces a third bitmap", "at most 128 elements")
        return None

    def _explain(self, data: bytes, fault: iso8583.DecodeError) -> MessageError:
        """pyiso8583's complaint in our words: what was found at which byte, and what the dialect expects."""
        number = _number(fault.field)
        if fault.msg == "Extra data after last field":
            left = len(data) - fault.pos
            last = "the bitmap" if number == 1 else f"DE {number}"
            return MessageError(number, fault.pos, f"{left} further byte(s)", f"the end of the message after {last}")
        if number == 0:
            return MessageError(0, fault.pos, _shown_bytes(data[: self._mti_bytes]), f"{self._mti_bytes} bytes of MTI")
        if number == 1:
            found = _shown_bytes(data[fault.pos : fault.pos + self._bitmap_bytes])
            kind = "binary bitmap" if self._bitmap_bytes == 8 else "hexadecimal bitmap"
            return MessageError(1, fault.pos, found, f"{self._bitmap_bytes} bytes of {kind}")
        element = self.dialect.element(number)
        found = f"{_shown_length(fault, element)}{len(data) - fault.pos} byte(s) left"
        return MessageError(number, fault.pos, found, expectation(element))

    def _encode_slowly(self, message: Message, numbers: tuple[int, ...]) -> bytes:
        mti, elements = message
        if not (len(mti) == 4 and mti.isascii() and mti.isdecimal()):
            raise MessageError(0, None, _shown(mti), "four digits")
        for number in sorted(elements):
            if not 2 <= number <= 128 or number == 65:
                raise MessageError(number, None, "a value", "an element from 2 to 128 other than 65")
            problem = _value_problem(self.dialect.element(number), elements[number])
            if problem:
                raise MessageError(number, None, *problem)
        document = {"t": mti, **{str(number): self._written(number, value) for number, value in elements.items()}}
        data, _ = iso8583.encode(document, self._spec)
        if numbers not in self._encoders and len(self._encoders) < PLANS_MAX:
            self._encoders[numbers] = compile_encoder(self.dialect, numbers)
        return bytes(data)

    def _written(self, number: int, value: str) -> str:
        element = self.dialect.element(number)
        return value.replace("=", "D") if element.content == "z" and element.encoding == "bcd" else value

    def _keep_decoder(self, data: bytes, decoded: dict[str, str]) -> None:
        start = self._mti_bytes
        if decoded["t"] in _KNOWN_MTIS:
            self._mtis[data[:start]] = decoded["t"]
        bitmap = data[start : start + self._bitmap_bytes * (2 if "1" in decoded else 1)]
        if bitmap not in self._decoders and len(self._decoders) < PLANS_MAX:
            self._decoders[bitmap] = compile_decoder(self.dialect, bytes.fromhex(decoded["p"] + decoded.get("1", "")))


_KNOWN_MTIS: Final = frozenset(f"0{c}{f}{o}" for c in "12345678" for f in "0123" for o in "0123")


def expectation(element: Element) -> str:
    """What a dialect expects of an element: its notation and how it stands on the wire."""
    prefix = f"{'L' * element.length_digits}VAR, " if element.length_digits else ""
    return f"{element.format} ({prefix}{element.encoding})"


def _number(key: str) -> int:
    """The element number behind one of pyiso8583's keys: 0 the MTI, 1 the bitmaps."""
    return int(key) if key.isdecimal() else 0 if key == "t" else 1


def _problem(element: Element, wire: dict[str, bytes], value: str) -> tuple[str, str] | None:
    """What is wrong with an element as it stood on the wire: its length prefix, its padding, its content."""
    if element.length_digits:
        prefix = _length_text(element, wire["len"])
        if not (prefix.isascii() and prefix.isdecimal()):
            return f"length {prefix!r}", f"{element.length_digits} digits of length"
    if element.encoding == "bcd" and len(value) % 2 and wire["data"][0] >> 4:
        return f"padding {wire['data'][0] >> 4:X}", "padding 0 on the left"
    return _content_problem(element, value)


def _value_problem(element: Element, value: str) -> tuple[str, str] | None:
    """What is wrong with a value that is to be written."""
    size = element.size * 2 if element.content == "b" else element.size
    if len(value) > size or (len(value) < size and not element.length_digits):
        unit = "bytes" if element.content == "b" else "digits" if element.content in ("n", "z") else "characters"
        count = len(value) / 2 if element.content == "b" else len(value)
        return f"{count:g} {unit}", element.format
    return _content_problem(element, value)


def _content_problem(element: Element, value: str) -> tuple[str, str] | None:
    if value and not (value.isascii() and _CONTENT_TESTS[element.content](value)):
        return _shown(value), f"{element.format}: {CONTENT_WORDS[element.content]}"
    return None


def _is_track(value: str) -> bool:
    return value.replace("=", "0", 1).replace("D", "0", 1).isdecimal()


_CONTENT_TESTS: Final[dict[str, Callable[[str], bool]]] = {
    "n": str.isdecimal,
    "a": str.isalpha,
    "an": str.isalnum,
    "ans": str.isprintable,
    "b": lambda value: len(value) % 2 == 0 and not value.strip("0123456789ABCDEF"),
    "z": _is_track,
    "x+n": lambda value: value[0] in "CD" and value[1:].isdecimal(),
}


def _shown(value: str) -> str:
    """A wrong value for an error: never more than a few characters, and no run of digits that could be a card."""
    shown = "".join("*" if c.isdecimal() and len(value) > 8 else c for c in value)
    return repr(shown if len(shown) <= 24 else shown[:21] + "…")


def _shown_bytes(data: bytes) -> str:
    return f"{len(data)} byte(s) {data.hex(' ')}" if data else "nothing"


def _length_text(element: Element, prefix: bytes) -> str:
    """A length prefix as text: its digits, or whatever stands in their place."""
    if element.length_encoding == "bcd":
        return prefix.hex()
    return prefix.decode(EBCDIC if element.length_encoding == "ebcdic" else "latin-1")


def _shown_length(fault: iso8583.DecodeError, element: Element) -> str:
    prefix = fault.doc_enc.get(fault.field, {}).get("len", b"")
    if not element.length_digits or not prefix:
        return ""
    return f"length {_length_text(element, prefix)!r} with "
