"""The centre: one switch, its listeners, its issuers' processes, its business date. What ``switch up`` runs."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

import trio
from attrs import frozen

from switch.business_day import next_business_date
from switch.errors import DataFolderError, SwitchError, UnreachableError
from switch.iso8583.codec import Codec
from switch.iso8583.framing import HeaderFormat
from switch.issuers.profile import Profile
from switch.journal import FOLD_SECONDS, JOURNAL_FILE, Journal, SqliteJournal
from switch.line import WireFormat, listen, settle_memory
from switch.link import IssuerLink
from switch.notices import WINDOW_SECONDS, NoticeLimit
from switch.routing.effects import Notice
from switch.server import Server
from switch.specs import Listener, Specs, remember_specs
from switch.trace import TRACE_FILE, Trace
from switch.vault import Vault

RESTART_SECONDS_FIRST: Final = 0.1  #: an issuer's process that dies is started again after so long
RESTART_SECONDS_MAX: Final = 5.0  #: and one that keeps dying no more often than this
STEADY_SECONDS: Final = 10.0  #: a process that lived so long begins again with the first pause
PATIENCE_SECONDS: Final = 5.0  #: then a person is told which issuer the centre waits for
ISSUER_STOP_SECONDS_MAX: Final = 3.0  #: then it is killed
CLOCK_SECONDS: Final = 1.0  #: how often the clock is looked at while the cut-off is far: somebody may set it forward


@frozen(kw_only=True)
class Options:
    """What ``switch up`` was asked for. ``specs_folder`` and ``scenario`` are handed on to the issuers' processes."""

    data: Path
    host: str
    free_ports: bool
    seed: int
    business_date: str | None
    specs_folder: Path | None
    scenario: Path | None
    ready_file: Path | None
    trace: bool = False  #: keep every message of every line (``switch.trace``)


def wall_clock_ms() -> int:
    """The machine's clock: epoch milliseconds."""
    return time.time_ns() // 1_000_000


def wire_format(dialect: str, header: HeaderFormat | str, tpdu: bool, codecs: dict[str, Codec], specs: Specs) -> WireFormat:
    """The wire format of a listener or an issuer; lines of one dialect share its codec."""
    if dialect not in codecs:
        codecs[dialect] = Codec(specs.dialects[dialect])
    chosen = HeaderFormat.parse(header) if isinstance(header, str) else header
    return WireFormat(codec=codecs[dialect], header=chosen, tpdu=tpdu)


class Centre:
    """A running centre. ``tell`` receives notices; ``started`` is called once every managed issuer is signed on."""

    def __init__(
        self, specs: Specs, options: Options, *, tell: Callable[[Notice], None], started: Callable[[dict[str, Any]], None]
    ) -> None:
        self.specs, self.options, self._started = specs, options, started
        self._limit = NoticeLimit(tell, time.monotonic)
        self._tell = self._limit.tell
        self._codecs: dict[str, Codec] = {}
        self._pids: dict[str, int] = {}
        self._ready = False

    async def run(self) -> None:
        """Run until SIGINT or SIGTERM; then finish what is in flight."""
        with _locked(self.options.data), self._ready_file_ours():
            remember_specs(self.options.data, self.options.specs_folder)
            path = self.options.data / JOURNAL_FILE
            vault = Vault.open(self.options.data, new=not path.exists())
            with closing(self._limit), closing(SqliteJournal(path, vault)) as journal, self._traced(vault) as trace:
                self._open_first_date(journal)
                await self._run(journal, trace)

    @contextmanager
    def _traced(self, vault: Vault) -> Iterator[Trace | None]:
        """The trace, where one was asked for."""
        if not self.options.trace:
            yield None
            return
        path = self.options.data / TRACE_FILE
        with closing(Trace(path, vault, clock_ms=wall_clock_ms, tell=self._tell)) as trace:
            yield trace

    @contextmanager
    def _ready_file_ours(self) -> Iterator[None]:
        """The ready file is there while the centre is ready, and not a moment before or after."""
        ready_file = self.options.ready_file
        if ready_file is None:
            yield
            return
        try:
            ready_file.unlink(missing_ok=True)
        except OSError as error:
            raise DataFolderError(f"{ready_file}: found {error.strerror}, expected a file that can be written") from None
        try:
            yield
        finally:
            with suppress(OSError):
                ready_file.unlink(missing_ok=True)

    def _open_first_date(self, journal: SqliteJournal) -> None:
        """The business date of a new folder is the one asked for, else the clock's; later ones follow by cut-off."""
        asked, now_ms = self.options.business_date, wall_clock_ms()
        row = journal.open_date()
        if row is None:
            date, opened_by = (asked, "operator") if asked else (self.specs.calendar.business_date_at(now_ms), "clock")
            journal.open_business_date(date, opened_by, now_ms)
        elif asked and asked < row[0]:
            raise SwitchError(
                f"--business-date: found {asked}, expected {row[0]} or later: that date is open in {self.options.data}"
            )

    async def _run(self, journal: SqliteJournal, trace: Trace | None) -> None:
        server = Server(self.specs, journal, clock_ms=wall_clock_ms, tell=self._tell, trace=trace)
        if self.options.business_date:  # the server knows the date before: it tells the lines of the one that begins
            journal.open_business_date(self.options.business_date, "operator", wall_clock_ms())
        listening = [(listener, self._listen(listener)) for listener in self.specs.centre.listeners]
        addresses = {listener.name: sock.getsockname()[:2] for listener, sock in listening}
        settle_memory()
        async with trio.open_nursery() as whole:
            await whole.start(server.run)
            links = {profile.id: self._link(server, profile) for profile in self.specs.issuers.values()}
            for profile in self.specs.issuers.values():
                whole.start_soon(links[profile.id].run)
                if profile.managed:
                    whole.start_soon(self._supervise, profile, links[profile.id])
                else:
                    links[profile.id].moved(*profile.address)
            whole.start_soon(self._cut_off, journal)
            whole.start_soon(_fold, journal)
            whole.start_soon(self._sum_up)
            whole.start_soon(self._announce, links, addresses)
            async with trio.open_nursery() as serving:
                for listener, sock in listening:
                    wire = wire_format(listener.dialect, listener.header, listener.tpdu, self._codecs, self.specs)
                    serving.start_soon(server.serve, listener.name, sock, wire)
                await _stop_signal()
                self._tell(Notice("stopping", "finishing what is in flight"))
                server.stop()
            whole.cancel_scope.cancel()

    async def _sum_up(self) -> None:
        """Say how much was left out of what there was to tell, also when nothing follows."""
        while True:
            await trio.sleep(WINDOW_SECONDS)
            self._limit.sum_up()

    def _listen(self, listener: Listener) -> socket.socket:
        port = 0 if self.options.free_ports else listener.port
        try:
            return listen(self.options.host, port)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else error
            raise UnreachableError(
                f"listener {listener.name}: found {self.options.host}:{port} {why}, "
                "expected a free address (--free-ports takes any)"
            ) from None

    def _link(self, server: Server, profile: Profile) -> IssuerLink:
        return server.link(profile.id, wire_format(profile.dialect, profile.header, profile.tpdu, self._codecs, self.specs))

    async def _announce(self, links: dict[str, IssuerLink], addresses: dict[str, tuple[str, int]]) -> None:
        """Say that the centre is ready once every issuer is signed on."""
        for issuer, link in links.items():
            with trio.move_on_after(PATIENCE_SECONDS):
                await link.signed_on.wait()
            if not link.signed_on.is_set():
                self._tell(Notice("waiting", f"{issuer} has not signed on yet"))
                await link.signed_on.wait()
        ready = {
            "pid": os.getpid(),
            "data": str(self.options.data.resolve()),
            "listeners": {
                listener.name: {
                    "host": addresses[listener.name][0],
                    "port": addresses[listener.name][1],
                    "dialect": listener.dialect,
                    "header": listener.header.notation,
                    "tpdu": listener.tpdu,
                }
                for listener in self.specs.centre.listeners
            },
            "issuers": {issuer: {"pid": self._pids.get(issuer)} for issuer in self.specs.issuers},
        }
        if self.options.ready_file:
            temporary = self.options.ready_file.with_name(self.options.ready_file.name + ".new")
            temporary.write_text(json.dumps(ready, indent=1) + "\n", encoding="utf-8")
            temporary.replace(self.options.ready_file)
        self._started(ready)

    async def _cut_off(self, journal: Journal) -> None:
        """Open the next business date at each cut-off, where the clock opened the current one. The server sees it and tells."""
        while True:
            row = journal.open_date()
            assert row is not None
            date, opened_by = row
            left_seconds = (self.specs.calendar.cut_off_ms(date) - wall_clock_ms()) / 1000
            if opened_by == "clock" and left_seconds <= 0:
                journal.open_business_date(next_business_date(date), "clock", wall_clock_ms())
                continue
            await trio.sleep(min(max(left_seconds, 0.05), CLOCK_SECONDS))

    async def _supervise(self, profile: Profile, link: IssuerLink) -> None:
        """Keep an issuer's process alive: start it, learn where it listens, start it again when it ends."""
        pause = RESTART_SECONDS_FIRST
        while True:
            began = trio.current_time()
            try:
                async with self._process(profile) as process:
                    port = await _announced_port(process)
                    if port is not None:
                        link.moved("127.0.0.1", port)
                    ended = f"ended with {await process.wait()}"
            except OSError as error:
                ended = f"cannot be started: {error.strerror or error}"
            if trio.current_time() - began > STEADY_SECONDS:
                pause = RESTART_SECONDS_FIRST
            self._tell(Notice("issuer_died", f"the process of {profile.id} {ended}, starting it again"))
            await trio.sleep(pause)
            pause = min(pause * 2, RESTART_SECONDS_MAX)

    @asynccontextmanager
    async def _process(self, profile: Profile) -> AsyncIterator[trio.Process]:
        """The process of ``switch issuer serve``. It ends by itself when our end of its standard input closes."""
        options = self.options
        command = [sys.executable, "-m", "switch", "issuer", "serve", profile.id]
        command += ["--data", str(options.data), "--seed", str(options.seed), "--announce"]
        command += ["--port", "0" if options.free_ports else str(profile.address.port)]
        if options.specs_folder:
            command += ["--specs", str(options.specs_folder)]
        if options.scenario:
            command += ["--scenario", str(options.scenario)]
        process = await trio.lowlevel.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._pids[profile.id] = process.pid
        try:
            yield process
        finally:
            with trio.CancelScope(shield=True):
                assert process.stdin is not None
                assert process.stdout is not None
                await process.stdin.aclose()
                await process.stdout.aclose()
                with trio.move_on_after(ISSUER_STOP_SECONDS_MAX):
                    await process.wait()
                if process.returncode is None:
                    process.kill()
                    await process.wait()


async def _fold(journal: SqliteJournal) -> None:
    """Keep the journal's write-ahead log short without holding up the switch."""
    while True:
        await trio.sleep(FOLD_SECONDS)
        if journal.to_be_folded:
            await trio.to_thread.run_sync(journal.fold_beside)
            journal.fold()


async def _announced_port(process: trio.Process) -> int | None:
    """The port in the one line an issuer's process prints when it listens; None when it ends before."""
    assert process.stdout is not None
    line = b""
    while not line.endswith(b"\n"):
        data = await process.stdout.receive_some()
        if not data:
            return None
        line += data
    return int(json.loads(line)["port"])


async def _stop_signal() -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            return


class _locked:  # noqa: N801  (a context manager, named for how it reads)
    """The data folder, made if need be and held by this process alone."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            self._file = (self._data / "lock").open("wb")
        except OSError as error:
            raise DataFolderError(f"{self._data}: found {error.strerror}, expected a folder that can be written") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise DataFolderError(f"{self._data}: another centre is running on this data folder") from None

    def __exit__(self, *_: object) -> None:
        assert self._file is not None
        self._file.close()
