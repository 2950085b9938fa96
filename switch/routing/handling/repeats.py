"""Requests whose key came before: the same answer for the same request, wherever it comes from, and 94 for another one."""

from __future__ import annotations

from switch.routing.memory.history import History
from switch.routing.memory.past import DecidedRequest
from switch.routing.memory.pending import Exchange, Pending
from switch.routing.traffic.effects import Effect, JournalOccurrence, Reply
from switch.routing.traffic.events import RequestReceived, Scripted
from switch.routing.traffic.notice import Notice
from switch.transaction import DUPLICATE_TRANSMISSION, IN_PROGRESS, SWITCH, Decision, refuse


class Repeats:
    """What waits and what was decided, as whoever asks again sees it."""

    def __init__(self, history: History, pending: Pending) -> None:
        self._history, self._pending = history, pending

    def answered(self, event: RequestReceived, effects: list[Effect]) -> bool:
        """Answer a request whose key is being decided or was decided before; False where its key came for the first time."""
        key = event.authorization.key
        waiting = self._pending.get(key)
        if waiting is not None:
            self._repeat_while_waiting(event, waiting, effects)
            return True
        known = self._history.find(key)
        if known is None or is_put_off(known.decision):
            return False
        self._repeat(event, known, effects)
        return True

    def _repeat_while_waiting(self, event: RequestReceived, exchange: Exchange, effects: list[Effect]) -> None:
        """The key is being decided: the same request gets the answer when it comes, another one under its key gets 94."""
        note_scripted(event.scripted, exchange.request_id, event.line, effects)
        if exchange.authorization.is_sent_again(event.authorization):
            exchange.origins.append(event.origin)
            effects.append(JournalOccurrence(exchange.request_id, "repeat", f"{_asked_again(event)} while waiting"))
        else:
            self._refuse_used_key(event, exchange.request_id, effects)

    def _repeat(self, event: RequestReceived, known: DecidedRequest, effects: list[Effect]) -> None:
        """The key was decided before: the same request gets the same answer, another one under its key gets 94."""
        note_scripted(event.scripted, known.request_id, event.line, effects)
        if known.authorization.is_sent_again(event.authorization):
            effects.append(JournalOccurrence(known.request_id, "repeat", f"{_asked_again(event)}, same answer given"))
            effects.append(Reply(event.origin, event.authorization, known.decision))
        else:
            self._refuse_used_key(event, known.request_id, effects)

    def _refuse_used_key(self, event: RequestReceived, request_id: int, effects: list[Effect]) -> None:
        what = f"request {request_id} has the same DE 32, 41, 11 and 7 for something else"
        effects.append(Notice("duplicate", f"{event.line}: {what}"))
        effects.append(Reply(event.origin, event.authorization, refuse(DUPLICATE_TRANSMISSION, what)))


def note_scripted(scripted: Scripted | None, request_id: int | None, line: str, effects: list[Effect]) -> None:
    """Write down what a scenario does with an answer, under the request it is about; a notice says so where there is none."""
    if scripted is None or not scripted.note:
        return
    if request_id is None:
        effects.append(Notice("scenario", f"{line}: {scripted.note}"))
    else:
        effects.append(JournalOccurrence(request_id, "scenario", scripted.note))


def _asked_again(event: RequestReceived) -> str:
    """Who sent a request again, and whether the message says so itself."""
    return f"asked again{' as a repeat' if event.authorization.repeat else ''} by {event.line}"


def is_put_off(decision: Decision) -> bool:
    """Whether the centre itself has put a request off: it was not taken in, and is judged anew when it is sent again."""
    return decision.response_code == IN_PROGRESS and decision.decided_by == SWITCH
