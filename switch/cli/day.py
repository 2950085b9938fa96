"""``switch day`` and ``switch statement``: the end of the business day."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from switch.cli.options import data_option, json_option, specs_option
from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.settlement.day import DayReport


def _date(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from switch.business_day import is_business_date

    if value is not None and not is_business_date(value):
        raise SwitchError(f"business date: found {value!r}, expected a date such as 2026-11-22")
    return value


date_argument = click.argument("business_date", required=False, metavar="[DATE]", callback=_date)


@click.group()
def day() -> None:
    """Close a business date, or show a closed one."""


@day.command()
@date_argument
@data_option
@specs_option
@json_option
def close(business_date: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Close a business date: clear it between the banks, settle it with the merchants, write statements.

    DATE is the oldest date that is not closed yet, unless given. All of the day is written at once or nothing of it; closing
    again says so and changes nothing. The centre may go on running: the next date opens and its approvals go there.
    """
    from switch.endofday import close_day
    from switch.specs import load_specs

    specs = load_specs(specs_folder)
    _show(close_day(data, specs, business_date, time.time_ns() // 1_000_000), as_json)


@day.command()
@date_argument
@data_option
@json_option
def show(business_date: str | None, data: Path, as_json: bool) -> None:
    """Show a closed business date: totals, net positions, payouts. DATE is the last one closed, unless given."""
    from switch.endofday import show_day

    _show(show_day(data, business_date), as_json)


@click.command()
@click.argument("merchant_id", metavar="MERCHANT")
@date_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv"]),
    default="text",
    show_default=True,
    help="For people, or for programs.",
)
@data_option
@specs_option
def statement(
    merchant_id: str, business_date: str | None, form: Literal["text", "csv"], data: Path, specs_folder: Path | None
) -> None:
    """Print a merchant's daily statement (relevé monétique): its sales, what they cost, what it is paid and when.

    DATE is the merchant's latest closed date, unless given.
    """
    from switch.endofday import statement as statement_of
    from switch.specs import load_specs

    specs = load_specs(specs_folder)
    click.echo(statement_of(data, merchant_id, business_date, form, specs.merchants.keys()), nl=False)


def _show(report: DayReport, as_json: bool) -> None:
    from switch.cli.tables import show_json

    if as_json:
        show_json(report.as_json())
        return
    click.echo(report.sentence)
    if report.business_date is not None:
        _print_day(report)


def _print_day(report: DayReport) -> None:
    from switch.cli.tables import show_pairs, show_table
    from switch.money import currency_name, format_minor

    click.echo()
    approved = f"{report.approval_count} of {report.decision_count} decisions"
    exceptions = f", {report.exception_count} as exceptions" if report.exception_count else ""
    show_pairs(
        [
            ("business date", report.business_date),
            ("value date", report.value_date),
            ("approved", f"{approved}; {report.presentment_count} presented{exceptions}"),
            ("files", report.folder),
        ]
    )
    for total in report.totals:
        amounts = {
            "gross": total.gross_minor,
            "interchange": total.interchange_minor,
            "discount": total.discount_minor,
            "VAT": total.vat_minor,
            "net to merchants": total.net_minor,
        }
        told = ", ".join(f"{name} {format_minor(minor, total.currency)}" for name, minor in amounts.items())
        show_pairs([(f"total {currency_name(total.currency)}".ljust(13), told)])
    click.echo()
    positions = [
        (
            row.participant,
            row.name,
            row.role,
            row.debit_count + row.credit_count,
            *(format_minor(minor, row.currency) for minor in (row.debit_minor, row.credit_minor, row.interchange_minor)),
            _signed(row.net_minor, row.currency),
            currency_name(row.currency),
        )
        for row in report.positions
    ]
    position_columns = ("participant", "name", "role", "count", "debit", "credit", "interchange", "net", "in")
    show_table(position_columns, positions, title="Net positions: + receives, - pays; they sum to zero")
    click.echo()
    payouts = [
        (
            row.merchant_id,
            row.name,
            row.presentment_count,
            *(format_minor(minor, row.currency) for minor in (row.gross_minor, row.discount_minor, row.vat_minor)),
            format_minor(row.brought_forward_minor, row.currency),
            format_minor(row.net_minor, row.currency),
            currency_name(row.currency),
            row.outcome,
            row.value_date,
        )
        for row in report.payouts
    ]
    payout_columns = ("merchant", "name", "count", "gross", "discount", "VAT", "forward", "net", "in", "outcome", "value date")
    show_table(payout_columns, payouts, title="Payouts to merchants")
    _print_exceptions(report)


def _print_exceptions(report: DayReport) -> None:
    from switch.cli.tables import show_table
    from switch.money import currency_name, format_minor

    if not report.exceptions:
        return
    click.echo()
    rows = [
        (
            row.rrn,
            row.pan_masked,
            row.merchant_id,
            format_minor(row.amount_minor, row.currency),
            currency_name(row.currency),
            row.reason,
        )
        for row in report.exceptions
    ]
    show_table(("RRN", "card", "merchant", "gross", "in", "reason"), rows, title="Approved but not presented")


def _signed(minor: int, currency: str) -> str:
    from switch.money import format_minor

    return f"+{format_minor(minor, currency)}" if minor > 0 else format_minor(minor, currency)
