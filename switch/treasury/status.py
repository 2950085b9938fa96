"""The bank's answers: what its files say of our transfers, written into the books, each thing once.

A record that cannot be used is set aside with its line; a transfer nobody issued is told of. Each file is one transaction, so
that dying leaves it read or not read; reading it again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from attrs import Factory, define

from switch.endofday import books
from switch.errors import SwitchError
from switch.machine.files import read_whole
from switch.money import currency_name, parse_amount, worded_minor
from switch.record import frozen
from switch.transfers.reports import BankFile, Report, UnusedRecord, read_bank_file
from switch.transfers.transfer import Transfer, TransferState, state_of
from switch.transfers.xml_reading import BANK_FILE_BYTES_MAX, NoMessageError
from switch.treasury.store import TransferBook, TransferEvent

_EXPECTED: Final = "a pain.002, camt.054 or pacs.004 of a bank (ISO 20022)"
_ID_SHOWN_MAX: Final = 40  #: characters of an id nobody knows, in a sentence


@frozen(kw_only=True)
class ChangedTransfer:
    """A transfer of which a file said something new."""

    reference: str
    end_to_end_id: str
    merchant_id: str
    before: TransferState
    after: TransferState
    code: str
    words: str


@define
class StatusRead:
    """What one file of the bank did. ``refused`` says why nothing of it was used, and is empty where it was read."""

    name: str
    kind: str = ""
    message_id: str = ""
    changed: list[ChangedTransfer] = Factory(list)
    known_count: int = 0  #: things that were said before
    silent_count: int = 0  #: records that change nothing: received, pending
    set_aside: list[UnusedRecord] = Factory(list)
    refused: str = ""

    @property
    def right(self) -> bool:
        """Whether every record of the file was used."""
        return not self.refused and not self.set_aside


def read_status(data: Path, paths: Sequence[Path], clock_ms: Callable[[], int]) -> list[StatusRead]:
    """Read files of the bank, one after the other. DataFolderError where the books cannot be used."""
    with books.opened(data, to_write=True) as connection, books.alone(data):
        book = TransferBook(connection)
        return [_read_file(book, path, clock_ms) for path in paths]


def _read_file(book: TransferBook, path: Path, clock_ms: Callable[[], int]) -> StatusRead:
    read = StatusRead(str(path))
    try:
        content = read_whole(path, BANK_FILE_BYTES_MAX)
        bank = read_bank_file(content)
    except FileNotFoundError:
        read.refused = f"{path}: found no such file, expected {_EXPECTED}"
    except NoMessageError as found:
        read.refused = f"{path}: found {found}, expected {_EXPECTED}"
    except SwitchError as found:
        read.refused = f"{path}: found {found}, expected {_EXPECTED}"
    else:
        with book.transaction():
            _Reading(book, read, bank, hashlib.sha256(content).hexdigest(), clock_ms()).apply()
    return read


@define
class _Reading:
    """One file as it is written into the books."""

    book: TransferBook
    read: StatusRead
    bank: BankFile
    sha256: str
    now_ms: int

    def apply(self) -> None:
        self.read.kind, self.read.message_id = self.bank.kind, self.bank.message_id
        self.read.silent_count, self.read.set_aside = self.bank.silent_count, self.bank.set_aside
        for report in self.bank.reports:
            for transfer in self._meant(report):
                self._say(report, transfer)
        name = Path(self.read.name).name
        for each in self.read.set_aside:
            self.book.set_aside(self.sha256, each.line, name, each.reason, self.now_ms)

    def _meant(self, report: Report) -> list[Transfer]:
        """The transfers a report is of; none, and the report set aside, where there are none or the amount is another."""
        if not report.end_to_end_id:
            found = self.book.transfers_of(report.message_id, report.group_id)
            if not found:
                what = report.group_id or report.message_id
                self._aside(report, f"{what[:_ID_SHOWN_MAX]!r}, which no file was issued under", "the id of a file of ours")
            return found
        transfer = self.book.transfer(report.end_to_end_id)
        if transfer is None:
            shown = repr(report.end_to_end_id[:_ID_SHOWN_MAX])
            self._aside(report, f"the unknown reference {shown}", "the end-to-end id of a transfer that was issued")
            return []
        if report.amount and not _is_of(report, transfer):
            amount = worded_minor(transfer.amount_minor, transfer.currency)
            found_amount = f"{report.amount[:_ID_SHOWN_MAX]} {report.currency[:3]}".strip()
            self._aside(report, f"{found_amount} for {transfer.end_to_end_id}", amount)
            return []
        return [transfer]

    def _say(self, report: Report, transfer: Transfer) -> None:
        """Write down what is new of a transfer, and post what follows from it."""
        before = state_of(self.book.verdicts(transfer.end_to_end_id))
        is_new = self.book.add_event(
            TransferEvent(
                end_to_end_id=transfer.end_to_end_id,
                verdict=report.verdict,
                code=report.code,
                words=report.words,
                business_date=self.book.open_date(),
                source_name=Path(self.read.name).name,
                source_line=report.line,
                source_sha256=self.sha256,
                recorded_at_ms=self.now_ms,
            )
        )
        if not is_new:
            self.read.known_count += 1
            return
        after = state_of(self.book.verdicts(transfer.end_to_end_id))
        if self.book.attempts(transfer.reference)[-1].end_to_end_id == transfer.end_to_end_id:
            reason = f": {report.code}" if report.code else ""
            self.book.post_state(transfer, f"transfer {transfer.end_to_end_id} is {after}{reason}")
        self.read.changed.append(
            ChangedTransfer(
                reference=transfer.reference,
                end_to_end_id=transfer.end_to_end_id,
                merchant_id=transfer.merchant_id,
                before=before,
                after=after,
                code=report.code,
                words=report.words,
            )
        )

    def _aside(self, report: Report, found: str, expected: str) -> None:
        self.read.set_aside.append(UnusedRecord(line=report.line, reason=f"found {found}, expected {expected}"))


def _is_of(report: Report, transfer: Transfer) -> bool:
    """Whether a report is of the amount and the currency of a transfer."""
    whole, _, fraction = report.amount.partition(".")
    plain = f"{whole}.{fraction.rstrip('0')}" if fraction.rstrip("0") else whole
    try:
        minor = parse_amount(plain, transfer.currency)
    except SwitchError:
        return False
    return minor == transfer.amount_minor and report.currency == currency_name(transfer.currency)
