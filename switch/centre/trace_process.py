"""The process that writes the trace, as the centre sees it: started beside the issuers, and again where it is killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import trio

from switch.display.plural import plural
from switch.machine.starter import StartedProcess, Starter
from switch.machine.stopping import END_NOW, Stop
from switch.routing.traffic.notice import Notice
from switch.trace.hand_over import HandOver
from switch.trace.process import READY
from switch.trace.told import Trace

PAUSE_SECONDS: Final = (0.1, 5.0)  #: before it is started again; each further pause is twice the last, up to the second figure
STEADY_SECONDS: Final = 10.0  #: one that lived so long begins again with the first pause
FINISH_SECONDS_MAX: Final = 10.0  #: for what has been handed over, once the centre ends: two or three times the fullest backlog
LOST_TOLD_SECONDS: Final = 10.0  #: how often at most a person is told how many messages are not there


class TraceProcess:
    """Keeps ``switch issuer record-trace`` alive, and hands it what ``trace`` hears. ``path`` is the trace's file."""

    def __init__(
        self,
        path: Path,
        arguments: Sequence[str],
        *,
        starter: Starter,
        clock_ms: Callable[[], int],
        tell: Callable[[Notice], None],
        stop: Stop,
    ) -> None:
        self._path, self._arguments = path, ["issuer", "record-trace", *arguments]
        self._starter, self._stop = starter, stop
        self._tell_person = tell
        self._hand_over = HandOver()
        self._hand_over.stuck = self._wake
        self.trace = Trace(self._hand_over.give, clock_ms=clock_ms)
        self.pid: int | None = None
        self.ready = trio.Event()  #: whoever reads the trace from now on finds in it what has been handed over before
        self._woken, self._ended = trio.Event(), trio.Event()
        self._finishing = False
        self._tell_at = 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The process for as long as the block lasts; behind it all is written that was handed over."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep)
            try:
                yield
            finally:
                with trio.CancelScope(shield=True):
                    await self._finish()
            nursery.cancel_scope.cancel()

    async def _finish(self) -> None:
        self.trace.write()
        self._finishing = True
        self._wake()
        if self._stop.asked < END_NOW:  # else it writes what it has, and ends by itself
            with trio.move_on_after(FINISH_SECONDS_MAX):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._hurried, nursery.cancel_scope)
                    await self._ended.wait()
                    nursery.cancel_scope.cancel()
        self._hand_over.give_up()
        self._tell_lost()

    async def _hurried(self, waiting: trio.CancelScope) -> None:
        """Wait no longer where somebody asks to end now."""
        await self._stop.comes_to(END_NOW)
        waiting.cancel()

    def look(self) -> None:
        """Say how many messages were not handed over; to be called once a second."""
        if trio.current_time() >= self._tell_at and self._tell_lost():
            self._tell_at = trio.current_time() + LOST_TOLD_SECONDS

    def _tell_lost(self) -> bool:
        lost, self._hand_over.lost = self._hand_over.lost, 0
        if lost:
            verb = "is" if lost == 1 else "are"
            self._tell(f"{self._path}: {plural(lost, 'message')} {verb} not in it: more came than could be written")
        return lost > 0

    def _tell(self, what: str) -> None:
        self._tell_person(Notice("trace", what))

    def _wake(self) -> None:
        self._woken.set()

    async def _keep(self) -> None:
        """Start the process, and start it again when it ends before the centre does."""
        pause, reported = 0.0, ""
        try:
            while True:
                began = trio.current_time()
                ending = await self._live()
                if self._finishing:
                    break
                if trio.current_time() - began > STEADY_SECONDS:
                    pause, reported = 0.0, ""
                pause = min(max(pause * 2, PAUSE_SECONDS[0]), PAUSE_SECONDS[1])
                if ending != reported:
                    reported = ending
                    self._tell(f"{self._path}: the process that writes it {ending}")
                await trio.sleep(pause)
        finally:
            self._ended.set()

    async def _live(self) -> str:
        """One process, from its start to its end; how it ended, and what that means, in words."""
        complaint = bytearray()
        try:
            process = await self._starter.start(self._arguments)
            self.pid = process.pid
        except OSError as error:
            return f"cannot be started: {error.strerror or error}; trying again"
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(process.complains, complaint)
                nursery.start_soon(self._feed, process)
                await self._listen(process)
                nursery.cancel_scope.cancel()
            code = await process.code()
        finally:
            self._hand_over.detach()
            if not process.ended and self._stop.asked < END_NOW:
                process.kill()
            with trio.CancelScope(shield=True):
                await process.aclose()
        why = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2].removeprefix("switch: ")
        how = f"ended{'' if code is None else f' with {code}'}{f' ({why})' if why else ''}"
        return f"{how}, starting it again; messages it had not written are not in it"

    async def _feed(self, process: StartedProcess) -> None:
        """Hand over what waits whenever the pipe takes more; close it once nothing more will come."""
        self._hand_over.attach(process.stdin.fileno())
        while not self._finishing or self._hand_over.waiting:
            if not self._hand_over.attached:  # it is about to be seen that the process has ended
                await trio.sleep_forever()
            elif self._hand_over.waiting:
                await trio.lowlevel.wait_writable(process.stdin.fileno())
                self._hand_over.push()
            else:
                await self._woken.wait()
                self._woken = trio.Event()
        await process.stdin.aclose()

    async def _listen(self, process: StartedProcess) -> None:
        """Hand on what the process says, until it has ended."""
        said = b""
        async for data in process.stdout:
            *lines, said = (said + data).split(b"\n")
            for line in lines:
                if line.decode() == READY:
                    self.ready.set()
                else:
                    self._tell(line.decode("utf-8", "replace"))
        process.ended = True
