"""Ranges of business dates, as people type them: one parser for every verb that takes dates.

DATE is one date. ``--month`` is a month, typed as 2026-11 or 11/2026. ``--from`` and ``--to`` are dates, both of them in the
range; the one left out is the first, or the last, date there is. Only one of these three ways may be used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from switch.business_day import DateSpan, month_span, typed_date, typed_month
from switch.cli.command.help import grouped, option
from switch.errors import SwitchError

EARLIEST_DATE: Final = "0001-01-01"  #: where a range has no first date
LATEST_DATE: Final = "9999-12-31"  #: where it has no last one


def _date(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    found = None if value is None else typed_date(value)
    if value is not None and found is None:
        expected = "expected a date such as 2026-11-22 or 22/11/2026"
        raise SwitchError(f"{parameter.opts[0]}: found {value!r}, {expected}")
    return found


def _month(ctx: click.Context, parameter: click.Parameter, value: str | None) -> DateSpan | None:
    found = None if value is None else typed_month(value)
    if value is not None and found is None:
        raise SwitchError(f"{parameter.opts[0]}: found {value!r}, expected a month such as 2026-11 or 11/2026")
    return None if found is None else month_span(found)


def span_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``--month``, ``--from`` and ``--to``: the parameters ``month``, ``since`` and ``until``, for ``span_of``."""
    spanned: Callable[..., Any] = grouped(
        "Dates",
        option("--month", metavar="MONTH", callback=_month, help="All dates of a month, typed as 2026-11 or 11/2026."),
        option("--from", "since", metavar="DATE", callback=_date, help="The first date of a range."),
        option("--to", "until", metavar="DATE", callback=_date, help="The last date of a range."),
    )(command)
    return spanned


def span_of(month: DateSpan | None, since: str | None, until: str | None, business_date: str | None = None) -> DateSpan | None:
    """The range that was typed; None where none was. SwitchError where two ways contradict each other, or it ends before it
    begins."""
    ways = [
        name
        for name, value in (("DATE", business_date), ("--month", month), ("--from", since), ("--to", until))
        if value is not None
    ]
    if len(ways) > 1 and ways != ["--from", "--to"]:
        raise SwitchError(f"{ways[0]}: found beside {ways[1]}, expected a date, a month, or a range with --from and --to")
    if since is not None and until is not None and until < since:
        raise SwitchError(f"--to: found {until}, expected {since} or later, as --from says")
    if business_date is not None:
        return DateSpan(first=business_date, last=business_date)
    if month is not None:
        return month
    if since is None and until is None:
        return None
    return DateSpan(first=since or EARLIEST_DATE, last=until or LATEST_DATE)
