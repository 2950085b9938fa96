"""A load on a terminal, while it runs: a few lines that are painted anew, and are gone when the report comes."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Final

import trio

from switch.cli.console.words import said

if TYPE_CHECKING:
    from rich.table import Table

    from switch.acquirer.load.load_run import LoadRun

PAINT_SECONDS: Final = 0.25  #: painting costs the load some milliseconds each time
CODES_SHOWN: Final = 6
BAR_COLUMNS_SHOWN: Final = 30


async def shown_live(run: LoadRun, place: str) -> None:
    """Paint the load until cancelled; nothing where standard output is no terminal that can be painted on."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return
    from rich.console import Console
    from rich.live import Live

    await run.begun.wait()
    began = before = time.monotonic()
    sent = answered = 0
    with Live(console=Console(), transient=True, auto_refresh=False) as live:
        while True:
            await trio.sleep(PAINT_SECONDS)
            now, tally = time.monotonic(), run.tally
            rates = ((tally.sent - sent) / (now - before), (tally.answered - answered) / (now - before))
            live.update(_painted(run, place, now - began, rates), refresh=True)
            before, sent, answered = now, tally.sent, tally.answered
            run.recent = type(run.recent)()


def _painted(run: LoadRun, place: str, seconds: float, rates: tuple[float, float]) -> Table:
    from rich.table import Table
    from rich.text import Text

    tally, recent, whole = run.tally, run.recent.figures(), run.tally.figures()
    done = min(seconds / run.mix.seconds, 1.0)
    bar = "━" * round(done * BAR_COLUMNS_SHOWN)
    table = Table.grid(padding=(0, 2))
    step = f"{said('step')} {run.step_number + 1}/{len(run.mix.steps)}  " if len(run.mix.steps) > 1 else ""
    table.add_row(place, Text(f"{bar:─<{BAR_COLUMNS_SHOWN}}  {step}{seconds:.0f} s / {run.mix.seconds:g} s"))
    table.add_row(said("messages sent"), f"{tally.sent:,}  ({rates[0]:,.0f}/s)")
    table.add_row(said("messages answered"), f"{tally.answered:,}  ({rates[1]:,.0f}/s)")
    table.add_row(said("now"), _times(recent))
    table.add_row(said("altogether"), _times(whole))
    codes = sorted(tally.outcomes.items(), key=lambda each: -each[1].count)[:CODES_SHOWN]
    table.add_row(said("answers"), "   ".join(f"{mti} {said(code)} × {outcome.count:,}" for (mti, code), outcome in codes))
    table.add_row(said("errors"), Text(f"{tally.errors:,}", style="bold red" if tally.errors else "green"))
    return table


def _times(figures: dict[str, float | None]) -> str:
    return "  ".join(f"{name} {value:.1f} ms" for name in ("p50", "p95", "p99") if (value := figures[name]) is not None)
