"""Records of a file about disputes, as CSV or as lines of JSON: each is a wish, or is set aside with its line and the reason.

Nothing is known here of the disputes there are: whether a wish can be granted is ``life.take_step``'s to say. Amounts stay text
until their currency is known. No card number is read, and what a set-aside record shows of digits is masked.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from switch.business_day import typed_date
from switch.disputes.life import ACTIONS, REASONED, DisputeStep
from switch.errors import SwitchError
from switch.record import frozen

RECORDS_BYTES_MAX: Final = 16_777_216  #: of a file: some 100,000 records; a day has few
RECORD_CHARACTERS_MAX: Final = 2_000  #: of a record: a dozen short fields and a remark
RECORD_SHOWN_MAX: Final = 200  #: characters kept of a record that is set aside

RECORD_FIELDS: Final = ("action", "dossier", "rrn", "request", "merchant", "date", "amount", "reason", "person", "text", "id")
_PATTERNS: Final[dict[str, tuple[str, str]]] = {
    "dossier": (r"[A-Z][0-9]{4,12}", "a dossier such as D26000001"),
    "rrn": (r"[A-Za-z0-9]{1,12}", "1 to 12 letters or digits"),
    "request": (r"[0-9]{1,15}", "the number of a request"),
    "merchant": (r"[A-Za-z0-9]{1,15}", "1 to 15 letters or digits"),
    "amount": (r"[0-9]{1,12}(?:\.[0-9]{1,3})?", "digits with decimals, such as 125.00"),
    "reason": (r"[A-Za-z0-9.]{1,12}", "1 to 12 letters, digits or dots"),
    "person": (r"[^\x00-\x1f]{1,60}", "1 to 60 characters"),
    "text": (r"[^\x00-\x1f]{1,200}", "1 to 200 characters"),
    "id": (r"[^\x00-\x1f]{1,60}", "1 to 60 characters"),
}
_DIGITS: Final = re.compile(r"(?<!\d)\d{13,19}(?!\d)")


@frozen(kw_only=True)
class Record:
    """What one record of a file asks for; empty where it says nothing."""

    line: int
    step: DisputeStep
    fields: Mapping[str, str]
    id: str  #: no other record has it; of its content where the file gives none
    shown: str  #: as it stood, without card numbers


@frozen(kw_only=True)
class RefusedRecord:
    """A record that is not worked, and why; the rest of its file is."""

    line: int
    reason: str
    record: str


def read_records(content: bytes, file: str) -> Iterator[Record | RefusedRecord]:
    """The records of a file in the order of its lines. SwitchError where the whole file is none: too large, a wrong head."""
    if len(content) > RECORDS_BYTES_MAX:
        raise SwitchError(f"{file}: found a file of more than {RECORDS_BYTES_MAX // 1024} KiB, expected records of disputes")
    lines = content.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").splitlines()
    first = next((line for line in lines if line.strip()), "")
    return _of_json(lines) if first.lstrip().startswith("{") else _of_csv(lines, file)


def _of_json(lines: list[str]) -> Iterator[Record | RefusedRecord]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                about = json.loads(line, parse_float=str, parse_int=str)
            except (ValueError, RecursionError):
                about = None
            known = isinstance(about, dict) and all(isinstance(value, str) or value is None for value in about.values())
            yield _checked(number, about if known else None, line, "a JSON object of texts and numbers")


def _of_csv(lines: list[str], file: str) -> Iterator[Record | RefusedRecord]:
    heads, mark, start = _head(lines, file)
    for number, line in enumerate(lines[start:], start + 1):
        if not line.strip():
            continue
        try:
            cells = next(csv.reader([line], delimiter=mark, strict=True))
        except (csv.Error, StopIteration):
            cells = []
        about = dict(zip(heads, cells, strict=True)) if len(cells) == len(heads) else None
        yield _checked(number, about, line, f"{len(heads)} fields as in the first line")


def _head(lines: list[str], file: str) -> tuple[list[str], str, int]:
    """The columns of a CSV file, what stands between them, and how many lines to pass over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            mark = ";" if line.count(";") > line.count(",") else ","
            heads = [head.strip().strip('"').lower() for head in line.split(mark)]
            wrong = [head for head in heads if head not in RECORD_FIELDS]
            if wrong or len(set(heads)) < len(heads) or "action" not in heads:
                found = f"a column {wrong[0]!r}" if wrong else "columns twice" if "action" in heads else "no column 'action'"
                raise SwitchError(f"{file}:{number}: found {found}, expected a first line of {', '.join(RECORD_FIELDS)}")
            return heads, mark, number
    raise SwitchError(f"{file}: found nothing, expected records as CSV or lines of JSON")


def _checked(line: int, about: Mapping[str, Any] | None, text: str, expected: str) -> Record | RefusedRecord:
    shown = masked(text.strip())
    if len(text) > RECORD_CHARACTERS_MAX:
        return RefusedRecord(
            line=line, reason=f"found {len(text)} characters, expected {RECORD_CHARACTERS_MAX} at most", record=shown
        )
    if "\ufffd" in text:
        return RefusedRecord(line=line, reason="found bytes that are no UTF-8, expected text", record=shown)
    if about is None:
        return RefusedRecord(line=line, reason=f"found another record, expected {expected}", record=shown)
    fields = {
        str(name).lower(): str(value).strip() for name, value in about.items() if value is not None and str(value).strip()
    }
    fault = _fault(fields)
    if fault:
        return RefusedRecord(line=line, reason=fault, record=shown)
    if "date" in fields:
        fields["date"] = str(typed_date(fields["date"]))
    content = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    given = fields.get("id", "")
    named = given and masked(given) == given
    own = f"id:{fields['action'].lower()}:{given}" if named else f"sha256:{sha256(content.encode()).hexdigest()}"
    return Record(line=line, step=ACTIONS[fields["action"].lower()], fields=fields, id=own, shown=shown)


def _fault(fields: Mapping[str, str]) -> str:
    """What is wrong with a record; empty where nothing is."""
    unknown = next((name for name in fields if name not in RECORD_FIELDS), None)
    if unknown is not None:
        return f"found a field {masked(unknown)!r}, expected one of {', '.join(RECORD_FIELDS)}"
    if fields.get("action", "").lower() not in ACTIONS:
        return f"field 'action': found {masked(fields.get('action', ''))!r}, expected one of {', '.join(ACTIONS)}"
    for name, (pattern, expected) in _PATTERNS.items():
        if name in fields and not re.fullmatch(pattern, fields[name], re.ASCII if name not in ("person", "text", "id") else 0):
            return f"field {name!r}: found {masked(fields[name])!r}, expected {expected}"
    if "date" in fields and typed_date(fields["date"]) is None:
        return f"field 'date': found {masked(fields['date'])!r}, expected a date such as 2026-11-22"
    step = ACTIONS[fields["action"].lower()]
    if not fields.keys() & {"dossier", "rrn", "request"}:
        return "found nothing, expected dossier, rrn or request"
    if step in REASONED and not fields.keys() & {"reason", "dossier"}:
        return "field 'reason': found nothing, expected a code of disputes.toml"
    return ""


def masked(text: str) -> str:
    """A text without the middle digits of anything that may be a card number, shortened."""
    without = _DIGITS.sub(lambda found: f"{found[0][:6]}{'*' * (len(found[0]) - 10)}{found[0][-4:]}", text)
    return without if len(without) <= RECORD_SHOWN_MAX else without[:RECORD_SHOWN_MAX] + "…"
