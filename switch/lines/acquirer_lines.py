"""The lines of acquirers, each with its session."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from switch.errors import MessageError
from switch.iso8583.mapping.session import (
    CUT_OVER,
    SIGN_ON,
    SIGNED_OFF,
    UP,
    Session,
    network_response,
)
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer
from switch.lines.line import Line
from switch.lines.network_management import Identity, Station
from switch.routing.traffic.notice import Notice

CONNECTIONS_MAX: Final = 900  #: acquirers' lines at once: 1,024 open files, a usual limit, less the centre's own


_TPDU: Final = bytes.fromhex("6000000000")  #: of what the centre says first on a line that carries one


def _front(line: Line) -> bytes:
    """What goes in front of a message that answers none."""
    return (_TPDU if line.wire.tpdu else b"") + line.wire.header.first_between


class AcquirerLines:
    """The stations of acquirers, who call. An acquirer that never signed on gets answers and nothing else."""

    def __init__(self, voice: Identity, echo_seconds: Mapping[str, float]) -> None:
        self._voice, self._echo_seconds = voice, echo_seconds  #: by listener
        self._stations: dict[Line, Station] = {}
        self.signed_off: dict[Line, bool] = {}  #: lines whose requests are refused -> whether a notice has said so

    def full(self) -> bool:
        """Whether one more connection is too many."""
        return len(self._stations) >= CONNECTIONS_MAX

    def called(self, line: Line, listener: str) -> None:
        """An acquirer has connected to a listener."""
        session = Session()
        session.happened("called")
        self._stations[line] = Station(line, session, self._voice, echo_seconds=self._echo_seconds[listener], tpdu=b"")

    def lost(self, line: Line) -> None:
        self._stations.pop(line).session.happened("lost")
        self.signed_off.pop(line, None)

    def network(self, line: Line, message: Message, tpdu: bytes) -> Message | None:
        """The answer to an acquirer's network management message; None where the message is itself an answer."""
        station = self._stations[line]
        if not expects_answer(message.mti):
            station.answered(message)
            return None
        function = station.asked_by_peer(message)
        if function == SIGN_ON:
            station.tpdu = tpdu
        if station.session.state == SIGNED_OFF:
            self.signed_off.setdefault(line, False)
        else:
            self.signed_off.pop(line, None)
        return network_response(message, self._voice.stamp().local_at, station.key_taken(message))

    def refused(self, line: Line, response_code: str) -> None:
        """A request came on a line that signed off: one notice says so until the line signs on again."""
        if not self.signed_off[line]:
            self.signed_off[line] = True
            what = f"{line.name}: a request after its sign-off, answered {response_code}, as all others until it signs on"
            self._voice.tell(Notice("signed_off", what))

    def told(self, now: float) -> list[dict[str, Any]]:
        """Each line with its session, and for how long nothing has come from it."""
        return [
            {
                "connection": line.name,
                "listener": line.name.partition(" ")[0],
                "session": station.session.state,
                "silent_seconds": round(now - line.heard_at, 3),
                "answers_due": line.answers_due,
            }
            for line, station in self._stations.items()
        ]

    def _signed_on(self) -> Iterator[Station]:
        return (station for station in list(self._stations.values()) if station.session.state == UP and not station.line.muted)

    def cut_over(self, business_date: str) -> None:
        """Announce a new business date on every line that is signed on."""
        for station in self._signed_on():
            station.ask(CUT_OVER, business_date)

    def _on_cue(self, listeners: Collection[str]) -> list[Station]:
        """The stations of listeners whose line is open, whether they signed on or not."""
        stations = [station for station in self._stations.values() if station.line.open and not station.line.muted]
        return [station for station in stations if station.line.name.partition(" ")[0] in listeners]

    def ask_on_cue(self, listeners: Collection[str], function: str, business_date: str | None) -> list[str]:
        """Send an 0800 on every line of the listeners; the lines it went to."""
        stations = self._on_cue(listeners)
        for station in stations:
            station.tpdu = station.tpdu or _front(station.line)
        return [station.line.name for station in stations if station.ask(function, business_date)]

    def say_on_cue(self, listeners: Collection[str], message: Message) -> list[str]:
        """Send a message on every line of the listeners; the lines whose dialect can say it."""
        said = []
        for station in self._on_cue(listeners):
            line = station.line
            try:
                line.queue(message, station.tpdu or _front(line))
            except MessageError as error:
                self._voice.tell(Notice("format_error", f"{line.name}: the {message.mti} cannot be said: {error}"))
                continue
            line.flush()
            said.append(line.name)
        return said

    def drop_on_cue(self, listeners: Collection[str]) -> list[str]:
        """Close every line of the listeners, with what its peer waits for; the lines that were open."""
        lines = [station.line for station in self._on_cue(listeners)]
        for line in lines:
            line.shut()
        return [line.name for line in lines]

    def silent_since(self, moment: float) -> list[Line]:
        """The lines that nothing has come from since a moment."""
        return [line for line in self._stations if line.heard_at <= moment]

    def check(self, now: float) -> None:
        """Ask signed-on lines that are idle for an echo; drop those whose peer is gone."""
        for station in self._signed_on():
            why = station.check(now)
            if why is not None:
                self._voice.tell(Notice("half_open", f"{station.line.name}: {why}; the line is dropped"))
                station.line.shut()
