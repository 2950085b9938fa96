"""Totals as the model counts them: what each terminal of a deal, and its acquirer as a whole, did since it last agreed."""

from __future__ import annotations

from collections import Counter
from typing import Final

from tests.deals.rules import CREDIT
from tests.deals.sale import Sale

#: Element -> number of its digits: 74 and 86 credits, 75 and 87 of them reversed, 76 and 88 debits, 77 and 89 of them reversed,
#: 80 inquiries, 81 holds.
COUNTERS: Final = {74: 10, 75: 10, 76: 10, 77: 10, 80: 10, 81: 10, 86: 16, 87: 16, 88: 16, 89: 16}
NET: Final = 97
INQUIRY: Final = "30"


class Tally:
    """Counters by terminal; an empty terminal stands for all of them."""

    def __init__(self) -> None:
        self._open: dict[str, Counter[int]] = {"": Counter()}

    def add(self, sale: Sale) -> None:
        """An approval."""
        refund = sale.kind == CREDIT
        if sale.kind == INQUIRY:
            self._count(sale, {80: 1})
        elif sale.counts in ("hold", "never"):
            self._count(sale, {81: 1})
        else:
            self._count(sale, {74 if refund else 76: 1, 86 if refund else 88: sale.granted})

    def take_back(self, sale: Sale, lowered: int) -> None:
        """A reversal that changed something; of a hold none is counted."""
        refund = sale.kind == CREDIT
        if sale.counts != "hold":
            self._count(sale, {75 if refund else 77: 1, 87 if refund else 89: lowered})

    def _count(self, sale: Sale, counted: dict[int, int]) -> None:
        for subject in ("", sale.key.terminal):
            self._open.setdefault(subject, Counter()).update(counted)

    def agree(self, terminal: str) -> None:
        self._open[terminal] = Counter()

    def counters(self, terminal: str) -> dict[int, str]:
        """All counters as elements, the net among them: C where cardholders are to get more than they pay."""
        count = self._open.get(terminal, Counter())
        net = count[86] + count[89] - count[88] - count[87]
        said = {number: f"{count[number]:0{digits}d}" for number, digits in COUNTERS.items()}
        return said | {NET: f"{'D' if net < 0 else 'C'}{abs(net):016d}"}
