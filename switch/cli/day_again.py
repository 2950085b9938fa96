"""``switch day redo`` and ``switch day diff``: a closed date made again, and what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from switch.business_day import DateSpan
from switch.cli.command.help import Verb, option
from switch.cli.command.options import (
    business_date_given,
    closed_date_argument,
    closed_dates,
    data_option,
    json_option,
    specs_option,
)
from switch.cli.command.spans import span_of, span_options
from switch.cli.console.attended import Progress
from switch.cli.console.screen import say, say_text
from switch.cli.console.words import figure, lang_option, said
from switch.data_folder.centre_clock import centre_clock_of
from switch.display.measured import Measured
from switch.display.plural import plural
from switch.errors import EXIT_DONE, EXIT_NO, NegativeAnswerError

if TYPE_CHECKING:
    from switch.batch.again import Redone
    from switch.batch.difference import Difference
    from switch.batch.recomputation import Rehearsal
    from switch.cli.console.screen import Tone
    from switch.specs.specification import Specs

DIFFERENCES_PRINTED_MAX = 60  #: so that the sentence at the end stays on the screen; --json has them all
#: What is summed, in words.
_MEASURES: Final = {
    "decision_count": "decisions",
    "approval_count": "approved",
    "presentment_count": "presented",
    "refund_count": "refunds",
    "adjustment_count": "adjustments",
    "reversed_count": "reversed approvals",
    "exception_count": "exceptions",
    "held_count": "held",
    "captured_later_count": "captured later",
    "nothing_due_count": "nothing due",
    "debit_count": "debits",
    "debit_minor": "debit",
    "credit_count": "credits",
    "credit_minor": "credit",
    "amount_minor": "amount",
    "gross_minor": "gross",
    "interchange_minor": "interchange",
    "discount_minor": "discount",
    "vat_minor": "VAT",
    "entries_minor": "entries",
    "entries_vat_minor": "VAT of entries",
    "brought_forward_minor": "forward",
    "net_minor": "net",
}
NAMES_PRINTED_MAX = 3  #: files named in one line


@click.command(cls=Verb, short_help="Make a closed date again: its files, and its figures.")
@closed_date_argument
@span_options
@option("--files-only", is_flag=True, help="Render the files again, and do not compute the date.")
@data_option
@specs_option
@json_option
@lang_option
def redo(
    business_date: str | None,
    month: DateSpan | None,
    since: str | None,
    until: str | None,
    files_only: bool,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> int:
    """Make a closed business date again, and prove that it is the same: its files from the books, its books from the journal.

    DATE is the last one closed, unless given. First, Switch renders all files of the date again and compares each with its
    digest in the books. A file that is missing or was changed is put back byte for byte. Then Switch computes the date again
    from the journal, with the specification as it is now, in a copy of the books, and shows every sum that would differ.

    With --month, or --from and --to, Switch makes all closed dates of the range again, and prints a line for each.

    The books are not written, and nobody is paid again. The exit code is 1 if anything differs.
    """
    from switch.cli.show.tables import show_json
    from switch.specs.load import specs_of

    span = span_of(month, since, until, business_date)
    many = span is not None and business_date is None
    specs = None if files_only else specs_of(data, specs_folder)
    found: list[tuple[Redone, Rehearsal | None]] = []
    dates = _closed_in(data, span)
    for number, date in enumerate(dates):
        progress = Progress(silent=as_json)
        if many:
            progress.say(Measured(f"making day {number + 1:,} of {len(dates):,} again", number, len(dates)))
        try:
            found.append(_redone(data, specs, date, (lambda _: None) if many else progress.say))
        finally:
            progress.done()
    if as_json:
        told = [{**files.as_json(), "recomputed": None if again is None else _as_json(again)} for files, again in found]
        show_json(told if many else told[0])
    elif many:
        _show_many(found)
    else:
        files, again = found[0]
        _show_files(files)
        if again is not None:
            click.echo()
            show_recomputed(again)
    return EXIT_DONE if all(_is_same(files, again) for files, again in found) else EXIT_NO


def _redone(data: Path, specs: Specs | None, date: str, tell: Callable[[str], None]) -> tuple[Redone, Rehearsal | None]:
    """The files of a date, and the date computed again where there is a specification to do it with."""
    from switch.batch.again import redone
    from switch.batch.recomputation import recomputed

    return redone(data, date, tell), None if specs is None else recomputed(data, specs, date, centre_clock_of(data)(), tell)


def _is_same(files: Redone, again: Rehearsal | None) -> bool:
    return files.is_sound and (again is None or not (again.differences or again.changed_line_count))


def _show_many(found: Sequence[tuple[Redone, Rehearsal | None]]) -> None:
    """A line for each date."""
    from switch.cli.show.tables import show_table

    rows: list[tuple[object, ...]] = []
    tones: dict[int, Tone] = {}
    for files, again in found:
        rows_words = said("rows changed") if files.changed_tables else said("as they were written")
        words = "" if again is None else said("the same")
        if again is not None and not _is_same(files, again):
            words = said(f"{plural(len(again.differences), 'sum')} would differ")
        if not _is_same(files, again):
            tones[len(rows)] = "declined"
        rows.append((said(files.business_date), len(files.alike), len(files.put_back), rows_words, words))
    show_table(("business date", "alike", "put back", "rows of the books", "computed now"), rows, tones=tones)


@click.command(cls=Verb, short_help="Show what differs between two dates, or to a date computed now.")
@click.argument("first", metavar="A", callback=business_date_given, shell_complete=closed_dates)
@click.argument("second", metavar="[B]", required=False, callback=business_date_given, shell_complete=closed_dates)
@data_option
@specs_option
@json_option
@lang_option
def diff(first: str, second: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> int:
    """Show what differs between two closed dates, or between a closed date and the same date computed again now.

    With A alone, Switch computes that date again from the journal, with the specification as it is now or the one of --specs,
    in a copy of the books. With A and B, it compares the two dates: the counts of the day, each merchant, each bank and each
    account of the ledger. The command writes no books and no files.

    The exit code is 1 if anything differs.

    \b
    switch day diff 2026-11-27 2026-11-28
    switch day diff 2026-11-28 --specs corrected
    """
    from switch.batch.recomputation import compared_dates, recomputed
    from switch.cli.show.tables import show_json
    from switch.specs.load import specs_of

    if second is not None:
        found = compared_dates(data, first, second)
        if as_json:
            show_json({"left": first, "right": second, "differences": [each.as_json() for each in found]})
        else:
            _show_differences(found, (said(first), said(second)))
            say_text(_counted(found), None if found else "good")
        return EXIT_NO if found else EXIT_DONE
    progress = Progress(silent=as_json)
    try:
        again = recomputed(data, specs_of(data, specs_folder), first, centre_clock_of(data)(), progress.say)
    finally:
        progress.done()
    if as_json:
        show_json({"left": first, "right": None, **_as_json(again)})
    else:
        show_recomputed(again)
    return EXIT_NO if again.differences or again.changed_line_count else EXIT_DONE


def _closed_in(data: Path, span: DateSpan | None) -> tuple[str, ...]:
    """The closed dates of a range, the one date that was named, or the last closed one where none was."""
    from switch.endofday.close import closed_dates as dates_of

    dates = dates_of(data)
    if not dates:
        raise NegativeAnswerError(f"{data}: no business date is closed yet")
    if span is None:
        return dates[-1:]
    chosen = tuple(date for date in dates if span.has(date))
    if not chosen and span.is_one_date:
        raise NegativeAnswerError(f"business date {span.first} is not closed; the last one closed is {dates[-1]}")
    if not chosen:
        first, last = span.first, span.last
        raise NegativeAnswerError(f"no business date is closed from {first} to {last}; the last one closed is {dates[-1]}")
    return chosen


def _as_json(again: Rehearsal) -> dict[str, object]:
    return {
        "specs_changed": again.specs_changed,
        "changed_line_count": again.changed_line_count,
        "differences": [each.as_json() for each in again.differences],
    }


def _show_files(files: Redone) -> None:
    from switch.cli.show.tables import show_pairs

    rows = said("as they were written")
    if files.changed_tables:
        rows = said(f"not as they were written: {', '.join(files.changed_tables)}")
    pairs: list[tuple[str, object]] = [("business date", said(files.business_date)), ("rows of the books", rows)]
    pairs.append(("files alike", len(files.alike)))
    if files.put_back:
        pairs.append(("files put back", _named(files.put_back)))
    if files.other:
        pairs.append(("files written otherwise now", _named(files.other)))
    if files.unrecorded:
        pairs.append(("files without a digest", _named(files.unrecorded)))
    show_pairs(pairs)


def _named(names: Sequence[str]) -> str:
    more = len(names) - NAMES_PRINTED_MAX
    listed = ", ".join(names[:NAMES_PRINTED_MAX])
    return f"{len(names)}: {listed}" + (f", {said(f'and {more} more')}" if more > 0 else "")


def show_recomputed(again: Rehearsal, *, stays: bool = True) -> None:
    """Print what differs between a closed date and the same date computed again, or that nothing does; and that the date
    ``stays`` as it is."""
    if again.specs_changed:
        say_text(said("the specification is not the one that the date was closed with"), "hint")
    if again.differences:
        _show_differences(again.differences, (said("as it stands"), said("computed now")))
        click.echo()
    if again.differences or again.changed_line_count:
        lines = plural(again.changed_line_count, "presentment")
        say_text(said(f"computed again, {lines} and {plural(len(again.differences), 'sum')} would differ"), "declined")
        if stays:
            say_text(
                said("nothing was written: a closed date stays as it is, and a correction is a posting of its own"), "hint"
            )
    else:
        say(said("computed again, the date is the same in every sum and every line"), "good")


def _even(figures: list[str]) -> list[str]:
    """Figures that end below each other; their column has a date, or a word, for its head."""
    width = max(map(len, figures), default=0)
    return [text.rjust(width) for text in figures]


def _subject(each: Difference) -> str:
    """What the sum is of: an account has the kind of its postings before it, a merchant the kind of its entries."""
    kind, _, rest = each.subject.partition(" ")
    if each.of == "account":
        return f"{said(f'{kind} postings')} {rest}"
    return f"{said(f'{kind} entries')} {rest}" if each.of == "entry" else said(each.subject)


def _counted(found: Sequence[Difference]) -> str:
    if not found:
        return said("the two dates are alike in every sum")
    return said(f"{plural(len(found), 'sum')} differ") if len(found) != 1 else said("1 sum differs")


def _show_differences(found: Sequence[Difference], sides: tuple[str, str]) -> None:
    from switch.cli.show.tables import show_table
    from switch.money import currency_name, format_minor

    def shown(each: Difference, value: int | None) -> str:
        if value is None:
            return said("none")
        return figure(format_minor(value, each.currency)) if each.is_money else str(value)

    printed = found[:DIFFERENCES_PRINTED_MAX]
    left, right = _even([shown(each, each.left) for each in printed]), _even([shown(each, each.right) for each in printed])
    rows = [
        (
            said(each.of),
            _subject(each),
            said(_MEASURES.get(each.measure, each.measure)),
            currency_name(each.currency) if each.is_money else "",
            left[place],
            right[place],
            ("+" if each.change > 0 else "") + shown(each, each.change),
        )
        for place, each in enumerate(printed)
    ]
    if rows:
        show_table(("of", "which", "sum", "in", *sides, "change"), rows)
    if len(found) > len(rows):
        click.echo(said(f"and {len(found) - len(rows)} more"))
