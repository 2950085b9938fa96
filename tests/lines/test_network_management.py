"""One line's network management, without a socket: what is asked, what counts as an answer, what a dialect cannot say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import define, field

from switch.errors import MessageError
from switch.iso8583.mapping.acquirer import Stamp
from switch.iso8583.mapping.session import CUT_OVER, ECHO, KEY_ELEMENT, SIGN_ON, Session
from switch.iso8583.message import Message
from switch.lines.line import Line
from switch.lines.network_management import Identity, Station, take_key
from switch.routing.traffic.notice import Notice


@define(eq=False)
class FakeLine:
    """Keeps what is sent; ``mute`` is a function its dialect cannot say."""

    name: str = "atlas"
    heard_at: float = 0.0
    clogged: bool = False
    read_always: bool = False
    mute: str = ""
    sent: list[Message] = field(factory=list)
    wire: Any = None
    flushed: int = 0

    def queue(self, message: Message, tpdu: bytes) -> None:
        if message.elements[70] == self.mute:
            raise MessageError(33, None, "an element", "one this dialect knows")
        self.sent.append(message)

    def flush(self) -> None:
        self.flushed += 1


def _station(line: FakeLine, timers: float = 1.0) -> tuple[Station, list[Notice]]:
    notices: list[Notice] = []
    voice = Identity(
        institution_id="504900", stamp=lambda: Stamp("1122100000", "1122110000"), tell=notices.append, timers=timers
    )
    return Station(cast("Line", line), Session(), voice, echo_seconds=30, tpdu=b""), notices


def _answer(stan: str) -> Message:
    return Message("0810", {11: stan, 39: "00"})


def test_answers_are_matched_by_their_stan_and_only_once() -> None:
    station, notices = _station(line := FakeLine())
    station.ask(SIGN_ON)
    station.ask(CUT_OVER, "2026-11-23")
    assert [message.elements[11] for message in line.sent] == ["000001", "000002"]
    assert station.answered(_answer("000002")) == CUT_OVER
    assert station.answered(_answer("000001")) == SIGN_ON
    assert not notices
    assert station.answered(_answer("000001")) is None
    assert station.answered(Message("0810", {39: "00"})) is None
    assert [notice.detail for notice in notices] == [
        "atlas: a 0810 to STAN 000001, which nobody waits for",
        "atlas: a 0810 to STAN (no DE 11), which nobody waits for",
    ]


def test_the_stan_begins_anew_after_its_last() -> None:
    station, _ = _station(line := FakeLine())
    station._stan = 999_998
    station.ask(ECHO)
    station.ask(ECHO)
    assert [message.elements[11] for message in line.sent] == ["999999", "000001"]


def test_a_peer_that_does_not_read_is_neither_asked_nor_given_up() -> None:
    station, _ = _station(line := FakeLine(clogged=True))
    assert [station.check(now) for now in (30, 100, 1_000)] == [None] * 3
    assert not line.sent


def test_an_issuer_that_does_not_read_is_read_from_and_its_silence_means_what_it_always_does() -> None:
    station, _ = _station(line := FakeLine(clogged=True, read_always=True))
    assert station.check(30) is None
    assert [message.elements[70] for message in line.sent] == [ECHO]
    assert station.check(40) is not None


def test_a_dialect_that_cannot_say_an_echo_is_told_of_once_and_the_line_stays() -> None:
    station, notices = _station(line := FakeLine(mute=ECHO))
    assert [station.check(now) for now in (30, 40, 70, 110)] == [None] * 4
    assert not line.sent
    (notice,) = notices
    assert notice.detail.startswith("atlas: the echo cannot be said: ")


def test_what_is_queued_is_told_before_it_is_sent() -> None:
    station, _ = _station(line := FakeLine(mute=CUT_OVER))
    told: list[tuple[Message, int]] = []
    station.queued = lambda request: told.append((request, line.flushed))
    station.ask(SIGN_ON)
    station.ask(CUT_OVER, "2026-11-23")  # its dialect cannot say it
    assert told == [(line.sent[0], 0)]
    assert line.flushed == 1


@pytest.mark.parametrize("share", [0.1, 3.0])
def test_timers_of_the_centre_run_so_much_shorter_or_longer_for_an_echo_and_for_its_answer_too(share: float) -> None:
    station, _ = _station(line := FakeLine(), timers=share)
    assert [station.check(now) for now in (29.9 * share, 30 * share, 39.9 * share)] == [None] * 3
    assert [message.elements[70] for message in line.sent] == [ECHO]
    assert station.check(40.1 * share) is not None


def test_only_an_exchange_of_a_key_brings_one() -> None:
    taken: list[tuple[str, str, bool]] = []

    def take(use: str, text: str, *, block_says: bool) -> Any:
        taken.append((use, text, block_says))
        return SimpleNamespace(id=f"acquirer.{use}", kcv="A1B2C3")

    station, notices = _station(FakeLine(wire=SimpleNamespace(zone=SimpleNamespace(take=take))))
    for function in (SIGN_ON, ECHO, CUT_OVER, "777"):
        assert station.key_taken(Message("0800", {70: function, KEY_ELEMENT: "a key"})) is None
    assert not taken
    for function in ("101", "160", "161", "162"):
        assert station.key_taken(Message("0800", {70: function, KEY_ELEMENT: " a key "})) == "00"
    assert taken == [("zpk", "a key", True), ("mac", "a key", False), ("zpk", "a key", False), ("mac", "a key", False)]
    assert {notice.kind for notice in notices} == {"key"}
    assert [notice.detail for notice in notices][:2] == [
        "atlas: PIN key change: new key acquirer.zpk, KCV A1B2C3; answered 00",
        "atlas: MAC key change: new key acquirer.mac, KCV A1B2C3; answered 00",
    ]
    assert take_key(None, Message("0800", {70: "101", KEY_ELEMENT: "a key"})) is None
