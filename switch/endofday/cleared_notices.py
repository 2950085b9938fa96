"""What the issuers are told of closed days: a file for each issuer and date that presented it something, or
ended a hold of it.

The files are written once the day is in the books, and again by any later close where one is missing: so it is with days that
an earlier release closed, and where the process died between the two. An issuer books a date once, however often it finds it.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import resources
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

from switch.clearing.engine import Engine, TellsIssuers
from switch.clearing.gathered import fill_by_request
from switch.data_folder import databases
from switch.endofday import books
from switch.endofday.line_files.door import named_on, see
from switch.errors import DataFolderError
from switch.issuers.posting import ClearedItem
from switch.issuers.process import notices
from switch.transaction import ExchangeKey


class _Known(NamedTuple):
    """What an issuer knows a request by."""

    key: ExchangeKey
    local_at: str
    rrn: str

    @classmethod
    def of(cls, acquirer_id: str, terminal_id: str, stan: str, transmitted_at: str, local_at: str, rrn: str) -> _Known:
        return cls(ExchangeKey(acquirer_id, terminal_id, stan, transmitted_at), local_at, rrn)

    @property
    def by_local_time(self) -> ExchangeKey:
        """Its key at an issuer whose messages have no DE 7."""
        return self.key._replace(transmitted_at=self.local_at)


def query(name: str) -> str:
    """The SQL of a file in the folder ``queries``."""
    return resources.files(__package__).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


ITEMS_AT_ONCE: Final = 1_000  #: in memory
APART_AT_ONCE: Final = 50_000  #: in memory, of items that no engine writes; where there are more, none writes any

_BESIDE: Final = query("cleared_beside")
_BY_REQUEST: Final = "CREATE INDEX temp.cleared_beside_by_request ON cleared_beside (request_id)"
_UP_TO: Final = query("cleared_up_to")
_ANY_BESIDE: Final = "SELECT EXISTS (SELECT 1 FROM cleared_beside WHERE request_id > :after AND request_id <= :up_to)"
#: Where some items stand: all in one table, or in two.
_PRESENTED: Final = "temp.presented_by_request"
_IN_ORDER: Final = query("cleared_in_order")
_ITEMS: Final = query("cleared_items")
_LINE: Final = query("cleared_lines")
_CAPTURED: Final = query("captured_holds")
#: How many items go apart; counted no further than is asked.
_APART: Final = f"SELECT COUNT(*) FROM (SELECT 1 FROM ({_CAPTURED}) UNION ALL SELECT 1 FROM ({_BESIDE}) LIMIT :at_most)"
_LAST: Final = 2**62  #: no request has a number above it
#: The issuers that are told of a date, and how much of it.
ISSUERS_TOLD: Final = query("issuers_told")


def tell_issuers(
    connection: sqlite3.Connection,
    data: Path,
    say: Callable[[str], None] = lambda _: None,
    engine: Engine | None = None,
) -> None:
    """Write what is missing of the files for the issuers, of every closed date. DataFolderError where it cannot be written.

    ``engine`` is the one that has just closed a date, and may have its lines at hand.
    """
    for business_date in books.closed_dates(connection):
        try:
            _tell_of(connection, data, business_date, say, engine)
        except (OSError, sqlite3.OperationalError) as error:  # a full disk: SQLite writes temporary files, too
            where = (isinstance(error, OSError) and error.filename) or data / "issuers"
            raise DataFolderError(
                f"{where}: found {databases.said(error)}, expected a folder that can be written; "
                f"business date {business_date} is closed in the books, "
                f"and its issuers are told by: switch day close {business_date} --data {data}"
            ) from None


def _tell_of(
    connection: sqlite3.Connection, data: Path, business_date: str, say: Callable[[str], None], engine: Engine | None
) -> None:
    """Write what is missing of the files of a closed date."""
    told = [str(row[0]) for row in connection.execute(ISSUERS_TOLD, {"business_date": business_date})]
    missing = {issuer for issuer in told if not notices.cleared_file(data, issuer, business_date).exists()}
    if not missing:
        return
    say(f"telling {', '.join(sorted(missing))} of {business_date}")
    see(connection, named_on(business_date))
    if isinstance(engine, TellsIssuers) and engine.can_tell(business_date) and _are_few_apart(connection, business_date):
        _tell_by(engine, connection, data, business_date, sorted(missing))
        return
    fill_by_request(books.ask_of(connection), business_date, again=False)
    with _beside(connection, business_date), ExitStack() as files:
        counts = _counts(connection, sorted(missing))
        outs = {
            issuer: files.enter_context(notices.cleared_day(data, issuer, business_date, count))
            for issuer, count in counts.items()  # of some the day has disputes alone
        }
        for issuer, lines in _pieces(connection, business_date, list(counts)):
            outs[issuer].write(lines)


def _are_few_apart(connection: sqlite3.Connection, business_date: str) -> bool:
    """Whether what goes apart from the lines of an engine has room in memory."""
    (count,) = connection.execute(_APART, {"business_date": business_date, "at_most": APART_AT_ONCE + 1}).fetchone()
    return bool(count <= APART_AT_ONCE)


def _tell_by(
    engine: TellsIssuers, connection: sqlite3.Connection, data: Path, business_date: str, issuers: Sequence[str]
) -> None:
    """Have an engine write the files from the lines of the date, each with what goes apart: items of earlier dates, and what
    captures a hold."""
    captures = _captures(connection, business_date)
    fill_by_request(engine.ask, business_date, again=True)
    engine.take_presented([*captures])
    with _beside(connection, business_date):
        items = _by_issuer(connection, {"after": 0, "up_to": _LAST})
    for issuer in issuers:
        apart = [_item(row, captures) for row in items.get(issuer, ())]
        lines = [(item.request_id, notices.cleared_lines([item]).decode().rstrip("\n")) for item in apart]
        count = engine.begin_telling(issuer, lines)
        with notices.cleared_day_by_others(data, issuer, business_date, count) as (path, first_line):
            engine.tell(issuer, first_line, str(path))


@contextmanager
def _beside(connection: sqlite3.Connection, business_date: str) -> Iterator[None]:
    """Gather what issuers are told of a date beside its presentments."""
    connection.execute(f"CREATE TEMP TABLE cleared_beside AS\n{_BESIDE}", {"business_date": business_date})
    connection.execute(_BY_REQUEST)
    try:
        yield
    finally:
        connection.execute("DROP TABLE temp.cleared_beside")


def _counts(connection: sqlite3.Connection, issuers: Sequence[str]) -> dict[str, int]:
    """How many items each of these issuers has."""
    counts = ", ".join("COUNT(*) FILTER (WHERE issuer = ?)" for _ in issuers)
    presented, beside = (
        connection.execute(f"SELECT {counts} FROM {table}", issuers).fetchone() for table in (_PRESENTED, "temp.cleared_beside")
    )
    return dict(zip(issuers, map(sum, zip(presented, beside, strict=True)), strict=True))


def _pieces(connection: sqlite3.Connection, business_date: str, issuers: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The lines for these issuers, some at a time; those of an issuer are in the order of the journal."""
    captures = _captures(connection, business_date)
    capturing, after = sorted(captures), 0
    named = {f"i{at}": issuer for at, issuer in enumerate(issuers)}
    while after < _LAST:
        found = connection.execute(_UP_TO, {"after": after, "items_at_once": ITEMS_AT_ONCE - 1}).fetchone()
        some = {"after": after, "up_to": _LAST if found[0] is None else found[0]}
        (any_beside,) = connection.execute(_ANY_BESIDE, some).fetchone()
        joined = connection.execute(
            lines_of(len(issuers), _IN_ORDER if any_beside else _PRESENTED), {**some, **named}
        ).fetchone()
        lines = [
            notices.plain_lines(text, lines) if lines else b"" for text, lines in zip(joined[::2], joined[1::2], strict=True)
        ]
        if None in lines or bisect_right(capturing, after) < bisect_right(capturing, some["up_to"]):
            items = _by_issuer(connection, some)
            lines = [notices.cleared_lines(_item(row, captures) for row in items.get(issuer, ())) for issuer in issuers]
        yield from ((issuer, piece) for issuer, piece in zip(issuers, lines, strict=True) if piece)
        after = some["up_to"]


def _captures(connection: sqlite3.Connection, business_date: str) -> dict[int, list[_Known]]:
    """What captured holds on a date -> those holds."""
    captures: dict[int, list[_Known]] = {}
    for request_id, *known in connection.execute(_CAPTURED, {"business_date": business_date}):
        captures.setdefault(request_id, []).append(_Known.of(*map(str, known)))
    return captures


@cache
def lines_of(count: int, cleared: str) -> str:
    """The query for the lines of so many issuers, of some items: of each issuer its lines, a line feed between two, and how
    many."""
    of_each = ", ".join(
        f"GROUP_CONCAT({_LINE}, CHAR(10)) FILTER (WHERE c.issuer = :i{at}), COUNT(*) FILTER (WHERE c.issuer = :i{at})"
        for at in range(count)
    )
    some = _ITEMS[_ITEMS.index("FROM {cleared}") : _ITEMS.index("ORDER BY")]
    return f"SELECT {of_each}\n{some.format(cleared=cleared)}"


def _by_issuer(connection: sqlite3.Connection, some: Mapping[str, object]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of some items for each issuer, which stands first in them."""
    rows = connection.execute(_ITEMS.format(cleared=_IN_ORDER), some).fetchall()
    rows.sort(key=itemgetter(0))
    return {issuer: list(of_issuer) for issuer, of_issuer in groupby(rows, key=itemgetter(0))}


def _item(row: tuple[Any, ...], captures: Mapping[int, list[_Known]]) -> ClearedItem:
    _, request_id, amount_minor, approved_minor, *of_key, local_at, rrn, approval_code, card, by_batch = row
    itself, others = _Known.of(*map(str, (*of_key, local_at, rrn))), captures.get(request_id, [])
    if by_batch and others:  # no issuer is told of a batch: it knows the sale
        itself, *others = others
    named = dict.fromkeys(key for other in others for key in (other.key, other.by_local_time) if key != itself.key)
    about = (itself.key, itself.rrn, approval_code, tuple(named), itself.local_at, card)
    return ClearedItem(request_id, amount_minor, approved_minor, *about)
