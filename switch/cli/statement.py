"""``switch statement``: one merchant's daily statement."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from switch.cli.command.help import Verb, option
from switch.cli.command.names import merchant_ids
from switch.cli.command.options import closed_date_argument, data_option, given, json_option, specs_option
from switch.cli.console.folding import folded
from switch.cli.console.screen import columns
from switch.cli.console.words import lang_option, language
from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.endofday.files import StatementFormat

#: The columns of ``payouts.STATEMENT_LINES``.
LINE_COLUMNS: Final = (
    "local_at",
    "terminal_id",
    "pan_masked",
    "scheme",
    "product",
    "origin",
    "channel",
    "transaction_type",
    "rrn",
    "approval_code",
    "amount_minor",
    "discount_rate_basis_points",
    "discount_minor",
    "vat_minor",
    "net_minor",
    "adjusts",
)


@click.command(cls=Verb)
@click.argument("merchant_id", metavar="MERCHANT", shell_complete=merchant_ids)
@closed_date_argument
@option(
    "--format",
    "form",
    type=click.Choice(["text", "csv"]),
    default="text",
    show_default=True,
    help="For people (132 columns), or for programs.",
)
@option(
    "--excel-fr", is_flag=True, help="With --format csv: semicolons, decimal commas, French heads, for a French spreadsheet."
)
@data_option
@specs_option
@json_option
@lang_option
def statement(
    merchant_id: str,
    business_date: str | None,
    form: Literal["text", "csv"],
    excel_fr: bool,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """Print a merchant's daily statement (relevé monétique): its sales, what they cost, what it is paid and when.

    DATE, typed as 2026-11-28 or 28/11/2026, is the merchant's latest closed date, unless given. The text is 132 columns
    wide. A narrower terminal shows each entry on several lines; `switch statement ID | less -S` scrolls it sideways.
    `switch merchants` lists the merchants.
    """
    from switch.cli.show.tables import show_json
    from switch.endofday.close import statement as statement_of
    from switch.specs.load import specs_of

    if as_json and given("form"):
        raise SwitchError("--json: found beside --format, expected one of them")
    if excel_fr and (as_json or form != "csv"):
        raise SwitchError("--excel-fr: found without --format csv, expected both")
    specs = specs_of(data, specs_folder)
    fmt: StatementFormat = "csv" if as_json else "excel-fr" if excel_fr else form
    try:
        told = statement_of(data, merchant_id, business_date, fmt, specs.merchants.keys(), language())
    except SwitchError as error:
        if type(error) is SwitchError and merchant_id not in specs.merchants:
            sentence = str(error).replace("merchant: ", "MERCHANT: ", 1)
            raise SwitchError(sentence, hint="switch merchants lists them") from None
        raise
    if as_json:
        show_json(_as_json(data, merchant_id, business_date or _date_of(told)))
    else:
        shown = told if fmt != "text" else folded(told, columns())
        out = sys.stdout.buffer if excel_fr else None  # a terminal's stream would write the mark out
        click.echo(shown.encode() if excel_fr else shown, file=out, nl=False)


def _date_of(rows: str) -> str:
    """The business date of a statement in CSV."""
    return rows.splitlines()[1].partition(",")[0]


def _as_json(data: Path, merchant_id: str, business_date: str) -> dict[str, Any]:
    """What is said once, then the lines and the totals for each origin and type; amounts in minor units."""
    from attrs import asdict

    from switch.endofday import books
    from switch.endofday.files import type_totals
    from switch.settlement import payouts
    from switch.settlement.statement import Head, StatementTotal

    key = {"business_date": business_date, "merchant_id": merchant_id}
    with books.opened(data) as connection:
        head = Head.from_row(connection.execute(payouts.STATEMENT_HEAD, key).fetchone())
        types = type_totals(connection, key)
        sections = [connection.execute(payouts.STATEMENT_LINES, {**key, "transaction_type": total.of}) for total in types]
        lines = [line for section in (*sections, connection.execute(payouts.STATEMENT_ADJUSTMENTS, key)) for line in section]
        totals = connection.execute(payouts.STATEMENT_TOTALS_OF, key).fetchall()
    return {
        **asdict(head),
        "lines": [dict(zip(LINE_COLUMNS, line, strict=True)) for line in lines],
        "totals": [asdict(StatementTotal.from_row(total)) for total in totals],
        "types": [asdict(total) for total in types],
    }
