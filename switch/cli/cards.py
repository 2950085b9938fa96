"""``switch cards``: the test cards of every issuer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.help import Verb, option
from switch.cli.command.names import issuer_names, known
from switch.cli.command.options import json_option, specs_option
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.issuers.profile import Card, CardSeries, Profile
    from switch.specs.specification import Specs


_COLUMNS: Final = ("number", "scheme", "gives", "expiry", "CVV2", "balance", "purpose")
_LITTLE_MINOR: Final = 12_500  #: an account with less cannot pay the purchase that `switch send` makes by default
SERIES_COLUMNS: Final = ("issuer", "numbers", "expiry", "balance each", "purpose")


@click.command(cls=Verb)
@option("--issuer", "issuer_id", metavar="ID", shell_complete=issuer_names, help="Only the cards of this issuer.")
@option("--for", "wanted", metavar="CODE", help="Only the cards that give this response code: 00, 51, 54 …")
@option("--series", "in_full", is_flag=True, help="List every card of a series, not one line for all.")
@option("--pans", "bare", is_flag=True, help="Print card numbers alone, one a line, of series too (for load tools).")
@specs_option
@json_option
def cards(
    issuer_id: str | None,
    wanted: str | None,
    in_full: bool,
    bare: bool,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """List the test cards: number, scheme, the response codes each gives, expiry (YYMM), CVV2, balance, purpose.

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
        _print_numbers(issuers, specs, wanted)
        return
    entries = [entry for issuer in issuers for entry in _entries(issuer, specs, in_full)]
    entries = [entry for entry in entries if wanted in (None, *entry["gives"])]
    if wanted is not None and not entries:
        raise NegativeAnswerError(f"--for: found {wanted}, which no test card gives by itself; a scenario can")
    if as_json:
        show_json([{key: value for key, value in entry.items() if key != "balance"} for entry in entries])
        return
    for issuer in issuers:
        rows = [_row(entry) for entry in entries if entry["issuer"] == issuer.id and entry["count"] == 1]
        if rows:
            show_table(_COLUMNS, rows, title=f"{issuer.id}: {issuer.name}, {issuer.origin}", below=("purpose",))
            click.echo()
    rows = [_series_row(entry) for entry in entries if entry["count"] > 1]
    if rows:
        show_table(SERIES_COLUMNS, rows, title="Series: like cards, numbered on from the first (--series lists each)")


def _print_numbers(issuers: Iterable[Profile], specs: Specs, wanted: str | None) -> None:
    for issuer in issuers:
        little_minor = little_minor_of(issuer, specs)
        for card in issuer.all_cards():
            if wanted is None or wanted in codes_given(card, little_minor):
                click.echo(card.pan.digits)


def _entries(issuer: Profile, specs: Specs, in_full: bool) -> Iterator[dict[str, Any]]:
    for card in issuer.cards:
        yield _entry(issuer, specs, card, 1)
    for series in issuer.card_series:
        yield from (_entry(issuer, specs, card, 1) for card in series) if in_full else [_series_entry(issuer, specs, series)]


def _row(entry: dict[str, Any]) -> list[str]:
    given = ("pan", "scheme", "codes", "expiry", "cvv2", "balance", "purpose")
    return [{**entry, "codes": " ".join(entry["gives"])}[key] or "" for key in given]


def codes_given(card: Card, little_minor: int = _LITTLE_MINOR) -> list[str]:
    """The response codes that the card's own data lead to, the usual one first; ``little_minor`` is what the purchase that
    `switch send` makes by default costs its account."""
    import time

    from switch.issuers.decide import STATUS_REFUSALS
    from switch.transaction import AMOUNT_LIMIT_EXCEEDED, APPROVED, EXPIRED_CARD, INSUFFICIENT_FUNDS

    if card.status in STATUS_REFUSALS:
        return [STATUS_REFUSALS[card.status][0]]
    if card.expiry < time.strftime("%y%m"):
        return [EXPIRED_CARD]
    short = [INSUFFICIENT_FUNDS] * (card.balance_minor < little_minor)
    limited = [AMOUNT_LIMIT_EXCEEDED] * (card.cash_limit_minor is not None)
    return [APPROVED, *short, *limited]


def little_minor_of(issuer: Profile, specs: Specs) -> int:
    """What the default purchase of `switch send` costs an account of an issuer today."""
    if issuer.billing_currency is None:
        return _LITTLE_MINOR
    import time

    from switch.issuers.account import ACCOUNT_CURRENCY
    from switch.rates import converted

    return converted(_LITTLE_MINOR, ACCOUNT_CURRENCY, issuer.billing_currency, time.strftime("%Y-%m-%d"), specs.rates)


def _series_row(entry: dict[str, Any]) -> list[str]:
    numbers = f"{entry['pan']} …×{entry['count']}"
    return [entry["issuer"], numbers, entry["expiry"], entry["balance"], entry["purpose"]]


def _series_entry(issuer: Profile, specs: Specs, series: CardSeries) -> dict[str, Any]:
    return _entry(issuer, specs, series.card(1), series.count)


def _entry(issuer: Profile, specs: Specs, card: Card, count: int) -> dict[str, Any]:
    """One line: a card, or the first of a series of ``count``."""
    from switch.issuers.account import ACCOUNT_CURRENCY
    from switch.money import format_minor, worded_minor

    currency = issuer.billing_currency or ACCOUNT_CURRENCY
    return {
        "issuer": issuer.id,
        "pan": card.pan.digits,
        "scheme": route.scheme if (route := specs.routing.find(card.pan.digits)) is not None else None,
        "gives": codes_given(card, little_minor_of(issuer, specs)),
        "expiry": card.expiry,
        "cvv2": card.cvv2,
        "balance": (format_minor if currency == ACCOUNT_CURRENCY else worded_minor)(card.balance_minor, currency),
        "balance_minor": card.balance_minor,
        "currency": currency,
        "status": card.status,
        "count": count,
        "purpose": card.purpose,
    }
