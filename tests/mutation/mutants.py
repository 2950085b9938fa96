"""What can become of a message: an element changed or missing; bytes changed, cut out, put in or doubled; a spoilt header."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from switch.iso8583.framing import FRAME_BYTES_MAX
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message

MTI_BYTES: Final = 4  #: at most; two in packed BCD
BITMAP_BYTES: Final = 32  #: MTI and both bitmaps stand in the first so many, or a little further
STRETCH_BYTES_MAX: Final = 40  #: cut out or put in at once
LONG_BYTES: Final = 4_000  #: put in now and then: a message far longer than any real one
WORTH_TRYING: Final = b" +-_09Aa=DF\x00\x01\x7f\x80\xff\xf0\xf1\xb2"
CHANGES: Final = (1, 1, 1, 2, 3)  #: how many at once

Change = Callable[[bytearray, Random], None]


def _byte(data: bytearray, random: Random) -> None:
    data[random.randrange(len(data))] = random.choice(WORTH_TRYING) if random.random() < 0.5 else random.randrange(256)


def _digit(data: bytearray, random: Random) -> None:
    """Where a digit stands another one does: amounts, lengths, codes, keys that are good and not what was sent."""
    place = random.randrange(len(data))
    if 0x30 <= data[place] <= 0x39:
        data[place] = 0x30 + random.randrange(10)
    else:
        data[place] = random.randrange(10) << 4 | random.randrange(10)


def _mti(data: bytearray, random: Random) -> None:
    data[random.randrange(min(MTI_BYTES, len(data)))] = random.choice(b"0123456789\x01\x02\x04\x08\x10\x20")


def _bitmap(data: bytearray, random: Random) -> None:
    """One element more or less than follows, or another."""
    data[random.randrange(min(BITMAP_BYTES, len(data)))] ^= 1 << random.randrange(8)


def _cut(data: bytearray, random: Random) -> None:
    place = random.randrange(len(data))
    del data[place : place + random.randint(1, STRETCH_BYTES_MAX)]


def _end(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data)) :]


def _put(data: bytearray, random: Random) -> None:
    place, size = random.randrange(len(data) + 1), random.randint(1, STRETCH_BYTES_MAX)
    data[place:place] = random.randbytes(size)


def _double(data: bytearray, random: Random) -> None:
    """A stretch of it once more."""
    place = random.randrange(len(data))
    data[place:place] = data[place : place + random.randint(1, STRETCH_BYTES_MAX)]


def _long(data: bytearray, random: Random) -> None:
    data += bytes([random.choice(WORTH_TRYING)]) * random.randint(1, LONG_BYTES)


def _random(data: bytearray, random: Random) -> None:
    data[:] = random.randbytes(random.randint(1, 2 * len(data)))


#: Each with how often it is drawn.
BYTE_CHANGES: Final[dict[Change, int]] = {
    _byte: 6, _digit: 12, _mti: 2, _bitmap: 4, _cut: 2, _end: 2, _put: 2, _double: 2, _long: 1, _random: 1
}  # fmt: skip
_DRAWN: Final = [change for change, often in BYTE_CHANGES.items() for _ in range(often)]


def mutated(message: bytes, random: Random) -> bytes:
    """The bytes of a message with one to three changes; there may be none left."""
    data = bytearray(message)
    for _ in range(random.choice(CHANGES)):
        if data:
            random.choice(_DRAWN)(data, random)
    return bytes(data)


def altered(message: Message, random: Random) -> Message:
    """A message with one to three elements missing, or with another value of the same length."""
    elements = dict(message.elements)
    for number in random.sample(list(elements), min(random.choice(CHANGES), len(elements))):
        value = elements[number]
        match random.randrange(5):
            case 0:
                del elements[number]
            case 1:
                elements[number] = random.choice("09") * len(value)
            case 2:
                elements[number] = "".join(random.choice("0123456789") for _ in value)
            case 3:
                elements[number] = value[:-1] + random.choice("0123456789A ")
            case _:
                elements[number] = value[1:] + value[:1]
    return Message(message.mti, elements)


def spoilt_end(frame: bytes, header: HeaderFormat, random: Random) -> bytes:
    """A frame after which a line cannot be cut into messages any more; its end may be missing."""
    body = frame[header.width :]
    match random.randrange(5):
        case 0:
            return frame[: random.randrange(1, len(frame))]
        case 1:
            return header.header(min(len(body) + random.randint(1, 2_000), header.length_max)) + body
        case 2:
            return random.randbytes(header.width) + body
        case 3:
            return header.header(min(FRAME_BYTES_MAX + 1, header.length_max)) + body
        case _:
            return b"GET / HTTP/1.1\r\n\r\n" + random.randbytes(random.randrange(200))
