"""The life of a transaction as a table, and times as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from switch.cli.console.screen import Tone, columns, say, say_text
from switch.cli.console.words import said

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from switch.explain.lifecycle import Lifecycle, Row
    from switch.explain.messages import StepWithMessage
    from switch.specs.parts import Parts
    from switch.specs.specification import Specs

RULES_TOLD_MAX: Final = 2  #: in the line of the verdict; the steps have all of them
ROOMY: Final = 100  #: from so many columns on, what happened has a column of its own


def show_story(story: Lifecycle, told: Sequence[StepWithMessage], specs: Specs) -> None:
    """Print the verdict, then all that happened: messages of the trace by their numbers, dates as headings."""
    from switch.cli.show.tables import show_table

    verdict, tone = _verdict(story)
    say_text(said(verdict), tone)
    say_text(said(f"RRN {story.rrn}: {_about(story, specs)}"), "title")
    for life in story.lives:
        if life.liability is not None and life.request["rrn"].strip() == story.rrn:
            say_text(said(f"a fraud is borne by the {life.liability.borne_by}: {life.liability.why}"))
    say()
    times, headings = _times(told, specs)
    shown: dict[str, list[str]] = {"time": times, "leg": [said(step.leg) for step, _ in told]}
    if len(story.lives) > 1:
        shown["request"] = [str(step.request_id or "") for step, _ in told]
    if any(message for _, message in told):
        shown["message"] = [f"#{message.id}" if message else "" for _, message in told]
    if columns() >= ROOMY:
        shown |= {"what": [said(step.what) for step, _ in told], "detail": [said(step.detail) for step, _ in told]}
    else:
        shown["detail"] = [f"{said(step.what)}{said(': ')}{said(step.detail)}" for step, _ in told]
    if 0 in headings:
        say_text(said(f"{headings.pop(0)}, times of {specs.calendar.zone.key}"), "hint")
    show_table(tuple(shown), list(zip(*shown.values(), strict=True)), headings=headings)


def _verdict(story: Lifecycle) -> tuple[str, Tone | None]:
    """What became of the request, in one line, and its colour."""
    from switch.cli.show.live import TONES, answered, went
    from switch.transaction import SWITCH, response_meaning

    own = [life for life in story.lives if life.request["rrn"].strip() == story.rrn]
    life = next(iter(own or story.lives), None)
    if life is None:
        return "no request: only a reversal of it has come", "bad"
    decision = life.decision
    if decision is None:
        return "not decided: in flight, or Switch stopped before an answer", "bad"
    code, by = decision["response_code"], decision["decided_by"]
    took = decision["decided_at_ms"] - life.request["received_at_ms"]
    reason = f": {decision['reason']}" if decision["reason"] not in ("", response_meaning(code)) else ""
    given = f"answered: {code} ("  # the reason tells of that rule
    also = "".join(f"; {each}" for each in life.scripted[:RULES_TOLD_MAX] if given not in each)
    also += "; reversed later" if any(reversal["effective"] for reversal in life.reversals) else ""
    return f"{answered(code)}, by {'Switch itself' if by == SWITCH else by} after {took} ms{reason}{also}", TONES[went(code)]


def _times(told: Sequence[StepWithMessage], specs: Specs) -> tuple[list[str], dict[int, str]]:
    """A time stands once for all that happened then; a date stands above the first step that has it."""
    times: list[str] = []
    headings: dict[int, str] = {}
    before = ("", "")
    for place, (step, _) in enumerate(told):
        if step.at_ms is None:
            times.append("")
            continue
        date, _, time = time_of(step.at_ms, specs).partition(" ")
        if date != before[0]:
            headings[place] = date
        times.append("" if (date, time) == before else time)
        before = (date, time)
    return times, headings


def _about(story: Lifecycle, specs: Specs) -> str:
    from switch.money import worded_minor

    first: Row = story.lives[0].request if story.lives else story.unknown[0]
    about = [worded_minor(first["amount_minor"], first["currency"])]
    about.append(f"card {first['pan_masked']}" if story.lives else "a reversal of what is not known")
    merchant = specs.merchants.get(first["merchant_id"])
    return ", ".join([*about, merchant.name if merchant else f"merchant {first['merchant_id'].strip()}"])


def time_of(at_ms: int, specs: Specs | Parts) -> str:
    """Epoch milliseconds in the centre's time zone."""
    return f"{_moment(at_ms, specs.calendar.zone):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def time_json(at_ms: int | None, specs: Specs | Parts) -> dict[str, Any]:
    """A time for programs: epoch milliseconds, and ISO 8601 with the offset of the centre's time zone."""
    at = None if at_ms is None else _moment(at_ms, specs.calendar.zone).isoformat(timespec="milliseconds")
    return {"at_ms": at_ms, "at": at}


def _moment(at_ms: int, zone: ZoneInfo) -> datetime:
    from datetime import UTC, datetime, timedelta

    moment = datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(milliseconds=at_ms % 1000)
    return moment.astimezone(zone)
