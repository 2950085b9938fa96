"""Issuing: payouts as files for the bank (pain.001), written once into the books and from them as often as asked.

The file of a date has the payouts of that date that no transfer was issued for, and every payout whose last transfer the bank
rejected or returned. What is in the books is in a file; dying between the two, the same command writes the file from the books.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal, Protocol

from attrs import evolve

from switch.business_day import Calendar
from switch.display.plural import plural
from switch.endofday import books
from switch.endofday.proofs.transfer_proofs import PAYMENTS_FOLDER
from switch.errors import DataFolderError, NegativeAnswerError, SwitchError
from switch.machine.private import create_file, make_folder
from switch.merchant import RIB_DIGITS, Merchant
from switch.money import currency_name
from switch.record import frozen
from switch.transfers.pain001 import PaymentFile, as_pain001, control_sum, in_groups, message_id_of
from switch.transfers.payer import TransferProfile
from switch.transfers.transfer import PAYABLE_AGAIN, Transfer, end_to_end_id_of
from switch.treasury.store import EndedTransfer, PayoutDue, StoredFile, TransferBook, TransferEvent

PAYOUTS_TOLD_MAX: Final = 10  #: payouts named in one sentence
IssueOutcome = Literal["issued", "already issued"]


class _Centre(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def institution_id(self) -> str: ...


class TreasurySpecs(Protocol):
    """What issuing needs of the specification (``switch.specs.specification.Specs``)."""

    @property
    def centre(self) -> _Centre: ...
    @property
    def merchants(self) -> Mapping[str, Merchant]: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def transfers(self) -> TransferProfile: ...


@frozen(kw_only=True)
class TransferGroup:
    """The transfers of a file in one currency with one value date."""

    value_date: str
    currency: str  #: ISO 4217, numeric
    transfer_count: int
    amount_minor: int


@frozen(kw_only=True)
class IssuedFile:
    """A file for the bank that stands in the data folder."""

    outcome: IssueOutcome
    business_date: str
    message_id: str
    path: str
    sha256: str
    transfer_count: int
    control_sum: str
    again_count: int  #: transfers of it that are a second or later attempt
    groups: tuple[TransferGroup, ...]


def issue_date(
    data: Path, specs: TreasurySpecs, business_date: str | None, clock_ms: Callable[[], int]
) -> tuple[IssuedFile, ...]:
    """The file of a date; where its payouts are in files already, these, byte for byte, and nothing else is issued.

    Without a date it is the oldest closed one that has payouts no transfer was issued for, else the last closed one.
    NegativeAnswerError where the date is not closed, or nothing is to be paid, or a payout cannot be written; DataFolderError
    where books or files cannot be used.
    """
    with books.opened(data, to_write=True) as connection, books.alone(data):
        book, closed = TransferBook(connection), books.closed_dates(connection)
        if not closed:
            raise NegativeAnswerError(f"{data}: no business date is closed yet")
        chosen = business_date or book.date_to_issue() or closed[-1]
        if chosen not in closed:
            raise NegativeAnswerError(f"business date {chosen} is not closed; the last one closed is {closed[-1]}")
        stored, due = book.files(chosen), book.due(chosen)
        if stored and not due:
            return tuple(_write(book, data, each, "already issued") for each in stored)
        with book.transaction():
            number = _issue(book, connection, specs, chosen, due, _payable(book), clock_ms())
        return (_write(book, data, _numbered(book, chosen, number), "issued"),)


def reissue(data: Path, specs: TreasurySpecs, references: Sequence[str], clock_ms: Callable[[], int]) -> IssuedFile:
    """One more file of the last closed date, at once: of every payout that was rejected or returned, or of those named alone.

    A disputed one is paid only where it is named: whoever names it has asked the bank, and the books say so.
    NegativeAnswerError where there is none to pay again; SwitchError where a reference is of no payout, or its transfer has
    not ended.
    """
    with books.opened(data, to_write=True) as connection, books.alone(data):
        book, closed = TransferBook(connection), books.closed_dates(connection)
        if not closed:
            raise NegativeAnswerError(f"{data}: no business date is closed yet")
        with book.transaction():
            now_ms = clock_ms()
            for reference in references:
                _release(book, reference, now_ms)
            number = _issue(book, connection, specs, closed[-1], [], _payable(book, references), now_ms)
        return _write(book, data, _numbered(book, closed[-1], number), "issued")


def _payable(book: TransferBook, references: Collection[str] = ()) -> list[EndedTransfer]:
    """The ended transfers whose payouts may be tried again: all, or those of these references."""
    return [each for each in book.ended() if each.state in PAYABLE_AGAIN and (not references or each.reference in references)]


def _release(book: TransferBook, reference: str, now_ms: int) -> None:
    """Let a named payout be paid again. SwitchError where it is none, or its transfer may still pay it."""
    last = next(reversed(book.attempts(reference)), None)
    if last is None:
        if book.payout(reference) is None:
            raise SwitchError(
                f"REFERENCE: found {reference!r}, expected the reference of a payout; `switch payouts list` has them"
            )
        raise SwitchError(
            f"REFERENCE: found {reference}, which no file has yet, expected a payout that was rejected or returned"
        )
    ended = next((each for each in book.ended() if each.reference == reference), None)
    if ended is None:
        raise SwitchError(
            f"REFERENCE: found {reference}, whose transfer may still be paid, expected a payout that was rejected or returned"
        )
    if ended.state == "disputed":
        book.add_event(
            TransferEvent(
                end_to_end_id=ended.end_to_end_id,
                verdict="released",
                code="",
                words="released by a person",
                business_date=book.open_date(),
                source_name="",
                source_line=0,
                source_sha256="",
                recorded_at_ms=now_ms,
            )
        )
        book.post_state(last, f"transfer {ended.end_to_end_id} released by a person")


def _issue(
    book: TransferBook,
    connection: sqlite3.Connection,
    specs: TreasurySpecs,
    business_date: str,
    due: Sequence[PayoutDue],
    ended: Sequence[EndedTransfer],
    now_ms: int,
) -> int:
    """Write a file and its transfers into the books, inside the caller's transaction; the number of the file in its date."""
    value_date = _value_date_of(connection, business_date)
    transfers = [_first(each) for each in due]
    transfers += [_again(book, specs, each, value_date) for each in ended]
    if not transfers:
        raise NegativeAnswerError(f"nothing to issue: no payout of {business_date} is to be paid, and none is to be paid again")
    _refuse_unpayable(transfers)
    number = len(book.files(business_date)) + 1
    head = PaymentFile(
        message_id=message_id_of(specs.centre.institution_id, business_date, number),
        created_at=_cut_off(specs.calendar, business_date),
        institution_id=specs.centre.institution_id,
        debtor_name=specs.transfers.name or specs.centre.name,
        debtor_rib=specs.transfers.rib,
        debtor_bic=specs.transfers.bic,
        account=specs.transfers.account,
    )
    content = as_pain001(head, transfers)
    stored = StoredFile(
        file=head,
        business_date=business_date,
        number=number,
        sha256=hashlib.sha256(content).hexdigest(),
        byte_count=len(content),
    )
    book.add_file(stored, len(transfers), control_sum(transfers), now_ms)
    for group_id, members in in_groups(head.message_id, transfers):
        book.add_transfers(head.message_id, group_id, members)
    again = {each.reference: each for each in transfers if each.attempt > 1}
    for before in ended:
        old = book.transfer(before.end_to_end_id)
        new = again[before.reference]
        assert old is not None, "what ended was issued"
        book.post(old, -new.amount_minor, f"payout {old.reference} paid again by {new.end_to_end_id}", new.requested_date)
    return number


def _first(due: PayoutDue) -> Transfer:
    return Transfer(
        end_to_end_id=end_to_end_id_of(due.reference, 1),
        reference=due.reference,
        attempt=1,
        merchant_id=due.merchant_id,
        name=due.name,
        rib=due.rib,
        currency=due.currency,
        amount_minor=due.amount_minor,
        requested_date=due.value_date,
        remittance=due.remittance,
    )


def _again(book: TransferBook, specs: TreasurySpecs, ended: EndedTransfer, value_date: str) -> Transfer:
    """The next attempt: to the account of today's contract, on the first banking day after the bank said no."""
    due = book.payout(ended.reference)
    assert due is not None, "a transfer is of a payout"
    attempt, contract = ended.attempt + 1, specs.merchants.get(due.merchant_id)
    return evolve(
        _first(due),
        end_to_end_id=end_to_end_id_of(due.reference, attempt),
        attempt=attempt,
        rib=contract.rib if contract is not None else due.rib,
        requested_date=max(value_date, _next_banking_day(specs.calendar, ended.business_date)),
    )


def _next_banking_day(calendar: Calendar, business_date: str) -> str:
    """The first banking day behind a date."""
    return evolve(calendar, settlement_days=1).value_date(business_date)


def _refuse_unpayable(transfers: Sequence[Transfer]) -> None:
    """NegativeAnswerError with everything that keeps transfers out of a file, all at once."""
    no_account = [each.reference for each in transfers if not (len(each.rib) == RIB_DIGITS and each.rib.isdecimal())]
    no_currency = [each.reference for each in transfers if not currency_name(each.currency).isalpha()]
    told = [*_told("a RIB with 24 digits", no_account), *_told("a currency that ISO 4217 names", no_currency)]
    if told:
        raise NegativeAnswerError(f"no file was issued: {'; '.join(told)}")


def _told(what: str, references: Sequence[str]) -> Iterator[str]:
    more = len(references) - PAYOUTS_TOLD_MAX
    if references:
        named = ", ".join(references[:PAYOUTS_TOLD_MAX]) + (f", +{more}" if more > 0 else "")
        yield f"{plural(len(references), 'payout lacks', 'payouts lack')} {what}: {named}"


def _value_date_of(connection: sqlite3.Connection, business_date: str) -> str:
    query = "SELECT value_date FROM closed_day WHERE business_date = ?"
    return str(connection.execute(query, (business_date,)).fetchone()[0])


def _cut_off(calendar: Calendar, business_date: str) -> str:
    """When a date ended, as ISO 20022 writes a time: the same for everybody who closed it."""
    return datetime.combine(date.fromisoformat(business_date), calendar.cut_off, calendar.zone).isoformat(timespec="seconds")


def _numbered(book: TransferBook, business_date: str, number: int) -> StoredFile:
    return next(each for each in book.files(business_date) if each.number == number)


def _write(book: TransferBook, data: Path, stored: StoredFile, outcome: IssueOutcome) -> IssuedFile:
    """Write a file that is in the books, unless it stands there as it should."""
    message_id = stored.file.message_id
    transfers, path = book.transfers_of(message_id), payment_path(data, message_id)
    content = as_pain001(stored.file, transfers)
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        found = "transfers in the books that make other bytes than before"
        raise DataFolderError(f"{path}: found {found}, expected SHA-256 {stored.sha256}; `switch check` says what was changed")
    try:
        if not (path.is_file() and path.read_bytes() == content):
            make_folder(path.parent)
            partial = path.with_name(f".{path.name}.partial")
            with create_file(partial) as file, io.BufferedWriter(file) as out:
                out.write(content)
            partial.replace(path)
    except OSError as fault:
        raise DataFolderError(f"{path}: found {fault.strerror}, expected a folder that can be written") from None
    groups = [
        TransferGroup(
            value_date=members[0].requested_date,
            currency=members[0].currency,
            transfer_count=len(members),
            amount_minor=sum(each.amount_minor for each in members),
        )
        for _, members in in_groups(message_id, transfers)
    ]
    return IssuedFile(
        outcome=outcome,
        business_date=stored.business_date,
        message_id=message_id,
        path=str(path),
        sha256=stored.sha256,
        transfer_count=len(transfers),
        control_sum=control_sum(transfers),
        again_count=sum(each.attempt > 1 for each in transfers),
        groups=tuple(groups),
    )


def payment_path(data: Path, message_id: str) -> Path:
    """Where the file of a message id stands."""
    return data / PAYMENTS_FOLDER / f"{message_id}.xml"
