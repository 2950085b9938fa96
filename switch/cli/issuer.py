"""``switch issuer serve``: run one simulated issuer."""

from __future__ import annotations

import json
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.help import Verbs, option
from switch.cli.command.names import issuer_names, scenario_names
from switch.cli.command.options import PATH, data_option, specs_option
from switch.cli.console.last_resort import tell_fault
from switch.errors import SwitchError
from switch.issuers.process.issuer_service import IssuerService
from switch.machine.stopping import SIGNALS, Stop

if TYPE_CHECKING:
    from switch.machine.starting import Launched
    from switch.specs.specification import Specs

#: What each issuer needs and ``serve`` loads when it is called; ``start-by-fork`` loads it once for all.
LOADED_FIRST: Final = ("switch.cli.console.run", "switch.centre.exposure", "switch.issuers.process.main")
#: What ``start-by-fork`` has read for those it starts, by its folder. Empty in any other process.
_read: Final[dict[Path | None, Specs]] = {}


@click.group(cls=Verbs)
def issuer() -> None:
    """Simulated issuers, one process each."""
    from switch.machine.sqlite_library import lighten_sqlite

    lighten_sqlite()


@issuer.command(short_help="Run one issuer until Ctrl+C or SIGTERM.")
@click.argument("issuer_id", metavar="ID", shell_complete=issuer_names)
@specs_option
@data_option
@option("--scenario", type=PATH, metavar="FILE", shell_complete=scenario_names, help="Scenario to play.")
@option("--seed", type=int, default=0, show_default=True, metavar="NUMBER", help="Seed of the approval codes.")
@option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on.")
@option(
    "--port",
    type=click.IntRange(0, 65535),
    default=None,
    metavar="PORT",
    help="Port to listen on instead of the specification's; 0 takes a free one.",
)
@option("--announce", is_flag=True, help="Print the port as JSON when listening, and end when standard input ends.")
@option("--of-centre", is_flag=True, help="Begin no book if the data folder has no journal of Switch.")
def serve(
    issuer_id: str,
    specs_folder: Path | None,
    data: Path,
    scenario: Path | None,
    seed: int,
    host: str,
    port: int | None,
    announce: bool,
    of_centre: bool,
) -> None:
    """Run the issuer ID of the specification until Ctrl+C or SIGTERM; it ends with 0 then."""
    stop = click.get_current_context().find_root().with_resource(Stop().by_signal())
    service = IssuerService(
        issuer=issuer_id,
        specs_folder=specs_folder,
        data=data,
        seed=seed,
        port=port,
        scenario=scenario,
        host=host,
        announce=announce,
        of_centre=of_centre,
    )
    _serve(service, stop)


def _serve(service: IssuerService, stop: Stop) -> None:
    """Run an issuer until ``stop`` is asked."""
    from switch.centre.exposure import reach_of_issuer
    from switch.cli.console.run import run
    from switch.issuers.process.main import serve_issuer
    from switch.machine.starting import is_called
    from switch.specs.load import load_scenario, load_specs, scenario_path

    name, announce, scenario = service.issuer, service.announce, service.scenario
    is_called(f"issuer {name}")
    specs = _read.get(service.specs_folder) or load_specs(service.specs_folder)
    rules = load_scenario(scenario_path(scenario, specs), specs).at_issuers if scenario else ()

    def listening(address: str, port: int) -> None:
        print(json.dumps({"port": port}) if announce else f"{name} listens on {address}:{port}", flush=True)
        warning = None if announce else reach_of_issuer(specs.issuers[name], address)
        if warning is not None:
            print(f"open to others: {warning}", flush=True)

    async def serving() -> None:
        await serve_issuer(
            name,
            specs,
            data=service.data,
            rules=rules,
            seed=service.seed,
            host=service.host,
            port=service.port,
            leashed=announce,
            of_centre=service.of_centre,
            listening=listening,
            stop=stop,
        )

    run(serving, stop, read_by_people=not announce)


@issuer.command(hidden=True)
@specs_option
@data_option
def record_trace(specs_folder: Path | None, data: Path) -> None:
    """Write the trace of a centre, which hands it over on standard input. It ends when that does, whoever else asks it to."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # a service manager sends them to all processes of a centre at once
    from switch.machine.streams import refuse_other_input
    from switch.specs.load import load_specs
    from switch.trace.process import record_until_end

    refuse_other_input("switch issuer record-trace", "a pipe", "the pipe of a centre")

    def say(what: str) -> None:
        with suppress(OSError):  # the centre is gone; what it has handed over is written all the same
            print(what, flush=True)

    specs = _read.get(specs_folder) or load_specs(specs_folder)
    record_until_end(data, specs.dialects, sys.stdin.fileno(), say)


@issuer.command(hidden=True)
@specs_option
def start_by_fork(specs_folder: Path | None) -> None:
    """Start issuers, and who writes the trace, as a centre asks on standard input. Each is this process over again, with all
    that it has loaded."""
    from switch.machine.streams import refuse_other_input

    refuse_other_input("switch issuer start-by-fork", "a socket", "the socket of a centre")
    from switch.machine.starting import is_abandoned

    with socket.socket(fileno=sys.stdin.fileno()) as control:
        for name in LOADED_FIRST:  # they take their time; whoever reads a centre that has ended is not to wait for them
            if is_abandoned(control):
                return
            import_module(name)
        if is_abandoned(control):
            return
        from switch.specs.load import load_specs

        with suppress(SwitchError):  # whoever is started says what is wrong
            _read[specs_folder] = load_specs(specs_folder)
        _start(control)


def starter_of(specs: Specs, specs_folder: Path | None) -> Launched:
    """The starter of the centre that this process is about to be, forked with the specification it has read from
    ``specs_folder``; OSError where there is no memory for it."""
    for name in LOADED_FIRST:
        import_module(name)
    from switch.machine.starting import fork

    def be(control: socket.socket) -> None:
        _read[specs_folder] = specs
        try:
            _start(control)
        except Exception as fault:
            tell_fault(fault, ["up"])
            raise

    return fork(be)


def _start(control: socket.socket) -> None:
    """Be the starter, once all is loaded."""
    from switch.data_folder.databases import made_at_once
    from switch.display.visible import visible_lines
    from switch.iso8583.mapping.security_places import security_places
    from switch.issuers.process.book import SCHEMA
    from switch.keys.shipped import shipped_keys
    from switch.lines.selector import settle_memory
    from switch.machine.starting import is_called, start_by_fork

    is_called("issuer starter")
    made_at_once(SCHEMA)  # of which each makes its book
    visible_lines("\n")  # a pattern is compiled, by which each prints that it listens
    for specs in _read.values():
        shipped_keys(specs.issuers)  # each has check values, which take their time
        for profile in specs.issuers.values():
            security_places(specs.dialects[profile.dialect], "")  # each asks for those of its dialect
    settle_memory()  # what is shared by fork stays shared
    start_by_fork(control, _become)


def _become(asked: Any) -> None:
    """Be what a centre asks its starter for: an issuer, or a command by its arguments."""
    from switch import cli

    if isinstance(asked, dict):
        typed = ["issuer", "serve", str(asked.get("issuer")), "--data", str(asked.get("data"))]
        cli.main(typed, partial(_serve_forked, asked))
    else:
        cli.main(asked)


def _serve_forked(about: dict[str, Any]) -> None:
    """Run an issuer until this process is asked to stop."""
    with Stop().by_signal() as stop:
        _serve(IssuerService.from_json(about), stop)
