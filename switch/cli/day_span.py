"""Closed dates of a month or a range together, as ``switch day show --month`` prints them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.business_day import DateSpan
from switch.cli.console.screen import say_text
from switch.cli.console.words import figure, said

if TYPE_CHECKING:
    from switch.batch.figures import Figures, Money, Slice


def show_span(data: Path, span: DateSpan, as_json: bool) -> None:
    """Print what the closed dates of a range come to together, for people or for a program."""
    from attrs import asdict

    from switch.batch.figures import figures_of
    from switch.cli.show.tables import show_json

    figures = figures_of(data, span)
    if as_json:
        show_json(asdict(figures))
    else:
        _show_figures(figures)


def _show_figures(figures: Figures) -> None:
    """Print what the closed dates of a range come to together: totals, each date, banks, merchants, exceptions."""
    from switch.cli.show.tables import show_pairs, show_table

    first, last = figures.dates[0], figures.dates[-1]
    say_text(said(f"business dates from {first} to {last}"))
    click.echo()
    show_pairs(
        [
            ("closed days", len(figures.dates)),
            ("approved", said(f"{figures.approval_count} of {figures.decision_count} decisions")),
        ]
    )
    for money in figures.money:
        _show_money(money)
    if figures.exceptions:
        click.echo()
        rows = [
            (said(each.of), each.count, *_amounts(each.currency, each.amount_minor), _currency(each.currency))
            for each in figures.exceptions
        ]
        show_table(("reason", "count", "amount", "in"), rows, title="Approved but not presented")


def _show_money(money: Money) -> None:
    from switch.cli.show.tables import show_table

    currency, name = money.currency, _currency(money.currency)
    amounts = (money.gross_minor, money.interchange_minor, money.discount_minor, money.vat_minor, money.net_minor)
    click.echo()
    heads = ("totals", "count", "gross", "interchange", "discount", "VAT", "net to merchants")
    show_table(heads, [(name, money.line_count, *_amounts(currency, *amounts))])
    sums = ("count", "gross", "discount", "VAT", "net")
    rows: list[tuple[object, ...]] = [(said(each.of), each.line_count, *_sums(currency, each)) for each in money.days]
    click.echo()
    show_table(("business date", *sums), rows, title=f"By date in {name}")
    click.echo()
    rows = [
        (
            each.name,
            said(each.role),
            *_amounts(currency, each.debit_minor, each.credit_minor, each.interchange_minor, each.net_minor),
        )
        for each in money.positions
    ]
    sides = ("participant", "role", "debit", "credit", "interchange", "net")
    show_table(sides, rows, title=f"Net positions in {name}: + receives, - pays; they sum to zero")
    click.echo()
    rows = [
        (
            each.of,
            each.beside,
            each.line_count,
            *_sums(currency, each),
        )
        for each in money.merchants
    ]
    show_table(("merchant", "name", *sums), rows, title=f"By merchant in {name}")


def _sums(currency: str, each: Slice) -> list[str]:
    return _amounts(currency, each.gross_minor, each.discount_minor, each.vat_minor, each.net_minor)


def _amounts(currency: str, *minors: int) -> list[str]:
    from switch.money import format_minor

    return [figure(format_minor(minor, currency)) for minor in minors]


def _currency(currency: str) -> str:
    from switch.money import currency_name

    return currency_name(currency)
