"""Plans: the one straight-line function that reads or writes the messages of one bitmap in one dialect.

A message's layout is settled by its dialect and its bitmap. So the layout is worked out once, written down as a short Python
function (slices at the places it knows, one content check for each stretch of like elements), compiled and kept. A plan
answers for what is plainly right and returns None for everything else; ``codec`` then asks pyiso8583, which says what is wrong.

Reading, elements that follow each other with fixed lengths, one class and one encoding form a *stretch*: cut from the
message at once, checked at once, and sliced. Writing, elements of one encoding are joined and converted at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from switch.iso8583.dialect import THIRD_BITMAP, TWO_BITMAPS_MAX, VERSION_OF, Dialect
from switch.iso8583.element import BINARY, EBCDIC, LATIN_1, Element

Decoder = Callable[[bytes, int], "dict[int, str] | None"]
Picker = Callable[[bytes, int, str], "tuple[Any, ...] | None"]
Encoder = Callable[[str, dict[int, str]], "bytes | None"]

PYTHON_CODECS: Final = {"ascii": "ascii", "ebcdic": EBCDIC, LATIN_1: "latin-1"}  #: encoding of text -> Python's name of it
BYTES: Final = "bytes"  #: of a piece of a message that is an expression of bytes already
#: EBCDIC to the bytes of Latin-1, and back; to convert so takes a fifth of the time that Python's own codec does.
_CODE_TABLES: Final = {
    "from_ebcdic": bytes(range(256)).decode(EBCDIC).encode("latin-1"),
    "to_ebcdic": bytes(range(256)).decode("latin-1").encode(EBCDIC),
}
_WIDER: Final = frozenset({"ebcdic", LATIN_1})  #: encodings of more characters than ASCII

#: Length prefixes as they are read (text or packed as hex) -> value; a dict takes digits only, where int() takes "+1".
_LENGTHS: Final = {digits: {f"{n:0{digits}d}": n for n in range(10**digits)} for digits in (1, 2, 3)}
_PACKED_LENGTHS: Final = {digits: {f"{n:0{digits + digits % 2}d}": n for n in range(10**digits)} for digits in (1, 2, 3)}

_LENGTH_TABLES: Final = {f"L{digits}": table for digits, table in _LENGTHS.items()} | {
    f"P{digits}": table for digits, table in _PACKED_LENGTHS.items()
}

#: MTIs of ISO 8583:1987 and 1993 as digits; a plan writes these and no other.
KNOWN_MTIS: Final = frozenset(f"0{c}{f}{o}" for c in "12345678" for f in "0123" for o in "0123") | frozenset(
    f"1{c}{f}{o}" for c in "12345678" for f in "01234" for o in "012345"
)
_MTI_BYTES: Final = {
    "ascii": {mti: mti.encode() for mti in KNOWN_MTIS},
    "ebcdic": {mti: mti.encode(EBCDIC) for mti in KNOWN_MTIS},
    "bcd": {mti: bytes.fromhex(mti) for mti in KNOWN_MTIS},
}

_CLASS_TESTS: Final = {
    "n": "{}.isdecimal()",
    "a": "{}.isalpha()",
    "an": "{}.isalnum()",
    "anp": "{}.replace(' ', '0').isalnum()",
    "ans": "{}.isprintable()",
}
_SIGNS: Final = {code: {sign.encode(code): sign for sign in "CD"} for code in PYTHON_CODECS.values()}


def present_elements(bitmap: bytes) -> list[int]:
    """The elements a bitmap of 8, 16 or 24 bytes announces, without the bits that announce a further bitmap."""
    bits = int.from_bytes(bitmap, "big")
    size = len(bitmap) * 8
    further = (1, THIRD_BITMAP) if size > TWO_BITMAPS_MAX else (1,)
    return [n for n in range(1, size + 1) if n not in further and bits >> (size - n) & 1]


def bitmap_of(numbers: Iterable[int]) -> bytes:
    """The bitmap that announces these elements: 8 bytes, 16 when one is above 64, 24 when one is above 128."""
    listed = list(numbers)
    size = -(-max([1, *listed]) // 64) * 64
    bits = 1 << (size - 1) if size > 64 else 0
    bits |= 1 << (size - THIRD_BITMAP) if size > TWO_BITMAPS_MAX else 0
    for number in listed:
        bits |= 1 << (size - number)
    return bits.to_bytes(size // 8, "big")


def _check(content: str, name: str, *, ascii_already: bool) -> str:
    """A Python expression that is true when text ``name`` is of a content class; it may refuse the empty text."""
    test = {
        "z": f"{name}.replace('=', '0').replace('D', '0').isdecimal()",
        "x+n": f"{name}[:1] in ('C', 'D') and {name}[1:].isdecimal()",
        "b": f"len({name}) % 2 == 0 and not {name}.strip('0123456789ABCDEF')",
    }.get(content) or _CLASS_TESTS[content].format(name)
    return test if ascii_already or content == "b" else f"{test} and {name}.isascii()"


class Source:
    """The text of a function being written."""

    def __init__(self, signature: str) -> None:
        self.lines = [f"def plan({signature}):"]
        self.names: dict[str, Any] = {**_CODE_TABLES}  #: what it knows beside its parameters

    def add(self, line: str) -> None:
        self.lines.append("    " + line)

    def compiled(self, **names: Any) -> Any:
        names |= self.names
        exec(compile("\n".join(self.lines), "<plan>", "exec"), names)  # noqa: S102  (only our own words and numbers go in)
        return names["plan"]


def _packed_bytes(digits: int) -> int:
    return (digits + 1) // 2


class Walk(Source):
    """A function over the bytes of a message, being written. ``at`` is the Python expression of the place reached."""

    def __init__(self, signature: str, base: str = "") -> None:
        super().__init__(signature)
        self._base, self._offset = base, 0

    @property
    def at(self) -> str:
        return f"{self._base} + {self._offset}" if self._base and self._offset else self._base or str(self._offset)

    def take(self, size: int) -> str:
        """The slice of the next ``size`` bytes."""
        start = self.at
        self._offset += size
        return f"{start}:{self.at}"

    def take_counted(self, name: str, size: str) -> str:
        """The slice of the next bytes, whose number is the value of the expression ``size``; ``name`` marks its end."""
        start = self.at
        self.add(f"{name} = {start} + {size}")
        self._base, self._offset = name, 0
        return f"{start}:{name}"


class Reader(Walk):
    """A decoder being written. The end is compared with the message's once, so no slice on the way needs its length checked."""

    def __init__(self, elements: list[Element], further: str = "") -> None:
        super().__init__(f"data, start{further}")
        self.values: dict[int, str] = {}  #: element -> the expression of its value
        encodings = {e.encoding for e in elements} | {e.length_encoding for e in elements if e.length_units}
        self.ascii_already = encodings <= {"ascii", "hex"}
        self.add("data = data[start:]")
        if encodings & {"ascii", "hex"}:
            self.add(f"ascii = data.decode('{'ascii' if self.ascii_already else 'latin-1'}')")
        for code in sorted(encodings & _WIDER):
            self.add(f"{code} = {text_of(code)}")

    def check(self, content: str, name: str, encoding: str) -> None:
        already = self.ascii_already or encoding == "bcd"
        self.add(f"if not ({_check(content, name, ascii_already=already)}): return None")


def text_of(code: str) -> str:
    """The Python expression of a message as text, character by character."""
    return f"data{'.translate(from_ebcdic)' if code == 'ebcdic' else ''}.decode('latin-1')"


def compile_decoder(dialect: Dialect, bitmap: bytes) -> Decoder:
    """The function (message, offset of the first element) -> elements.

    It returns None, or raises LookupError or ValueError, when anything at all is unusual.
    """
    reader = reading(dialect, bitmap)
    reader.add("return {" + ", ".join(f"{number}: {value}" for number, value in reader.values.items()) + "}")
    plan: Decoder = reader.compiled(**READING)
    return plan


def compile_picker(dialect: Dialect, bitmap: bytes, wanted: Iterable[int]) -> Picker:
    """The function (message, offset of the first element, MTI) -> MTI and the values of the elements ``wanted``, None for one
    that the bitmap does not announce. It judges all of a message, as a decoder does, and answers for as much."""
    reader = reading(dialect, bitmap, ", mti")
    reader.add("return (mti, " + ", ".join(reader.values.get(number, "None") for number in wanted) + ")")
    plan: Picker = reader.compiled(**READING)
    return plan


def reading(dialect: Dialect, bitmap: bytes, further: str = "") -> Reader:
    """All of a decoder but its last line; ``further`` are parameters beside message and offset."""
    elements = [dialect.element(n) for n in present_elements(bitmap)]
    reader = Reader(elements, further)
    for (together, *_), group in groupby(elements, _stretch_key):
        if together:
            _read_stretch(reader, list(group))
        else:
            for element in group:
                _read_single(reader, element)
    reader.add(f"if {reader.at} != len(data): return None")
    return reader


def _long_length(digits: str) -> int:
    """A length of more digits than there is a table for; ValueError where they are none."""
    if not (digits.isascii() and digits.isdecimal()):
        raise ValueError(digits)
    return int(digits)


READING: Final = {**_LENGTH_TABLES, "signs": _SIGNS, "long": _long_length}  #: names that a function which reads knows


def _length_of(element: Element, prefix: str) -> str:
    """The Python expression of a length, whose bytes are the slice ``prefix``."""
    units = element.length_units
    if element.length_encoding == BINARY:
        return f"int.from_bytes(data[{prefix}], 'big')"
    digits = f"data[{prefix}].hex()" if element.length_encoding == "bcd" else f"{element.length_encoding}[{prefix}]"
    if units not in _LENGTHS:
        return f"long({digits})"
    return f"{'P' if element.length_encoding == 'bcd' else 'L'}{units}[{digits}]"


def _stretch_key(element: Element) -> tuple[Any, ...]:
    if element.length_units == 0 and element.characters in _CLASS_TESTS and not _padded_with_a_letter(element):
        return (True, element.characters, element.encoding)
    return (False, element.number)


def _padded_with_a_letter(element: Element) -> bool:
    """Whether a half byte that is no digit stands among the digits, so that they cannot be checked together with others."""
    return element.encoding == "bcd" and element.padding == "right F" and element.size % 2 == 1


def _read_stretch(reader: Reader, members: list[Element]) -> None:
    first = members[0]
    packed = first.encoding == "bcd"
    run = f"r{first.number}"
    width = sum(_packed_bytes(m.size) if packed else m.size for m in members)
    place = reader.take(width)
    reader.add(f"{run} = data[{place}].hex()" if packed else f"{run} = {first.encoding}[{place}]")
    reader.check(first.characters, run, first.encoding)
    at = 0
    for member in members:
        before, behind = member.pad if packed and member.size % 2 else ("", "")
        start = at + len(before)
        end = start + member.size
        if before or behind:
            reader.add(f"if {run}[{at if before else end}] != '0': return None")
        whole = len(members) == 1 and not before and not behind
        reader.values[member.number] = run if whole else f"{run}[{start}:{end}]"
        at = end + len(behind)


def _read_single(reader: Reader, element: Element) -> None:
    """One element of variable length, or of a class that is checked alone."""
    name, mark = f"v{element.number}", f"p{element.number}"
    if element.sign_encoding:
        _read_signed(reader, element)
        return
    if element.length_units:
        reader.add(f"n = {_length_of(element, reader.take(element.length_bytes))}")
        limit = min(element.size, element.countable) if element.encoding == "raw" else element.characters_max
        reader.add(f"if n > {limit}: return None")
        place = reader.take_counted(mark, "(n + 1) // 2" if element.encoding == "bcd" else "n")
        odd = "n & 1"
    else:
        size = element.size if element.encoding == "raw" else element.characters_max
        place = reader.take(_packed_bytes(size) if element.encoding == "bcd" else size)
        odd = str(size & 1)
    if element.encoding in ("bcd", "raw"):
        upper = element.content != "n" or element.padding == "right F"
        reader.add(f"{name} = data[{place}].hex(){'.upper()' if upper else ''}")
    else:
        reader.add(f"{name} = {'ascii' if element.encoding == 'hex' else element.encoding}[{place}]")
    if element.encoding == "bcd":
        reader.add(f"if {odd}:")
        before, behind = element.pad
        reader.add(f"    if {name}[{':1' if before else '-1:'}] != {before or behind!r}: return None")
        reader.add(f"    {name} = {name}[{'1:' if before else ':-1'}]")
    if element.encoding != "raw":
        reader.check(element.content, name, element.encoding)
    if element.encoding == "bcd" and element.content == "z":
        reader.add(f"{name} = {name}.replace('D', '=')")
    reader.values[element.number] = name


def _read_signed(reader: Reader, element: Element) -> None:
    """An amount whose sign stands as a character before packed digits."""
    name, digits = f"v{element.number}", element.size - 1
    sign, packed = reader.take(1), reader.take(_packed_bytes(digits))
    code = PYTHON_CODECS[element.sign_encoding]
    reader.add(f"{name} = data[{packed}].hex()")
    if digits % 2:
        before, behind = element.pad
        reader.add(f"if {name}[{':1' if before else '-1:'}] != {(before or behind).lower()!r}: return None")
        reader.add(f"{name} = {name}[{'1:' if before else ':-1'}]")
    reader.add(f"{name} = signs[{code!r}][data[{sign}]] + {name}")
    reader.check("x+n", name, "bcd")
    reader.values[element.number] = name


def compile_encoder(dialect: Dialect, numbers: tuple[int, ...]) -> Encoder:
    """The function (mti, elements) -> message for exactly these elements.

    It returns None, or raises LookupError or ValueError, when anything at all is unusual. That text is ASCII is found out by
    converting it; only EBCDIC, which knows more letters, is asked beforehand.
    """
    elements = [dialect.element(n) for n in sorted(numbers)]
    source = Source("mti, e")
    if len(elements) > 1:
        source.add(", ".join(f"v{e.number}" for e in elements) + " = values(e)")
    elif elements:
        source.add(f"v{elements[0].number} = e[{elements[0].number}]")
    source.add("if not (" + " and ".join(tests_of(elements) or ["True"]) + "): return None")
    source.add("return " + encoded(elements))
    values = itemgetter(*(e.number for e in elements)) if len(elements) > 1 else None
    plan: Encoder = source.compiled(bitmap=bitmap_on_the_wire(dialect, numbers), mtis=mtis_of(dialect), values=values)
    return plan


def encoded(elements: list[Element]) -> str:
    """The Python expression of the message that has these elements, whose values are ``v2``, ``v3`` ..."""
    return " + ".join(["mtis[mti]", "bitmap", *joined([piece for element in elements for piece in written(element)])])


def joined(pieces: list[tuple[str, str]]) -> list[str]:
    """The Python expressions of the bytes of pieces (``written``); what is converted alike is converted at once."""
    chunks = []
    for kind, run in groupby(pieces, lambda piece: piece[0]):
        texts = [text for _, text in run]
        text = f"f'{''.join(texts)}'"
        code = "'latin-1').translate(to_ebcdic" if kind == "ebcdic" else repr(PYTHON_CODECS.get(kind))
        chunks += texts if kind == BYTES else [f"bytes.fromhex({text})" if kind == "packed" else f"{text}.encode({code})"]
    return chunks


def bitmap_on_the_wire(dialect: Dialect, numbers: Iterable[int]) -> bytes:
    """The bitmap of these elements as a dialect writes it."""
    bitmap = bitmap_of(numbers)
    return bitmap if dialect.bitmap == "binary" else bitmap.hex().upper().encode(PYTHON_CODECS.get(dialect.mti, "ascii"))


def mtis_of(dialect: Dialect) -> dict[str, bytes]:
    """MTI of the edition -> how it stands on the wire, where a product may write another version's first digit."""
    written, version = _MTI_BYTES[dialect.mti], VERSION_OF[dialect.edition]
    if version == dialect.mti_version:
        return written
    shifted = {mti: dialect.mti_version + mti[1:] for mti in KNOWN_MTIS if mti[0] == version}
    return {mti: written[other] for mti, other in shifted.items() if other in written}


def tests_of(elements: list[Element]) -> list[str]:
    """The Python expressions that are true when the values ``v2``, ``v3`` ... can be written as these elements."""
    tests = [_length_test(element) for element in elements]
    for (content, wider), group in groupby(sorted(elements, key=_test_key), _test_key):
        tests += _content_tests(content, [f"v{e.number}" for e in group], ascii_already=not wider)
    return tests


def _test_key(element: Element) -> tuple[str, bool]:
    return element.characters, element.encoding in _WIDER


def _length_test(element: Element) -> str:
    name = f"v{element.number}"
    limit = element.characters_max
    if element.length_units:
        return f"0 < len({name}) <= {limit}"
    return f"len({name}) == {limit}"


def _content_tests(content: str, names: list[str], *, ascii_already: bool) -> list[str]:
    if content in _CLASS_TESTS and len(names) > 1:
        joined = "f'" + "".join(f"{{{name}}}" for name in names) + "'"
        return [_check(content, joined, ascii_already=ascii_already)]
    return [_check(content, name, ascii_already=ascii_already) for name in names]


def written(element: Element) -> list[tuple[str, str]]:
    """The pieces an element puts on the wire: (how it is converted, what goes into the f-string)."""
    name, pieces = f"v{element.number}", []
    if element.length_units:
        length = f"len({name})" if element.encoding != "raw" else f"len({name}) // 2"
        if element.length_encoding == "bcd":
            pieces.append(("packed", f"{{{length}:0{element.length_bytes * 2}d}}"))
        elif element.length_encoding == BINARY:
            pieces.append(("packed", f"{{{length}:0{element.length_units * 2}x}}"))
        else:
            pieces.append((element.length_encoding, f"{{{length}:0{element.length_units}d}}"))
    if element.sign_encoding:
        before, behind = element.pad if element.size % 2 == 0 else ("", "")
        return [(element.sign_encoding, f"{{{name}[:1]}}"), ("packed", f"{before}{{{name}[1:]}}{behind}")]
    if element.encoding == "bcd":
        value = f'{name}.replace("=", "D")' if element.content == "z" else name
        before, behind = element.pad
        if element.length_units:
            before, behind = (f'{{len({name}) % 2 * "{pad}"}}' if pad else "" for pad in (before, behind))
        elif element.size % 2 == 0:
            before = behind = ""
        pieces.append(("packed", f"{before}{{{value}}}{behind}"))
    else:
        kind = {"raw": "packed", "hex": "ascii"}.get(element.encoding, element.encoding)
        pieces.append((kind, f"{{{name}}}"))
    return pieces
