"""The centre: one switch, its listeners, its issuers' processes, its business date. What ``switch up`` runs."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import trio

from switch.business_day import refuse_beyond_calendar
from switch.centre.background import exchange_keys, fold, keep_door, lines_told, look_after, settle, watch_sessions_now
from switch.centre.clock.business_clock import BusinessClock
from switch.centre.clock.clock_orders import ClockOrders, refuse_past, setting_of
from switch.centre.exposure import reach, reach_of_api
from switch.centre.host.contract_orders import MERCHANTS_ORDER, ContractOrders
from switch.centre.host.issuer_stage import reach_warnings
from switch.centre.host.orders import Orders, ToldByCentre
from switch.centre.host.page_orders import PageOrders, marked, marking
from switch.centre.host.stage_orders import StageOrders
from switch.centre.host.watched_folder import WatchedFolder, watch
from switch.centre.issuer_processes import ApiWish, HttpProcess, IssuerProcess
from switch.centre.notices import WINDOW_SECONDS, NoticeLimit
from switch.centre.server import Server
from switch.centre.trace_process import TraceProcess
from switch.data_folder.centre_clock import CentreClock, machine_ms
from switch.data_folder.lock import held_alone
from switch.data_folder.vault import Vault
from switch.errors import DataFolderError, SwitchError, UnreachableError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.header import HeaderFormat
from switch.iso8583.scripted.element_names import numbers_by_name
from switch.issuers.process.issuer_service import IssuerService
from switch.issuers.profile import Profile
from switch.journal.journal import Journal, SqliteJournal, refuse_to_begin_beside_books
from switch.journal.journal_file import JOURNAL_FILE
from switch.keys.key_module import KeyModule
from switch.keys.shipped import ACQUIRERS
from switch.lines.issuer_link import IssuerLink
from switch.lines.message_mac import LineMacs, zone_keys
from switch.lines.sockets import listen
from switch.lines.tls_context import issuers_tls, listeners_tls
from switch.lines.wire_format import WireFormat
from switch.machine.readiness import ReadyFile
from switch.machine.starter import Starter
from switch.machine.stopping import FINISH, Stop
from switch.record import frozen
from switch.routing.traffic.notice import Notice, NoticeKind
from switch.scenarios.host_rule import HostRule
from switch.scenarios.playbook import Playbook, overshadowed
from switch.specs.centre_profile import Listener
from switch.specs.checks import Known
from switch.specs.folder import remember_specs
from switch.specs.load import load_specs, scenario_of
from switch.specs.scenario_checks import check_rule
from switch.specs.specification import Specs
from switch.trace.recorder import TRACE_FILE, begin_trace

LOCALHOST_OF: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # who is bound to all addresses is called here
PATIENCE_SECONDS: Final = 5.0  #: then a person is told which issuer the centre waits for


@frozen(kw_only=True)
class Options:
    """What ``switch up`` was asked for. ``specs_folder`` is handed on to the issuers' processes."""

    data: Path
    host: str
    free_ports: bool
    seed: int
    business_date: str | None
    specs_folder: Path | None
    scenario: Path | None
    ready_file: Path | None
    accept_clock: bool = False  #: open the business date the clock says, however far it is ahead
    api: ApiWish | None = None  #: serve the control API there; None: not at all
    gateway_port: int | None = None  #: serve the payment page there, 0 on a free port; None: not at all
    trace: bool = False  #: keep every message of every line (``switch.trace``)
    rules: tuple[HostRule, ...] = ()  #: of scenarios, at the host and at issuers
    watched: WatchedFolder | None = None  #: whose files are applied when they change
    clock: str | None = None  #: what the clock is to show when the centre starts: an instant, or ``now``
    timers: float = 1.0  #: how long the centre's own timers run, as a share of what the specification says


def wire_format(
    of: Listener | Profile, codecs: dict[str, Codec], specs: Specs, keys: KeyModule, today: Callable[[], date]
) -> WireFormat:
    """The wire format of a listener or an issuer; lines of one dialect share its codec. ``today`` is the centre's date."""
    if of.dialect not in codecs:
        codecs[of.dialect] = Codec(specs.dialects[of.dialect])
    header = HeaderFormat.parse(of.header) if isinstance(of.header, str) else of.header
    owner = of.id if isinstance(of, Profile) else ACQUIRERS
    macs, zone = LineMacs.of(of.keys, keys, owner), zone_keys(of.keys, keys, owner)
    return WireFormat(
        codec=codecs[of.dialect], header=header, tpdu=of.tpdu, today=today, macs=macs, zone=zone, pin_zone=of.keys.pin_key
    )


class Centre:
    """A running centre. ``tell`` receives notices; ``started`` is called once every managed issuer is signed on."""

    def __init__(
        self,
        specs: Specs,
        options: Options,
        *,
        tell: Callable[[Notice], None],
        started: Callable[[dict[str, Any]], None],
        stop: Stop,
        starter: Starter,
    ) -> None:
        self.specs, self.options, self._started, self._stop, self._starter = specs, options, started, stop, starter
        self._limit = NoticeLimit(tell, time.monotonic)
        self._tell = self._limit.tell
        self._codecs: dict[str, Codec] = {}
        self._processes: dict[str, IssuerProcess] = {}
        self._http_processes: dict[str, HttpProcess] = {}  #: by their key in the ready file
        self._external = [profile.id for profile in specs.issuers.values() if not profile.managed]
        self._ready_file = ReadyFile(options.ready_file)
        self._listeners_tls, self._issuers_tls = listeners_tls(specs), issuers_tls(specs)

    async def run(self) -> None:
        """Run until somebody asks to stop; then finish what is in flight."""
        with held_alone(self.options.data), self._ready_file.ours():
            remember_specs(self.options.data, self.options.specs_folder)
            path = self.options.data / JOURNAL_FILE
            refuse_to_begin_beside_books(path)
            vault = Vault.open(self.options.data, new=not path.exists())
            with (
                closing(self._limit),
                closing(SqliteJournal(path, vault)) as journal,
                journal.or_stop(),
            ):
                recording = self._recording()
                self._clock = CentreClock.open(self.options.data)
                self._set_clock(journal)
                clock = BusinessClock(
                    journal, self.specs.calendar, clock_ms=self._clock.now_ms, tell=self._tell, data=self.options.data
                )
                await self._open_first_date(journal, clock)
                await self._run(journal, recording, clock)

    def _set_clock(self, journal: SqliteJournal) -> None:
        """Set the clock to what it is to show at the start; SwitchError where that lies behind what the journal has."""
        if self.options.clock is not None:
            setting = setting_of(self.options.clock, self.specs.calendar, "--clock")
            refuse_past(setting, None, journal, self.specs.calendar, "--clock")
            self._clock.set(setting)

    def _recording(self) -> TraceProcess | None:
        """Who writes the trace, where one was asked for; DataFolderError where its file cannot be written."""
        if not self.options.trace:
            return None
        path, arguments = self.options.data / TRACE_FILE, ["--data", str(self.options.data)]
        if self.options.specs_folder:
            arguments += ["--specs", str(self.options.specs_folder)]
        begin_trace(path)
        return TraceProcess(path, arguments, starter=self._starter, clock_ms=machine_ms, tell=self._tell, stop=self._stop)

    async def _open_first_date(self, journal: Journal, clock: BusinessClock) -> None:
        """The business date of a new folder is the one asked for, else the clock's; later ones follow by cut-off."""
        given_date, row = self.options.business_date, journal.open_date()
        if given_date:
            refuse_beyond_calendar(given_date, "--business-date")
        if row is None:
            await clock.open(given_date or clock.says(), "operator" if given_date else "clock")
        elif given_date and given_date < row[0]:
            raise SwitchError(
                f"--business-date: found {given_date}, expected {row[0]} or later: that date is open in {self.options.data}"
            )

    async def _run(self, journal: SqliteJournal, recording: TraceProcess | None, clock: BusinessClock) -> None:
        trace = recording.trace if recording is not None else None
        keys = KeyModule.open(self.options.data, self.specs.issuers)
        playbook = Playbook(self.options.rules, self.options.seed)
        server = Server(
            self.specs,
            journal,
            clock_ms=self._clock.now_ms,
            tell=self._tell,
            trace=trace,
            keys=keys,
            playbook=playbook,
            timers=self.options.timers,
        )
        self._stop.unanswered = lambda: server.board.pending
        options = self.options
        # the server knows the date before: it tells the lines of the one that begins
        await clock.begin(options.business_date, accepted=options.accept_clock, was_set=options.clock is not None)
        host, api = self.options.host, self.options.api
        listening = [(each, self._listen(f"listener {each.name}", host, each.port)) for each in self.specs.centre.listeners]
        addresses = {listener.name: sock.getsockname()[:2] for listener, sock in listening}
        warnings = [reach(self.specs.centre.listeners, [address[0] for address in addresses.values()])]
        if api is not None:
            self._listen("--api", api.host, api.port).close()  # before the centre waits for it
            warnings.append(reach_of_api(api.host))
        for warning in filter(None, warnings):
            self._tell(Notice("open_to_others", warning))
        for later, earlier in overshadowed(playbook.rules):
            self._tell(Notice("scenario", f"{later.label}: it can never apply, {earlier.label} stands before it and takes all"))
        for sentence in reach_warnings(playbook.rules, self._external):
            self._tell(Notice("scenario", sentence))
        traced = recording.running() if recording is not None else nullcontext()
        async with self._starter.running(), traced, trio.open_nursery() as whole:
            await whole.start(server.run)
            links = {profile.id: self._link(server, profile, keys) for profile in self.specs.issuers.values()}
            for profile in self.specs.issuers.values():
                whole.start_soon(links[profile.id].run)
                if profile.managed:
                    whole.start_soon(self._process(profile, links[profile.id]).keep)
                else:
                    links[profile.id].moved(*profile.address)
            whole.start_soon(settle, server)
            whole.start_soon(clock.run)
            whole.start_soon(look_after, journal, recording)
            whole.start_soon(fold, journal)
            whole.start_soon(self._sum_up)
            whole.start_soon(exchange_keys, self.options.data, links)
            whole.start_soon(self._open_door, server, journal, clock, addresses)
            whole.start_soon(self._announce, links, addresses, recording, whole)
            async with trio.open_nursery() as serving:
                for listener, sock in listening:
                    wire = wire_format(listener, self._codecs, self.specs, keys, self._clock.today)
                    serving.start_soon(server.serve, listener.name, sock, wire, self._listeners_tls.get(listener.name))
                await self._stop.comes_to(FINISH)
                self._tell(Notice("stopping", "finishing what is in flight"))
                server.stop()
            for rule in playbook.never_hit():
                self._tell(Notice("scenario", f"{rule.label}: never applied: {rule.in_words}"))
            whole.cancel_scope.cancel()

    async def _open_door(
        self, server: Server, journal: SqliteJournal, clock: BusinessClock, addresses: Mapping[str, tuple[str, int]]
    ) -> None:
        """Take orders about rules of scenarios, the clock and new merchants, until cancelled."""
        listeners, traced = partial(self._listeners_told, addresses), lambda: self.options.trace
        told: ToldByCentre = {"lines": partial(lines_told, server), "listeners": listeners, "trace": traced}
        names, read = numbers_by_name(self.specs.dialects.values()), partial(scenario_of, self.specs)
        facts, script = partial(server.script.facts_now, specs=self.specs), server.script
        stage, page = StageOrders(server.stage, script.applied, self._tell), PageOrders(script, self.specs, self._tell)
        others = {word: act for each in (stage, page, server.pokes) for word, act in each.handlers.items()}
        warn, check = partial(reach_warnings, external=self._external), partial(check_rule, known=Known.of(self.specs))
        watched, changed = self.options.watched, marking(self.options.data, script.playbook, server.rules_changed)
        orders = Orders(script, changed, names, read, warn, others, check, told, facts, watched)
        moved, calendar = partial(watch_sessions_now, server), self.specs.calendar
        of_clock = ClockOrders(self._clock, clock, journal, calendar, tell=self._tell, date_moved=moved)
        contracts = ContractOrders(self.specs.merchants, partial(load_specs, self.specs.folder), server.know_merchants)

        async def carry_out(order: dict[str, Any]) -> dict[str, Any]:
            wanted = of_clock if order.get("of") == "clock" else orders
            return await (contracts if order.get("do") == MERCHANTS_ORDER else wanted).carry_out(order)

        with marked(self.options.data, script.playbook):
            async with trio.open_nursery() as nursery:
                if watched is not None:
                    nursery.start_soon(watch, watched, orders.carry_out, self._tell)
                await keep_door(self.options.data, carry_out, self._tell)

    def _listeners_told(self, addresses: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
        """Where each listener is, and what a client needs to know of it."""
        return {
            listener.name: {
                "host": addresses[listener.name][0],
                "port": addresses[listener.name][1],
                "dialect": listener.dialect,
                "header": listener.header.notation,
                "tpdu": listener.tpdu,
                "tls": self._how_secured(listener),
            }
            for listener in self.specs.centre.listeners
        }

    def _how_secured(self, listener: Listener) -> dict[str, Any] | None:
        """What a client needs to know of a listener's TLS."""
        if listener.tls is None:
            return None
        return {"certificate": str((self.specs.folder / listener.tls.certificate).resolve()), "plain": listener.tls.plain}

    async def _sum_up(self) -> None:
        """Report how many notices were left out, also when no further notice comes."""
        while True:
            await trio.sleep(WINDOW_SECONDS)
            self._limit.sum_up()

    def _listen(self, what: str, host: str, port: int) -> socket.socket:
        port = 0 if self.options.free_ports else port
        try:
            return listen(host, port)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else error
            raise UnreachableError(
                f"{what}: found {host}:{port} {why}, expected a free address (--free-ports takes any)"
            ) from None

    def _link(self, server: Server, profile: Profile, keys: KeyModule) -> IssuerLink:
        wire = wire_format(profile, self._codecs, self.specs, keys, self._clock.today)
        return server.link(profile.id, wire, self._issuers_tls.get(profile.id))

    def _process(self, profile: Profile, link: IssuerLink) -> IssuerProcess:
        options = self.options
        port = 0 if options.free_ports else profile.address.port
        service = IssuerService(
            issuer=profile.id, specs_folder=options.specs_folder, data=options.data, seed=options.seed, port=port
        )
        process = IssuerProcess(service, link, starter=self._starter, tell=self._tell, stop=self._stop)
        self._processes[profile.id] = process
        return process

    async def _announce(
        self,
        links: dict[str, IssuerLink],
        addresses: dict[str, tuple[str, int]],
        recording: TraceProcess | None,
        nursery: trio.Nursery,
    ) -> None:
        """Say that the centre is ready once every issuer is signed on, and the trace can be read."""
        for issuer, link in links.items():
            with trio.move_on_after(PATIENCE_SECONDS):
                await link.signed_on.wait()
            if not link.signed_on.is_set():
                self._tell(Notice("waiting", f"{issuer} has not signed on yet"))
                await link.signed_on.wait()
        if recording is not None:
            with trio.move_on_after(PATIENCE_SECONDS):
                await recording.ready.wait()
        page = await self._payment_page(addresses, nursery) if self.options.gateway_port is not None else {}
        api = await self._control_api(self.options.api, nursery) if self.options.api is not None else {}
        ready: dict[str, Any] = {
            "pid": os.getpid(),
            "data": str(self.options.data.resolve()),
            "listeners": self._listeners_told(addresses),
            "issuers": {issuer: {"pid": None} for issuer in self.specs.issuers},
            **page,
            **api,
        }
        self._write_ready(ready)
        self._started(ready)
        for process in [*self._processes.values(), *self._http_processes.values()]:
            process.lives_again = partial(self._ready_again, ready)

    def _write_ready(self, ready: dict[str, Any]) -> None:
        """Put the processes as they are now into ``ready``, and write its file."""
        for issuer, process in self._processes.items():
            ready["issuers"][issuer]["pid"] = process.pid
        for key, http in self._http_processes.items():
            ready[key]["pid"] = http.pid
        self._ready_file.write(ready)

    def _ready_again(self, ready: dict[str, Any]) -> None:
        with suppress(DataFolderError):  # the centre goes on with a ready file of before
            self._write_ready(ready)

    async def _payment_page(self, addresses: dict[str, tuple[str, int]], nursery: trio.Nursery) -> dict[str, Any]:
        """Start the payment page and wait until it is served; where that is, for the ready file."""
        options, listener = self.options, payment_page_listener(self.specs)
        host, port = addresses[listener.name]
        host = LOCALHOST_OF.get(host, host)
        arguments = ["gateway", "serve", "--announce", "--data", str(options.data), "--listener", listener.name]
        if options.specs_folder:
            arguments += ["--specs", str(options.specs_folder)]
        arguments += ["--centre", f"{host}:{port}", "--host", options.host, "--port", str(options.gateway_port)]
        said = await self._http("gateway", "the payment page", "gateway_died", arguments).begun(nursery)
        return {"gateway": {"url": said["url"]}}

    async def _control_api(self, wish: ApiWish, nursery: trio.Nursery) -> dict[str, Any]:
        """Start the control API and wait until it is served; where that is, for the ready file."""
        arguments = ["api", "serve", "--announce", "--data", str(self.options.data), *wish.options]
        if self.options.specs_folder:
            arguments += ["--specs", str(self.options.specs_folder)]
        arguments += ["--host", wish.host, "--port", "0" if self.options.free_ports else str(wish.port)]
        said = await self._http("api", "the control API", "api_died", arguments).begun(nursery)
        return {"api": {"url": said["url"], "token_file": said["token_file"]}}

    def _http(self, key: str, name: str, kind: NoticeKind, arguments: list[str]) -> HttpProcess:
        """The process that a key of the ready file is about."""
        process = HttpProcess(name, kind, arguments, starter=self._starter, tell=self._tell, stop=self._stop)
        self._http_processes[key] = process
        return process


def payment_page_listener(specs: Specs) -> Listener:
    """The listener the payment page calls: the first that speaks the edition of 1987 without MACs and client certificates.

    SwitchError where there is none.
    """
    for listener in specs.centre.listeners:
        edition = specs.dialects[listener.dialect].edition
        asks = listener.tls is not None and listener.tls.client_certificates == "required"
        if edition != EDITION_1993 and listener.keys.mac == "none" and not asks:
            return listener
    raise SwitchError("--gateway: found no listener of the edition of 1987 without MACs, expected one in centre.toml")
