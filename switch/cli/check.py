"""``switch check``: the proof of the books."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verb
from switch.cli.command.options import data_option, json_option, specs_option
from switch.cli.console.attended import Progress
from switch.cli.console.words import lang_option, said
from switch.display.plural import plural
from switch.errors import NegativeAnswerError

if TYPE_CHECKING:
    from switch.endofday.close import BooksReport, OpenDay


@click.command(cls=Verb)
@data_option
@specs_option
@json_option
@lang_option
def check(data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Prove the books of a data folder against its journal, and its files to be as they were written.

    In a closed day, every approval is presented once, reversed, held or listed as an exception, and charges follow the
    rates. Postings and net positions sum to zero, statements agree with the ledger, no hold is captured twice, and the
    journal has not changed since. Every page and index of the databases is whole, their guards are in place, every sealed
    card number opens, and the files of closed days are those that were written. In the books of the banks, each presentment of
    a closed day is posted once, sums equal the net positions, and no hold ended twice. In the outbox, each message is of a
    statement, with the files of the close, and no mail server took one twice.

    The exit code is 1 when anything does not hold. If no day is closed yet, the output says that there is nothing to prove.
    The books hold the rates they were made with: of --specs nothing is used, it only has to be valid.
    """
    from switch.machine.sqlite_library import lighten_sqlite

    lighten_sqlite()
    from attrs import asdict, evolve

    from switch.cli.show.tables import show_json
    from switch.endofday.close import check_books
    from switch.mail.outbox_checks import check_outbox
    from switch.specs.load import load_specs

    if specs_folder is not None:
        load_specs(specs_folder)  # the books hold the rates they were made with; a folder that is named has to be well
    progress = Progress(silent=as_json)
    try:
        report = check_books(data, progress.say)
    finally:
        progress.done()
    mail_faults, mail_count = check_outbox(data)
    report = evolve(report, faults=(*report.faults, *mail_faults), mail_count=mail_count)
    if as_json:
        about = asdict(report)
        errors = [{"message" if key == "sentence" else key: fault[key] for key in fault} for fault in about.pop("faults")]
        # where no day is closed there is nothing to be sound
        show_json({"sound": not errors if errors or report.closed_days else None, "errors": errors, **about})
    else:
        show_proof(report)
    if report.faults:
        raise NegativeAnswerError(f"{data}: found {plural(len(report.faults), 'fault')} in the books, expected none")


def show_proof(report: BooksReport) -> None:
    """Print what was looked at, and every fault or that there is none."""
    from switch.cli.console.screen import say
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
            *pairs_above_zero(("booked by banks", report.booked_count), ("transfers", report.transfer_count)),
            *pairs_above_zero(("messages", report.mail_count)),
            *(
                (
                    "still open",
                    said(f"{day.business_date}: {_approvals(day)}"),
                )
                for day in report.open_days
            ),
            *(("not proved", said(note)) for note in report.notes),
        ]
    )
    click.echo()
    if report.faults:
        show_table(
            ("day", "check", "fault"),
            [(said(fault.business_date or ""), said(fault.check), said(fault.sentence)) for fault in report.faults],
        )
    elif not closed:
        say(said("no day is closed yet: nothing to prove"))
    else:
        say(said("the books are sound"), "good")


def _approvals(day: OpenDay) -> str:
    return f"{plural(day.approval_count, 'approval')} in {plural(day.decision_count, 'decision')}"
