"""The business day, the connections and the health of a centre, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from switch.business_day import typed_date
from switch.centre.clock.clock_facts import clock_facts
from switch.clearing.engine import ENGINES
from switch.control.desks.call import Call, Desk
from switch.control.desks.problem import ProblemError, wrong
from switch.data_folder.centre_clock import ClockHistory, centre_clock_of, machine_ms
from switch.endofday import books
from switch.endofday.close import close_day, show_day
from switch.endofday.report import CLOSED, RENDERED_AGAIN
from switch.errors import NegativeAnswerError, SwitchError
from switch.journal.journal_file import JOURNAL_FILE
from switch.journal.reader import read_open_date
from switch.mail.delivery import mail_after_close


def health(desk: Desk, call: Call) -> dict[str, Any]:
    """Whether the centre answers; a problem where it does not."""
    desk.ask({"do": "scopes"})
    return {"status": "up"}


def settings(desk: Desk, call: Call) -> dict[str, Any]:
    """Where to connect, and whether messages are kept."""
    listeners = desk.ask({"do": "tell", "what": "listeners"})["listeners"]
    return {
        "name": desk.specs.centre.name,
        "listeners": [{"name": name, **about} for name, about in listeners.items()],
        "issuers": list(desk.specs.issuers),
        "trace": desk.ask({"do": "tell", "what": "trace"})["trace"],
        "data": str(desk.data.resolve()),
    }


def lines(desk: Desk, call: Call) -> dict[str, Any]:
    """The connections there are, each with the state of its session."""
    told: dict[str, Any] = desk.ask({"do": "tell", "what": "lines"})["lines"]
    return told


def clock(desk: Desk, call: Call) -> dict[str, Any]:
    """The time that Switch goes by, and when the open business date ends."""
    with _day_problems():
        setting, date = ClockHistory.read(desk.data).setting, read_open_date(desk.data / JOURNAL_FILE)
        return clock_facts(setting, machine_ms(), desk.specs.calendar, date)


def move_clock(desk: Desk, call: Call) -> dict[str, Any]:
    """Move the clock as ``switch clock`` does; how it goes then."""
    return desk.ask({"of": "clock", "do": call.body["do"], "word": call.body.get("word", "")})


def open_day(desk: Desk, call: Call) -> dict[str, Any]:
    """The business date that is open, and those that are closed."""
    with _day_problems(), books.opened(desk.data) as connection:
        dates = books.BusinessDates.of(connection)
        return {"open": dates.open, "closed": list(dates.closed)}


def closed_day(desk: Desk, call: Call) -> dict[str, Any]:
    """The report of a closed date."""
    with _day_problems(HTTPStatus.NOT_FOUND):
        return show_day(desk.data, _date(call.path["date"])).as_json()


def close(desk: Desk, call: Call) -> dict[str, Any]:
    """Close a business date as ``switch day close`` does, and let its messages to merchants go out."""
    body = call.body or {}
    wanted, engine = body.get("date"), body.get("engine", ENGINES[0])
    date = None if wanted is None else _date(wanted)
    with _day_problems():
        clock_ms = centre_clock_of(desk.data)
        report = close_day(desk.data, desk.specs, date, clock_ms(), clock_ms, engine=engine)
        if report.outcome not in (CLOSED, RENDERED_AGAIN):
            raise ProblemError(HTTPStatus.CONFLICT, report.sentence)
        if report.business_date is not None:
            mail_after_close(desk.data, desk.specs, report.business_date, machine_ms)
    return report.as_json()


def _date(text: str) -> str:
    found = typed_date(text)
    if found is None:
        raise wrong("date", repr(text), "a date such as 2026-11-22")
    return found


@contextmanager
def _day_problems(missing: int = HTTPStatus.CONFLICT) -> Iterator[None]:
    """What the day refuses, as a problem."""
    try:
        yield
    except ProblemError:
        raise
    except SwitchError as error:
        status = missing if isinstance(error, NegativeAnswerError) else HTTPStatus.CONFLICT
        raise ProblemError(status, str(error).removeprefix("--")) from None  # an option of the command is a field here
