"""What scenarios do with the answers of issuers, decided as their requests leave, and played where the answers come from.

A simulated issuer hears what its answer is to be (``lines/staging/cues``), so that its book says what its answer says. Of an
issuer that is no process of this centre only what arrives can be changed: its answer is held back, left out, doubled or
altered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple

import trio

from switch.errors import MessageError
from switch.iso8583.message import Message
from switch.iso8583.mti import response_mti
from switch.iso8583.scripted.altered_answers import altered_answer
from switch.issuers.profile import Profile
from switch.lines.issuer_link import IssuerLink
from switch.lines.line import Line
from switch.lines.staging.cues import AnswerCue, bears_cues, tell_cue
from switch.lines.staging.issuer_script import IssuerScript
from switch.merchant import Merchant
from switch.routing.traffic.notice import Notice
from switch.scenarios.conduct import HALF_OPEN, Conduct
from switch.scenarios.host_rule import HostRule
from switch.scenarios.vocabulary.rule_words import ISSUER

AWAITED_MAX: Final = 10_000  #: answers of external issuers that a rule waits for; the one awaited longest is forgotten
AWAITED_SECONDS: Final = 60.0  #: how long one that is late is waited for beyond the longest timeout


class Awaited(NamedTuple):
    """An answer of an issuer that is no process of ours."""

    issuer: str
    mti: str  #: in the form of 1987
    stan: str
    terminal_id: str


class IssuerStage:
    """The rules at issuers at work; the centre runs the processes of those ``issuers`` that are managed. No answer of an issuer
    has more than ``timeout_seconds``."""

    def __init__(
        self, script: IssuerScript, issuers: Mapping[str, Profile], tell: Callable[[Notice], None], timeout_seconds: float
    ) -> None:
        self._script, self._tell, self._seconds = script, tell, timeout_seconds + AWAITED_SECONDS
        self._managed = frozenset(profile.id for profile in issuers.values() if profile.managed)
        self._awaited: dict[Awaited, tuple[float, AnswerCue]] = {}  #: until when, and which rule; the oldest first

    @property
    def plays(self) -> bool:
        """Whether there are rules at issuers."""
        return self._script.playbook.has(ISSUER)

    def awaits(self, now: float) -> bool:
        """Whether a rule waits for an answer of an issuer that is no process of ours; what comes too late is forgotten."""
        while self._awaited:
            oldest = next(iter(self._awaited))
            if self._awaited[oldest][0] > now:
                return True
            del self._awaited[oldest]
        return False

    def may_mean(self, issuer: str, line: Line, elements: Mapping[int, str], forwarder_id: str) -> bool:
        """Whether a rule may mean the request of these elements as it goes on to an issuer."""
        return self._script.may_apply(issuer, line.codec.dialect, elements, forwarder_id)

    def know_merchants(self, merchants: Mapping[str, Merchant]) -> None:
        """Rules ask these contracts from now on."""
        self._script.know_merchants(merchants)

    def asked(self, link: IssuerLink, line: Line, message: Message) -> None:
        """A sign-on, an echo or a cut-over was queued for an issuer: rules may want its answer another way."""
        told = self.queued(link.issuer, line, link.tpdu, message) if self.plays else ""
        if told:
            self._tell(Notice("scenario", told))

    def queued(self, issuer: str, line: Line, tpdu: bytes, message: Message) -> str:
        """A message, in the form of 1987, was queued last on the line of an issuer: which rule applies to its answer, and how
        that is given, for people; empty where none does."""
        cue = self._script.answer_cue(issuer, line.codec.dialect, message)
        if cue is None:
            return ""
        if issuer not in self._managed or not bears_cues(line.wire):
            return self._await(issuer, line, message, cue)
        frame = line.take_back()
        line.queue_frame(frame)
        try:
            tell_cue(line, frame, tpdu, cue)
        except MessageError as error:
            self._tell(Notice("format_error", f"{line.name}: a rule cannot be told to it: {error}"))
            return ""
        return f"{issuer}: {cue.conduct.told} ({cue.reason})"

    def _await(self, issuer: str, line: Line, message: Message, cue: AnswerCue) -> str:
        """The same where no process of ours can be told."""
        impossible = beyond_reach(cue.conduct)
        if impossible:
            return f"{issuer}: {impossible} is left out: it is no process of this centre ({cue.reason})"
        told = f"{issuer}: {cue.conduct.told} ({cue.reason})"
        if cue.conduct.lost:
            line.take_back()  # nobody answers what was never sent
            return told
        while len(self._awaited) >= AWAITED_MAX:
            del self._awaited[next(iter(self._awaited))]
        awaited = Awaited(issuer, response_mti(message.mti), message.stan, message.terminal_id.rstrip())
        self._awaited.pop(awaited, None)  # the same again is the youngest
        self._awaited[awaited] = trio.current_time() + self._seconds, cue
        return told

    def arrived(self, issuer: str, message: Message) -> Conduct | None:
        """How an answer that came is to be taken; None where as it is."""
        if not self._awaited:
            return None
        awaited = Awaited(issuer, message.mti, message.stan, message.terminal_id.rstrip())
        found = self._awaited.pop(awaited, None)
        return None if found is None else found[1].conduct


def beyond_reach(conduct: Conduct) -> str:
    """What of a conduct cannot be played on the line of an issuer that is no process of ours, in words; empty where all can."""
    if conduct.code is not None:
        return f"the code {conduct.code}"
    if conduct.part_minor is not None:
        return "a partial approval"
    if conduct.drop == HALF_OPEN:
        return "a half-open connection"
    return "a fault of its bytes" if conduct.frame or conduct.dialect else ""


def reach_warnings(rules: Iterable[HostRule], external: Collection[str]) -> list[str]:
    """Sentences about rules that name issuers whose processes the centre does not run: what cannot be played there."""
    found = list[str]()
    for rule in rules:
        named = sorted(rule.when.values_of("issuer") & set(external)) if rule.at == ISSUER else []
        for issuer in named:
            found.append(
                f"{rule.label}: {issuer} is no process of this centre: only faults of what arrives from it are possible "
                "(silence, late, twice, wrong, set, without, balance, drop line), not a code, no partial approval and no "
                "fault of its bytes"
            )
    return found


def altered_arrival(message: Message, conduct: Conduct) -> Message:
    """An answer as a rule wants it to have been."""
    return (
        altered_answer(message, conduct.set, conduct.remove, conduct.wrong, conduct.balance_minor)
        if conduct.alters
        else message
    )
