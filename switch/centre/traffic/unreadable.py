"""Bytes that no message can be read from: answered where that is possible, told of, and with a hint at what they may be."""

from __future__ import annotations

from typing import Final

from switch.centre.traffic.outbound import Origin, Outbound
from switch.centre.traffic.wire_format_hint import WireFormatHint
from switch.errors import MessageError
from switch.iso8583.framing import Frame
from switch.iso8583.message import Message
from switch.iso8583.reading.openings import protocol_of
from switch.iso8583.reading.recognize import around_in_line
from switch.lines.line import Line
from switch.routing.traffic.effects import Effect
from switch.routing.traffic.notice import Notice
from switch.transaction import FORMAT_ERROR

WAITED_SECONDS: Final = 1.0  #: after which bytes that make no frame are told of: their sender waits too


class Unreadable:
    """What is done about them on acquirers' lines."""

    def __init__(self, outgoing: Outbound, hints: WireFormatHint) -> None:
        self._outgoing, self._hints = outgoing, hints

    def refuse(self, line: Line, frame: Frame, error: MessageError, effects: list[Effect]) -> None:
        """Answer 30 to a message whose MTI and DE 11 can be read, so that its sender can match the answer. Another gets no
        answer, and its line is dropped where the listener says so. Either way there is a notice."""
        parts, _ = line.codec.inspect(frame.body)
        values = {key: value for key, _, _, value in parts}
        received = Message(values.get("t", ""), {int(k): v for k, v in values.items() if k.isdecimal() and k != "1"})
        outcome = ""
        if received.mti and received.stan:
            readable = line.understood(received) if line.translates else received
            if self._outgoing.refuse(Origin(line, line.framer.answered(frame.tpdu), *received), readable, FORMAT_ERROR):
                outcome = f"answered {line.code(FORMAT_ERROR, readable)}"
        if not outcome:
            outcome = f"not answered; bytes around it {around_in_line(line.codec, frame.body)}"
            if line.drops_unreadable:
                outcome += "; the line is dropped"
                line.drop()
        effects.append(Notice("format_error", f"{line.name}: {error}; {outcome}{self.looks_like(line)}"))

    def waited(self, line: Line) -> Notice | None:
        """The notice about bytes that have begun a frame and stopped; None where they are none, or that was told before. A line
        that speaks another protocol is closed."""
        incomplete = line.framer.incomplete
        if incomplete is None or line.opening is None:
            return None
        opening = line.opening
        foreign = protocol_of(opening)
        what = f"{line.name}: {incomplete}, and nothing more came for {WAITED_SECONDS:g} s{self.looks_like(line)}"
        if foreign is not None:
            line.shut()
            what += "; the line is closed"
        return Notice("bad_frame", what)

    def broken_off(self, line: Line) -> Notice | None:
        """The notice about an acquirer's line that ended inside a frame, or with bytes that are none; None where it ended
        between two frames."""
        if line.framer.fault is not None:
            return Notice("bad_frame", f"{line.name}: {line.framer.fault}; the line is closed{self.looks_like(line)}")
        if line.framer.incomplete and line.open:
            return Notice("bad_frame", f"{line.name}: closed by its peer; {line.framer.incomplete}{self.looks_like(line)}")
        return None

    def looks_like(self, line: Line) -> str:
        """A hint for a line nothing was understood on, given once: the wire format its first bytes make sense in."""
        opening, line.opening = line.opening, None
        return self._hints.looks_like(opening, line.wire) if opening else ""
