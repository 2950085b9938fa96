"""Lengths of time on the command line: in one spelling for every option."""

from __future__ import annotations

from typing import Any

import click

from switch.spec_table import SECONDS_MAX


class Duration(click.ParamType[float]):
    """A length of time in seconds: a number, or one with a unit (``ms``, ``s``, ``m``, ``h``). The value is a float.

    ``low`` is the least there may be; without one, any above 0.
    """

    name = "time"

    def __init__(self, low: float | None = None, high: float = SECONDS_MAX) -> None:
        self.low, self.high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from switch.scenarios.durations import seconds_said

        seconds = float(value) if isinstance(value, int | float) else seconds_said(str(value))
        if seconds is None or seconds > self.high or (seconds <= 0 if self.low is None else seconds < self.low):
            self.fail(f"found {value!r}, expected {self.expected}", param, ctx)
        return seconds

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        ends = f"above 0 and up to {self.high:g} s" if self.low is None else f"from {self.low:g} s to {self.high:g} s"
        return f"a length of time {ends}, such as 1s, 500ms or 1.5"
