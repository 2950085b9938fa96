"""What came of a load: for people, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from switch.acquirer.load.load_run import ENOUGH
from switch.acquirer.load.tally import LINE_BROKE, NOT_ANSWERED, Times
from switch.display.plural import plural

if TYPE_CHECKING:
    from switch.acquirer.load.limits import JudgedLimit
    from switch.acquirer.load.load_run import LoadRun
    from switch.acquirer.load.tally import StepTally

_SHOWN: Final = ("p50", "p95", "p99", "max")
TOLD_FROM_SECONDS: Final = 0.1  #: of a load whose share of a processor means something
BUSY_SHARE: Final = 0.8  #: of a processor: a load that takes more may be slower than its host


def show_load(run: LoadRun, judged: list[JudgedLimit], *, place: str, listener: str) -> None:
    """Print the report: what was asked, the counts, the tables, what the load itself took, and the limits."""
    from switch.cli.console.screen import say, say_text
    from switch.cli.console.words import said
    from switch.cli.show.tables import show_pairs, show_table

    tally, mix = run.tally, run.mix
    connections = f"{mix.connections} × {mix.window}"
    say_text(said(f"{tally.seconds:.1f} s on {place}, listener {listener}, connections × window {connections}"), "title")
    if tally.stopped and tally.stopped != ENOUGH:
        say_text(said(f"it ended before its time: {tally.stopped}"), "bad" if tally.wrong else "hint")
    answered = said(f"{tally.answered:,}: {tally.approved:,} approved, {tally.declined:,} declined")
    show_pairs([
        ("messages sent", said(f"{tally.sent:,}, {_rate(tally.sent, tally.seconds)} a second")),
        ("messages answered", answered),
        ("errors", f"{tally.errors:,}" + _why(run)),
    ])  # fmt: skip
    if not tally.sent:
        return
    say()
    rows = [
        (mti, _meaning(code), f"{outcome.count:,}", _share(outcome.count, tally.sent), *_cells(outcome.times))
        for (mti, code), outcome in sorted(tally.outcomes.items())
    ]
    all_row = (said("altogether"), "", f"{tally.sent:,}", _share(tally.sent, tally.sent), *_cells(tally.times))
    show_table(("MTI", "answer", "count", "share", *(f"{name} ms" for name in _SHOWN)), [*rows, all_row])
    if len(tally.steps) > 1:
        say()
        steps = [_step_row(number, step) for number, step in enumerate(tally.steps, start=1)]
        show_table(("step", "rate", "sent", "a second", *(f"{name} ms" for name in _SHOWN), "behind ms"), steps)
    say()
    for line in _own_cost(run):
        say_text(said(line), "hint")
    for sentence in tally.wrong_told:
        say_text(f"{said('wrong answer')}: {sentence}", "bad")
    for each in judged:
        kept = said("kept") if each.kept else said("not kept")
        say_text(f"{kept}  {each.limit.in_words}: {said(each.found_in_words)}", "good" if each.kept else "bad")


def load_json(run: LoadRun, judged: list[JudgedLimit], *, host: str, port: int, listener: str, dialect: str) -> dict[str, Any]:
    """The same as values."""
    tally, mix = run.tally, run.mix
    counts = ("sent", "answered", "approved", "declined", "unanswered", "broken", "wrong", "not_sent", "cut_short", "late")
    return {
        "purpose": mix.purpose or None,
        "target": {"host": host, "port": port, "listener": listener, "dialect": dialect},
        "connections": mix.connections,
        "window": mix.window,
        "seed": mix.seed,
        "seconds": round(tally.seconds, 3),
        "stopped": tally.stopped or None,
        **{name: getattr(tally, name) for name in counts},
        "errors": tally.errors,
        "nothing_to_follow": tally.nothing_to_follow,
        "reconnected": tally.reconnected,
        "answers_per_second": round(tally.answers_per_second, 3),
        "times_ms": _figures(tally.times),
        "times_from_sending_ms": _figures(tally.from_sending),
        "answers": [
            {
                "mti": mti,
                "response_code": None if code in (NOT_ANSWERED, LINE_BROKE) else code,
                "meaning": _meaning(code),
                "count": outcome.count,
                "times_ms": _figures(outcome.times),
            }
            for (mti, code), outcome in sorted(tally.outcomes.items())
        ],
        "steps": [
            {
                "rate": step.rate,
                "seconds": round(step.seconds, 3),
                "sent": step.sent,
                "answered": step.answered,
                "times_ms": _figures(step.times),
                "behind_ms": _figures(step.behind),
            }
            for step in tally.steps
        ],
        "own_cost": {
            "cpu_seconds": round(tally.cpu_seconds, 3),
            "cpu_share": round(_cpu_share(run), 4),
            "behind_ms": _figures(tally.behind),
        },
        "wrong_answers": tally.wrong_told,
        "limits": [
            {
                "limit": each.limit.in_words,
                "found": None if each.found is None else round(each.found, 6),
                "unit": each.limit.unit,
                "kept": each.kept,
            }
            for each in judged
        ],
    }


def _why(run: LoadRun) -> str:
    """What the errors are."""
    from switch.cli.console.words import said

    tally = run.tally
    parts = {
        "not answered in time": tally.unanswered,
        "on their way when a line broke": tally.broken,
        "wrong answers": tally.wrong,
        "due, and not sent": tally.not_sent,
    }
    told = ", ".join(f"{count:,} {said(what)}" for what, count in parts.items() if count)
    return f": {told}" if told else ""


def _own_cost(run: LoadRun) -> list[str]:
    """What the load itself took, and whether that may have slowed the host, or hidden how quick it is."""
    tally, share = run.tally, _cpu_share(run)
    lines = [f"The load itself took {share:.0%} of a processor."]
    behind, most = tally.behind.at(0.99), tally.behind.figures()["max"]
    if behind is not None and most is not None:
        lines.append(f"It was {behind:.1f} ms behind its schedule for 99 of 100 messages, {most:.1f} ms at most.")
        lines.append("Times count from when a message was due.")
    if any(step.rate is None for step in run.mix.steps):
        lines.append("Without a rate, a new message went out for each answer: times count from when a message was sent.")
    if share > BUSY_SHARE:
        lines.append(
            "The load was near its own limit: the host may be quicker than this. A second load at the same time would tell."
        )
    if tally.nothing_to_follow:
        count = plural(tally.nothing_to_follow, "payment")
        lines.append(f"{count} went out in place of a message that follows an approval, for there was none yet.")
    return lines


def _cpu_share(run: LoadRun) -> float:
    """Of one processor; 0 where the load was too short to tell."""
    return run.tally.cpu_seconds / run.tally.seconds if run.tally.seconds >= TOLD_FROM_SECONDS else 0.0


def _meaning(code: str) -> str:
    from switch.cli.console.words import said
    from switch.cli.show.live import answered

    return said(code) if code in (NOT_ANSWERED, LINE_BROKE) else said(answered(code))


def _rate(count: int, seconds: float) -> str:
    return f"{count / seconds:,.1f}" if seconds else "0.0"


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else ""


def _cells(times: Times) -> list[str]:
    figures = times.figures()
    return ["" if (value := figures[name]) is None else f"{value:,.1f}" for name in _SHOWN]


def _step_row(number: int, step: StepTally) -> tuple[str, ...]:
    behind = step.behind.at(0.99)
    rate = "" if step.rate is None else f"{step.rate:g}"
    told = "" if behind is None else f"{behind:.1f}"
    return (str(number), rate, f"{step.sent:,}", _rate(step.answered, step.seconds), *_cells(step.times), told)


def _figures(times: Times) -> dict[str, float | None] | None:
    """Times in milliseconds; None where there are none."""
    if not times.count:
        return None
    return {name.replace(".", "_"): None if value is None else round(value, 3) for name, value in times.figures().items()}
