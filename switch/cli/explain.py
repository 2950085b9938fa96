"""``switch explain``: the life of one transaction, in order, with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.options import data_option, json_option, sayable, specs_option
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.explain.lifecycle import Lifecycle, Row
    from switch.explain.messages import Traced
    from switch.explain.step import Step
    from switch.specs.specification import Specs

    Told = tuple[Step, Traced | None]


@click.command()
@click.argument("rrn", metavar="RRN")
@data_option
@specs_option
@click.option("--bytes", "with_bytes", is_flag=True, help="Show the bytes and elements of every message (switch up --trace).")
@click.option("--unmasked", is_flag=True, help="With --bytes, show card numbers as they are.")
@json_option
def explain(rrn: str, data: Path, specs_folder: Path | None, with_bytes: bool, unmasked: bool, as_json: bool) -> None:
    """Tell the life of one transaction from the journal, in the order things happened, and why.

    One list of both legs: what the acquirer sent and was answered, what its issuer was sent and answered or did not, what
    the centre decided by itself, repeats, late answers, reversals, what issuers are owed, completions and captures, and what
    the close of the day made of it. With --bytes every message follows, in the same order: its bytes and every element, as
    far as the centre was started with `switch up --trace`.

    RRN is the retrieval reference number (DE 37); `switch send` prints it. The centre may be running or not. Ends with 1
    when the journal has no such transaction.
    """
    from switch.cli.tables import show_json
    from switch.cli.traced import show_bytes_of
    from switch.explain.lifecycle import story
    from switch.explain.timeline import steps
    from switch.specs.load import specs_of

    if unmasked and not with_bytes:
        raise SwitchError("--unmasked: found without --bytes, expected the bytes whose card numbers it shows")
    specs = specs_of(data, specs_folder)
    found = story(data, sayable(rrn.strip()))
    told: list[Told] = [(step, None) for step in steps(found, specs)]
    missing = None
    if with_bytes:
        told, missing = _with_messages(found, data, told)
    if as_json:
        show_json(_as_json(found, told, specs, unmasked=unmasked))
    else:
        show_story(found, told, specs)
        messages = [message for _, message in told if message is not None]
        if messages:
            click.echo()
            show_bytes_of(messages, specs, unmasked=unmasked)
    if missing is not None:
        raise missing


def _with_messages(story: Lifecycle, data: Path, told: list[Told]) -> tuple[list[Told], NegativeAnswerError | None]:
    """What is told with the messages of the trace, and why there are none."""
    from switch.explain.messages import messages_of, with_messages

    try:
        return with_messages([step for step, _ in told], messages_of(data, story)), None
    except NegativeAnswerError as missing:
        return told, missing


def show_story(story: Lifecycle, told: Sequence[Told], specs: Specs) -> None:
    """Print all that happened under its title: amount, card, merchant; messages of the trace by their numbers."""
    from switch.cli.tables import show_table

    columns = {f"when ({specs.calendar.zone.key})": _times(told, specs), "leg": [step.leg for step, _ in told]}
    if len(story.lives) > 1:
        columns["request"] = [str(step.request_id or "") for step, _ in told]
    if any(message for _, message in told):
        columns["message"] = [f"#{message.id}" if message else "" for _, message in told]
    columns |= {"what": [step.what for step, _ in told], "detail": [step.detail for step, _ in told]}
    show_table(tuple(columns), zip(*columns.values(), strict=True), title=f"RRN {story.rrn}: {_about(story, specs)}")


def _times(told: Sequence[Told], specs: Specs) -> list[str]:
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


def _as_json(story: Lifecycle, told: Sequence[Told], specs: Specs, *, unmasked: bool) -> dict[str, Any]:
    """The same for programs, and the rows it is told from."""
    from switch.cli.traced import traced_json

    def step_json(step: Step, message: Traced | None) -> dict[str, Any]:
        kept = {"message": traced_json(message, specs, unmasked=unmasked)} if message else {}
        return {**step.as_json(), **kept}

    return {
        "rrn": story.rrn,
        "steps": [step_json(step, message) for step, message in told],
        "requests": [life.as_json() for life in story.lives],
        "reversals": list(story.unknown),
    }


def time_of(at_ms: int, specs: Specs) -> str:
    """Epoch milliseconds in the centre's time zone."""
    from datetime import UTC, datetime, timedelta

    at: Any = datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(milliseconds=at_ms % 1000)
    return f"{at.astimezone(specs.calendar.zone):%Y-%m-%d %H:%M:%S.%f}"[:-3]
