"""``switch find``: which payout, remise or sale is behind a label, a date and an amount."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verb
from switch.cli.command.options import business_date_given, data_option, json_option, sayable
from switch.cli.console.screen import say_text
from switch.cli.console.words import figure, lang_option, said
from switch.errors import EXIT_DONE, EXIT_NO, SwitchError

if TYPE_CHECKING:
    from switch.batch.find import Findings, Found

LINES_PRINTED_MAX = 20  #: transactions of what fits; --json has more


def _amount(text: str) -> Decimal:
    """A decimal amount, with a point or a comma; a blank may stand between thousands. Its currency is that of what is found."""
    plain = text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".").lstrip("+")
    if not re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,3})?", plain):
        raise SwitchError(f"AMOUNT: found {text!r}, expected an amount such as 412.35 or 412,35")
    found = Decimal(plain)
    if not found:
        raise SwitchError(f"AMOUNT: found {text!r}, expected an amount above zero")
    return found


@click.command(cls=Verb)
@click.argument("label")
@click.argument("on", metavar="DATE", callback=business_date_given)
@click.argument("amount")
@data_option
@json_option
@lang_option
def find(label: str, on: str, amount: str, data: Path, as_json: bool) -> int:
    """Find the payout, the remise or the sale behind a line of a bank account, or the nearest ones.

    LABEL is a bank's whole label or a part of it. A part is the number of a remise or a terminal, the beginning of a
    merchant's id or name, a payout's reference, a retrieval reference number, or an approval code. DATE is a business date or
    a value date. AMOUNT is the amount of the credit, 412.35 or 412,35, in the currency of the account. Switch finds a gross
    amount, too, and the net in the currency of the sales.

    The exit code is 0 if a row fits in all three, 1 if none does. Near rows agree in two of them; if no row does, in the label
    or the amount alone. They say what differs.

    \b
    switch find 000285 2026-02-03 412.35
    switch find "VENTE PAR CARTE 000285" 03/02/2026 412,35
    switch find EPICERIE 2026-02-03 96.70
    """
    from switch.batch.find import Question, found
    from switch.cli.show.tables import show_json

    findings = found(data, Question(label=sayable(label), on=on, amount=_amount(amount)))
    if as_json:
        show_json(findings.as_json())
    else:
        if findings.fits:
            _show("Fits label, date and amount", findings.fits)
            _show_lines(findings)
        else:
            say_text(said("nothing fits label, date and amount"), "declined")
        if findings.near:
            click.echo()
            _show("Near", findings.near)
    return EXIT_DONE if findings.fits else EXIT_NO


def _show(title: str, rows: tuple[Found, ...]) -> None:
    from switch.cli.show.tables import show_table
    from switch.money import currency_name, format_minor

    is_converted = any(each.paid_currency != each.currency for each in rows)
    paid = ("paid",) if is_converted else ()
    heads = ("kind", "reference", "label", "business date", "value date", "merchant", "net", "in", *paid, "agrees", "differs")
    cells = [
        (
            said(each.kind),
            each.reference,
            each.label,
            said(each.business_date),
            said(each.value_date),
            each.merchant_id,
            figure(format_minor(each.net_minor, each.currency)),
            currency_name(each.currency),
            *(
                [f"{figure(format_minor(each.paid_minor, each.paid_currency))} {currency_name(each.paid_currency)}"]
                * is_converted
            ),
            _agreed(each),
            _differs(each),
        )
        for each in rows
    ]
    show_table(heads, cells, title=title)


def _show_lines(findings: Findings) -> None:
    """The transactions of the payout that fits, with those it takes back of earlier dates."""
    from switch.cli.show.tables import show_table
    from switch.money import currency_name, format_minor

    if not findings.lines:
        return
    rows = [
        (
            line.rrn,
            line.pan_masked,
            line.terminal_id,
            f"{line.local_at[4:6]}:{line.local_at[6:8]}",
            figure(format_minor(line.gross_minor, line.currency)),
            figure(format_minor(line.net_minor, line.currency)),
            currency_name(line.currency),
            said(line.adjusts),
        )
        for line in findings.lines[:LINES_PRINTED_MAX]
    ]
    click.echo()
    show_table(("RRN", "card", "terminal", "time", "gross", "net", "in", "presented on"), rows, title="Its transactions")
    more = sum(each.line_count for each in findings.fits if each.kind != "sale") - len(rows)
    if more > 0:
        click.echo(said(f"and {more} more"))


def _agreed(each: Found) -> str:
    parts = [said("label")] if each.by_label else []
    parts += [said("date")] if each.by_date else []
    parts += [said(f"{each.by_amount} amount")] if each.by_amount else []
    return ", ".join(parts)


def _differs(each: Found) -> str:
    from switch.money import currency_name, format_minor

    parts = [] if each.by_label else [said("label")]
    if not each.by_date:
        parts.append(said(f"{each.days_off:+d} day" + ("" if abs(each.days_off) == 1 else "s")))
    if not each.by_amount:
        decimal = format_minor(each.minor_off, each.off_currency)
        unit = f" {currency_name(each.off_currency)}" if each.off_currency != each.currency else ""
        parts.append(f"{'+' if each.minor_off > 0 else ''}{figure(decimal)}{unit}")
    return ", ".join(parts)
