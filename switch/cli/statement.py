"""``switch statement``: one merchant's daily statement, in the form that is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from switch.cli.command.help import Verb, option
from switch.cli.command.names import merchant_ids
from switch.cli.command.options import PATH, closed_date_argument, data_option, given, json_option, specs_option
from switch.cli.command.written import write_whole
from switch.cli.console.folding import folded
from switch.cli.console.screen import columns, say_text
from switch.cli.console.words import lang_option, language, said
from switch.display.visible import visible_lines
from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.settlement.statement import Statement

_Form = Literal["text", "csv", "pdf", "xlsx", "json"]


@click.command(cls=Verb)
@click.argument("merchant_id", metavar="MERCHANT", shell_complete=merchant_ids)
@closed_date_argument
@option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "pdf", "xlsx", "json"]),
    default="text",
    show_default=True,
    help="text (132 columns) and pdf for people, xlsx for a spreadsheet, csv and json for programs.",
)
@option(
    "--excel-fr", is_flag=True, help="With --format csv: semicolons, decimal commas, French heads, for a French spreadsheet."
)
@option("--out", type=PATH, default=None, metavar="FILE", help="Write the statement to this file, whole or not at all.")
@data_option
@specs_option
@json_option
@lang_option
def statement(
    merchant_id: str,
    business_date: str | None,
    form: _Form,
    excel_fr: bool,
    out: Path | None,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """Print a merchant's daily statement (relevé monétique): its sales, what they cost, what it is paid and when.

    DATE, typed as 2026-11-28 or 28/11/2026, is the merchant's latest closed date, unless given. The text is 132 columns
    wide. A narrower terminal shows each entry on several lines; `switch statement ID | less -S` scrolls it sideways.
    PDF and XLSX are not printed on a terminal: `--out FILE` writes them. `switch merchants` lists the merchants.
    """
    from switch.endofday.statements import stated
    from switch.specs.load import specs_of

    if as_json and given("form"):
        raise SwitchError("--json: found beside --format, expected one of them")
    if excel_fr and (as_json or form != "csv"):
        raise SwitchError("--excel-fr: found without --format csv, expected both")
    if form in ("pdf", "xlsx") and out is None and sys.stdout.isatty():
        raise SwitchError(f"--format {form}: found a terminal, expected a file", hint=f"--out {merchant_id}.{form}")
    specs = specs_of(data, specs_folder)
    form = "json" if as_json else form
    try:
        with stated(data, merchant_id, business_date, specs.merchants.keys(), language()) as told:
            head, content = told.head, _content(told, form, excel_fr)
    except SwitchError as error:
        if type(error) is SwitchError and str(error).startswith("merchant: ") and merchant_id not in specs.merchants:
            sentence = str(error).replace("merchant: ", "MERCHANT: ", 1)
            raise SwitchError(sentence, hint="switch merchants lists them") from None
        raise
    if out is not None:
        write_whole(out, content)
        say_text(said(f"statement of {head.merchant_id} for {head.business_date} written to {out}"))
    elif form == "text":
        click.echo(folded(content.decode(), columns()), nl=False)
    elif excel_fr or form in ("pdf", "xlsx"):  # a stream of text would write the mark of a French spreadsheet out
        click.echo(content, file=sys.stdout.buffer, nl=False)
    else:
        click.echo(content.decode(), nl=False)


def _content(told: Statement, form: _Form, excel_fr: bool) -> bytes:
    """A statement in a form, read from the books to its end: what is printed may be read slowly."""
    import io
    import json

    from switch.settlement.statement_forms import as_bytes, as_json, write_texts

    if form in ("pdf", "xlsx"):
        return as_bytes(told, form)
    if form == "json":
        return visible_lines(f"{json.dumps(as_json(told), indent=2, ensure_ascii=False)}\n").encode()
    text = io.StringIO(newline="")
    write_texts(told, {"text" if form == "text" else "excel-fr" if excel_fr else "csv": text})
    return text.getvalue().encode()
