"""One deal: its card, terminal, numbers and bank; what it sends, and whether what comes back is what the model expects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, NamedTuple, Protocol

from tests.deals.bank import Bank
from tests.deals.house import with_check_digit
from tests.deals.model import VOIDS, Model
from tests.deals.rules import OWN_ACQUIRER, Merchant, Outcome, Plan, Rule
from tests.deals.sale import Sale
from tests.deals.till import LostError, Till
from tests.deals.wire import Message

ANSWER_SECONDS_MAX: Final = 120.0  #: an answer that takes longer is missing
STANS: Final = 16  #: numbers (DE 11) of one deal
DEALS_MAX: Final = 999_999 // STANS  #: further ones would share their numbers with earlier ones
ECHOED: Final[tuple[int, ...]] = (2, 3, 7, 11, 12, 13, 32, 37, 41, 42, 49)
TIMES: Final = 3_000  #: seconds before the start of a run at which its messages say they were sent
HASTY_PERCENT, OWN_ACQUIRER_PERCENT = 8, 60


class Wrong(Exception):  # noqa: N818  (it is what a deal has found)
    """The centre did something else than the rules say."""


class GivenUpError(Exception):
    """Its sender waits for an answer no more."""


class World(Protocol):
    """What a deal needs of the run it is part of."""

    began: datetime  #: UTC
    life: int  #: of the centre; a kill ends one
    dates_moved: int  #: how often the business date did

    def till(self, rnd: Random) -> Till:
        """A connection, any."""

    async def is_up(self) -> None:
        """Wait until the centre takes calls."""

    async def next_date(self) -> None:
        """Wait until the business date moves, if it is to move again."""


class Answer(NamedTuple):
    """What came back."""

    message: Message
    doubt: bool  #: a kill came between question and answer
    life: int  #: of the centre that gave it


Asked = asyncio.Task[Answer]  #: an answer to come


@dataclass
class Sent:
    """A message of the deal, with what its bank was to make of it."""

    message: Message
    plan: Plan | None
    sale: Sale | None = None


class Deal:
    """What one card does at one terminal; ``number`` and the seed say all of it but the moment of a kill."""

    def __init__(self, number: int, seed: int, world: World, banks: list[Bank], merchants: dict[str, Merchant]) -> None:
        self.number, self.rnd, self.world = number, Random(f"{seed}/{number}"), world
        self.chance = Random(f"{seed}/{number}/lines")  #: which line, and whether as a repeat: kills draw from it too
        rnd = self.rnd
        self.model = Model(merchants)
        self.bank = rnd.choice(banks)
        self.hasty = rnd.randrange(100) < HASTY_PERCENT
        place = self.bank.place
        digits = (place.hasty_bin if self.hasty else place.patient_bin) + f"{number % 100_000_000:08d}"
        self.pan, self.other_pan = with_check_digit(digits + "0"), with_check_digit(digits + "1")
        self.merchant = rnd.choice(list(merchants.values()))
        self.terminal = rnd.choice(self.merchant.terminals)
        self.acquirer = f"6{number:06d}" if rnd.randrange(100) < OWN_ACQUIRER_PERCENT else ""
        self.identity = rnd.choices(("DE 7", "DE 12 and 13", "nothing"), (70, 15, 15))[0]
        self.sent: list[Sent] = []
        self._told: list[tuple[str, Message | None]] = []
        self.wrong: str = ""
        self.lives: dict[tuple[str, str, str], int] = {}  #: in which life of the centre each of its messages was sent last
        self._dates_moved = world.dates_moved
        self._numbers = 0
        self._tasks: list[Asked] = []

    @property
    def in_two_dates(self) -> bool:
        """Whether it lies in two business dates at most: after a restart the centre counts the open one and that before."""
        return self.world.dates_moved <= self._dates_moved + 1

    # numbers

    def number_of_mine(self) -> int:
        self._numbers += 1
        assert self._numbers < STANS, "a deal of too many messages"
        return self.number % DEALS_MAX * STANS + self._numbers

    def elements(self, amount: int, kind: str, rrn: str, *, identity: str = "") -> dict[int, str]:
        """What nearly every message of the deal has; ``identity`` is what tells it apart, else as the deal has it."""
        mine, rnd, identity = self.number_of_mine(), self.rnd, identity or self.identity
        date, at = self.time_of(mine % TIMES)
        e = {
            2: self.pan, 3: f"{kind}0000", 4: f"{amount:012d}", 11: f"{mine:06d}", 22: rnd.choice(("051", "012", "812")),
            41: self.terminal, 42: f"{self.merchant.id:<15}",
        }  # fmt: skip
        if identity == "DE 7":
            e[7] = date + at
        if identity == "DE 12 and 13" or (identity == "DE 7" and rnd.randrange(2)):
            e |= {12: at, 13: date}
        if self.acquirer:
            e[32] = self.acquirer
        if rrn:
            e[37] = rrn
        if rnd.randrange(5):
            e[49] = "504"
        return e

    def time_of(self, seconds_before: int) -> tuple[str, str]:
        """Date and time, MMDD and hhmmss, so long before the run began: a STAN names what is a day old at most."""
        at = self.world.began - timedelta(seconds=seconds_before)
        return at.strftime("%m%d"), at.strftime("%H%M%S")

    def new_rrn(self) -> str:
        """A reference of the deal's own, or none. One of zeros would be none too: terminals that count nothing write it."""
        return f"{self.number + 1:08d}{self._numbers:04d}" if self.rnd.randrange(100) < 85 else ""

    def names(self, sale: Sale) -> str:
        """DE 90 for one of the deal's requests."""
        acquirer = sale.key.acquirer if self.rnd.randrange(2) else ""
        return f"0{'2' if sale.financial else '1'}00{sale.key.stan}{sale.key.at}{acquirer:0>11}{'0' * 11}"

    # exchanges

    async def say(self, message: Message, plan: Plan | None = None, *, again: bool = False) -> Sale | None:
        """Send a message, take its answer as the model has it; the request it made, if it made one."""
        self.plan(message, plan)
        try:
            answer = await self.ask(message, may_give_up=not again and _is_timed_request(message))
        except GivenUpError:
            await self._give_up(message)
            return None
        return self.heard(message, plan, answer, again=again)

    async def _give_up(self, message: Message) -> None:
        """A request a kill left without an answer is reversed instead of sent again, whatever became of it."""
        ghost = self.model.give_up(message)
        e = self.elements(ghost.amount, ghost.kind, "", identity="DE 7") | {2: ghost.pan}
        alone = all(sale.key.stan != ghost.key.stan for sale in self.model.sales)
        if not alone or self.chance.randrange(2):
            e[90] = self.names(ghost)
        else:
            e |= {7: ghost.key.at, 11: ghost.key.stan}
        answer = await self.ask(Message(self.chance.choice(("0400", "0420")), e))
        if answer.message.elements.get(39) != "00":
            raise Wrong(f"found {answer.message.elements.get(39)}, expected 00 ({Rule.GIVEN_UP.value})")

    def ask_beside(self, message: Message, after: Awaitable[object] | None = None) -> Asked:
        """The same beside whatever else the deal does."""
        task = asyncio.create_task(self.ask(message, after))
        self._tasks.append(task)
        return task

    def end(self) -> None:
        """Wait for nothing any more."""
        for task in self._tasks:
            task.cancel()

    def plan(self, message: Message, plan: Plan | None) -> None:
        if plan is not None:
            self.bank.plans[self.place_of(message)] = plan

    def place_of(self, message: Message) -> tuple[str, str, str]:
        e = message.elements
        return e.get(32, OWN_ACQUIRER), e.get(41, ""), e[11]

    async def ask(self, message: Message, after: Awaitable[object] | None = None, *, may_give_up: bool = False) -> Answer:
        """Its answer; what a kill leaves without one is sent again, once ``after`` is done, or given up."""
        doubt, sent = False, message
        while True:
            await self.world.is_up()
            life, doubt = self.world.life, doubt or self.bank.unsettled
            self.lives[self.place_of(message)] = life
            try:
                self._told.append((">>", sent))
                answer = await asyncio.wait_for(self.world.till(self.chance).send(sent), ANSWER_SECONDS_MAX)
            except LostError:
                if self.world.life == life:
                    raise Wrong(f"the connection was lost while {message.shown()} had no answer") from None
                doubt = True
                self._told.append(("-- the centre was killed before it answered", None))
                if after is not None:
                    await after
                if may_give_up and self.chance.randrange(4) == 0:
                    raise GivenUpError from None
                if self.chance.randrange(2):
                    sent = Message(message.mti[:3] + "1", message.elements)
                continue
            except TimeoutError:
                raise Wrong(f"no answer to {message.shown()} in {ANSWER_SECONDS_MAX:g} s") from None
            self._told.append(("<<", answer))
            return Answer(answer, doubt or self.bank.unsettled, life)

    def heard(self, message: Message, plan: Plan | None, came: Answer, *, again: bool = False) -> Sale | None:
        """Judge an answer; Wrong where it is none the rules allow."""
        before, answer = len(self.model.sales), came.message
        outcomes = self.model.judge(message, plan, doubt=came.doubt or self.hasty)
        code = answer.elements.get(39, "nothing")
        outcome = next((one for one in outcomes if one.fits(code)), None)
        if outcome is None:
            rules = "; or ".join(f"{one.code} ({one.rule.value})" for one in outcomes)
            raise Wrong(f"found {code}, expected {rules}")
        outcome.applied(answer)
        self._compare(message, answer, outcome)
        sale = self.model.sales[-1] if len(self.model.sales) > before else None
        if not again:
            self.sent.append(Sent(message, plan, sale))
        return sale

    def _compare(self, message: Message, answer: Message, outcome: Outcome) -> None:
        """The elements of an answer: as they were sent, and those its bank or the centre gave."""
        asked, said = message.elements, answer.elements
        expected = {n: asked[n] for n in ECHOED if n in asked}
        if 7 not in asked and 12 in asked and 13 in asked and outcome.code != "30" and message.mti[1] in "12":
            expected[7] = asked[13] + asked[12]
        if 4 in asked:
            partly = outcome.code == "10" and outcome.granted
            expected[4] = f"{outcome.granted:012d}" if partly else asked[4]
        if outcome.code[0] != "!":
            expected |= outcome.elements
        for number, value in expected.items():
            if said.get(number, "").rstrip() != value.rstrip():
                raise Wrong(f"DE {number}: found {said.get(number, 'nothing')!r}, expected {value!r} ({outcome.rule.value})")
        approval = outcome.approval
        if approval == "bank":
            exchange = self.bank.book.get(self.model.sales[-1].key) if self.model.sales else None
            approval = exchange.approval if exchange is not None else "one its bank gave"
        if outcome.code != "94" and message.mti[1] in "12" and said.get(38) != approval:
            raise Wrong(f"DE 38: found {said.get(38)}, expected {approval} ({outcome.rule.value})")

    @property
    def messages(self) -> int:
        """How many went out and came back."""
        return len(self._told)

    def told(self) -> str:
        """What was said, a line a message, card numbers masked: for whoever reads a fault."""
        lines = (f"    {what} {message.shown() if message is not None else ''}".rstrip() for what, message in self._told)
        return f"deal {self.number}, {self.bank.place.id}, {self.merchant.id}\n" + "\n".join(lines)


def _is_timed_request(message: Message) -> bool:
    """Whether it asks for money under a key its sender knows: DE 7, or DE 12 and 13."""
    e = message.elements
    return message.mti in ("0100", "0200") and e[3][:2] not in VOIDS and (7 in e or (12 in e and 13 in e)) and 35 not in e
