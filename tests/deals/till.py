"""Acquirers' connections: a message out, its answer back; and every one of them lost when the centre dies."""

from __future__ import annotations

import asyncio
from collections import deque
from random import Random
from typing import Any, Final

from tests.deals.wire import Frames, Message, decode, encode, frame

_TPDU, _TPDU_BACK = bytes.fromhex("6000112233"), bytes.fromhex("6022330011")  #: source and destination change places
_KEPT: Final = bytes.fromhex("612200000041")  #: six bytes of a terminal, which come back as they are
#: Form -> what stands between length and MTI of a request, and of its answer.
FRONTS: Final = {"ascii": (b"", b""), "bcd": (_TPDU, _TPDU_BACK), "terminal": (_TPDU + _KEPT, _TPDU_BACK + _KEPT)}
OF_EACH_FORM: Final = {"ascii": 3, "bcd": 2, "terminal": 2}  #: connections

Match = tuple[str, str, str]


class LostError(Exception):
    """The connection went before the answer came."""


class Till(asyncio.Protocol):
    """One connection to a listener."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.strays: list[str] = []  #: what came that nobody had asked for
        self.answers = 0
        self._frames = Frames(form)
        self._waiting: dict[Match, deque[asyncio.Future[Message]]] = {}
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for tpdu, body in self._frames.take(data):
            answer = decode(body, self.form)
            match = (answer.mti, answer.elements.get(41, ""), answer.elements.get(11, ""))
            waiting = self._waiting.get(match)
            if not waiting or tpdu != FRONTS[self.form][1]:
                self.strays.append(f"TPDU {tpdu.hex()} {answer.shown()}")
                continue
            self.answers += 1
            future = waiting.popleft()
            if not waiting:
                del self._waiting[match]
            if not future.done():
                future.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for waiting in self._waiting.values():
            for future in waiting:
                if not future.done():
                    future.set_exception(LostError())
        self._waiting.clear()

    def send(self, message: Message) -> asyncio.Future[Message]:
        """The answer to come; LostError where the connection goes first."""
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        if self._transport is None:
            future.set_exception(LostError())
            return future
        match = (answer_mti(message.mti), message.elements.get(41, ""), message.elements[11])
        self._waiting.setdefault(match, deque()).append(future)
        self._transport.write(frame(encode(message, self.form), FRONTS[self.form][0]))
        return future

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()


def answer_mti(mti: str) -> str:
    return mti[:2] + str(int(mti[2]) + 1) + "0"


class Tills:
    """All connections there are."""

    def __init__(self) -> None:
        self.every: list[Till] = []
        self._before: list[Till] = []

    async def connect(self, listeners: dict[str, Any]) -> None:
        """Call every listener anew, as often as ``OF_EACH_FORM`` says."""
        loop = asyncio.get_running_loop()
        self._before += self.every
        self.every = []
        for form, count in OF_EACH_FORM.items():
            for _ in range(count):
                port = listeners[form]["port"]
                _, till = await loop.create_connection(lambda form=form: Till(form), "127.0.0.1", port)  # type: ignore[misc]
                self.every.append(till)

    def pick(self, rnd: Random) -> Till:
        return rnd.choice(self.every)

    @property
    def answers(self) -> int:
        return sum(till.answers for till in (*self._before, *self.every))

    @property
    def strays(self) -> list[str]:
        return [stray for till in (*self._before, *self.every) for stray in till.strays]

    def hang_up(self) -> None:
        for till in self.every:
            till.hang_up()
