"""The network management of one line, whichever side called: the requests that the centre sends there, and their answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switch.errors import CardSecurityError, MessageError
from switch.iso8583.mapping.acquirer import Stamp
from switch.iso8583.mapping.session import (
    CUT_OVER,
    ECHO,
    ECHO_ANSWER_SECONDS_MAX,
    KEY_ELEMENT,
    KEY_FUNCTION_NAMES,
    NETWORK_FUNCTION_NAMES,
    NO_ECHO,
    PIN_KEY_CHANGE,
    SIGN_OFF,
    SIGN_ON,
    Session,
    Silence,
    function_of,
    network_request,
    peer_cut_over,
)
from switch.iso8583.message import Message
from switch.keys.key import KeyUse
from switch.keys.zone_keys import ZoneKeys
from switch.lines.line import Line
from switch.record import frozen
from switch.routing.traffic.notice import Notice
from switch.transaction import APPROVED, FORMAT_ERROR, KEY_UNUSABLE

_NAMES: Final = NETWORK_FUNCTION_NAMES | KEY_FUNCTION_NAMES
#: DE 70 of an exchange -> the use of the key.
KEY_USES_OF: Final[dict[str, KeyUse]] = {
    function: "zpk" if name == KEY_FUNCTION_NAMES[PIN_KEY_CHANGE] else "mac" for function, name in KEY_FUNCTION_NAMES.items()
}


def take_key(zone: ZoneKeys | None, request: Message) -> tuple[str, str] | None:
    """Take the key of a peer's exchange: the response code, and in words what was done. None of any other message, and of a
    line that has no keys. 101 is the function of every key to a peer of 1993, and a key block says which it is."""
    function = function_of(request)
    if zone is None or function not in KEY_USES_OF:
        return None
    text = request.elements.get(KEY_ELEMENT, "").strip()
    try:
        about = zone.take(KEY_USES_OF[function], text, block_says=function == PIN_KEY_CHANGE)
    except CardSecurityError as error:
        return (FORMAT_ERROR if error.where == "exchanged key" else KEY_UNUSABLE), str(error)
    return APPROVED, f"new key {about.id}, KCV {about.kcv}"


@frozen(kw_only=True)
class Identity:
    """What the centre puts into its network management messages: its institution (DE 33) and its clock (DE 7, 12, 13).
    ``tell`` takes notices for people; ``timers`` is how long its timers run, as a share of the usual."""

    institution_id: str
    stamp: Callable[[], Stamp]
    tell: Callable[[Notice], None]
    timers: float = 1.0


class Station:
    """One line with its session. ``tpdu`` goes in front of what the centre asks."""

    def __init__(self, line: Line, session: Session, voice: Identity, *, echo_seconds: float, tpdu: bytes) -> None:
        self.line, self.session, self.tpdu = line, session, tpdu
        self._voice = voice
        self._silence = Silence(echo_seconds * voice.timers, ECHO_ANSWER_SECONDS_MAX * voice.timers)
        self.queued: Callable[[Message], None] | None = None  #: is told of what was queued, before it is sent
        self._stan = 0
        self._asked: dict[str, str] = {}  #: STAN of the last 0800 of each function, while it is not answered

    def ask(self, function: str, business_date: str | None = None, key: str = "") -> bool:
        """Send an 0800 now; False, and a notice, where the line's dialect cannot say it. Never called while a turn sends."""
        self._stan = self._stan % 999_999 + 1
        request = network_request(
            function,
            stan=f"{self._stan:06d}",
            transmitted_at=self._voice.stamp().transmitted_at,
            institution_id=self._voice.institution_id,
            business_date=business_date,
            key=key,
        )
        try:
            self.line.queue(request, self.tpdu)
        except MessageError as error:
            what = f"{self.line.name}: the {_NAMES[function]} cannot be said: {error}"
            self._voice.tell(Notice("format_error", what))
            return False
        self._asked[function] = request.stan
        if self.queued is not None:
            self.queued(request)
        self.line.flush()
        return True

    def answered(self, answer: Message) -> str | None:
        """The function (DE 70) an 0810 is the answer to, by its STAN; None, and a notice, where nobody waits for it."""
        stan = answer.stan
        for function, request_stan in self._asked.items():
            if request_stan == stan:
                del self._asked[function]
                return function
        what = f"{self.line.name}: a {answer.mti} to STAN {stan or '(no DE 11)'}, which nobody waits for"
        self._voice.tell(Notice("unmatched", what))
        return None

    def asked_by_peer(self, request: Message) -> str | None:
        """What a peer's 0800 or 0820 does to the session; its function where the centre takes part in it."""
        function = function_of(request)
        if function not in NETWORK_FUNCTION_NAMES:
            return None
        if function in (SIGN_ON, SIGN_OFF):
            self.session.happened(NETWORK_FUNCTION_NAMES[function])
        elif function == CUT_OVER:
            self._voice.tell(Notice("cut_over", f"{self.line.name} {peer_cut_over(request)}"))
        return function

    def key_taken(self, request: Message) -> str | None:
        """The response code to a peer's exchange of a key; None of any other message."""
        taken = take_key(self.line.wire.zone, request)
        if taken is None:
            return None
        code, what = taken
        self._voice.tell(Notice("key", f"{self.line.name}: {_NAMES[request.network_function]}: {what}; answered {code}"))
        return code

    def check(self, now: float) -> str | None:
        """Ask for an echo where the line was silent for long. Where an echo was not answered in time, return in words why the
        peer is held to be gone.

        An acquirer that does not read is not read from either: its silence means nothing. Nor does that of a peer whose dialect
        has no echo: it is not asked again.
        """
        if self.line.clogged and not self.line.read_always:
            return None
        heard_at = self.line.heard_at
        if self._silence.echo_due(heard_at, now) and not self.ask(ECHO):
            self._silence = Silence(NO_ECHO)
        return self._silence.half_open(heard_at, now)
