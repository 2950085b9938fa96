"""The acquirers' lines of a centre, without a socket: who is told what unasked, and what is done on cue."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import define, field

from switch.errors import MessageError
from switch.iso8583.mapping.acquirer import Stamp
from switch.iso8583.mapping.session import CUT_OVER, ECHO, SIGN_OFF, SIGN_ON
from switch.iso8583.message import Message
from switch.lines import acquirer_lines
from switch.lines.acquirer_lines import AcquirerLines
from switch.lines.line import Line
from switch.lines.network_management import Identity
from switch.routing.traffic.notice import Notice

FRONT, OWN = bytes.fromhex("6000000000"), bytes.fromhex("6000010002")


@define(eq=False)
class FakeLine:
    """Keeps what is sent."""

    name: str
    open: bool = True
    muted: bool = False
    clogged: bool = False
    read_always: bool = False
    heard_at: float = 0.0
    answers_due: int = 0
    mute: bool = False  #: its dialect can say nothing
    wire: Any = field(factory=lambda: SimpleNamespace(tpdu=True, zone=None, header=SimpleNamespace(first_between=b"")))
    sent: list[tuple[Message, bytes]] = field(factory=list)
    flushed: int = 0

    def queue(self, message: Message, tpdu: bytes) -> None:
        if self.mute:
            raise MessageError(70, None, "an element", "one this dialect knows")
        self.sent.append((message, tpdu))

    def flush(self) -> None:
        self.flushed += 1

    def shut(self) -> None:
        self.open = False

    def functions(self) -> list[str]:
        return [message.elements[70] for message, _ in self.sent]


class House:
    """Lines of two listeners: signed on, never signed on, signed off, gone silent, closed, and one of the other listener."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        voice = Identity(institution_id="504900", stamp=lambda: Stamp("1122100000", "1122110000"), tell=self.notices.append)
        self.callers = AcquirerLines(voice, {"ascii": 30, "bcd": 0})
        names = {"on": "ascii 1", "new": "ascii 2", "off": "ascii 3", "muted": "ascii 4", "closed": "ascii 5", "other": "bcd 6"}
        self.lines = {what: FakeLine(name) for what, name in names.items()}
        for line in self.lines.values():
            self.callers.called(cast("Line", line), line.name.partition(" ")[0])
        for what in ("on", "off", "muted", "closed", "other"):
            self.says(what, SIGN_ON)
        self.says("off", SIGN_OFF)
        self.lines["muted"].muted = True
        self.lines["closed"].open = False

    def says(self, what: str, function: str, mti: str = "0800") -> Message | None:
        message = Message(mti, {7: "1122091530", 11: "000007", 70: function})
        return self.callers.network(cast("Line", self.lines[what]), message, OWN)

    def sent(self) -> dict[str, list[str]]:
        return {what: line.functions() for what, line in self.lines.items() if line.sent}


def test_a_new_date_is_told_where_somebody_signed_on_and_the_line_is_not_muted() -> None:
    house = House()
    house.callers.cut_over("2028-02-29")
    assert house.sent() == {what: [CUT_OVER] for what in ("on", "closed", "other")}
    message, tpdu = house.lines["on"].sent[0]
    assert (message.elements[15], message.elements[33], tpdu) == ("0229", "504900", OWN)
    assert house.lines["on"].flushed == 1


def test_a_line_is_told_with_the_addresses_of_its_latest_sign_on() -> None:
    house = House()
    other = bytes.fromhex("6000020003")
    sign_on = Message("0800", {7: "1122091530", 11: "000008", 70: SIGN_ON})
    for tpdu in (OWN, other):
        house.callers.network(cast("Line", house.lines["on"]), sign_on, tpdu)
    echo = Message("0800", {7: "1122091530", 11: "000009", 70: ECHO})
    house.callers.network(cast("Line", house.lines["on"]), echo, OWN)  # an echo changes nothing
    house.callers.cut_over("2028-02-29")
    assert house.lines["on"].sent[-1][1] == other


def test_on_cue_every_open_line_of_the_listeners_is_asked_signed_on_or_not() -> None:
    house = House()
    told = house.callers.ask_on_cue(["ascii"], ECHO, None)
    assert told == ["ascii 1", "ascii 2", "ascii 3"]
    assert house.sent() == {what: [ECHO] for what in ("on", "new", "off")}
    assert [house.lines[what].sent[0][1] for what in ("on", "new", "off")] == [OWN, FRONT, OWN]
    house.lines["new"].mute = True
    assert house.callers.ask_on_cue(["ascii", "bcd"], ECHO, None) == ["ascii 1", "ascii 3", "bcd 6"]
    assert house.callers.ask_on_cue([], ECHO, None) == []


@pytest.mark.parametrize(
    ("tpdu", "between", "front"), [(False, b"", b""), (False, b"\x01", b"\x01"), (True, b"\x01", FRONT + b"\x01")]
)
def test_who_has_sent_no_addresses_yet_is_told_in_front_of_what_its_line_carries(
    tpdu: bool, between: bytes, front: bytes
) -> None:
    house = House()
    house.lines["new"].wire = SimpleNamespace(tpdu=tpdu, zone=None, header=SimpleNamespace(first_between=between))
    house.callers.say_on_cue(["ascii"], Message("0210", {11: "000001", 70: "000"}))
    house.callers.ask_on_cue(["ascii"], ECHO, None)
    assert [sent for _, sent in house.lines["new"].sent] == [front] * 2


def test_on_cue_any_message_is_said_and_who_cannot_say_it_is_told_of() -> None:
    house = House()
    house.lines["on"].mute = True
    stray = Message("0210", {11: "000001", 70: "000"})
    assert house.callers.say_on_cue(["ascii"], stray) == ["ascii 2", "ascii 3"]
    assert [house.lines[what].sent for what in ("new", "off")] == [[(stray, FRONT)], [(stray, OWN)]]
    assert [house.lines[what].flushed for what in ("on", "new", "off")] == [0, 1, 1]
    (notice,) = house.notices
    assert (notice.kind, notice.detail.startswith("ascii 1: the 0210 cannot be said: ")) == ("format_error", True)


def test_on_cue_lines_are_closed_and_named() -> None:
    house = House()
    assert house.callers.drop_on_cue(["bcd", "ascii"]) == ["ascii 1", "ascii 2", "ascii 3", "bcd 6"]
    assert [what for what, line in house.lines.items() if line.open] == ["muted"]
    assert house.callers.drop_on_cue(["ascii"]) == []


def test_a_request_after_a_sign_off_is_told_of_once_until_the_next_sign_on() -> None:
    house = House()
    off = cast("Line", house.lines["off"])
    assert list(house.callers.signed_off) == [off]
    house.callers.refused(off, "58")
    house.callers.refused(off, "58")
    house.says("off", ECHO)
    house.callers.refused(off, "58")
    assert [notice.detail for notice in house.notices] == [
        "ascii 3: a request after its sign-off, answered 58, as all others until it signs on"
    ]
    house.says("off", SIGN_ON)
    assert not house.callers.signed_off
    house.says("off", SIGN_OFF)
    house.callers.refused(off, "58")
    assert len(house.notices) == 2
    house.callers.lost(off)
    assert not house.callers.signed_off


def test_lines_are_silent_since_the_moment_they_were_last_heard() -> None:
    house = House()
    house.lines["on"].heard_at, house.lines["new"].heard_at = 5.0, 5.001
    silent = house.callers.silent_since(5.0)
    assert [line.name for line in silent] == ["ascii 1", "ascii 3", "ascii 4", "ascii 5", "bcd 6"]
    told = {each["connection"]: each for each in house.callers.told(7.00051)}
    line = {"connection": "ascii 1", "listener": "ascii", "session": "up", "silent_seconds": 2.001, "answers_due": 0}
    assert told["ascii 1"] == line
    assert [told[name]["session"] for name in ("ascii 2", "ascii 3")] == ["open", "signed off"]


def test_idle_lines_that_signed_on_are_echoed_and_dropped_where_nothing_comes() -> None:
    house = House()
    house.callers.check(29.9)
    assert house.sent() == {}
    house.callers.check(30.0)
    assert house.sent() == {what: [ECHO] for what in ("on", "closed")}
    for now, dropped in ((39.9, ["closed"]), (40.0, ["on", "closed"])):
        house.callers.check(now)
        assert [what for what, line in house.lines.items() if not line.open] == dropped
    assert house.notices[0].kind == "half_open"
    assert house.notices[0].detail.startswith("ascii 1: nothing came from it in 40 s")


def test_answers_are_answered_by_nobody_and_functions_by_their_code() -> None:
    house = House()
    house.callers.cut_over("2028-02-29")
    assert house.callers.network(cast("Line", house.lines["on"]), Message("0810", {11: "000001", 39: "00"}), OWN) is None
    assert not house.notices
    codes = {}
    for function in (SIGN_ON, ECHO, CUT_OVER, "101", "777"):
        answer = house.says("new", function)
        assert answer is not None
        codes[function] = answer.elements[39]
    assert codes == {SIGN_ON: "00", ECHO: "00", CUT_OVER: "00", "101": "40", "777": "40"}


def test_so_many_lines_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert acquirer_lines.CONNECTIONS_MAX == 900
    house = House()
    for limit, full in ((5, True), (6, True), (7, False)):
        monkeypatch.setattr(acquirer_lines, "CONNECTIONS_MAX", limit)
        assert house.callers.full() == full
    house.callers.lost(cast("Line", house.lines["on"]))
    monkeypatch.setattr(acquirer_lines, "CONNECTIONS_MAX", 6)
    assert not house.callers.full()
