"""Messages cut out of requests: of the elements that an answer gives back, or a forward hands on, the very bytes that came.

Nine tenths of an answer are its request's own elements, in the same dialect. Where a request was read and each of them has one
form on the wire only, the answer is slices of the request, with the code and the number of the approval put in between, and
what the issuer added. The forward of a request to an issuer of the same dialect is all of the request, and who forwards it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import groupby
from typing import Any, Final

from switch.iso8583.dialect import Dialect
from switch.iso8583.element import BINARY, LATIN_1, Element
from switch.iso8583.elements import ECHOED
from switch.iso8583.plan import (
    PYTHON_CODECS,
    READING,
    Source,
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

#: (request, offset of its first element, MTI of the forward) -> the forward; None where a value is unusual.
ForwardPlan = Callable[[bytes, int, str], "bytes | None"]

_Piece = tuple[str, str]  #: how it is converted, and its text (``plan.written``)
_BYTES: Final = "bytes"  #: of a piece that is an expression of bytes already

#: Two slices of a stretch in an f-string that follow each other.
_NEIGHBOURS: Final = re.compile(r"\{(\w+)\[(\d+):(\d+)\]\}\{\1\[\3:(\d+)\]\}")

FORWARDER: Final = 33
APPROVAL_CODE: Final = 38
RESPONSE_CODE: Final = 39
_TABLED_MAX: Final = 3  #: digits of a length that is looked up, which takes half of the time that ``int`` does
#: Encodings that write a value in one way only: packed digits, too, for they are read only where the half byte that fills up an
#: odd number of them is the dialect's. Hexadecimal digits are none: a peer may write small letters.
_ONE_FORM: Final = frozenset({"ascii", "ebcdic", LATIN_1, "raw", "bcd"})
_WRITABLE: Final = PYTHON_CODECS.keys() | {"raw", "hex", "bcd"}  #: encodings of what can be put in


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
    source.add("if not (" + " and ".join(tests_of(list(new.values()))) + "): return None")
    plan: AnswerPlan = _cut(source, dialect, present, kept, {number: written(element) for number, element in new.items()})
    return plan


def compile_forward_plan(dialect: Dialect, bitmap: bytes, target: Dialect, forwarder_id: str) -> ForwardPlan | None:
    """The function that makes the forward of a request of one bitmap, for an issuer whose dialect is ``target``, of the same
    edition. ``forwarder_id`` is its DE 33.

    Where that is the same dialect, it is the request's own bytes, unless an element may stand there in two ways; else its
    values are written anew. None where ``target`` does not have all of the elements.
    """
    present = {number: dialect.element(number) for number in present_elements(bitmap)}
    kept = [number for number in present if number != FORWARDER]
    forwarder = target.elements[FORWARDER]
    if forwarder is None or any(target.elements[number] is None for number in kept):
        return None
    if dialect is target and forwarder.encoding in _WRITABLE and all(present[n].encoding in _ONE_FORM for n in kept):
        own = _as_written(forwarder, forwarder_id)
        source = Walk("data, start, mti", "start")
        source.names["own"] = own
        plan: ForwardPlan | None = own if own is None else _cut(source, dialect, present, kept, {FORWARDER: [(_BYTES, "own")]})
    else:
        plan = _written_anew(dialect, bitmap, target, [target.element(n) for n in sorted({*kept, FORWARDER})], forwarder_id)
    return plan


def _as_written(element: Element, value: str) -> bytes | None:
    """The bytes of an element that has a value; None where it cannot be written."""
    name = f"v{element.number}"
    source = Source(name)
    source.add(f"return {' + '.join(_converted(written(element)))} if {' and '.join(tests_of([element]))} else None")
    data: bytes | None = source.compiled()(value)
    return data


def _written_anew(dialect: Dialect, bitmap: bytes, target: Dialect, elements: list[Element], forwarder_id: str) -> Any:
    """The function that reads the values of a request, and writes them as the ``elements`` of another dialect."""
    reader = reading(dialect, bitmap, ", mti", judged=True)
    alike = {each.number for each in elements if _same_digits(dialect.elements[each.number], each)} - {FORWARDER}
    for number, value in {**reader.values, FORWARDER: "forwarder"}.items():
        if number not in alike and value != f"v{number}":
            reader.add(f"v{number} = {value}")
    others = [element for element in elements if element.number not in alike]
    reader.add("if not (" + " and ".join(tests_of(others)) + "): return None")
    text = encoded(elements)
    for number in alike:
        text = text.replace(f"{{v{number}}}", f"{{{reader.values[number]}}}")
    while text != (text := _NEIGHBOURS.sub(r"{\1[\2:\4]}", text)):
        pass
    reader.add("return " + text)
    wire = bitmap_on_the_wire(target, [element.number for element in elements])
    return reader.compiled(**READING, bitmap=wire, mtis=mtis_of(target), forwarder=forwarder_id)


def _same_digits(source: Element | None, target: Element) -> bool:
    """Whether an element is as many digits in two dialects: what was read in one can be written in the other."""
    return source is not None and all(
        each.content == "n" and not each.length_units and each.size == target.size for each in (source, target)
    )


def _cut(
    source: Walk,
    dialect: Dialect,
    present: Mapping[int, Element],
    kept: list[int],
    new: Mapping[int, list[_Piece]],
    **names: Any,
) -> Any:
    """The function begun in ``source``: it writes those of the elements ``present`` that are ``kept``, and the pieces of the
    ``new`` ones."""
    chunks = _converted(_pieces(source, present, kept, new))
    source.add(f"return b''.join((mtis[mti], bitmap, {', '.join(chunks)}))")
    return source.compiled(bitmap=bitmap_on_the_wire(dialect, [*kept, *new]), mtis=mtis_of(dialect))


def _pieces(source: Walk, present: Mapping[int, Element], kept: list[int], new: Mapping[int, list[_Piece]]) -> list[_Piece]:
    """A message's elements in their order: what stands together in the request is one slice of it."""
    pieces: list[_Piece] = []
    begin = end = ""
    for number in sorted(present.keys() | new.keys()):
        if number not in new and number in kept:
            begin = begin or source.at
            _pass(source, present[number])
            end = source.at
            continue
        if begin:
            pieces.append((_BYTES, f"data[{begin}:{end}]"))
            begin = ""
        pieces += new.get(number, ())
        if number in present:
            _pass(source, present[number])
    return [*pieces, (_BYTES, f"data[{begin}:{end}]")] if begin else pieces


def _converted(pieces: list[_Piece]) -> list[str]:
    """The expressions of the bytes of pieces (``plan.written``); what is converted alike is converted at once."""
    chunks = []
    for kind, run in groupby(pieces, lambda piece: piece[0]):
        texts = [text for _, text in run]
        if kind == _BYTES:
            chunks += texts
        elif kind == "packed":
            chunks.append(f"bytes.fromhex(f'{''.join(texts)}')")
        else:
            chunks.append(f"f'{''.join(texts)}'.encode({PYTHON_CODECS[kind]!r})")
    return chunks


def _pass(source: Walk, element: Element) -> None:
    """Go on to the end of an element, which was read before: its length needs no check."""
    if not element.length_units:
        source.take(element.wire_bytes(element.characters_max if element.encoding == "hex" else element.size))
        return
    prefix, code = f"data[{source.take(element.length_bytes)}]", element.length_encoding
    if code == BINARY:
        length = f"int.from_bytes({prefix}, 'big')"
    elif element.length_units > _TABLED_MAX:
        length = f"int({prefix}.hex())" if code == "bcd" else f"int({prefix}.decode({PYTHON_CODECS[code]!r}))"
    else:
        table = f"{code}{element.length_units}"
        source.names[table] = _lengths(code, element.length_units)
        length = f"{table}[{prefix}]"
    source.take_counted(f"p{element.number}", f"({length} + 1) // 2" if element.encoding == "bcd" else length)


@cache
def _lengths(code: str, digits: int) -> dict[bytes, int]:
    """Length prefixes as they stand on the wire -> value."""
    if code == "bcd":
        return {bytes.fromhex(f"{n:0{digits + digits % 2}d}"): n for n in range(10**digits)}
    return {f"{n:0{digits}d}".encode(PYTHON_CODECS[code]): n for n in range(10**digits)}
