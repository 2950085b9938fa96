"""The way from the switch to the process that writes the trace: a pipe that the switch never waits for.

What the pipe does not take is held in memory, up to a limit, and above that counted and lost. Nothing of it reaches a disk:
card data that is never stored goes through here as it came.
"""

from __future__ import annotations

import fcntl
import marshal
import os
import termios
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from switch.trace.told import Told, messages_of_batch

LENGTH_BYTES: Final = 4  #: in front of each batch
PIPE_BYTES: Final = 1_048_576  #: what anybody's pipe may hold; some 2,500 messages
WAITING_BYTES_MAX: Final = 4_194_304  #: held by the switch where the pipe is full, or nobody reads it yet: 10,000 messages
BACKLOG_BYTES_MAX: Final = 16_777_216  #: held by the process that writes, so that the pipe is empty for the next burst
TAKEN_BYTES: Final = 65_536  #: with one read


class HandOver:
    """The switch's end. ``stuck`` is called where something waits for the pipe: whoever set it calls ``push`` when that takes
    more."""

    def __init__(self) -> None:
        self.lost = 0  #: messages that found no place since somebody last asked
        self.stuck: Callable[[], None] = _nobody
        self._pipe: int | None = None
        self._batches: deque[bytes] = deque()
        self._bytes, self._gone = 0, 0  #: of all batches; of the first one, those that the pipe has

    @property
    def waiting(self) -> bool:
        """Whether something is still to go."""
        return bool(self._batches)

    @property
    def attached(self) -> bool:
        """Whether somebody reads."""
        return self._pipe is not None

    def give(self, told: list[Told]) -> None:
        """Hand over a batch, at once or not at all."""
        data = marshal.dumps(told)
        size = LENGTH_BYTES + len(data)
        if self._bytes and self._bytes + size > WAITING_BYTES_MAX:
            self.lost += messages_of_batch(told)
            return
        self._batches.append(len(data).to_bytes(LENGTH_BYTES, "big") + data)
        self._bytes += size
        if len(self._batches) == 1:
            self.push()

    def push(self) -> None:
        """Put into the pipe what it takes now."""
        while self._batches and self._pipe is not None:
            first = self._batches[0]
            try:
                self._gone += os.write(self._pipe, first[self._gone :] if self._gone else first)
            except BlockingIOError:
                self.stuck()
                break
            except OSError:  # nobody reads it any more; its owner will hear of that
                self.detach()
                break
            if self._gone == len(first):
                self._batches.popleft()
                self._bytes, self._gone = self._bytes - len(first), 0

    def attach(self, pipe: int) -> None:
        """Somebody reads this pipe, which does not block."""
        with suppress(OSError):  # it is smaller then
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._pipe = pipe
        self.push()

    def detach(self) -> None:
        """Nobody does. A batch of which the pipe had a part goes into the next one from its beginning."""
        self._pipe, self._gone = None, 0

    def give_up(self) -> None:
        """Nobody will: what waits is lost."""
        self.detach()
        self.lost += sum(messages_of_batch(marshal.loads(each[LENGTH_BYTES:])) for each in self._batches)  # noqa: S302  (our own)
        self._batches.clear()
        self._bytes = 0


class Intake:
    """The other end: batches as they come out of the pipe. ``taken`` is how many bytes of it have been given on."""

    def __init__(self, pipe: int) -> None:
        os.set_blocking(pipe, False)
        self._pipe = pipe
        self._held = bytearray()
        self.taken = 0
        self.ended = False  #: nothing more will come

    @property
    def full(self) -> bool:
        """Whether nothing more is read until some of it is taken."""
        return len(self._held) >= BACKLOG_BYTES_MAX and self.has_batch

    @property
    def come(self) -> int:
        """How many bytes have been handed over until now, whether they have been read or not."""
        unread = bytearray(LENGTH_BYTES)
        fcntl.ioctl(self._pipe, termios.FIONREAD, unread)
        return self.taken + len(self._held) + int.from_bytes(unread, "little")

    def read(self) -> None:
        """Read what is there."""
        while not self.ended and not self.full:
            try:
                data = os.read(self._pipe, TAKEN_BYTES)
            except BlockingIOError:
                return
            self._held += data
            self.ended = not data
            if len(data) < TAKEN_BYTES:
                return

    def take(self, messages_max: int) -> list[Told]:
        """The next batches, as long as they make fewer messages than that; none where no batch is whole."""
        told, start, messages = list[Told](), 0, 0
        with memoryview(self._held) as held:
            while messages < messages_max and (end := self._end(start)):
                batch: list[Told] = marshal.loads(held[start + LENGTH_BYTES : end])  # noqa: S302  (the switch made it)
                told += batch
                start, messages = end, messages + messages_of_batch(batch)
        del self._held[:start]
        self.taken += start
        return told

    @property
    def has_batch(self) -> bool:
        """Whether a whole batch is there to be taken."""
        return self._end(0) > 0

    def _end(self, start: int) -> int:
        """Where the batch that begins there ends; 0 where not all of it has come."""
        behind = start + LENGTH_BYTES
        end = behind + int.from_bytes(self._held[start:behind], "big")
        return end if behind <= len(self._held) and end <= len(self._held) else 0


def _nobody() -> None:
    pass
