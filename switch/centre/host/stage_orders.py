"""Orders about answers that rules keep: which rule did, what is held back, and its release."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import trio

from switch.centre.host.scope_orders import list_of, of_kind
from switch.lines.staging.answer_stage import AnswerStage
from switch.lines.staging.applied_rules import AppliedRules
from switch.lines.staging.held import HeldAnswer
from switch.routing.traffic.notice import Notice

HELD_WAIT_SECONDS_MAX: Final = 5.0  #: of one order; who has the door opened may stay for ten


class StageOrders:
    """Who carries them out; ``handlers`` leads from the word of an order to what is done. ``tell`` hears what was released."""

    def __init__(self, stage: AnswerStage, applied: AppliedRules, tell: Callable[[Notice], None]) -> None:
        self._stage, self._applied, self._tell = stage, applied, tell
        self.handlers = {"applied": self._applied_to, "held": self._held, "release": self._release}

    async def _applied_to(self, order: dict[str, Any]) -> dict[str, Any]:
        """What a rule did with the answer to a message (by ``stan`` and ``terminal``, or ``rrn``); empty where none did."""
        stan, terminal_id, rrn = (of_kind(order.get(key, ""), key, str).strip() for key in ("stan", "terminal", "rrn"))
        return {"told": self._applied.about(stan, terminal_id, rrn)}

    async def _held(self, order: dict[str, Any]) -> dict[str, Any]:
        """What waits; where nothing does, up to ``wait`` seconds are given for an answer to be held."""
        wait = order.get("wait", 0)
        if isinstance(wait, int | float) and wait > 0:
            with trio.move_on_after(min(wait, HELD_WAIT_SECONDS_MAX)):
                await self._stage.held.some()
        return {"held": _told(self._stage.held.waiting())}

    async def _release(self, order: dict[str, Any]) -> dict[str, Any]:
        """Answers by their ids (``ids``), or all that wait (``all``), the first held first."""
        waiting = {held.id: held for held in self._stage.held.waiting()}
        ids = list(waiting) if order.get("all") else list_of(order, "ids", int)
        missing = next((each for each in ids if each not in waiting), None)
        if missing is not None:
            known = ", ".join(map(str, waiting)) or "none"
            return {"error": f"found no held answer {missing}, expected one of {known}"}
        told = _told(waiting[each] for each in ids)
        now = trio.current_time()
        for held in self._stage.release(ids):
            self._tell(Notice("scenario", f"{held.in_words}, released after {now - held.since:.1f} s"))
        return {"held": told}


def _told(held: Iterable[HeldAnswer]) -> list[dict[str, Any]]:
    now = trio.current_time()
    return [{"id": each.id, "line": each.line.name, **each.about, "seconds": round(now - each.since, 1)} for each in held]
