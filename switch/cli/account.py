"""``switch account``: the accounts in the issuers' books, to look at and to change by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.help import Verbs, option
from switch.cli.command.names import issuer_names, known
from switch.cli.command.options import in_folder, json_option, specs_option
from switch.cli.console.attended import next_step
from switch.cli.console.program_name import program
from switch.data_folder.centre_clock import centre_clock_of
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.issuers.entry import Entry
    from switch.issuers.process.accounts import Account
    from switch.issuers.profile import Card, Profile
    from switch.specs.specification import Specs

_HEADS: Final = ("account", "card", "ledger", "held", "available", "state")
_LINES: Final = ("time", "entry", "amount", "ledger", "available", "RRN", "day")

#: Kind of an entry -> what it is called on a statement.
KIND_WORDS: Final = {
    "hold": "hold",
    "release": "hold released",
    "expired": "hold expired",
    "settled": "hold ended by posting",
    "credit": "credit",
    "taken_back": "credit reversed",
    "posted": "posted",
    "returned": "posting reversed",
    "deposit": "credit by hand",
    "withdrawal": "debit by hand",
    "blocked": "account blocked",
    "unblocked": "account opened again",
    "reversed": "reversal before its request",
}

_issuer_option = option("--issuer", "issuer_id", metavar="ID", shell_complete=issuer_names, help="Only this issuer.")


def account_names(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The accounts of the named test cards."""
    from switch.specs.load import load_specs

    try:
        specs = load_specs(ctx.params.get("specs_folder"))
    except SwitchError:
        return []
    names = dict.fromkeys(card.account for issuer in specs.issuers.values() for card in issuer.cards)
    return [name for name in names if name.startswith(incomplete)]


_account_argument = click.argument("name", metavar="ACCOUNT|PAN", shell_complete=account_names)


@click.group(cls=Verbs)
def account() -> None:
    """Accounts of the simulated banks: balances and holds, statements, changes by hand."""


@account.command("list", short_help="List the accounts, with their balances.")
@_issuer_option
@centre_option
@specs_option
@json_option
def list_accounts(issuer_id: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """List the accounts of the named cards, and of every card of a series that was used.

    The ledger balance less the holds is the available money. The books are only read, whether Switch runs or not.
    """
    from switch.cli.show.tables import show_json, show_table
    from switch.issuers.process.accounts import book_path, read_accounts

    issuers = _issuers(_specs(data, specs_folder), issuer_id)
    there = [issuer for issuer in issuers if issuer_id is not None or book_path(data, issuer.id).exists()]
    if not there:
        raise NegativeAnswerError(f"{data}: found no book of an issuer: `switch up` begins them")
    found = {issuer.id: read_accounts(data, issuer) for issuer in there}
    if as_json:
        show_json([_as_json(issuer, one) for issuer, accounts in found.items() for one in accounts])
        return
    for number, (issuer, accounts) in enumerate(found.items()):
        if number:
            click.echo()
        show_table(_HEADS, [_row(one) for one in accounts], title=issuer)


@account.command(short_help="Show one account: balances and open holds.")
@_account_argument
@_issuer_option
@centre_option
@specs_option
@json_option
def show(name: str, issuer_id: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Show the account of that name or of that card: ledger balance, holds, available money, each open hold and its last day.

    The book is only read, whether Switch runs or not.

    \b
    switch account show atlas-0001
    switch account show 9504010000000019
    """
    from switch.cli.show.tables import show_json, show_pairs, show_table
    from switch.issuers.process.accounts import open_holds, read_accounts, read_entries

    specs = _specs(data, specs_folder)
    issuer, card = _found(name, specs, issuer_id)
    (one,) = read_accounts(data, issuer, card)
    holds = open_holds(list(read_entries(data, issuer, card)))
    if as_json:
        listed = [
            {
                "rrn": hold.entry.rrn,
                "amount_minor": hold.left_minor,
                "approval_code": hold.entry.approval_code,
                "placed_at_ms": hold.entry.recorded_at_ms,
                "expires_at_ms": hold.entry.recorded_at_ms + hold.entry.term_ms,
            }
            for hold in holds
        ]
        show_json({**_as_json(issuer.id, one), "holds": listed})
        return
    show_pairs(_pairs(issuer, one))
    if holds:
        click.echo()
        rows = [
            (
                *(
                    _time(hold.entry.recorded_at_ms, specs),
                    _money(hold.left_minor, one),
                    hold.entry.rrn,
                    hold.entry.approval_code,
                ),
                _time(hold.entry.recorded_at_ms + hold.entry.term_ms, specs),
            )
            for hold in holds
        ]
        show_table(("time", "amount", "RRN", "approval", "expires"), rows, title="Holds")
    next_step(f"{program()} account statement {one.name}{in_folder(data)} lists every entry")


@account.command(short_help="List every entry of an account.")
@_account_argument
@_issuer_option
@centre_option
@specs_option
@json_option
def statement(name: str, issuer_id: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """List the entries of an account, oldest first, each with the ledger balance and the available money after it.

    A column names the closed business date that caused a posting. The book is only read, whether Switch runs or not.
    """
    from switch.cli.show.tables import show_json, show_table
    from switch.issuers.process.accounts import read_accounts, read_entries

    specs = _specs(data, specs_folder)
    issuer, card = _found(name, specs, issuer_id)
    (one,) = read_accounts(data, issuer, card)
    lines = list(_lines(read_entries(data, issuer, card), one.file_minor))
    if as_json:
        entries = [
            {
                "at_ms": entry.recorded_at_ms,
                "kind": entry.kind,
                "amount_minor": entry.amount_minor,
                "ledger_minor": ledger_minor,
                "available_minor": available_minor,
                "rrn": entry.rrn,
                "approval_code": entry.approval_code,
                "business_date": entry.business_date or None,
            }
            for entry, ledger_minor, available_minor in lines
        ]
        show_json({**_as_json(issuer.id, one), "entries": entries})
        return
    rows = [
        (
            *(
                _time(entry.recorded_at_ms, specs),
                KIND_WORDS[entry.kind],
                _money(entry.amount_minor, one) if entry.amount_minor else "",
            ),
            *(_money(ledger_minor, one), _money(available_minor, one), entry.rrn, entry.business_date),
        )
        for entry, ledger_minor, available_minor in lines
    ]
    title = f"{one.name}, {issuer.name}: {_worded(one.file_minor, one)} at first"
    if rows:
        show_table(_LINES, rows, title=title)
    else:
        click.echo(f"{title}, no entry yet")


@account.command(short_help="Credit an account by hand.")
@_account_argument
@option("--amount", required=True, metavar="AMOUNT", help="How much, such as 100.00.")
@_issuer_option
@centre_option
@specs_option
@json_option
def credit(name: str, amount: str, issuer_id: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Credit an account, so that its card has money again.

    If Switch is stopped, this command writes the issuer's book. If Switch runs, the issuer's process does so within a second.

    \b
    switch account credit 9504010000000027 --amount 500.00
    """
    from switch.issuers.account import ACCOUNT_CURRENCY
    from switch.money import parse_amount

    issuer, _ = _found(name, _specs(data, specs_folder), issuer_id)
    amount_minor = parse_amount(amount, issuer.billing_currency or ACCOUNT_CURRENCY)
    if amount_minor <= 0:
        raise SwitchError(f"--amount: found {amount!r}, expected an amount above zero")
    _change(name, "credit", amount_minor, issuer_id, data, specs_folder, as_json)


@account.command(short_help="Release all holds and restore the first balance.")
@_account_argument
@_issuer_option
@centre_option
@specs_option
@json_option
def reset(name: str, issuer_id: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Release every hold of an account and bring it to the balance of its card's file. The entries before it stay.

    A sale whose hold was released is still posted once its day is closed. If Switch is stopped, this command writes the
    issuer's book. If Switch runs, the issuer's process does so within a second.
    """
    _change(name, "reset", 0, issuer_id, data, specs_folder, as_json)


@account.command(short_help="Block an account, or open it again.")
@_account_argument
@option("--off", is_flag=True, help="Open the account again.")
@_issuer_option
@centre_option
@specs_option
@json_option
def block(name: str, off: bool, issuer_id: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Block an account: the issuer declines every request on its cards with 62. Advices, reversals and postings still count.

    If Switch is stopped, this command writes the issuer's book. If Switch runs, the issuer's process does so within a second.
    """
    _change(name, "unblock" if off else "block", 0, issuer_id, data, specs_folder, as_json)


def _change(
    name: str, order: str, amount_minor: int, issuer_id: str | None, data: Path, specs_folder: Path | None, as_json: bool
) -> None:
    from switch.cli.show.tables import show_json, show_pairs
    from switch.issuers.process.accounts import change, read_accounts

    specs = _specs(data, specs_folder)
    issuer, card = _found(name, specs, issuer_id)
    by_process = change(data, issuer, card.account, order, amount_minor, clock_ms=centre_clock_of(data))
    (one,) = read_accounts(data, issuer, card)
    if as_json:
        show_json({**_as_json(issuer.id, one), "written_by": "issuer" if by_process else "command"})
        return
    show_pairs([*_pairs(issuer, one), ("written by", "the issuer's process" if by_process else "this command")])


def _specs(data: Path, specs_folder: Path | None) -> Specs:
    from switch.specs.load import specs_of

    return specs_of(data, specs_folder)


def _issuers(specs: Specs, issuer_id: str | None) -> list[Profile]:
    if issuer_id is not None:
        known("--issuer", issuer_id, specs.issuers, None)
    return [issuer for issuer in specs.issuers.values() if issuer_id in (None, issuer.id)]


def _found(name: str, specs: Specs, issuer_id: str | None) -> tuple[Profile, Card]:
    """The issuer and the card that a person names by a card number or an account."""
    from switch.card import mask_pan
    from switch.issuers.process.accounts import find_card

    for issuer in _issuers(specs, issuer_id):
        card = find_card(issuer, name)
        if card is not None:
            return issuer, card
    shown = mask_pan(name) if name.isdecimal() else name
    of = f"of {issuer_id}" if issuer_id is not None else "of an issuer"
    raise SwitchError(f"ACCOUNT|PAN: found {shown!r}, expected an account or a card {of}, such as atlas-0001")


def _lines(entries: Iterable[Entry], first_minor: int) -> Iterable[tuple[Entry, int, int]]:
    """Each entry with the ledger balance and the available money after it."""
    from switch.issuers.entry import LEDGER_SIGNS

    ledger_minor = available_minor = first_minor
    for entry in entries:
        ledger_minor += LEDGER_SIGNS.get(entry.kind, 0) * entry.amount_minor
        available_minor -= entry.taken_minor
        yield entry, ledger_minor, available_minor


def _as_json(issuer_id: str, one: Account) -> dict[str, Any]:
    return {
        "issuer": issuer_id,
        "account": one.name,
        "cards": [card.pan.masked for card in one.cards],
        "currency": one.currency,
        "ledger_minor": one.ledger_minor,
        "held_minor": one.held_minor,
        "available_minor": one.available_minor,
        "blocked": one.blocked,
    }


def _row(one: Account) -> tuple[str, ...]:
    cards = " ".join(card.pan.masked for card in one.cards)
    money = (_money(one.ledger_minor, one), _money(one.held_minor, one), _money(one.available_minor, one))
    return (one.name, cards, *money, "blocked" if one.blocked else "")


def _pairs(issuer: Profile, one: Account) -> list[tuple[str, object]]:
    state = [("state", "blocked: every request is declined with 62")] if one.blocked else []
    return [
        ("account", f"{one.name}, {issuer.name} ({issuer.id})"),
        ("cards", " ".join(card.pan.masked for card in one.cards)),
        ("ledger balance", _worded(one.ledger_minor, one)),
        ("held", _worded(one.held_minor, one)),
        ("available", _worded(one.available_minor, one)),
        *state,
    ]


def _money(amount_minor: int, one: Account) -> str:
    from switch.money import format_minor

    return format_minor(amount_minor, one.currency)


def _worded(amount_minor: int, one: Account) -> str:
    from switch.money import worded_minor

    return worded_minor(amount_minor, one.currency)


def _time(at_ms: int, specs: Specs) -> str:
    """A time by the clock of Switch."""
    from datetime import datetime

    return f"{datetime.fromtimestamp(at_ms / 1000, specs.calendar.zone):%Y-%m-%d %H:%M:%S}"
