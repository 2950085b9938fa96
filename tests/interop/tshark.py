"""What tshark's ISO 8583 dissector makes of a capture."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest

from switch.iso8583.dialect import Dialect
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message

marks: Final = [
    pytest.mark.outside,
    pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed"),
]

PORT: Final = 8583
HEADER: Final = HeaderFormat.parse("2b")  #: the only one it knows; nor does it know TPDUs
RUN_SECONDS_MAX: Final = 60.0

#: Dialect -> how the dissector is told about its digits, and about its bitmap and binary elements.
PREFERENCES: Final = {
    "ascii": ("Digits represented as ASCII Characters", "Bin data not encoded"),
    "ascii_hex": ("Digits represented as ASCII Characters", "Bin data represented as Hex Ascii characters"),
    "bcd": ("Digits represented in nibbles", "Bin data not encoded"),
    "ascii93": ("Digits represented as ASCII Characters", "Bin data not encoded"),
    "ascii_hex93": ("Digits represented as ASCII Characters", "Bin data represented as Hex Ascii characters"),
    "bcd93": ("Digits represented in nibbles", "Bin data not encoded"),
}

#: Elements it does not read as ISO 8583:1987 has them (tshark 4.0): no separator in 36, eight digits in 53 where the standard
#: has sixteen, fifteen of the sixteen in 86 to 89, and no letters in 34, 92 and 93.
OTHER_LAYOUT: Final = {34, 36, 53, 86, 87, 88, 89, 92, 93}

#: The same for ISO 8583:1993: four digits in 15 where the standard has six, six of the eight in 71, no letters in 34, and
#: another length in front of 53 and 96, whose bytes vary in number.
OTHER_LAYOUT_1993: Final = {15, 34, 53, 71, 96}

#: Dialect -> elements not to be asked of it. Where binary elements are raw it skips more bytes behind 35 than it shows (behind
#: 36 too in 1993) and takes 55 for text in 1987; in hexadecimal it takes the length of 55 for one of bytes in 1993. In packed
#: messages it expects currencies (49 to 51) unpacked and the digits of fees and of the net (28 to 31, 97) packed.
TRAPS: Final = {
    "ascii": OTHER_LAYOUT | {35, 55},
    "ascii_hex": OTHER_LAYOUT,
    "bcd": OTHER_LAYOUT | {28, 29, 30, 31, 35, 49, 50, 51, 55, 97},
    "ascii93": OTHER_LAYOUT_1993 | {35, 36},
    "ascii_hex93": OTHER_LAYOUT_1993 | {55},
    "bcd93": OTHER_LAYOUT_1993 | {35, 36, 49, 50, 51, 97},
}


def without_traps(message: Message, name: str) -> Message:
    """A message without the elements that are not to be asked of it."""
    return Message(message.mti, {n: value for n, value in message.elements.items() if n not in TRAPS[name]})


def read_by_tshark(path: Path, dialect: Dialect) -> tuple[list[Message], list[str]]:
    """Every message the dissector finds, in order, and whatever it complains about."""
    charset, binary = PREFERENCES[dialect.name]
    command = ["tshark", "-r", str(path), "-d", f"tcp.port=={PORT},iso8583", "-T", "pdml"]
    for preference in ("len_endian:Big endian", f"charset:{charset}", f"binencode:{binary}"):
        command += ["-o", f"iso8583.{preference}"]
    printed = subprocess.run(command, capture_output=True, timeout=RUN_SECONDS_MAX, check=True).stdout
    found = [
        proto for proto in ElementTree.fromstring(printed).iter("proto") if proto.get("name") in ("iso8583", "_ws.malformed")
    ]
    complaints = [
        field.get("showname", "")
        for proto in found
        for field in (proto, *proto.iter("field"))
        if field.get("name", "").startswith("_ws.") or field.get("name", "").endswith("MALFORMED")
    ]
    return [_message(proto, dialect) for proto in found if proto.get("name") == "iso8583"], complaints


def _message(proto: ElementTree.Element, dialect: Dialect) -> Message:
    prefix = "iso8583.bit"
    fields = {field.get("name", ""): field for field in proto.iter("field")}
    numbers = {int(name[len(prefix) :]): field for name, field in fields.items() if name.startswith(prefix)}
    mti = fields["iso8583.mti"].get("show", "")
    return Message(mti, {number: _value(field, dialect.element(number).encoding) for number, field in numbers.items()})


def _value(field: ElementTree.Element, encoding: str) -> str:
    """The digits it shows of a packed element, which may have one more on the wire; of others what stands on the wire."""
    raw = bytes.fromhex(field.get("value", ""))
    return field.get("show", "") if encoding == "bcd" else raw.hex().upper() if encoding == "raw" else raw.decode("latin-1")
