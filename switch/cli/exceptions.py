"""``switch exceptions``: approvals that could not be presented, and what a person decides of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.command.help import Verbs, option
from switch.cli.command.options import data_option, in_folder, json_option
from switch.cli.command.spans import span_of, span_options
from switch.cli.console.attended import next_step
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.cli.console.words import figure, lang_option, said
from switch.data_folder.centre_clock import centre_clock_of
from switch.display.plural import plural
from switch.errors import NegativeAnswerError

if TYPE_CHECKING:
    from switch.business_day import DateSpan
    from switch.casework.open_items import ExceptionStory, OpenException

_which_argument = click.argument("which", metavar="RRN")
_by_option = option("--by", "person", required=True, metavar="NAME", help="Who decides; the books keep the name.")
_reason_option = option("--reason", required=True, metavar="WORDS", help="Why; the books keep it.")


@click.group(cls=Verbs)
def exceptions() -> None:
    """Work the approvals that could not be presented: list them, accept them, write them off."""


@exceptions.command("list", short_help="List the open exceptions, with reason and age.")
@option("--all", "ended", is_flag=True, help="Also the exceptions that have ended.")
@span_options
@data_option
@json_option
@lang_option
def list_exceptions(
    ended: bool, data: Path, as_json: bool, month: DateSpan | None, since: str | None, until: str | None
) -> None:
    """List the approvals that could not be presented, the oldest first.

    With --month, or --from and --to, Switch lists those whose sales are of these business dates.

    Most exceptions wait for the specification: a merchant that is missing, another currency, an issuer that is gone. The next
    `switch day close` presents them by itself once the specification is right. An offline sale above the floor limit of its
    merchant waits for a person.
    """
    from attrs import asdict

    from switch.casework.open_items import exceptions as exceptions_of
    from switch.cli.show.tables import show_json, show_table

    span = span_of(month, since, until)
    items = [item for item in exceptions_of(data, ended=ended) if span is None or span.has(item.business_date)]
    if as_json:
        show_json([asdict(item) for item in items])
        return
    if not items:
        raise NegativeAnswerError(f"{data}: there are no such exceptions")
    rows = [
        (
            item.rrn,
            item.pan_masked,
            item.merchant_id,
            figure(_amount(item)),
            _currency(item),
            said(item.business_date),
            item.age_days,
            item.age_dates,
            said(_state(item)),
            said(item.reason),
        )
        for item in items
    ]
    heads = ("RRN", "card", "merchant", "amount", "in", "date", "days", "dates", "state", "reason")
    show_table(heads, rows, below=("reason",))
    waiting = next((item for item in items if _waits_for_person(item)), None)
    if waiting is not None:
        next_step(f"{program()} exceptions represent {waiting.rrn}{in_folder(data)} --by NAME --reason WORDS")


@exceptions.command("show", short_help="Show one exception, with the decisions about it.")
@_which_argument
@data_option
@json_option
@lang_option
def show_exception(which: str, data: Path, as_json: bool) -> None:
    """Show an exception: its reasons, the decisions about it, and its end.

    RRN is its retrieval reference number, or the number of its request if several exceptions share that.
    """
    from switch.casework.open_items import exception_story

    _show(exception_story(data, which), as_json=as_json)


@exceptions.command(short_help="Accept an exception: the next close presents it.")
@_which_argument
@_by_option
@_reason_option
@data_option
@json_option
@lang_option
def represent(which: str, person: str, reason: str, data: Path, as_json: bool) -> None:
    """Accept an offline sale above the floor limit of its merchant: the next close presents it.

    Other exceptions wait for the specification and not for a person: nobody can accept them.

    \b
    switch exceptions represent 632616000051 --by Alami --reason slip
    """
    from switch.casework.open_items import exception_story
    from switch.casework.open_items import represent as accept

    item = accept(data, which, person, reason, centre_clock_of(data)())
    _show(exception_story(data, str(item.request_id)), as_json=as_json)


@exceptions.command("write-off", short_help="Give an exception up: the next close ends it.")
@_which_argument
@_by_option
@_reason_option
@option("--pay-merchant", "pays_merchant", is_flag=True, help="Pay the merchant all the same, at the loss of the centre.")
@data_option
@json_option
@lang_option
def write_off(which: str, person: str, reason: str, pays_merchant: bool, data: Path, as_json: bool) -> None:
    """Give an exception up: the next close ends it, and it is never presented.

    Its issuer was never charged, so the merchant is not paid and nobody else loses: no posting is made. With --pay-merchant
    Switch pays the merchant the whole amount, and posts it to the account exception-loss.

    \b
    switch exceptions write-off 632616000051 --by Alami --reason left
    """
    from switch.casework.open_items import exception_story
    from switch.casework.open_items import write_off as give_up

    item = give_up(data, which, person, reason, centre_clock_of(data)(), pays_merchant=pays_merchant)
    _show(exception_story(data, str(item.request_id)), as_json=as_json)


def _waits_for_person(item: OpenException) -> bool:
    from switch.clearing.exceptions import LEFT_TO_PEOPLE

    return item.state == "open" and item.reason in LEFT_TO_PEOPLE


def _show(story: ExceptionStory, *, as_json: bool) -> None:
    from switch.cli.show.tables import show_json, show_pairs, show_table

    if as_json:
        show_json(_as_json(story))
        return
    item = story.item
    pairs: list[tuple[str, object]] = [
        ("RRN", item.rrn),
        ("request", item.request_id),
        ("card", item.pan_masked),
        ("merchant", item.merchant_id),
        ("issuer", item.issuer or said("none")),
        ("amount", f"{figure(_amount(item))} {_currency(item)}"),
        ("business date", said(item.business_date)),
        ("reason", said(item.reason)),
        ("age", f"{said(plural(item.age_days, 'day'))}, {said(plural(item.age_dates, 'business date'))}"),
        ("state", said(_state(item)) + (f" {said(item.ended_on)}" if item.ended_on else "")),
    ]
    show_pairs(pairs)
    for found_on, reason in story.later_reasons:
        say_text(said(f"the close of {found_on} found: {reason}"))
    if story.orders:
        click.echo()
        rows = [
            (said(each.business_date), said(each.action.replace("_", "-")), each.person, each.reason) for each in story.orders
        ]
        show_table(("date", "decided", "by", "reason"), rows)


def _as_json(story: ExceptionStory) -> dict[str, Any]:
    from attrs import asdict

    later = [{"business_date": found_on, "reason": reason} for found_on, reason in story.later_reasons]
    orders = [{**asdict(each), "pays_merchant": bool(each.pays_merchant)} for each in story.orders]
    return {**asdict(story.item), "first_reason": story.first_reason, "later_reasons": later, "orders": orders}


def _amount(item: OpenException) -> str:
    from switch.money import format_minor

    return format_minor(item.amount_minor, item.currency)


def _currency(item: OpenException) -> str:
    from switch.money import currency_name

    return currency_name(item.currency)


def _state(item: OpenException) -> str:
    return {"open": "waiting", "presented": "presented on"}.get(item.state, item.state.replace("_", " "))
