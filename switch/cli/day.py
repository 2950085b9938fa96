"""``switch day``: the end of the business day."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verbs, option
from switch.cli.command.options import closed_date_argument, data_option, date_argument, in_folder, json_option, specs_option
from switch.cli.console.attended import Progress, next_step
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.cli.console.words import figure, lang_option, said
from switch.display.plural import plural
from switch.errors import EXIT_DONE, EXIT_NO

if TYPE_CHECKING:
    from switch.endofday.close import BooksReport
    from switch.endofday.report import Adjustment, DayReport, ExceptionItem, HeldItem, Payout, Position, Refund, ReversedItem
    from switch.settlement.statement_forms import BytesForm
    from switch.specs.specification import Specs

    Item = Adjustment | ExceptionItem | HeldItem | Refund | ReversedItem

ITEMS_PRINTED_MAX = 20  #: of each kind of item, so that totals stay on the screen; --json and the books have more


@click.group(cls=Verbs)
def day() -> None:
    """Close a business date, or show a closed one."""


@day.command(short_help="Clear a business date, settle it, write statements.")
@date_argument
@data_option
@specs_option
@option("--pdf", is_flag=True, help="Write each statement as a PDF, too, some milliseconds each.")
@option("--xlsx", is_flag=True, help="Write each statement as a workbook (XLSX), too.")
@json_option
@lang_option
def close(business_date: str | None, data: Path, specs_folder: Path | None, pdf: bool, xlsx: bool, as_json: bool) -> int:
    """Close a business date: clear it between the banks, settle it with the merchants, write statements.

    DATE, typed as 2026-11-28 or 28/11/2026, is the oldest date that is not closed yet, unless given. Switch writes all of
    the day at once, or nothing of it. It may go on running: the next date opens and takes the approvals that follow. After
    a close, that next date is closed before its cut-off has passed only if you name it.

    Each merchant's statement becomes a message: without a mail server in mail.toml a file mail/DATE/MERCHANT.eml below the data
    folder, otherwise `switch mail send` sends it.

    Closing a date twice changes nothing: the output says that it is already closed, and the exit code is 1, as when there
    is no date to close. If the machine died or the disk was full, files of a closed date may be missing. Closing the date
    again then writes them from the books, and the exit code is 0. So do --pdf and --xlsx for a date closed without them.
    """
    from switch.cli.mail import mail_closed
    from switch.endofday.close import close_day
    from switch.endofday.report import CLOSED, NOTHING_TO_CLOSE, RENDERED_AGAIN
    from switch.specs.load import specs_of

    specs = specs_of(data, specs_folder)
    progress = Progress()
    asked: dict[BytesForm, bool] = {"pdf": pdf, "xlsx": xlsx}
    also = [form for form, wanted in asked.items() if wanted]
    try:
        report = close_day(data, specs, business_date, _clock_ms(), _clock_ms, lambda text: progress.say(said(text)), also)
    finally:
        progress.done()
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
@data_option
@specs_option
@json_option
@lang_option
def show(business_date: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Show a closed business date: totals, net positions, payouts, and the items a person may look for.

    DATE, typed as 2026-11-28 or 28/11/2026, is the last one closed, unless given.
    """
    from switch.endofday.close import show_day
    from switch.specs.load import specs_of

    _show(show_day(data, business_date), acquirer_names(specs_of(data, specs_folder)), as_json)


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000


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
            ),
            *([("cleared", cleared_in_words(report))] if report.adjustment_count else []),
            ("files", report.folder),
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


def approvals_in_words(report: DayReport | BooksReport) -> str:
    """What became of the approvals: how many are presented, and of all else what there is."""
    also = pairs_above_zero(
        ("reversed", report.reversed_count),
        ("held", report.held_count),
        ("captured by another request", report.captured_later_count),
        ("with nothing due", report.nothing_due_count),
        ("as exceptions", report.exception_count),
    )
    return ", ".join([said(f"{report.presentment_count} presented"), *(said(f"{count} {what}") for what, count in also)])


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
