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
from typing import Any, Final

from switch.iso8583.dialect import EBCDIC, Dialect, Element

Decoder = Callable[[bytes, int], "dict[int, str] | None"]
Encoder = Callable[[str, dict[int, str]], "bytes | None"]

_CODEC: Final = {"ascii": "ascii", "ebcdic": EBCDIC}

#: Length prefixes as they are read (text or packed as hex) -> value; a dict takes digits only, where int() takes "+1".
_LENGTHS: Final = {2: {f"{n:02d}": n for n in range(100)}, 3: {f"{n:03d}": n for n in range(1000)}}
_PACKED_LENGTHS: Final = {2: _LENGTHS[2], 3: {f"{n:04d}": n for n in range(1000)}}


def present_elements(bitmap: bytes) -> list[int]:
    """The elements a bitmap of 8 or 16 bytes announces, without the bits that announce a further bitmap."""
    bits = int.from_bytes(bitmap, "big")
    size = len(bitmap) * 8
    return [n for n in range(1, size + 1) if n != 1 and bits >> (size - n) & 1]


def bitmap_of(numbers: Iterable[int]) -> bytes:
    """The bitmap that announces these elements: 8 bytes, or 16 when one is above 64."""
    listed = list(numbers)
    size = 128 if listed and max(listed) > 64 else 64
    bits = 1 << 127 if size == 128 else 0
    for number in listed:
        bits |= 1 << (size - number)
    return bits.to_bytes(size // 8, "big")


def _check(content: str, name: str) -> str:
    """A Python expression that is true when text ``name`` is of a content class; it may refuse the empty text."""
    return {
        "n": f"{name}.isdecimal() and {name}.isascii()",
        "a": f"{name}.isalpha() and {name}.isascii()",
        "an": f"{name}.isalnum() and {name}.isascii()",
        "ans": f"{name}.isprintable() and {name}.isascii()",
        "z": f"{name}.replace('=', '0').replace('D', '0').isdecimal() and {name}.isascii()",
        "x+n": f"{name}[0] in 'CD' and {name}[1:].isdecimal() and {name}.isascii()",
    }[content]


class _Source:
    """The text of a function being written."""

    def __init__(self, signature: str) -> None:
        self.lines = [f"def plan({signature}):"]

    def add(self, line: str) -> None:
        self.lines.append("    " + line)

    def compiled(self, **names: Any) -> Any:
        exec(compile("\n".join(self.lines), "<plan>", "exec"), names)  # noqa: S102  (only our own words and numbers go in)
        return names["plan"]


def _packed_bytes(digits: int) -> int:
    return (digits + 1) // 2


def compile_decoder(dialect: Dialect, bitmap: bytes) -> Decoder:
    """The function (message, offset of the first element) -> elements, or None when anything at all is unusual."""
    elements = [dialect.element(n) for n in present_elements(bitmap)]
    source = _Source("data, p")
    for encoding in ("ascii", "ebcdic"):
        if any(encoding in (e.encoding, e.length_encoding) or (encoding == "ascii" and e.encoding == "hex") for e in elements):
            source.add(f"{encoding} = data.decode({'latin-1' if encoding == 'ascii' else EBCDIC!r})")
    values: list[str] = []

    def stretch_key(element: Element) -> tuple[Any, ...]:
        together = element.length_digits == 0 and element.content in ("n", "a", "an", "ans") and element.encoding != "raw"
        return (element.content, element.encoding) if together else (element.number,)

    for _, group in groupby(elements, stretch_key):
        members = list(group)
        if len(members) > 1 or (members[0].length_digits == 0 and members[0].content in ("n", "a", "an", "ans")):
            _read_stretch(source, members, values)
        else:
            _read_single(source, members[0], values)
    source.add("if p != len(data): return None")
    source.add("return {" + ", ".join(values) + "}")
    plan: Decoder = source.compiled(L2=_LENGTHS[2], L3=_LENGTHS[3], P2=_PACKED_LENGTHS[2], P3=_PACKED_LENGTHS[3])
    return plan


def _read_stretch(source: _Source, members: list[Element], values: list[str]) -> None:
    first = members[0]
    packed = first.encoding == "bcd"
    width = sum(_packed_bytes(m.size) if packed else m.size for m in members)
    run = f"r{first.number}"
    source.add(f"q = p + {width}")
    source.add(f"{run} = data[p:q].hex()" if packed else f"{run} = {first.encoding}[p:q]")
    source.add(f"if len({run}) != {width * 2 if packed else width} or not ({_check(first.content, run)}): return None")
    at = 0
    for member in members:
        if packed and member.size % 2:
            source.add(f"if {run}[{at}] != '0': return None")
            at += 1
        values.append(f"{member.number}: {run}[{at}:{at + member.size}]")
        at += member.size
    source.add("p = q")


def _read_single(source: _Source, element: Element, values: list[str]) -> None:
    """One element of variable length, or of a class that is checked alone."""
    name, size = f"v{element.number}", str(element.size)
    if element.length_digits:
        size = "n"
        prefix = element.length_bytes
        if element.length_encoding == "bcd":
            source.add(f"n = P{element.length_digits}[data[p:p + {prefix}].hex()]")
        else:
            source.add(f"n = L{element.length_digits}[{element.length_encoding}[p:p + {prefix}]]")
        limit = element.size * 2 if element.encoding == "hex" else element.size
        source.add(f"if n > {limit}: return None")
        source.add(f"p += {prefix}")
    elif element.encoding == "hex":
        size = str(element.size * 2)
    if element.encoding == "bcd":
        source.add(f"q = p + ({size} + 1) // 2")
        source.add(f"{name} = data[p:q].hex().upper()")
        source.add(f"if {size} & 1:")
        source.add(f"    if {name}[:1] != '0': return None")
        source.add(f"    {name} = {name}[1:]")
    elif element.encoding == "raw":
        source.add(f"q = p + {size}")
        source.add(f"{name} = data[p:q].hex().upper()")
    else:
        source.add(f"q = p + {size}")
        source.add(f"{name} = {'ascii' if element.encoding == 'hex' else element.encoding}[p:q]")
    if element.encoding == "raw":
        source.add(f"if len({name}) != {size} * 2: return None")
    else:
        check = _hex_check(name) if element.content == "b" else _check(element.content, name)
        source.add(f"if len({name}) != {size} or not ({check}): return None")
    if element.encoding == "bcd" and element.content == "z":
        source.add(f"{name} = {name}.replace('D', '=')")
    source.add("p = q")
    values.append(f"{element.number}: {name}")


def _hex_check(name: str) -> str:
    return f"len({name}) % 2 == 0 and not {name}.strip('0123456789ABCDEF')"


def compile_encoder(dialect: Dialect, numbers: tuple[int, ...]) -> Encoder:
    """The function (mti, elements) -> message for exactly these elements, or None when anything at all is unusual."""
    elements = [dialect.element(n) for n in sorted(numbers)]
    bitmap = bitmap_of(numbers)
    source = _Source("mti, e")
    for element in elements:
        source.add(f"v{element.number} = e[{element.number}]")
    tests = [_length_test(element) for element in elements]
    for content, group in groupby(sorted(elements, key=lambda e: e.content), lambda e: e.content):
        tests += _content_tests(content, [f"v{e.number}" for e in group])
    source.add("if not (" + " and ".join(tests or ["True"]) + "): return None")
    head = bitmap if dialect.bitmap == "binary" else bitmap.hex().upper().encode(_CODEC.get(dialect.mti, "ascii"))
    mti = "bytes.fromhex(mti)" if dialect.mti == "bcd" else f"mti.encode({_CODEC[dialect.mti]!r})"
    pieces = [piece for element in elements for piece in _written(element)]
    chunks = [mti, "BITMAP"]
    for kind, run in groupby(pieces, lambda piece: piece[0]):
        text = "f'" + "".join(part for _, part in run) + "'"
        chunks.append(f"bytes.fromhex({text})" if kind == "packed" else f"({text}).encode({_CODEC[kind]!r})")
    source.add("return " + " + ".join(chunks))
    plan: Encoder = source.compiled(BITMAP=head)
    return plan


def _length_test(element: Element) -> str:
    name = f"v{element.number}"
    limit = element.characters_max
    if element.length_digits:
        return f"0 < len({name}) <= {limit}"
    return f"len({name}) == {limit}"


def _content_tests(content: str, names: list[str]) -> list[str]:
    if content == "b":
        return [_hex_check(name) for name in names]
    if content in ("z", "x+n") or len(names) == 1:
        return [_check(content, name) for name in names]
    joined = "(" + " + ".join(names) + ")"
    test = {"n": "isdecimal", "a": "isalpha", "an": "isalnum", "ans": "isprintable"}[content]
    return [f"{joined}.{test}()", f"{joined}.isascii()"]


def _written(element: Element) -> list[tuple[str, str]]:
    """The pieces an element puts on the wire: (how it is converted, what goes into the f-string)."""
    name, pieces = f"v{element.number}", []
    if element.length_digits:
        length = f"len({name})" if element.encoding != "raw" else f"len({name}) // 2"
        if element.length_encoding == "bcd":
            pieces.append(("packed", f"{{{length}:0{element.length_bytes * 2}d}}"))
        else:
            pieces.append((element.length_encoding, f"{{{length}:0{element.length_digits}d}}"))
    if element.encoding == "bcd":
        value = f"{name}.replace(chr(61), chr(68))" if element.content == "z" else name
        if element.length_digits:
            pieces.append(("packed", f"{{chr(48) * (len({name}) % 2)}}{{{value}}}"))
        else:
            pieces.append(("packed", ("0" if element.size % 2 else "") + f"{{{value}}}"))
    else:
        kind = {"raw": "packed", "hex": "ascii"}.get(element.encoding, element.encoding)
        pieces.append((kind, f"{{{name}}}"))
    return pieces
