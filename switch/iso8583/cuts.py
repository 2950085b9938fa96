"""Messages cut out of requests: of the elements that an answer gives back, or a forward hands on, the very bytes that came.

Nine tenths of an answer are its request's own elements, in the same dialect. Where a request was read and each of them has one
form on the wire only, the answer is slices of the request, with the code and the number of the approval put in between, and
what the issuer added. The forward of a request to an issuer of the same dialect is all of the request, and who forwards it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from switch.iso8583.dialect import Dialect
from switch.iso8583.element import BINARY, EBCDIC, LATIN_1, Element
from switch.iso8583.elements import ECHOED
from switch.iso8583.plan import (
    PYTHON_CODECS,
    READING,
    Walk,
    bitmap_on_the_wire,
    encoded,
    mtis_of,
    present_elements,
    reading,
    tests_of,
    written,
)

#: (request, offset of its first element, MTI of the answer, DE 38, DE 39, elements of the issuer) -> the answer; None where a
#: value is unusual.
AnswerPlan = Callable[[bytes, int, str, "str | None", str, "Mapping[int, str]"], "bytes | None"]

#: (request, offset of its first element, MTI of the forward, DE 33) -> the forward; None where a value is unusual.
ForwardPlan = Callable[[bytes, int, str, str], "bytes | None"]

FORWARDER: Final = 33
APPROVAL_CODE: Final = 38
RESPONSE_CODE: Final = 39
#: Encodings that write a value in one way only. Packed digits are none: a peer may fill up the odd half byte as it likes.
_ONE_FORM: Final = frozenset({"ascii", "ebcdic", LATIN_1, "raw"})
_WRITABLE: Final = PYTHON_CODECS.keys() | {"raw", "hex"}  #: encodings of what can be put in


def compile_answer_plan(dialect: Dialect, bitmap: bytes, *, approved: bool, added: tuple[int, ...] = ()) -> AnswerPlan | None:
    """The function that cuts answers out of the requests of one bitmap, with DE 38 where they are ``approved``.

    ``added`` are elements that the issuer adds; what the request has under these numbers does not go back. None where it cannot
    be done: an element that goes back may stand there in two ways, DE 38 or 39 came, or the dialect has no plain way to write
    one that is added.
    """
    present = {number: dialect.element(number) for number in present_elements(bitmap)}
    codes = (APPROVAL_CODE, RESPONSE_CODE) if approved else (RESPONSE_CODE,)
    new = {number: element for number in (*codes, *added) if (element := dialect.elements[number]) is not None}
    if len(new) < len(codes) + len(added) or not present.keys().isdisjoint(codes) or not ECHOED.isdisjoint(added):
        return None
    if any(element.encoding not in _WRITABLE for element in new.values()):
        return None
    kept = [number for number in present if number in ECHOED]
    if any(present[number].encoding not in _ONE_FORM for number in kept):
        return None
    source = Walk("data, start, mti, v38, v39, e", "start")
    for number in added:
        source.add(f"v{number} = e[{number}]")
    plan: AnswerPlan = _cut(source, dialect, present, kept, new)
    return plan


def compile_forward_plan(dialect: Dialect, bitmap: bytes, target: Dialect) -> ForwardPlan | None:
    """The function that makes the forward of a request of one bitmap, for an issuer whose dialect is ``target``, of the same
    edition.

    Where that is the same dialect, it is the request's own bytes, unless an element may stand there in two ways; else its
    values are written anew. None where ``target`` does not have all of the elements.
    """
    present = {number: dialect.element(number) for number in present_elements(bitmap)}
    kept = [number for number in present if number != FORWARDER]
    forwarder = target.elements[FORWARDER]
    if forwarder is None or any(target.elements[number] is None for number in kept):
        return None
    if dialect is target and forwarder.encoding in _WRITABLE and all(present[n].encoding in _ONE_FORM for n in kept):
        plan: ForwardPlan = _cut(Walk("data, start, mti, v33", "start"), dialect, present, kept, {FORWARDER: forwarder})
    else:
        plan = _written_anew(dialect, bitmap, target, [target.element(n) for n in sorted({*kept, FORWARDER})])
    return plan


def _written_anew(dialect: Dialect, bitmap: bytes, target: Dialect, elements: list[Element]) -> Any:
    """The function that reads the values of a request, and writes them as the ``elements`` of another dialect."""
    reader = reading(dialect, bitmap, ", mti, forwarder", judged=True)
    for number, value in {**reader.values, FORWARDER: "forwarder"}.items():
        if value != f"v{number}":
            reader.add(f"v{number} = {value}")
    reader.add("if not (" + " and ".join(tests_of(elements)) + "): return None")
    reader.add("return " + encoded(elements))
    wire = bitmap_on_the_wire(target, [element.number for element in elements])
    return reader.compiled(**READING, bitmap=wire, mtis=mtis_of(target))


def _cut(source: Walk, dialect: Dialect, present: Mapping[int, Element], kept: list[int], new: Mapping[int, Element]) -> Any:
    """The function begun in ``source``: it writes those of the elements ``present`` that are ``kept``, and the ``new`` ones."""
    source.add("if not (" + " and ".join(tests_of(list(new.values()))) + "): return None")
    source.add(f"return b''.join((mtis[mti], bitmap, {', '.join(_chunks(source, present, kept, new))}))")
    return source.compiled(bitmap=bitmap_on_the_wire(dialect, [*kept, *new]), mtis=mtis_of(dialect))


def _chunks(source: Walk, present: Mapping[int, Element], kept: list[int], new: Mapping[int, Element]) -> list[str]:
    """The expressions of a message's elements in their order: what stands together in the request is one slice of it."""
    chunks: list[str] = []
    begin = end = ""
    for number in sorted(present.keys() | new.keys()):
        if number not in new and number in kept:
            begin = begin or source.at
            _pass(source, present[number])
            end = source.at
            continue
        if begin:
            chunks.append(f"data[{begin}:{end}]")
            begin = ""
        if number in new:
            chunks += [_converted(kind, text) for kind, text in written(new[number])]
        if number in present:
            _pass(source, present[number])
    return [*chunks, f"data[{begin}:{end}]"] if begin else chunks


def _converted(kind: str, text: str) -> str:
    """The expression of the bytes of a piece (``plan.written``)."""
    return f"bytes.fromhex(f'{text}')" if kind == "packed" else f"f'{text}'.encode({PYTHON_CODECS[kind]!r})"


def _pass(source: Walk, element: Element) -> None:
    """Go on to the end of an element, which was read before: its length needs no check."""
    if not element.length_units:
        source.take(element.wire_bytes(element.characters_max if element.encoding == "hex" else element.size))
        return
    prefix = f"data[{source.take(element.length_bytes)}]"
    length = {
        BINARY: f"int.from_bytes({prefix}, 'big')",
        "bcd": f"int({prefix}.hex())",
        "ebcdic": f"int({prefix}.decode({EBCDIC!r}))",
    }.get(element.length_encoding, f"int({prefix})")
    source.take_counted(f"p{element.number}", f"({length} + 1) // 2" if element.encoding == "bcd" else length)
