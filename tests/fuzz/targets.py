"""What is tried: a function of bytes each, with good inputs to begin with; and how it is watched."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from typing import Final

from attrs import define, field, frozen

from tests.fuzz import readings, texts, turns

CPU_SECONDS_MAX: Final = 2.0  #: of one input of at most 16 KiB; a hundred times what a good one takes


@frozen
class Target:
    """``run`` raises where something must not be."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    words: Sequence[bytes]


TARGETS: Final = {
    target.name: target
    for target in (
        Target("specs", texts.specification, texts.specification_seeds, texts.WORDS),
        Target("scenario", texts.scenario, texts.scenario_seeds, texts.WORDS),
        Target("capture", readings.capture, readings.capture_seeds, readings.WORDS),
        Target("decode", readings.decoding, readings.decoding_seeds, readings.WORDS),
        Target("recognize", readings.recognition, readings.recognition_seeds, readings.WORDS),
        Target("turns", turns.turns, turns.turn_seeds, turns.WORDS),
    )
}


@frozen
class Finding:
    """What must not be: ``mark`` tells it from others, ``story`` is where it happened, without a byte of the input."""

    mark: str
    story: str
    data: bytes


@define
class Watch:
    """Runs a target and keeps one input of each finding, so that a run goes on behind it."""

    target: Target
    count: int = 0
    slowest_seconds: float = 0.0
    findings: dict[str, Finding] = field(factory=dict)

    def __call__(self, data: bytes) -> Finding | None:
        """The finding, where it is a new one."""
        self.count += 1
        began = time.process_time()
        found: Finding | None = None
        try:
            self.target.run(data)
        except Exception as error:
            found = _finding(error, data)
        took = time.process_time() - began
        self.slowest_seconds = max(self.slowest_seconds, took)
        if found is None and took > CPU_SECONDS_MAX:
            found = Finding("slow", f"took {took:.1f} s of CPU, expected at most {CPU_SECONDS_MAX:g} s", data)
        if found is None or found.mark in self.findings:
            return None
        self.findings[found.mark] = found
        return found


def _finding(error: Exception, data: bytes) -> Finding:
    """Exceptions of groups count by the first one within; the words of an error may quote the input, so they are left out."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/switch/" in frame.filename or "/tests/" in frame.filename] or list(frames)
    places = [f"  {frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in ours[-8:]]
    last = ours[-1]
    mark = f"{type(error).__name__} {last.filename.rpartition('/')[2]}:{last.lineno}"
    return Finding(mark, "\n".join([type(error).__name__, *places]), data)
