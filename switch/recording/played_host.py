"""A recording played as a host: whoever calls gets the answers that were recorded to questions like theirs."""

from __future__ import annotations

import socket
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import trio

from switch.errors import MessageError
from switch.iso8583.framing import Frame, Framer
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer
from switch.iso8583.replayed.comparison import as_recorded, likeness
from switch.lines.wire_format import WireFormat
from switch.recording.calls import take_calls
from switch.recording.player import AS_ANSWERED
from switch.recording.script import RecordedQuestion

CALL_BYTES = 65_536
ANSWERS_DUE_MAX: Final = 1_000  #: on one connection; nothing further is read from it before one of them is out


class PlayedHost:
    """Answers as the recording does. Questions that are alike get the recorded answers one after the other, and the last one
    from then on. ``tell`` gets a sentence about what is not answered."""

    def __init__(
        self, questions: Sequence[RecordedQuestion], wire: WireFormat, *, speed: float, tell: Callable[[str], None]
    ) -> None:
        self._wire, self._speed, self._tell = wire, speed, tell
        self._alike: dict[tuple[str, ...], list[RecordedQuestion]] = defaultdict(list)
        self._asked: dict[tuple[str, ...], int] = defaultdict(int)
        for question in questions:
            self._alike[likeness(question.message)].append(question)

    async def serve(self, listening: socket.socket) -> None:
        """Take calls until cancelled; the socket is closed then."""
        await take_calls(listening, self._call, self._tell)

    def question_like(self, asked: Message) -> RecordedQuestion | None:
        """The recorded question whose answer is due to a question; None where the recording has none like it."""
        alike, key = self._alike.get(likeness(asked)), likeness(asked)
        if alike is None:
            return None
        place = min(self._asked[key], len(alike) - 1)
        self._asked[key] += 1
        return alike[place]

    async def _call(self, stream: trio.SocketStream, peer: str) -> None:
        framer, lock, due = Framer(self._wire.header, tpdu=self._wire.tpdu), trio.Lock(), trio.CapacityLimiter(ANSWERS_DUE_MAX)
        async with trio.open_nursery() as nursery:
            while data := await stream.receive_some(CALL_BYTES):
                for frame in framer.feed(bytes(data)):
                    await due.acquire_on_behalf_of(place := object())
                    released = partial(due.release_on_behalf_of, place)
                    nursery.start_soon(self._answer, stream, lock, framer, frame, peer, released)
                if framer.fault is not None:
                    self._tell(f"{peer}: {framer.fault}; the line is closed")
                    break

    async def _answer(
        self,
        stream: trio.SocketStream,
        lock: trio.Lock,
        framer: Framer,
        frame: Frame,
        peer: str,
        done: Callable[[], None],
    ) -> None:
        try:
            await self._answered(stream, lock, framer, frame, peer)
        finally:
            done()

    async def _answered(self, stream: trio.SocketStream, lock: trio.Lock, framer: Framer, frame: Frame, peer: str) -> None:
        try:
            asked = self._wire.codec.decode(frame.body)
        except MessageError as error:
            self._tell(f"{peer}: {error}; not answered")
            return
        question = self.question_like(asked) if expects_answer(asked.mti) else None
        if question is None or question.answer is None:
            why = "nothing like it was recorded" if question is None else f"message {question.number} was not answered either"
            self._tell(f"{peer}: {asked.mti} STAN {asked.stan}: not answered: {why}")
            return
        if self._speed != AS_ANSWERED and question.elapsed_ms:
            await trio.sleep(question.elapsed_ms / 1000 / self._speed)
        answer = as_recorded(question.answer, question.message, asked)
        try:
            data = framer.wrap(self._wire.codec.encode(answer), framer.answered(frame.tpdu) if frame.tpdu else b"")
        except MessageError as error:  # it was recorded on a line of another dialect
            self._tell(f"{peer}: {asked.mti} STAN {asked.stan}: not answered: {error}")
            return
        async with lock:
            await stream.send_all(data)
