"""The clock of a centre in the hands of a test."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from switch.data_folder.control_socket import ask_centre
from switch.errors import SwitchError, UnreachableError


class ClockForTests:
    """The time that the centre goes by. Each change gives the new time back; it holds for every test of this worker, and time
    does not go back behind the last message."""

    def __init__(self, data: Path) -> None:
        self._data, self._stopped = data, False

    @property
    def now(self) -> datetime:
        """The time where the centre is."""
        return datetime.fromisoformat(self._asked("show")["at"])

    @property
    def business_date(self) -> str:
        """The business date that is open, such as ``2026-11-27``."""
        return str(self._asked("show")["business_date"])

    @property
    def value_date(self) -> str:
        """The date on which the money of that business date moves."""
        return str(self._asked("show")["value_date"])

    def freeze(self, at: str = "") -> datetime:
        """Stop the clock, now or at a time such as ``2026-11-27T18:55``; it runs again when the test ends."""
        self._stopped = True
        return self._moved("freeze", at)

    def resume(self) -> datetime:
        """Let a clock that stands still run on."""
        self._stopped = False
        return self._moved("resume")

    def advance(self, by: str) -> datetime:
        """Go on by a length of time such as ``2h`` or ``1d12h``."""
        return self._moved("advance", by)

    def to(self, at: str) -> datetime:
        """Go to a time such as ``2026-11-27T18:55``."""
        return self._moved("to", at)

    def before_cut_off(self, left: str = "") -> datetime:
        """Go to a minute before the next cut-off, or to another length of time before it."""
        return self._moved("before-cut-off", left)

    def next_banking_day(self) -> datetime:
        """Go to the morning of the next banking day."""
        return self._moved("next-banking-day")

    def end(self) -> None:
        """Let it run, where this test has stopped it."""
        if self._stopped:
            with suppress(UnreachableError):  # the centre has ended already
                self.resume()

    def _moved(self, act: str, word: str = "") -> datetime:
        return datetime.fromisoformat(self._asked(act, word)["at"])

    def _asked(self, act: str, word: str = "") -> dict[str, Any]:
        answer = ask_centre(self._data, {"of": "clock", "do": act, "word": word})
        if "error" in answer:
            raise SwitchError(f"clock: {answer['error']}")
        return answer
