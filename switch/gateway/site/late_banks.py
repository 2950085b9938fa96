"""Issuing banks whose 3-D Secure answer comes late: which payments wait for one, and when the page stops waiting.

The page waits until the session ends, and 30 s at most; a payment whose bank has not answered by then is declined without any
authorization. The answer that comes after that changes nothing: it is noted beside the order.
"""

from __future__ import annotations

from typing import Final

from attrs import define

from switch.card import AuthenticationResult
from switch.gateway.site.sessions import PageSession

BANK_SECONDS: Final = 30  #: for which the page waits for the answer of a bank; shoppers wait no longer at a blank page
_BEHIND_SECONDS: Final = 5  #: after the page has stopped waiting: when the answer that is too late comes
LATE_LOOK_SECONDS: Final = 1.0  #: how often it is looked for answers that have come

LATE: Final[frozenset[AuthenticationResult]] = frozenset({"late", "too late"})


@define(eq=False)
class _Waiting:
    session: PageSession
    order_no: int
    answers_at_ms: int
    waits_until_ms: int
    over: bool = False  #: the page waits no longer


class LateBanks:
    """The payments that wait for a bank, in memory alone: after a restart the shopper types the card again."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def ask(self, session: PageSession, result: AuthenticationResult, seconds: int, now_ms: int) -> None:
        """The bank was asked: a ``late`` answer comes after so many seconds, one that is ``too late`` when nobody waits."""
        until_ms = min(session.deadline_ms, now_ms + BANK_SECONDS * 1000)
        at_ms = until_ms + _BEHIND_SECONDS * 1000 if result == "too late" else now_ms + seconds * 1000
        session.stage = "late"
        self._waiting.append(_Waiting(session, session.number, at_ms, until_ms))

    def decided(self, now_ms: int, only: PageSession | None = None) -> list[tuple[PageSession, AuthenticationResult]]:
        """The sessions (or the one) that wait no longer, each once, with what is found: ``late`` is an answer in time."""
        found: list[tuple[PageSession, AuthenticationResult]] = []
        for each in self._waiting:
            if each.over or (only is not None and each.session is not only):
                continue
            if each.session.stage != "late":  # the shopper gave up, or goes on in another window
                each.over = True
            elif each.answers_at_ms <= min(now_ms, each.waits_until_ms):
                each.over, each.session.stage = True, "wait"
                found.append((each.session, "late"))
                each.answers_at_ms = -1
            elif each.waits_until_ms <= now_ms:
                each.over, each.session.stage = True, "wait"
                found.append((each.session, "too late"))
        self._waiting = [each for each in self._waiting if each.answers_at_ms >= 0]
        return found

    def came_too_late(self, now_ms: int) -> list[int]:
        """The numbers of the orders for which an answer has come that nobody waits for, each once."""
        came = [each for each in self._waiting if each.over and each.answers_at_ms <= now_ms]
        self._waiting = [each for each in self._waiting if each not in came]
        return [each.order_no for each in came]
