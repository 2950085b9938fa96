"""``switch day``: the end of the business day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.business_day import DateSpan
from switch.clearing.engine import EngineName
from switch.cli.accounting import accounting
from switch.cli.command.engines import EngineType
from switch.cli.command.help import Verbs, option
from switch.cli.command.options import closed_date_argument, data_option, date_argument, in_folder, json_option, specs_option
from switch.cli.command.spans import span_of, span_options
from switch.cli.console.attended import Progress, next_step
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.cli.console.words import figure, lang_option, said
from switch.cli.day_again import diff, redo, show_recomputed
from switch.cli.day_list import list_days
from switch.cli.day_prepare import prepare
from switch.cli.day_reopen import reopen, reopening_pairs
from switch.cli.day_span import show_span
from switch.data_folder.centre_clock import centre_clock_of
from switch.display.plural import plural
from switch.errors import EXIT_DONE, EXIT_NO, SwitchError

if TYPE_CHECKING:
    from switch.endofday.close import BooksReport
    from switch.endofday.report import (
        Adjustment,
        DayReport,
        EntryItem,
        ExceptionItem,
        HeldItem,
        Payout,
        Position,
        Refund,
        ReversedItem,
    )
    from switch.settlement.statement_forms import BytesForm
    from switch.specs.specification import Specs

    Item = Adjustment | ExceptionItem | HeldItem | Refund | ReversedItem

ITEMS_PRINTED_MAX = 20  #: of each kind of item, so that totals stay on the screen; --json and the books have more


@click.group(cls=Verbs)
def day() -> None:
    """Close a business date, or list, show, compare and make again those that are closed."""
    from switch.machine.sqlite_library import lighten_sqlite

    lighten_sqlite()


day.add_command(list_days)
day.add_command(prepare)
day.add_command(redo)
day.add_command(diff)
day.add_command(reopen)
day.add_command(accounting)


@day.command(short_help="Clear a business date, settle it, write statements.")
@date_argument
@data_option
@specs_option
@option("--pdf", is_flag=True, help="Write each statement as a PDF, too, some milliseconds each.")
@option("--xlsx", is_flag=True, help="Write each statement as a workbook (XLSX), too.")
@option("--dry-run", is_flag=True, help="Show what a close would come to, and write nothing.")
@option("--engine", type=EngineType(), default="sqlite", show_default=True, help="What computes the transactions.")
@json_option
@lang_option
def close(
    business_date: str | None,
    data: Path,
    specs_folder: Path | None,
    pdf: bool,
    xlsx: bool,
    dry_run: bool,
    engine: EngineName,
    as_json: bool,
) -> int:
    """Close a business date: clear it between the banks, settle it with the merchants, write statements.

    DATE, typed as 2026-11-28 or 28/11/2026, is the oldest date that is not closed yet, unless given. Switch writes all of
    the day at once, or nothing of it. It may go on running: the next date opens and takes the approvals that follow. After
    a close, that next date is closed before its cut-off has passed only if you name it.

    Each merchant's statement becomes a message: without a mail server in mail.toml a file mail/DATE/MERCHANT.eml below the data
    folder, otherwise `switch mail send` sends it.

    Closing a date twice changes nothing: the output says that it is already closed, and the exit code is 1, as when there
    is no date to close. If the machine died or the disk was full, files of a closed date may be missing. Closing the date
    again then writes them from the books, and the exit code is 0. So do --pdf and --xlsx for a date closed without them.

    With --dry-run, Switch computes the whole day in a copy of the books and shows its report. It writes nothing and opens no
    other date. For a date that is closed already, it shows what would differ from the books: see `switch day diff`.

    With --engine duckdb, DuckDB computes the transactions and keeps them in files below lines/, beside the books; all else is
    the same. Commands that read such a date need DuckDB too. It comes with `pip install 'interbank-switch[duckdb]'`.

    With --engine sc://HOST:PORT, a cluster of Spark computes them, which sees the data folder by the same name. The files are
    of the same kind. It needs `pip install 'interbank-switch[spark]'`, and Spark 4.0 with Spark Connect at that address.
    """
    from switch.cli.mail import mail_closed
    from switch.cli.statement import tell_replaced
    from switch.endofday.close import close_day
    from switch.endofday.files import system_letters
    from switch.endofday.report import CLOSED, NOTHING_TO_CLOSE, RENDERED_AGAIN
    from switch.specs.load import specs_of

    specs = specs_of(data, specs_folder)
    progress = Progress(silent=as_json)
    asked: dict[BytesForm, bool] = {"pdf": pdf, "xlsx": xlsx}
    also = [form for form, wanted in asked.items() if wanted]
    if dry_run and (beside := [*also, *(["engine"] if engine != "sqlite" else [])]):
        raise SwitchError(f"--dry-run: found beside --{beside[0]}, expected one of them")
    if dry_run:
        return _rehearse(data, specs, business_date, progress, as_json)
    letters, clock_ms = system_letters() if pdf else None, centre_clock_of(data)
    try:
        report = close_day(data, specs, business_date, clock_ms(), clock_ms, progress.say, also, letters, engine)
    finally:
        progress.done()
    tell_replaced(letters)
    done = report.outcome in (CLOSED, RENDERED_AGAIN)
    if done or as_json:
        _show(report, acquirer_names(specs), as_json)
    else:
        say_text(said(report.sentence))
    if done and not as_json:
        folder = in_folder(data)
        of = report.payouts[0].merchant_id if report.payouts else "MERCHANT"
        next_step(f"{program()} statement {of}{folder}, {program()} check{folder}")
    if report.business_date is not None and report.outcome != NOTHING_TO_CLOSE:
        mail_closed(data, specs, report.business_date, as_json=as_json)
    return EXIT_DONE if done else EXIT_NO


@day.command(short_help="Show a closed date: totals, positions, payouts, items.")
@closed_date_argument
@span_options
@data_option
@specs_option
@json_option
@lang_option
def show(
    business_date: str | None,
    month: DateSpan | None,
    since: str | None,
    until: str | None,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """Show a closed business date: totals, net positions, payouts, and the items a person may look for.

    DATE, typed as 2026-11-28 or 28/11/2026, is the last one closed, unless given. With --month, or --from and --to, Switch
    shows the sums over all closed dates of the range instead.
    """
    from switch.endofday.close import show_day
    from switch.specs.load import specs_of

    span = span_of(month, since, until, business_date)
    if span is not None and business_date is None:
        show_span(data, span, as_json)
        return
    _show(show_day(data, business_date), acquirer_names(specs_of(data, specs_folder)), as_json)


def _rehearse(data: Path, specs: Specs, business_date: str | None, progress: Progress, as_json: bool) -> int:
    """Show what a close would come to; for a closed date, what would differ from it."""
    from switch.batch.recomputation import rehearsed
    from switch.cli.show.tables import show_json

    try:
        found = rehearsed(data, specs, business_date, centre_clock_of(data)(), progress.say)
    finally:
        progress.done()
    differs = bool(found.differences or found.changed_line_count)
    if as_json:
        differences = [each.as_json() for each in found.differences] if found.is_closed else None
        show_json({**found.report.as_json(), "differences": differences})
    else:
        show_report(found.report, acquirer_names(specs))
        if found.is_closed:
            click.echo()
            show_recomputed(found)
    return EXIT_NO if differs else EXIT_DONE


def acquirer_names(specs: Specs) -> dict[str, str]:
    """The acquirer by the name people know it by; books and files have its number."""
    return {specs.centre.institution_id: specs.centre.name}


def _show(report: DayReport, names: Mapping[str, str], as_json: bool) -> None:
    from switch.cli.show.tables import show_json

    if as_json:
        show_json(report.as_json())
    else:
        show_report(report, names)


def show_report(report: DayReport, names: Mapping[str, str]) -> None:
    """Print what was done, then the day: totals, net positions, payouts, and the items a person may look for."""
    say_text(said(report.sentence))
    if report.business_date is None:
        return
    click.echo()
    _show_head(report)
    for currency in dict.fromkeys(position.currency for position in report.positions):
        _show_positions([position for position in report.positions if position.currency == currency], names)
    for currency in dict.fromkeys(payout.currency for payout in report.payouts):
        _show_payouts([payout for payout in report.payouts if payout.currency == currency])
    _show_entries(report.entries)
    _show_items("Refunds", report.refund_count, report.refunds)
    _show_items(
        "Adjustments: reversals of what was presented before",
        report.adjustment_count,
        report.adjustments,
        [("presented on", [item.adjusts for item in report.adjustments])],
    )
    _show_items("Reversed before they were presented", report.reversed_count, report.reversed)
    _show_items(
        "Held: approved and waiting to be captured",
        report.outstanding_count,
        report.holds,
        [
            ("waits for", [item.capture for item in report.holds]),
            ("since", [item.held_since for item in report.holds]),
            ("days", [item.age_days for item in report.holds]),
        ],
    )
    _show_items(
        "Approved but not presented",
        report.exception_count,
        report.exceptions,
        [("reason", [item.reason for item in report.exceptions])],
    )


def _show_head(report: DayReport) -> None:
    from switch.cli.show.tables import show_pairs, show_table
    from switch.money import currency_name, format_minor

    approved = said(f"{report.approval_count} of {plural(report.decision_count, 'decision')}")
    show_pairs(
        [
            ("business date", said(report.business_date or "")),
            ("value date", said(report.value_date or "")),
            ("approved", f"{approved}{said('; ')}{approvals_in_words(report)}"),
            *pairs_above_zero(
                ("refunds", report.refund_count),
                ("adjustments", report.adjustment_count),
                ("holds waiting", report.outstanding_count),
                ("holds expired", report.expired_count),
                ("exceptions presented", report.represented_count),
            ),
            *([("cleared", cleared_in_words(report))] if report.adjustment_count else []),
            *([("files", report.folder)] if report.folder is not None else []),
            *reopening_pairs(report.reopenings),
        ]
    )
    totals = []
    for total in report.totals:
        amounts = (total.gross_minor, total.interchange_minor, total.discount_minor, total.vat_minor, total.net_minor)
        decimals = (figure(format_minor(minor, total.currency)) for minor in amounts)
        totals.append((currency_name(total.currency), total.presentment_count + total.adjustment_count, *decimals))
    if totals:
        click.echo()
        show_table(("totals", "count", "gross", "interchange", "discount", "VAT", "net to merchants"), totals)


def _show_positions(positions: list[Position], names: Mapping[str, str]) -> None:
    """Net positions in one currency, participants by the names they have."""
    from switch.cli.show.tables import show_table
    from switch.money import currency_name, format_minor

    currency = positions[0].currency
    rows = [
        (
            names.get(row.participant, row.participant),
            said(row.role),
            row.debit_count + row.credit_count,
            *(figure(format_minor(minor, currency)) for minor in (row.debit_minor, row.credit_minor, row.interchange_minor)),
            _signed(row.net_minor, currency),
        )
        for row in positions
    ]
    columns = ("participant", "role", "count", "debit", "credit", "interchange", "net")
    title = f"Net positions in {currency_name(currency)}: + receives, - pays; they sum to zero"
    click.echo()
    show_table(columns, rows, title=title)


def _show_payouts(payouts: list[Payout]) -> None:
    """Payouts in one currency, each with the remise it pays; entries and what is brought forward only where there are any."""
    from switch.cli.show.tables import show_table
    from switch.money import currency_name, format_minor

    currency = payouts[0].currency
    remises = any(row.remise_number for row in payouts)
    entries = any(row.entries_minor or row.entries_vat_minor for row in payouts)
    forward = any(row.brought_forward_minor for row in payouts)
    rows = []
    for row in payouts:
        remise = (row.terminal_id, f"{row.remise_number:06d}") if row.remise_number else ("", "")
        amounts = [row.gross_minor, row.discount_minor, row.vat_minor]
        amounts += [row.entries_minor + row.entries_vat_minor] if entries else []
        amounts += [row.brought_forward_minor] if forward else []
        shown = [figure(format_minor(minor, currency)) for minor in (*amounts, row.net_minor)]
        count = row.presentment_count + row.adjustment_count
        rows.append((row.merchant_id, *(remise if remises else ()), count, *shown, said(row.outcome)))
    also = [name for name, is_there in (("entries", entries), ("forward", forward)) if is_there]
    remise_columns = ("terminal", "remise") if remises else ()
    columns = ("merchant", *remise_columns, "count", "gross", "discount", "VAT", *also, "net", "outcome")
    title = f"Payouts in {currency_name(currency)}, value date {payouts[0].value_date}"
    click.echo()
    show_table(columns, rows, title=title)


def _show_entries(entries: Sequence[EntryItem]) -> None:
    """The first entries: what changes payouts besides transactions, with the row that each follows."""
    from switch.cli.show.tables import show_table
    from switch.money import currency_name, format_minor

    if not entries:
        return
    rows = []
    for entry in entries[:ITEMS_PRINTED_MAX]:
        amounts = (figure(format_minor(minor, entry.currency)) for minor in (entry.amount_minor, entry.vat_minor))
        kind = said(entry.kind.replace("_", " "))
        of = said(entry.reference) or entry.terminal_id
        rows.append((entry.merchant_id, kind, of, *amounts, currency_name(entry.currency), entry.rule))
    click.echo()
    title = "Entries: what changes payouts besides transactions"
    show_table(("merchant", "entry", "of", "amount", "VAT", "in", "by the row"), rows, title=title, below=("by the row",))
    if len(entries) > len(rows):
        click.echo(said(f"and {len(entries) - len(rows)} more"))


def approvals_in_words(report: DayReport | BooksReport) -> str:
    """What became of the approvals: how many are presented, and of all else what there is."""
    also = pairs_above_zero(
        ("reversed", report.reversed_count),
        ("held", report.held_count),
        ("captured by another request", report.captured_later_count),
        ("with nothing due", report.nothing_due_count),
        ("as exceptions", report.exception_count),
    )
    presented = report.presentment_count - report.represented_count
    return ", ".join([said(f"{presented} presented"), *(said(f"{count} {what}") for what, count in also)])


def cleared_in_words(report: DayReport) -> str:
    """What the counts of totals, positions and payouts are made of."""
    cleared = report.presentment_count + report.adjustment_count
    return said(f"{cleared}: {report.presentment_count} presented and {plural(report.adjustment_count, 'adjustment')}")


def pairs_above_zero(*pairs: tuple[str, int]) -> list[tuple[str, int]]:
    """The counts there are any of."""
    return [(label, count) for label, count in pairs if count]


def _show_items(title: str, count: int, items: Sequence[Item], also: Sequence[tuple[str, Sequence[object]]] = ()) -> None:
    """The first items of a kind, with columns of their own; nothing where there are none."""
    from switch.cli.show.tables import show_table
    from switch.money import currency_name, format_minor

    if not items:
        return
    rows = [
        (
            item.rrn,
            item.pan_masked,
            item.merchant_id,
            figure(format_minor(item.amount_minor, item.currency)),
            currency_name(item.currency),
            *(said(str(values[place])) for _, values in also),
        )
        for place, item in enumerate(items[:ITEMS_PRINTED_MAX])
    ]
    click.echo()
    show_table(("RRN", "card", "merchant", "amount", "in", *(column for column, _ in also)), rows, title=title)
    if count > len(rows):
        click.echo(said(f"and {count - len(rows)} more"))


def _signed(minor: int, currency: str) -> str:
    from switch.money import format_minor

    return f"+{figure(format_minor(minor, currency))}" if minor > 0 else figure(format_minor(minor, currency))
