"""Random sequences of days: sales, refunds, holds, batches and reversals in a journal, each date closed by the product."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from switch.casework.open_items import exceptions, represent, write_off
from switch.errors import NegativeAnswerError, SwitchError
from tests.oracle.product import close, product_specs
from tests.oracle.rules import Rules
from tests.oracle.world import SHOPS, World
from tests.support.day_builders import NOW_MS, Journal, journal_of
from tests.support.dispute_builders import dispute

FIRST: Final = date(2026, 11, 20)
TYPES: Final = ("purchase",) * 6 + (
    "refund",
    "refund",
    "purchase_with_cash_back",
    "cash_withdrawal",
    "quasi_cash",
    "bill_payment",
)
CARDS: Final = (("atlas", "domestic"), ("rif", "domestic"), ("vesta", "foreign"))


class Story:
    """One sequence of days in ``folder``, wholly given by its seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = Random(seed)
        self.data = folder / "data"
        self.first = FIRST + timedelta(days=self.chance.randint(0, 12))
        self.early, self.late = folder / "specs", folder / "specs-late"
        World(self.chance, self.first).write(self.early, self.late)
        self.days = [(self.first + timedelta(days=number)).isoformat() for number in range(self.chance.randint(2, 5))]
        self.late_from = self.chance.choice(self.days)
        self.left: dict[int, int] = {}  #: request -> what remains of it, above zero
        self.dossiers: list[str] = []  #: charged back
        self.holds: list[tuple[int, int]] = []

    def folder_of(self, day: str) -> Path:
        return self.late if day >= self.late_from else self.early

    def rules_of(self) -> Callable[[str], Rules]:
        early, late = Rules(self.early), Rules(self.late)
        return lambda day: late if day >= self.late_from else early

    def play(self) -> Path:
        """The data folder with all its dates closed."""
        specs = {folder: product_specs(folder) for folder in (self.early, self.late)}
        with journal_of(self.data, self.days[0]) as journal:
            for day in self.days:
                assert journal.open_date == day
                self._sell(journal)  # a date without anything is not closed
                for _ in range(self.chance.randint(0, 9)):
                    self._step(journal)
                if day != self.days[0] and self.chance.random() < 0.5:
                    self._decide_exceptions()
                if day != self.days[0] and self.chance.random() < 0.4:
                    self._dispute()
                close(self.data, specs[self.folder_of(day)], day)
        return self.data

    def _step(self, journal: Journal) -> None:
        steps = ("sale",) * 8 + ("hold", "capture", "batch", "decline", "advice", "reverse", "reverse", "reverse")
        step = self.chance.choice(steps)
        if step == "reverse":
            self._reverse(journal)
        elif step == "capture":
            self._capture(journal)
        elif step == "batch":
            self._batch(journal)
        elif step == "hold":
            amount = self._amount()
            self.holds.append((journal.hold(**self._where(amount, listed=True), transaction_type="purchase"), amount))
        elif step == "decline":
            journal.decide("51", **self._where(self._amount()))
        elif step == "advice":
            self._sell(journal, function="advice", message_class="financial")
        else:
            self._sell(journal)

    def _sell(self, journal: Journal, **changes: Any) -> None:
        amount = self._amount()
        sale = journal.decide(**self._where(amount), transaction_type=self.chance.choice(TYPES), **changes)
        self.left[sale] = amount

    def _amount(self) -> int:
        return self.chance.choice(
            (self.chance.randint(1, 300), self.chance.randint(300, 9_999), self.chance.randint(9_999, 60_000))
        )

    def _where(self, amount: int, *, listed: bool = False) -> dict[str, Any]:
        chance = self.chance
        name = chance.choice(list(SHOPS))
        currency, terminals = SHOPS[name]
        issuer, origin = chance.choice(CARDS)
        if not listed and chance.random() < 0.08:
            name, currency, terminals = chance.choice(("NOBODY1", "NOBODY2")), "504", ("NOWHERE1",)
        return {
            "merchant_id": name,
            "terminal_id": chance.choice(terminals),
            "currency": currency if listed or chance.random() < 0.97 else "840",
            "issuer": issuer if listed or chance.random() < 0.97 else "gone",
            "origin": origin,
            "scheme": chance.choice(("cmi", "visa")),
            "product": chance.choice(("debit", "credit", "prepaid")),
            "channel": chance.choice(("chip", "ecommerce", "magstripe", "manual")),
            "merchant_type": "5411" if name in SHOPS else "5999",
            "amount_minor": amount,
        }

    def _reverse(self, journal: Journal) -> None:
        if not self.left:
            return
        request, left = self.chance.choice(list(self.left.items()))
        remains = self.chance.choice((0, self.chance.randint(0, left)))
        if remains == left:
            return
        journal.reverse(request, remains, effective=True)
        if self.chance.random() < 0.2:
            journal.reverse(request, 0, effective=False)
        if remains:
            self.left[request] = remains
        else:
            del self.left[request]

    def _capture(self, journal: Journal) -> None:
        if self.holds:
            hold, amount = self.holds.pop(self.chance.randrange(len(self.holds)))
            part = self.chance.randint(1, amount)
            self.left[journal.capture(hold, part, message_class="financial")] = part

    def _batch(self, journal: Journal) -> None:
        """Two sales that wait, the close of their terminal's batch, and what it captures."""
        where = self._where(self._amount(), listed=True)
        amounts = [self._amount() for _ in range(self.chance.randint(1, 2))]
        waiting = [
            journal.hold(**{**where, "amount_minor": amount}, capture="batch", transaction_type="purchase")
            for amount in amounts
        ]
        close_batch(journal.connection, where["terminal_id"], journal.open_date, journal.decided)
        for hold, amount in zip(waiting, amounts, strict=True):
            self.left[journal.capture(hold, amount, "batch")] = amount

    def _decide_exceptions(self) -> None:
        for item in exceptions(self.data):
            with suppress(NegativeAnswerError):  # a reversal of the open date has undone it
                if item.reason.startswith("made offline") and self.chance.random() < 0.5:
                    represent(self.data, str(item.rrn), "A. Tester", "slip seen", NOW_MS)
                elif self.chance.random() < 0.3:
                    pays = item.amount_minor > 0 and self.chance.random() < 0.5
                    write_off(self.data, str(item.rrn), "A. Tester", "given up", NOW_MS, pays_merchant=pays)

    def _dispute(self) -> None:
        """A chargeback of a sale of an earlier date, or the representment of one."""
        with suppress(SwitchError):  # it was not presented, or is a refund
            if self.dossiers and self.chance.random() < 0.5:
                dispute(self.data, "represent", self.dossiers.pop())
            elif self.left:
                rrn = f"6324{self.chance.choice(list(self.left)):08d}"
                self.dossiers.append(dispute(self.data, "chargeback", rrn).dossier)


def close_batch(journal: sqlite3.Connection, terminal_id: str, day: str, last_request_id: int) -> None:
    """A reconciliation of a terminal whose totals agree: it closes the batch of the requests up to one."""
    journal.execute(
        """
        INSERT INTO reconciliation (received_at_ms, line, mti, acquirer_id, terminal_id, stan, transmitted_at, business_date,
          last_request_id, waiting, totals, sent, settlement_code, response_code, reason)
        VALUES (1, 'ascii', '0500', '504900', ?, '000001', '1120101500', ?, ?, '[]', '{}', '{}', '1', '00', 'agreed')
        """,
        (terminal_id, day, last_request_id),
    )
    journal.commit()
