"""A seeded world: acquirers, a network that loses, delays, repeats and reorders, the switch, issuers, crashes, and the day.

One seed is one story: the same seed tells the same story again. Switchboard, mapping, journal, issuers' judgement and the
business day are the product's own; only sockets and clocks are not there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, TypeVar

from attrs import evolve

from switch.centre.traffic.turn import Turn
from switch.data_folder.vault import Vault
from switch.endofday.close import close_day
from switch.iso8583.mapping import acquirer
from switch.iso8583.mapping import issuer as forwarding
from switch.iso8583.mapping.reconciliation import to_reconciliation, totals_response
from switch.iso8583.message import Message
from switch.iso8583.mti import message_class
from switch.issuers.cards.magic import Match
from switch.journal.journal import Batch, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.merchant import BY_BATCH, BY_COMPLETION, ContractCapture
from switch.routing.switchboard import Switchboard
from switch.routing.table.routes import Destination, Range, RoutingTable
from switch.routing.table.stand_in import StandIn
from switch.routing.traffic.effects import (
    Deliver,
    Effect,
    Forward,
    JournalDecision,
    JournalDelivery,
    JournalOccurrence,
    Reply,
    ReplyReversal,
    ReplyTotals,
)
from switch.routing.traffic.events import (
    AnswerReceived,
    DeliveryAnswered,
    Event,
    IssuerDown,
    IssuerUp,
    RequestReceived,
    ReversalReceived,
    Scripted,
    TotalsReceived,
)
from switch.scenarios.conduct import Conduct
from switch.specs.specification import Specs
from switch.transaction import ADVICE, refuse
from tests.simulation.bank import BANK_PLANTS, NOW_MS, Bank, BankDiedError
from tests.simulation.holders import BANK, SECOND_MS, WEEK_MS
from tests.simulation.shops import Shops
from tests.simulation.stage import Acquirer, Stage
from tests.simulation.weather import CALM_SECONDS, Weather
from tests.support.centre_in_loop import specs
from tests.support.day_builders import DAY_MS
from tests.support.said import Said

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 10.0
BUSINESS_DATE: Final = "2026-11-22"
OWN_ID: Final = "504900"
LIMITS: Final = StandIn(amount_max_minor=20_000, count_max=2, channels=frozenset({"chip"}))

UPKEEP_SECONDS: Final = 20  #: between two looks of a bank for holds whose time is up
#: When all short holds have ended, and none of the others: by a bank's clock, a week after the bad weather.
ENDED_MS: Final = NOW_MS + int(CALM_SECONDS * SECOND_MS) + WEEK_MS

#: Faults put into the switch or its banks on purpose, which a simulation worth its name finds.
PLANTS: Final = (
    "match_by_stan_alone",
    "forget_owed_at_restart",
    "drop_journal_of_late_approval",
    "drop_journal_of_decision",
    "no_reversal_after_timeout",
    "reversal_by_reference_misses_what_waits",
    "another_approval_code_in_the_answer",
    *BANK_PLANTS,
)


@cache
def world_specs() -> Specs:
    """The default specification, with shops of all three policies and one bank the centre stands in for."""
    policies: dict[str, ContractCapture] = {"HOTEL0000000001": BY_COMPLETION, "SUPERMARCHE0001": BY_BATCH}
    over = {BY_BATCH: 1_000}  #: for tips
    merchants = {
        name: evolve(m, capture=(capture := policies.get(name, m.capture)), over_basis_points=over.get(capture, 0))
        for name, m in specs().merchants.items()
    }
    ranges = [item for _, _, alike in specs().routing.ranges for item in alike]
    return evolve(specs(), merchants=merchants, routing=RoutingTable.of([_stood_in(item) for item in ranges], []))


def _stood_in(item: Range) -> Range:
    return evolve(item, route=evolve(item.route, stand_in=LIMITS)) if item.route.issuer == "rif" else item


class Post(Said):
    """What the switch sends, unless it ``dies`` when all is journaled and nothing is sent."""

    def __init__(self, send: Callable[[Any], None], *, dies: Callable[[], bool]) -> None:
        super().__init__(send)
        self._dies = dies

    def flush(self) -> None:
        if not self._dies():
            super().flush()


class World(Weather):
    """All of it, driven by one seed. ``plant`` is a fault put into the switch on purpose."""

    def __init__(self, seed: int, data: Path, *, deals: int = 25, plant: str | None = None) -> None:
        assert plant is None or plant in PLANTS
        super().__init__(seed)
        self.plant, self.data = plant, data
        self.stage = Stage(self.random, seed)
        self.banks = {
            name: Bank(specs().issuers[name], self._bank_clock_ms, plant=plant, dies=self._bank_dies)
            for name in ("atlas", "vesta", "rif")
        }
        self.late_approvals: set[int] = set()  #: requests an issuer approved after they were decided without it
        self.life = 0  #: which life of the switch this is; messages to an earlier one are lost
        self.board: Switchboard | None = None
        self._tick_at: float | None = None
        self._start_switch()
        self.shops = Shops(self, self._to_switch_from_acquirer, deals)
        for _ in range(self.random.randint(0, 3)):
            self.at(self.random.uniform(1, CALM_SECONDS), self._crash_switch)
        for name in self.banks:
            for _ in range(self.random.randint(0, 2) + self.random.randint(1, 3) * (name == BANK)):
                self.at(self.random.uniform(1, CALM_SECONDS), partial(self._crash_bank, name))
        self.at(self.random.uniform(50, CALM_SECONDS), self.random.choice((self._cut_off, self._close_day)))
        for second in range(UPKEEP_SECONDS, int(CALM_SECONDS), UPKEEP_SECONDS):
            self.at(second, self._expire_holds)

    def finish(self) -> None:
        """Live to the end, then close what days are open."""
        self.run()
        assert self.board is not None
        self.undelivered = self.board.owed
        for bank in self.banks.values():
            bank.expire(ENDED_MS)
        self.journal.close()
        for days in range(1, 4):
            close_day(self.data, world_specs(), None, NOW_MS + days * DAY_MS)

    # the banks

    def _bank_clock_ms(self) -> int:
        """The banks live so much faster that days pass while the weather is bad."""
        return NOW_MS + int(self.now * SECOND_MS)

    def _bank_dies(self) -> bool:
        return not self.calm and self.random.random() < 0.004

    def _expire_holds(self) -> None:
        for bank in self.banks.values():
            if bank.up:
                bank.expire()

    # the day

    def _cut_off(self) -> None:
        """The clock opens the next date, where the switch lives to see it."""
        row = self.journal.open_date() if self.board is not None else None
        if row is not None and row[0] == BUSINESS_DATE:
            self.tell("cut-off")
            self.journal.open_business_date("2026-11-23", "clock", NOW_MS)

    def _close_day(self) -> None:
        """Somebody closes the day from another process, whatever the switch is doing."""
        self.tell("the day is closed")
        close_day(self.data, world_specs(), BUSINESS_DATE, NOW_MS)

    # the switch

    def _start_switch(self) -> None:
        self.life += 1
        self._tick_at = None
        self.journal = SqliteJournal(self.data / JOURNAL_FILE, Vault.open(self.data))
        if self.journal.open_date() is None:
            self.journal.open_business_date(BUSINESS_DATE, "operator", NOW_MS)
        beginning = self.journal.beginning()
        self.board = Switchboard(
            table=world_specs().routing,
            destinations=[
                Destination(issuer=name, origin=profile.origin, timeout_seconds=TIMEOUT_SECONDS)
                for name, profile in specs().issuers.items()
            ],
            merchants=world_specs().merchants,
            archive=self.journal.archive,
            first_request_id=beginning.first_request_id,
            first_delivery_id=beginning.first_delivery_id,
        )
        if self.plant == "reversal_by_reference_misses_what_waits":
            self.board._names.waiting = lambda named: None  # type: ignore[method-assign]
        recovery = beginning.recovery
        if self.plant == "forget_owed_at_restart":
            recovery = evolve(recovery, owed=[])
        self.tell(f"the switch starts (life {self.life})")
        self._perform(self.board.recover(recovery, self.now))
        for name, bank in self.banks.items():
            self._connect(name, bank)

    def _connect(self, name: str, bank: Bank) -> None:
        life = self.life

        def signed_on() -> None:
            if life == self.life and self.board is not None:
                bank.up = True
                self._handle(IssuerUp(name))

        self.after(self.random.uniform(0.01, 3.0), signed_on)

    def _crash_switch(self) -> None:
        if self.board is None or self.calm:
            return
        self.tell("the switch dies")
        self.board = None
        self.journal.close()
        self.after(self.random.uniform(0.1, 20.0), self._start_switch)

    def _crash_bank(self, name: str) -> None:
        bank = self.banks[name]
        if not bank.up or self.calm:
            return
        self.tell(f"{name} dies")
        bank.up = False
        if self.board is not None:
            self._handle(IssuerDown(name, "the connection was closed", lost=True))

        def again() -> None:
            bank.start()
            self._connect(name, bank)

        self.after(self.random.uniform(0.1, 20.0), again)

    def _handle(self, event: Event) -> None:
        assert self.board is not None
        self._perform(self.board.handle(event, self.now))
        self._wake()

    def _wake(self) -> None:
        deadline = self.board.next_deadline() if self.board is not None else None
        if deadline is not None and (self._tick_at is None or deadline < self._tick_at or self._tick_at <= self.now):
            life, self._tick_at = self.life, max(deadline, self.now)

            def tick() -> None:
                if self.board is not None and life == self.life:
                    self._perform(self.board.tick(self.now))
                    self._wake()

            self.at(self._tick_at, tick)

    def _perform(self, effects: list[Effect]) -> None:
        """Journal, then send; at times the switch dies before the one, or between the two."""
        mortal = bool(effects) and not self.calm and self.board is not None
        if mortal and self.random.random() < 0.005:
            self.tell("the switch dies before it journals")
            self._crash_switch()
            return
        written = [effect for effect in effects if not self._dropped(effect)]
        post = Post(self._send, dies=lambda: mortal and self._dies_in_between())
        Turn(self._commit, post, lambda notice: None).perform(written, self.now)

    def _dies_in_between(self) -> bool:
        if self.random.random() < 0.01:
            self.tell("the switch dies between journal and send")
            self._crash_switch()
            return True
        return False

    def _commit(self, batch: Batch) -> None:
        self.journal.commit(batch, NOW_MS + int(self.now * 1000))

    def _dropped(self, effect: Effect) -> bool:
        """What a planted fault does not write down."""
        match effect:
            case JournalOccurrence(kind="late_answer"):
                if "answer 00" in effect.detail:
                    self.late_approvals.add(effect.request_id)
                return self.plant == "drop_journal_of_late_approval"
            case JournalDecision():
                return self.plant == "drop_journal_of_decision" and effect.request_id % 5 == 0
            case JournalDelivery():
                return self.plant == "no_reversal_after_timeout" and "no answer" in effect.delivery.reason
        return False

    def _send(self, effect: Effect) -> None:
        match effect:
            case Forward():
                message = forwarding.to_issuer_request(effect.authorization, forwarder_id=OWN_ID)
                self._to_bank(effect.issuer, message)
            case Deliver():
                if not self._dropped(JournalDelivery(effect.delivery)):
                    self._to_bank(effect.delivery.issuer, _owed_message(effect))
            case Reply():
                decision = effect.decision
                if self.plant == "another_approval_code_in_the_answer" and decision.approval_code:
                    decision = evolve(decision, approval_code=decision.approval_code[::-1])
                self._to_acquirer(effect.origin, acquirer.to_response(effect.authorization, decision))
            case ReplyReversal():
                self._to_acquirer(effect.origin, acquirer.reversal_response(effect.reversal, effect.response_code))
            case ReplyTotals():
                outcome = effect.outcome
                codes = {"settlement_code": outcome.settlement_code, "response_code": outcome.response_code}
                self._to_acquirer(effect.origin, totals_response(effect.reconciliation, outcome.totals, **codes))

    # messages on their way

    def _to_acquirer(self, number: int, answer: Message) -> None:
        self.tell(f"<< {answer.mti} {answer.elements[39]} to {answer.elements[11]} of {number}")
        conduct = number.conduct if isinstance(number, Acquirer) else None
        self._given(f"{answer.mti} to {number}", conduct, lambda: self.shops.answered(int(number), answer), self.carry)

    def _given(
        self,
        what: str,
        conduct: Conduct | None,
        arrive: Callable[[], T],
        carry: Callable[[str, Callable[[], T]], None],
    ) -> None:
        """Send an answer as a rule wants it; the network has its way with it after that."""
        if conduct is None:
            carry(what, arrive)
        elif conduct.silence or conduct.lost:
            self.tell(f"held back on cue: {what}")
        else:
            for _ in range(1 + conduct.twice):
                self.after(conduct.late_seconds, partial(carry, what, arrive))

    def _to_switch_from_acquirer(self, number: int, message: Message) -> None:
        self._to_switch(f"{message.mti} {message.elements[11]} of {number}", lambda: self._staged(number, message))

    def _staged(self, number: int, message: Message) -> Event | None:
        """What a message of an acquirer is to the switchboard; None where a rule has it taken as never received."""
        conduct = None if self.calm else self.stage.at_host(message)
        if conduct is None:
            return _asked(number, message)
        if conduct.lost:
            return None
        origin = Acquirer(number)
        origin.conduct = evolve(conduct, code=None)
        event = _asked(origin, message)
        if conduct.code is not None and isinstance(event, RequestReceived):
            return evolve(event, scripted=Scripted(refusal=refuse(conduct.code, "a rule")))
        return event

    def _to_switch(self, what: str, event: Callable[[], Event | None]) -> None:
        life = self.life

        def arrive() -> None:
            if self.board is None or life != self.life:
                self.tell(f"nobody hears: {what}")
                return
            self.tell(f">> {what}")
            happened = event()
            if happened is not None:
                self._handle(self._planted(happened))

        self.carry(what, arrive)

    def _planted(self, event: Event) -> Event:
        """An answer as a switch would take it that matches by STAN alone."""
        if self.plant == "match_by_stan_alone" and isinstance(event, AnswerReceived) and self.board is not None:
            keys = [exchange.authorization.key for exchange in self.board._pending.all()]
            waiting = [key for key in keys if key.stan == event.answer.key.stan]
            if waiting:
                return evolve(event, answer=evolve(event.answer, key=waiting[0]))
        return event

    def _to_bank(self, name: str, message: Message) -> None:
        conduct = None if self.calm else self.stage.at_issuer(name, message)
        if conduct is not None and conduct.lost:
            self.tell(f"taken by {name} as never received: {message.mti} {message.elements[11]}")
            return

        def arrive() -> None:
            bank = self.banks[name]
            if not bank.up:
                return
            try:
                answer = bank.answer(message, None if conduct is None else Match("a rule", conduct.code))
            except BankDiedError:
                bank.start()  # whoever is connected next, it is another process
                self._crash_bank(name)
                return
            self.tell(f"{name} answers {answer.elements[39]} to {message.mti} {message.elements[11]}")
            what = f"{answer.mti} {answer.elements[39]} of {name}"
            self._given(what, conduct, lambda: _answered(name, answer), self._to_switch)

        self.carry(f"{message.mti} {message.elements[11]} to {name}", arrive)


def _asked(number: int, message: Message) -> Event:
    """What a message of an acquirer is to the switchboard, as the server reads it."""
    defaults: dict[str, Any] = {"acquirer_id": OWN_ID, "stamp": acquirer.Stamp("1122100000", "1122110000")}
    kind = message_class(message.mti)
    if kind == "reconciliation":
        return TotalsReceived(to_reconciliation(message, **defaults), number, "acquirer")
    if kind == "reversal" or acquirer.is_void(message):
        return ReversalReceived(acquirer.to_reversal(message, currency="504", **defaults), number, "acquirer")
    return RequestReceived(acquirer.to_authorization(message, currency="504", **defaults), number, "acquirer")


def _answered(issuer: str, answer: Message) -> Event:
    """What a message of an issuer is to the switchboard, as the server reads it."""
    kind, stan, code = message_class(answer.mti), answer.elements[11], answer.elements[39]
    terminal_id = answer.elements.get(41, "")
    if kind == "reversal":
        return DeliveryAnswered(issuer, stan, code, terminal_id=terminal_id)
    if answer.mti[2] == "3":
        return DeliveryAnswered(issuer, stan, code, ADVICE, terminal_id)
    return AnswerReceived(issuer, forwarding.to_issuer_answer(answer, acquirer_id=OWN_ID))


def _owed_message(effect: Deliver) -> Message:
    delivery, shared = effect.delivery, {"repeat": effect.repeat, "forwarder_id": OWN_ID}
    reason: dict[str, Any] = {"message_reason": delivery.message_reason, **shared}
    if delivery.kind == ADVICE:
        return forwarding.to_issuer_advice(delivery.original, approval_code=delivery.approval_code, **reason)
    return forwarding.to_issuer_reversal(
        delivery.original,
        replacement_minor=delivery.replacement_minor,
        stan=delivery.stan,
        transmitted_at="1122100000",
        **reason,
    )


def folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for one world, in memory where the machine has one there."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
