"""``switch payouts``: the merchants' money as transfers at the bank."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.business_day import DateSpan
from switch.cli.command.help import Verbs, option
from switch.cli.command.options import (
    PATH,
    business_date_given,
    closed_date_argument,
    data_option,
    in_folder,
    json_option,
    specs_option,
)
from switch.cli.command.options import closed_dates as completed_dates
from switch.cli.command.spans import span_of, span_options
from switch.cli.console.attended import next_step
from switch.cli.console.last_resort import complain
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.cli.console.words import figure, lang_option, said
from switch.data_folder.centre_clock import centre_clock_of
from switch.display.plural import plural
from switch.errors import EXIT_DONE, EXIT_NO, NegativeAnswerError

if TYPE_CHECKING:
    from switch.transfers.transfer import Transfer, TransferState
    from switch.treasury.issue import IssuedFile
    from switch.treasury.status import StatusRead
    from switch.treasury.store import ListedPayout, TransferEvent

STATES_LISTED = ("due", "issued", "accepted", "rejected", "returned", "disputed")
_RECORD = "record: "  #: in front of what is wrong with a record, in the table of sentences
CHANGES_PRINTED_MAX = 20  #: of one file of the bank, so that what was set aside stays on the screen; --json has all


@click.group(cls=Verbs)
def payouts() -> None:
    """Pay the merchants: files for the bank, and what the bank says of each transfer."""


@payouts.command("file", short_help="Write the file for the bank (pain.001).")
@closed_date_argument
@data_option
@specs_option
@json_option
@lang_option
def file_payouts(business_date: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> int:
    """Write the payouts of a closed date as credit transfers for the bank, an ISO 20022 pain.001.001.09.

    DATE, typed as 2026-11-28 or 28/11/2026, is the oldest closed date with payouts that are in no file yet, unless given.
    Transfers with one value date in one currency are one group. A payout that the bank rejected or returned is in the next
    file again, with the number of its attempt behind its reference.

    The file is payments/MESSAGE-ID.xml below the data folder. Writing it again gives the same bytes and issues nothing: a
    payout has one transfer at a time. The exit code is 1 if nothing is to be paid.

    \b
    switch payouts file
    switch payouts file 2026-11-28
    """
    from switch.specs.load import specs_of
    from switch.treasury.issue import issue_date

    files = issue_date(data, specs_of(data, specs_folder), business_date, centre_clock_of(data))
    return _show_files(files, data, as_json)


@payouts.command(short_help="Pay again now what was rejected or returned.")
@click.argument("references", nargs=-1, metavar="[REFERENCE …]")
@data_option
@specs_option
@json_option
@lang_option
def reissue(references: tuple[str, ...], data: Path, specs_folder: Path | None, as_json: bool) -> int:
    """Write one more file for the bank now, with the payouts that were rejected or returned, or with those of REFERENCE.

    Without this command, they are in the file of the next date. A transfer goes to the account of today's contract: correct
    a wrong RIB in merchants.toml first.

    A disputed payout, which the bank both rejected and settled, is paid again only if you name its REFERENCE. Ask the bank
    before: Switch notes that a person decided it.

    \b
    switch payouts reissue
    switch payouts reissue 2026-11-28-EPICERIE0000001
    """
    from switch.specs.load import specs_of
    from switch.treasury.issue import reissue as issue_again

    return _show_files([issue_again(data, specs_of(data, specs_folder), references, centre_clock_of(data))], data, as_json)


@payouts.command(short_help="Read the bank's files: pain.002, camt.054, pacs.004.")
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE …")
@data_option
@json_option
@lang_option
def status(files: tuple[Path, ...], data: Path, as_json: bool) -> int:
    """Read what the bank says of the transfers: status reports (pain.002), debits and credits (camt.054), returns (pacs.004).

    All versions of these messages are read. A record that is damaged, of another amount or of an unknown transfer is set
    aside with its line, and the rest is used. The order of the files does not matter, and a file read twice changes nothing.

    The exit code is 1 if a file could not be read or a record was set aside.

    \b
    switch payouts status from-the-bank/*.xml
    """
    from switch.cli.show.tables import show_json
    from switch.treasury.status import read_status

    read = read_status(data, files, centre_clock_of(data))
    if as_json:
        show_json([_read_json(each) for each in read])
    else:
        for each in read:
            _show_read(each)
        if any(change.after in ("rejected", "returned") for each in read for change in each.changed):
            next_step(f"{program()} payouts list{in_folder(data)}, {program()} payouts reissue{in_folder(data)}")
    return EXIT_DONE if all(each.right for each in read) else EXIT_NO


@payouts.command("list", short_help="List the payouts, and what became of each.")
@option(
    "--date",
    "business_date",
    metavar="DATE",
    callback=business_date_given,
    shell_complete=completed_dates,
    help="Only the payouts of this business date, typed as 2026-11-28 or 28/11/2026.",
)
@span_options
@option("--state", type=click.Choice(STATES_LISTED), default=None, help="Only the payouts in this state.")
@data_option
@json_option
@lang_option
def list_payouts(
    business_date: str | None,
    month: DateSpan | None,
    since: str | None,
    until: str | None,
    state: TransferState | None,
    data: Path,
    as_json: bool,
) -> None:
    """List the payouts of the last closed date, and those of earlier dates that the bank has not accepted.

    A due payout is in no file yet. The bank has said nothing of an issued one, takes an accepted one, refused a rejected one,
    and brought back the money of a returned one. A disputed one was both rejected and settled: ask the bank.

    With --month, or --from and --to, Switch lists the payouts of all closed dates of the range, accepted or not.
    """
    from switch.cli.show.tables import show_json, show_table
    from switch.endofday import books
    from switch.money import currency_name, format_minor
    from switch.treasury.store import TransferBook

    span = span_of(month, since, until, business_date)
    with books.opened(data) as connection:
        closed, book = books.closed_dates(connection), TransferBook(connection)
        if span is None:
            found = book.listed(closed[-1] if closed else None, waiting=True)
        else:
            found = [each for date in closed if span.has(date) for each in book.listed(date)]
    found = [each for each in found if state is None or each.state == state]
    if as_json:
        show_json([_listed_json(each) for each in found])
        return
    if not found:
        raise NegativeAnswerError(f"{data}: there are no such payouts")
    rows = [
        (
            each.reference,
            each.merchant_id,
            figure(format_minor(each.amount_minor, each.currency)),
            currency_name(each.currency),
            said(each.value_date),
            said(each.state),
            each.attempt or "",
            said(each.reason),
        )
        for each in found
    ]
    heads = ("reference", "merchant", "amount", "in", "value date", "state", "attempt", "reason")
    shown = len(heads) - (not any(each.reason for each in found))
    show_table(heads[:shown], [row[:shown] for row in rows], below=("merchant", "reason"))


@payouts.command("show", short_help="Show one payout: its transfers, and what the bank said.")
@click.argument("reference", metavar="REFERENCE")
@data_option
@json_option
@lang_option
def show_payout(reference: str, data: Path, as_json: bool) -> None:
    """Show a payout by its reference: each of its transfers with its file, and each answer of the bank with file and line.

    \b
    switch payouts show 2026-11-28-EPICERIE0000001
    """
    from switch.cli.show.tables import show_json
    from switch.endofday import books
    from switch.treasury.store import TransferBook

    with books.opened(data) as connection:
        book = TransferBook(connection)
        found = next(iter(book.listed(None, reference=reference)), None)
        attempts = [(each, book.events(each.end_to_end_id)) for each in book.attempts(reference)]
    if found is None:
        raise NegativeAnswerError(f"{data}: there is no payout {reference} that is to be paid")
    if as_json:
        show_json({**_listed_json(found), "transfers": [_transfer_json(one, events) for one, events in attempts]})
    else:
        _show_payout(found, attempts)


def _show_files(files: Sequence[IssuedFile], data: Path, as_json: bool) -> int:
    from switch.cli.show.tables import show_json

    if as_json:
        show_json([_file_json(each) for each in files])
        return EXIT_DONE
    for each in files:
        _show_file(each)
    next_step(f"{program()} payouts status FILE{in_folder(data)}, {program()} payouts list{in_folder(data)}")
    return EXIT_DONE


def _show_file(file: IssuedFile) -> None:
    from switch.cli.show.tables import show_pairs, show_table
    from switch.money import currency_name, format_minor

    if file.outcome == "issued":
        say_text(said(f"payouts of {file.business_date} are issued"), "good")
    else:
        say_text(said(f"payouts of {file.business_date} are issued already, nothing was changed"))
    click.echo()
    again = said(f"{file.transfer_count}; {file.again_count} paid again") if file.again_count else file.transfer_count
    show_pairs(
        [
            ("file", file.path),
            ("message id", file.message_id),
            ("transfers", again),
            ("control sum", figure(file.control_sum)),
        ]
    )
    rows = [
        (
            said(each.value_date),
            each.transfer_count,
            figure(format_minor(each.amount_minor, each.currency)),
            currency_name(each.currency),
        )
        for each in file.groups
    ]
    click.echo()
    show_table(("value date", "count", "amount", "in"), rows)


def _show_read(read: StatusRead) -> None:
    """What a file did; what was set aside goes to standard error, a line each."""
    from switch.cli.show.tables import show_table

    if read.refused:
        complain(said(read.refused))
        return
    counts = [plural(len(read.changed), "transfer") + " changed"]
    counts += [f"{read.known_count} known before"] if read.known_count else []
    counts += [f"{read.silent_count} with nothing new"] if read.silent_count else []
    counts += [f"{len(read.set_aside)} set aside"] if read.set_aside else []
    say_text(f"{read.name}: {read.kind}{said(': ')}{', '.join(map(said, counts))}")
    rows = [
        (each.end_to_end_id, each.merchant_id, said(each.after), f"{each.code} {each.words}".strip())
        for each in read.changed[:CHANGES_PRINTED_MAX]
    ]
    if rows:
        click.echo()
        show_table(("transfer", "merchant", "state", "reason"), rows, below=("merchant", "reason"))
    if len(read.changed) > len(rows):
        click.echo(said(f"and {len(read.changed) - len(rows)} more"))
    for each in read.set_aside:
        complain(f"{read.name}:{each.line}: {said(f'{_RECORD}{each.reason}').removeprefix(_RECORD)}")


def _show_payout(found: ListedPayout, attempts: Sequence[tuple[Transfer, Sequence[TransferEvent]]]) -> None:
    from switch.cli.show.tables import show_pairs, show_table
    from switch.money import currency_name, format_minor
    from switch.settlement.bank_account import grouped_rib

    last = attempts[-1][0] if attempts else None
    show_pairs(
        [
            ("reference", found.reference),
            ("merchant", found.merchant_id),
            ("business date", said(found.business_date)),
            ("amount", f"{figure(format_minor(found.amount_minor, found.currency))} {currency_name(found.currency)}"),
            ("value date", said(found.value_date)),
            ("state", said(found.state)),
            ("RIB", grouped_rib(last.rib if last is not None else found.rib)),
            *([("label", last.remittance)] if last is not None else []),
            *([("file", f"{found.message_id}.xml")] if found.message_id else []),
        ]
    )
    rows = []
    for transfer, events in attempts:
        rows.append((transfer.end_to_end_id, said(transfer.requested_date), said("issued"), "", ""))
        for each in events:
            source = f"{each.source_name}:{each.source_line}" if each.source_name else ""
            reason = f"{each.code} {said(each.words)}".strip()
            rows.append((transfer.end_to_end_id, said(each.business_date), said(each.verdict), reason, source))
    if rows:
        click.echo()
        show_table(("transfer", "date", "state", "reason", "source"), rows, below=("reason", "source"))


def _file_json(file: IssuedFile) -> dict[str, Any]:
    from attrs import asdict

    return asdict(file)


def _read_json(read: StatusRead) -> dict[str, Any]:
    from attrs import asdict

    return {**asdict(read), "right": read.right}


def _listed_json(listed: ListedPayout) -> dict[str, Any]:
    from attrs import asdict

    about = asdict(listed)
    nothing = {name: about[name] or None for name in ("end_to_end_id", "message_id", "reason")}
    return {**about, **nothing}


def _transfer_json(transfer: Transfer, events: Sequence[TransferEvent]) -> dict[str, Any]:
    from attrs import asdict

    names = ("verdict", "code", "words", "business_date", "source_name", "source_line", "recorded_at_ms")
    return {**asdict(transfer), "events": [{name: getattr(each, name) for name in names} for each in events]}
