"""``switch disputes``: what banks, merchants and the acquirer tell of disputed sales, and how each dossier stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.command.help import Verbs, option
from switch.cli.command.options import PATH, business_date_given, data_option, json_option, specs_option
from switch.cli.command.spans import span_of, span_options
from switch.cli.console.last_resort import complain
from switch.cli.console.screen import say_text
from switch.cli.console.words import figure, lang_option, language, said
from switch.data_folder.centre_clock import centre_clock_of
from switch.display.plural import plural
from switch.errors import EXIT_DONE, EXIT_NO, NegativeAnswerError

if TYPE_CHECKING:
    from switch.business_day import DateSpan
    from switch.casework.dispute_files import FileReport
    from switch.casework.dossiers import DisputeRules, DossierRow, EventRow
    from switch.disputes.life import DisputeStep

_dossier_argument = click.argument("dossier", metavar="DOSSIER")
_amount_option = option("--amount", metavar="AMOUNT", help="Part of it, such as 125.00; all there is, unless given.")
_by_option = option("--by", "person", default="", metavar="NAME", help="Who tells it; the books keep the name.")
_text_option = option("--text", "remark", default="", metavar="WORDS", help="A remark; the books keep it.")


def _telling(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that tells something of a dispute."""
    for one in reversed((_by_option, _text_option, data_option, specs_option, json_option, lang_option)):
        command = one(command)
    return command


@click.group(cls=Verbs)
def disputes() -> None:
    """Work disputed sales: retrieval requests, chargebacks, representments, second chargebacks.

    `switch day close` moves the money of all steps of its business date.
    """


@disputes.command("open", short_help="Open a dossier: a chargeback or a retrieval request.")
@click.argument("sale", metavar="RRN")
@option("--reason", required=True, metavar="CODE", help="Code of disputes.toml.")
@option("--retrieval", is_flag=True, help="The bank asks for documents only; no money moves.")
@_amount_option
@option("--merchant", "merchant_id", default="", metavar="ID", help="Merchant of the sale, if several have its RRN.")
@option(
    "--date",
    "presented_on",
    metavar="DATE",
    callback=business_date_given,
    help="Business date that presented the sale, if several have its RRN.",
)
@_telling
def open_dispute(
    sale: str, reason: str, retrieval: bool, amount: str | None, merchant_id: str, presented_on: str | None, **rest: Any
) -> None:
    """Open a dispute of a presented sale, for all of it or a part.

    RRN is the retrieval reference number of the sale, or the number of its request. The most that can be charged back is the
    presented amount, less its reversals and refunds.

    \b
    switch disputes open 632616000051 --reason FRAUD
    switch disputes open 632616000051 --reason GOODS --amount 40.00
    switch disputes open 632616000051 --reason FRAUD --retrieval
    """
    from switch.casework.dossiers import NamedSale

    named = NamedSale(which=sale, merchant_id=merchant_id, presented_on=presented_on or "")
    _tell("retrieval" if retrieval else "chargeback", named, amount, new=True, reason=reason, **rest)


@disputes.command("list", short_help="List the open disputes.")
@option("--all", "ended", is_flag=True, help="Also the disputes that have ended.")
@span_options
@data_option
@json_option
@lang_option
def list_disputes(ended: bool, data: Path, as_json: bool, month: DateSpan | None, since: str | None, until: str | None) -> None:
    """List the disputes with their states, the amounts charged back, and the deadlines of the next steps.

    With --month, or --from and --to, Switch lists those that were opened on these business dates.
    """
    from switch.casework.dossiers import dossiers
    from switch.cli.show.tables import show_json, show_table

    span = span_of(month, since, until)
    rows = [row for row in dossiers(data, ended=ended) if span is None or span.has(row.opened_on)]
    if as_json:
        show_json([_row_json(row) for row in rows])
        return
    if not rows:
        raise NegativeAnswerError(f"{data}: there are no such disputes")
    cells = [
        (
            row.dossier,
            row.rrn,
            row.merchant_id,
            row.issuer,
            row.reason,
            figure(_minor(row.presented_minor, row)),
            figure(_minor(row.outstanding_minor, row)),
            _currency(row),
            said(_state(row.state)),
            said(row.deadline) + (f" {said('passed')}" if row.is_late else ""),
        )
        for row in rows
    ]
    heads = ("dossier", "RRN", "merchant", "issuer", "code", "gross", "charged back", "in", "state", "until")
    show_table(heads, cells)
    for row in rows:
        _warn(row)


@disputes.command("show", short_help="Show one dispute with its events.")
@_dossier_argument
@data_option
@specs_option
@json_option
@lang_option
def show_dispute(dossier: str, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Show a dispute by its dossier, or by the RRN of its sale: every event, with the amount that a close booked."""
    from switch.casework.dossiers import dossier_story
    from switch.specs.load import specs_of

    row, events = dossier_story(data, dossier)
    if as_json:
        _show_story_json(row, events)
        return
    reason = specs_of(data, specs_folder).disputes.reasons.get(row.reason)
    name = "" if reason is None else reason.name_fr if language() == "fr" else reason.name
    _show_story(row, events, name)


@disputes.command("chargeback", short_help="Charge a sale back after a retrieval request.")
@_dossier_argument
@option("--reason", default="", metavar="CODE", help="Code of disputes.toml; that of the dossier, unless given.")
@_amount_option
@_telling
def charge_back(dossier: str, reason: str, amount: str | None, **rest: Any) -> None:
    """Charge back the sale of a dossier that a retrieval request opened."""
    _follow("chargeback", dossier, amount, reason=reason, **rest)


@disputes.command(short_help="Answer a retrieval request with the documents of a sale.")
@_dossier_argument
@_telling
def answer(dossier: str, **rest: Any) -> None:
    """Answer a retrieval request: the merchant has given the documents of the sale."""
    _follow("answer", dossier, None, **rest)


@disputes.command(short_help="Present a sale again: the merchant contests the chargeback.")
@_dossier_argument
@_amount_option
@_telling
def represent(dossier: str, amount: str | None, **rest: Any) -> None:
    """Present a sale again after a chargeback: the next close takes the money from the issuer and gives it to the merchant.

    \b
    switch disputes represent D26000001 --by Alami --text "signed slip"
    switch disputes represent D26000001 --amount 40.00
    """
    _follow("representment", dossier, amount, **rest)


@disputes.command(short_help="Charge a sale back once more: the case of arbitration.")
@_dossier_argument
@_amount_option
@_telling
def second(dossier: str, amount: str | None, **rest: Any) -> None:
    """Charge a sale back once more after its representment."""
    _follow("second_chargeback", dossier, amount, **rest)


@disputes.command(short_help="Leave a dispute as it stands; it ends.")
@_dossier_argument
@_telling
def accept(dossier: str, **rest: Any) -> None:
    """Leave a dispute as it stands: the merchant after a chargeback, the issuer after a representment. No money moves."""
    _follow("acceptance", dossier, None, **rest)


@disputes.command(short_help="The issuer gives up; the merchant gets all back.")
@_dossier_argument
@_telling
def withdraw(dossier: str, **rest: Any) -> None:
    """The issuer gives up: the merchant gets the amount that is charged back still, and the dispute ends."""
    _follow("withdrawal", dossier, None, **rest)


@disputes.command("import", short_help="Work the records of a file, as CSV or JSON lines.")
@click.argument("file", metavar="FILE", type=PATH)
@data_option
@specs_option
@json_option
@lang_option
def import_file(file: Path, data: Path, specs_folder: Path | None, as_json: bool) -> int:
    """Work the records of a file: CSV with a first line of names, or a JSON object on each line.

    A record says action (retrieval, answer, chargeback, represent, second, accept, withdraw), dossier, rrn or request, amount,
    reason, person, text, and an id of its own. A record that cannot be worked is set aside with its line and the reason, the
    exit code is 1, and the rest goes on. The same file twice changes nothing.

    \b
    switch disputes import impayes.csv
    """
    from switch.casework.dispute_files import take_file

    report = take_file(data, _rules(data, specs_folder), file, centre_clock_of(data)())
    _show_import(report, as_json=as_json)
    return EXIT_NO if report.set_aside else EXIT_DONE


@disputes.command("set-aside", short_help="List the records of files that could not be worked.")
@data_option
@json_option
@lang_option
def list_set_aside(data: Path, as_json: bool) -> None:
    """List the records of all files that were set aside, with line and reason. Digits of card numbers are masked."""
    from attrs import asdict

    from switch.casework.dispute_files import set_aside
    from switch.cli.show.tables import show_json, show_table

    rows = set_aside(data)
    if as_json:
        show_json([asdict(row) for row in rows])
        return
    if not rows:
        raise NegativeAnswerError(f"{data}: no record was set aside")
    show_table(("file", "line", "reason", "record"), [(row.file, row.line, said(row.reason), row.record) for row in rows])


def _rules(data: Path, specs_folder: Path | None) -> DisputeRules:
    from switch.casework.dossiers import DisputeRules
    from switch.specs.load import specs_of

    specs = specs_of(data, specs_folder)
    return DisputeRules(
        terms=specs.disputes,
        calendar=specs.calendar,
        plans=specs.fees.discount.plans,
        contracts=specs.merchants,
        default_contract=specs.default_contract,
    )


def _follow(step: DisputeStep, dossier: str, amount: str | None, **rest: Any) -> None:
    from switch.casework.dossiers import NamedSale

    _tell(step, NamedSale(which=dossier), amount, new=False, **rest)


def _tell(
    step: DisputeStep,
    named: Any,
    amount: str | None,
    *,
    new: bool,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
    person: str,
    remark: str,
    reason: str = "",
) -> None:
    from switch.casework.dossiers import dossier_story, tell
    from switch.disputes.life import Wish

    wish = Wish(step=step, reason=reason, person=person, remark=remark)
    row = tell(data, _rules(data, specs_folder), named, wish, amount, centre_clock_of(data)(), new=new)
    row, events = dossier_story(data, row.dossier)
    if as_json:
        _show_story_json(row, events)
    else:
        _show_story(row, events)


def _show_story(row: DossierRow, events: list[EventRow], reason_name: str = "") -> None:
    from switch.cli.show.tables import show_pairs, show_table

    pairs: list[tuple[str, object]] = [
        ("dossier", row.dossier),
        ("state", said(_state(row.state))),
        ("RRN", row.rrn),
        ("card", row.pan_masked),
        ("merchant", row.merchant_id),
        ("issuer", row.issuer),
        ("presented on", f"{said(row.presented_on)} {figure(_minor(row.presented_minor, row))} {_currency(row)}"),
        ("charged back", f"{figure(_minor(row.outstanding_minor, row))} {_currency(row)}"),
        ("reason", f"{row.reason} {reason_name}".strip()),
    ]
    if row.deadline:
        pairs.append(("next step until", said(row.deadline) + (f" {said('passed')}" if row.is_late else "")))
    show_pairs(pairs)
    click.echo()
    rows = [
        (
            event.number,
            said(event.business_date),
            said(_state(event.kind)),
            figure(_minor(event.amount_minor, row)),
            figure(_minor(event.fee_minor, row)),
            "" if event.booked_minor is None else figure(_minor(event.booked_minor, row)),
            event.person,
            event.remark,
        )
        for event in events
    ]
    show_table(("#", "date", "event", "amount", "fee", "booked", "by", "detail"), rows)
    _warn(row)


def _warn(row: DossierRow) -> None:
    """Say that a sale was given back twice: by a reversal or a refund, and by its chargeback."""
    if row.twice_minor:
        amount = f"{_minor(row.twice_minor, row)} {_currency(row)}"
        complain(
            said(
                f"dossier {row.dossier}: {amount} of the sale was reversed or refunded after it was charged back: represent it"
            )
        )


def _show_import(report: FileReport, *, as_json: bool) -> None:
    from attrs import asdict

    from switch.cli.show.tables import show_json, show_table

    if as_json:
        show_json({**asdict(report), "new_count": report.new_count, "set_aside_count": len(report.set_aside)})
        return
    known = len(report.taken) - report.new_count
    say_text(said(f"{report.file}: {plural(report.new_count, 'record')} worked"), "good")
    if known:
        say_text(said(f"{plural(known, 'record')} worked before: nothing changed"))
    if report.set_aside:
        say_text(said(f"{plural(len(report.set_aside), 'record')} set aside"), "bad")
        show_table(("line", "reason"), [(each.line, said(each.reason)) for each in report.set_aside])


def _show_story_json(row: DossierRow, events: list[EventRow]) -> None:
    from attrs import asdict

    from switch.cli.show.tables import show_json

    show_json({**_row_json(row), "events": [asdict(event) for event in events]})


def _row_json(row: DossierRow) -> dict[str, Any]:
    from attrs import asdict

    return {**asdict(row), "twice_minor": row.twice_minor}


def _minor(amount_minor: int, row: DossierRow) -> str:
    from switch.money import format_minor

    return format_minor(amount_minor, row.currency)


def _currency(row: DossierRow) -> str:
    from switch.money import currency_name

    return currency_name(row.currency)


def _state(name: str) -> str:
    return name.replace("_", " ")
