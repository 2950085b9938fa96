"""A bank statement of ISO 20022, camt.053: its booked entries, each with the line on which it begins.

Of an entry its amount, side, dates and all that names it are read. A statement of any version of the message is one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final
from xml.parsers.expat import XMLParserType

from attrs import Factory, define

from switch.card import mask_numbers
from switch.display.guarded_xml import DocumentTypeError, TextEncodingError, guarded_parser, parse_guarded
from switch.errors import SwitchError
from switch.money import currency_number, minor_digits
from switch.reconciliation.movement import BANK, SUMS, Movement, SetAside, Side
from switch.reconciliation.readers.notation import amount_minor, iso_date

CAMT_FORM: Final = "camt.053"
_NAMESPACE: Final = re.compile(rb"camt\.053\.001\.[0-9]{2}")
_ENTRY: Final = "Ntry"
#: Elements of an entry that name it: what the bank writes, references of whoever paid.
_NAMING: Final = ("AddtlNtryInf", "Ustrd", "EndToEndId", "AddtlTxInf", "AcctSvcrRef", "NtryRef", "Ref")
_NO_REFERENCE: Final = "NOTPROVIDED"


def is_camt(content: bytes) -> bool:
    return _NAMESPACE.search(content[:4096]) is not None


@define
class _Entry:
    place: int
    currency: str = ""
    texts: defaultdict[str, list[str]] = Factory(lambda: defaultdict(list))  #: by the last two names of a path

    def first(self, *paths: str) -> str:
        return next((self.texts[path][0] for path in paths if self.texts.get(path)), "")


def side_of_camt(name: str, content: bytes) -> Side:
    """The side that a camt.053 is; SwitchError where it is no XML."""
    entries: list[_Entry] = []
    path: list[str] = []
    text: list[str] = []
    inside: list[_Entry] = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        path.append(tag.rpartition(":")[2])
        text.clear()
        if path[-1] == _ENTRY:
            inside.append(_Entry(parser.CurrentLineNumber))
        elif path[-1] == "Amt" and inside and path[-2] == _ENTRY:
            inside[-1].currency = attributes.get("Ccy", "")

    def end(_tag: str) -> None:
        if inside and len(path) > 1:
            inside[-1].texts["/".join(path[-2:])].append("".join(text).strip())
        if path[-1] == _ENTRY:
            entries.append(inside.pop())
        path.pop()
        text.clear()

    parser = guarded_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text.append
    _parse(name, parser, content)
    lines, aside = list[Movement](), list[SetAside]()
    for entry in entries:
        line = _line(entry)
        if isinstance(line, SetAside):
            aside.append(line)
        elif line is not None:
            lines.append(line)
    return Side(name=name, form=CAMT_FORM, kind=BANK, level=SUMS, lines=tuple(lines), set_aside=tuple(aside))


def _parse(name: str, parser: XMLParserType, content: bytes) -> None:
    try:
        fault = parse_guarded(parser, content)
    except DocumentTypeError as found:
        raise SwitchError(f"{name}:{found.line}: found a document type, expected a camt.053 without one") from None
    except TextEncodingError:
        raise SwitchError(f"{name}: found an encoding that XML is not read in, expected UTF-8 or another usual one") from None
    if fault is not None:
        raise SwitchError(f"{name}:{fault.lineno}: found broken XML, expected camt.053")


def _line(entry: _Entry) -> Movement | SetAside | None:
    """A booked entry; None of one that is only expected."""
    status = entry.first("Sts/Cd", "Ntry/Sts")
    if status and status.upper() not in ("BOOK", "INFO"):
        return None
    number = currency_number(entry.currency)
    if number is None:
        return SetAside(place=entry.place, found=f"Ccy {entry.currency!r}", expected="a currency such as MAD")
    given = entry.first("Ntry/Amt")
    minor = amount_minor(given, number, ".") if minor_digits(number) or "." not in given else None
    if minor is None or minor < 0:
        return SetAside(place=entry.place, found=f"Amt {given[:40]!r}", expected="an amount such as 1234.56")
    side = entry.first("Ntry/CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        return SetAside(place=entry.place, found=f"CdtDbtInd {side[:40]!r}", expected="CRDT or DBIT")
    booked = entry.first("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    date = iso_date(booked)
    if date is None:
        return SetAside(place=entry.place, found=f"BookgDt {booked[:40]!r}", expected="a date such as 2026-02-03")
    named = [
        each
        for path, texts in entry.texts.items()
        if path.rpartition("/")[2] in _NAMING
        for each in texts
        if each and each != _NO_REFERENCE
    ]
    return Movement(
        entry.place,
        -minor if side == "DBIT" else minor,
        number,
        date,
        value_date=iso_date(entry.first("ValDt/Dt", "ValDt/DtTm")) or date,
        label=mask_numbers(" ".join(dict.fromkeys(named))),
    )
