"""Keys that a centre offers its issuer: one at a time of each use, in force once it is taken, withdrawn in every other case."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import evolve

from switch.errors import CardSecurityError
from switch.iso8583.mapping.acquirer import Stamp
from switch.iso8583.mapping.session import MAC_KEY_CHANGE, PIN_KEY_CHANGE, SIGNED_OFF, UP
from switch.lines.issuer_link import IssuerLink
from switch.lines.network_management import Identity
from switch.routing.traffic.notice import Notice
from tests.support.centre_in_loop import wire
from tests.support.played_issuer import played, quiet


class Zone:
    """Keys of the line: what was done with each, in order."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.fails = False

    def offer(self, use: str) -> str:
        if self.fails:
            raise CardSecurityError("key", "none", "a zone master key")
        self.done.append(("offered", use))
        return f"key of {use}"

    def taken(self, use: str) -> Any:
        self.done.append(("taken", use))
        return SimpleNamespace(id=f"atlas.{use}", kcv="A1B2C3")

    def withdraw(self, use: str) -> None:
        self.done.append(("withdrawn", use))

    def name(self, use: str) -> str:
        return f"atlas.{use}"


class Station:
    """A line that can, or cannot, say an exchange."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.can_say = True

    def ask(self, function: str, business_date: str | None = None, key: str = "") -> bool:
        self.asked.append((function, key))
        return self.can_say


class Exchanges:
    def __init__(self, *, tpdu: bool = False, between: bytes = b"") -> None:
        self.notices, self.told = list[Notice](), list[tuple[str, str]]()
        self.zone, self.station = Zone(), Station()
        wire = SimpleNamespace(tpdu=tpdu, zone=self.zone, header=SimpleNamespace(first_between=between))
        voice = Identity(institution_id="504900", stamp=lambda: Stamp("1122100000", "1122110000"), tell=self.notices.append)
        unused = cast("Any", None)
        self.link = IssuerLink(
            "atlas",
            cast("Any", wire),
            voice=voice,
            echo_seconds=30,
            business_date="2026-11-22",
            lines=unused,
            receive=unused,
            happened=unused,
            shortage=unused,
        )
        self.link._station = cast("Any", self.station)
        self.link._session.state = UP

    def change(self, function: str = PIN_KEY_CHANGE) -> bool:
        return self.link.change_key(function, lambda code, what: self.told.append((code, what)))

    def answered(self, code: str | None, function: str = PIN_KEY_CHANGE) -> None:
        self.link._answered(cast("Any", self.station), function, code)


def test_a_key_that_is_taken_is_in_force_and_told() -> None:
    at = Exchanges()
    assert at.change()
    assert at.station.asked == [("101", "key of zpk")]
    assert not at.change(), "one waits for its answer"
    assert at.change(MAC_KEY_CHANGE)
    at.answered("00")
    assert at.zone.done == [("offered", "zpk"), ("offered", "mac"), ("taken", "zpk")]
    said = "PIN key change: it took the new key atlas.zpk, KCV A1B2C3; answered 00"
    assert at.told == [("00", said)]
    assert [(notice.kind, notice.detail) for notice in at.notices] == [("key", f"atlas: {said}")]
    assert at.change(), "the next one may come"


@pytest.mark.parametrize(("code", "said"), [("12", "12"), (None, "without DE 39")])
def test_a_key_that_is_refused_is_withdrawn(code: str | None, said: str) -> None:
    at = Exchanges()
    at.change()
    at.answered(code)
    assert at.zone.done == [("offered", "zpk"), ("withdrawn", "zpk")]
    assert at.told == [(code or "", f"PIN key change: it did not take the new atlas.zpk; answered {said}")]


def test_what_was_offered_on_a_line_that_is_lost_is_withdrawn() -> None:
    at = Exchanges()
    at.change()
    at.change(MAC_KEY_CHANGE)
    at.link._keys_lost()
    assert at.zone.done[2:] == [("withdrawn", "zpk"), ("withdrawn", "mac")]
    assert at.told == [
        ("", f"{what} key change: atlas gave no answer; the key before it stays in use") for what in ("PIN", "MAC")
    ]
    at.link._keys_lost()
    assert len(at.told) == 2
    assert at.change(), "the next one may come"


async def test_a_line_that_ends_before_the_answer_withdraws_what_was_offered_on_it() -> None:
    """Who asked is told, and the next line may have the next exchange."""
    zone, told = Zone(), list[tuple[str, str]]()
    spoken = evolve(wire("ascii", "2b", tpdu=False), zone=cast("Any", zone))
    async with played(spoken) as centre:
        for time in (1, 2):
            issuer = await centre.signed_on()
            assert centre.link.change_key(PIN_KEY_CHANGE, lambda code, what: told.append((code, what)))
            assert (await issuer.receive()).elements[70] == PIN_KEY_CHANGE
            await issuer.stream.aclose()
            await quiet()
            assert zone.done == [("offered", "zpk"), ("withdrawn", "zpk")] * time
            assert told == [("", "PIN key change: atlas gave no answer; the key before it stays in use")] * time


def test_an_exchange_that_cannot_be_said_is_withdrawn() -> None:
    at = Exchanges()
    at.station.can_say = False
    assert at.change()
    assert at.zone.done == [("offered", "zpk"), ("withdrawn", "zpk")]
    assert [code for code, _ in at.told] == [""]


def test_without_a_key_to_wrap_it_or_a_sign_on_nothing_is_offered() -> None:
    at = Exchanges()
    at.zone.fails = True
    assert at.change()
    assert (at.station.asked, at.told) == ([], [("", "key: found none, expected a zone master key")])
    at = Exchanges()
    at.link._session.state = SIGNED_OFF
    assert not at.change()
    at = Exchanges()
    at.link._station = None
    assert not at.change()
    assert (at.zone.done, at.told) == ([], [])
