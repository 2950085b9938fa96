"""Sessions: network management messages (x8xx, DE 70), the states of a line, and how long it may be silent. No I/O."""

from __future__ import annotations

from typing import Final

from switch.iso8583.elements import ECHOED
from switch.iso8583.message import Message
from switch.iso8583.mti import response_mti
from switch.transaction import APPROVED, FORMAT_ERROR, FUNCTION_NOT_SUPPORTED

SIGN_ON: Final = "001"
SIGN_OFF: Final = "002"
CUT_OVER: Final = "201"
ECHO: Final = "301"

#: DE 70 of the network management functions the centre takes part in -> what they are called.
NETWORK_FUNCTION_NAMES: Final = {SIGN_ON: "sign-on", SIGN_OFF: "sign-off", CUT_OVER: "cut-over", ECHO: "echo"}

#: DE 70 of the exchanges of a key -> what they are called. 161 and 162 are what some networks write for 101 and 160.
KEY_FUNCTION_NAMES: Final = {
    "101": "PIN key change", "160": "MAC key change", "161": "PIN key change", "162": "MAC key change",
}  # fmt: skip
PIN_KEY_CHANGE, MAC_KEY_CHANGE = "101", "160"
KEY_ELEMENT: Final = 48  #: of an exchange of a key: the key, enciphered, and its check value; never shown, never stored

#: DE 3 of terminals' messages without DE 70: logon and test.
TERMINAL_FUNCTIONS: Final = {"920000": ECHO, "990000": ECHO}

SETTLEMENT_DATE: Final = 15  #: of a cut-over: the business date that begins, MMDD
NO_ECHO: Final = 0  #: echo_seconds of a line that may be silent for ever
ECHO_ANSWER_SECONDS_MAX: Final = 10.0  #: the timeout of a slow issuer; a peer that is there answers an echo at once

DOWN, OPEN, SIGNING_ON, REFUSED, UP, SIGNED_OFF = "down", "open", "signing on", "refused", "up", "signed off"

#: The life of a line: state -> event -> next state. What is not listed is not allowed. The centre connects to issuers and
#: signs on there; acquirers call, and may sign on. What a peer may send at any time is listed in every state it can meet.
TRANSITIONS: Final = {
    DOWN: {"connected": SIGNING_ON, "called": OPEN},
    OPEN: {"lost": DOWN, "sign-on": UP, "sign-off": SIGNED_OFF},
    SIGNING_ON: {
        "lost": DOWN, "sign-on": UP, "sign-off": SIGNED_OFF, "sign-on answered": UP, "sign-on refused": REFUSED,
    },
    REFUSED: {"lost": DOWN},
    UP: {"lost": DOWN, "sign-on": UP, "sign-off": SIGNED_OFF, "sign-on answered": UP, "sign-on refused": UP},
    SIGNED_OFF: {
        "lost": DOWN, "sign-on": UP, "sign-off": SIGNED_OFF, "sign-on answered": UP, "sign-on refused": SIGNED_OFF,
    },
}  # fmt: skip


class Session:
    """The state of one line; ``happened`` is the only way to change it."""

    def __init__(self) -> None:
        self.state = DOWN

    def happened(self, event: str) -> str:
        following = TRANSITIONS[self.state].get(event)
        assert following is not None, f"{event} while {self.state}"
        self.state = following
        return following


class Silence:
    """Watches when a line was last heard; times are seconds of one monotonic clock.

    Whatever comes counts: a line that carries traffic is never asked for an echo, and anything read after an echo was asked
    for answers it.
    """

    def __init__(self, echo_seconds: float, answer_seconds: float = ECHO_ANSWER_SECONDS_MAX) -> None:
        self._echo_seconds, self._answer_seconds = echo_seconds, answer_seconds
        self._asked_at: float | None = None

    def echo_due(self, heard_at: float, now: float) -> bool:
        """Whether to ask for an echo now; that it is asked for is noted."""
        if self._asked_at is not None and heard_at >= self._asked_at:
            self._asked_at = None
        due = self._echo_seconds != NO_ECHO and self._asked_at is None and now - heard_at >= self._echo_seconds
        if due:
            self._asked_at = now
        return due

    def half_open(self, heard_at: float, now: float) -> str | None:
        """Why the peer is held to be gone, in words: its echo is overdue. None while it is not."""
        asked_at = self._asked_at
        if asked_at is None or heard_at >= asked_at or now - asked_at < self._answer_seconds:
            return None
        return f"nothing came from it in {now - heard_at:.0f} s, nor an answer to the echo of {now - asked_at:.0f} s ago"


def network_request(
    function: str, *, stan: str, transmitted_at: str, institution_id: str, business_date: str | None = None, key: str = ""
) -> Message:
    """An 0800 with a function of DE 70; ``transmitted_at`` is MMDDhhmmss (UTC), ``business_date`` that of a cut-over, ``key``
    that of an exchange."""
    elements = {7: transmitted_at, 11: stan, 33: institution_id, 70: function}
    if business_date is not None:
        elements[SETTLEMENT_DATE] = business_date[5:7] + business_date[8:]
    if key:
        elements[KEY_ELEMENT] = key
    return Message("0800", dict(sorted(elements.items())))


def function_of(request: Message) -> str | None:
    """The function of a network management message: DE 70, or what a terminal says in DE 3 instead. A terminal that logs on or
    tests its line is answered and no more is expected of it, as after an echo. None where the message names none."""
    return request.elements.get(70) if 70 in request.elements else TERMINAL_FUNCTIONS.get(request.elements.get(3, ""))


def network_response(request: Message, local_at: str = "", response_code: str | None = None) -> Message:
    """The 0810 to an 0800, 0830 to an 0820: 00 for what the centre knows, 40 for what it does not offer, 30 for nothing; where
    a ``response_code`` is given, that."""
    function = function_of(request)
    usual = FORMAT_ERROR if function is None else APPROVED if function in NETWORK_FUNCTION_NAMES else FUNCTION_NOT_SUPPORTED
    code = response_code or usual
    elements = {n: value for n, value in request.elements.items() if n in ECHOED} | {39: code}
    if local_at and 70 not in request.elements:  # a terminal sets its clock by it
        elements |= {12: local_at[4:], 13: local_at[:4]}
    return Message(response_mti(request.mti), dict(sorted(elements.items())))


def peer_cut_over(message: Message) -> str:
    """In words, a cut-over a peer tells of: it is answered and changes nothing here."""
    date = message.elements.get(SETTLEMENT_DATE)
    to = f"business date {date} (DE 15, MMDD)" if date else "another business date (no DE 15)"
    return f"has cut over to {to}; the date here is moved by the calendar or by switch day close"
