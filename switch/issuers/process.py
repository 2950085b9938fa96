"""What ``switch issuer serve`` runs: one issuer's host over its durable book, until it is told to stop."""

from __future__ import annotations

import fcntl
import signal
import sys
import time
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Final

import trio

from switch.errors import DataFolderError, SwitchError, UnreachableError
from switch.iso8583.codec import Codec
from switch.iso8583.framing import HeaderFormat
from switch.issuers.book import Book
from switch.issuers.host import IssuerHost
from switch.issuers.scenario import Scenario
from switch.line import WireFormat, listen, settle_memory
from switch.private import create_file, make_folder
from switch.specs import Specs

PREDECESSOR_SECONDS_MAX: Final = 10.0  #: how long the process of a dead centre may take to end; then a person is told
PREDECESSOR_POLL_SECONDS: Final = 0.02


async def serve_issuer(
    issuer_id: str,
    specs: Specs,
    *,
    data: Path,
    scenario: Scenario | None,
    seed: int,
    host: str,
    port: int | None,
    leashed: bool,
    listening: Callable[[str, int], None],
) -> None:
    """Serve until SIGINT or SIGTERM; ``leashed``: until standard input ends, so that no issuer outlives its centre."""
    profile = specs.issuers.get(issuer_id)
    if profile is None:
        raise SwitchError(f"issuer: found {issuer_id!r}, expected one of {', '.join(specs.issuers)}")
    keeping = await _keep_alone(data / "issuers" / f"{issuer_id}.lock")
    book = Book.open(data / "issuers" / f"{issuer_id}.db")
    wire = WireFormat(
        codec=Codec(specs.dialects[profile.dialect]), header=HeaderFormat.parse(profile.header), tpdu=profile.tpdu
    )
    issuer = IssuerHost(
        profile,
        wire,
        book,
        institution_id=specs.centre.institution_id,
        clock_ms=lambda: time.time_ns() // 1_000_000,
        scenario=scenario,
        seed=seed,
    )
    bound = profile.address.port if port is None else port
    try:
        sock = listen(host, bound)
    except OSError as error:
        raise UnreachableError(f"issuer {issuer_id}: {host}:{bound}: {error.strerror or error}") from None
    settle_memory()
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(issuer.serve, sock)
            listening(host, sock.getsockname()[1])
            if leashed:
                nursery.start_soon(_end_with_standard_input, nursery.cancel_scope)
            await _stop_signal()
            nursery.cancel_scope.cancel()
    finally:
        book.close()
        keeping.close()


async def _keep_alone(path: Path) -> FileIO:
    """The lock of an issuer's book, held for as long as the file is open: two processes would not know of each other's holds.

    That of a centre that was killed may still be at the last requests it was sent; it is waited for. DataFolderError where
    it does not end.
    """
    try:
        make_folder(path.parent)
        lock = create_file(path)
    except OSError as error:
        raise DataFolderError(f"{path}: found {error.strerror}, expected a file that can be written") from None
    deadline = trio.current_time() + PREDECESSOR_SECONDS_MAX
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if trio.current_time() > deadline:
                raise DataFolderError(f"{path}: another process of this issuer is running on this data folder") from None
        await trio.sleep(PREDECESSOR_POLL_SECONDS)


async def _end_with_standard_input(scope: trio.CancelScope) -> None:
    """The centre holds the other end of our standard input; it goes when the centre does, however that ends."""
    await trio.to_thread.run_sync(sys.stdin.buffer.read, abandon_on_cancel=True)
    scope.cancel()


async def _stop_signal() -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            return
