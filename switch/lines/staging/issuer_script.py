"""The rules of scenarios at issuers: which of them applies to a message for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self

from switch.iso8583.dialect import Dialect
from switch.iso8583.message import Message
from switch.iso8583.scripted.glance import MessageFacts, marks_of
from switch.lines.staging.applied_rules import AppliedRules
from switch.lines.staging.cues import AnswerCue
from switch.merchant import Merchant
from switch.routing.table.routes import RoutingTable
from switch.scenarios.business_time import DATE, INSTANT, TIME, Moment
from switch.scenarios.host_rule import ISSUER
from switch.scenarios.playbook import Playbook


class RuleScript:
    """The rules with their counts, and where to look up what no message says; ``now`` is the moment in business time, and
    ``applied`` hears of each rule that changes an answer."""

    def __init__(
        self,
        playbook: Playbook,
        table: RoutingTable,
        merchants: Mapping[str, Merchant],
        now: Callable[[], Moment],
        applied: AppliedRules | None = None,
    ) -> None:
        self.playbook, self.now, self.applied = playbook, now, applied or AppliedRules()
        self._table, self._merchants = table, merchants

    @classmethod
    def beside(cls, other: RuleScript) -> Self:
        """The same rules, and what they were applied to, asked at another place."""
        return cls(other.playbook, other._table, other._merchants, other.now, other.applied)

    def know_merchants(self, merchants: Mapping[str, Merchant]) -> None:
        """Rules ask these contracts from now on."""
        self._merchants = merchants


class IssuerScript(RuleScript):
    """The rules at issuers."""

    def answer_cue(self, issuer: str, dialect: Dialect, message: Message) -> AnswerCue | None:
        """How the answer to a message in the form of 1987 is given, by the rule that applies, which is counted as applied;
        None where it is given as usual."""
        look_up = elsewhere(self._table, self._merchants, self.now, issuer=issuer)
        cue = self.playbook.match(marks_of(message), lambda: MessageFacts(message, dialect, look_up), ISSUER)
        if cue is None or cue.conduct.usual:
            return None
        self.applied.note(message, cue, issuer)
        return AnswerCue(cue.conduct, cue.reason)


def elsewhere(
    table: RoutingTable,
    merchants: Mapping[str, Merchant],
    now: Callable[[], Moment],
    *,
    connection: str = "",
    issuer: str = "",
) -> Callable[[str, str], str]:
    """What no message says: issuer and scheme of a card, MCC of a merchant, the listener, the peer, and when it came. Of a
    message for an issuer, that is the ``issuer``."""

    def look_up(name: str, key: str) -> str:
        if name in (DATE, INSTANT, TIME):
            return now().word(name)
        if name == "line":
            return connection.partition(" ")[0]
        if name == "connection":
            return connection
        if name == "issuer" and issuer:
            return issuer
        if name == "mcc":
            merchant = merchants.get(key)
            return merchant.mcc if merchant is not None else ""
        route = table.find(key) if key else None
        if route is None:
            return (table.scheme_of(key) or "") if name == "scheme" and key else ""
        return route.issuer if name == "issuer" else route.scheme

    return look_up
