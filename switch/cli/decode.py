"""``switch decode``: what a message says, and where it stops making sense."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.names import dialect_names, known, listener_names
from switch.cli.options import json_option, specs_option
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.iso8583.codec import Codec
    from switch.iso8583.framing import HeaderFormat
    from switch.iso8583.recognize import Reading, Wrapping
    from switch.specs import Specs


@click.command()
@click.argument("source", nargs=-1, metavar="[HEX|FILE|-]")
@click.option(
    "--dialect",
    "dialect_name",
    metavar="NAME",
    shell_complete=dialect_names,
    help="Dialect it is written in.  [default: the one that fits best]",
)
@click.option(
    "--listener",
    "listener_name",
    metavar="NAME",
    shell_complete=listener_names,
    help="Listener it is meant for: its dialect, header and TPDU.",
)
@click.option("--header", "header_notation", metavar="FORM", help="Length header in front of it: 2b, 4a, 2d, 2bi …")
@click.option("--tpdu", is_flag=True, help="A TPDU stands in front of it (behind the length header).")
@click.option("--unmasked", is_flag=True, help="Show card numbers, tracks and PIN blocks as they are.")
@specs_option
@json_option
def decode(
    source: tuple[str, ...],
    dialect_name: str | None,
    listener_name: str | None,
    header_notation: str | None,
    tpdu: bool,
    unmasked: bool,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """Show what a message says: every element with its name, value and meaning, card data masked.

    The message is given as hexadecimal digits (spaces and line ends do not matter), as a file of such digits or of the bytes
    themselves, or on standard input. Header, TPDU and dialect are found out unless given. Where a message stops making sense,
    what could be read is shown, then the element, the byte, what was found and what was expected. Ends with 0 when all of it
    makes sense, with 1 when not.

    \b
    switch decode 303830308220000000000000040000000000000031313232303931353330303030303433333031
    switch decode docs/examples/purchase-bcd.hex --listener bcd
    xxd -p capture.bin | switch decode -
    """
    from switch.iso8583.codec import Codec
    from switch.iso8583.recognize import likeliest, readings
    from switch.specs import load_specs

    candidates = _candidates(source)
    specs = load_specs(specs_folder)
    names = _dialects(specs, specs_folder, dialect_name, listener_name)
    codecs = {name: Codec(specs.dialects[name]) for name in names}
    wrappings = _wrappings(specs, header_notation, tpdu, listener_name)
    if header_notation:
        _check_header(candidates, wrappings[0])
    way = likeliest(readings(candidates, codecs, wrappings, unmasked=unmasked))
    if way is None:
        raise SwitchError(f"message: found {len(candidates[0])} byte(s), expected more than header and TPDU")
    if as_json:
        _print_json(way, codecs, unmasked)
    else:
        _print(way, codecs, unmasked)
    if way.description.error is not None:
        raise NegativeAnswerError(str(way.description.error))


def _candidates(source: tuple[str, ...]) -> list[bytes]:
    """The bytes the argument may mean: those its digits spell first, then those it is made of."""
    from switch.iso8583.recognize import from_hex

    if source and not " ".join(source).strip():
        return _checked([b""])
    if len(source) == 1 and source[0] != "-":
        data = _file(source[0])
        if data is not None:
            return _of_file(data)
    if source and source != ("-",):
        text = " ".join(source)
        try:
            return _checked([from_hex(text)])
        except SwitchError as error:
            if len(source) == 1 and text.isprintable() and len(text) < 80:
                raise SwitchError(f"{error}; nor is there a file {text!r}") from None
            raise
    if not source and sys.stdin.isatty():
        raise click.UsageError("nothing to decode: give the message in hexadecimal, a file, or - for standard input")
    return _of_file(sys.stdin.buffer.read(_file_bytes_max() + 1))


def _file(name: str) -> bytes | None:
    """The content of a file, no more of it than a message can have; None where there is none of this name."""
    path = Path(name)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(mode):
        raise SwitchError(f"{name}: found a folder, expected a file with a message")
    try:
        with path.open("rb") as file:
            return file.read(_file_bytes_max() + 1)
    except OSError as fault:
        raise SwitchError(f"{name}: found a file that cannot be read ({fault.strerror}), expected a message") from None


def _of_file(data: bytes) -> list[bytes]:
    from switch.iso8583.recognize import from_hex

    if len(data) > _file_bytes_max():
        raise SwitchError(
            f"message: found more than {_file_bytes_max()} bytes, expected one message in hexadecimal or in bytes"
        )
    try:
        spelled = [from_hex(data.decode("ascii"))]
    except (UnicodeDecodeError, SwitchError):
        spelled = []
    return _checked([*spelled, data])


def _checked(candidates: list[bytes]) -> list[bytes]:
    """The candidates that may be a message at all."""
    from switch.iso8583.recognize import MESSAGE_BYTES_MAX

    if not candidates[0]:
        raise SwitchError("message: found nothing, expected a message in hexadecimal or in bytes")
    fitting = [data for data in candidates if len(data) <= MESSAGE_BYTES_MAX]
    if not fitting:
        raise SwitchError(f"message: found {len(candidates[0])} bytes, expected at most {MESSAGE_BYTES_MAX}")
    return fitting


def _file_bytes_max() -> int:
    """A message spelled in hexadecimal with a separator after every byte, and room for a line end here and there."""
    from switch.iso8583.recognize import MESSAGE_BYTES_MAX

    return 4 * MESSAGE_BYTES_MAX


def _dialects(specs: Specs, folder: Path | None, dialect_name: str | None, listener_name: str | None) -> list[str]:
    """The dialects to try, those of listeners first, then those of issuers."""
    listeners = {listener.name: listener for listener in specs.centre.listeners}
    listener = listeners[known("--listener", listener_name, listeners, folder)] if listener_name is not None else None
    if dialect_name is not None:
        return [known("--dialect", dialect_name, specs.dialects, folder)]
    if listener is not None:
        return [listener.dialect]
    used = [listener.dialect for listener in listeners.values()] + [issuer.dialect for issuer in specs.issuers.values()]
    return list(dict.fromkeys([*used, *specs.dialects]))


def _wrappings(specs: Specs, header_notation: str | None, tpdu: bool, listener_name: str | None) -> list[Wrapping]:
    """What may stand in front of the message: what was said, else nothing, else what stands there on the lines we know."""
    from switch.iso8583.framing import HeaderFormat
    from switch.iso8583.recognize import Wrapping

    if header_notation:
        try:
            return [Wrapping(HeaderFormat.parse(header_notation), tpdu)]
        except ValueError as fault:
            raise SwitchError(f"--header: found {header_notation!r}, expected {fault}") from None
    listeners = [one for one in specs.centre.listeners if listener_name in (None, one.name)]
    headers: list[HeaderFormat | None] = [None, *(listener.header for listener in listeners)]
    if listener_name is None:
        headers += [HeaderFormat.parse(issuer.header) for issuer in specs.issuers.values()]
    tpdus = [True] if tpdu else [False, True] if any(listener.tpdu for listener in listeners) else [False]
    return [Wrapping(header, with_tpdu) for header in headers for with_tpdu in tpdus]


def _check_header(candidates: list[bytes], wrapping: Wrapping) -> None:
    """A header that was asked for has to fit at least one reading of the argument."""
    from switch.errors import FrameError
    from switch.iso8583.recognize import unwrap

    faults = []
    for data in candidates:
        try:
            unwrap(data, wrapping)
        except FrameError as fault:
            faults.append(fault)
    if len(faults) == len(candidates):
        raise faults[0]


def _print(way: Reading, codecs: dict[str, Codec], unmasked: bool) -> None:
    from switch.cli.tables import show_pairs, show_table
    from switch.iso8583.recognize import around

    dialect = codecs[way.dialect].dialect
    about = [("dialect", f"{way.dialect} ({dialect.title})")]
    if way.header:
        about.append(
            ("header", f"{way.header_bytes.hex(' ')} ({way.header.notation}: the {len(way.body)} bytes after it), stripped")
        )
    if way.tpdu_bytes:
        about.append(("TPDU", f"{way.tpdu_bytes.hex(' ')}, stripped"))
    mti = way.description.mti
    size = way.description.bytes_total
    about.append(("message", f"{_named(mti)}{size} byte{'' if size == 1 else 's'}"))
    show_pairs(about)
    rows = [
        ("" if line.element < 2 else line.element, line.name, line.format, line.offset, line.length, line.value, line.meaning)
        for line in way.description.lines
    ]
    if rows:
        click.echo()
        show_table(("DE", "name", "format", "byte", "bytes", "value", "meaning"), rows)
    error = way.description.error
    if error is not None:
        shown, caret = around(codecs[way.dialect], way.body, way.description, unmasked=unmasked)
        click.echo(f"\nMakes no sense at byte {error.position}:\n\n  {shown}\n  {caret}")


def _named(mti: str | None) -> str:
    from switch.iso8583.mti import describe_mti

    return f"{mti} {describe_mti(mti)}, " if mti else ""


def _print_json(way: Reading, codecs: dict[str, Codec], unmasked: bool) -> None:
    from switch.cli.tables import show_json
    from switch.iso8583.recognize import around

    error = way.description.error
    show_json(
        {
            "dialect": way.dialect,
            "header": {"form": way.header.notation, "hex": way.header_bytes.hex()} if way.header else None,
            "tpdu": way.tpdu_bytes.hex() or None,
            "mti": way.description.mti,
            "bytes": way.description.bytes_total,
            "elements": [
                {
                    "element": line.element,
                    "name": line.name,
                    "format": line.format,
                    "byte": line.offset,
                    "bytes": line.length,
                    "value": line.value,
                    "meaning": line.meaning,
                }
                for line in way.description.lines
            ],
            "error": None
            if error is None
            else {
                "element": error.element,
                "byte": error.position,
                "found": error.found,
                "expected": error.expected,
                "around": around(codecs[way.dialect], way.body, way.description, unmasked=unmasked)[0],
            },
        }
    )
