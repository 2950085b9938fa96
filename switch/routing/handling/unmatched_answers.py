"""Answers that no waiting request takes: late answers, second answers, and answers to no known request."""

from __future__ import annotations

from switch.routing.handling.outbox import Outbox
from switch.routing.memory.history import History
from switch.routing.memory.past import DecidedRequest
from switch.routing.memory.pending import Pending
from switch.routing.traffic.effects import Effect, JournalOccurrence
from switch.routing.traffic.events import AnswerReceived
from switch.routing.traffic.notice import Notice
from switch.transaction import APPROVALS, REASON_INVALID_RESPONSE


class UnmatchedAnswers:
    """Handles answers that no waiting request takes."""

    def __init__(self, history: History, pending: Pending, outbox: Outbox) -> None:
        self._history, self._pending, self._outbox = history, pending, outbox

    def take(self, event: AnswerReceived, now: float, effects: list[Effect]) -> None:
        """Say how late an answer came, or which waiting request is nearest to it and in what the two differ.

        An issuer that approves after its own decline holds money, although the acquirer was answered the decline. The centre
        then sends that issuer a reversal.
        """
        answer = event.answer
        known = self._history.find(answer.key)
        if known is None:
            effects.append(Notice("unmatched", self._nearest(event)))
            return
        if _takes_back_a_decline(event, known):
            known.given_back = True
            request, issuer = known.authorization, event.issuer
            why = f"{issuer} answered {known.decision.response_code} and then {answer.response_code}; the first stands"
            self._outbox.reverse(known.request_id, request, issuer, 0, why, REASON_INVALID_RESPONSE, now, effects)
        effects.append(JournalOccurrence(known.request_id, "late_answer", _how_late(event, known, now)))

    def _nearest(self, event: AnswerReceived) -> str:
        answer = event.answer
        nearest = self._pending.nearest(event.issuer, answer.key)
        if nearest is None:
            like = "and nothing like it waits"
        else:
            exchange, differing = nearest
            like = f"nearest is request {exchange.request_id} (STAN {exchange.authorization.key.stan}): "
            like += f"{' and '.join(differing)} differ" + ("s" if len(differing) == 1 else "")
        code_and_issuer = f"{answer.response_code} from {event.issuer}"
        return f"answer {code_and_issuer} to STAN {answer.key.stan}, which nobody waits for; {like}"


def _how_late(event: AnswerReceived, known: DecidedRequest, now: float) -> str:
    """How an answer came that nobody waits for any more: how long after the decision, or as a second one."""
    given, code_and_issuer = known.decision, f"answer {event.answer.response_code} from {event.issuer}"
    if given.decided_by == event.issuer and given.response_code == event.answer.response_code:
        return f"{code_and_issuer} came a second time"
    seconds = 0.0 if known.decided_at is None else round(now - known.decided_at, 3)
    return f"{code_and_issuer} came {f'{seconds:.3f} s ' if seconds else ''}after {given.response_code} was given"


def _takes_back_a_decline(event: AnswerReceived, known: DecidedRequest) -> bool:
    """Whether an issuer approves a request that it declined before. A decline by the centre itself needs nothing here: its
    reversal is sent already."""
    return (
        event.answer.response_code in APPROVALS
        and known.issuer == event.issuer == known.decision.decided_by
        and not known.decision.approved
        and not known.given_back
    )
