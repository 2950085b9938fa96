"""Faults on cue in a simulated world: rules at the host and at issuers, some of each drawn for every seed."""

from __future__ import annotations

from random import Random
from typing import Final

from switch.iso8583.message import Message
from switch.iso8583.scripted.glance import MessageFacts, marks_of
from switch.lines.staging.issuer_script import Elsewhere, IssuerScript
from switch.scenarios.business_time import Moment
from switch.scenarios.conduct import Conduct
from switch.scenarios.host_rule import HostRule
from switch.scenarios.playbook import Playbook
from switch.scenarios.vocabulary.rule_words import HOST
from tests.support.centre_in_loop import specs

#: What a host or a bank may do without being untrue to what it has decided. A refused reversal, or an answer that says another
#: amount than the bank's book, would be: those are tried over real sockets (``centre/host/test_issuer_stage``).
AT_HOST: Final = (
    "class=request chance=8% -> silence",
    "class=request chance=6% -> late 16s + twice",
    "class=request chance=6% -> 91",
    "class=request per=rule every=7 -> lost",
    "class=reversal -> silence, lost, ok, again",
    "class=advice chance=20% -> silence",
    "class=totals first=1 -> late 3s",
)
AT_ISSUERS: Final = (
    "at=issuer class=request chance=8% -> silence",
    "at=issuer class=request chance=8% -> late 12s",
    "at=issuer class=request chance=10% -> twice",
    "at=issuer issuer=vesta class=request per=rule every=5 -> lost",
    "at=issuer issuer=vesta class=request chance=10% -> 05",
    "at=issuer class=reversal -> lost, silence, ok, again",
    "at=issuer class=reversal chance=30% -> late 4s + twice",
    "at=issuer class=advice chance=30% -> silence",
)


NOON = Moment("2026-11-27", "2026-11-27T12:00:00")  #: when every message of a world comes, to rules that ask


class Acquirer(int):
    """The number of a deal, as where its answer goes, with what a rule does with that answer."""

    conduct: Conduct | None = None


class Stage:
    """The rules of one world."""

    def __init__(self, random: Random, seed: int) -> None:
        lines = [*random.sample(AT_HOST, random.randint(0, 3)), *random.sample(AT_ISSUERS, random.randint(0, 3))]
        rules = [HostRule.from_line(line, number=number, names={}) for number, line in enumerate(lines, start=1)]
        self.playbook, self._known = Playbook(rules, seed), (specs().routing, specs().merchants, lambda: NOON)
        self._script = IssuerScript(self.playbook, *self._known)

    def at_host(self, message: Message) -> Conduct | None:
        """What is done with the answer to a message of an acquirer."""
        if not self.playbook.has(HOST):
            return None
        look_up = Elsewhere(*self._known, connection="ascii")
        cue = self.playbook.match(marks_of(message), MessageFacts(message, specs().dialects["ascii"], look_up))
        return None if cue is None or cue.conduct.usual else cue.conduct

    def at_issuer(self, name: str, message: Message) -> Conduct | None:
        """What a bank does with its answer to a message."""
        dialect = specs().dialects[specs().issuers[name].dialect]
        cue = self._script.answer_cue(name, dialect, message)
        return None if cue is None else cue.conduct
