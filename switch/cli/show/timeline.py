"""The life of a transaction as a table, and times as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from switch.explain.lifecycle import Lifecycle, Row
    from switch.explain.messages import StepWithMessage
    from switch.specs.specification import Specs


def show_story(story: Lifecycle, told: Sequence[StepWithMessage], specs: Specs) -> None:
    """Print all that happened under its title: amount, card, merchant; messages of the trace by their numbers."""
    from switch.cli.show.tables import show_table

    columns = {f"when ({specs.calendar.zone.key})": _times(told, specs), "leg": [step.leg for step, _ in told]}
    if len(story.lives) > 1:
        columns["request"] = [str(step.request_id or "") for step, _ in told]
    if any(message for _, message in told):
        columns["message"] = [f"#{message.id}" if message else "" for _, message in told]
    columns |= {"what": [step.what for step, _ in told], "detail": [step.detail for step, _ in told]}
    show_table(tuple(columns), zip(*columns.values(), strict=True), title=f"RRN {story.rrn}: {_about(story, specs)}")


def _times(told: Sequence[StepWithMessage], specs: Specs) -> list[str]:
    """A time stands once for all that happened then."""
    times = ["" if step.at_ms is None else time_of(step.at_ms, specs) for step, _ in told]
    return [time if time != before else "" for before, time in zip(["", *times], times, strict=False)]


def _about(story: Lifecycle, specs: Specs) -> str:
    from switch.money import worded_minor

    first: Row = story.lives[0].request if story.lives else story.unknown[0]
    about = [worded_minor(first["amount_minor"], first["currency"])]
    about.append(f"card {first['pan_masked']}" if story.lives else "a reversal of what is not known")
    merchant = specs.merchants.get(first["merchant_id"])
    return ", ".join([*about, merchant.name if merchant else f"merchant {first['merchant_id'].strip()}"])


def time_of(at_ms: int, specs: Specs) -> str:
    """Epoch milliseconds in the centre's time zone."""
    return f"{_moment(at_ms, specs.calendar.zone):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def time_json(at_ms: int | None, specs: Specs) -> dict[str, Any]:
    """A time for programs: epoch milliseconds, and ISO 8601 with the offset of the centre's time zone."""
    at = None if at_ms is None else _moment(at_ms, specs.calendar.zone).isoformat(timespec="milliseconds")
    return {"at_ms": at_ms, "at": at}


def _moment(at_ms: int, zone: ZoneInfo) -> datetime:
    from datetime import UTC, datetime, timedelta

    moment = datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(milliseconds=at_ms % 1000)
    return moment.astimezone(zone)
