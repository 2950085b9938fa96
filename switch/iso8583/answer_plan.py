"""Answers cut out of their requests: of the elements an answer gives back, the very bytes that came.

Nine tenths of an answer are its request's own elements, in the same dialect. Where a request was read and each of them has one
form on the wire only, the answer is slices of the request, with the code and the number of the approval put in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switch.iso8583.dialect import Dialect
from switch.iso8583.element import BINARY, EBCDIC, LATIN_1, Element
from switch.iso8583.elements import ECHOED
from switch.iso8583.plan import PYTHON_CODECS, Walk, bitmap_on_the_wire, mtis_of, present_elements, tests_of, written

#: (request, offset of its first element, MTI of the answer, DE 38, DE 39) -> the answer; None where a code is unusual.
AnswerPlan = Callable[[bytes, int, str, "str | None", str], "bytes | None"]

APPROVAL_CODE: Final = 38
RESPONSE_CODE: Final = 39
#: Encodings that write a value in one way only. Packed digits are none: a peer may fill up the odd half byte as it likes.
_ONE_FORM: Final = frozenset({"ascii", "ebcdic", LATIN_1, "raw"})


def compile_answer_plan(dialect: Dialect, bitmap: bytes, *, approved: bool) -> AnswerPlan | None:
    """The function that cuts answers out of the requests of one bitmap, with DE 38 where they are ``approved``.

    None where it cannot be done: an element that goes back may stand there in two ways, DE 38 or 39 came, or the dialect does
    not write them as text.
    """
    present = [dialect.element(n) for n in present_elements(bitmap)]
    kept = [element for element in present if element.number in ECHOED]
    added = [dialect.elements[n] for n in ((APPROVAL_CODE, RESPONSE_CODE) if approved else (RESPONSE_CODE,))]
    new = [element for element in added if element is not None and element.encoding in PYTHON_CODECS]
    if len(new) < len(added) or any(element in present for element in added):
        return None
    if any(element.encoding not in _ONE_FORM for element in kept):
        return None
    source = Walk("data, start, mti, v38, v39", "start")
    source.add("if not (" + " and ".join(tests_of(new)) + "): return None")
    source.add(f"return b''.join((mtis[mti], bitmap, {', '.join(_chunks(source, present, new))}))")
    numbers = [element.number for element in (*kept, *new)]
    plan: AnswerPlan = source.compiled(bitmap=bitmap_on_the_wire(dialect, numbers), mtis=mtis_of(dialect))
    return plan


def _chunks(source: Walk, present: list[Element], new: list[Element]) -> list[str]:
    """The expressions of an answer's elements in their order: what stands together in the request is one slice of it."""
    chunks: list[str] = []
    begin = end = ""
    for element in sorted((*present, *new), key=lambda each: each.number):
        is_new = element in new
        if not is_new and element.number in ECHOED:
            begin = begin or source.at
            _pass(source, element)
            end = source.at
            continue
        if begin:
            chunks.append(f"data[{begin}:{end}]")
            begin = ""
        if is_new:
            chunks += [f"f'{text}'.encode({PYTHON_CODECS[kind]!r})" for kind, text in written(element)]
        else:
            _pass(source, element)
    return [*chunks, f"data[{begin}:{end}]"] if begin else chunks


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
