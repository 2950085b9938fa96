"""What ``switch issuer serve`` runs: one issuer's host over its durable book, until it is told to stop."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import tzinfo
from functools import cache, partial
from io import FileIO
from pathlib import Path
from typing import Final

import trio

from switch.card import Pan
from switch.data_folder.centre_clock import CentreClock
from switch.data_folder.vault import KEY_FILE, Vault
from switch.errors import DataFolderError, SwitchError, UnreachableError
from switch.iso8583.codec import Codec
from switch.iso8583.header import HeaderFormat
from switch.issuers.process.book import Book
from switch.issuers.process.host import IssuerHost
from switch.issuers.process.verifier import KeyVerifier
from switch.journal.journal_file import JOURNAL_FILE, has_approvals_of
from switch.keys.key_module import KeyModule
from switch.lines.message_mac import LineMacs, zone_keys
from switch.lines.selector import settle_memory
from switch.lines.sockets import listen
from switch.lines.staging.issuer_script import IssuerScript
from switch.lines.tls_context import issuer_server_tls
from switch.lines.wire_format import WireFormat
from switch.machine.kept_files import LOOK_SECONDS
from switch.machine.private import create_file, make_folder
from switch.machine.stopping import FINISH, Stop
from switch.scenarios.business_time import Moment, moment_at
from switch.scenarios.host_rule import HostRule
from switch.scenarios.playbook import Playbook
from switch.specs.load import prove_cards
from switch.specs.specification import Specs

PREDECESSOR_SECONDS_MAX: Final = 10.0  #: how long the process of a dead centre may take to end; then a person is told
PREDECESSOR_POLL_SECONDS: Final = 0.02
_READ_BYTES: Final = 4_096  #: of a standard input that says nothing


async def serve_issuer(
    issuer_id: str,
    specs: Specs,
    *,
    data: Path,
    rules: Iterable[HostRule],
    seed: int,
    host: str,
    port: int | None,
    leashed: bool,
    of_centre: bool,
    listening: Callable[[str, int], None],
    stop: Stop,
) -> None:
    """Serve until somebody asks to stop; ``leashed``: until standard input ends, so that no issuer outlives its centre.
    ``of_centre``: the journal of a centre is in the data folder. ``rules``: those at issuers, of one that runs by itself.

    DataFolderError where the book is gone, or cannot be relied on any more: it is never begun anew for accounts that had one.
    """
    profile = specs.issuers.get(issuer_id)
    if profile is None:
        raise SwitchError(f"issuer: found {issuer_id!r}, expected one of {', '.join(specs.issuers)}")
    if not leashed:  # a centre has proved them before it starts its issuers
        prove_cards(specs, issuer_id)
    if profile.sheet is not None:
        profile.sheet.load()
    tls = issuer_server_tls(profile, specs)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_end_when_asked, stop, nursery.cancel_scope)
        if leashed:
            nursery.start_soon(_end_with_standard_input, nursery.cancel_scope)
        path = data / "issuers" / f"{issuer_id}.db"
        begins = not path.exists()
        if begins:
            _refuse_new_book(path, issuer_id, data, of_centre=of_centre)
        lock, waited = await _keep_alone(path.with_suffix(".lock"))
        with closing(lock), closing(Book.open(path, f"issuer {issuer_id}")) as book:
            if book.empty and (waited or not begins):  # else it is asked above, and nothing has changed since
                _refuse_new_book(path, issuer_id, data, of_centre=of_centre)
            with book.or_stop():
                keys, clock = KeyModule.open(data, [issuer_id]), CentreClock.open(data)
                wire = WireFormat(
                    codec=Codec(specs.dialects[profile.dialect]),
                    header=HeaderFormat.parse(profile.header),
                    tpdu=profile.tpdu,
                    today=clock.today,
                    macs=LineMacs.of(profile.keys, keys, issuer_id),
                    zone=zone_keys(profile.keys, keys, issuer_id),
                )
                playbook, zone = Playbook(rules, seed), specs.calendar.zone
                now = partial(_moment, clock, zone)
                issuer = IssuerHost(
                    profile,
                    wire,
                    book,
                    institution_id=specs.centre.institution_id,
                    country=specs.centre.country,
                    clock_ms=clock.now_ms,
                    script=IssuerScript(playbook, specs.routing, specs.merchants, now) if len(playbook) else None,
                    codec_named=cache(lambda name: Codec(specs.dialects[name]) if name in specs.dialects else None),
                    cued=leashed,
                    seed=seed,
                    tls=tls,
                    told_in=data,
                    unseal=lambda sealed: _opened(data, sealed),
                    say=_say,
                    verifier=KeyVerifier(keys, issuer_id, profile.keys.pin_key),
                )
                sock = _listening(issuer_id, host, profile.address.port if port is None else port)
                settle_memory()
                nursery.start_soon(_look_after, book)
                listening(host, sock.getsockname()[1])
                await issuer.serve(sock)


def _moment(clock: CentreClock, zone: tzinfo) -> Moment:
    """Now, in business time as far as an issuer knows it: every day is a business date."""
    return moment_at(clock.now_ms(), zone)


def _opened(data: Path, sealed: str) -> Pan | None:
    """A card number as the centre keeps it; None where it does not open here."""
    try:
        return Vault.open(data, new=False).unseal(bytes.fromhex(sealed))
    except (DataFolderError, ValueError, TypeError):
        return None


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _listening(issuer_id: str, host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise UnreachableError(f"issuer {issuer_id}: {host}:{port}: {error.strerror or error}") from None


def _refuse_new_book(path: Path, issuer_id: str, data: Path, *, of_centre: bool) -> None:
    """DataFolderError where an empty book would forget what is on the accounts.

    Either the journal beside it knows of approvals, or the journal itself is gone from the folder of a centre.
    """
    journal = data / JOURNAL_FILE
    if journal.exists():
        if has_approvals_of(journal, issuer_id):
            expected = f"the book of the approvals {issuer_id} gave by {journal}: put it back, or begin a new data folder"
            raise DataFolderError(f"{path}: found {'an empty book' if path.exists() else 'none'}, expected {expected}")
    elif of_centre or (data / KEY_FILE).exists():
        raise DataFolderError(f"{journal}: found none, and issuer {issuer_id} begins no book beside a journal that is gone")


async def _look_after(book: Book) -> None:
    """See that the book that is written is still there to be read."""
    while True:
        await trio.sleep(LOOK_SECONDS)
        book.look()


async def _keep_alone(path: Path) -> tuple[FileIO, bool]:
    """The lock of an issuer's book, held for as long as the file is open: two processes would not know of each other's
    holds. And whether another process had it first.

    That of a centre that was killed may still be at the last requests it was sent; it is waited for. DataFolderError where
    it does not end.
    """
    try:
        make_folder(path.parent)
        lock = create_file(path)
    except OSError as error:
        raise DataFolderError(f"{path}: found {error.strerror}, expected a file that can be written") from None
    deadline, waited = trio.current_time() + PREDECESSOR_SECONDS_MAX, False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock, waited
        except BlockingIOError:
            if trio.current_time() > deadline:
                raise DataFolderError(f"{path}: another process of this issuer is running on this data folder") from None
        waited = True
        await trio.sleep(PREDECESSOR_POLL_SECONDS)


async def _end_when_asked(stop: Stop, scope: trio.CancelScope) -> None:
    await stop.comes_to(FINISH)
    scope.cancel()


async def _end_with_standard_input(scope: trio.CancelScope) -> None:
    """The centre holds the other end of our standard input; it goes when the centre does, however that ends.

    The thread reads past Python's buffer: it is left behind where we end first, and may hold no lock of the interpreter then.
    """
    await trio.to_thread.run_sync(_read_to_its_end, sys.stdin.fileno(), abandon_on_cancel=True)
    scope.cancel()


def _read_to_its_end(number: int) -> None:
    while os.read(number, _READ_BYTES):
        pass
