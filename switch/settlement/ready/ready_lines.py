"""The lines of one type of transaction of a statement, read from the books: as rows, or written by SQL where they are plain.

Plain are the lines of nearly every statement: printable ASCII without a mark that CSV has to quote or a spreadsheet could take
for a formula, amounts from zero up to below a million in a currency of two decimals. All others are written from their rows,
and the bytes are the same either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from switch.money import CURRENCIES
from switch.record import frozen
from switch.settlement.payouts import STATEMENT_LINES, STATEMENT_LINES_BETWEEN
from switch.settlement.statement import AMOUNT_COLUMNS, LINES_AT_ONCE, Head, StatementRow, batches, years_of_months
from switch.settlement.statement_csv import CSV_LINE_END, first_cells
from switch.settlement.statement_forms import WrittenLines
from switch.settlement.statement_labels import LABELS, TEXT_LANGUAGE

MOST_MINOR: Final = 99_999_999  #: below it an amount has at most one mark between thousands, and fits its column with it
COMMAS: Final = 20  #: of a line of CSV
#: Bytes that CSV writes as they are: printable ASCII without what parts and quotes cells, and with which, or behind which, a
#: formula may begin.
PLAIN_BYTES: Final = bytes(set(range(0x20, 0x7F)) - set(b',"-=+@;'))

READY_LINES: Final = resources.files(__package__).joinpath("ready_lines.sql").read_text(encoding="utf-8")


@frozen
class BookedLines:
    """Asked of the books whenever they are gone through: a million lines cost no memory."""

    ask: Callable[[str, Mapping[str, object]], Iterable[tuple[Any, ...]]]
    key: Mapping[str, object]  #: business date, merchant and type of transaction

    def __iter__(self) -> Iterator[StatementRow]:
        return iter(self.ask(STATEMENT_LINES, self.key))

    def written(self, head: Head) -> Iterator[WrittenLines | list[StatementRow]]:
        """The lines some at a time, written where all of those are plain."""
        if not _two_decimals(head.currency):
            yield from batches(self)
            return
        formats, prefix = _formats(head), _prefix(head)
        asked = {**self.key, **formats, "lines_at_once": LINES_AT_ONCE, "after": -1}
        while True:
            ((as_csv, text, count, last, are_odd),) = self.ask(READY_LINES, asked)
            if not count:
                return
            if not are_odd and _is_plain(as_csv, prefix, count):
                yield WrittenLines(text, as_csv)
            else:
                between = {**self.key, "after": asked["after"], "last": last}
                yield from batches(self.ask(STATEMENT_LINES_BETWEEN, between))
            if count < LINES_AT_ONCE:
                return
            asked["after"] = last


#: What else than SQLite writes lines by: the names of ``marks_of``.
LINE_MARKS: Final = (
    *("merchant_id", "prefix", "year", "other_month", "other_year", "currency", "point", "thousands", "domestic_mark"),
    *("foreign_mark", "most_minor"),
)


def marks_of(head: Head) -> tuple[str | int, ...]:
    """What the lines of a statement are written with, in the order of ``LINE_MARKS``."""
    years = years_of_months(head.business_date)
    other_month, other_year = next(iter(years.items()), ("", ""))
    labels = LABELS[TEXT_LANGUAGE[head.language]]
    marks = (labels["decimal_mark"], labels["thousands_mark"], labels["domestic_mark"], labels["foreign_mark"])
    years_of = (head.business_date[:4], other_month, other_year)
    return head.merchant_id, _prefix(head), *years_of, head.currency, *marks, MOST_MINOR


def _two_decimals(currency: str) -> bool:
    return CURRENCIES.get(currency, ("", 2))[1] == 2


def _prefix(head: Head) -> str:
    """The cells that begin each line of CSV."""
    return ",".join(first_cells(head))


def _is_plain(as_csv: str, prefix: str, count: int) -> bool:
    """Whether lines of CSV say what they have to as they are, without quotes: all of their marks are those of the format.

    What is no plain byte is asked in one pass over them. Of a line that is the marks of its first cells, two dashes in its
    local date, its commas and its end.
    """
    if not (as_csv.isascii() and prefix.isprintable() and '"' not in prefix):
        return False
    first = prefix.encode().translate(None, PLAIN_BYTES)
    marks = first + b",--" + b"," * (COMMAS - first.count(b",") - 1) + CSV_LINE_END.encode()
    return as_csv.encode().translate(None, PLAIN_BYTES) == marks * count


def _formats(head: Head) -> dict[str, object]:
    """What ``ready_lines.sql`` writes the lines of a statement by."""
    years = years_of_months(head.business_date)
    other_month, other_year = next(iter(years.items()), ("0", ""))
    first = _prefix(head).replace("%", "%%")
    amount = "%d.%02d"
    return {
        **_text_formats(TEXT_LANGUAGE[head.language]),
        "csv_line": f"{first},%s-%02d-%02dT%02d:%02d:%02d,{'%s,' * 9}{head.currency},{amount},%d,{amount},{amount},{amount},"
        + CSV_LINE_END,
        "year": head.business_date[:4],
        "other_month": int(other_month),
        "other_year": other_year,
        "most_minor": MOST_MINOR,
    }


@lru_cache
def _text_formats(language: str) -> dict[str, object]:
    """Of the text form. Widths and cuts count letters (``!``), not bytes: the mark between thousands may have more than one."""
    labels = LABELS[language]
    point = labels["decimal_mark"]
    gross, discount, vat, net = (f"%!{columns - 3}s{point}%02d" for columns in (AMOUNT_COLUMNS, 13, 12, AMOUNT_COLUMNS))
    words = "%02d/%02d %02d:%02d %-!8.8s %-!19.19s %-!10.10s %s %-!12.12s %-!6.6s"
    return {
        "text_line": f"{words}{gross} %2d{point}%02d{discount}{vat}{net}\n",
        "thousands_mark": labels["thousands_mark"],
        "domestic_mark": labels["domestic_mark"],
        "foreign_mark": labels["foreign_mark"],
    }
