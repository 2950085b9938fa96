"""``switch day reopen``: the close of the last date taken back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import asdict

from switch.cli.command.help import Verb, option
from switch.cli.command.options import business_date_given, closed_dates, data_option, in_folder, json_option, specs_option
from switch.cli.console.attended import Progress, next_step
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.cli.console.words import figure, lang_option, said
from switch.cli.day_again import show_recomputed
from switch.data_folder.centre_clock import centre_clock_of
from switch.errors import EXIT_DONE, EXIT_NO

if TYPE_CHECKING:
    from switch.batch.recomputation import Rehearsal
    from switch.batch.reopening import Standing
    from switch.endofday.reopened.reopenings import Reopening
    from switch.specs.specification import Specs


@click.command(cls=Verb, short_help="Take the close of the last date back, to close it again.")
@click.argument("business_date", metavar="DATE", callback=business_date_given, shell_complete=closed_dates)
@option("--by", "person", default=None, metavar="NAME", help="Who reopens the date; the books keep the name.")
@option("--reason", default=None, metavar="WORDS", help="Why; the books keep it.")
@option("--dry-run", is_flag=True, help="Show the close and the sums that another one would change; write nothing.")
@data_option
@specs_option
@json_option
@lang_option
def reopen(
    business_date: str,
    person: str | None,
    reason: str | None,
    dry_run: bool,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> int:
    """Take the close of the last closed date back, so that `switch day close` closes it again, with corrected fees for example.

    Switch refuses it once anything of the date has left: a payment file for the bank, a statement at a mail server, a booking
    at a bank. It also refuses it once somebody has disputed a sale of the date, or decided about an exception of it. Then the
    date stays as it is, and is corrected on the open date. A bank that is running books a date at once: stop `switch up`
    before you close a date that you may reopen.

    The date stays ended, and takes no payment. Switch keeps for ever who reopened it, when and why, and every row of the close
    that was taken back; its files move to days/withdrawn. Closed again with the same specification, the date is the same.

    With --dry-run, nothing is written. The exit code is 1 if the date cannot be reopened.

    \b
    switch day reopen 2026-11-28 --dry-run --specs corrected
    switch day reopen 2026-11-28 --by Alami --reason "commission of November"
    """
    from switch.cli.show.tables import show_json
    from switch.mail.reopened_dates import reopen_day, standing_day
    from switch.specs.load import specs_of

    found = standing_day(data, business_date)
    if dry_run:
        return _rehearse(data, specs_of(data, specs_folder), found, as_json)
    done = reopen_day(data, business_date, person or "", reason or "", centre_clock_of(data))
    if as_json:
        show_json(_as_json("reopened", found, done))
        return EXIT_DONE
    say_text(said(f"business date {business_date} is reopened, and is to be closed again"), "good")
    click.echo()
    _show_taken_back(found, done)
    next_step(f"{program()} day close {business_date}{in_folder(data)}")
    return EXIT_DONE


def _rehearse(data: Path, specs: Specs, found: Standing, as_json: bool) -> int:
    from switch.batch.recomputation import recomputed
    from switch.cli.show.tables import show_json

    progress = Progress(silent=as_json)
    try:
        again = recomputed(data, specs, found.business_date, centre_clock_of(data)(), progress.say)
    finally:
        progress.done()
    if as_json:
        show_json(_as_json("refused" if found.obstacles else "possible", found, again=again))
        return EXIT_NO if found.obstacles else EXIT_DONE
    can = f"business date {found.business_date} can be reopened; nothing was written"
    cannot = f"business date {found.business_date} cannot be reopened"
    say_text(said(cannot if found.obstacles else can), "declined" if found.obstacles else "good")
    for each in found.obstacles:
        say_text(f"- {said(each.sentence)}")
    click.echo()
    _show_taken_back(found, None)
    click.echo()
    show_recomputed(again, stays=False)
    return EXIT_NO if found.obstacles else EXIT_DONE


def _as_json(outcome: str, found: Standing, done: Reopening | None = None, again: Rehearsal | None = None) -> dict[str, object]:
    differences = None if again is None else [each.as_json() for each in again.differences]
    reopening = None if done is None else asdict(done)
    return {"outcome": outcome, **found.as_json(), "reopening": reopening, "differences": differences}


def _show_taken_back(found: Standing, done: Reopening | None) -> None:
    from switch.cli.show.tables import show_pairs
    from switch.money import currency_name, format_minor

    paid = [
        f"{figure(format_minor(minor, currency))} {currency_name(currency)}" for currency, minor in found.paid_minor.items()
    ]
    pairs: list[tuple[str, object]] = [
        ("presentments and adjustments", found.line_count),
        ("payouts", found.payout_count),
        *([("to be paid", ", ".join(paid))] if paid else []),
        ("statements", found.statement_count),
        ("files", found.file_count),
        *([("banks", ", ".join(found.banks))] if found.banks else []),
        *([("rows kept", done.row_count)] if done is not None else []),
    ]
    show_pairs([*pairs, *reopening_pairs((*found.reopenings, *([done] if done is not None else [])))])


def reopening_pairs(reopenings: Iterable[Reopening]) -> list[tuple[str, object]]:
    """Who reopened a date, when (UTC) and why, as labels and values."""
    from datetime import UTC, datetime

    pairs: list[tuple[str, object]] = []
    for each in reopenings:
        at = datetime.fromtimestamp(each.reopened_at_ms // 1000, UTC)
        pairs.append(("reopened", f"{said(f'{at:%Y-%m-%d}')} {at:%H:%M:%S} UTC, {each.person}: {each.reason}"))
    return pairs
