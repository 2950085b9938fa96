"""What ``switch reconcile`` prints: what the files are, the sum of each class, and the lines that somebody has to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from switch.card import mask_numbers
from switch.cli.console.screen import say, say_text
from switch.cli.console.words import figure, language, said
from switch.cli.show.tables import show_pairs, show_table
from switch.display.plural import plural
from switch.endofday.three_books import ThreeBooks
from switch.money import currency_name, format_minor
from switch.reconciliation.as_rows import FRENCH_PASSES, lacking_words, time_of_day
from switch.reconciliation.findings import (
    DIFFERENCE,
    MATCHED,
    PASSES,
    UNMATCHED,
    Finding,
    LostLines,
    MatchedSides,
    Offset,
)
from switch.reconciliation.movement import BANK, SUMS, Movement, Side
from switch.reconciliation.readers.layouts import OURS

_BELOW: Final = ("pass", "reference", "note")  #: columns that stand beneath their row where a terminal is narrow
LINES_LISTED_MAX: Final = 20  #: rows of a list on the terminal; ``--csv`` has all
CLASS_WORDS: Final = {MATCHED: "MATCHED", DIFFERENCE: "DIFFERENCE", UNMATCHED: "UNMATCHED"}


def show(found: MatchedSides, csv_path: Path | None) -> None:
    """The whole on a terminal."""
    show_pairs([("LEFT", _about(found.left)), ("RIGHT", _about(found.right)), *_notes(found)])
    say()
    _show_classes(found)
    _show_passes(found)
    _show_differences(found)
    _show_days_apart(found)
    for side, other, name in ((found.left, found.right, "left"), (found.right, found.left, "right")):
        _show_lacking(found, side, other, name)
    _show_set_aside(found)
    say()
    if csv_path is not None:
        say_text(said(f"every line with its class written to {csv_path}"))
    if found.agrees:
        say_text(said("all lines of both files are matched"), "good")


def _amount(minor: int, currency: str) -> str:
    return figure(format_minor(minor, currency))


def _about(side: Side) -> str:
    lines = said(plural(len(side.lines), "line"))
    left_out = side.out_of_scope_count
    if left_out and side.kind == BANK:
        lines = f"{lines}{said(', ')}{said(f'{left_out} without the label')}"
    elif left_out:
        beside = "1 entry left out" if left_out == 1 else f"{left_out} entries left out"
        lines = f"{lines}{said(', ')}{said(beside)}"
    return f"{side.name}{said(': ')}{side.form}{said(', ')}{lines}"


def _notes(found: MatchedSides) -> list[tuple[str, object]]:
    return [
        *(("clock", said(_offset(each))) for each in found.offsets),
        *(("lost lines", _lost(each)) for each in found.lost),
        *(
            ("note", said(f"{name} has transactions only: fees and other entries of its payouts are in payouts.csv"))
            for name in _lacking_entries(found)
        ),
    ]


def _lacking_entries(found: MatchedSides) -> list[str]:
    """The sides that are statements of transactions only, where the other side has sums that entries are in."""
    if found.agrees:
        return []
    pairs = (("LEFT", found.left, found.right), ("RIGHT", found.right, found.left))
    return [name for name, side, other in pairs if side.form == OURS.form and other.level == SUMS]


def _offset(offset: Offset) -> str:
    hours = plural(abs(offset.hours), "hour")
    return f"{offset.date}: RIGHT is {hours} {'behind' if offset.hours > 0 else 'ahead'}, as {offset.pair_count} lines say"


def _lost(lost: LostLines) -> str:
    side = lost.side.upper()
    amount = f"{format_minor(lost.amount_minor, lost.currency)} {currency_name(lost.currency)}"
    if lost.line_count:
        return said(f"{side} lacks {plural(lost.line_count, 'line')} of {lost.of}, {amount}, and has {lost.has_count} of it")
    return said(f"{side} states {amount} more for {lost.of} than its {plural(lost.has_count, 'line')} come to")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """A table without the columns that have nothing in them."""
    kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    show_table([heads[place] for place in kept], [[row[place] for place in kept] for row in rows], title=title, below=_BELOW)


def _show_classes(found: MatchedSides) -> None:
    rows = []
    totals = found.totals()
    for total in totals:
        difference = total.left_minor - total.right_minor
        rows.append(
            (
                said(CLASS_WORDS[total.outcome]),
                str(total.left_count),
                _amount(total.left_minor, total.currency),
                str(total.right_count),
                _amount(total.right_minor, total.currency),
                _amount(difference, total.currency),
                currency_name(total.currency),
            )
        )
    for currency in sorted({total.currency for total in totals}):
        of = [total for total in totals if total.currency == currency]
        left, right = sum(total.left_minor for total in of), sum(total.right_minor for total in of)
        rows.append(
            (
                said("in all"),
                str(sum(total.left_count for total in of)),
                _amount(left, currency),
                str(sum(total.right_count for total in of)),
                _amount(right, currency),
                _amount(left - right, currency),
                currency_name(currency),
            )
        )
    _table(("class", "LEFT lines", "LEFT", "RIGHT lines", "RIGHT", "difference", "currency"), rows)


def _pass(name: str) -> str:
    return FRENCH_PASSES.get(name, name) if language() == "fr" else name


def _show_passes(found: MatchedSides) -> None:
    count = Counter(finding.by for finding in found.findings if finding.by)
    rows = [(_pass(name), str(count[name])) for name in PASSES if count[name]]
    if rows:
        say()
        _table(("pass", "findings"), rows)


def _show_differences(found: MatchedSides) -> None:
    findings = [finding for finding in found.findings if finding.outcome == DIFFERENCE]
    if not findings:
        return
    say()
    rows = [
        (
            *_both_sides(finding),
            _amount(finding.right_minor, finding.currency),
            _amount(finding.difference_minor, finding.currency),
            _pass(finding.by),
        )
        for finding in findings[:LINES_LISTED_MAX]
    ]
    heads = ("LEFT line", "RIGHT line", "dated", "LEFT", "RIGHT", "difference", "pass")
    _table(heads, rows, title=f"{said(CLASS_WORDS[DIFFERENCE])} ({len(findings)})")
    _more(len(findings))


def _show_days_apart(found: MatchedSides) -> None:
    """The sales that are matched though the files date them differently; a credit is always later than its remise."""
    if SUMS in (found.left.level, found.right.level):
        return
    findings = [finding for finding in found.findings if finding.outcome == MATCHED and finding.note]
    if not findings:
        return
    say()
    rows = [
        (
            *_both_sides(finding),
            _pass(finding.by),
            said(finding.note),
        )
        for finding in findings[:LINES_LISTED_MAX]
    ]
    title = f"{said(CLASS_WORDS[MATCHED])}{said(': ')}{said('on different dates')} ({len(findings)})"
    _table(("LEFT line", "RIGHT line", "dated", "LEFT", "pass", "note"), rows, title=title)
    _more(len(findings))


def _both_sides(finding: Finding) -> tuple[str, str, str, str]:
    """The first columns of a finding: its lines on either side, its date, its amount on the left."""
    left = _amount(finding.left_minor, finding.currency)
    return _places(finding.left), _places(finding.right), said(_first(finding).date), left


def _places(lines: Sequence[Movement]) -> str:
    """The places of some lines, of many the first and how many."""
    shown = ", ".join(str(line.place) for line in lines[:2])
    return shown if len(lines) <= 2 else f"{shown}, +{len(lines) - 2}"


def _first(finding: Finding) -> Movement:
    return (finding.left or finding.right)[0]


def _show_lacking(found: MatchedSides, side: Side, other: Side, name: str) -> None:
    lines = [(line, finding) for finding in found.findings if finding.outcome == UNMATCHED for line in getattr(finding, name)]
    if not lines:
        return
    say()
    rows = [
        (
            str(line.place),
            said(line.date),
            time_of_day(line.second),
            _amount(line.amount_minor, line.currency),
            currency_name(line.currency),
            line.card,
            mask_numbers(_reference(line)),
            said(finding.note),
        )
        for line, finding in lines[:LINES_LISTED_MAX]
    ]
    words = lacking_words(side, other, french=language() == "fr")
    title = f"{said(CLASS_WORDS[UNMATCHED])}{said(': ')}{words} ({len(lines)})"
    _table((f"{name.upper()} line", "dated", "time", name.upper(), "currency", "card", "reference", "note"), rows, title=title)
    _more(len(lines))


def _reference(line: Movement) -> str:
    if line.rrn:
        return f"RRN {line.rrn}"
    if line.stan:
        return f"STAN {line.stan}"
    if line.label:
        return line.label
    return " ".join(filter(None, (line.ticket, line.reference, line.remise)))


def _show_set_aside(found: MatchedSides) -> None:
    rows = [
        (name, str(each.place), each.found, each.expected)
        for name, side in (("LEFT", found.left), ("RIGHT", found.right))
        for each in side.set_aside
    ]
    if not rows:
        return
    say()
    say_text(said(f"{plural(len(rows), 'record is', 'records are')} set aside"), "title")
    for name, place, what, expected in rows[:LINES_LISTED_MAX]:
        say_text(said(f"{name} line {place}: found {what}, expected {expected}"), indent="  ")
    _more(len(rows))


def _more(count: int) -> None:
    if count > LINES_LISTED_MAX:
        say_text(said(f"and {count - LINES_LISTED_MAX} more: --csv FILE has all"), "hint")


def show_books(compared: ThreeBooks) -> None:
    """The three books of a date on a terminal."""
    show_pairs([("business date", said(compared.business_date)), *(("note", said(note)) for note in compared.notes)])
    click.echo()
    rows = [
        (
            total.issuer or "-",
            str(total.transaction_count),
            _amount(total.journal_minor, total.currency),
            "" if total.bank_minor is None else _amount(total.bank_minor, total.currency),
            _amount(total.day_minor, total.currency),
            currency_name(total.currency),
            str(total.difference_count),
            _amount(total.excepted_minor, total.currency) if total.excepted_minor else "",
        )
        for total in compared.totals
    ]
    if rows:
        _table(("issuer", "transactions", "by journal", "by bank", "by day", "currency", "differences", "as exceptions"), rows)
    if compared.differences:
        click.echo()
        listed = [
            (
                str(item.request_id),
                item.rrn,
                item.issuer or "-",
                _amount(item.journal_minor, item.currency),
                "" if item.bank_minor is None else _amount(item.bank_minor, item.currency),
                _amount(item.day_minor, item.currency),
                currency_name(item.currency),
            )
            for item in compared.differences[:LINES_LISTED_MAX]
        ]
        heads = ("request", "RRN", "issuer", "by journal", "by bank", "by day", "currency")
        _table(heads, listed, title=f"{said(CLASS_WORDS[DIFFERENCE])} ({compared.difference_count})")
        _more(compared.difference_count)
    click.echo()
    if compared.agrees:
        say_text(said("the three books say the same of every transaction"), "good")
