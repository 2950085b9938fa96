"""``switch report``: a day or a month as one file of HTML."""

from __future__ import annotations

from pathlib import Path

import click

from switch.business_day import DateSpan
from switch.cli.command.help import Verb, option
from switch.cli.command.options import PATH, business_date_given, closed_dates, data_option
from switch.cli.command.spans import span_of, span_options
from switch.cli.console.screen import say_text
from switch.cli.console.words import lang_option, language, said, translated


@click.command(cls=Verb)
@option("--out", type=PATH, required=True, metavar="FILE", help="Write the report to this file, whole or not at all.")
@option(
    "--date",
    "business_date",
    metavar="DATE",
    callback=business_date_given,
    shell_complete=closed_dates,
    help="One closed business date; the last one unless dates are given.",
)
@span_options
@data_option
@lang_option
def report(
    out: Path, business_date: str | None, month: DateSpan | None, since: str | None, until: str | None, data: Path
) -> None:
    """Write the report of a closed day, a month or a range as one HTML file, with charts and tables.

    It shows the volumes by hour, by brand and origin, and by merchant, the declines by response code, interchange,
    commission, net positions, exceptions and holds. The file needs no network and runs no script, so it can be mailed or
    printed as it is. Its tables read without styles, too.

    \b
    switch report --out day.html
    switch report --month 2026-11 --lang fr --out novembre.html
    """
    from switch.batch.figures import figures_of
    from switch.batch.page.page import page_of
    from switch.cli.command.written import write_whole

    figures = figures_of(data, span_of(month, since, until, business_date))
    lang = language() or "en"
    write_whole(out, page_of(figures, lang, lambda text: translated(text, lang)).encode())
    first, last = figures.dates[0], figures.dates[-1]
    if first == last:
        say_text(said(f"report of {first} written to {out}"))
    else:
        say_text(said(f"report from {first} to {last} written to {out}"))
