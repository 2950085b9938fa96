"""Exceptions: approvals that could not be presented, how long they have waited, and what a person decides of them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final, Literal

from switch.casework.desk import case_query, numbered, only_one, open_date, writing
from switch.clearing.exceptions import LEFT_TO_PEOPLE
from switch.disputes.records import masked
from switch.endofday import books
from switch.errors import NegativeAnswerError, SwitchError
from switch.record import frozen

#: ``accepted`` and ``to_write_off``: decided by a person, and carried out by the close of the open business date.
ExceptionState = Literal["open", "accepted", "to_write_off", "presented", "reversed", "written_off"]

PERSON_CHARACTERS_MAX: Final = 60  #: of who decided
WHY_CHARACTERS_MAX: Final = 200

_LIST: Final = case_query("exceptions")
_ORDERS: Final = (
    "SELECT business_date, action, pays_merchant, person, reason, recorded_at_ms "
    "FROM exception_order WHERE request_id = ? ORDER BY id"
)
_REASONS: Final = "SELECT business_date, reason FROM exception_reason WHERE request_id = ? ORDER BY business_date"
_ORDER: Final = "INSERT INTO exception_order VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)"


@frozen(kw_only=True)
class OpenException:
    """An approval that was not presented on its date."""

    request_id: int
    rrn: str
    pan_masked: str
    merchant_id: str
    issuer: str | None
    amount_minor: int  #: that reversals have left of it
    currency: str
    business_date: str  #: of the approval
    reason: str  #: why it cannot be presented, as the last close found it
    age_days: int  #: calendar days from its date to the open one, or to its end
    age_dates: int  #: business dates opened meanwhile
    state: ExceptionState
    ended_on: str | None


@frozen(kw_only=True)
class ExceptionOrder:
    """What a person decided."""

    business_date: str
    action: Literal["represent", "write_off"]
    pays_merchant: int
    person: str
    reason: str
    recorded_at_ms: int


@frozen(kw_only=True)
class ExceptionStory:
    """An exception with all that was decided and found of it."""

    item: OpenException
    first_reason: str
    later_reasons: tuple[tuple[str, str], ...]  #: (date of the close that found it, reason)
    orders: tuple[ExceptionOrder, ...]


def exceptions(data: Path, *, ended: bool = False) -> list[OpenException]:
    """The exceptions that are open, the oldest first; with ``ended``, all there ever were."""
    with books.opened(data) as connection:
        return _items(connection, open_date(connection, data), ended=ended)


def exception_story(data: Path, which: str) -> ExceptionStory:
    """One exception by its RRN, or by the number of its request. NegativeAnswerError where there is none."""
    with books.opened(data) as connection:
        item = _one(connection, open_date(connection, data), which)
        query = "SELECT reason FROM exception_item WHERE request_id = ?"
        (first,) = connection.execute(query, (item.request_id,)).fetchone()
        orders = connection.execute(_ORDERS, (item.request_id,)).fetchall()
        later = connection.execute(_REASONS, (item.request_id,)).fetchall()
    return ExceptionStory(
        item=item,
        first_reason=first,
        later_reasons=tuple((str(row[0]), str(row[1])) for row in later),
        orders=tuple(
            ExceptionOrder(
                business_date=row[0], action=row[1], pays_merchant=row[2], person=row[3], reason=row[4], recorded_at_ms=row[5]
            )
            for row in orders
        ),
    )


def represent(data: Path, which: str, person: str, reason: str, now_ms: int) -> OpenException:
    """A person accepts that an exception is presented: the close of the open business date does it.

    NegativeAnswerError where it waits for no person: its cause is in the specification, and it is presented once that is gone.
    """
    with writing(data) as (connection, business_date):
        item = _to_decide(connection, business_date, which, person, reason)
        if item.reason not in LEFT_TO_PEOPLE:
            raise NegativeAnswerError(
                f"RRN {item.rrn}: found {item.reason}, which nobody can accept; expected that the specification is put right: "
                "the next close then presents it by itself"
            )
        connection.execute(_ORDER, (item.request_id, business_date, "represent", 0, masked(person), masked(reason), now_ms))
        return _items(connection, business_date, request_id=item.request_id, ended=True)[0]


def write_off(data: Path, which: str, person: str, reason: str, now_ms: int, *, pays_merchant: bool = False) -> OpenException:
    """A person gives an exception up: the close of the open business date ends it.

    The issuer was never charged, so the merchant loses the sale; with ``pays_merchant`` the centre pays it, at its own loss.
    SwitchError where there is nothing to pay: a refund.
    """
    with writing(data) as (connection, business_date):
        item = _to_decide(connection, business_date, which, person, reason)
        if pays_merchant and item.amount_minor < 0:
            raise SwitchError(f"--pay-merchant: RRN {item.rrn}: found a refund, expected a sale")
        row = (item.request_id, business_date, "write_off", int(pays_merchant), masked(person), masked(reason), now_ms)
        connection.execute(_ORDER, row)
        return _items(connection, business_date, request_id=item.request_id, ended=True)[0]


def _to_decide(connection: sqlite3.Connection, business_date: str, which: str, person: str, reason: str) -> OpenException:
    """The exception a person decides of, with a name and a reason. NegativeAnswerError where it has ended."""
    for where, text, most in (("--by", person, PERSON_CHARACTERS_MAX), ("--reason", reason, WHY_CHARACTERS_MAX)):
        if not text.strip() or len(text) > most or not text.isprintable():
            raise SwitchError(f"{where}: found {text[:most]!r}, expected 1 to {most} characters")
    item = _one(connection, business_date, which)
    if item.ended_on is not None or item.state == "reversed":
        on = item.ended_on or business_date
        raise NegativeAnswerError(f"RRN {item.rrn}: the exception ended on {on}: {item.state.replace('_', ' ')}")
    return item


def _one(connection: sqlite3.Connection, today: str, which: str) -> OpenException:
    found = _items(connection, today, which=which, ended=True)
    waiting = [item for item in found if item.ended_on is None] or found
    if not waiting:
        raise NegativeAnswerError(f"{which}: there is no such exception")
    only_one([str(item.request_id) for item in waiting], which, "exceptions")
    return waiting[0]


def _items(
    connection: sqlite3.Connection, today: str, *, which: str = "", request_id: int = 0, ended: bool = False
) -> list[OpenException]:
    """The exceptions that a person names by RRN or number, the one of a request, or all of them."""
    number = request_id or numbered(which)
    about = {"today": today, "rrn": which, "request_id": number, "all": int(not which and not number), "ended": int(ended)}
    names = tuple(OpenException.__annotations__)
    return [OpenException(**dict(zip(names, row, strict=True))) for row in connection.execute(_LIST, about)]
