"""``python -m tests.mutation.stalls``: for how long one reaction to bad bytes holds up the centre, and another client.

A switch runs in this process, its issuers and its clients in other threads, so that the CPU time of the loop's thread is the
switch's alone. It is sent the worst inputs we know, then mutants; the longest step of the loop is what counts. All of it comes
five times, each time to a new switch, and the least counts: a reaction that takes long takes long each time, while a machine
that lends its cores to others has an idle loop of 1 ms take 12 now and then. Then a centre in a process of its own is sent a
hundred bad frames a second while another client sells.
"""

from __future__ import annotations

import argparse
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

import trio
from attrs import define, field

from switch.centre.as_process import CentreProcess, running_centre
from switch.centre.server import Server
from switch.data_folder.vault import Vault
from switch.iso8583.codec import Codec
from switch.issuers.process.book import MemoryBook
from switch.issuers.process.host import IssuerHost
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.lines.selector import settle_memory
from switch.lines.sockets import listen
from tests.mutation.bystander import Bystander
from tests.mutation.lines import Sender, Target
from tests.mutation.worst import Input, inputs
from tests.support.centre_in_loop import specs, wire

STEP_SECONDS_MAX: Final = 0.020  #: what no reaction may take
RUNS: Final = 5
RISE_SECONDS_MAX: Final = 0.020  #: nor add to what another client waits
BAD_FRAMES_A_SECOND: Final = 100
BUSINESS_DATE: Final = "2026-11-22"
NOW_MS: Final = 1_795_341_600_000
MUTANTS: Final = 20_000
SELLING_SECONDS: Final = 20.0
PATIENCE_SECONDS: Final = 60.0


class Steps(trio.abc.Instrument):
    """The longest step of any task of a loop, in seconds of its thread's CPU."""

    def __init__(self) -> None:
        self.longest, self.where = 0.0, ""
        self._began = 0.0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self._began = time.thread_time()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        took = time.thread_time() - self._began
        if took > self.longest:
            self.longest, self.where = took, task.name

    def taken(self) -> tuple[float, str]:
        """The longest since the last time this was asked."""
        found = self.longest, self.where
        self.longest = 0.0
        return found


@define
class Switch:
    """A switch in a thread of its own: where it listens, how long its steps take."""

    steps: Steps = field(factory=Steps)
    addresses: dict[str, tuple[str, int]] = field(factory=dict)
    ready: threading.Event = field(factory=threading.Event)
    tokens: list[trio.lowlevel.TrioToken] = field(factory=list)
    scopes: list[trio.CancelScope] = field(factory=list)


@contextmanager
def running_switch(data: Path) -> Iterator[Switch]:
    """The switch with its journal on disk, and its issuers, for as long as the block lasts."""
    data.mkdir(parents=True, exist_ok=True)
    switch, issuers = Switch(), list[tuple[str, socket.socket]]()
    for issuer in specs().issuers:
        issuers.append((issuer, listen("127.0.0.1", 0)))
    hosts_ready = threading.Event()
    threads = [
        threading.Thread(target=trio.run, args=(_serve_issuers, issuers, switch, hosts_ready)),
        threading.Thread(target=lambda: trio.run(_serve, data, issuers, switch, instruments=[switch.steps])),
    ]
    for thread in threads:
        thread.start()
    try:
        assert switch.ready.wait(PATIENCE_SECONDS), "the switch did not start"
        switch.steps.taken()
        yield switch
    finally:
        for token, scope in zip(switch.tokens, switch.scopes, strict=True):
            with suppress(trio.RunFinishedError):
                token.run_sync_soon(scope.cancel)
        for thread in threads:
            thread.join()


async def _serve_issuers(issuers: list[tuple[str, socket.socket]], switch: Switch, ready: threading.Event) -> None:
    async with trio.open_nursery() as nursery:
        for issuer, sock in issuers:
            profile = specs().issuers[issuer]
            form = wire(profile.dialect, profile.header, profile.tpdu)
            host = IssuerHost(
                profile, form, MemoryBook(), institution_id=specs().centre.institution_id, clock_ms=lambda: NOW_MS
            )
            nursery.start_soon(host.serve, sock)
        switch.tokens.append(trio.lowlevel.current_trio_token())
        switch.scopes.append(nursery.cancel_scope)


async def _serve(data: Path, issuers: list[tuple[str, socket.socket]], switch: Switch) -> None:
    addresses = {issuer: sock.getsockname() for issuer, sock in issuers}
    with closing(SqliteJournal(data / JOURNAL_FILE, Vault.open(data, new=True))) as journal:
        journal.open_business_date(BUSINESS_DATE, "operator", NOW_MS)
        server = Server(specs(), journal, clock_ms=lambda: NOW_MS, tell=lambda notice: None)
        server.hints.prepare()  # as a centre does while its banks start
        settle_memory()
        async with trio.open_nursery() as nursery:
            await nursery.start(server.run)
            for profile in specs().issuers.values():
                link = server.link(profile.id, wire(profile.dialect, profile.header, profile.tpdu))
                link.moved(*addresses[profile.id][:2])
                nursery.start_soon(link.run)
                await link.signed_on.wait()
            for listener in specs().centre.listeners:
                sock = listen("127.0.0.1", 0)
                switch.addresses[listener.name] = sock.getsockname()[:2]
                form = wire(listener.dialect, listener.header.notation, listener.tpdu)
                nursery.start_soon(server.serve, listener.name, sock, form)
            switch.tokens.append(trio.lowlevel.current_trio_token())
            switch.scopes.append(nursery.cancel_scope)
            switch.ready.set()


def send(address: tuple[str, int], sent: Input) -> None:
    """Send the bytes on so many lines at once, and read each to its end."""
    threads = [threading.Thread(target=_send_one, args=(address, sent.data)) for _ in range(sent.lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _send_one(address: tuple[str, int], data: bytes) -> None:
    with suppress(OSError), socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
        writing = threading.Thread(target=_write, args=(connection, data))
        writing.start()
        while connection.recv(1 << 16):
            pass
        writing.join()


def _write(connection: socket.socket, data: bytes) -> None:
    with suppress(OSError):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)


def stalls(data: Path, mutants: int, seed: str) -> dict[str, tuple[float, str]]:
    """The longest step of the loop for each of the worst inputs, and for so many mutants on each listener."""
    found = {}
    with running_switch(data) as switch:
        for name, sent in inputs().items():
            send(switch.addresses[sent.listener], sent)
            found[name] = switch.steps.taken()
        for listener in specs().centre.listeners:
            codec = Codec(specs().dialects[listener.dialect])
            address = switch.addresses[listener.name]
            target = Target(address=address, codec=codec, header=listener.header, tpdu=listener.tpdu)
            sender = Sender(target, mutants // len(specs().centre.listeners), f"{seed} {listener.name}", count(1))
            sender.thread.start()
            sender.thread.join()
            assert not sender.faults, sender.faults
            found[f"mutants, {listener.name}"] = switch.steps.taken()
    return found


def p99s(data: Path, seconds: float) -> tuple[float, float]:
    """How long another client's slowest hundredth of sales takes, without and with bad frames on an otherwise idle centre."""
    with running_centre(data, ["--business-date", BUSINESS_DATE]) as centre:
        _p99(centre, 1.0)
        quiet = _p99(centre, seconds)
        over = threading.Event()
        thread = threading.Thread(target=_pester, args=(centre.address("ascii"), over))
        thread.start()
        loud = _p99(centre, seconds)
        over.set()
        thread.join()
        centre.stop()
    return quiet, loud


def _p99(centre: CentreProcess, seconds: float) -> float:
    client = Bystander(centre)
    client.start()
    time.sleep(seconds)
    client.stop()
    assert not client.faults, client.faults
    taken = sorted(client.seconds)
    return taken[min(len(taken) * 99 // 100, len(taken) - 1)]


def _pester(address: tuple[str, int], over: threading.Event) -> None:
    """A hundred bad frames a second, every tenth on a line of its own that is nothing but keep-alives."""
    frames = [b"\x00\x01x", b"\x00\x10" + b"0" * 16, b"\x03\xe8" + b"0200" + b"\xff" * 996]
    with socket.create_connection(address) as connection:
        for number in count():
            if over.wait(1 / BAD_FRAMES_A_SECOND):
                return
            if number % 10:
                connection.sendall(frames[number % len(frames)])
            else:
                with socket.create_connection(address) as other, suppress(OSError):
                    other.sendall(bytes(65_534) + b"\xff\xff")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.stalls", description=__doc__)
    parser.add_argument("mutants", type=int, nargs="?", default=MUTANTS, help="mutated frames in all")
    parser.add_argument("--seconds", type=float, default=SELLING_SECONDS, help="how long the other client sells, twice")
    parser.add_argument("--seed", default="1", help="what is chosen by chance")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="switch-stalls-") as folder:
        runs = [stalls(Path(folder) / f"in-{run}", wanted.mutants, wanted.seed) for run in range(RUNS)]
        found = {name: min(run[name] for run in runs) for name in runs[0]}
        for name, (seconds, where) in found.items():
            print(f"{seconds * 1000:8.1f} ms  {name}  ({where})", flush=True)
        quiet, loud = p99s(Path(folder) / "var", wanted.seconds)
    longest = max(seconds for seconds, _ in found.values())
    print(f"longest step of the loop: {longest * 1000:.1f} ms of CPU, expected at most {STEP_SECONDS_MAX * 1000:g}")
    print(f"the other client, p99: {quiet * 1000:.1f} ms, with {BAD_FRAMES_A_SECOND} bad frames a second {loud * 1000:.1f} ms")
    return 1 if longest > STEP_SECONDS_MAX or loud - quiet > RISE_SECONDS_MAX else 0


if __name__ == "__main__":
    raise SystemExit(main())
