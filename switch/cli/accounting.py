"""``switch day accounting``: what is settled, for the books of an accountant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verb, option
from switch.cli.command.names import merchant_ids
from switch.cli.command.options import PATH, business_date_given, closed_date_argument, data_option, given, specs_option
from switch.cli.command.options import closed_dates as completed_dates
from switch.cli.console.words import lang_option
from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.accounting.forms import AccountingForm
    from switch.treasury.accounts import DateRange

CHART = "cgnc"  #: unless --chart names another
FORMS_LISTED = ("csv", "json", "beancount")


def _month_given(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    typed = re.fullmatch(r"([0-9]{2})/([0-9]{4})", value or "")
    month = f"{typed[2]}-{typed[1]}" if typed else value
    if month is not None and not re.fullmatch(r"[0-9]{4}-(?:0[1-9]|1[0-2])", month):
        raise SwitchError(f"--month: found {value!r}, expected a month such as 2026-11")
    return month


@click.command(cls=Verb, short_help="Export entries for an accountant's program.")
@closed_date_argument
@option(
    "--from",
    "first_date",
    metavar="DATE",
    callback=business_date_given,
    shell_complete=completed_dates,
    help="The first business date of a range.",
)
@option(
    "--to",
    "last_date",
    metavar="DATE",
    callback=business_date_given,
    shell_complete=completed_dates,
    help="The last business date of a range.",
)
@option("--month", metavar="YYYY-MM", callback=_month_given, default=None, help="All closed dates of a month.")
@option("--all", "every", is_flag=True, help="All closed dates.")
@option("--chart", default=CHART, show_default=True, metavar="NAME", help="Chart of accounts: a file of accounting/.")
@option("--ledger", is_flag=True, help="The ledger of Switch itself, instead of entries for the merchants.")
@option(
    "--format",
    "form",
    type=click.Choice(FORMS_LISTED),
    default="csv",
    show_default=True,
    help="csv for a spreadsheet, json for programs, beancount for bean-check and fava.",
)
@option("--merchant", "merchant_id", metavar="ID", default=None, shell_complete=merchant_ids, help="Only this merchant.")
@option("--out", type=PATH, default=None, metavar="FILE", help="Write to this file, whole or not at all.")
@data_option
@specs_option
@lang_option
def accounting(
    business_date: str | None,
    first_date: str | None,
    last_date: str | None,
    month: str | None,
    every: bool,
    chart: str,
    ledger: bool,
    form: AccountingForm,
    merchant_id: str | None,
    out: Path | None,
    data: Path,
    specs_folder: Path | None,
) -> None:
    """Export closed dates as entries in double entry: one a remise, on the accounts of a chart.

    DATE, typed as 2026-11-28 or 28/11/2026, is the last one closed, unless given. The entry of a remise debits the bank with
    the net amount, the commission and its VAT, and credits the customers with the sales. Each fee beside a remise is an
    entry of its own.

    \b
    switch day accounting 2026-11-28 --chart cgnc
    switch day accounting --month 2026-11 --out november.csv
    switch day accounting --all --ledger --format beancount --out s.bean
    """
    from switch.specs.load import load_specs, specs_of
    from switch.treasury.accounts import exported

    if ledger and (given("chart") or merchant_id is not None):
        raise SwitchError("--ledger: found beside --chart or --merchant, expected one of them: it is of Switch itself")
    if business_date is not None and first_date is not None:
        raise SwitchError("--from: found beside DATE, expected one of them")
    specs, dates = (
        specs_of(data, specs_folder),
        _dates(business_date or first_date, last_date, month, every=every, is_open=first_date is not None),
    )
    charts = specs.charts or load_specs().charts  # a folder that was exported by an earlier release has none
    if chart not in charts:
        raise SwitchError(f"--chart: found {chart!r}, expected one of {', '.join(charts)}")
    with exported(data, None if ledger else charts[chart], form, dates, merchant_id) as pieces:
        if out is None:
            for piece in pieces:
                click.echo(piece, nl=False)
        else:
            _write(out, pieces)


def _dates(first: str | None, last: str | None, month: str | None, *, every: bool, is_open: bool = False) -> DateRange | None:
    """The dates that are meant; None for the last closed one. SwitchError where two options say different things.

    A range ``is_open`` that goes to the last date where it names none.
    """
    from switch.business_day import BUSINESS_DATE_MAX
    from switch.treasury.accounts import DateRange

    if every:
        if first is not None or last is not None or month is not None:
            raise SwitchError("--all: found beside a DATE or --month, expected one of them")
        return DateRange(first="", last=BUSINESS_DATE_MAX)
    if month is not None:
        if first is not None or last is not None:
            raise SwitchError("--month: found beside a DATE, expected one of them")
        return DateRange(first=f"{month}-01", last=f"{month}-31")
    if first is None:
        if last is not None:
            raise SwitchError("--to: found without --from or a DATE, expected the first date")
        return None
    if last is not None and last < first:
        raise SwitchError(f"--to: found {last}, expected {first} or later")
    return DateRange(first=first, last=last or (BUSINESS_DATE_MAX if is_open else first))


def _write(path: Path, pieces: Iterable[str]) -> None:
    """A file of these pieces. It appears under its name, or replaces an earlier one, once it is whole."""
    import io

    from switch.machine.files import kind_at
    from switch.machine.private import create_file

    kind = kind_at(path)
    if kind is not None:
        raise SwitchError(f"{path}: found {kind}, expected a file that can be written")
    partial = path.with_name(f".{path.name}.partial")
    try:
        with create_file(partial) as file, io.BufferedWriter(file) as written:
            for piece in pieces:
                written.write(piece.encode())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SwitchError(f"{path}: found {error.strerror}, expected a file that can be written") from None
