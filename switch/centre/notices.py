"""A limit on notices: a peer that sends thousands of wrong messages gets some notices a second, and a count of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from switch.routing.traffic.notice import Notice, NoticeKind

WINDOW_SECONDS: Final = 1.0  #: notices over the limits below are counted, and the count is reported when the window is over
OF_A_LINE_MAX: Final = 20  #: sentences of one kind about one line in a window: more than a person reads
OF_A_KIND_MAX: Final = 100  #: and about all lines together


class NoticeLimit:
    """Hands notices on, the first ones of each kind and line as they are; the rest is counted, kind by kind.

    ``clock`` gives seconds. Whoever holds it calls ``sum_up`` once a second, and ``close`` at the end.
    """

    def __init__(self, tell: Callable[[Notice], None], clock: Callable[[], float]) -> None:
        self._hand_on, self._clock = tell, clock
        self._began = clock()
        self._told: Counter[tuple[str, str]] = Counter()
        self._left_out: dict[NoticeKind, Counter[str]] = {}

    def tell(self, notice: Notice) -> None:
        self.sum_up()
        about = notice.detail.partition(": ")[0]  # a sentence begins with where: the line, the issuer, the request
        whole, part = (notice.kind, ""), (notice.kind, about)
        if self._told[whole] >= OF_A_KIND_MAX or self._told[part] >= OF_A_LINE_MAX:
            self._left_out.setdefault(notice.kind, Counter())[about] += 1
            return
        self._told[whole] += 1
        self._told[part] += 1
        self._hand_on(notice)

    def sum_up(self) -> None:
        """End the window, where it is over: one notice for each kind that was over its limit."""
        if self._clock() - self._began >= WINDOW_SECONDS:
            self.close()

    def close(self) -> None:
        """End the window."""
        now = self._clock()
        seconds = max(round(now - self._began), 1)
        left_out, self._left_out = self._left_out, {}
        self._began = now
        self._told.clear()
        for kind, counts in left_out.items():
            one = f"{next(iter(counts))}: " if len(counts) == 1 else ""
            whose = " from this line" if one and not one.startswith("request ") else ""
            self._hand_on(Notice(kind, f"{one}… and {counts.total():,} more of this kind{whose} in the last {seconds} s"))
