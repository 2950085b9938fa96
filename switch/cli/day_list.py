"""``switch day list``: all business dates, with their state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.business_day import DateSpan
from switch.cli.command.help import Verb, option
from switch.cli.command.options import data_option, in_folder, json_option
from switch.cli.command.spans import span_of, span_options
from switch.cli.console.attended import Progress, next_step
from switch.cli.console.program_name import program
from switch.cli.console.screen import say_text
from switch.cli.console.words import figure, lang_option, said
from switch.errors import EXIT_DONE, EXIT_NO

if TYPE_CHECKING:
    from switch.batch.days import ListedDay
    from switch.cli.console.screen import Tone


@click.command(name="list", cls=Verb, short_help="List the business dates with their state.")
@span_options
@option("--verify", is_flag=True, help="Read every row and file of closed dates, and compare them with their digests.")
@data_option
@json_option
@lang_option
def list_days(month: DateSpan | None, since: str | None, until: str | None, verify: bool, data: Path, as_json: bool) -> int:
    """List the business dates: which is open, which are to be closed, which are closed, with counts, totals and files.

    A date that is not closed shows what its approvals captured until now. Of a closed date, `files` says whether all its files
    are there and have the size they were written with. With --verify every byte of them, and every row of the books, is
    compared with its digest. A reopened date is to be closed again, and one that was is named so; --json has who reopened it,
    when and why.

    The exit code is 1 if a file is missing, or if a file or a row is not as it was written.

    \b
    switch day list --month 2026-11
    switch day list --verify --json
    """
    from switch.batch.days import listed
    from switch.cli.show.tables import show_json

    progress = Progress(silent=as_json)
    try:
        days = listed(data, span_of(month, since, until), verify=verify, say=progress.say)
    finally:
        progress.done()
    if as_json:
        show_json([day.as_json() for day in days])
    elif days:
        _show(days)
        _next_steps(days, data)
    else:
        say_text(said("no business date in this range"))
    return EXIT_DONE if all(day.is_sound for day in days) else EXIT_NO


def _show(days: tuple[ListedDay, ...]) -> None:
    from switch.cli.show.tables import show_table
    from switch.money import currency_name, format_minor

    rows: list[tuple[object, ...]] = []
    tones: dict[int, Tone] = {}
    for day in days:
        for place, total in enumerate(day.totals or (None,)):
            if not day.is_sound:
                tones[len(rows)] = "bad"
            head = (
                said(day.business_date),
                _state(day),
                day.decision_count,
                day.approval_count,
                _files(day),
            )
            amounts: tuple[object, ...] = ("", "", "")
            if total is not None:
                parts = (total.gross_minor, total.paid_minor)
                decimals = ("" if minor is None else figure(format_minor(minor, total.currency)) for minor in parts)
                amounts = (currency_name(total.currency), *decimals)
            rows.append((*(head if place == 0 else ("",) * len(head)), *amounts))
    heads = ("business date", "state", "decisions", "approved", "files", "in", "gross", "paid out")
    show_table(heads, rows, tones=tones)


def _state(day: ListedDay) -> str:
    if day.state == "closed" and day.reopenings:
        return said("closed again")
    words = {"open": "open", "to_close": "to be closed", "empty": "no decisions", "closed": "closed", "reopened": "reopened"}
    return said(words[day.state])


def _files(day: ListedDay) -> str:
    if day.state != "closed":
        return ""
    parts = [str(day.file_count)]
    if day.missing:
        parts.append(said(f"{len(day.missing)} missing"))
    if day.changed:
        parts.append(said(f"{len(day.changed)} changed"))
    if day.changed_tables:
        parts.append(said(f"rows changed in {len(day.changed_tables)} of the books' tables"))
    if day.verified and day.unrecorded_count:
        parts.append(said(f"{day.unrecorded_count} without a digest"))
    elif day.verified and day.is_sound:
        parts.append(said("verified"))
    return ", ".join(parts)


def _next_steps(days: tuple[ListedDay, ...], data: Path) -> None:
    broken = next((day.business_date for day in days if day.missing or day.changed), None)
    waiting = next((day.business_date for day in days if day.state in ("to_close", "reopened")), None)
    if broken is not None:
        next_step(f"{program()} day redo {broken}{in_folder(data)}")
    elif waiting is not None:
        next_step(f"{program()} day close {waiting}{in_folder(data)}")
