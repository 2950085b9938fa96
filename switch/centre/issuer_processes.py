"""The processes a centre runs, of its issuers, its payment page and its control API: each is started, and started again when
it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import trio
from attrs import evolve

from switch.issuers.process.issuer_service import IssuerService
from switch.lines.issuer_link import IssuerLink
from switch.machine.starter import StartedProcess, Starter
from switch.machine.starting import ProcessWish
from switch.machine.stopping import END_NOW, Stop
from switch.record import frozen
from switch.routing.traffic.notice import Notice, NoticeKind

#: A process that was killed is started again after so long; each further pause is twice the last, up to the second figure.
KILLED_PAUSE_SECONDS: Final = (0.1, 5.0)
#: One that cannot be started, for want of memory or file descriptors.
UNSTARTED_PAUSE_SECONDS: Final = (1.0, 5.0)
#: One that ended by itself has a reason (its disk is full, its book is gone), which seldom goes away at once.
ENDED_PAUSE_SECONDS: Final = (1.0, 60.0)
_STEADY_SECONDS: Final = 10.0  #: a process that lived so long begins again with the first pause
_STOP_SECONDS_MAX: Final = 3.0  #: then it is killed


@frozen(kw_only=True)
class Ending:
    """How a process ended, in words; ``pause_seconds`` is the first pause and the longest before it is started again."""

    words: str
    pause_seconds: tuple[float, float]
    trace: str = ""  #: what it wrote to standard error besides its last line: a fault of ours


class KeptProcess:
    """Keeps a process alive that prints one line of JSON once it listens: ``announced`` is given it, each time anew."""

    kind: NoticeKind = "gateway_died"  #: of the notice that it ended

    def __init__(
        self,
        name: str,
        asked: ProcessWish,
        announced: Callable[[Any], None],
        *,
        starter: Starter,
        tell: Callable[[Notice], None],
        stop: Stop,
    ) -> None:
        self._name, self._announced, self._starter, self._tell, self._stop = name, announced, starter, tell, stop
        self.lives_again: Callable[[], None] | None = None  #: is told each time that it listens
        self.asked = asked  #: of the starter, each time anew
        self.pid: int | None = None

    async def keep(self) -> None:
        """Start the process, and start it again when it ends: after a longer pause each time, unless it ran steadily. A
        reason is reported once."""
        pause, reported = 0.0, ""
        while True:
            began = trio.current_time()
            ending = await self._live()
            if trio.current_time() - began > _STEADY_SECONDS:
                pause, reported = 0.0, ""
            first, longest = ending.pause_seconds
            pause = min(max(pause * 2, first), longest)
            if ending.words != reported:
                reported = ending.words
                if ending.trace:
                    sys.stderr.write(ending.trace + "\n")
                when = f"in {pause:g} s, and later each time it ends so" if longest > _STEADY_SECONDS else "again"
                self._tell(Notice(self.kind, f"the process of {self._name} {reported}, starting it {when}"))
            await trio.sleep(pause)

    async def _live(self) -> Ending:
        """One process, from its start to its end."""
        complaint = bytearray()
        try:
            async with self._process() as process, trio.open_nursery() as nursery:
                nursery.start_soon(process.complains, complaint)
                said = await _announced(process)
                if said is not None:
                    self._announced(said)
                    if self.lives_again is not None:
                        self.lives_again()
                await process.wait()
                code = await process.code()
        except OSError as error:
            return Ending(words=f"cannot be started: {error.strerror or error}", pause_seconds=UNSTARTED_PAUSE_SECONDS)
        *trace, last = complaint.decode("utf-8", "replace").strip().splitlines() or [""]
        why = f" ({last.removeprefix('switch: ')})" if last else ""
        pause_seconds = KILLED_PAUSE_SECONDS if code is None or code < 0 else ENDED_PAUSE_SECONDS
        return Ending(
            words=f"ended{'' if code is None else f' with {code}'}{why}", pause_seconds=pause_seconds, trace="\n".join(trace)
        )

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[StartedProcess]:
        """The process. It ends by itself when our end of its standard input closes."""
        process = await self._starter.start(self.asked)
        self.pid = process.pid
        try:
            yield process
        finally:
            with trio.CancelScope(shield=True):
                await process.stdin.aclose()
                if self._stop.asked < END_NOW:
                    with trio.move_on_after(_STOP_SECONDS_MAX):
                        await process.wait()
                if not process.ended:
                    process.kill()
                    await process.wait()
                await process.aclose()


class IssuerProcess(KeptProcess):
    """Keeps the process of one issuer alive; ``link`` learns where it listens."""

    kind: NoticeKind = "issuer_died"

    def __init__(
        self,
        service: IssuerService,
        link: IssuerLink,
        *,
        starter: Starter,
        tell: Callable[[Notice], None],
        stop: Stop,
    ) -> None:
        super().__init__(
            service.issuer,
            evolve(service, announce=True, of_centre=True).as_json,
            lambda said: link.moved("127.0.0.1", int(said["port"])),
            starter=starter,
            tell=tell,
            stop=stop,
        )


@frozen(kw_only=True)
class ApiWish:
    """Where the control API is to be served. ``port`` 0 takes a free one; ``options`` are further ones of its command."""

    host: str
    port: int
    options: tuple[str, ...] = ()


class HttpProcess(KeptProcess):
    """Keeps such a process alive. The last of ``arguments`` is its port; started again, it is served where it was before."""

    def __init__(
        self,
        name: str,
        kind: NoticeKind,
        arguments: Sequence[str],
        *,
        starter: Starter,
        tell: Callable[[Notice], None],
        stop: Stop,
    ) -> None:
        self.arguments = list(arguments)  #: the same list each time it is started; its port is put in
        super().__init__(name, self.arguments, self._serves, starter=starter, tell=tell, stop=stop)
        self.kind = kind
        self._served, self._said = trio.Event(), dict[str, Any]()

    def _serves(self, said: dict[str, Any]) -> None:
        self._said = said
        self.arguments[-1] = said["port"] if "port" in said else said["url"].rpartition(":")[2]
        self._served.set()

    async def begun(self, nursery: trio.Nursery) -> dict[str, Any]:
        """Start it and wait until it is served; what it said."""
        nursery.start_soon(self.keep)
        await self._served.wait()
        return self._said


async def _announced(process: StartedProcess) -> Any:
    """What a process says in the one line it prints when it listens; None when it ends before."""
    line = b""
    while not line.endswith(b"\n"):
        data = await process.stdout.receive_some()
        if not data:
            process.ended = True
            return None
        line += data
    return json.loads(line)
