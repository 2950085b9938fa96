"""Messages that stand in a file, for ``switch send --file``: hexadecimal text, JSON as ``decode --json`` gives it, or CSV.

What a file says is read; whether a dialect can say it, its codec knows. A mistake is one sentence with file and line.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from switch.errors import SwitchError
from switch.iso8583.mapping.compose import InnerChange
from switch.machine.files import read_whole
from switch.record import frozen

if TYPE_CHECKING:
    from switch.iso8583.codec import Codec
    from switch.iso8583.header import HeaderFormat

SENT_FILE_BYTES_MAX: Final = 4 << 20  #: read whole; some ten thousand messages
MESSAGES_MAX: Final = 10_000  #: of a file and of ``--count``: a few messages, not a load test
STANDARD_INPUT: Final = "-"
FILE_FORMS: Final = "hexadecimal text, JSON as `switch decode --json` gives it, or CSV with a header row such as mti,2,4"
_MASKED: Final = re.compile(r"\d*\*+\d*=?…?|\(.*not shown.*\)", re.DOTALL)
_MASKED_IN_PART: Final = re.compile(r"\d\*{3,}\d|\(.*not shown.*\)", re.DOTALL)
_ELEMENT: Final = re.compile(r"(?:DE ?)?0*([0-9]{1,3})((?:\.[0-9A-Za-z]{1,8})*)", re.IGNORECASE)
_Name = tuple[int, tuple[str, ...]]  #: of an element (0 the MTI), and the way down to a subelement; none for the element itself
_MTI: Final[_Name] = (0, ())


@frozen(kw_only=True)
class Written:
    """One message of a file. An element or subelement that is None is to be left out; where it is not ``whole``, defaults
    complete it."""

    place: str  #: file and line
    mti: str | None
    elements: Mapping[int, str | None]
    whole: bool
    inside: tuple[InnerChange, ...] = ()  #: subelements, to be set in the elements
    repeated: tuple[InnerChange, ...] = ()  #: subelements that stand beside their whole element, and may say the same


def messages_of(name: str, codec: Codec, header: HeaderFormat) -> list[Written]:
    """The messages of a file, ``-`` for standard input; hexadecimal ones are of ``codec``, with or without ``header``."""
    shown, data = _read(name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SwitchError(
            f"{shown}: found bytes that are no text, expected {FILE_FORMS} (--raw sends bytes as they are)"
        ) from None
    start = text.lstrip()
    first = start.partition("\n")[0].lower()
    if not start:
        raise SwitchError(f"{shown}: found nothing, expected {FILE_FORMS}")
    if start[0] in "{[":
        found = list(_of_json(shown, text))
    elif first.startswith("mti") or "," in first or ";" in first:
        found = list(_of_csv(shown, text))
    else:
        found = list(_of_hex(shown, text, codec, header))
    if not found:
        raise SwitchError(f"{shown}: found no message, expected at least one")
    if len(found) > MESSAGES_MAX:
        raise SwitchError(f"{shown}: found {len(found)} messages, expected at most {MESSAGES_MAX}")
    return found


def raw_bytes(given: str) -> bytes:
    """The bytes ``--raw`` means: those of a file, those that its hexadecimal text spells, or those that digits spell."""
    from switch.iso8583.reading.recognize import from_hex

    try:
        data = _read(given)[1] if given == STANDARD_INPUT or (given and Path(given).exists()) else None
    except (OSError, ValueError):  # too long for a name
        data = None
    try:
        spelled = from_hex(given if data is None else data.decode("ascii"))
    except (UnicodeDecodeError, SwitchError) as error:
        if data is None:
            raise SwitchError(f"--raw: {str(error).removeprefix('message: ')}; nor is there such a file") from None
        spelled = data
    if not spelled:
        raise SwitchError("--raw: found nothing, expected bytes in hexadecimal, or a file with them")
    return spelled


def _read(name: str) -> tuple[str, bytes]:
    """How a file is called, and what is in it."""
    if name == STANDARD_INPUT:
        return "standard input", sys.stdin.buffer.read(SENT_FILE_BYTES_MAX)
    try:
        return name, read_whole(Path(name), SENT_FILE_BYTES_MAX)
    except FileNotFoundError:
        raise SwitchError(f"{name}: no such file, expected {FILE_FORMS}") from None
    except SwitchError as found:
        raise SwitchError(f"{name}: found {found}, expected {FILE_FORMS}") from None


def _of_hex(name: str, text: str, codec: Codec, header: HeaderFormat) -> Iterator[Written]:
    """All of it as one message; where its first line is one by itself, one a line."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    first = lines[0][0]
    if len(lines) > 1:
        try:
            _unhexed(name, first, lines[0][1], codec, header)
        except SwitchError:
            lines = [(first, text)]
    for number, line in lines:
        yield _unhexed(name, number, line, codec, header)


def _unhexed(name: str, number: int, text: str, codec: Codec, header: HeaderFormat) -> Written:
    from switch.iso8583.reading.recognize import Wrapping, from_hex, likeliest, trials

    place = f"{name}:{number}"
    try:
        data = from_hex(text)
    except SwitchError as error:
        raise SwitchError(f"{place}: {str(error).removeprefix('message: ')}") from None
    wrappings = [Wrapping(form, tpdu) for form in (None, header) for tpdu in (False, True)]
    way = likeliest(trials([data], [codec], wrappings))
    wrong = way.error if way is not None else None
    if way is None or wrong is not None:
        raise SwitchError(f"{place}: {wrong or 'found too little'}; --raw sends bytes as they are")
    message = codec.decode(way.body)
    return Written(place=place, mti=message.mti, elements=dict(message.elements), whole=True)


def _of_json(name: str, text: str) -> Iterator[Written]:
    """Objects one behind the other, or in a list."""
    decoder, at = json.JSONDecoder(), 0
    while (at := _next(text, at)) < len(text):
        line = text.count("\n", 0, at) + 1
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise SwitchError(f"{name}:{error.lineno}: found no JSON at column {error.colno} ({error.msg})") from None
        except ValueError:
            raise SwitchError(f"{name}:{line}: found a number of thousands of digits, expected a message") from None
        except RecursionError:
            raise SwitchError(f"{name}:{line}: found JSON nested too deeply, expected a message") from None
        if isinstance(value, list):
            for number, item in enumerate(value, start=1):
                yield _jsoned(f"{name}:{line}", f"message {number}: ", item)
        else:
            yield _jsoned(f"{name}:{line}", "", value)


def _next(text: str, at: int) -> int:
    """Where the next value begins: commas and white space between values are passed over."""
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _jsoned(place: str, which: str, value: Any) -> Written:
    if isinstance(value, dict) and "mti" not in value and isinstance(value.get("request"), dict):
        value = value["request"]  # of `switch send --json`
    if not isinstance(value, dict) or not isinstance(value.get("mti"), str) or "elements" not in value:
        raise SwitchError(f'{place}: {which}found {_kind(value)}, expected an object with "mti" and "elements"')
    elements: dict[int, str | None] = {}
    named, inside, repeated = set[_Name](), list[InnerChange](), list[InnerChange]()
    for key, item, beneath in _pairs(value["elements"], f"{place}: {which}"):
        if key in (0, 1, "0", "1"):
            continue  # MTI and bitmap, which `switch decode` shows in their places
        where = f"{place}: {which}element {key}: "
        name = _name(key)
        if name is None:
            raise SwitchError(f"{where}found no number of an element, expected 2 to 128, or of a subelement such as 127.22")
        if name in named:
            raise SwitchError(f"{where}found a second time, expected each element once")
        named.add(name)
        number, path = name
        if not isinstance(item, str):
            raise SwitchError(f"{where}found {_kind(item)}, expected text")
        if _MASKED.fullmatch(item):
            raise SwitchError(f"{where}found {item!r}, which is masked, expected all of it (`switch decode --unmasked`)")
        if path:
            inside.append((number, path, item))
        else:
            elements[number] = item
            repeated += _beneath(beneath, where)
    return Written(place=place, mti=value["mti"], elements=elements, whole=True, inside=tuple(inside), repeated=tuple(repeated))


def _pairs(elements: Any, place: str) -> Iterator[tuple[Any, Any, Any]]:
    """Number, value and subelements of each element: of a list as ``decode`` gives it, or of an object."""
    if isinstance(elements, dict):
        yield from ((key, value, None) for key, value in elements.items())
    elif isinstance(elements, list) and all(isinstance(item, dict) for item in elements):
        for item in elements:
            key = next((item[key] for key in ("element", "number") if key in item), None)
            yield key, item.get("value"), item.get("subelements")
    else:
        raise SwitchError(f"{place}elements: found {_kind(elements)}, expected a list or an object of elements")


def _beneath(subelements: Any, where: str) -> Iterator[InnerChange]:
    """The subelements that ``decode`` lists with an element; those that are masked stand in the element's value alone."""
    if subelements is None:
        return
    for key, item, _ in _pairs(subelements, f"{where}sub"):
        name = _name(key)
        if name is None or not name[1] or not isinstance(item, str):
            raise SwitchError(f"{where}subelements: found {key!r}, expected the number of a subelement and its text")
        if not _MASKED_IN_PART.search(item):
            yield name[0], name[1], item


def _of_csv(name: str, text: str) -> Iterator[Written]:
    """A header row of ``mti`` and the numbers of elements and subelements, and a message a row; what has no column is left to
    the defaults."""
    head = text.lstrip().partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in head and "," not in head else ",", strict=True)
    try:
        columns: list[_Name] = []
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            place = f"{name}:{rows.line_num}"
            if not columns:
                columns = _columns(place, row)
                continue
            if len(row) != len(columns):
                raise SwitchError(f"{place}: found {len(row)} cells, expected {len(columns)} as in the header row")
            values = dict(zip(columns, row, strict=True))
            mti = values.pop(_MTI, "").strip() or None
            yield Written(
                place=place,
                mti=mti,
                elements={number: cell or None for (number, path), cell in values.items() if not path},
                whole=False,
                inside=tuple((number, path, cell or None) for (number, path), cell in values.items() if path),
            )
    except csv.Error as error:
        raise SwitchError(f"{name}:{rows.line_num}: found no row of CSV ({error})") from None


def _columns(place: str, row: Sequence[str]) -> list[_Name]:
    columns: list[_Name] = []
    for count, cell in enumerate(row, start=1):
        name = _MTI if cell.strip().lower() == "mti" else _name(cell.strip())
        if name is None:
            expected = "mti or the number of an element, 2 to 128, or of a subelement such as 127.22"
            raise SwitchError(f"{place}: column {count}: found {cell.strip()!r}, expected {expected}")
        if name in columns:
            raise SwitchError(f"{place}: column {count}: found {cell.strip()!r} a second time, expected each element once")
        columns.append(name)
    return columns


def _name(key: object) -> _Name | None:
    """The number of a data element, however it is written, and the way down to a subelement of it."""
    found = _ELEMENT.fullmatch(str(key)) if isinstance(key, str | int) else None
    if found is None or not found[1].isascii() or not 2 <= int(found[1]) <= 128:
        return None
    return int(found[1]), tuple(found[2].split(".")[1:])


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")
