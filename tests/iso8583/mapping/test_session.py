"""Sessions: which events are allowed when, and the answers to network management."""

from __future__ import annotations

from itertools import product

import pytest

from switch.iso8583.mapping.session import (
    CUT_OVER,
    DOWN,
    ECHO,
    NO_ECHO,
    OPEN,
    REFUSED,
    SIGN_OFF,
    SIGN_ON,
    SIGNED_OFF,
    SIGNING_ON,
    TRANSITIONS,
    UP,
    Session,
    Silence,
    function_of,
    network_request,
    network_response,
)
from switch.iso8583.message import Message

EVENTS = sorted({event for allowed in TRANSITIONS.values() for event in allowed})
ALLOWED = {
    (DOWN, "connected"): SIGNING_ON,
    (DOWN, "called"): OPEN,
    (OPEN, "sign-on"): UP,
    (OPEN, "sign-off"): SIGNED_OFF,
    (OPEN, "lost"): DOWN,
    (SIGNING_ON, "sign-on answered"): UP,
    (SIGNING_ON, "sign-on refused"): REFUSED,
    (SIGNING_ON, "sign-on"): UP,
    (SIGNING_ON, "sign-off"): SIGNED_OFF,
    (SIGNING_ON, "lost"): DOWN,
    (REFUSED, "lost"): DOWN,
    (UP, "sign-off"): SIGNED_OFF,
    (UP, "sign-on"): UP,
    (UP, "sign-on answered"): UP,
    (UP, "sign-on refused"): UP,
    (UP, "lost"): DOWN,
    (SIGNED_OFF, "sign-on"): UP,
    (SIGNED_OFF, "sign-off"): SIGNED_OFF,
    (SIGNED_OFF, "sign-on answered"): UP,
    (SIGNED_OFF, "sign-on refused"): SIGNED_OFF,
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


LIVES = {
    "an issuer signs off and on": [
        ("connected", SIGNING_ON), ("sign-on answered", UP), ("sign-off", SIGNED_OFF), ("sign-on", UP), ("lost", DOWN),
    ],
    "an issuer refuses, then takes the sign-on": [
        ("connected", SIGNING_ON), ("sign-on refused", REFUSED), ("lost", DOWN), ("connected", SIGNING_ON),
        ("sign-on answered", UP), ("lost", DOWN),
    ],
    "an issuer is faster with its own sign-on": [
        ("connected", SIGNING_ON), ("sign-on", UP), ("sign-on answered", UP), ("lost", DOWN),
    ],
    "an acquirer that signs on": [("called", OPEN), ("sign-on", UP), ("sign-off", SIGNED_OFF), ("lost", DOWN)],
    "an acquirer that does not": [("called", OPEN), ("lost", DOWN)],
}  # fmt: skip


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_the_life_of_a_line(life: list[tuple[str, str]]) -> None:
    session = Session()
    assert session.state == DOWN
    assert [session.happened(event) for event, _ in life] == [state for _, state in life]


@pytest.mark.parametrize("state", [state for state in TRANSITIONS if state not in (DOWN, REFUSED)])
def test_what_a_peer_may_send_at_any_time_breaks_no_state(state: str) -> None:
    assert {"sign-on", "sign-off"} <= set(TRANSITIONS[state])


#: What happens to a line that is echoed after 30 s of silence: (second, "heard" or what a look at it gives).
SILENCES = {
    "traffic": [(10, "heard"), (39, ""), (39.5, "heard"), (69, "")],
    "idle, and the echo is answered": [(29.9, ""), (30, "echo"), (31, ""), (32, "heard"), (33, ""), (61.9, ""), (62, "echo")],
    "anything read answers an echo": [(30, "echo"), (39.9, "heard"), (40, ""), (69, ""), (69.9, "echo")],
    "heard in the very instant of the echo": [(30, "echo"), (30, "heard"), (41, "")],
    "half-open": [(30, "echo"), (39.9, ""), (40, "half-open"), (41, "half-open")],
    "looked at late": [(95, "echo"), (105, "half-open")],
}


@pytest.mark.parametrize("story", SILENCES.values(), ids=SILENCES)
def test_silence(story: list[tuple[float, str]]) -> None:
    silence, heard_at = Silence(30), 0.0
    for second, what in story:
        if what == "heard":
            heard_at = second
            continue
        echo = silence.echo_due(heard_at, second)
        why = silence.half_open(heard_at, second)
        assert (echo, why is not None) == (what == "echo", what == "half-open"), f"at {second} s"


def test_why_a_line_is_half_open() -> None:
    silence = Silence(30)
    silence.echo_due(0, 30)
    assert silence.half_open(0, 40.2) == "nothing came from it in 40 s, nor an answer to the echo of 10 s ago"


def test_a_line_is_half_open_from_the_instant_an_echo_is_overdue() -> None:
    silence = Silence(30)
    assert not silence.echo_due(0, 29.9)
    assert silence.echo_due(0, 30)
    assert silence.half_open(0, 39.9) is None
    assert silence.half_open(0, 40) is not None


def test_what_is_heard_in_the_instant_an_echo_is_asked_for_answers_it() -> None:
    silence = Silence(30)
    assert silence.echo_due(0, 30)
    assert silence.half_open(30, 100) is None
    assert not silence.echo_due(30, 59.9)
    assert silence.echo_due(30, 60)


def test_a_line_may_be_silent_for_ever() -> None:
    silence = Silence(NO_ECHO)
    assert not silence.echo_due(0, 1e6)
    assert silence.half_open(0, 1e6) is None


@pytest.mark.parametrize(
    ("function", "code"),
    [(SIGN_ON, "00"), (SIGN_OFF, "00"), (CUT_OVER, "00"), (ECHO, "00"), ("161", "40"), ("", "40"), (None, "30")],
)
def test_the_answer_to_a_function(function: str | None, code: str) -> None:
    request = network_request(SIGN_ON, stan="000043", transmitted_at="1122091530", institution_id="504000")
    elements = {n: value for n, value in {**request.elements, 70: function}.items() if value is not None}
    answer = network_response(Message("0800", elements))
    assert answer == Message("0810", {**elements, 39: code})


def test_only_what_lets_the_sender_match_goes_back() -> None:
    answer = network_response(Message("0820", {7: "1122091530", 11: "000043", 48: "secret", 70: ECHO, 96: "00" * 8}))
    assert answer == Message("0830", {7: "1122091530", 11: "000043", 39: "00", 70: ECHO})


@pytest.mark.parametrize(
    ("mti", "answer"), [("0800", "0810"), ("0801", "0810"), ("0802", "0812"), ("0820", "0830"), ("0821", "0830")]
)
def test_requests_advices_and_repeats_are_all_answered(mti: str, answer: str) -> None:
    assert network_response(Message(mti, {11: "000043", 70: ECHO})) == Message(answer, {11: "000043", 39: "00", 70: ECHO})


def test_a_cut_over_carries_the_date_that_begins() -> None:
    request = network_request(
        CUT_OVER, stan="000043", transmitted_at="1122230000", institution_id="504000", business_date="2026-11-23"
    )
    assert request == Message("0800", {7: "1122230000", 11: "000043", 15: "1123", 33: "504000", 70: "201"})


@pytest.mark.parametrize("digits", ["920000", "990000"])
def test_a_terminal_that_logs_on_or_tests_is_answered_with_the_time_to_set_its_clock_by(digits: str) -> None:
    request = Message("0800", {3: digits, 11: "000043", 41: "TERM0001"})
    assert function_of(request) == ECHO
    assert network_response(request, "1122091530") == Message(
        "0810", {3: digits, 11: "000043", 12: "091530", 13: "1122", 39: "00", 41: "TERM0001"}
    )
    assert 12 not in network_response(request).elements, "nobody knows the time"
    named = Message("0800", {**request.elements, 70: SIGN_ON})
    assert function_of(named) == SIGN_ON
    assert network_response(named, "1122091530").elements.keys() == {3, 11, 39, 41, 70}


@pytest.mark.parametrize("digits", ["930000", "920001", "000000", None])
def test_what_names_no_function_is_answered_30(digits: str | None) -> None:
    request = Message("0800", {11: "000043"} | ({} if digits is None else {3: digits}))
    assert function_of(request) is None
    assert network_response(request).elements[39] == "30"


def test_a_key_travels_in_de_48_and_a_date_in_de_15() -> None:
    asked = network_request(
        "160", stan="000001", transmitted_at="0229101112", institution_id="504900", business_date="2028-02-29", key="K"
    )
    assert asked == Message("0800", {7: "0229101112", 11: "000001", 15: "0229", 33: "504900", 48: "K", 70: "160"})
    plain = network_request(ECHO, stan="000001", transmitted_at="0229101112", institution_id="504900")
    assert plain.elements.keys() == {7, 11, 33, 70}
