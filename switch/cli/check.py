"""``switch check``: the proof of the books."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.console.options import data_option, json_option
from switch.cli.console.words import lang_option, said
from switch.errors import NegativeAnswerError

if TYPE_CHECKING:
    from switch.endofday.close import BooksReport


@click.command()
@data_option
@json_option
@lang_option
def check(data: Path, as_json: bool) -> None:
    """Prove the books of a data folder against its journal, and its files to be as they were written.

    Every approval of a closed day is presented once, reversed, held or listed as an exception, charges are what the rates come
    to, postings and net positions sum to zero, statements agree with the ledger, no hold is captured twice, and the journal has
    not changed since. Every page and index of the databases is whole, their guards are in place, every sealed card number
    opens, and the files of closed days are those that were written. Ends with 1 when anything does not hold.
    """
    from attrs import asdict

    from switch.cli.show.tables import show_json
    from switch.endofday.close import check_books

    report = check_books(data)
    if as_json:
        show_json({"sound": not report.faults, **asdict(report)})
    else:
        show_proof(report)
    if report.faults:
        count = f"{len(report.faults)} fault{'s' if len(report.faults) > 1 else ''}"
        raise NegativeAnswerError(f"{data}: {count} in the books, expected none")


def show_proof(report: BooksReport) -> None:
    """Print what was looked at, and every fault or that there is none."""
    from switch.cli.day import approvals_in_words, pairs_above_zero
    from switch.cli.show.tables import show_pairs, show_table

    closed = report.closed_days
    span = said("none" if not closed else closed[0] if len(closed) == 1 else f"{len(closed)}, from {closed[0]} to {closed[-1]}")
    show_pairs(
        [
            ("closed days", span),
            ("approvals", f"{report.approval_count}{said(': ')}{approvals_in_words(report)}"),
            *pairs_above_zero(
                ("refunds", report.refund_count),
                ("adjustments", report.adjustment_count),
                ("holds waiting", report.outstanding_count),
            ),
            ("postings", report.posting_count),
            ("statements", report.statement_count),
            *pairs_above_zero(("day files", report.file_count), ("sealed cards", report.card_count)),
            *(
                ("still open", said(f"{day.business_date}: {day.approval_count} approvals in {day.decision_count} decisions"))
                for day in report.open_days
            ),
            *(("not proved", said(note)) for note in report.notes),
        ]
    )
    click.echo()
    if report.faults:
        show_table(
            ("day", "check", "fault"),
            [(said(fault.business_date or ""), fault.check, said(fault.sentence)) for fault in report.faults],
        )
    else:
        click.echo(said("the books are sound"))
