"""``switch reconcile``: two files of the same money, line by line; or the three books of Switch itself."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verb, grouped, option
from switch.cli.command.options import PATH, data_option, given, json_option
from switch.cli.command.written import refuse_overwriting, write_whole
from switch.cli.console.words import lang_option
from switch.display.plural import plural
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.endofday.three_books import BookedThrice
    from switch.reconciliation.findings import MatchedSides
    from switch.reconciliation.movement import Side
    from switch.reconciliation.readers.column_map import ColumnMap

#: The forms a file may have, as ``readers.recognize.RECOGNIZED_FORMS`` has them: the help of a command loads no room.
_FORMS = (
    *("switch", "switch-json", "switch-remises", "switch-payouts"),
    *("cmi", "cmi-table", "cmi-export", "payzone", "naps", "france-impayes", "france-remises", "barid", "amex"),
    *("till", "bank", "camt.053"),
)
_FORM = click.Choice(_FORMS)
RECONCILED_BYTES_MAX = 1024 * 1024 * 1024  #: of a file: some ten million lines
LATEST = "latest"


@click.command(cls=Verb)
@click.argument("left", required=False, type=PATH)
@click.argument("right", required=False, type=PATH)
@grouped(
    "Files",
    option("--left-as", type=_FORM, default=None, metavar="FORM", help="Form of LEFT, if Switch takes it for another one."),
    option("--right-as", type=_FORM, default=None, metavar="FORM", help=f"Form of RIGHT: {', '.join(_FORMS)}."),
    option(
        "--map",
        "mapped",
        default=None,
        metavar="PAIRS|FILE",
        help="Columns of a free table: date=Jour,amount=Total, or a TOML file; left.date=… is of one file alone.",
    ),
    option("--label", "labels", multiple=True, metavar="WORDS", help="Of a bank statement, only lines with this text."),
)
@grouped(
    "Matching",
    option(
        "--minutes",
        type=click.IntRange(0, 720),
        metavar="NUMBER",
        default=20,
        show_default=True,
        help="Minutes between two lines of a sale at a terminal that no reference names.",
    ),
    option(
        "--days",
        type=click.IntRange(0, 31),
        metavar="NUMBER",
        default=3,
        show_default=True,
        help="Days between them online, and without times, channel and terminal.",
    ),
)
@grouped(
    "Output",
    option("--csv", "csv_path", type=PATH, default=None, metavar="FILE", help="Write a row for each line of both files."),
    option("--excel-fr", is_flag=True, help="With --csv: semicolons, decimal commas, French words, for a French spreadsheet."),
    json_option,
    lang_option,
)
@grouped(
    "Books of Switch",
    option(
        "--books",
        is_flag=False,
        flag_value=LATEST,
        default=None,
        metavar="[DATE]",
        help="No files: compare journal, books of the banks and books of a closed date.",
    ),
    data_option,
)
def reconcile(
    left: Path | None,
    right: Path | None,
    left_as: str | None,
    right_as: str | None,
    mapped: str | None,
    labels: tuple[str, ...],
    minutes: int,
    days: int,
    csv_path: Path | None,
    excel_fr: bool,
    as_json: bool,
    books: str | None,
    data: Path,
) -> None:
    """Match two files of the same money: the export of a till, a relevé, a bank statement. Each line gets its class.

    Switch finds out the form of a file from its content. It reads a till's table (CSV, XLSX), a bank statement (CSV, camt.053),
    and a relevé: that of `switch statement` (CSV, XLSX, JSON), or one of another acquirer. It tries the strongest key first:
    RRN, then STAN and date, approval code and card, amount and time. It matches credits with the nets of remises.

    A line is MATCHED, has a DIFFERENCE, or is UNMATCHED. The exit code is 0 if all lines are matched, 1 if not, and 2 if a
    file cannot be read. A record that cannot be used is set aside with its line, and the rest goes on.

    \b
    switch reconcile till.csv releve.xlsx
    switch reconcile releve.csv bank.xml --label "VENTE PAR CARTE"
    switch reconcile till.csv bank.csv --map left.date=Jour,left.amount=Total
    switch reconcile --books 2026-11-28
    """
    if books is not None:
        _refuse_beside_books()
        _books(books, left, data, csv_path, as_json=as_json)
        return
    if left is None or right is None:
        missing = "LEFT" if left is None else "RIGHT"
        raise SwitchError(f"{missing}: found nothing, expected a file", hint="switch reconcile LEFT RIGHT, or --books")
    if excel_fr and csv_path is None:
        raise SwitchError("--excel-fr: found without --csv, expected both")
    if given("data"):
        raise SwitchError("--data: found without --books, expected both")
    if csv_path is not None:
        refuse_overwriting("--csv", csv_path, [left, right, *([Path(mapped)] if mapped is not None else [])])
    from switch.reconciliation.matching import Windows
    from switch.reconciliation.matching import reconcile as matched
    from switch.reconciliation.movement import BANK, scoped

    gc.disable()  # a million small records, none in a circle: looking for circles takes longer than the matching
    try:
        mine, theirs = _sides((left, left_as), (right, right_as), _columns(mapped))
        if labels and BANK not in (mine.kind, theirs.kind):
            raise SwitchError("--label: found without a bank statement, expected one in LEFT or RIGHT")
        found = matched(scoped(mine, labels), scoped(theirs, labels), Windows(minutes=minutes, days=days))
        if csv_path is not None:
            _write_csv(csv_path, found, excel_fr=excel_fr)
    finally:
        gc.enable()
    if as_json:
        from switch.cli.show.tables import show_json
        from switch.reconciliation.as_rows import as_json as whole

        show_json(whole(found))
    else:
        from switch.cli.reconciled import show

        show(found, csv_path)
    if not found.agrees:
        raise NegativeAnswerError(_verdict(found))


def _refuse_beside_books() -> None:
    """SwitchError for an option of files: the books of Switch have neither forms nor columns, and are matched by request."""
    options = ("left_as", "right_as", "mapped", "labels", "minutes", "days", "excel_fr")
    for name in options:
        if given(name):
            option = {"mapped": "--map", "labels": "--label"}.get(name, f"--{name.replace('_', '-')}")
            raise SwitchError(f"{option}: found beside --books, which has no use for it")


def _write_csv(path: Path, found: MatchedSides, *, excel_fr: bool) -> None:
    import io

    from switch.reconciliation.as_rows import write_rows

    text = io.StringIO(newline="")
    write_rows(text, found, excel_fr=excel_fr)
    write_whole(path, text.getvalue().encode())


def _verdict(found: object) -> str:
    from switch.reconciliation.findings import DIFFERENCE, UNMATCHED, MatchedSides

    assert isinstance(found, MatchedSides)
    differing = sum(each.outcome == DIFFERENCE for each in found.findings)
    unmatched = sum(each.outcome == UNMATCHED for each in found.findings)
    aside = len(found.left.set_aside) + len(found.right.set_aside)
    files = f"{found.left.name} and {found.right.name}"
    return f"{files}: found differences {differing}, unmatched {unmatched}, set aside {aside}, expected none"


def _columns(mapped: str | None) -> ColumnMap | None:
    if mapped is None:
        return None
    from switch.reconciliation.readers.column_map import ColumnMap

    if "=" in mapped:
        return ColumnMap.from_text(mapped)
    from switch.spec_table import SpecTable
    from switch.specs.files import parse, read_bytes

    values, lines = parse(mapped, read_bytes(Path(mapped), mapped))
    return ColumnMap.from_toml(SpecTable(mapped, values, lines=lines))


def _sides(left: tuple[Path, str | None], right: tuple[Path, str | None], columns: ColumnMap | None) -> list[Side]:
    """Both files. Columns that are mapped without a side are those of a file that has them; one at least has to."""
    from switch.reconciliation.readers.recognize import ColumnsMissingError

    sides, missing = [], []
    for name, (path, form) in (("left", left), ("right", right)):
        mapped = {} if columns is None else columns.left if name == "left" else columns.right
        try:
            sides.append(_read(path, form, mapped))
        except ColumnsMissingError as error:
            missing.append(error)
            if (columns and name in columns.sided) or len(missing) > 1:
                raise
            sides.append(_read(path, form, {}))
    return sides


def _read(path: Path, form: str | None, columns: dict[str, str]) -> Side:
    from switch.machine.files import read_whole
    from switch.reconciliation.readers.recognize import FILE_EXPECTED, side_of

    try:
        content = read_whole(path, RECONCILED_BYTES_MAX)
    except FileNotFoundError:
        raise SwitchError(f"{path}: found no such file, expected {FILE_EXPECTED}") from None
    except SwitchError as found:
        raise SwitchError(f"{path}: found {found}, expected {FILE_EXPECTED}") from None
    return side_of(str(path), content, form, columns or None)


def _books(books: str, left: Path | None, data: Path, csv_path: Path | None, *, as_json: bool) -> None:
    from switch.business_day import typed_date
    from switch.endofday.three_books import compare_books

    if left is not None:
        raise SwitchError(f"--books: found beside the file {left}, expected one of them")
    business_date = None if books == LATEST else typed_date(books)
    if books != LATEST and business_date is None:
        raise SwitchError(f"--books: found {books!r}, expected a date such as 2026-11-22 or 22/11/2026")
    items: list[BookedThrice] = []
    compared = compare_books(data, business_date, items.append if csv_path is not None else lambda _: None)
    if csv_path is not None:
        _write_books(csv_path, compared.business_date, items)
    if as_json:
        from attrs import asdict

        from switch.cli.show.tables import show_json

        show_json({"agrees": compared.agrees, **asdict(compared)})
    else:
        from switch.cli.reconciled import show_books

        show_books(compared)
    if not compared.agrees:
        counted = plural(compared.difference_count, "transaction")
        raise NegativeAnswerError(f"{data}: found {counted} on which the three books differ, expected none")


def _write_books(path: Path, business_date: str, items: list[BookedThrice]) -> None:
    """A row for each transaction, in the minor units of its currency."""
    import csv
    import io

    from switch.display.visible import cell

    text = io.StringIO(newline="")
    writer = csv.writer(text)
    names = ("request_id", "rrn", "issuer", "currency", "journal_minor", "bank_minor", "day_minor", "exception")
    writer.writerow(("business_date", *names, "agrees"))
    for item in items:
        values = ("" if (value := getattr(item, name)) is None else cell(str(value)) for name in names)
        writer.writerow((business_date, *values, "yes" if item.agrees else "no"))
    write_whole(path, text.getvalue().encode())
