"""Messages cut out of requests: of the elements that an answer gives back, or a forward hands on, the very bytes that came.

Nine tenths of an answer are its request's own elements, in the same dialect. Where a request was read and each of them has one
form on the wire only, the answer is slices of the request, with the code and the number of the approval put in between, and
what the issuer added. The forward of a request to an issuer of the same dialect is all of the request, and who forwards it. To
one of another dialect, the characters and digits of the request are converted as they stand, a stretch at a time: what was read
in one dialect can be written in the other, unless that has less room for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final

from switch.iso8583.dialect import Dialect
from switch.iso8583.element import BINARY, LATIN_1, Element
from switch.iso8583.elements import ECHOED
from switch.iso8583.plan import (
    BYTES,
    PYTHON_CODECS,
    Source,
    Walk,
    bitmap_on_the_wire,
    joined,
    mtis_of,
    present_elements,
    tests_of,
    text_of,
    written,
)

#: (request, offset of its first element, MTI of the answer, DE 38, DE 39, elements of the issuer) -> the answer; None where a
#: value is unusual.
AnswerPlan = Callable[[bytes, int, str, "str | None", str, "Mapping[int, str]"], "bytes | None"]

#: (request, offset of its first element, MTI of the forward) -> the forward; None where a value is unusual.
ForwardPlan = Callable[[bytes, int, str], "bytes | None"]

_Piece = tuple[str, str]  #: how it is converted, and its text (``plan.written``)

#: Two slices in an f-string that follow each other.
_NEIGHBOURS: Final = re.compile(r"\{(\w+)\[([^{}:]+):([^{}:]+)\]((?:\.hex\(\))?)\}\{\1\[\3:([^{}:]+)\]\4\}")
#: Class of characters -> the classes that each of its values is of.
_WITHIN: Final = {
    "n": {"n", "an", "anp", "ans"},
    "a": {"a", "an", "anp", "ans"},
    "an": {"an", "anp", "ans"},
    "anp": {"anp", "ans"},
    "ans": {"ans"},
}

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
    values as the other dialect writes them. None where ``target`` does not have all of the elements, or has one otherwise than
    as characters or digits of the same form.
    """
    present = {number: dialect.element(number) for number in present_elements(bitmap)}
    kept = [number for number in present if number != FORWARDER]
    forwarder = target.elements[FORWARDER]
    own = None if forwarder is None or forwarder.encoding not in _WRITABLE else _as_written(forwarder, forwarder_id)
    if own is None:
        return None
    source, new = Walk("data, start, mti", "start"), {FORWARDER: [(BYTES, "own")]}
    source.names["own"] = own
    plan: ForwardPlan | None
    if dialect is target and all(present[number].encoding in _ONE_FORM for number in kept):
        plan = _cut(source, dialect, present, kept, new)
    else:
        plan = _respelled(source, present, target, new)
    return plan


def _as_written(element: Element, value: str) -> bytes | None:
    """The bytes of an element that has a value; None where it cannot be written."""
    name = f"v{element.number}"
    source = Source(name)
    source.add(f"return {' + '.join(joined(written(element)))} if {' and '.join(tests_of([element]))} else None")
    data: bytes | None = source.compiled()(value)
    return data


def _respelled(source: Walk, present: Mapping[int, Element], target: Dialect, new: Mapping[int, list[_Piece]]) -> Any:
    """The function begun in ``source``: it writes the elements ``present`` as those of another dialect, and the pieces of the
    ``new`` ones. None where that dialect does not have one of them in the same form."""
    pieces: list[_Piece] = []
    for number in sorted(present.keys() | new.keys()):
        element, wanted = present.get(number), target.elements[number]
        if element is None or number in new:
            pieces += new[number]
            if element is not None:
                _pass(source, element)
        elif wanted is not None and _same_form(element, wanted):
            pieces += _respelled_pieces(source, element, wanted)
        else:
            return None
    for code in PYTHON_CODECS:
        if any(f"{{{code}[" in text for _, text in pieces):
            source.add(f"{code} = {text_of(code)}")
    return _written(source, target, present.keys() | new.keys(), pieces)


def _same_form(element: Element, wanted: Element) -> bool:
    """Whether what was read as an element can be written as the ``wanted`` one, where that has the room."""
    variable = bool(element.length_units)
    return (
        wanted.characters in _WITHIN.get(element.characters, ())
        and variable is bool(wanted.length_units)
        and (variable or element.size == wanted.size)
    )


def _respelled_pieces(source: Walk, element: Element, wanted: Element) -> list[_Piece]:
    """The pieces of the ``wanted`` element, with the value of the element that ``source`` has come to; go on to its end."""
    prefix, place = _pass(source, element)
    name, count = f"v{element.number}", f"n{element.number}"
    value, digits = _text(element.encoding, place), ""  #: and the digits of its length, where they can stand as they came
    before, _ = element.pad
    if element.length_units:
        source.add(f"if not 0 < {count} <= {wanted.characters_max}: return None")
        odd = f"[{count} & 1:]" if before else f"[:{count}]"
        if element.length_encoding != BINARY and not (element.length_encoding == "bcd" and element.length_units % 2):
            digits = _text(element.length_encoding, prefix)
    else:
        odd = ("[1:]" if before else "[:-1]") if element.size % 2 else ""
    value += odd if element.encoding == "bcd" else ""
    pieces = []
    for kind, text in written(wanted):
        respelled = text.replace(f"len({name})", count).replace(f"{{{name}}}", f"{{{value}}}")
        if digits:
            respelled = respelled.replace(f"{{{count}:0{element.length_units}d}}", f"{{{digits}}}")
        pieces.append((kind, respelled))
    return pieces


def _text(code: str, place: str) -> str:
    """The Python expression of the characters, or of the packed digits, at a place of the request."""
    return f"data[{place}].hex()" if code == "bcd" else f"{code}[{place}]"


def _cut(
    source: Walk, dialect: Dialect, present: Mapping[int, Element], kept: list[int], new: Mapping[int, list[_Piece]]
) -> Any:
    """The function begun in ``source``: it writes those of the elements ``present`` that are ``kept``, and the pieces of the
    ``new`` ones."""
    return _written(source, dialect, [*kept, *new], _pieces(source, present, kept, new))


def _written(source: Walk, dialect: Dialect, numbers: Iterable[int], pieces: list[_Piece]) -> Any:
    """The function begun in ``source``, which returns the message that has the elements ``numbers``, made of ``pieces``."""
    chunks = ", ".join(joined(pieces))
    while chunks != (chunks := _NEIGHBOURS.sub(r"{\1[\2:\5]\4}", chunks)):
        pass
    source.add(f"return b''.join((mtis[mti], bitmap, {chunks}))")
    return source.compiled(bitmap=bitmap_on_the_wire(dialect, numbers), mtis=mtis_of(dialect))


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
            pieces.append((BYTES, f"data[{begin}:{end}]"))
            begin = ""
        pieces += new.get(number, ())
        if number in present:
            _pass(source, present[number])
    return [*pieces, (BYTES, f"data[{begin}:{end}]")] if begin else pieces


def _pass(source: Walk, element: Element) -> tuple[str, str]:
    """Go on to the end of an element, which was read before: its length needs no check. The places of its length and of its
    value; ``n`` and its number is the name of that length."""
    if not element.length_units:
        return "", source.take(element.wire_bytes(element.characters_max if element.encoding == "hex" else element.size))
    place, code, count = source.take(element.length_bytes), element.length_encoding, f"n{element.number}"
    prefix = f"data[{place}]"
    if code == BINARY:
        length = f"int.from_bytes({prefix}, 'big')"
    elif element.length_units > _TABLED_MAX:
        length = f"int({prefix}.hex())" if code == "bcd" else f"int({prefix}.decode({PYTHON_CODECS[code]!r}))"
    else:
        table = f"{code}{element.length_units}"
        source.names[table] = _lengths(code, element.length_units)
        length = f"{table}[{prefix}]"
    source.add(f"{count} = {length}")
    size = f"({count} + 1) // 2" if element.encoding == "bcd" else count
    return place, source.take_counted(f"p{element.number}", size)


@cache
def _lengths(code: str, digits: int) -> dict[bytes, int]:
    """Length prefixes as they stand on the wire -> value."""
    if code == "bcd":
        return {bytes.fromhex(f"{n:0{digits + digits % 2}d}"): n for n in range(10**digits)}
    return {f"{n:0{digits}d}".encode(PYTHON_CODECS[code]): n for n in range(10**digits)}
