"""``switch cards``: the test cards of every issuer, and new ones by the thousand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.help import VerbAndMore, option
from switch.cli.command.names import issuer_names, known
from switch.cli.command.options import json_option, specs_option
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.issuers.profile import Card, CardSeries, Profile
    from switch.keys.key_module import KeyModule
    from switch.specs.specification import Specs


_COLUMNS: Final = ("number", "scheme", "gives", "expiry", "CVV2", "balance", "purpose")
CARD_FORMS: Final = ("csv", "pans", "messages")  #: what `switch cards generate` prints
_LINES_AT_ONCE: Final = 4_096
SERIES_COLUMNS: Final = ("issuer", "numbers", "expiry", "balance each", "purpose")


@click.group(cls=VerbAndMore, invoke_without_command=True)
@option("--issuer", "issuer_id", metavar="ID", shell_complete=issuer_names, help="Only the cards of this issuer.")
@option(
    "--for",
    "wanted",
    metavar="CODE",
    help="Only cards that give this code (00, 51 …) or are magic (timeout, late, twice, drop, partial, amount), with commands.",
)
@option("--series", "in_full", is_flag=True, help="List every card of a series, not one line for all.")
@option("--pans", "bare", is_flag=True, help="Print card numbers alone, one a line, of series too (for load tools).")
@specs_option
@json_option
@click.pass_context
def cards(
    ctx: click.Context,
    issuer_id: str | None,
    wanted: str | None,
    in_full: bool,
    bare: bool,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """List the test cards: number, scheme, the response codes each gives, expiry (YYMM), CVV2, balance, purpose.

    These numbers are invented for tests and are shown in full. A series is one line, with its first number and how many there
    are, unless --series. So is a card file. `switch cards generate` makes cards for one. The PIN of every card is 1234, unless
    its bank's file gives another; where the file gives no CVV2, the test key of the bank does.
    """
    if ctx.invoked_subcommand is not None:
        _refuse_options(ctx, ctx.invoked_subcommand)
        return
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
    entries = [entry for issuer in issuers for entry in _entries(issuer, specs, in_full, wanted)]
    entries = [entry for entry in entries if wanted in (None, *entry["send"])]
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
    if wanted is not None:
        _print_ways(wanted, entries)


def _print_ways(wanted: str, entries: Iterable[dict[str, Any]]) -> None:
    """What to send with each card to get a code."""
    from switch.cli.console.screen import say_command, say_text

    say_text(f"To get {wanted}:")
    for entry in entries:
        say_command(" ", entry["send"][wanted], None, gap=" ")


@cards.command(short_help="Make cards for an issuer, by the thousand.")
@option(
    "--issuer",
    "issuer_id",
    required=True,
    metavar="ID",
    shell_complete=issuer_names,
    help="Issuer whose ranges the numbers are in.",
)
@option("--count", type=int, default=100, show_default=True, metavar="NUMBER", help="How many cards.")
@option("--seed", type=int, default=0, show_default=True, metavar="NUMBER", help="Another seed makes other cards.")
@option(
    "--format",
    "form",
    type=click.Choice(CARD_FORMS),
    default="csv",
    show_default=True,
    metavar="FORM",
    help="csv: a card file; pans: numbers alone; messages: purchases for `switch send --file`.",
)
@specs_option
def generate(issuer_id: str, count: int, seed: int, form: str, specs_folder: Path | None) -> None:
    """Print new cards of an issuer: numbers, expiry, CVV2, balance, product, account, name, amount of a purchase.

    The same seed makes the same cards. Numbers lie in the ranges that lead to the issuer, products come by their `share`, and
    amounts are 435 MAD in the mean. Name the file as `card_file` in the issuer's file, and the issuer has these cards.

    \b
    switch cards generate --issuer atlas --count 100000 --seed 7 > cards.csv
    switch cards generate --issuer atlas --count 500 --format pans > pans.txt
    switch cards generate --issuer atlas --count 9 --format messages > sent.csv
    """
    from switch.cli.card_maker import MADE_MAX, as_card_file, as_messages, as_numbers, made_cards
    from switch.specs.load import load_specs

    if not 1 <= count <= MADE_MAX:
        raise SwitchError(f"--count: found {count}, expected 1 to {MADE_MAX}")
    specs = load_specs(specs_folder)
    known("--issuer", issuer_id, specs.issuers, specs_folder)
    made = made_cards(specs.issuers[issuer_id], specs.routing, count, seed)
    lines = {"csv": as_card_file, "pans": as_numbers, "messages": as_messages}[form](made)
    while piece := list(islice(lines, _LINES_AT_ONCE)):
        click.echo("\n".join(piece))


def _refuse_options(ctx: click.Context, below: str) -> None:
    """No option is passed over in silence: those of the list mean nothing to a verb below it."""
    for parameter in ctx.command.params:
        if ctx.get_parameter_source(parameter.name or "") is click.core.ParameterSource.COMMANDLINE:
            raise SwitchError(f"{parameter.opts[0]}: found in front of {below}, expected behind it, where {below} knows it")


def _print_numbers(issuers: Iterable[Profile], specs: Specs, wanted: str | None) -> None:
    from switch.cli.card_codes import codes_given, little_minor_of

    for issuer in issuers:
        little_minor = little_minor_of(issuer, specs)
        for card in issuer.all_cards():
            if wanted is None or wanted in (*codes_given(card, little_minor), card.magic):
                click.echo(card.pan.digits)


def _entries(issuer: Profile, specs: Specs, in_full: bool, wanted: str | None) -> Iterator[dict[str, Any]]:
    for card in issuer.cards:
        yield _entry(issuer, specs, card, 1, wanted)
    for series in issuer.card_series:
        yield from (_entry(issuer, specs, card, 1) for card in series) if in_full else [_series_entry(issuer, specs, series)]
    sheet = issuer.sheet
    if sheet is not None:
        count = 1 if in_full else len(sheet)
        listed = (_entry(issuer, specs, card, count) for card in sheet)
        for entry in listed if in_full else islice(listed, 1):
            yield entry if in_full else {**entry, "purpose": f"cards of the file {issuer.card_file}"}


def _row(entry: dict[str, Any]) -> list[str]:
    given = ("pan", "scheme", "codes", "expiry", "cvv2", "balance", "purpose")
    codes = " ".join([entry["magic"], *entry["gives"]] if entry["magic"] else entry["gives"])
    return [{**entry, "codes": codes}[key] or "" for key in given]


def _computed_cvv2(issuer_id: str, card: Card) -> str:
    """The CVV2 that the test key of the bank gives a card whose file gives it none."""
    from switch.issuers.process.verifier import printed_kind

    return _test_keys(issuer_id).make_cvv(printed_kind(card.pan), f"{issuer_id}.cvk", card.pan, card.expiry)


@cache
def _test_keys(issuer_id: str) -> KeyModule:
    from switch.keys.key_module import KeyModule

    return KeyModule.open(None, [issuer_id])


def _series_row(entry: dict[str, Any]) -> list[str]:
    numbers = f"{entry['pan']} …×{entry['count']}"
    return [entry["issuer"], numbers, entry["expiry"], entry["balance"], entry["purpose"]]


def _series_entry(issuer: Profile, specs: Specs, series: CardSeries) -> dict[str, Any]:
    return _entry(issuer, specs, series.card(1), series.count)


def _entry(issuer: Profile, specs: Specs, card: Card, count: int, wanted: str | None = None) -> dict[str, Any]:
    """One line: a card, or the first of a series of ``count``; ``send`` has the way of a magic card to what is ``wanted``."""
    from switch.cli.card_codes import little_minor_of, magic_line, send_line, ways
    from switch.issuers.account import ACCOUNT_CURRENCY
    from switch.money import format_minor, worded_minor

    currency = issuer.billing_currency or ACCOUNT_CURRENCY
    given = ways(card, little_minor_of(issuer, specs))
    magic = magic_line(card, wanted or card.magic or "", specs.dialects[issuer.dialect].edition)
    return {
        "issuer": issuer.id,
        "pan": card.pan.digits,
        "scheme": route.scheme if (route := specs.routing.find(card.pan.digits)) is not None else None,
        "gives": list(given),
        "magic": card.magic,
        "send": {
            **{code: send_line(card, code, options) for code, options in given.items()},
            **({} if magic is None else {wanted or card.magic: magic}),
        },
        "expiry": card.expiry,
        "cvv2": card.cvv2 or _computed_cvv2(issuer.id, card),
        "balance": (format_minor if currency == ACCOUNT_CURRENCY else worded_minor)(card.balance_minor, currency),
        "balance_minor": card.balance_minor,
        "currency": currency,
        "status": card.status,
        "product": card.product.id or None,
        "count": count,
        "purpose": card.purpose,
    }
