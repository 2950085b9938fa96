"""A line to a centre that many callers share: questions go out as they come, and each waits for its own answer.

The line is made when the first question needs it, and made again after it broke. A question that was sent and not answered is
in doubt; one that could not be sent is not.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

import trio

from switch.acquirer.messages import answers
from switch.errors import MessageError, UnansweredError, UnreachableError
from switch.iso8583.framing import Framer
from switch.iso8583.message import Message
from switch.lines.tls_context import ClientSide
from switch.lines.wire_format import WireFormat

TPDU: Final = bytes.fromhex("6000010000")  #: destination 0001, source 0000
CONNECT_SECONDS: Final = 5.0
LINE_READ_BYTES: Final = 65_536
ByteStream = trio.abc.Stream


class _Question:
    """A message that waits for its answer."""

    def __init__(self, message: Message) -> None:
        self.message, self.done = message, trio.Event()
        self.answer: Message | None = None


class CentreCall:
    """Where a line leads, and how it is made."""

    def __init__(self, host: str, port: int, tls: ClientSide | None = None) -> None:
        self.place = f"{host}:{port}"
        self._address, self._tls = (host, port), tls

    async def connected(self) -> ByteStream:
        """A connection. UnreachableError where nobody takes the call."""
        host, port = self._address
        try:
            with trio.fail_after(CONNECT_SECONDS):
                plain = await trio.open_tcp_stream(host, port)
                if self._tls is None:
                    return plain
                secured = trio.SSLStream(plain, self._tls.context, server_hostname=self._tls.server_name)
                await secured.do_handshake()
                return secured
        except (OSError, trio.TooSlowError, trio.BrokenResourceError) as fault:
            why = why_not_called(fault) or "nobody took the call"
            raise UnreachableError(f"{self.place}: {why}, expected a running Switch (switch up)") from None


class CentreLine:
    """The line. ``run`` has to run as long as it is used."""

    def __init__(self, host: str, port: int, wire: WireFormat, *, tls: ClientSide | None = None) -> None:
        self._call = CentreCall(host, port, tls)
        self.place, self._wire = self._call.place, wire
        self._stream: ByteStream | None = None
        self._lock = trio.Lock()
        self._waiting: list[_Question] = []
        self._nursery: trio.Nursery | None = None

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Own the task that reads answers."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            task_status.started()
            await trio.sleep_forever()

    async def ask(self, message: Message, timeout_seconds: float) -> Message:
        """The answer to a message. UnreachableError: it was not sent. UnansweredError: it was, and what became of it is open.

        MessageError where the dialect cannot say it.
        """
        framed = self._framed(message)
        question = _Question(message)
        with trio.move_on_after(timeout_seconds):
            await self._send(framed, question)
            await question.done.wait()
        if question in self._waiting:
            self._waiting.remove(question)
        if question.answer is None:
            raise UnansweredError(f"{self.place}: no answer in {timeout_seconds:g} s")
        return question.answer

    def _framed(self, message: Message) -> bytes:
        front = (TPDU if self._wire.tpdu else b"") + self._wire.header.first_between
        return Framer(self._wire.header, tpdu=self._wire.tpdu).wrap(self._wire.codec.encode(message), front)

    async def _send(self, framed: bytes, question: _Question) -> None:
        """Send a question. One writer at a time, so that no two messages are mixed."""
        async with self._lock:
            stream = self._stream or await self._called()
            self._waiting.append(question)
            with trio.CancelScope(shield=True):  # half a message would spoil the line for all
                try:
                    with trio.fail_after(CONNECT_SECONDS):
                        await stream.send_all(framed)
                except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError, OSError):
                    self._lost(stream)
                    raise UnansweredError(f"{self.place}: the line broke as a message was sent") from None

    async def _called(self) -> ByteStream:
        stream = await self._call.connected()
        assert self._nursery is not None, "the line does not run"
        self._stream = stream
        self._nursery.start_soon(self._read, stream)
        return stream

    async def _read(self, stream: ByteStream) -> None:
        """Give each answer to whoever waits for it, until the line ends."""
        framer = Framer(self._wire.header, tpdu=self._wire.tpdu)
        try:
            while data := await stream.receive_some(LINE_READ_BYTES):
                for frame in framer.feed(bytes(data)):
                    with suppress(MessageError):
                        self._came(self._wire.codec.decode(frame.body))
                if framer.fault is not None:
                    break
        except (trio.BrokenResourceError, trio.ClosedResourceError, OSError):
            pass
        finally:
            self._lost(stream)
            with trio.CancelScope(shield=True), trio.move_on_after(CONNECT_SECONDS):
                await trio.aclose_forcefully(stream)

    def _came(self, message: Message) -> None:
        for question in self._waiting:
            if answers(question.message, message):
                question.answer = message
                question.done.set()
                self._waiting.remove(question)
                return

    def _lost(self, stream: ByteStream) -> None:
        """Nobody who asked on this line is answered any more."""
        if self._stream is not stream:
            return
        self._stream = None
        for question in self._waiting:
            question.done.set()
        self._waiting.clear()


def why_not_called(fault: BaseException | None) -> str:
    """Why no connection was made, in the words of the system; empty where it has none."""
    if isinstance(fault, BaseExceptionGroup):
        return next((why for each in fault.exceptions if (why := why_not_called(each))), "")
    if isinstance(fault, OSError) and fault.errno and fault.errno > 0:
        return os.strerror(fault.errno).lower()
    return why_not_called(fault.__cause__) if fault is not None else ""
