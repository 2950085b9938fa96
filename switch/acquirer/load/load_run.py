"""A load while it runs: when each message is due, which connection takes it, and what its answer counts as.

With a rate, messages are due at fixed times, whatever the host does, and the time to an answer counts from then: a host that
stalls cannot hide the messages that would have come meanwhile (coordinated omission). Without one, a new message goes out for
each answer, and the time counts from when it was sent.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Final

import trio

from switch.acquirer.load.draws import Drawn, Draws, differences
from switch.acquirer.load.load_line import Calling, LoadLine, Outstanding
from switch.acquirer.load.mix import REVERSAL_PART, LoadStep, Mix, MixPart
from switch.acquirer.load.tally import LINE_BROKE, NOT_ANSWERED, StepTally, Tally, Times
from switch.acquirer.messages import CentreAnswer
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.edition93.messages import to_1987
from switch.iso8583.message import Message
from switch.lines.wire_format import WireFormat
from switch.transaction import APPROVALS

#: Response codes that say that the message made no sense, or came a second time: an acquirer's fault, or the host's.
NOTHING_MADE_OF: Final = frozenset({"30", "40", "94"})
SWEEP_SECONDS_MAX: Final = 0.1  #: how often it is looked for messages that nobody answers
PUMPED_AT_ONCE: Final = 64  #: messages that are behind the schedule, before answers have their turn
WITHOUT_CODE: Final = "none"
INTERRUPTED, WRONG_ANSWER, ENOUGH = "interrupted", "a wrong answer", "the count is reached"
_OF_UNANSWERED: Final = MixPart(type=REVERSAL_PART)


class LoadRun:
    """The load. ``tally`` can be read at any time."""

    def __init__(self, mix: Mix, draws: Draws, call: Calling, wire: WireFormat) -> None:
        self.mix, self.tally = mix, Tally()
        self.recent = Times()  #: whoever shows the load puts a new one here
        self.begun = trio.Event()  #: every connection is made
        self.step_number = 0
        self._draws, self._translated = draws, wire.codec.dialect.edition == EDITION_1993
        self._lines = [
            LoadLine(
                call, wire, mix.window,
                answered=self._answered, freed=self._freed, broke=self._broke, unreadable=self._unreadable,
            )
            for _ in range(mix.connections)
        ]  # fmt: skip
        self._turn = 0
        self._made = 0  #: of the schedule of this step
        self._due = deque[float]()  #: messages of the schedule that no connection has taken yet
        self._extra = deque[Drawn]()  #: reversals of what nobody answered
        self._closed = False  #: whether a new message goes out for each answer
        self._ends = trio.Event()
        self._at_once = False
        self._last_answer = 0.0

    async def run(self) -> None:
        """Send until the mix ends or somebody stops it; wait for the last answers. UnreachableError where nobody listens."""
        cpu_began = time.process_time()
        async with trio.open_nursery() as nursery:
            for line in self._lines:
                await nursery.start(line.run)
            began = self._last_answer = trio.current_time()
            self.begun.set()
            nursery.start_soon(self._sweep)
            sent_until = began
            try:
                await self._send(began)
                self.tally.not_sent = len(self._due)
                self._due.clear()
                sent_until = trio.current_time()
                if not self._at_once:
                    await self._drain()
            finally:
                self.tally.cut_short = sum(len(line.waiting) for line in self._lines)
                self.tally.seconds = max(self._last_answer, sent_until) - began
                self.tally.reconnected = sum(max(line.connections - 1, 0) for line in self._lines)
                self.tally.cpu_seconds = time.process_time() - cpu_began
            nursery.cancel_scope.cancel()

    def stop(self, why: str, *, at_once: bool = False) -> None:
        """Send no more. ``at_once``: nor wait for the last answers."""
        self.tally.stopped = self.tally.stopped or why
        self._at_once = self._at_once or at_once
        self._ends.set()

    async def _send(self, began: float) -> None:
        begins = began
        for number, step in enumerate(self.mix.steps):
            if self._ends.is_set():
                return
            self.step_number, self._made = number, 0
            tallied = StepTally(rate=step.rate)
            self.tally.steps.append(tallied)
            with trio.move_on_at(begins + step.seconds):
                await self._send_step(step, begins)
            self._closed = False
            if step.rate is not None and not self._ends.is_set():
                for late in range(self._made, round(step.rate * step.seconds)):
                    self._due.append(begins + late / step.rate)
                self._pump()
            tallied.seconds = min(trio.current_time() - begins, step.seconds)
            begins += step.seconds

    async def _send_step(self, step: LoadStep, begins: float) -> None:
        """One step, until it is cancelled at its end or the load is stopped."""
        if step.rate is None:
            self._closed = True
            for line in self._lines:
                self._freed(line)
            await self._ends.wait()
            return
        while not self._ends.is_set() and self._made < round(step.rate * step.seconds):
            due = begins + self._made / step.rate
            if due > trio.current_time():
                self._pump()
                with trio.move_on_at(due):
                    await self._ends.wait()
                continue
            self._due.append(due)
            self._made += 1
            if not self._made % PUMPED_AT_ONCE:
                self._pump()
                await trio.lowlevel.checkpoint()
        self._pump()
        await self._ends.wait()

    def _pump(self) -> None:
        """Give what is due to connections that have room."""
        while self._extra and (line := self._free_line()) is not None:
            self._put(line, self._extra.popleft(), trio.current_time())
        while self._due and not self._enough() and (line := self._free_line()) is not None:
            self._put(line, self._draws.next(), self._due.popleft())

    def _enough(self) -> bool:
        """Whether as many were sent as were asked for."""
        if self.mix.count_max is None or self.tally.sent < self.mix.count_max:
            return False
        self._due.clear()
        self.stop(ENOUGH)
        return True

    def _free_line(self) -> LoadLine | None:
        """The next connection that has room, by turns."""
        for step in range(len(self._lines)):
            place = (self._turn + step) % len(self._lines)
            if self._lines[place].room > 0:
                self._turn = place + 1
                return self._lines[place]
        return None

    def _put(self, line: LoadLine, drawn: Drawn, due: float) -> None:
        now, step = trio.current_time(), self.step_number
        message = self._draws.said(drawn.message)
        line.put(message, Outstanding(drawn, message.mti, due, now, step))
        self.tally.sent += 1
        self.tally.steps[step].sent += 1
        self.tally.nothing_to_follow += drawn.in_place
        if self.mix.steps[step].rate is not None:
            self.tally.behind.add(now - due)
            self.tally.steps[step].behind.add(now - due)

    def _freed(self, line: LoadLine) -> None:
        if self._closed and not self._ends.is_set():
            while line.room > 0 and not self._enough():
                self._put(line, self._extra.popleft() if self._extra else self._draws.next(), trio.current_time())
        else:
            self._pump()

    def _answered(self, outstanding: Outstanding | None, message: Message) -> None:
        tally, now = self.tally, trio.current_time()
        if outstanding is None:
            tally.late += 1
            return
        self._last_answer = now
        drawn, took = outstanding.drawn, now - outstanding.due
        said = to_1987(message) if self._translated else message
        code = said.response_code or WITHOUT_CODE
        outcome, step = tally.outcome(outstanding.mti, code), tally.steps[outstanding.step]
        outcome.count += 1
        step.answered += 1
        for times in (outcome.times, step.times, tally.times, self.recent):
            times.add(took)
        tally.from_sending.add(now - outstanding.sent)
        if code in APPROVALS:
            tally.approved += 1
            self._draws.approved(drawn, CentreAnswer.of(said).approval_code)
        else:
            tally.declined += 1
        problem = differences(drawn.message, said) or _refused(drawn.part, code)
        if problem:
            self._wrong(f"{outstanding.mti}, STAN {drawn.message.stan}: {problem}")

    def _wrong(self, sentence: str) -> None:
        self.tally.tell_wrong(sentence)
        if self.mix.stop_on_wrong:
            self.stop(WRONG_ANSWER, at_once=True)

    def _unreadable(self, why: str) -> None:
        self._wrong(f"an answer that cannot be decoded: {why}")

    def _broke(self, lost: list[Outstanding]) -> None:
        if not self._ends.is_set() or lost:
            self.tally.broken += len(lost)
            self._nobody_answers(lost, LINE_BROKE)

    def _nobody_answers(self, given_up: list[Outstanding], why: str) -> None:
        for each in given_up:
            drawn = each.drawn
            self.tally.outcome(each.mti, why).count += 1
            if self.mix.reverse_unanswered and drawn.sale is not None and drawn.part.moves_money:
                self._extra.append(self._draws.reversal(_OF_UNANSWERED, drawn.sale, ""))

    async def _sweep(self) -> None:
        """Look for messages that nobody has answered in time."""
        while True:
            await trio.sleep(min(self.mix.timeout_seconds / 10, SWEEP_SECONDS_MAX))
            before = trio.current_time() - self.mix.timeout_seconds
            for line in self._lines:
                given_up = line.given_up(before)
                if given_up:
                    self.tally.unanswered += len(given_up)
                    self._nobody_answers(given_up, NOT_ANSWERED)
                    self._freed(line)

    async def _drain(self) -> None:
        """Wait for the last answers, and for those of reversals that are still to be sent."""
        self._ends.set()
        ends = trio.current_time() + self.mix.timeout_seconds * (2 if self.mix.reverse_unanswered else 1) + SWEEP_SECONDS_MAX
        while (self._extra or any(line.waiting for line in self._lines)) and trio.current_time() < ends:
            self._pump()
            await trio.sleep(SWEEP_SECONDS_MAX / 10)


def _refused(part: MixPart, code: str) -> str:
    """Why a response code is a wrong answer; empty where it is none."""
    if code in NOTHING_MADE_OF and code not in part.expect:
        return f"DE 39: found {code}: the host made nothing of the message"
    wanted = not part.expect or code in part.expect
    return "" if wanted else f"DE 39: found {code}, expected {', '.join(part.expect)}"
