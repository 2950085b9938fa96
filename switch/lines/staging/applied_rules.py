"""The rules that were applied last, by the messages they applied to: for whoever waits for an answer that a rule keeps."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from switch.iso8583.message import Message
from switch.iso8583.scripted.glance import reference_of
from switch.scenarios.playbook import Cue

APPLIED_MAX: Final = 1_000  #: messages that are remembered: who waits asks within a minute


class AppliedRule(NamedTuple):
    """A rule, and what names the message: nothing else of it is kept."""

    stan: str
    terminal_id: str
    rrn: str
    issuer: str  #: to whom the message goes; empty: to the host
    cue: Cue

    @property
    def told(self) -> str:
        """What becomes of the answer, and the rule, for people."""
        at = f"{self.issuer}: " if self.issuer else ""
        return f"{at}{self.cue.conduct.told} ({self.cue.reason})"


class AppliedRules:
    """What rules did with the last messages, at the host and at issuers."""

    def __init__(self) -> None:
        self._last: deque[AppliedRule] = deque(maxlen=APPLIED_MAX)

    def note(self, message: Message, cue: Cue, issuer: str = "") -> None:
        """A rule applies to a message of an acquirer, or to one for an ``issuer``."""
        self._last.append(AppliedRule(message.stan, message.terminal_id.rstrip(), reference_of(message), issuer, cue))

    def about(self, stan: str, terminal_id: str, rrn: str) -> str:
        """What the last rule did that applied to a message: one of this terminal and STAN, or of this RRN; empty where none
        did."""
        for each in reversed(self._last):
            if (each.stan, each.terminal_id) == (stan, terminal_id) or (rrn and each.rrn == rrn):
                return each.told
        return ""
