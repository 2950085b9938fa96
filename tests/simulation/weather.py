"""Time and the network of a simulated world: a heap of what is to happen, and messages that get lost, doubled and late."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from random import Random

CALM_SECONDS = 400.0  #: after this instant nothing is lost and nobody dies any more
END_SECONDS = 9_000.0  #: by then everything owed has been sent, repeated and answered


class Weather:
    """The clock of a world, its chance and its network. ``story`` is what happened."""

    def __init__(self, seed: int) -> None:
        self.random, self.story, self.now = Random(seed), list[str](), 0.0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = iter(range(10**9))

    @property
    def calm(self) -> bool:
        return self.now > CALM_SECONDS

    def run(self) -> None:
        """Live until nothing is left to happen."""
        while self._heap and self.now < END_SECONDS:
            self.now, _, happen = heapq.heappop(self._heap)
            happen()

    def at(self, when: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (max(when, self.now), next(self._numbers), happen))

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        self.at(self.now + seconds, happen)

    def tell(self, words: str) -> None:
        self.story.append(f"{self.now:8.3f} {words}")

    def carry(self, what: str, arrive: Callable[[], None]) -> None:
        """Take a message somewhere: late, twice or never while the weather is bad."""
        draw = self.random.random()
        if not self.calm and draw < 0.08:
            self.tell(f"lost: {what}")
            return
        copies = 2 if not self.calm and draw > 0.95 else 1
        for _ in range(copies):
            slow = not self.calm and self.random.random() < 0.06
            self.after(self.random.uniform(0.001, 25.0 if slow else 0.2), arrive)
