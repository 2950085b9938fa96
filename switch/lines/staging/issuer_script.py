"""The rules of scenarios at issuers: which of them applies to a message for one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Self

from switch.iso8583.dialect import Dialect
from switch.iso8583.message import Message
from switch.iso8583.plain.plain_request import ForwardedElements, PickedElements, marks_picked
from switch.iso8583.scripted.glance import MessageFacts, marks_of
from switch.lines.staging.applied_rules import AppliedRules
from switch.lines.staging.cues import AnswerCue
from switch.merchant import Merchant
from switch.routing.table.routes import RoutingTable
from switch.scenarios.business_time import DATE, INSTANT, TIME, Moment
from switch.scenarios.playbook import Playbook
from switch.scenarios.vocabulary.rule_words import ISSUER


class FactsLater:
    """What rules may ask of a plain message: it is looked into once, when one of them asks for what its marks do not say."""

    def __init__(self, facts_of: Callable[..., MessageFacts]) -> None:
        self._facts_of = facts_of
        self._looked_into: MessageFacts | None = None
        self._about: tuple[PickedElements, Dialect, str, str] | None = None

    def of(self, elements: PickedElements, dialect: Dialect, *, connection: str = "", issuer: str = "") -> Self:
        """These facts, from now on of this message."""
        self._about, self._looked_into = (elements, dialect, connection, issuer), None
        return self

    def _facts(self) -> MessageFacts:
        if self._looked_into is None:
            assert self._about is not None, "of no message yet"
            elements, dialect, connection, issuer = self._about
            message = Message(elements.mti, elements)  # type: ignore[arg-type]  # they are read, and not changed
            self._looked_into = self._facts_of(message, dialect, connection=connection, issuer=issuer)
        return self._looked_into

    def words(self, name: str) -> Collection[str]:
        return self._facts().words(name)

    @property
    def amount_minor(self) -> int | None:
        return self._facts().amount_minor

    def element(self, name: str) -> str:
        return self._facts().element(name)


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
        self._table, self._elsewhere = table, Elsewhere(table, merchants, now)
        self._facts: MessageFacts | None = None
        self._later = FactsLater(self._facts_of)

    @classmethod
    def beside(cls, other: RuleScript) -> Self:
        """The same rules, and what they were applied to, asked at another place."""
        return cls(other.playbook, other._table, other._elsewhere.merchants, other.now, other.applied)

    def know_merchants(self, merchants: Mapping[str, Merchant]) -> None:
        """Rules ask these contracts from now on."""
        self._elsewhere.merchants, self._facts = merchants, None
        self.playbook.know_anew()

    def _facts_of(self, message: Message, dialect: Dialect, *, connection: str = "", issuer: str = "") -> MessageFacts:
        """What rules may ask of a message, until the next is looked at."""
        self._elsewhere.connection, self._elsewhere.issuer = connection, issuer
        if self._facts is None:
            self._facts = MessageFacts(message, dialect, self._elsewhere)
        else:
            self._facts.look_at(message, dialect)
        return self._facts


class IssuerScript(RuleScript):
    """The rules at issuers."""

    def answer_cue(self, issuer: str, dialect: Dialect, message: Message) -> AnswerCue | None:
        """How the answer to a message in the form of 1987 is given, by the rule that applies, which is counted as applied;
        None where it is given as usual."""
        facts = self._facts_of(message, dialect, issuer=issuer)
        cue = self.playbook.match(marks_of(message, issuer=issuer), facts, ISSUER)
        if cue is None or cue.conduct.usual:
            return None
        self.applied.note(message, cue, issuer)
        return AnswerCue(cue.conduct, cue.reason)

    def may_apply(self, issuer: str, dialect: Dialect, elements: Mapping[int, str], forwarder_id: str) -> bool:
        """Whether a rule may mean the request of these elements as it goes on to an issuer. Nothing is counted."""
        if not isinstance(elements, PickedElements):
            return True
        forwarded = ForwardedElements(elements, forwarder_id)
        later = self._later.of(forwarded, dialect, issuer=issuer)
        return self.playbook.may_match(marks_picked(forwarded, issuer=issuer), later, ISSUER)


class Elsewhere:
    """What no message says: issuer and scheme of a card, MCC of a merchant, the listener, the peer, and when it came. Of a
    message for an issuer, that is the ``issuer``. Connection and issuer are those of the message that is looked at."""

    def __init__(
        self,
        table: RoutingTable,
        merchants: Mapping[str, Merchant],
        now: Callable[[], Moment],
        *,
        connection: str = "",
        issuer: str = "",
    ) -> None:
        self._table, self.merchants, self._now, self.connection, self.issuer = table, merchants, now, connection, issuer

    def __call__(self, name: str, key: str) -> str:
        """A word by its name; ``key`` is the card's number, or the merchant's id."""
        if name == "mcc":
            merchant = self.merchants.get(key)
            return merchant.mcc if merchant is not None else ""
        if name in (DATE, INSTANT, TIME):
            return self._now().word(name)
        if name == "line":
            return self.connection.partition(" ")[0]
        if name == "connection":
            return self.connection
        if name == "issuer" and self.issuer:
            return self.issuer
        route = self._table.find(key) if key else None
        if route is None:
            return (self._table.scheme_of(key) or "") if name == "scheme" and key else ""
        return route.issuer if name == "issuer" else route.scheme
