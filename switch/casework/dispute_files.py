"""Files about disputes: every record that can be worked is, the rest is set aside with its line; all of it in one transaction.

A record is known by its id, or by its content where the file gives none: the same file twice changes nothing.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from switch.casework.desk import writing
from switch.casework.dossiers import DisputeRules, NamedSale, sales_of, told
from switch.disputes.life import Wish
from switch.disputes.records import RECORDS_BYTES_MAX, Record, RefusedRecord, read_records
from switch.endofday import books
from switch.endofday.line_files.door import seen
from switch.errors import DataFolderError, SwitchError
from switch.record import frozen

_KNOWN: Final = "SELECT dossier FROM dispute_event WHERE record_id = ? AND record_id <> ''"  #: as its index says
_ASIDE: Final = "INSERT OR IGNORE INTO dispute_set_aside VALUES (?, ?, ?, ?, ?, ?, ?)"
_ALL_ASIDE: Final = "SELECT file_name, line, reason, record FROM dispute_set_aside ORDER BY recorded_at_ms, file_sha256, line"
NAME_MAX: Final = 100  #: characters kept of the name of a file


@frozen(kw_only=True)
class TakenRecord:
    """A record that was worked."""

    line: int
    dossier: str
    is_new: bool  #: false: it was worked before, and nothing changed


@frozen(kw_only=True)
class FileReport:
    """What became of the records of a file."""

    file: str
    taken: tuple[TakenRecord, ...]
    set_aside: tuple[RefusedRecord, ...]

    @property
    def new_count(self) -> int:
        return sum(each.is_new for each in self.taken)


@frozen(kw_only=True)
class AsideRow:
    """A record that was set aside, of whichever file."""

    file: str
    line: int
    reason: str
    record: str


def take_file(data: Path, rules: DisputeRules, path: Path, now_ms: int) -> FileReport:
    """Work the records of a file. SwitchError where it cannot be read, or is no file of records at all; DataFolderError where
    the sales of closed dates cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(RECORDS_BYTES_MAX + 1)
    except OSError as error:
        raise SwitchError(f"{path}: found {error.strerror}, expected a file that can be read") from None
    records = list(read_records(content, path.name))
    taken: list[TakenRecord] = []
    aside: list[RefusedRecord] = []
    digest = sha256(content).hexdigest()
    of_records = sales_of([_asked(record)[0] for record in records if isinstance(record, Record)])
    with writing(data) as (connection, business_date), seen(connection, of_records):
        for record in records:
            if isinstance(record, RefusedRecord):
                aside.append(record)
                continue
            known = connection.execute(_KNOWN, (record.id,)).fetchone()
            if known is not None:
                taken.append(TakenRecord(line=record.line, dossier=known[0], is_new=False))
                continue
            connection.execute("SAVEPOINT record")
            try:
                named, wish, amount = _asked(record)
                dossier = told(connection, rules, named, wish, amount, business_date, now_ms)
                taken.append(TakenRecord(line=record.line, dossier=dossier, is_new=True))
            except DataFolderError:  # it is no fault of the record
                raise
            except SwitchError as error:
                connection.execute("ROLLBACK TO record")
                aside.append(RefusedRecord(line=record.line, reason=str(error), record=record.shown))
            connection.execute("RELEASE record")
        name = path.name[:NAME_MAX]
        rows = [(digest, each.line, business_date, name, each.reason, each.record, now_ms) for each in aside]
        connection.executemany(_ASIDE, rows)
    return FileReport(file=path.name, taken=tuple(taken), set_aside=tuple(aside))


def set_aside(data: Path) -> list[AsideRow]:
    """All records of files that were set aside."""
    with books.opened(data) as connection:
        rows = connection.execute(_ALL_ASIDE).fetchall()
    return [AsideRow(file=row[0], line=row[1], reason=row[2], record=row[3]) for row in rows]


def _asked(record: Record) -> tuple[NamedSale, Wish, str | None]:
    fields = record.fields
    which = fields.get("dossier") or fields.get("request") or fields["rrn"]
    named = NamedSale(which=which, merchant_id=fields.get("merchant", ""), presented_on=fields.get("date", ""))
    wish = Wish(
        step=record.step,
        reason=fields.get("reason", ""),
        person=fields.get("person", ""),
        remark=fields.get("text", ""),
        record_id=record.id,
    )
    return named, wish, fields.get("amount")
