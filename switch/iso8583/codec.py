"""Messages to bytes and back: by plan where all is well, by pyiso8583 to say exactly what is not.

pyiso8583 is the authority on a dialect; a property test holds both to the same answer. Three of its habits are fenced here: a
third bitmap (bit 65), which it answers with a bare KeyError, length prefixes such as ``+1`` or `` 1``, which ``int`` takes
for digits, and blanks between the digits of a hexadecimal bitmap, which ``bytes.fromhex`` skips.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from string import hexdigits
from types import MappingProxyType
from typing import Final

import iso8583

from switch.display.plural import plural
from switch.errors import MessageError
from switch.iso8583.cuts import AnswerPlan, ForwardPlan, compile_answer_plan, compile_forward_plan
from switch.iso8583.dialect import ELEMENTS_MAX, THIRD_BITMAP, TWO_BITMAPS_MAX, VERSION_OF, Dialect
from switch.iso8583.element import EBCDIC
from switch.iso8583.message import Message
from switch.iso8583.plan import KNOWN_MTIS, Decoder, Encoder, compile_decoder, compile_encoder, present_elements
from switch.iso8583.values import (
    CODE_PAGES,
    content_problem,
    layout_problem,
    length_text,
    length_words,
    shown,
    shown_bytes,
    signed_problem,
    signed_text,
    value_problem,
)

PLANS_MAX: Final = 512  #: kept for each direction of a dialect; a peer that varies its bitmaps further is read without plans
ANSWER_PLANS_MAX: Final = 2_048  #: some four for each plan that reads: approved or not, and what issuers add

Part = tuple[str, int, bytes, str]
"""A part of a message: key, offset, bytes on the wire, value. Keys are pyiso8583's: ``t`` the MTI, ``p`` and ``1`` the bitmaps,
else the element's number."""

LOWEST: Final = 2  #: number of an element that is neither the MTI nor a bitmap
MTI_WORDS: Final = {"ascii": "ASCII", "bcd": "packed BCD", "ebcdic": "EBCDIC"}
SHOWN_BITMAP_BYTES: Final = 2  #: of an unreadable bitmap: with a packed MTI eight digits of what may be a card
NOTHING_ADDED: Final[Mapping[int, str]] = MappingProxyType({})  #: to an answer, by its issuer

#: A layout that has come so often comes again: a plan for it takes longer to make than thirty readings without one, and
#: whoever sends a thousand layouts a few times each would have the switch make nothing else.
PLAN_AT: Final = 8


class Codec:
    """Decoder and encoder of one dialect. A layout gets its plan when it comes for the ``plan_at``-th time."""

    def __init__(self, dialect: Dialect, *, plan_at: int = PLAN_AT) -> None:
        self.dialect, self._plan_at = dialect, plan_at
        self._spec = dialect.to_pyiso8583()
        self._mti_bytes = 2 if dialect.mti == "bcd" else 4
        self._bitmap_bytes = 8 if dialect.bitmap == "binary" else 16
        self.front_bytes = self._mti_bytes + self._bitmap_bytes  #: of MTI and first bitmap
        self._text = EBCDIC if dialect.mti == "ebcdic" else "ascii"
        self._secondary = frozenset(range(128, 256) if dialect.bitmap == "binary" else "89ABCDEFabcdef".encode(self._text))
        self._has_third = dialect.has_third
        #: Elements in which the dialect describes secret subelements.
        self.secret_inside = frozenset(
            each.number for each in dialect.elements if each and each.layout and each.layout.has_secrets
        )
        version = VERSION_OF[dialect.edition]
        #: First digit of an MTI on the wire <-> of its edition, where a product writes another's.
        self._inward, self._outward = {dialect.mti_version: version}, {version: dialect.mti_version}
        self._mtis: dict[bytes, str] = {}
        self._decoders: dict[bytes, Decoder] = {}
        self._encoders: dict[tuple[int, ...], Encoder] = {}
        self._answers: dict[tuple[bytes, bool, tuple[int, ...]], AnswerPlan | None] = {}
        self._forwards: dict[tuple[bytes, Dialect, str], ForwardPlan | None] = {}
        self._met: Counter[object] = Counter()  #: bitmap or elements without a plan -> how often they have come

    def decode(self, data: bytes, otherwise: Callable[[bytes], Message] | None = None) -> Message:
        """The message in ``data`` (without length header and TPDU). MessageError names element, position, found, expected.

        Where its like was read before and nothing about it is unusual that takes microseconds; ``otherwise`` is asked for what
        does not, where it is given.
        """
        start = self._mti_bytes
        mti = self._mtis.get(data[:start])
        if mti is not None and len(data) > start + self._bitmap_bytes:
            end = self._end_of_bitmap(data)
            plan = self._decoders.get(data[start:end])
            if plan is not None:
                try:
                    elements = plan(data, end)
                except (LookupError, ValueError):
                    elements = None
                if elements is not None:
                    return tuple.__new__(Message, (mti, elements))
        return self._decode_slowly(data) if otherwise is None else otherwise(data)

    def opening(self, data: bytes) -> tuple[str, int] | None:
        """The MTI of a message, and where its first element begins; None where an MTI like it was not read before."""
        start = self._mti_bytes
        mti = self._mtis.get(data[:start])
        if mti is None or len(data) <= start + self._bitmap_bytes:
            return None
        return mti, self._end_of_bitmap(data)

    def elements_met(self, data: bytes, end: int) -> bytes | None:
        """The bitmap of a message whose first element begins at ``end``, as bits; None where no plan was made for it yet."""
        bitmap = data[self._mti_bytes : end]
        return self._announced(bitmap) if bitmap in self._decoders else None

    def _end_of_bitmap(self, data: bytes) -> int:
        """Where the first element of a message begins, which is longer than its MTI and one bitmap."""
        end = self._mti_bytes + self._bitmap_bytes
        if data[self._mti_bytes] in self._secondary:
            end += self._bitmap_bytes
            if self._has_third and len(data) >= end and data[end - self._bitmap_bytes] in self._secondary:
                end += self._bitmap_bytes
        return end

    def answered(
        self,
        request: bytes,
        mti: str,
        approval_code: str | None,
        response_code: str,
        added: Mapping[int, str] = NOTHING_ADDED,
    ) -> bytes | None:
        """The bytes of the answer that gives back what it has to of a request, cut out of the bytes of that request, with the
        two codes, and the elements that the issuer ``added``.

        ``request`` is a message that was decoded. None where it has to be encoded (``encode``), which says the same.
        """
        start, end = self._mti_bytes, self.front_bytes
        if request[start] in self._secondary:
            end = self._end_of_bitmap(request)
        key = request[start:end], approval_code is not None, tuple(added) if added else ()
        try:
            plan = self._answers[key]
        except KeyError:
            plan = self._answer_plan(*key)
        if plan is None:
            return None
        try:
            return plan(request, end, mti, approval_code, response_code, added)
        except (LookupError, ValueError):
            return None

    def _answer_plan(self, bitmap: bytes, approved: bool, added: tuple[int, ...]) -> AnswerPlan | None:
        """A plan for answers to requests that come often enough to have one for reading them."""
        if bitmap not in self._decoders or len(self._answers) >= ANSWER_PLANS_MAX:
            return None
        plan = compile_answer_plan(self.dialect, self._announced(bitmap), approved=approved, added=added)
        self._answers[bitmap, approved, added] = plan
        return plan

    def _announced(self, bitmap: bytes) -> bytes:
        """The bits of a bitmap as it stands on the wire."""
        return bitmap if self._bitmap_bytes == 8 else bytes.fromhex(bitmap.decode(self._text))

    def forwarded(self, request: bytes, mti: str, forwarder_id: str, target: Dialect) -> bytes | None:
        """The bytes of a request as they go on to an issuer that speaks ``target``, of the same edition: under ``mti``, with
        DE 33.

        ``request`` is a message that was decoded or judged. None where it has to be encoded (``encode``), which says the same.
        """
        start, end = self._mti_bytes, self.front_bytes
        if request[start] in self._secondary:
            end = self._end_of_bitmap(request)
        key = request[start:end], target, forwarder_id
        try:
            plan = self._forwards[key]
        except KeyError:
            if key[0] not in self._decoders:
                return None
            plan = self._forwards[key] = compile_forward_plan(self.dialect, self._announced(key[0]), *key[1:])
        if plan is None:
            return None
        try:
            return plan(request, end, mti)
        except (LookupError, ValueError):
            return None

    def encode(self, message: Message) -> bytes:
        """The bytes of a message. MessageError (without position) names the first element that does not fit."""
        mti, elements = message
        numbers = tuple(elements)
        plan = self._encoders.get(numbers)
        if plan is not None:
            try:
                data = plan(mti, elements)
            except (LookupError, ValueError):
                data = None
            if data is not None:
                return data
        return self._encode_slowly(message, numbers)

    def inspect(self, data: bytes) -> tuple[list[Part], MessageError | None]:
        """Whatever of a message makes sense, in order, and the first error.

        An element whose content alone is wrong is left out and reading goes on; where the layout is lost, reading stops.
        """
        return self._dissect(data)

    def decode_most(self, data: bytes, needed: frozenset[int]) -> tuple[Message, MessageError]:
        """A message that cannot be read wholly, without the elements that hold what their class has not, and the first of them.
        MessageError where the layout is lost, or such an element is ``needed``."""
        parts, layout, wrong = self._read(data)
        if layout is not None or any(each.element in needed or each.element < LOWEST for each in wrong):
            error = wrong[0] if wrong else layout
            assert error is not None
            try:
                raise error
            finally:
                del error, layout, wrong  # as in _decode_slowly
        values = {key: value for key, _, _, value in parts}
        elements = {int(key): value for key, value in values.items() if key not in ("t", "p", "1")}
        return Message(values["t"], elements), wrong[0]

    def _decode_slowly(self, data: bytes) -> Message:
        parts, error = self._dissect(data)
        if error is not None:
            try:
                raise error
            finally:
                del (
                    error
                )  # else it and this frame hold each other until the collector comes, which then stops everything for long
        values = {key: value for key, _, _, value in parts}
        self._keep_decoder(data, values)
        return Message(values["t"], {int(key): value for key, value in values.items() if key not in ("t", "p", "1")})

    def _dissect(self, data: bytes) -> tuple[list[Part], MessageError | None]:
        """pyiso8583's reading, our content classes on top of it, and the first error of either."""
        parts, layout, wrong = self._read(data)
        return parts, wrong[0] if wrong else layout

    def _read(self, data: bytes) -> tuple[list[Part], MessageError | None, list[MessageError]]:
        """The parts that make sense, where the layout is lost, and the parts before that whose content is wrong."""
        layout = self._bitmap_problem(data)
        if layout is not None:
            return [], self._mti_problem(data) or layout, []
        try:
            decoded, encoded = iso8583.decode(data, self._spec)
        except iso8583.DecodeError as fault:
            decoded, encoded = fault.doc_dec, fault.doc_enc
            layout = self._explain(data, fault)
        parts: list[Part] = []
        wrong: list[MessageError] = []
        offset = 0
        for key, wire in encoded.items():
            if layout is not None and offset == layout.position:
                break
            problem = self._prefix_problem(key, wire["len"])
            if problem:
                return parts, MessageError(int(key), offset, *problem), wrong
            value, problem = self._judged(key, decoded[key])
            if problem:
                wrong.append(MessageError(_number(key), offset, *problem))
            else:
                parts.append((key, offset, wire["len"] + wire["data"], value))
            offset += len(wire["len"]) + len(wire["data"])
        return parts, layout, wrong

    def _judged(self, key: str, value: str) -> tuple[str, tuple[str, str] | None]:
        """The value of a part in the form messages have it, and what is wrong with it."""
        if key == "t":
            value = self._inward.get(value[:1], value[:1]) + value[1:]
            return value, None if value.isascii() and value.isdecimal() else (shown(value), "four digits")
        if key in ("p", "1"):
            return value, None
        element = self.dialect.element(int(key))
        if element.sign_encoding:
            data = bytes.fromhex(value)
            return signed_text(element, data), signed_problem(element, data)
        if element.content == "b":
            value = value.upper()
        elif element.content == "z" and element.encoding == "bcd":
            value = value.replace("D", "=")
        return value, content_problem(element, value)

    def _prefix_problem(self, key: str, prefix: bytes) -> tuple[str, str] | None:
        """A length that pyiso8583 reads with ``int`` and that is not made of digits."""
        if not prefix:
            return None
        element = self.dialect.element(int(key))
        text = length_text(element, prefix)
        if text.isascii() and text.isdecimal():
            return None
        return f"length {text!r}", length_words(element)

    def _mti_problem(self, data: bytes) -> MessageError | None:
        """What stands in the place of the MTI, where that is no four digits."""
        raw = data[: self._mti_bytes]
        digits = raw.hex() if self.dialect.mti == "bcd" else raw.decode(self._text if self._text != "ascii" else "latin-1")
        if digits.isascii() and digits.isdecimal():
            return None
        return MessageError(0, 0, shown_bytes(raw), self._expected_mti())

    def _expected_mti(self) -> str:
        return f"{self._mti_bytes} bytes of MTI: four digits in {MTI_WORDS[self.dialect.mti]}"

    def _bitmap_problem(self, data: bytes) -> MessageError | None:
        """What pyiso8583 takes or stumbles over: blanks among hexadecimal digits, a third bitmap, elements without a layout."""
        offset, size = self._mti_bytes, self._bitmap_bytes
        for first in (0, 64, TWO_BITMAPS_MAX):
            raw = data[offset : offset + size]
            if len(raw) < size:
                return None
            bitmap = raw
            if size == 16:
                text = raw.decode("latin-1" if self._text == "ascii" else self._text)
                if text.strip(hexdigits):
                    return MessageError(1, offset, shown_bytes(raw, SHOWN_BITMAP_BYTES), "16 hexadecimal digits of bitmap")
                bitmap = bytes.fromhex(text)
            further = bool(bitmap[0] & 0x80) and first < TWO_BITMAPS_MAX
            if further and first and not self._has_third:
                return MessageError(THIRD_BITMAP, offset, "a bit that announces a third bitmap", "at most 128 elements")
            for number in present_elements(bitmap) + ([1] if first == TWO_BITMAPS_MAX and bitmap[0] & 0x80 else []):
                if self.dialect.elements[first + number] is None:
                    expected = f"an element that dialect {self.dialect.name} defines"
                    return MessageError(first + number, offset, f"a bit that announces element {first + number}", expected)
            if not further:
                return None
            offset += size
        return None

    def _explain(self, data: bytes, fault: iso8583.DecodeError) -> MessageError:
        """pyiso8583's complaint in our words: what was found at which byte, and what the dialect expects."""
        number = _number(fault.field)
        if fault.msg == "Extra data after last field":
            left = len(data) - fault.pos
            last = "the bitmap" if number == 1 else f"DE {number}"
            return MessageError(number, fault.pos, f"{plural(left, 'further byte')}", f"the end of the message after {last}")
        if number == 0:
            return MessageError(0, 0, shown_bytes(data[: self._mti_bytes]), self._expected_mti())
        position = sum(len(wire["len"]) + len(wire["data"]) for key, wire in fault.doc_enc.items() if key != fault.field)
        if number == 1:
            found = shown_bytes(data[position : position + self._bitmap_bytes], SHOWN_BITMAP_BYTES)
            kind = "binary bitmap" if self._bitmap_bytes == 8 else "hexadecimal bitmap"
            return MessageError(1, position, found, f"{self._bitmap_bytes} bytes of {kind}")
        element = self.dialect.element(number)
        return MessageError(number, position, *layout_problem(element, fault.doc_enc[fault.field], len(data) - position))

    def _encode_slowly(self, message: Message, numbers: tuple[int, ...]) -> bytes:
        mti, elements = message
        if not (len(mti) == 4 and mti.isascii() and mti.isdecimal()):
            raise MessageError(0, None, shown(mti), "four digits")
        for number in sorted(elements):
            if not 2 <= number <= ELEMENTS_MAX or number == THIRD_BITMAP or self.dialect.elements[number] is None:
                raise MessageError(number, None, "a value", f"an element that dialect {self.dialect.name} defines")
            problem = value_problem(self.dialect.element(number), elements[number])
            if problem:
                raise MessageError(number, None, *problem)
        document = {
            "t": self._outward.get(mti[0], mti[0]) + mti[1:],
            **{str(number): self._written(number, value) for number, value in elements.items()},
        }
        data, _ = iso8583.encode(document, self._spec)
        if numbers not in self._encoders and len(self._encoders) < PLANS_MAX and self._comes_again(numbers):
            self._encoders[numbers] = compile_encoder(self.dialect, numbers)
        return bytes(data)

    def _written(self, number: int, value: str) -> str:
        element = self.dialect.element(number)
        if element.sign_encoding:
            before, behind = element.pad if element.size % 2 == 0 else ("", "")
            return value[0].encode(CODE_PAGES[element.sign_encoding]).hex().upper() + before + value[1:] + behind
        return value.replace("=", "D") if element.content == "z" and element.encoding == "bcd" else value

    def _comes_again(self, layout: object) -> bool:
        """Whether a layout has come often enough to be worth a plan."""
        if len(self._met) >= PLANS_MAX:
            self._met.clear()
        self._met[layout] += 1
        return self._met[layout] >= self._plan_at

    def _keep_decoder(self, data: bytes, decoded: dict[str, str]) -> None:
        start = self._mti_bytes
        if decoded["t"] in KNOWN_MTIS:
            self._mtis[data[:start]] = decoded["t"]
        announced = bytes.fromhex(decoded["p"] + decoded.get("1", ""))
        bitmap = data[start : start + len(announced) * self._bitmap_bytes // 8]
        if bitmap not in self._decoders and len(self._decoders) < PLANS_MAX and self._comes_again(bitmap):
            self._decoders[bitmap] = compile_decoder(self.dialect, announced)


def _number(key: str) -> int:
    """The element number behind one of pyiso8583's keys: 0 the MTI, 1 the bitmaps."""
    return int(key) if key.isdecimal() else 0 if key == "t" else 1
