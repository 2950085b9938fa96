"""``switch explain``: the life of one transaction, in order, with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.options import data_option, json_option, specs_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from switch.life import Row, Story
    from switch.specs import Specs
    from switch.step import Step


@click.command()
@click.argument("rrn", metavar="RRN")
@data_option
@specs_option
@json_option
def explain(rrn: str, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """Tell the life of one transaction from the journal, in the order things happened, and why.

    One list of both legs: what the acquirer sent and was answered, what its issuer was sent and answered or did not, what
    the centre decided by itself, repeats, late answers, reversals, what issuers are owed, completions and captures, and what
    the close of the day made of it.

    RRN is the retrieval reference number (DE 37); `switch send` prints it. The centre may be running or not. Ends with 1
    when the journal has no such transaction.
    """
    from switch.cli.tables import show_json
    from switch.life import story
    from switch.specs import specs_of
    from switch.steps import steps

    specs = specs_of(data, specs_folder)
    found = story(data, rrn.strip())
    happened = steps(found, specs)
    if as_json:
        show_json(_as_json(found, happened))
    else:
        show_story(found, happened, specs)


def show_story(story: Story, happened: Sequence[Step], specs: Specs) -> None:
    """Print all that happened under its title: amount, card, merchant."""
    from switch.cli.tables import show_table

    several = len(story.lives) > 1
    columns = [f"when ({specs.calendar.zone.key})", "leg", *(["request"] if several else []), "what", "detail"]
    show_table(columns, _cells(happened, specs, several=several), title=f"RRN {story.rrn}: {_about(story, specs)}")


def _cells(happened: Sequence[Step], specs: Specs, *, several: bool) -> Iterator[list[object]]:
    """A row for each step; a time stands once for all that happened then."""
    before = ""
    for step in happened:
        at = "" if step.at_ms is None else _time(step.at_ms, specs)
        yield ["" if at == before else at, step.leg, *([step.request_id or ""] if several else []), step.what, step.detail]
        before = at


def _about(story: Story, specs: Specs) -> str:
    from switch.money import worded_minor

    first: Row = story.lives[0].request if story.lives else story.unknown[0]
    about = [worded_minor(first["amount_minor"], first["currency"])]
    about.append(f"card {first['pan_masked']}" if story.lives else "a reversal of what is not known")
    merchant = specs.merchants.get(first["merchant_id"])
    return ", ".join([*about, merchant.name if merchant else f"merchant {first['merchant_id'].strip()}"])


def _as_json(story: Story, happened: Sequence[Step]) -> dict[str, Any]:
    """The same for programs, and the rows it is told from."""
    return {
        "rrn": story.rrn,
        "steps": [step.as_json() for step in happened],
        "requests": [life.as_json() for life in story.lives],
        "reversals": list(story.unknown),
    }


def _time(at_ms: int, specs: Specs) -> str:
    from datetime import UTC, datetime, timedelta

    at: Any = datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(milliseconds=at_ms % 1000)
    return f"{at.astimezone(specs.calendar.zone):%Y-%m-%d %H:%M:%S.%f}"[:-3]
