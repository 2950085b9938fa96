"""Sessions: which events are allowed when, and the answers to network management."""

from __future__ import annotations

from itertools import product

import pytest

from switch.iso8583.message import Message
from switch.iso8583.session import (
    DOWN,
    ECHO,
    SIGN_OFF,
    SIGN_ON,
    SIGNED_OFF,
    SIGNING_ON,
    TRANSITIONS,
    UP,
    Session,
    network_request,
    network_response,
)

EVENTS = sorted({event for allowed in TRANSITIONS.values() for event in allowed})
ALLOWED = {
    (DOWN, "connected"): SIGNING_ON,
    (SIGNING_ON, "sign-on answered"): UP,
    (SIGNING_ON, "sign-on refused"): DOWN,
    (SIGNING_ON, "sign-on"): UP,
    (SIGNING_ON, "lost"): DOWN,
    (UP, "sign-off"): SIGNED_OFF,
    (UP, "sign-on"): UP,
    (UP, "lost"): DOWN,
    (SIGNED_OFF, "sign-on"): UP,
    (SIGNED_OFF, "lost"): DOWN,
}


@pytest.mark.parametrize(("state", "event"), list(product(TRANSITIONS, EVENTS)))
def test_every_event_in_every_state(state: str, event: str) -> None:
    session = Session()
    session.state = state
    if (state, event) in ALLOWED:
        assert session.happened(event) == session.state == ALLOWED[state, event]
        return
    with pytest.raises(AssertionError, match=f"{event} while {state}"):
        session.happened(event)
    assert session.state == state


def test_the_life_of_a_line() -> None:
    session = Session()
    assert session.state == DOWN
    events = ["connected", "sign-on answered", "sign-off", "sign-on", "lost", "connected", "sign-on refused"]
    assert [session.happened(event) for event in events] == [SIGNING_ON, UP, SIGNED_OFF, UP, DOWN, SIGNING_ON, DOWN]


@pytest.mark.parametrize(
    ("function", "code"), [(SIGN_ON, "00"), (SIGN_OFF, "00"), (ECHO, "00"), ("161", "40"), ("", "40"), (None, "30")]
)
def test_the_answer_to_a_function(function: str | None, code: str) -> None:
    request = network_request(SIGN_ON, stan="000043", transmitted_at="1122091530", institution_id="504000")
    elements = {n: value for n, value in {**request.elements, 70: function}.items() if value is not None}
    answer = network_response(Message("0800", elements))
    assert answer == Message("0810", {**elements, 39: code})


def test_only_what_lets_the_sender_match_goes_back() -> None:
    answer = network_response(Message("0820", {7: "1122091530", 11: "000043", 48: "secret", 70: ECHO, 96: "00" * 8}))
    assert answer == Message("0830", {7: "1122091530", 11: "000043", 39: "00", 70: ECHO})
