"""Bytes written the way tools and programs write them, each with what is left to chance taken from ``draw``."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st

Draw = st.DrawFn
SEPARATORS: Final = ("", " ", ":", "-", ", ", "\t", "  ")


def shown(data: bytes) -> str:
    """The text column of a dump."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)


def dump(
    data: bytes,
    *,
    width: int = 16,
    group: int = 1,
    offset: str = "{:04x}",
    gap: str = "  ",
    middle: bool = False,
    upper: bool = False,
    text: str = "  {}",
) -> str:
    """Rows of offset, groups and text; ``middle`` puts a wider gap into each row."""
    rows = []
    cells = width // group
    columns = width * 2 + cells - 1 + middle
    for start in range(0, len(data), width):
        piece = data[start : start + width]
        digits = piece.hex().upper() if upper else piece.hex()
        groups = [digits[place : place + 2 * group] for place in range(0, len(digits), 2 * group)]
        half = cells // 2
        hexadecimal = (
            " ".join(groups[:half]) + "  " + " ".join(groups[half:]) if middle and len(groups) > half else " ".join(groups)
        )
        rows.append(
            f"{offset.format(start)}{gap}{hexadecimal:<{columns}}{text.format(shown(piece)) if text else ''}".rstrip(" ")
        )
    return "\n".join(rows)


def hexdump_canonical(data: bytes, draw: Draw) -> str:
    body = dump(data, offset="{:08x}", middle=True, text="  |{}|")
    return f"{body}\n{len(data):08x}\n" if draw(st.booleans()) else body


def xxd(data: bytes, draw: Draw) -> str:
    return dump(data, group=draw(st.sampled_from((1, 2, 4, 8))), offset="{:08x}:", gap=" ", upper=draw(st.booleans()))


def wireshark(data: bytes, draw: Draw) -> str:
    return dump(
        data, gap=draw(st.sampled_from(("  ", "   "))), middle=draw(st.booleans()), text=draw(st.sampled_from(("   {}", "")))
    )


def jpos(data: bytes, draw: Draw) -> str:
    return dump(data, middle=True, upper=True, text=draw(st.sampled_from((" {}", "  {}"))))


def tcpdump(data: bytes, draw: Draw) -> str:
    return dump(data, group=2, offset="\t0x{:04x}:", upper=draw(st.booleans()))


def od(data: bytes, draw: Draw) -> str:
    rows = dump(data, offset="{:07o}", gap=" ", text="")
    return f"{rows}\n{len(data):07o}\n"


def words_swapped(data: bytes, draw: Draw) -> str:
    """``hexdump`` without an option: two-byte words as a little-endian machine has them."""
    padded = data + bytes(len(data) % 2)
    both = b"".join(padded[place : place + 2][::-1] for place in range(0, len(padded), 2))
    return f"{dump(both, group=2, offset='{:07x}', gap=' ', text='')}\n{len(data):07x}\n"


def any_dump(data: bytes, draw: Draw) -> str:
    width = draw(st.sampled_from((8, 10, 16, 20, 24, 32)))
    offset = draw(st.sampled_from(("{:04x}", "{:06X}:", "{:08X} |", "0x{:04x}", "{:04d}:", "{:08x}h", "{:05x} -", "{:x}:")))
    text = draw(st.sampled_from(("  {}", "    {}", "  |{}|", " | {}", "")))
    return dump(data, width=width, offset=offset, upper=draw(st.booleans()), text=text)


def digits(data: bytes, draw: Draw) -> str:
    text = (
        data.hex(draw(st.sampled_from((" ", ":", "-"))), draw(st.sampled_from((1, 2, 4, 8))))
        if draw(st.booleans())
        else data.hex()
    )
    return text.upper() if draw(st.booleans()) else text


def wrapped(data: bytes, draw: Draw) -> str:
    width = 2 * draw(st.integers(8, 40))
    text = data.hex()
    return "\n".join(text[place : place + width] for place in range(0, len(text), width))


def with_0x(data: bytes, draw: Draw) -> str:
    if draw(st.booleans()):
        return f"0x{data.hex()}"
    return draw(st.sampled_from((" ", ", ", ",", "\n"))).join(f"0x{byte:02x}" for byte in data)


def pairs_with_commas(data: bytes, draw: Draw) -> str:
    return draw(st.sampled_from((", ", ",", ",\n"))).join(f"{byte:02X}" for byte in data)


def c_array(data: bytes, draw: Draw) -> str:
    rows = [data[place : place + 12] for place in range(0, len(data), 12)]
    lines = ",\n".join(
        "  " + ", ".join(f"0x{byte:02x}" for byte in row) + draw(st.sampled_from(("", " /* x, y */"))) for row in rows
    )
    return f"unsigned char message_bin[{len(data)}] = {{\n{lines}\n}};\nunsigned int message_bin_len = {len(data)};\n"


def java_array(data: bytes, draw: Draw) -> str:
    cast = ", ".join(f"(byte) 0x{byte:02X}" if byte > 0x7F else f"0x{byte:02X}" for byte in data)
    return f"byte[] message = new byte[] {{{cast}}};"


def signed_decimal(data: bytes, draw: Draw) -> str:
    return "[" + ", ".join(str(byte - 256 if byte > 127 else byte) for byte in data) + "]"


def unsigned_decimal(data: bytes, draw: Draw) -> str:
    return "bytes([" + ", ".join(map(str, data)) + "])"


def python_literal(data: bytes, draw: Draw) -> str:
    return draw(st.sampled_from(("{!r}", "message = {!r}", "sock.send({!r})"))).format(data)


def c_literal(data: bytes, draw: Draw) -> str:
    rows = [data[place : place + 16] for place in range(0, len(data), 16)]
    lines = "\n".join('  "' + "".join(f"\\x{byte:02x}" for byte in row) + '"' for row in rows)
    return f"const char *message =\n{lines};\n"


def java_literal(data: bytes, draw: Draw) -> str:
    return 'String s = "' + "".join(f"\\u{byte:04x}" for byte in data) + '";'


def bare_escapes(data: bytes, draw: Draw) -> str:
    return "".join(f"\\x{byte:02X}" for byte in data)


def in_base64(data: bytes, draw: Draw) -> str:
    return base64.encodebytes(data).decode() if draw(st.booleans()) else base64.b64encode(data).decode()


def log_line(data: bytes, draw: Draw) -> str:
    front = draw(
        st.sampled_from(
            (
                "2026-11-28 10:15:02.481 INFO  [main] sent: ",
                "10:15:02 >> ",
                "[2026-11-28T10:15:02.481Z] DEBUG received ",
                "28/11/2026 10:15:02,481 out=",
                "Nov 28 10:15:02 gw-1 acquirer[4711]: request ",
                'INFO msg="',
            )
        )
    )
    return (
        front + data.hex(draw(st.sampled_from((" ", ":")))) if draw(st.booleans()) and "=" not in front else front + data.hex()
    )


NOTATIONS: Final[dict[str, Callable[[bytes, Draw], str]]] = {
    each.__name__: each
    for each in (
        *(
            hexdump_canonical,
            xxd,
            wireshark,
            jpos,
            tcpdump,
            od,
            words_swapped,
            any_dump,
            digits,
            wrapped,
            with_0x,
            pairs_with_commas,
        ),
        *(
            c_array,
            java_array,
            signed_decimal,
            unsigned_decimal,
            python_literal,
            c_literal,
            java_literal,
            bare_escapes,
            in_base64,
        ),
        log_line,
    )
}
