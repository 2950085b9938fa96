"""The process that starts others by fork, as its owner sees it: issuers, and whoever writes the trace."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import Any, Final

import trio

from switch.machine.starting import LINE_BYTES_MAX, Launched, ProcessWish, ask_for, launch

CODE_SECONDS_MAX: Final = 1.0  #: how long a starter may take to say how a process ended; without one nobody knows
COMPLAINT_BYTES_MAX: Final = 16_384  #: of what a process wrote last to its standard error
LAUNCH_PAUSE_SECONDS: Final = 0.2  #: before a starter that died is started again
END_SECONDS_MAX: Final = 5.0  #: how long a starter that is not needed any more may take to end


class StartedProcess:
    """A process as its owner sees it: its streams, and how it ends. It has ended when nobody holds its output any more."""

    def __init__(self, pid: int, streams: Sequence[int], starter: Starter) -> None:
        self.pid, self._starter = pid, starter
        self.stdin, self.stdout, self.stderr = map(trio.lowlevel.FdStream, streams)
        self.ended = False

    async def wait(self) -> None:
        """Until it has ended."""
        while not self.ended:
            self.ended = not await self.stdout.receive_some()

    async def code(self) -> int | None:
        """Its exit code, once it has ended; None where its starter ended before it."""
        with trio.move_on_after(CODE_SECONDS_MAX):
            return await self._starter.code_of(self.pid)
        return None

    async def complains(self, into: bytearray) -> None:
        """Read its standard error to the end, and keep the last of it."""
        async for data in self.stderr:
            into += data
            del into[:-COMPLAINT_BYTES_MAX]

    def kill(self) -> None:
        """End it now; to be called while it has not ended: its number may be another's later."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    async def aclose(self) -> None:
        """Close what is still open of its streams."""
        for stream in (self.stdin, self.stdout, self.stderr):
            await stream.aclose()


class Asking:
    """Somebody who has asked a starter for a process."""

    def __init__(self) -> None:
        self._answered, self._pid, self._why = trio.Event(), 0, ""

    def answered(self, pid: int | None, why: str) -> None:
        """The process has begun, or has not (no ``pid``), and why."""
        self._pid, self._why = pid or 0, why
        self._answered.set()

    async def pid(self) -> int:
        """The process id, once there is an answer; OSError where there is no process."""
        await self._answered.wait()
        if not self._pid:
            raise OSError(self._why)
        return self._pid


def _pipe(reading: ExitStack, writing: ExitStack) -> tuple[int, int]:
    """A pipe, its ends closed with what they are given to."""
    ends = os.pipe()
    for stack, number in zip((reading, writing), ends, strict=True):
        stack.callback(os.close, number)
    return ends


class Starter:
    """``command`` makes a starter; ``launched`` is one that is under way already. Where it dies another is made: those it
    has started do not notice."""

    def __init__(self, command: Sequence[str], launched: Launched | None = None) -> None:
        self._command = command
        self._launched = launched
        self._asking: deque[Asking] = deque()  #: who waits for a process, in the order they asked
        self._codes: dict[int, int] = {}
        self._told = trio.Event()  #: set when the end of a process is reported; a new event each time

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Processes can be started for as long as the block lasts; behind it the starter has ended."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._run)
            yield
            nursery.cancel_scope.cancel()

    async def _run(self) -> None:
        """Hear what the starter says, and start it again where it ends."""
        try:
            while True:
                with suppress(OSError):  # no memory or no descriptor: who asks for a process is told, and it is tried again
                    if self._launched is None:
                        self._launched = await trio.to_thread.run_sync(launch, self._command)
                    await self._hear(self._launched.control.dup())
                self._forget()
                await trio.sleep(LAUNCH_PAUSE_SECONDS)
        finally:
            await self._end()

    async def _end(self) -> None:
        """Let the starter end, and wait for it: nothing of its owner is left behind."""
        if self._launched is not None:
            self._launched.control.close()
            with trio.move_on_after(END_SECONDS_MAX, shield=True):
                await trio.to_thread.run_sync(self._launched.process.wait, abandon_on_cancel=True)

    async def _hear(self, control: socket.socket) -> None:
        sock, rest = trio.socket.from_stdlib_socket(control), b""
        with sock, suppress(OSError):
            while data := await sock.recv(LINE_BYTES_MAX):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._hears(json.loads(line))

    def _hears(self, message: dict[str, Any]) -> None:
        if "ended" in message:
            self._codes[message["ended"]] = message["code"]
            self._told.set()
            self._told = trio.Event()
        else:
            self._asking.popleft().answered(message.get("started"), message.get("failed", ""))

    def _forget(self) -> None:
        """The starter is gone: whoever waits for a process gets none."""
        if self._launched is not None:
            self._launched.end_now()
            self._launched = None
        while self._asking:
            self._asking.popleft().answered(None, "the process that starts others has ended")

    async def start(self, asked: ProcessWish) -> StartedProcess:
        """A process that does what is asked; OSError where none can be started now."""
        with ExitStack() as theirs, ExitStack() as ours:
            (their_in, our_in), (our_out, their_out), (our_err, their_err) = (
                _pipe(theirs, ours),
                _pipe(ours, theirs),
                _pipe(ours, theirs),
            )
            pid = await self._ask(asked, (their_in, their_out, their_err))
            ours.pop_all()
        return StartedProcess(pid, (our_in, our_out, our_err), self)

    async def _ask(self, asked: ProcessWish, streams: Sequence[int]) -> int:
        if self._launched is None:
            raise OSError("the process that starts others is being started again")
        ask_for(self._launched.control, asked, streams)
        asking = Asking()
        self._asking.append(asking)
        return await asking.pid()

    async def code_of(self, pid: int) -> int:
        """How a process ended, once the starter has said so."""
        while pid not in self._codes:
            await self._told.wait()
        return self._codes.pop(pid)
