"""The centre's own lines over what stands in for a socket: bytes are put in and taken out, nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import trio
from attrs import define, field

from switch.errors import MessageError
from switch.iso8583.framing import Framer
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer, response_mti
from switch.lines.line import Frames, Line
from switch.lines.selector import Lines
from switch.lines.wire_format import WireFormat


class Bytes:
    """What stands in for a socket: bytes that wait to be read, and those that were sent."""

    def __init__(self) -> None:
        self.waiting, self.sent = bytearray(), bytearray()

    def setblocking(self, flag: bool) -> None:
        """Never waits."""

    def setsockopt(self, *options: object) -> None:
        """Has none."""

    def fileno(self) -> int:
        return -1

    def recv(self, size: int) -> bytes:
        data = bytes(self.waiting[:size])
        del self.waiting[:size]
        return data

    def send(self, data: bytes) -> int:
        self.sent += data
        return len(data)

    def close(self) -> None:
        """Nothing is left open."""


class Heard(Lines):
    """Lines nobody waits for: what comes in is given to them."""

    def __init__(self, turn: Callable[[], None]) -> None:
        self._turn, self._takers = turn, dict[Line, tuple[Callable[[Frames], None], trio.Event]]()

    async def run(self) -> None:
        await trio.sleep_forever()

    async def read(self, line: Line, take: Callable[[Frames], None]) -> None:
        if line.over:
            return
        over = trio.Event()
        self._takers[line] = (take, over)
        line.unwatch = over.set
        try:
            await over.wait()
        finally:
            self._takers.pop(line)

    def hear(self, line: Line, data: bytes) -> None:
        """What ``Lines.run`` does for a line that has something, until all of it is taken: nothing at all is the end of it."""
        sock: Any = line.socket
        if line not in self._takers or line.over:
            return
        take, _ = self._takers[line]
        sock.waiting += data
        line.heard_at = trio.current_time()
        take(line.gulp())
        self._turn()
        while line.behind and line.open:
            self._turn()


@define
class Peer:
    """The other end of a line."""

    line: Line
    wire: WireFormat
    framer: Framer = field(init=False)
    asked: list[tuple[Message, bytes]] = field(factory=list)  #: what it was asked and has not answered

    def __attrs_post_init__(self) -> None:
        self.framer = Framer(self.wire.header, tpdu=self.wire.tpdu)

    def read(self) -> Iterator[Message]:
        """What the centre has sent to it since; all of it can be read."""
        sock: Any = self.line.socket
        data, sock.sent = bytes(sock.sent), bytearray()
        for frame in self.framer.feed(data):
            message = self.wire.codec.decode(frame.body)
            self.asked.append((message, frame.tpdu))
            yield message
        assert self.framer.fault is None
        assert not self.framer.rest

    def answer(self, code: str) -> bytes:
        """An answer to the oldest request it has not answered."""
        while self.asked:
            asked, tpdu = self.asked.pop(0)
            if not expects_answer(asked.mti):
                continue
            elements = dict(asked.elements) | ({39: code} if code else {}) | {38: "A1B2C3"}
            answer = Message(response_mti(asked.mti), dict(sorted(elements.items())))
            try:
                return self.framer.wrap(self.wire.codec.encode(answer), tpdu)
            except MessageError:
                continue
        return b""
