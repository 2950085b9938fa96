"""A seeded world around the pure layer: acquirers, a network that loses, delays, repeats and reorders, issuers, crashes.

One seed is one story: the same seed tells the same story again. The switchboard, the issuers' judgement and the mapping between
them are the product's own; the journal is a durable list, the network a heap of messages in flight.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

from attrs import define, evolve, field

from switch.iso8583 import mapping
from switch.issuers.account import AccountBook, Entry
from switch.issuers.book import MemoryBook
from switch.issuers.decide import approval_codes, decide, undo
from switch.issuers.profile import Profile
from switch.issuers.scenario import ScenarioState
from switch.routing.archive import Past, Recovery, Reference
from switch.routing.deliveries import Delivery
from switch.routing.effects import (
    Deliver,
    Effect,
    Forward,
    JournalDecision,
    JournalDelivered,
    JournalDelivery,
    JournalRequest,
    JournalReversal,
    Reply,
    ReplyReversal,
)
from switch.routing.events import AnswerReceived, DeliveryAnswered, IssuerDown, IssuerUp, RequestReceived, ReversalReceived
from switch.routing.switchboard import Switchboard
from switch.routing.table import Destination
from switch.transaction import Authorization, Decision, ExchangeKey, IssuerAnswer, Reversal
from tests.dialogue import request
from tests.loopback import specs

ISSUERS = ("atlas", "vesta")
TIMEOUT_SECONDS = 10.0
PATIENCE_SECONDS = 15.0  #: then an acquirer repeats its request, or reverses it
CALM_SECONDS = 400.0  #: after this instant nothing is lost and nobody dies any more
END_SECONDS = 5_000.0
NOW_MS = 1_795_341_600_000

PLANTS = ("match_by_stan_alone", "forget_owed_at_restart", "drop_journal_of_decision", "no_reversal_after_timeout")


@define
class Books:
    """The journal: what survives a crash."""

    requests: dict[int, tuple[Authorization, str | None]] = field(factory=dict)
    decisions: dict[int, Decision] = field(factory=dict)
    reversals: list[JournalReversal] = field(factory=list)
    deliveries: dict[int, Delivery] = field(factory=dict)
    delivered: set[int] = field(factory=set)

    def remaining_minor(self, request_id: int) -> int:
        """What an approval is worth after its reversals; 0 for what was not approved."""
        decision = self.decisions.get(request_id)
        if decision is None or not decision.approved:
            return 0
        effective = [
            item.reversal for item in self.reversals if item.outcome.effective and item.outcome.original_id == request_id
        ]
        return effective[-1].replacement_minor if effective else self.requests[request_id][0].amount_minor

    def _past(self, wanted: Callable[[Authorization], bool]) -> Past | None:
        for request_id in sorted(self.requests, reverse=True):
            authorization, issuer = self.requests[request_id]
            if wanted(authorization) and request_id in self.decisions:
                left = self.remaining_minor(request_id)
                return Past(request_id, authorization, issuer, self.decisions[request_id], left)
        return None

    def find(self, key: ExchangeKey) -> Past | None:
        return self._past(lambda authorization: authorization.key == key)

    def find_by_reference(self, reference: Reference) -> Past | None:
        return self._past(reference.fits)

    def recovery(self) -> Recovery:
        decided = [self.find(authorization.key) for authorization, _ in self.requests.values()]
        return Recovery(
            decided=[past for past in decided if past is not None],
            undecided=[(n, *self.requests[n]) for n in self.requests if n not in self.decisions],
            owed=[delivery for number, delivery in self.deliveries.items() if number not in self.delivered],
            reversed_unknown=[
                item.reversal.original_key
                for item in self.reversals
                if item.outcome.original_id is None and item.reversal.original_key is not None
            ],
        )


class Issuer:
    """One bank: its accounts live in memory, its book survives."""

    def __init__(self, profile: Profile) -> None:
        self.profile, self.book = profile, MemoryBook()
        self.up = False
        self.start()

    def start(self) -> None:
        self.accounts = AccountBook(self.profile)
        self.accounts.replay(self.book.entries())
        self._codes: Iterator[str] = approval_codes(0, self.profile.id, self.accounts.holds_placed)
        self._scenario = ScenarioState(None, self.profile.id)

    def authorize(self, asked: Authorization) -> IssuerAnswer:
        judged = decide(asked, self.accounts, self._scenario, now_ms=NOW_MS, today_yymm="2611", approval_codes=self._codes)
        self._write([judged.hold])
        decision = judged.decision
        return IssuerAnswer(
            key=asked.key, response_code=decision.response_code, approval_code=decision.approval_code, reason="", carried=None
        )

    def undo(self, delivery: Delivery, repeat: bool) -> str:
        message = mapping.to_issuer_reversal(
            delivery.original,
            replacement_minor=delivery.replacement_minor,
            stan=delivery.stan,
            transmitted_at="1122100000",
            repeat=repeat,
            forwarder_id="504900",
        )
        reversal = mapping.to_reversal(message, acquirer_id="504900", transmitted_at="1122100000", currency="504")
        undone = undo(reversal, self.accounts, self.book, now_ms=NOW_MS)
        self._write([undone.entry])
        return undone.response_code

    def _write(self, entries: list[Entry | None]) -> None:
        self.book.append([entry for entry in entries if entry is not None])

    def held(self, key: ExchangeKey) -> int:
        """What the book holds for an exchange."""
        signs = {"hold": 1, "release": -1}
        return sum(entry.amount_minor * signs.get(entry.kind, 0) for entry in self.book.entries() if entry.key == key)


@define
class Purchase:
    """One purchase as its acquirer sees it."""

    authorization: Authorization
    codes: list[str] = field(factory=list)  #: every answer it got, in order
    reversal: Reversal | None = None
    reversal_codes: list[str] = field(factory=list)
    asked: int = 0


class World:
    """All of it, driven by one seed. ``plant`` is a fault put into the switch on purpose; ``story`` is what happened."""

    def __init__(self, seed: int, *, purchases: int = 25, plant: str | None = None) -> None:
        assert plant is None or plant in PLANTS
        self.random, self.plant, self.story = Random(seed), plant, list[str]()
        self.now = 0.0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = iter(range(10**9))
        self.books = Books()
        self.issuers = {name: Issuer(specs().issuers[name]) for name in ISSUERS}
        self._tick_at: float | None = None
        self.life = 0  #: which life of the switch this is; messages to an earlier one are lost
        self.board: Switchboard | None = None
        self.purchases: dict[int, Purchase] = {}
        self._start_switch()
        for number in range(1, purchases + 1):
            self.at(self.random.uniform(0, CALM_SECONDS * 0.8), partial(self._buy, number))
        for _ in range(self.random.randint(0, 3)):
            self.at(self.random.uniform(1, CALM_SECONDS), self._crash_switch)
        for name in ISSUERS:
            for _ in range(self.random.randint(0, 2)):
                self.at(self.random.uniform(1, CALM_SECONDS), partial(self._crash_issuer, name))

    def run(self) -> None:
        """Live until nothing is left to happen."""
        while self._heap and self.now < END_SECONDS:
            self.now, _, happen = heapq.heappop(self._heap)
            happen()

    def at(self, when: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (when, next(self._numbers), happen))

    def tell(self, words: str) -> None:
        self.story.append(f"{self.now:8.3f} {words}")

    # the network

    def carry(self, what: str, arrive: Callable[[], None]) -> None:
        """Take a message somewhere: late, twice or never while the weather is bad."""
        calm = self.now > CALM_SECONDS
        draw = self.random.random()
        if not calm and draw < 0.08:
            self.tell(f"lost: {what}")
            return
        copies = 2 if not calm and draw > 0.95 else 1
        for _ in range(copies):
            slow = not calm and self.random.random() < 0.06
            self.at(self.now + self.random.uniform(0.001, 25.0 if slow else 0.2), arrive)

    # acquirers

    def _buy(self, number: int) -> None:
        issuer = self.random.choice(ISSUERS)
        cards = [card for card in specs().issuers[issuer].cards if card.status == "active" and card.balance_minor > 10_000]
        card = self.random.choice(cards)
        stan = self.random.choice([number, number, self.random.randint(1, 8)])
        bought = request(
            stan, pan=card.pan.digits, amount_minor=self.random.choice([100, 250, 5_000]), merchant_id="TELECOM00000001"
        )
        key = bought.key._replace(transmitted_at=f"11221{number:05d}")
        carried = {2: card.pan.digits, 3: "000000", 4: f"{bought.amount_minor:012d}", 37: f"{number:012d}", 41: key.terminal_id,
                   42: bought.merchant_id, 49: "504"}  # fmt: skip
        bought = evolve(bought, key=key, rrn=f"{number:012d}", expiry=card.expiry, carried=carried)
        self.purchases[number] = Purchase(bought)
        self._ask(number)
        if self.random.random() < 0.15:
            self.at(
                self.now + self.random.uniform(0.0, 30.0), lambda: self._reverse(number, in_part=self.random.random() < 0.3)
            )

    def _ask(self, number: int) -> None:
        purchase = self.purchases[number]
        purchase.asked += 1
        self.tell(f"acquirer asks {number} (try {purchase.asked})")
        event = RequestReceived(purchase.authorization, number, "acquirer")
        self.to_switch(f"request {number}", event)
        self.at(self.now + PATIENCE_SECONDS, lambda: self._impatient(number))

    def _impatient(self, number: int) -> None:
        purchase = self.purchases[number]
        if purchase.codes or purchase.reversal is not None:
            return
        if purchase.asked < 3 and self.random.random() < 0.4:
            self._ask(number)
        else:
            self._reverse(number, in_part=False)

    def _reverse(self, number: int, *, in_part: bool) -> None:
        purchase = self.purchases[number]
        if purchase.reversal is None:
            original = purchase.authorization
            left = original.amount_minor // 2 if in_part and "00" in purchase.codes else 0
            key = ExchangeKey(original.key.acquirer_id, original.key.terminal_id, f"{500_000 + number:06d}", "1122110000")
            purchase.reversal = Reversal(
                key=key,
                mti="0420",
                original_key=original.key,
                pan=original.pan,
                amount_minor=original.amount_minor,
                currency="504",
                replacement_minor=left,
                merchant_id=original.merchant_id,
                rrn=original.rrn,
                reason="",
                carried={},
            )
        if purchase.reversal_codes:
            return
        self.tell(f"acquirer reverses {number}, leaving {purchase.reversal.replacement_minor}")
        self.to_switch(f"reversal of {number}", ReversalReceived(purchase.reversal, number, "acquirer"))
        self.at(self.now + PATIENCE_SECONDS, lambda: self._reverse(number, in_part=False))

    # the switch

    def _start_switch(self) -> None:
        self.life += 1
        self._tick_at = None
        self.board = Switchboard(
            table=specs().routing,
            destinations=[
                Destination(issuer=name, origin="domestic", timeout_seconds=TIMEOUT_SECONDS) for name in specs().issuers
            ],
            merchants=specs().merchants,
            archive=self.books,
            first_request_id=max(self.books.requests, default=0) + 1,
            first_delivery_id=max(self.books.deliveries, default=0) + 1,
        )
        recovery = self.books.recovery()
        if self.plant == "forget_owed_at_restart":
            recovery = evolve(recovery, owed=[])
        self.tell(f"the switch starts (life {self.life})")
        self.perform(self.board.recover(recovery, self.now))
        for name, issuer in self.issuers.items():
            self._connect(name, issuer)

    def _connect(self, name: str, issuer: Issuer) -> None:
        life = self.life

        def signed_on() -> None:
            if life == self.life and self.board is not None:
                issuer.up = True
                self.perform(self.board.handle(IssuerUp(name), self.now))
                self._wake()

        self.at(self.now + self.random.uniform(0.01, 3.0), signed_on)

    def _crash_switch(self) -> None:
        if self.board is None or self.now > CALM_SECONDS:
            return
        self.tell("the switch dies")
        self.board = None
        self.at(self.now + self.random.uniform(0.1, 20.0), self._start_switch)

    def _crash_issuer(self, name: str) -> None:
        issuer = self.issuers[name]
        if not issuer.up or self.now > CALM_SECONDS:
            return
        self.tell(f"{name} dies")
        issuer.up = False
        if self.board is not None:
            self.perform(self.board.handle(IssuerDown(name, "the connection was closed", lost=True), self.now))

        def again() -> None:
            issuer.start()
            self._connect(name, issuer)

        self.at(self.now + self.random.uniform(0.1, 20.0), again)

    def to_switch(self, what: str, event: Any) -> None:
        life = self.life

        def arrive() -> None:
            if self.board is None or life != self.life:
                self.tell(f"nobody hears: {what}")
                return
            self.tell(f">> {what}")
            self.perform(self.board.handle(self._planted(event), self.now))
            self._wake()

        self.carry(what, arrive)

    def _planted(self, event: Any) -> Any:
        """An answer as a switch would take it that matches by STAN alone."""
        if self.plant == "match_by_stan_alone" and isinstance(event, AnswerReceived) and self.board is not None:
            waiting = [key for key in self.board._pending._of_key if key.stan == event.answer.key.stan]
            if waiting:
                return evolve(event, answer=evolve(event.answer, key=waiting[0]))
        return event

    def _wake(self) -> None:
        deadline = self.board.next_deadline() if self.board is not None else None
        if deadline is not None and (self._tick_at is None or deadline < self._tick_at or self._tick_at <= self.now):
            life, self._tick_at = self.life, max(deadline, self.now)

            def tick() -> None:
                if self.board is not None and life == self.life:
                    self.perform(self.board.tick(self.now))
                    self._wake()

            self.at(self._tick_at, tick)

    def perform(self, effects: list[Effect]) -> None:
        """Journal, then send; at times the switch dies in between."""
        for effect in effects:
            self._journal(effect)
        if effects and self.now < CALM_SECONDS and self.random.random() < 0.01 and self.board is not None:
            self.tell("the switch dies between journal and send")
            self._crash_switch()
            return
        for effect in effects:
            self._send(effect)

    def _journal(self, effect: Effect) -> None:
        books = self.books
        match effect:
            case JournalRequest():
                books.requests[effect.request_id] = (effect.authorization, effect.route.issuer if effect.route else None)
            case JournalDecision():
                assert effect.request_id in books.requests, "decided and never journaled"
                assert effect.request_id not in books.decisions, "decided twice"
                dropped = self.plant == "drop_journal_of_decision" and effect.request_id % 5 == 0
                if not dropped:
                    books.decisions[effect.request_id] = effect.decision
            case JournalReversal():
                books.reversals.append(effect)
            case JournalDelivery():
                if not (self.plant == "no_reversal_after_timeout" and "no answer" in effect.delivery.reason):
                    books.deliveries[effect.delivery.delivery_id] = effect.delivery
            case JournalDelivered():
                books.delivered.add(effect.delivery_id)

    def _send(self, effect: Effect) -> None:
        match effect:
            case Forward():
                self._to_issuer(
                    effect.issuer, f"request {effect.authorization.rrn}", lambda i: self._asked(i, effect.authorization)
                )
            case Deliver():
                delivery, repeat = effect.delivery, effect.repeat
                if self.plant == "no_reversal_after_timeout" and delivery.delivery_id not in self.books.deliveries:
                    return
                self._to_issuer(delivery.issuer, f"owed {delivery.delivery_id}", lambda i: self._undone(i, delivery, repeat))
            case Reply():
                self._answered(effect.origin, effect.decision.response_code)
            case ReplyReversal():
                self._reversal_answered(effect.origin, effect.response_code)

    def _to_issuer(self, name: str, what: str, take: Callable[[Issuer], None]) -> None:
        def arrive() -> None:
            if self.issuers[name].up:
                take(self.issuers[name])

        self.carry(f"{what} to {name}", arrive)

    def _asked(self, issuer: Issuer, asked: Authorization) -> None:
        answer = issuer.authorize(asked)
        self.tell(f"{issuer.profile.id} answers {answer.response_code} to {asked.rrn}")
        self.to_switch(f"answer {answer.response_code} to {asked.rrn}", AnswerReceived(issuer.profile.id, answer))

    def _undone(self, issuer: Issuer, delivery: Delivery, repeat: bool) -> None:
        code = issuer.undo(delivery, repeat)
        self.tell(f"{issuer.profile.id} undoes {delivery.original.rrn}: {code}")
        self.to_switch(
            f"answer {code} to owed {delivery.delivery_id}", DeliveryAnswered(issuer.profile.id, delivery.stan, code)
        )

    def _answered(self, number: int, code: str) -> None:
        self.tell(f"<< {code} to {number}")
        self.carry(f"answer {code} to acquirer {number}", lambda: self.purchases[number].codes.append(code))

    def _reversal_answered(self, number: int, code: str) -> None:
        self.tell(f"<< {code} to the reversal of {number}")
        self.carry(f"answer {code} to the reversal of {number}", lambda: self.purchases[number].reversal_codes.append(code))

    # what has to be true at the end

    def faults(self) -> list[str]:
        """Where the books of acquirers, switch and issuers do not agree; empty in a good world."""
        found = []
        by_key = {authorization.key: number for number, (authorization, _) in self.books.requests.items()}
        for number, purchase in self.purchases.items():
            request_id = by_key.get(purchase.authorization.key)
            decision = self.books.decisions.get(request_id) if request_id is not None else None
            if len(set(purchase.codes)) > 1:
                found.append(f"purchase {number} was answered {sorted(set(purchase.codes))}")
            if "00" in purchase.codes and (decision is None or not decision.approved):
                found.append(f"purchase {number} was approved to its acquirer and is not in the journal")
            if not purchase.codes and not purchase.reversal_codes:
                found.append(f"purchase {number} was never settled with its acquirer")
            left = self.books.remaining_minor(request_id) if request_id is not None else 0
            if "00" in purchase.reversal_codes and purchase.reversal is not None and left > purchase.reversal.replacement_minor:
                found.append(f"purchase {number} was reversed to {purchase.reversal.replacement_minor} and is worth {left}")
            held = sum(issuer.held(purchase.authorization.key) for issuer in self.issuers.values())
            if held != left:
                found.append(f"purchase {number}: the issuers hold {held} and the journal says {left}")
        undecided = [number for number in self.books.requests if number not in self.books.decisions]
        if undecided:
            found.append(f"requests {undecided} were never decided")
        owed = [number for number in self.books.deliveries if number not in self.books.delivered]
        if owed:
            found.append(f"deliveries {owed} are still owed")
        return found
