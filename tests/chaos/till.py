"""A till: what one client has asked in all its lives, and what it asks next. Knows no socket."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Final

from tests.chaos.deals import COMPLETION, HOLD, REQUESTS, REVERSAL, SALE, Answer, Asked

HOLDS_MAX: Final = 8  #: pre-authorizations left open at a time
RECENT_MAX: Final = 64  #: approved sales that may still be reversed, or asked again
AGAIN_AT_START: Final = 8  #: answered messages asked again when a line opens, to see that the answer is the same
AGAIN_AT_END: Final = 300  #: and at the very end; all tills together stay below the centre's memory for repeats
HOLD_SHARE, REVERSAL_SHARE, EARLY_SHARE, AGAIN_SHARE = 0.08, 0.08, 0.02, 0.02  #: of what is asked; the rest are sales
GIVEN_UP_SHARE: Final = 0.2  #: of requests without an answer: reversed instead of asked again
PARTIAL_SHARE: Final = 0.3  #: of reversals of what was approved
COMPLETED_SHARE: Final = 0.75  #: of holds; the others are reversed


class Till:
    """Chooses by a seed what to ask, and keeps every answer. ``finishing``: nothing new is begun, what is open is settled."""

    def __init__(self, numbers: count[int], seed: str) -> None:
        self.asked: list[Asked] = []
        self.finishing = False
        self.repeats = 0  #: messages sent again
        self._numbers, self._random = numbers, Random(seed)
        self._pending: dict[tuple[str, str], Asked] = {}
        self._first: deque[Asked] = deque()  #: what has to be asked before anything else
        self._holds: deque[Asked] = deque()
        self._recent: deque[Asked] = deque(maxlen=RECENT_MAX)
        self._answered: deque[Asked] = deque(maxlen=AGAIN_AT_END)

    @property
    def outstanding(self) -> int:
        """Answers that are due on the open line."""
        return sum(asked.due for asked in self._pending.values())

    def opened(self) -> None:
        """A line is open: what the last one left without an answer is asked again, or given up and reversed."""
        lost, self._pending = list(self._pending.values()), {}
        for asked in lost:
            asked.due = 0
            if asked.what in REQUESTS and not asked.answers and self._random.random() < GIVEN_UP_SHARE:
                self._first.append(self._new(REVERSAL, asked))
            else:
                self._first.append(asked)
        again = list(self._answered) if self.finishing else list(self._answered)[-AGAIN_AT_START:]
        self._first.extend(again)

    def next(self) -> Asked | None:
        """What to send next; None where all is settled."""
        asked = self._first.popleft() if self._first else self._settling() if self.finishing else self._chosen()
        if asked is not None:
            asked.due += 1
            self._pending[asked.stan, asked.transmitted_at] = asked
        return asked

    def was_sent(self, asked: Asked) -> None:
        self.repeats += asked.sent > 0
        asked.sent += 1

    def answered(self, stan: str, transmitted_at: str, answer: Answer) -> str | None:
        """Keep an answer; what is wrong with it where nobody waits for it."""
        asked = self._pending.get((stan, transmitted_at))
        if asked is None:
            return f"an answer {answer.response_code} to {stan} {transmitted_at} came, which nobody waits for"
        asked.due -= 1
        if not asked.due:
            del self._pending[stan, transmitted_at]
        asked.answers.append(answer)
        if len(asked.answers) == 1:
            self._first_answer(asked)
        return None

    def _first_answer(self, asked: Asked) -> None:
        self._answered.append(asked)
        if asked.approved and asked.what == HOLD:
            self._holds.append(asked)
        elif asked.approved and asked.what == SALE:
            self._recent.append(asked)

    def _new(self, what: str, of: Asked | None = None, left_minor: int = 0) -> Asked:
        asked = Asked(next(self._numbers), what, of, left_minor)
        self.asked.append(asked)
        return asked

    def _settling(self) -> Asked | None:
        return self._settled() if self._holds else None

    def _settled(self) -> Asked:
        hold = self._holds.popleft()
        return self._new(COMPLETION if self._random.random() < COMPLETED_SHARE else REVERSAL, hold)

    def _chosen(self) -> Asked:
        if len(self._holds) > HOLDS_MAX:
            return self._settled()
        chance = iter(self._shares())
        drawn = self._random.random()
        if drawn < next(chance):
            return self._new(HOLD)
        if drawn < next(chance) and self._recent:
            return self._undone()
        if drawn < next(chance):
            waiting = [asked for asked in self._pending.values() if asked.what == SALE and not asked.answers]
            if waiting:
                return self._new(REVERSAL, self._random.choice(waiting))
        elif drawn < next(chance) and self._answered:
            return self._random.choice(self._answered)
        return self._new(SALE)

    def _shares(self) -> Iterator[float]:
        total = 0.0
        for share in (HOLD_SHARE, REVERSAL_SHARE, EARLY_SHARE, AGAIN_SHARE):
            total += share
            yield total

    def _undone(self) -> Asked:
        sale = self._random.choice(self._recent)
        self._recent.remove(sale)
        partial = self._random.random() < PARTIAL_SHARE
        return self._new(REVERSAL, sale, sale.amount_minor // 2 if partial else 0)
