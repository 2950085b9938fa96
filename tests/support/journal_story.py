"""A centre without lines: events go in at times of the test's choosing, the journal is a real one, ``explain`` reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from switch.centre.traffic.turn import Turn
from switch.data_folder.vault import Vault
from switch.explain.lifecycle import story
from switch.explain.step import Step
from switch.explain.timeline import steps
from switch.journal.journal import Batch, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.routing.memory.deliveries import DeliveryKind
from switch.routing.switchboard import Switchboard
from switch.routing.table.routes import Destination
from switch.routing.traffic.events import AnswerReceived, DeliveryAnswered, Event, IssuerUp, RequestReceived, ReversalReceived
from switch.transaction import ExchangeKey, IssuerAnswer, Reversal
from tests.support.centre_in_loop import NOW_MS, specs
from tests.support.dialogue import request
from tests.support.said import Said

LINE = "ascii 127.0.0.1:40112"
LINE_93 = "ascii93 127.0.0.1:40113"
DATE = "2026-11-22"


class Told:
    """``now`` is in seconds since the centre started; what is told carries it in front: ``0.007 atlas response …``. ``timers``
    are a share of the usual, as ``switch up --timers`` has them."""

    def __init__(self, data: Path, timers: float = 1.0) -> None:
        self.data, self.now, self._timers = data, 0.0, timers
        self.journal = SqliteJournal(data / JOURNAL_FILE, Vault.open(data))
        self.journal.open_business_date(DATE, "operator", NOW_MS)
        self._turn = Turn(self._commit, Said(), lambda notice: None)
        self.board = self._started()
        for issuer in specs().issuers:
            self.happens(IssuerUp(issuer))

    def _started(self) -> Switchboard:
        beginning = self.journal.beginning()
        board = Switchboard(
            table=specs().routing.with_timers(self._timers),
            destinations=[
                Destination(issuer=each.id, origin=each.origin, timeout_seconds=each.timeout_seconds * self._timers)
                for each in specs().issuers.values()
            ],
            merchants=specs().merchants,
            archive=self.journal.archive,
            first_request_id=beginning.first_request_id,
            first_delivery_id=beginning.first_delivery_id,
            timers=self._timers,
        )
        self._turn.perform(board.recover(beginning.recovery, self.now), self.now)
        return board

    def restarted(self) -> None:
        self.board = self._started()

    def happens(self, event: Event) -> None:
        self._turn.perform(self.board.handle(event, self.now), self.now)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self._turn.perform(self.board.tick(self.now), self.now)

    def _commit(self, batch: Batch) -> None:
        self.journal.commit(batch, NOW_MS + round(self.now * 1000))

    def steps(self, rrn: str) -> list[str]:
        found = steps(story(self.data, rrn), specs())
        return [f"{self._at(step)}{step.leg or 'centre'}: {step.what}: {step.detail}" for step in found]

    @staticmethod
    def _at(step: Step) -> str:
        return "" if step.at_ms is None else f"{(step.at_ms - NOW_MS) / 1000:.3f} "


def card(issuer: str, words: str = "") -> str:
    return next(each.pan.digits for each in specs().issuers[issuer].cards if words in each.purpose)


def asks(stan: int = 1, *, pan: str = "", line: str = LINE, **changes: Any) -> RequestReceived:
    merchant = next(iter(specs().merchants.values()))
    wanted = request(stan, pan=pan or card("atlas"), **{"merchant_id": merchant.id, **changes})
    return RequestReceived(wanted, "origin", line)


def answers(stan: int = 1, response_code: str = "00", *, issuer: str = "atlas", **changes: Any) -> AnswerReceived:
    fields: dict[str, Any] = {"approval_code": "A12345" if response_code == "00" else None, "reason": "", "carried": None}
    key = ExchangeKey("504001", "TERM0001", f"{stan:06d}", "1122091530")
    return AnswerReceived(issuer, IssuerAnswer(key=key, response_code=response_code, **{**fields, **changes}))


def takes_back(stan: int, original: int | None = None, *, line: str = LINE, **changes: Any) -> ReversalReceived:
    """A reversal with a STAN of its own; ``original`` is the STAN that DE 90 names."""
    merchant = next(iter(specs().merchants.values()))
    fields: dict[str, Any] = {
        "key": ExchangeKey("504001", "TERM0001", f"{stan:06d}", "1122091545"),
        "mti": "0400",
        "original_key": ExchangeKey("504001", "TERM0001", f"{original:06d}", "1122091530") if original else None,
        "original_stan": f"{original or stan:06d}",
        "pan": None,
        "amount_minor": 12_500,
        "currency": "504",
        "replacement_minor": 0,
        "merchant_id": merchant.id,
        "rrn": f"{original or stan:012d}",
        "reason": "",
        "carried": {},
    }
    return ReversalReceived(Reversal(**{**fields, **changes}), "origin", line)


def delivered(
    number: int, response_code: str = "00", *, issuer: str = "atlas", kind: DeliveryKind = "reversal"
) -> DeliveryAnswered:
    return DeliveryAnswered(issuer, f"{number:06d}", response_code, kind)
