"""``switch clock``: the time that a centre goes by, shown and moved."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.help import Verb
from switch.cli.command.options import json_option, specs_option
from switch.cli.console.words import lang_option, said
from switch.errors import SwitchError

_ACTS: Final = ("show", "freeze", "resume", "advance", "to", "before-cut-off", "next-banking-day")
_NEEDS: Final = {"advance": "a length of time: advance 2h", "to": "a time: to 2026-11-27T18:55"}
_TAKES: Final = frozenset({"freeze", "advance", "to", "before-cut-off"})
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY_SECONDS: Final = 86_400


@click.command(cls=Verb)
@click.argument("act", type=click.Choice(_ACTS), default="show", metavar="[ACTION]")
@click.argument("word", default="", metavar="[TIME]")
@centre_option
@specs_option
@json_option
@lang_option
def clock(act: str, word: str, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Show the clock of Switch, or move it while Switch runs. The clock of the machine stays as it is.

    ACTION is show, unless you give another. freeze stops the clock, now or at a TIME, and resume lets it run. With to, it goes
    to a TIME, with advance on by a length such as 2h. With before-cut-off, it goes to a minute before the cut-off, or to a
    length such as 10m before it. With next-banking-day, it goes to the morning of that day.

    TIME is 2026-11-27T18:55 where Switch is. `to now` is the time of the machine. The clock does not go back behind the last
    message. Switch keeps it in the data folder.

    \b
    switch clock before-cut-off
    switch clock advance 2m
    switch clock to 2026-12-01T09:00
    """
    facts = _shown(data, specs_folder) if act == "show" else _moved(data, act, word)
    if act == "show" and word:
        raise SwitchError(f"show: found {word!r} behind it, expected nothing")
    if as_json:
        from switch.cli.show.tables import show_json

        show_json(facts)
    else:
        _show(facts)


def _shown(data: Path, specs_folder: Path | None) -> dict[str, Any]:
    """How the clock of a data folder goes, whether a centre runs there or not."""
    from switch.centre.clock.clock_facts import clock_facts
    from switch.data_folder.centre_clock import ClockHistory, machine_ms
    from switch.journal.journal_file import JOURNAL_FILE
    from switch.journal.reader import read_open_date
    from switch.specs.load import specs_of

    calendar = specs_of(data, specs_folder).calendar
    return clock_facts(ClockHistory.read(data).setting, machine_ms(), calendar, read_open_date(data / JOURNAL_FILE))


def _moved(data: Path, act: str, word: str) -> dict[str, Any]:
    """What the running centre says when it has done as it was asked."""
    from switch.data_folder.control_socket import ask_centre

    if act in _NEEDS and not word:
        raise SwitchError(f"{act}: found nothing behind it, expected {_NEEDS[act]}")
    if act not in _TAKES and word:
        raise SwitchError(f"{act}: found {word!r} behind it, expected nothing")
    answer = ask_centre(data, {"of": "clock", "do": act, "word": word})
    if "error" in answer:
        raise SwitchError(str(answer["error"]), hint=str(answer.get("hint", "")))
    return answer


def _show(facts: dict[str, Any]) -> None:
    from switch.cli.console.screen import say_text
    from switch.cli.show.tables import show_pairs

    at = datetime.fromisoformat(facts["at"])
    goes = "stands still" if facts["frozen"] else "runs"
    rows = [(said("time"), said(f"{_DAYS[at.weekday()]} {at:%Y-%m-%d} at {at:%H:%M:%S}, it {goes}"))]
    rows.append((said("machine's clock"), _apart(facts["ahead_ms"])))
    if facts["business_date"] is not None:
        ends = datetime.fromisoformat(facts["cut_off_at"])
        by_clock = facts["opened_by"] == "clock"
        end = f"it ends on {ends:%Y-%m-%d} at {ends:%H:%M}" if by_clock else "opened by hand, it ends when it is closed"
        rows.append((said("business date"), said(f"{facts['business_date']}, {end}")))
        value = date.fromisoformat(facts["value_date"])
        rows.append((said("value date"), said(f"{_DAYS[value.weekday()]} {value}")))
    show_pairs(rows)
    if facts["business_date"] is None:
        say_text(said("no business date is open: `switch up` opens the first"), "hint")


def _apart(ahead_ms: int) -> str:
    """How far the machine's clock is from the centre's, in words."""
    seconds = abs(ahead_ms) // 1000
    if not seconds:
        return said("shows the same time")
    days, rest = divmod(seconds, _DAY_SECONDS)
    length = (
        f"{days} d {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
        if days
        else f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    )
    return said(f"{length} behind") if ahead_ms > 0 else said(f"{length} ahead")
