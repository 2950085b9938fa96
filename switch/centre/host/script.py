"""The rules of scenarios at the host of one centre: which of them applies to a message of an acquirer."""

from __future__ import annotations

from switch.iso8583.dialect import Dialect
from switch.iso8583.message import Message
from switch.iso8583.plain.plain_request import PickedElements, marks_picked
from switch.iso8583.scripted.glance import MessageFacts, marks_of
from switch.lines.line import Line
from switch.lines.staging.issuer_script import Elsewhere, RuleScript
from switch.scenarios.business_time import Moment
from switch.scenarios.playbook import Cue
from switch.scenarios.vocabulary.rule_words import PAGE
from switch.specs.specification import Specs


class HostScript(RuleScript):
    """The rules at the host."""

    def cue(self, line: Line, message: Message) -> Cue | None:
        """The rule that changes the answer to a message in the form of 1987, counted as applied; None where none does."""
        facts = self._facts_of(message, line.codec.dialect, connection=line.name)
        cue = self.playbook.match(marks_of(message, line.name), facts)
        if cue is None or cue.conduct.usual:
            return None
        self.applied.note(message, cue)
        return cue

    def may_apply(self, line: Line, elements: PickedElements) -> bool:
        """Whether a rule may mean a plain request for money. Nothing is counted."""
        later = self._later.of(elements, line.codec.dialect, connection=line.name)
        return self.playbook.may_match(marks_picked(elements, line.name), later)

    def page_cue(self, message: Message, listener: str, specs: Specs) -> Cue | None:
        """The rule at the payment page that applies to a payment which the page is about to ask for on a listener, counted as
        applied; None where none does."""
        return self.playbook.match(marks_of(message, listener), self.facts_now(message, listener, specs), PAGE)

    def facts_now(self, message: Message, listener: str, specs: Specs) -> MessageFacts:
        """What rules may ask of a message that would come on a listener now."""
        look_up = Elsewhere(self._table, self._elsewhere.merchants, self.now, connection=listener)
        return MessageFacts(message, _dialect_at(listener, specs), look_up)


def facts_of(message: Message, listener: str, specs: Specs, at: Moment) -> MessageFacts:
    """What rules may ask of a message that would come on a listener at a moment."""
    look_up = Elsewhere(specs.routing, specs.merchants, lambda: at, connection=listener)
    return MessageFacts(message, _dialect_at(listener, specs), look_up)


def _dialect_at(listener: str, specs: Specs) -> Dialect:
    """What is spoken at a listener; at one that there is not, what is at the first."""
    named = next((each for each in specs.centre.listeners if each.name == listener), specs.centre.listeners[0])
    return specs.dialects[named.dialect]
