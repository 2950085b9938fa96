"""``switch statement``: one merchant's daily statement, in the form that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from attrs import define

from switch.business_day import DateSpan
from switch.cli.command.help import Verb, option
from switch.cli.command.names import merchant_ids
from switch.cli.command.options import PATH, closed_date_argument, data_option, given, json_option, specs_option
from switch.cli.command.spans import span_of, span_options
from switch.cli.command.written import write_whole
from switch.cli.console.folding import folded
from switch.cli.console.last_resort import complain
from switch.cli.console.screen import columns, say_text
from switch.cli.console.words import lang_option, language, said
from switch.display.visible import visible_lines
from switch.errors import SwitchError
from switch.merchant import STATEMENT_LAYOUTS

if TYPE_CHECKING:
    from switch.settlement.layouts.statement_faults import StatementFault
    from switch.settlement.statement import Statement
    from switch.settlement.statement_facts import StatementLayout
    from switch.settlement.typesetting.letters import Letters

_Form = Literal["text", "csv", "pdf", "xlsx", "json"]


@click.command(cls=Verb)
@click.argument("merchant_id", metavar="MERCHANT", shell_complete=merchant_ids)
@closed_date_argument
@span_options
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
@option(
    "--layout",
    type=click.Choice(STATEMENT_LAYOUTS),
    default=None,
    help="detailed: a line for each transaction. remise: a block for each remise. monthly: the invoice of the month of DATE. "
    "Default: the layout of the merchant's contract for text, pdf and xlsx; detailed for csv and json.",
)
@option(
    "--fault",
    "fault_texts",
    multiple=True,
    metavar="FAULT",
    help="Spoil what is printed, to test a reconciliation: drop-lines=3, late-remise, double-remise or clock-offset=1h.",
)
@option("--seed", type=int, default=0, show_default=True, metavar="NUMBER", help="With --fault: which lines and remises.")
@option("--out", type=PATH, default=None, metavar="FILE", help="Write the statement to this file, whole or not at all.")
@data_option
@specs_option
@json_option
@lang_option
def statement(
    merchant_id: str,
    business_date: str | None,
    month: DateSpan | None,
    since: str | None,
    until: str | None,
    form: _Form,
    excel_fr: bool,
    layout: StatementLayout | None,
    fault_texts: tuple[str, ...],
    seed: int,
    out: Path | None,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """Print a merchant's daily statement (relevé monétique): its sales, what they cost, what it is paid and when.

    DATE, typed as 2026-11-28 or 28/11/2026, is the merchant's latest closed date, unless given. The text is 132 columns
    wide. A narrower terminal shows each entry on several lines; `switch statement ID | less -S` scrolls it sideways.
    PDF and XLSX are not printed on a terminal: `--out FILE` writes them. `switch merchants` lists the merchants.

    With --month, or --from and --to, Switch prints the statements of all closed dates of the range, one after the other; in the
    layout monthly, an invoice for each month. As CSV they have one head, and as JSON they are a list. A PDF or XLSX is one.

    \b
    switch statement TELECOM00000001 --layout remise
    switch statement TELECOM00000001 --layout monthly --format pdf --out m.pdf
    switch statement TELECOM00000001 --lang ar --format pdf --out kashf.pdf
    """
    from switch.endofday.statements import stated

    if as_json and given("form"):
        raise SwitchError("--json: found beside --format, expected one of them")
    if excel_fr and (as_json or form != "csv"):
        raise SwitchError("--excel-fr: found without --format csv, expected both")
    if given("seed") and not fault_texts:
        raise SwitchError("--seed: found without --fault, expected both")
    if form in ("pdf", "xlsx") and out is None and sys.stdout.isatty():
        raise SwitchError(f"--format {form}: found a terminal, expected a file", hint=f"--out {merchant_id}.{form}")
    wanted = _Wanted(layout, _faults(fault_texts, seed))
    span = None if (month, since, until) == (None, None, None) else span_of(month, since, until, business_date)
    merchants = _merchants_of(data, specs_folder)
    form = "json" if as_json else form
    try:
        if span is None:
            with stated(data, merchant_id, business_date, merchants, language()) as told:
                until, content = told.head.business_date, _content(told, form, excel_fr, wanted)
        else:
            until, content = _of_range(data, merchant_id, span, form, excel_fr, wanted)
    except SwitchError as error:
        if type(error) is SwitchError and str(error).startswith("merchant: "):
            sentence = str(error).replace("merchant: ", "MERCHANT: ", 1)
            raise SwitchError(sentence, hint="switch merchants lists them") from None
        raise
    wanted.tell()
    if out is not None:
        write_whole(out, content)
        one = f"statement of {merchant_id} for {until} written to {out}"
        say_text(said(one if span is None else f"statements of {merchant_id} until {until} written to {out}"))
    elif form == "text":
        click.echo(folded(content.decode(), columns()), nl=False)
    elif excel_fr or form in ("pdf", "xlsx"):  # a stream of text would write the mark of a French spreadsheet out
        click.echo(content, file=sys.stdout.buffer, nl=False)
    else:
        click.echo(content.decode(), nl=False)


def _faults(texts: Sequence[str], seed: int) -> list[StatementFault]:
    """What the statement is to be spoilt with, most often nothing. SwitchError where a fault is none."""
    if not texts:
        return []
    from switch.settlement.layouts.statement_faults import StatementFault

    return [StatementFault.parse(text, seed) for text in texts]


def _merchants_of(data: Path, specs_folder: Path | None) -> Callable[[], Collection[str]]:
    """How to find the merchants of the specification, which is not read for a merchant of the books, unless it was named."""

    def read() -> Collection[str]:
        from switch.specs.load import specs_of

        return specs_of(data, specs_folder).merchants.keys()

    if specs_folder is None:
        return read
    merchants = read()
    return lambda: merchants


def _of_range(data: Path, merchant_id: str, span: DateSpan, form: _Form, excel_fr: bool, wanted: _Wanted) -> tuple[str, bytes]:
    """The last date of a range with a statement, and the statements of all its dates, of each month one invoice.

    The invoice of a month is asked of the last date that has one. A PDF or a workbook is one statement.
    """
    from switch.endofday.statements import stated, statement_dates

    dates = statement_dates(data, merchant_id, span)
    contents: dict[str, bytes] = {}  #: date, or month of an invoice, the last one first
    for date in reversed(dates):
        with stated(data, merchant_id, date, language=language()) as told:
            is_invoice = wanted.of(told, form) == "monthly"
            key = date[:7] if is_invoice else date
            if key in contents:
                continue
            if contents and form in ("pdf", "xlsx"):
                if is_invoice:
                    raise SwitchError(f"--format {form}: found several months, expected text, csv or json")
                raise SwitchError(f"--format {form}: found several dates, expected text, csv or json")
            contents[key] = _content(told, form, excel_fr, wanted)
    return dates[-1], _together([content for _, content in reversed(contents.items())], form)


def _together(contents: list[bytes], form: _Form) -> bytes:
    """The statements of a range as one text: as CSV under one head, as JSON in a list; a PDF or a workbook is alone."""
    import json

    if form in ("pdf", "xlsx"):
        (alone,) = contents
        return alone
    if form == "json":
        several = [json.loads(content) for content in contents]
        return f"{json.dumps(several, indent=2, ensure_ascii=False)}\n".encode()
    if form == "csv":
        heads = {content.partition(b"\n")[0] for content in contents}
        assert len(heads) == 1, "the columns of a layout are the same on all dates"
        return contents[0] + b"".join(content.partition(b"\n")[2] for content in contents[1:])
    return b"\n\n".join(contents)


def _content(told: Statement, form: _Form, excel_fr: bool, wanted: _Wanted) -> bytes:
    """A statement in a form, read from the books to its end: what is printed may be read slowly."""
    import io
    import json

    from switch.endofday.files import system_letters
    from switch.settlement.layouts.layout_forms import laid_out
    from switch.settlement.layouts.statement_faults import spoilt_statement
    from switch.settlement.statement_forms import as_bytes, as_json, write_texts

    layout = wanted.of(told, form)
    letters = system_letters() if form == "pdf" else None
    try:
        if layout != "detailed":
            return laid_out(told, layout, "excel-fr" if excel_fr else form, letters, wanted.faults)
        told = spoilt_statement(told, wanted.faults) if wanted.faults else told
        if form in ("pdf", "xlsx"):
            return as_bytes(told, form, letters)
    finally:
        tell_replaced(letters)
    if form == "json":
        return visible_lines(f"{json.dumps(as_json(told), indent=2, ensure_ascii=False)}\n").encode()
    text = io.StringIO(newline="")
    write_texts(told, {"text" if form == "text" else "excel-fr" if excel_fr else "csv": text})
    return text.getvalue().encode()


@define
class _Wanted:
    """Which layout was asked for, and with which faults."""

    layout: StatementLayout | None
    faults: list[StatementFault]

    def of(self, told: Statement, form: _Form) -> StatementLayout:
        """The layout that was asked for, else that of the contract, which is none of CSV and JSON.

        SwitchError where it cannot be spoilt.
        """
        layout = self.layout
        if layout is None:
            layout = told.facts.layout if told.facts is not None and form not in ("csv", "json") else "detailed"
        if self.faults and layout == "monthly":
            raise SwitchError("--fault: found the layout monthly, expected --layout detailed or remise")
        return layout

    def tell(self) -> None:
        """A person has to know that what follows is spoilt, and what is not."""
        for fault in self.faults:
            complain(said(f"fault {fault.text}: this output is spoilt; books and files of the day are as they were"))


def tell_replaced(letters: Letters | None) -> None:
    """Name the characters that no font had, and that are question marks now."""
    if letters is not None and letters.replaced:
        shown = " ".join(sorted(letters.replaced))
        complain(said(f"no font has the characters {shown}: each is a question mark; SWITCH_FONTS names a folder with one"))
