"""From a closed date to its messages: one for each statement, with the files of it that are there."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import evolve

from switch.endofday import books
from switch.endofday.files import day_folder, recorded_files, statement_stem
from switch.errors import DataFolderError, NegativeAnswerError
from switch.mail.letter import MEDIA_TYPES, AttachedFile, Letter, changed_file, message_id_of
from switch.mail.outbox import MailOutbox
from switch.merchant import LANGUAGES
from switch.settlement import payouts as settlement
from switch.settlement.statement import Head
from switch.specs.specification import Specs

STATEMENTS_FOLDER: Final = "statements"
NO_ADDRESS: Final = "no contract of the specification names an address for it"
#: The merchants that are mailed of a date: those with a statement, and those with the invoice of a month alone.
_STATED: Final = """
SELECT merchant_id, language FROM statement WHERE business_date = ?1
UNION SELECT i.merchant_id, s.language FROM month_invoice AS i JOIN statement AS s ON s.business_date = i.stated_on
  AND s.merchant_id = i.merchant_id WHERE i.business_date = ?1 AND NOT EXISTS (
    SELECT 1 FROM statement WHERE business_date = ?1 AND merchant_id = i.merchant_id) ORDER BY merchant_id
"""
_STATED_ON: Final = """
SELECT COALESCE((SELECT business_date FROM statement WHERE business_date = ?1 AND merchant_id = ?2),
  (SELECT MAX(stated_on) FROM month_invoice WHERE business_date = ?1 AND merchant_id = ?2))
"""


def queue_date(
    connection: sqlite3.Connection, outbox: MailOutbox, data: Path, specs: Specs, business_date: str, now_ms: int
) -> int:
    """Put the messages of a closed date into the outbox that are not there yet; how many there were.

    NegativeAnswerError where the date is not closed; DataFolderError where a file of a statement is missing.
    """
    if business_date not in books.closed_dates(connection):
        raise NegativeAnswerError(f"business date {business_date} is not closed: it has no statements to send")
    have = outbox.merchants(business_date)
    stated = [row for row in connection.execute(_STATED, (business_date,)).fetchall() if row[0] not in have]
    if stated:
        outbox.queue(list(_letters(connection, data, specs, business_date, stated, now_ms)))
    return len(stated)


def mailed_merchants(connection: sqlite3.Connection, business_date: str) -> set[str]:
    """Those who get a message of a closed date."""
    return {str(row[0]) for row in connection.execute(_STATED, (business_date,))}


def head_of(connection: sqlite3.Connection, data: Path, business_date: str, merchant_id: str) -> Head:
    """The head of the statement that a message is of; of the last one of the month, where a message is of its invoice alone.

    DataFolderError where there is none.
    """
    (stated_on,) = connection.execute(_STATED_ON, (business_date, merchant_id)).fetchone()
    key = {"business_date": stated_on, "merchant_id": merchant_id}
    row = connection.execute(settlement.STATEMENT_HEAD, key).fetchone()
    if row is None:
        raise DataFolderError(
            f"{data}: found no statement of {business_date} for merchant {merchant_id} in the books, "
            "expected the books that the outbox is of"
        )
    return Head.from_row(row)


def queue_closed(connection: sqlite3.Connection, outbox: MailOutbox, data: Path, specs: Specs, now_ms: int) -> int:
    """The same of every date that was closed since the first one that was mailed; of the last one, where none was."""
    closed = books.closed_dates(connection)
    first = outbox.first_date() or (closed[-1] if closed else "")
    return sum(queue_date(connection, outbox, data, specs, date, now_ms) for date in closed if date >= first)


def as_now(
    connection: sqlite3.Connection, data: Path, specs: Specs, letters: Iterable[Letter], now_ms: int
) -> Iterator[Letter]:
    """Messages as they would be queued now: to the addresses of their contracts, with the files that are there. Ids stay."""
    dates: dict[str, dict[str, Letter]] = {}
    for letter in letters:
        dates.setdefault(letter.business_date, {})[letter.merchant_id] = letter
    for business_date, of_date in dates.items():
        stated = [row for row in connection.execute(_STATED, (business_date,)).fetchall() if row[0] in of_date]
        for new in _letters(connection, data, specs, business_date, stated, now_ms):
            old = of_date[new.merchant_id]
            yield evolve(new, id=old.id, message_id=old.message_id, queued_at_ms=old.queued_at_ms)


def _letters(
    connection: sqlite3.Connection, data: Path, specs: Specs, business_date: str, stated: Iterable[tuple[str, str]], now_ms: int
) -> Iterator[Letter]:
    folder = day_folder(data, business_date)
    digests = recorded_files(connection, business_date)
    files = _files(folder, digests)
    mail = specs.mail
    for merchant_id, language in stated:
        contract = specs.merchants.get(merchant_id, specs.default_contract)
        recipient = contract.email if contract is not None else ""
        yield Letter(
            id=0,
            business_date=business_date,
            merchant_id=merchant_id,
            remise="",
            message_id=message_id_of(specs.centre.institution_id, business_date, merchant_id, mail.sender),
            recipient=recipient,
            sender=mail.sender,
            sender_name=specs.centre.name if mail.sender_name is None else mail.sender_name,
            reply_to=mail.reply_to or "",
            language=language if language in LANGUAGES else "fr",
            queued_at_ms=now_ms,
            attachments=tuple(_attached(folder, name, digests) for name in files.get(statement_stem(merchant_id), [])),
            state="queued" if recipient else "failed",
            attempt_count=0,
            next_attempt_ms=now_ms,
            delivery="",
            changed_at_ms=now_ms,
            said="" if recipient else NO_ADDRESS,
        )


def _files(folder: Path, digests: Mapping[str, object]) -> dict[str, list[str]]:
    """The files of statements below the folder of a date, by what their names begin with, in the order of attachments."""
    prefix = f"{STATEMENTS_FOLDER}/"
    try:
        found = {prefix + path.name for path in (folder / STATEMENTS_FOLDER).iterdir() if not path.name.startswith(".")}
    except OSError:
        found = set()
    missing = sorted({name for name in digests if name.startswith(prefix)} - found)
    if missing or not found:
        what = f"{folder / (missing[0] if missing else STATEMENTS_FOLDER)}"
        raise DataFolderError(
            f"{what}: found nothing there, expected the file of a statement; `switch day close {folder.name}` writes it"
        )
    order = list(MEDIA_TYPES)
    files: dict[str, list[str]] = {}
    for name in sorted(found, key=lambda each: (_place(each, order), each)):
        files.setdefault(Path(name).name.partition(".")[0], []).append(name)  # the rest may say more, as in .fr.pdf
    return files


def _place(name: str, order: list[str]) -> int:
    suffix = name.rpartition(".")[2]
    return order.index(suffix) if suffix in order else len(order)


def _attached(folder: Path, name: str, digests: Mapping[str, Collection[tuple[str, int]]]) -> AttachedFile:
    """What the books say of a file; where they say nothing, or several things, what it is now."""
    known = digests.get(name, ())
    if len(known) == 1:
        ((sha256, byte_count),) = known
    else:
        content = (folder / name).read_bytes()
        sha256, byte_count = hashlib.sha256(content).hexdigest(), len(content)
        if known and (sha256, byte_count) not in known:
            raise changed_file(folder / name, folder.name)
    return AttachedFile(name=name, sha256=sha256, byte_count=byte_count)
