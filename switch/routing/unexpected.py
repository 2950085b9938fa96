"""Answers nobody waits for: late ones, and those that are the answer to nothing."""

from __future__ import annotations

from switch.routing.effects import Effect, JournalOccurrence, Notice
from switch.routing.events import AnswerReceived
from switch.routing.exchange import Pending
from switch.routing.history import History


def unexpected(event: AnswerReceived, history: History, pending: Pending, now: float) -> Effect:
    """What there is to say of it: how late it came, or which waiting request is nearest to it and in what they differ."""
    answer = event.answer
    said = f"{answer.response_code} from {event.issuer}"
    known = history.find(answer.key)
    if known is not None:
        late = "" if known.decided_at is None else f"{now - known.decided_at:.3f} s "
        detail = f"answer {said} came {late}after {known.decision.response_code} was given"
        return JournalOccurrence(known.request_id, "late_answer", detail)
    nearest = pending.nearest(event.issuer, answer.key)
    if nearest is None:
        like = "and nothing like it waits"
    else:
        exchange, differing = nearest
        like = f"nearest is request {exchange.request_id} (STAN {exchange.authorization.key.stan}): "
        like += f"{' and '.join(differing)} differ" + ("s" if len(differing) == 1 else "")
    return Notice("unmatched", f"answer {said} to STAN {answer.key.stan}, which nobody waits for; {like}")
