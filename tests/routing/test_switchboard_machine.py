"""Whatever happens in whatever order: every request is answered once, and nothing is sent before it is journaled."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from switch.routing.traffic.effects import Effect, Forward, JournalDecision, JournalRequest, Reply
from switch.routing.traffic.events import IssuerDown, IssuerUp, RequestReceived
from tests.support.dialogue import ATLAS_CARD, TIMEOUT_SECONDS, VESTA_CARD, answered, request, switchboard

STANS = st.integers(min_value=1, max_value=6)
ISSUERS = st.sampled_from(["atlas", "vesta"])


class SwitchboardMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.board, self.now, self.line = switchboard(), 0.0, 0
        self.asked: dict[int, int] = {}
        self.replies: dict[int, list[str]] = {}
        self.journaled: set[int] = set()
        self.decided: dict[int, str] = {}

    def perform(self, effects: list[Effect]) -> None:
        decided_now: Any = None
        for effect in effects:
            match effect:
                case JournalRequest():
                    assert effect.request_id not in self.journaled
                    self.journaled.add(effect.request_id)
                case Forward():
                    assert self.board.pending, "forwarded and not waited for"
                case JournalDecision():
                    assert effect.request_id in self.journaled, "decided before it was journaled"
                    assert effect.request_id not in self.decided, "decided twice"
                    self.decided[effect.request_id] = effect.decision.response_code
                    decided_now = effect.decision
                case Reply():
                    self.replies.setdefault(effect.origin, []).append(effect.decision.response_code)
                    if decided_now is not None:
                        assert effect.decision == decided_now

    @rule(stan=STANS, pan=st.sampled_from([ATLAS_CARD, VESTA_CARD, "6999990000000001"]), amount=st.sampled_from([100, 200]))
    def ask(self, stan: int, pan: str, amount: int) -> None:
        self.line += 1
        self.asked[self.line] = stan
        event = RequestReceived(request(stan, pan=pan, amount_minor=amount), self.line, f"line {self.line}")
        self.perform(self.board.handle(event, self.now))

    @rule(stan=STANS, issuer=ISSUERS, code=st.sampled_from(["00", "51"]))
    def answer(self, stan: int, issuer: str, code: str) -> None:
        self.perform(self.board.handle(answered(stan, code, issuer=issuer), self.now))

    @rule(issuer=ISSUERS, lost=st.booleans())
    def go_down(self, issuer: str, lost: bool) -> None:
        self.perform(self.board.handle(IssuerDown(issuer, "gone", lost), self.now))

    @rule(issuer=ISSUERS)
    def come_up(self, issuer: str) -> None:
        self.perform(self.board.handle(IssuerUp(issuer), self.now))

    @rule(seconds=st.sampled_from([0.5, 4.0, TIMEOUT_SECONDS]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.perform(self.board.tick(self.now))

    @invariant()
    def nobody_is_answered_twice(self) -> None:
        assert all(len(codes) == 1 for codes in self.replies.values())

    @invariant()
    def what_waits_is_journaled_and_undecided(self) -> None:
        assert self.board.pending == len(self.journaled - set(self.decided))

    def teardown(self) -> None:
        self.wait(TIMEOUT_SECONDS)
        assert self.board.pending == 0
        assert set(self.replies) == set(self.asked), "somebody was not answered"
        assert self.journaled == set(self.decided)


TestSwitchboard = SwitchboardMachine.TestCase
TestSwitchboard.settings = settings(stateful_step_count=40)
