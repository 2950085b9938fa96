"""``switch cards``: the test cards of every issuer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.console.help import Verb, option
from switch.cli.console.names import issuer_names, known
from switch.cli.console.options import json_option, specs_option
from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.issuers.profile import Card, CardSeries, Profile


_COLUMNS: Final = ("number", "expiry", "CVV2", "balance", "status", "purpose")
SERIES_COLUMNS: Final = ("issuer", "numbers", "expiry", "balance each", "purpose")


@click.command(cls=Verb)
@option("--issuer", "issuer_id", metavar="ID", shell_complete=issuer_names, help="Only the cards of this issuer.")
@option("--series", "in_full", is_flag=True, help="List every card of a series, not one line for all.")
@option("--pans", "bare", is_flag=True, help="Print card numbers alone, one a line, of series too (for load tools).")
@specs_option
@json_option
def cards(issuer_id: str | None, in_full: bool, bare: bool, specs_folder: Path | None, as_json: bool) -> None:
    """List the test cards: number, expiry (YYMM), CVV2, balance, status, and what each is for.

    These numbers are invented for tests and are shown in full. A series is one line, with its first number and how many there
    are, unless --series.
    """
    from switch.cli.show.tables import show_json, show_table
    from switch.specs.load import load_specs

    if bare and as_json:
        raise SwitchError("--json: found beside --pans, expected one of them")
    if bare and in_full:
        raise SwitchError("--series: found beside --pans, which lists every card of a series by itself")
    specs = load_specs(specs_folder)
    if issuer_id is not None:
        known("--issuer", issuer_id, specs.issuers, specs_folder)
    issuers = [issuer for issuer in specs.issuers.values() if issuer_id in (None, issuer.id)]
    if bare:
        for issuer in issuers:
            for card in issuer.all_cards():
                click.echo(card.pan.digits)
        return
    entries = [entry for issuer in issuers for entry in _entries(issuer, in_full)]
    if as_json:
        show_json(entries)
        return
    for issuer in issuers:
        rows = [_row(entry) for entry in entries if entry["issuer"] == issuer.id and entry["count"] == 1]
        show_table(_COLUMNS, rows, title=f"{issuer.id}: {issuer.name}, {issuer.origin}")
        click.echo()
    rows = [_series_row(entry) for entry in entries if entry["count"] > 1]
    if rows:
        show_table(SERIES_COLUMNS, rows, title="Series: like cards, numbered on from the first (--series lists each)")


def _entries(issuer: Profile, in_full: bool) -> Iterator[dict[str, Any]]:
    for card in issuer.cards:
        yield _entry(issuer, card, 1)
    for series in issuer.card_series:
        yield from (_entry(issuer, card, 1) for card in series) if in_full else [_series_entry(issuer, series)]


def _row(entry: dict[str, Any]) -> list[str]:
    return [entry[key] or "" for key in ("pan", "expiry", "cvv2", "balance", "status", "purpose")]


def _series_row(entry: dict[str, Any]) -> list[str]:
    numbers = f"{entry['pan']} …×{entry['count']}"
    return [entry["issuer"], numbers, entry["expiry"], entry["balance"], entry["purpose"]]


def _series_entry(issuer: Profile, series: CardSeries) -> dict[str, Any]:
    return _entry(issuer, series.card(1), series.count)


def _entry(issuer: Profile, card: Card, count: int) -> dict[str, Any]:
    """One line: a card, or the first of a series of ``count``."""
    from switch.money import format_minor

    return {
        "issuer": issuer.id,
        "pan": card.pan.digits,
        "expiry": card.expiry,
        "cvv2": card.cvv2,
        "balance": format_minor(card.balance_minor),
        "status": card.status,
        "count": count,
        "purpose": card.purpose,
    }
