"""``switch fees``: what a transaction costs its merchant, and which rows of the fee tables say so."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verbs, option
from switch.cli.command.names import card_numbers, known, merchant_ids
from switch.cli.command.options import data_option, json_option, specs_option
from switch.cli.console.words import figure, lang_option, said
from switch.errors import SwitchError
from switch.transaction import CHANNELS, CREDITS, DEBITS

if TYPE_CHECKING:
    from switch.explain.charges import Charged, FeeCharged


@click.group(cls=Verbs)
def fees() -> None:
    """Show what transactions cost their merchants, and by which row of the fee tables."""


@fees.command(short_help="Show the fees of a transaction in the books.")
@click.argument("rrn", metavar="RRN")
@data_option
@json_option
@lang_option
def explain(rrn: str, data: Path, as_json: bool) -> None:
    """Show the fees of a transaction of a closed day: each fee, its VAT, and the row of the fee table that gave it.

    RRN is its retrieval reference number (DE 37). If reversals of a later date took part of it back, that is shown below.
    """
    from switch.explain.charges import charged

    _show(charged(data, rrn), as_json)


@fees.command(short_help="Show the fees of a transaction that nobody made.")
@option("--merchant", "merchant_id", required=True, metavar="ID", shell_complete=merchant_ids, help="The merchant (DE 42).")
@option("--amount", required=True, metavar="AMOUNT", help="Of the sale, in the merchant's currency: 125.00.")
@option("--card", required=True, metavar="PAN", shell_complete=card_numbers, help="A card number, or its first digits.")
@option("--channel", type=click.Choice(CHANNELS), default="chip", show_default=True, help="How the card is read.")
@option(
    "--type",
    "transaction_type",
    metavar="TYPE",
    type=click.Choice(sorted(DEBITS | CREDITS)),
    default="purchase",
    show_default=True,
    help="What is done: purchase, refund, cash_withdrawal …",
)
@option("--date", "business_date", metavar="DATE", help="The business date; today's unless given.")
@option("--volume", default="0.00", show_default=True, metavar="AMOUNT", help="What the merchant sold in the month before.")
@specs_option
@json_option
@lang_option
def quote(
    merchant_id: str,
    amount: str,
    card: str,
    channel: str,
    transaction_type: str,
    business_date: str | None,
    volume: str,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """Show what a sale would cost a merchant. Switch sends no message for it, and stores no row."""
    from switch.business_day import is_business_date
    from switch.card import mask_pan
    from switch.explain.charges import quoted
    from switch.money import parse_amount
    from switch.settlement.fees.rows import FeeSale
    from switch.specs.load import load_specs

    specs = load_specs(specs_folder)
    merchant = specs.merchants[known("--merchant", merchant_id, specs.merchants, specs_folder)]
    route = specs.routing.find(card) if card.isascii() and card.isdecimal() else None
    if route is None:
        raise SwitchError(f"--card: found {mask_pan(card)!r}, expected digits of a card that routing.toml sends to an issuer")
    date = business_date or specs.calendar.business_date_at(time.time_ns() // 1_000_000)
    if not is_business_date(date):
        raise SwitchError(f"--date: found {date!r}, expected a date such as 2026-11-28")
    sale = FeeSale(
        origin=specs.issuers[route.issuer].origin,
        scheme=route.scheme,
        product=route.product,
        channel=channel,
        mcc=merchant.mcc,
        transaction_type=transaction_type,
        amount_minor=parse_amount(amount, merchant.currency),
        volume_minor=parse_amount(volume, merchant.currency),
    )
    _show([quoted(specs, merchant, route, mask_pan(card), date, sale, merchant.currency)], as_json)


def _show(told: list[Charged], as_json: bool) -> None:
    from switch.cli.show.tables import show_json

    if as_json:
        show_json([each.as_json() for each in told])
        return
    for number, each in enumerate(told):
        if number:
            click.echo()
        _show_one(each)


def _show_one(told: Charged) -> None:
    from switch.cli.show.tables import show_pairs, show_table
    from switch.money import currency_name, format_minor

    def amount(minor: int) -> str:
        return figure(format_minor(minor, told.currency))

    currency = currency_name(told.currency)
    words = [said(told.transaction_type.replace("_", " ")), said(told.origin), told.scheme, told.product, said(told.channel)]
    pairs: list[tuple[str, object]] = [
        ("business date", said(told.business_date)),
        ("merchant", told.merchant_id),
        *([("RRN", told.rrn)] if told.rrn else []),
        ("card", told.pan_masked),
        ("sale", ", ".join(word for word in words if word)),
        *([("adjusts", said(told.adjusts))] if told.adjusts else []),
        *([("remise", f"{told.remise_number:06d}, {told.terminal_id}")] if told.remise_number else []),
        *([("payout", told.payout_reference)] if told.payout_reference else []),
        ("interchange", f"{amount(told.interchange_minor)} {currency}"),
    ]
    show_pairs(pairs)
    click.echo()
    rows = [(said("gross"), amount(told.amount_minor), "", "", "")]
    rows += [
        (
            said(fee.kind.replace("_", " ")),
            amount(fee.amount_minor),
            amount(fee.vat_minor),
            _taken(fee, told.currency),
            _rule(fee),
        )
        for fee in told.fees
    ]
    rows.append((said("net"), amount(told.net_minor), "", "", ""))
    show_table(("fee", "amount", "VAT", "takes", "by the row"), rows, below=("by the row",))


def _taken(fee: FeeCharged, currency: str) -> str:
    """What the row takes, in words."""
    from switch.money import format_minor

    def amount(minor: int) -> str:
        return figure(format_minor(minor, currency))

    rate = figure(f"{fee.rate_basis_points // 100}.{fee.rate_basis_points % 100:02d}")
    parts = [f"{rate} %"] if fee.rate_basis_points or not fee.fixed_minor else []
    parts += [amount(fee.fixed_minor)] if fee.fixed_minor else []
    limits = [said(f"at least {amount(fee.minimum_minor)}")] if fee.minimum_minor else []
    limits += [said(f"at most {amount(fee.maximum_minor)}")] if fee.maximum_minor is not None else []
    return ", ".join([" + ".join(parts), *limits])


def _rule(fee: FeeCharged) -> str:
    """Which row it is."""
    if not fee.rule:
        return said("not in the books: an earlier release closed the day")
    place = f"{fee.file}:{fee.line}" if fee.line else fee.file
    where = said(f"{place}, plan {fee.plan}, from {fee.from_date}")
    return f"{where}, {fee.covers}" if fee.covers else where
