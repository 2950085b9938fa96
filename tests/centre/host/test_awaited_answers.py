"""Answers of issuers that are no process of ours, as a rule wants them: what is left out, what is waited for, and how long."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio

from switch.centre.host import issuer_stage
from switch.centre.host.issuer_stage import IssuerStage, altered_arrival, beyond_reach
from switch.iso8583.message import Message
from switch.lines.staging.cues import AnswerCue
from switch.routing.traffic.notice import Notice
from switch.scenarios.conduct import conduct_of
from tests.support.centre_in_loop import specs, wire

ASKED = Message("0100", {11: "000007", 41: "TERM1   "})
TIMEOUT_SECONDS = 10.0


class Staged:
    """The stage of a centre that runs none of its issuers; ``text`` is what a rule does with every answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, text: str, managed: bool = False) -> None:
        self.now, self.notices, self.taken = 100.0, list[Notice](), list[str]()
        monkeypatch.setattr(trio, "current_time", lambda: self.now)
        cue = AnswerCue(conduct_of(text, {}), "rule 1") if text else None
        script = SimpleNamespace(
            answer_cue=lambda issuer, dialect, message: cue, playbook=SimpleNamespace(has=lambda place: bool(text))
        )
        profiles = {"atlas": SimpleNamespace(id="atlas", managed=managed)}
        self.stage = IssuerStage(cast("Any", script), cast("Any", profiles), self.notices.append, TIMEOUT_SECONDS)
        self.line: Any = SimpleNamespace(name="atlas", codec=SimpleNamespace(dialect=None), wire=wire("ascii", "2b", False))
        self.line.take_back = self._take_back

    def _take_back(self) -> bytes:
        self.taken.append("taken back")
        return b"frame"

    def queued(self, message: Message = ASKED) -> str:
        return self.stage.queued("atlas", self.line, b"", message)

    def arrived(self, issuer: str = "atlas", mti: str = "0110", **changes: str) -> bool:
        elements = {11: "000007", 41: "TERM1"} | {int(key.removeprefix("de")): value for key, value in changes.items()}
        return self.stage.arrived(issuer, Message(mti, elements)) is not None


def test_an_answer_is_awaited_once_by_its_issuer_kind_stan_and_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    on = Staged(monkeypatch, "twice")
    assert on.queued() == "atlas: answered: twice (rule 1)"
    assert [on.arrived("rif"), on.arrived(mti="0210"), on.arrived(de11="000008"), on.arrived(de41="TERM2")] == [False] * 4
    assert [on.arrived(), on.arrived()] == [True, False]


def test_an_answer_is_awaited_for_a_minute_longer_than_any_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    on = Staged(monkeypatch, "silence")
    on.queued()
    on.now += 30
    on.queued(Message("0420", {11: "000008", 41: "TERM1"}))
    assert [on.stage.awaits(now) for now in (169.9, 170.0, 199.9, 200.0)] == [True, True, True, False]
    assert not on.arrived()


def test_the_same_message_again_is_the_youngest_and_the_eldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuer_stage, "AWAITED_MAX", 2)
    on = Staged(monkeypatch, "twice")
    for stan in ("000007", "000008", "000007", "000009"):
        on.queued(Message("0100", {11: stan, 41: "TERM1"}))
    assert [on.arrived(de11=stan) for stan in ("000008", "000007", "000009")] == [False, True, True]


def test_what_is_lost_is_never_sent_and_no_answer_to_it_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    on = Staged(monkeypatch, "lost")
    assert on.queued() == "atlas: taken as never received (rule 1)"
    assert on.taken == ["taken back"]
    assert not on.stage.awaits(on.now)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("91", "the code 91"),
        ("partial 30", "a partial approval"),
        ("half frame", "a fault of its bytes"),
        ("trickle", "a fault of its bytes"),
        ("silence", ""),
        ("twice", ""),
        ("late 2s", ""),
        ("wrong stan", ""),
        ("drop line", ""),
        ("balance 30", ""),
    ],
)
def test_what_only_a_process_of_ours_can_do_is_left_out_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    assert beyond_reach(conduct_of(text, {})) == said
    on = Staged(monkeypatch, text)
    told = on.queued()
    assert told.startswith(f"atlas: {said} is left out" if said else "atlas: "), told
    assert on.stage.awaits(on.now) == (not said)


def test_without_a_rule_nothing_is_told_and_an_answer_is_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    on = Staged(monkeypatch, "")
    assert on.queued() == ""
    assert not on.stage.plays
    on.stage.asked(cast("Any", SimpleNamespace(issuer="atlas", tpdu=b"")), on.line, ASKED)
    assert (on.notices, on.arrived()) == ([], False)


def test_a_sign_on_that_a_rule_means_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    on = Staged(monkeypatch, "silence")
    on.stage.asked(cast("Any", SimpleNamespace(issuer="atlas", tpdu=b"")), on.line, Message("0800", {11: "000001", 70: "001"}))
    assert [(notice.kind, notice.detail) for notice in on.notices] == [("scenario", "atlas: not answered (rule 1)")]


def test_an_answer_is_altered_where_a_rule_says_so_and_else_the_same() -> None:
    answer = Message("0110", {11: "000007", 37: "000000000007", 39: "00"})
    assert altered_arrival(answer, conduct_of("twice", {})) is answer
    altered = altered_arrival(answer, conduct_of("set 39=05 + without 37", {}))
    assert altered == Message("0110", {11: "000007", 39: "05"})
    assert specs().issuers["atlas"].managed, "the centre runs the banks that come with it"
