"""What is looked at once a second on an issuer's line, at the exact limits: a frame without an end, a cut-over without an
answer, an issuer that does not read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio

from switch.iso8583.mapping.session import CUT_OVER, ECHO, REFUSED, SIGN_OFF, SIGNED_OFF, SIGNING_ON, UP
from switch.iso8583.message import Message
from switch.lines.issuer_link import BROKEN_SECONDS_MAX, CUT_OVER_REPEAT_SECONDS
from tests.lines.test_issuer_keys import Exchanges


class FakeLine:
    """A line with bytes that have come of a frame."""

    def __init__(self) -> None:
        self.open, self.why = True, ""
        self.framer = SimpleNamespace(rest=b"", incomplete="2 bytes of 5")
        self.queued = list[Message]()

    def deaf(self, now: float) -> str | None:
        return self.why or None

    def queue(self, answer: Message, tpdu: bytes, received: Message | None) -> None:
        self.queued.append(answer)

    def shut(self) -> None:
        self.open = False

    abandon = shut


class Checked(Exchanges):
    def __init__(self) -> None:
        super().__init__()
        self.line, self.asked = FakeLine(), list[tuple[str, str | None]]()
        station = SimpleNamespace(line=self.line, ask=self._ask, check=lambda now: self.silent)
        self.silent: str | None = None
        self.says = True
        self.link._station = cast("Any", station)
        self.link.line = cast("Any", self.line)

    def _ask(self, function: str, business_date: str | None = None, key: str = "") -> bool:
        self.asked.append((function, business_date))
        return self.says

    def at(self, now: float, rest: bytes = b"") -> bool:
        """Whether the line is open after it was looked at, with so much of a frame."""
        self.line.framer.rest = rest
        self.link.check(now)
        return self.line.open


def test_a_frame_that_has_no_end_for_too_long_ends_the_line() -> None:
    on = Checked()
    assert [on.at(now, rest) for now, rest in ((0.0, b"ab"), (1.0, b"abc"), (BROKEN_SECONDS_MAX - 0.01, b"abcd"))] == [True] * 3
    assert not on.at(BROKEN_SECONDS_MAX, b"abcde")
    assert on.link._gave_up == f"2 bytes of 5 in {BROKEN_SECONDS_MAX:g} s"


@pytest.mark.parametrize("between", [b"", b"xy"], ids=["whole", "another frame"])
def test_a_frame_that_came_to_its_end_is_no_broken_one(between: bytes) -> None:
    on = Checked()
    on.at(0.0, b"ab")
    on.at(4.0, between)
    assert on.at(BROKEN_SECONDS_MAX, b"xyz" if between else b"ab")
    assert on.at(BROKEN_SECONDS_MAX + 3.99, b"xyz" if between else b"ab")


def test_an_issuer_that_does_not_read_is_abandoned_and_dialled_as_one_that_is_away() -> None:
    on = Checked()
    on.line.why = "it reads too slowly"
    assert not on.at(0.0)
    assert (on.link._deaf, on.link._gave_up) == (True, "it reads too slowly")


@pytest.mark.parametrize(("state", "closed"), [(UP, True), (SIGNED_OFF, True), (SIGNING_ON, False)])
def test_an_issuer_that_is_silent_is_given_up_once_it_has_signed_on(state: str, closed: bool) -> None:
    on = Checked()
    on.link._session.state = state
    on.silent = "nothing came from it in 40 s"
    assert on.at(0.0) == (not closed)
    assert on.link._gave_up == (on.silent if closed else None)


@pytest.mark.parametrize(("state", "told"), [(UP, 2), (SIGNED_OFF, 1)])
def test_a_cut_over_that_is_not_answered_is_told_again_after_half_a_minute(
    monkeypatch: pytest.MonkeyPatch, state: str, told: int
) -> None:
    assert CUT_OVER_REPEAT_SECONDS == 30.0
    monkeypatch.setattr(trio, "current_time", lambda: 100.0)
    on = Checked()
    on.link.cut_over("2028-02-29")
    assert on.asked == [(CUT_OVER, "2028-02-29")]
    on.link._session.state = state
    on.at(129.9)
    assert len(on.asked) == 1
    on.at(130.0)
    assert on.asked == [(CUT_OVER, "2028-02-29")] * told


def test_a_date_that_an_issuer_knows_of_is_not_told_again_at_its_sign_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trio, "current_time", lambda: 100.0)
    happened = list[Any]()
    for answered, told in (("00", 1), ("12", 2), (None, 2)):
        on = Checked()
        on.link._happened = happened.append
        on.link._unanswered = cast("Any", SimpleNamespace(deadline=0.0))
        on.link.cut_over("2028-02-29")
        on.link._answered(cast("Any", on.link._station), CUT_OVER, answered)
        on.link._up(cast("Any", on.link._station))
        assert len(on.asked) == told, answered


@pytest.mark.parametrize(("tpdu", "between"), [(False, b""), (True, b""), (False, b"\x01"), (True, b"\x01")])
def test_what_an_issuer_is_sent_begins_as_its_line_has_it(tpdu: bool, between: bytes) -> None:
    front = (bytes.fromhex("6000000000") if tpdu else b"") + between
    assert Exchanges(tpdu=tpdu, between=between).link.tpdu == front


def test_on_cue_an_issuer_is_asked_anything_and_told_the_open_date_of_a_cut_over_alone() -> None:
    on = Checked()
    happened = list[Any]()
    on.link._happened = happened.append
    on.link._business_date = "2028-02-29"
    assert [on.link.ask_on_cue(function) for function in (ECHO, CUT_OVER)] == [True, True]
    assert on.asked == [(ECHO, None), (CUT_OVER, "2028-02-29")]
    assert (on.link._session.state, happened) == (UP, [])
    for state, follows, told in ((SIGNED_OFF, SIGNED_OFF, 0), (REFUSED, REFUSED, 0), (UP, SIGNED_OFF, 1)):
        on.link._session.state = state
        assert on.link.ask_on_cue(SIGN_OFF)
        assert (on.link._session.state, len(happened)) == (follows, told)
    assert (happened[0].why, happened[0].lost) == ("signed off on cue", False)


def test_on_cue_nobody_is_asked_without_a_line_or_in_a_dialect_that_cannot_say_it() -> None:
    on = Checked()
    on.says = False
    assert not on.link.ask_on_cue(SIGN_OFF)
    assert on.link._session.state == UP
    on.line.open = False
    on.says = True
    assert not on.link.ask_on_cue(SIGN_OFF)
    on.link._station = None
    assert not on.link.ask_on_cue(SIGN_OFF)
    assert len(on.asked) == 1


def test_a_line_that_is_dropped_on_cue_rests_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trio, "current_time", lambda: 100.0)
    on = Checked()
    assert on.link.drop_on_cue(7.0)
    assert (on.line.open, on.link._gave_up, on.link._rest_until) == (False, "the line was dropped on cue", 107.0)
    assert not on.link.drop_on_cue(8.0), "it is closed already"
    on.link.line = None
    assert not on.link.drop_on_cue(9.0)
    assert on.link._rest_until == 109.0


@pytest.mark.parametrize("code", ["00", "30", "88"])
def test_an_exchange_of_a_key_that_an_issuer_begins_is_answered_as_the_key_was_taken(code: str) -> None:
    on = Checked()
    station = SimpleNamespace(line=on.line, key_taken=lambda message: code, asked_by_peer=lambda message: None)
    on.link._station = cast("Any", station)
    on.link.network(Message("0800", {7: "1122091530", 11: "000007", 70: "101"}))
    assert [answer.response_code for answer in on.line.queued] == [code]
    on.line.open = False
    on.link.network(Message("0800", {7: "1122091530", 11: "000008", 70: "101"}))
    on.link._station = None
    on.link.network(Message("0800", {7: "1122091530", 11: "000009", 70: "101"}))
    assert len(on.line.queued) == 1, "nobody is answered on a line that is closed"


@pytest.mark.parametrize(("function", "state", "told"), [(SIGN_OFF, UP, 1), (SIGN_OFF, SIGNED_OFF, 0), (ECHO, UP, 0)])
def test_an_issuer_is_down_once_it_signs_off_where_it_was_up(function: str, state: str, told: int) -> None:
    on = Checked()
    happened = list[Any]()
    on.link._happened = happened.append
    station = SimpleNamespace(line=on.line, key_taken=lambda message: None, asked_by_peer=lambda message: function)
    on.link._station = cast("Any", station)
    on.link._session.state = state
    on.link.network(Message("0800", {7: "1122091530", 11: "000007", 70: function}))
    assert [(each.why, each.lost) for each in happened] == [("it signed off", False)] * told
