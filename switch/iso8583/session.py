"""Sessions: network management messages (x8xx, DE 70) and the state of a line to an issuer. No I/O."""

from __future__ import annotations

from typing import Final

from switch.iso8583.mapping import NETWORK_ECHOED
from switch.iso8583.message import Message
from switch.iso8583.mti import response_mti
from switch.transaction import APPROVED, FORMAT_ERROR, FUNCTION_NOT_SUPPORTED

SIGN_ON: Final = "001"
SIGN_OFF: Final = "002"
ECHO: Final = "301"

#: DE 70 of the network management functions the centre takes part in -> what they are called.
FUNCTIONS: Final = {SIGN_ON: "sign-on", SIGN_OFF: "sign-off", ECHO: "echo"}

DOWN, SIGNING_ON, UP, SIGNED_OFF = "down", "signing on", "up", "signed off"

#: The life of a line to an issuer: state -> event -> next state. What is not listed is not allowed.
TRANSITIONS: Final = {
    DOWN: {"connected": SIGNING_ON},
    SIGNING_ON: {"sign-on answered": UP, "lost": DOWN, "sign-on refused": DOWN, "sign-on": UP},
    UP: {"lost": DOWN, "sign-off": SIGNED_OFF, "sign-on": UP},
    SIGNED_OFF: {"lost": DOWN, "sign-on": UP},
}


class Session:
    """The state of one line; ``happened`` is the only way to change it."""

    def __init__(self) -> None:
        self.state = DOWN

    def happened(self, event: str) -> str:
        following = TRANSITIONS[self.state].get(event)
        assert following is not None, f"{event} while {self.state}"
        self.state = following
        return following


def network_request(function: str, *, stan: str, transmitted_at: str, institution_id: str) -> Message:
    """An 0800 with a function of DE 70; ``transmitted_at`` is MMDDhhmmss (UTC)."""
    return Message("0800", {7: transmitted_at, 11: stan, 33: institution_id, 70: function})


def network_response(request: Message) -> Message:
    """The 0810 to an 0800: 00 for what the centre knows, 40 for what it does not offer, 30 without DE 70."""
    function = request.elements.get(70)
    code = FORMAT_ERROR if function is None else APPROVED if function in FUNCTIONS else FUNCTION_NOT_SUPPORTED
    elements: dict[int, str] = {n: request.elements[n] for n in NETWORK_ECHOED if n in request.elements}
    return Message(response_mti(request.mti), {**elements, 39: code})
