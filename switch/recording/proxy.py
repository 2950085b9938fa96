"""Connections of gateways, each led on to a host: every byte goes on as it came, every message is told before."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Final

import trio

from switch.errors import MessageError
from switch.iso8583.framing import Frame, Framer
from switch.lines.wire_format import WireFormat
from switch.recording.calls import take_calls
from switch.trace.told import HEARD, REST, SAID, Told

COPIED_BYTES: Final = 65_536  #: read at once
DIAL_SECONDS: Final = 10.0  #: a host has so long to take a call


class Ear:
    """What one side of a connection says, cut into messages and told. Bytes that cannot be cut are told once, as they are."""

    def __init__(self, wire: WireFormat, line: str, *, answers: bool, clock_ms: Callable[[], int]) -> None:
        self._framer = Framer(wire.header, tpdu=wire.tpdu)
        self._line, self._words, self._answers, self._clock_ms = line, wire.words, answers, clock_ms
        self.fault = ""  #: why no further message is kept; empty while they are

    def hear(self, data: bytes) -> list[Told]:
        """What is told of bytes that came."""
        if self.fault:
            return []
        told = [self._told(frame) for frame in self._framer.feed(data)]
        if self._framer.fault is not None:
            self.fault = str(self._framer.fault)
            told.append(self._rest(self.fault))
        return told

    def end(self) -> list[Told]:
        """What is told at the end of a side: the begin of a message whose end never came."""
        incomplete = None if self.fault else self._framer.incomplete
        return [] if incomplete is None else [self._rest(incomplete)]

    def _told(self, frame: Frame) -> Told:
        about = (self._clock_ms(), self._line, self._words)
        if not self._answers:
            return (*about, HEARD, tuple(frame))
        try:
            return (*about, SAID, (self._framer.wrap(frame.body, frame.tpdu),))
        except MessageError:  # a message that its own header could announce can be wrapped in it
            return (*about, HEARD, tuple(frame))

    def _rest(self, fault: str) -> Told:
        return (self._clock_ms(), self._line, self._words, REST, (self._framer.rest, fault))


class RecordingProxy:
    """Leads the connections of gateways on to the host at ``address``.

    ``record`` gets what both sides said, before it goes on; ``name`` is what the line is called in the recording. ``tell`` gets
    a sentence for a person.
    """

    def __init__(
        self,
        address: tuple[str, int],
        wire: WireFormat,
        *,
        name: str,
        record: Callable[[Sequence[Told]], None],
        clock_ms: Callable[[], int],
        tell: Callable[[str], None],
    ) -> None:
        self._address, self._wire, self._name = address, wire, name
        self._record, self._clock_ms, self._tell = record, clock_ms, tell

    async def serve(self, listening: socket.socket) -> None:
        """Take calls until cancelled; the socket is closed then."""
        await take_calls(listening, self._call, self._tell)

    async def _call(self, gateway: trio.SocketStream, peer: str) -> None:
        """One gateway, from its call to its end."""
        host = await self._dialled(peer)
        if host is None:
            return
        async with host, trio.open_nursery() as nursery:
            nursery.start_soon(self._lead, gateway, host, self._ear(peer, answers=False), nursery.cancel_scope)
            nursery.start_soon(self._lead, host, gateway, self._ear(peer, answers=True), nursery.cancel_scope)

    async def _dialled(self, peer: str) -> trio.SocketStream | None:
        """A connection to the host; None, and a sentence, where it takes no call."""
        why = f"nobody took the call in {DIAL_SECONDS:g} s"
        with trio.move_on_after(DIAL_SECONDS):
            try:
                return await trio.open_tcp_stream(*self._address)
            except OSError as fault:
                why = str(fault)
        place = ":".join(map(str, self._address))
        self._tell(f"{peer}: {place}: {why}, expected a host that takes calls; the connection is closed")
        return None

    def _ear(self, peer: str, *, answers: bool) -> Ear:
        return Ear(self._wire, f"{self._name} {peer}", answers=answers, clock_ms=self._clock_ms)

    async def _lead(self, source: trio.SocketStream, sink: trio.SocketStream, ear: Ear, whole: trio.CancelScope) -> None:
        """Lead one side's bytes to the other. An end is led on as an end, a break as a break."""
        try:
            while data := await source.receive_some(COPIED_BYTES):
                self._record(self._heard(ear, bytes(data)))
                await sink.send_all(data)
            self._record(ear.end())
            await sink.send_eof()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self._record(ear.end())
            whole.cancel()

    def _heard(self, ear: Ear, data: bytes) -> list[Told]:
        before = ear.fault
        told = ear.hear(data)
        if ear.fault != before:
            self._tell(f"{ear.fault}; the bytes go on, and no further message of this side is kept")
        return told
