"""Running the payment page: its store, its line to the centre, its callbacks, its HTTP server, until it is asked to stop."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import trio

from switch.acquirer.caller import CentreLine
from switch.data_folder.centre_clock import CentreClock, machine_ms
from switch.data_folder.certificates import make_certificates
from switch.data_folder.lock import held_alone
from switch.data_folder.vault import Vault
from switch.errors import SwitchError, UnreachableError
from switch.gateway.affiliation.live_shops import LiveShops
from switch.gateway.front.page_server import PAGE_END_SECONDS, HttpSettings, serve_pages
from switch.gateway.front.token_buckets import PageLimits
from switch.gateway.office.office_desk import OfficeDesk
from switch.gateway.payments.desk import ANSWER_SECONDS, PaymentDesk
from switch.gateway.payments.settling import SettlingDesk
from switch.gateway.receipts.receipt_desk import ReceiptDesk
from switch.gateway.receipts.receipt_links import ReceiptLinks
from switch.gateway.site.calling_back import CallbackDesk
from switch.gateway.site.holder_proofs import BankPages
from switch.gateway.site.routes import Site
from switch.gateway.site.scripted_banks import ScriptedBanks
from switch.gateway.site.service import PageService
from switch.gateway.store.order_book import GATEWAY_DATABASE, open_orders
from switch.gateway.store.reading import StoreReader
from switch.gateway.store.writer import StoreWriter
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993
from switch.keys.key_module import KeyModule
from switch.lines.sockets import listen
from switch.lines.tls_context import ClientSide
from switch.lines.wire_format import WireFormat
from switch.machine.private import make_folder
from switch.machine.stopping import FINISH, Stop
from switch.record import frozen
from switch.specs.centre_profile import Listener
from switch.specs.specification import Specs

GATEWAY_FOLDER: Final = "gateway"  #: below the data folder of the centre
_EVENT_ID_BYTES: Final = 16
TLS_FOLDER: Final = "tls"  #: below the folder of the gateway
NO_MAC: Final = "none"


@frozen(kw_only=True)
class CentrePlace:
    """Where the centre is: a listener of it, and TLS where that has it."""

    host: str
    listener: Listener
    tls: ClientSide | None = None


@frozen(kw_only=True)
class SiteOptions:
    """What ``switch gateway serve`` was asked for."""

    data: Path  #: of the centre; the gateway's own folder is below it
    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    answer_seconds: float = ANSWER_SECONDS
    listener: str = ""  #: the name of the listener that is called


def test_certificate(data: Path, host: str) -> tuple[Path, Path]:
    """Certificate and key for the page, made at the first time, below the folder of the gateway; beside them the CA that
    signed them, for browsers and shops to trust."""
    folder = data / GATEWAY_FOLDER / TLS_FOLDER
    if not (folder / "server.pem").exists():
        make_folder(data)
        make_folder(data / GATEWAY_FOLDER)
        make_folder(folder)
        hosts = sorted({host, "localhost", "127.0.0.1"} - {"0.0.0.0", "::"})  # noqa: S104  # names of this machine
        make_certificates(folder, hosts, datetime.now(UTC))
    return folder / "server.pem", folder / "server.key"


def wire_of(listener: Listener, specs: Specs) -> WireFormat:
    """How to speak at a listener. SwitchError where the payment page cannot."""
    dialect = specs.dialects[listener.dialect]
    if dialect.edition == EDITION_1993:
        raise SwitchError(f"--listener: found {listener.name}, which speaks the edition of 1993, expected one of 1987")
    if listener.keys.mac != NO_MAC:
        raise SwitchError(f"--listener: found {listener.name}, which wants MACs, expected one without")
    return WireFormat(codec=Codec(dialect), header=listener.header, tpdu=listener.tpdu)


async def serve_gateway(
    specs: Specs,
    options: SiteOptions,
    place: CentrePlace,
    *,
    stop: Stop,
    listening: Callable[[str, int], None],
    leashed: bool = False,
) -> None:
    """Serve the payment page until somebody asks to stop; ``leashed``, until standard input ends, too."""
    folder = options.data / GATEWAY_FOLDER
    with held_alone(folder):
        path = folder / GATEWAY_DATABASE
        vault = Vault.open(folder, new=not path.exists())
        with closing(open_orders(folder)) as connection:
            try:
                sock = listen(options.host, options.port)
            except OSError as error:
                why = os.strerror(error.errno) if error.errno else error
                raise UnreachableError(f"found {options.host}:{options.port} {why}, expected a free address") from None
            with sock:
                line = CentreLine(place.host, place.listener.port, wire_of(place.listener, specs), tls=place.tls)
                keys = KeyModule.open(_keys_of(options.data), specs.issuers)
                writer, clock_ms = StoreWriter(connection), CentreClock.open(options.data).now_ms
                dialect = place.listener.dialect
                async with running(
                    specs, writer, line, vault, keys, dialect, options, clock_ms, limits_ms=machine_ms
                ) as service:
                    site = Site(service, secure=options.certificate is not None)
                    settings = http_settings(options)
                    ended = trio.Event()
                    async with trio.open_nursery() as nursery:
                        await nursery.start(served, site, settings, sock, ended, nursery.cancel_scope)
                        host, port = sock.getsockname()[:2]
                        listening(host, port)
                        nursery.start_soon(_end_when_asked, stop, ended)
                        if leashed:
                            nursery.start_soon(_end_with_input, ended)


async def _end_when_asked(stop: Stop, ended: trio.Event) -> None:
    await stop.comes_to(FINISH)
    ended.set()


async def _end_with_input(ended: trio.Event) -> None:
    """Whoever started this process holds the other end of its standard input."""
    with suppress(OSError):
        async with trio.lowlevel.FdStream(os.dup(sys.stdin.fileno())) as stream:
            while await stream.receive_some():
                pass
    ended.set()


async def served(
    site: Site,
    settings: HttpSettings,
    sock: socket.socket,
    ended: trio.Event,
    scope: trio.CancelScope,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until it has ended, and end those who wait for that."""
    await serve_pages(site.application(), settings, sock, ended, task_status=task_status)
    scope.cancel()


@asynccontextmanager
async def running(
    specs: Specs,
    writer: StoreWriter,
    line: CentreLine,
    vault: Vault,
    keys: KeyModule,
    dialect: str,
    options: SiteOptions,
    clock_ms: Callable[[], int],
    *,
    limits_ms: Callable[[], int] | None = None,
) -> AsyncIterator[PageService]:
    """The service with all that works for it; the store ends last, so that nothing is left unwritten.

    ``limits_ms`` is the clock of what keeps strangers out, ``clock_ms`` where there is no other: nobody waits for a clock that
    stands still before he may sign in.
    """
    limits_ms = limits_ms or clock_ms
    shops = LiveShops(specs, StoreReader(writer.path), told=_complain)
    specs = shops.specs
    desk = PaymentDesk(specs, writer, line, vault, dialect=dialect, clock_ms=clock_ms, answer_seconds=options.answer_seconds)
    callbacks = CallbackDesk(specs, writer, desk, clock_ms=clock_ms, new_id=lambda: secrets.token_hex(_EVENT_ID_BYTES))
    folder = options.data / GATEWAY_FOLDER
    make_folder(folder)
    receipts = ReceiptDesk(specs, writer, ReceiptLinks.open(folder), options.data, clock_ms=clock_ms)
    wanted = specs.gateway.limits
    limits = PageLimits(wanted.posts_per_minute, wanted.sign_ins_per_minute, wanted.applications_per_hour, limits_ms)
    office = OfficeDesk(specs, writer, desk, options.data, tries=limits.sign_ins, clock_ms=clock_ms, limits_ms=limits_ms)
    banks = BankPages(specs, keys)
    scripted = ScriptedBanks(specs, writer, options.data, dialect=dialect, listener=options.listener, clock_ms=clock_ms)
    service = PageService(specs, writer, desk, callbacks, banks, scripted, receipts, office, limits, clock_ms=clock_ms)
    settling = SettlingDesk(specs, writer, options.data, clock_ms=clock_ms, told=callbacks.tell_settled)
    async with trio.open_nursery() as storing:
        await storing.start(writer.run)
        async with trio.open_nursery() as working:
            await working.start(shops.run)
            await working.start(line.run)
            await working.start(desk.run)
            await working.start(callbacks.run)
            await working.start(service.run)
            await working.start(receipts.run)
            await working.start(settling.run)
            yield service
            await service.finish(PAGE_END_SECONDS)
            working.cancel_scope.cancel()
        storing.cancel_scope.cancel()


def _complain(sentence: str) -> None:
    sys.stderr.write(f"switch: {sentence}\n")


def _keys_of(data: Path) -> Path | None:
    from switch.keys.keystore import KEYSTORE_FILE

    return data if (data / KEYSTORE_FILE).exists() else None


def http_settings(options: SiteOptions) -> HttpSettings:
    return HttpSettings(certificate=options.certificate, key=options.key)
