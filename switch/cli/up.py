"""``switch up``: run the centre."""

from __future__ import annotations

import gc
import shlex
import sys
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.api import API_HOST, API_PORT
from switch.cli.command.help import Verb, option
from switch.cli.command.names import scenario_names
from switch.cli.command.options import PATH, READY_FILE_VARIABLE, business_date_given, data_option, seed_option, specs_option
from switch.cli.console.program_name import program
from switch.cli.console.screen import columns, say_command, say_text
from switch.cli.issuer import starter_of
from switch.cli.request.target import LOCALHOST
from switch.cli.show.tables import show_pairs, show_table
from switch.display.plural import plural
from switch.errors import SwitchError
from switch.machine.starting import starter_command
from switch.machine.stopping import Stop

if TYPE_CHECKING:
    from switch.centre.host.watched_folder import WatchedFolder
    from switch.centre.issuer_processes import ApiWish
    from switch.centre.supervisor import Options
    from switch.specs.specification import Specs

TIMERS_MIN: Final = 0.01  #: a bank that has 10 s then has 0.1 s: less, and a busy machine answers nothing in time
TIMERS_MAX: Final = 10.0


@click.command(cls=Verb)
@specs_option
@data_option
@option(
    "--scenario",
    type=PATH,
    metavar="FILE",
    shell_complete=scenario_names,
    help="Scenario that Switch and the issuers play (a TOML file, or a name in specs/scenarios).",
)
@option(
    "--scenarios",
    type=PATH,
    metavar="FOLDER",
    help="Folder of scenario files. Switch reads a file again when it changes.",
)
@seed_option
@option(
    "--business-date",
    callback=business_date_given,
    metavar="DATE",
    help="Business date to open; it then stays until it is closed.",
)
@option("--clock", metavar="TIME", help="Begin at a time such as 2026-11-27T18:55, or now; see `switch clock`.")
@option(
    "--timers",
    type=float,
    default=1.0,
    show_default=True,
    metavar="SHARE",
    help="Let timeouts, repeats and echoes of Switch take this share of their time: 0.1 is ten times as fast.",
)
@option("--accept-clock", is_flag=True, help="Open the business date the clock says, however far it is ahead.")
@option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address the listeners bind to.")
@option("--free-ports", is_flag=True, help="Take free ports instead of those of the specification.")
@option(
    "--ready-file",
    type=PATH,
    metavar="FILE",
    envvar=READY_FILE_VARIABLE,
    show_envvar=True,
    help="Write a JSON file there once every issuer is signed on.",
)
@option("--gateway", is_flag=True, help="Serve the hosted payment page too, on port 8600, or a free one with --free-ports.")
@option(
    "--api",
    is_flag=False,
    flag_value=f"{API_HOST}:{API_PORT}",
    metavar="[HOST:PORT]",
    help=f"Serve the HTTP control API too, on port {API_PORT} of this machine unless given, or a free one with --free-ports.",
)
@option("--api-token-file", type=PATH, metavar="FILE", help="File with the token of the API; see `switch api serve`.")
@option("--trace", is_flag=True, help="Keep the bytes of every message, for `switch explain --bytes` and `switch trace`.")
@option("--follow", is_flag=True, help="Show each message and its answer on a line, as `switch tail` does; includes --trace.")
@option("--quiet", is_flag=True, help="Print nothing but errors.")
def up(
    specs_folder: Path | None,
    data: Path,
    scenario: Path | None,
    scenarios: Path | None,
    seed: int,
    business_date: str | None,
    clock: str | None,
    timers: float,
    accept_clock: bool,
    host: str,
    free_ports: bool,
    ready_file: Path | None,
    gateway: bool,
    api: str | None,
    api_token_file: Path | None,
    trace: bool,
    follow: bool,
    quiet: bool,
) -> None:
    """Run Switch: its listeners, its routing and one process for each issuer, until Ctrl+C or SIGTERM.

    Switch prints its listeners, issuers, data folder and a `switch send` line to try. After that it prints a line for each
    event that a person should know of. With --follow it also prints a line for each message and its answer: a process of
    its own reads them in the trace, so no message waits for it.

    Ctrl+C, SIGTERM and SIGHUP let Switch finish the requests in flight, and so does output that nobody reads any more. A
    second signal ends it at once: it prints how many requests have no answer. The exit code is 0 either way.

    The business date follows the clock, which --clock and `switch clock` set. If nobody set it, Switch opens a date more than a
    week after the open one only with --accept-clock.
    """
    root = click.get_current_context().find_root()
    stop = root.with_resource(Stop().by_signal())
    gc.disable()  # what it loads is no garbage; once it runs, the centre lets the collector look again
    root.call_on_close(gc.enable)
    from switch.machine.sqlite_library import lighten_sqlite

    lighten_sqlite()
    from switch.machine.files import kind_at
    from switch.specs.load import load_scenario, load_specs, scenario_path

    if business_date and accept_clock:
        raise SwitchError("--accept-clock: found beside --business-date, expected one of them")
    if not TIMERS_MIN <= timers <= TIMERS_MAX:
        raise SwitchError(f"--timers: found {timers:g}, expected a share from {TIMERS_MIN:g} to {TIMERS_MAX:g}")
    specs = load_specs(specs_folder, today=_today(clock, data))
    chosen = scenario_path(scenario, specs) if scenario else None
    watched = _watched(scenarios)
    files = [load_scenario(file, specs) for file in ([chosen] if chosen else []) + (watched.files() if watched else [])]
    kind = kind_at(ready_file) if ready_file is not None else None
    if kind is not None:  # it would be removed
        raise SwitchError(f"{ready_file}: found {kind}, expected a file that can be written")
    from switch.centre.clock.clock_orders import setting_of
    from switch.centre.supervisor import Centre, Options
    from switch.cli.console.printer import Printer
    from switch.cli.console.run import run
    from switch.cli.console.viewer import Viewer
    from switch.machine.starter import Starter
    from switch.routing.traffic.notice import Notice

    if clock is not None:
        setting_of(clock, specs.calendar, "--clock")
    options = Options(
        data=data,
        host=host,
        free_ports=free_ports,
        seed=seed,
        business_date=business_date,
        accept_clock=accept_clock,
        clock=clock,
        timers=timers,
        specs_folder=specs_folder,
        scenario=chosen,
        ready_file=ready_file,
        gateway_port=_gateway_port(specs, free_ports=free_ports) if gateway else None,
        api=_api(api, api_token_file, data),
        trace=trace or follow,
        rules=tuple(rule for scenario_file in files for rule in scenario_file.rules),
        watched=watched,
    )

    launched = None
    with suppress(OSError):  # the centre tries again
        launched = starter_of(specs, specs_folder)
        root.call_on_close(launched.end_now)
    printer = Printer(stop.finish)

    ready_told = not sys.stdout.isatty()  # a terminal is told of the banks once, in order, when all are there
    if not quiet and not ready_told:
        waited_for = ", ".join(issuer.id for issuer in specs.issuers.values())
        printer.do(partial(say_text, f"{specs.centre.name} is starting; it waits for {waited_for}", "hint"))

    def tell(notice: Notice) -> None:
        if not quiet and (ready_told or notice.kind != "issuer_up"):
            printer.print(f"{notice.kind.replace('_', ' ')}: {notice.detail}")

    viewer = Viewer(data, specs_folder) if follow else None

    def started(ready: dict[str, Any]) -> None:
        nonlocal ready_told
        ready_told = True
        if not quiet:
            printer.do(partial(print_ready, ready, specs, options))
        if viewer is not None:
            viewer.start()

    centre = Centre(
        specs, options, tell=tell, started=started, stop=stop, starter=Starter(starter_command(specs_folder), launched)
    )
    try:
        run(centre.run, stop, read_by_people=True)
    finally:
        printer.close()
        if viewer is not None:
            viewer.end()


def _watched(folder: Path | None) -> WatchedFolder | None:
    """The folder of scenarios as it is now; SwitchError where there is none of that name."""
    from switch.centre.host.watched_folder import WatchedFolder

    if folder is None:
        return None
    if not folder.is_dir():
        raise SwitchError(f"--scenarios: found no folder {folder}, expected a folder of scenario files")
    return WatchedFolder(folder)


def _today(clock: str | None, data: Path) -> str:
    """The date on which the clock is to start, for which there have to be fees and rates."""
    from switch.business_day import is_business_date
    from switch.data_folder.centre_clock import centre_clock_of

    if clock is not None and is_business_date(clock[:10]):
        return clock[:10]
    return f"{datetime.fromtimestamp(centre_clock_of(data)() / 1000).astimezone():%Y-%m-%d}"


def _gateway_port(specs: Specs, *, free_ports: bool) -> int:
    """Where the payment page is to be served; SwitchError where it cannot be."""
    from switch.centre.supervisor import payment_page_listener
    from switch.cli.gateway import GATEWAY_PORT, refuse_without_libraries, refuse_without_shops

    refuse_without_libraries()
    refuse_without_shops(specs)
    payment_page_listener(specs)
    return 0 if free_ports else GATEWAY_PORT


def _api(address: str | None, token_file: Path | None, data: Path) -> ApiWish | None:
    """Where the control API is to be served; SwitchError where it cannot be."""
    from switch.centre.issuer_processes import ApiWish
    from switch.cli.api import api_address, refuse_without_api_libraries

    if address is None:
        if token_file is not None:
            raise SwitchError("--api-token-file: found without --api, expected both")
        return None
    refuse_without_api_libraries("--api")
    from switch.control.access import token_for

    host, port = api_address(address)
    token_for(host, token_file, data)  # so that a file that cannot be used is told here, once
    return ApiWish(host=host, port=port, options=("--token-file", str(token_file)) if token_file is not None else ())


def _api_told(ready: dict[str, Any]) -> list[tuple[str, str]]:
    """Where the control API is, and its token, if it is served."""
    if "api" not in ready:
        return []
    file = ready["api"]["token_file"]
    return [("API", ready["api"]["url"]), *([("token", file)] if file else [])]


def _page(ready: dict[str, Any], specs: Specs) -> list[tuple[str, str]]:
    """Where the payment page of the first shop is, if it is served."""
    if "gateway" not in ready:
        return []
    from switch.cli.gateway import first_path

    return [("page", ready["gateway"]["url"] + first_path(specs))]


def print_ready(ready: dict[str, Any], specs: Specs, options: Options) -> None:
    """Print the listeners, the banks in order, the data folder, and a line to try."""
    from switch.trace.recorder import TRACE_FILE, TRACED_MAX

    secured = {each.name: f", {each.tls.in_words}" if each.tls is not None else "" for each in specs.centre.listeners}
    rows = [
        (
            name,
            f"{about['host']}:{about['port']}",
            about["dialect"],
            about["header"] + (" + TPDU" if about["tpdu"] else "") + secured[name],
        )
        for name, about in ready["listeners"].items()
    ]
    show_table(("listener", "address", "dialect", "header"), rows, title=f"{specs.centre.name} is ready")
    banks = [
        f"{issuer} ({'external' if about['pid'] is None else 'pid ' + str(about['pid'])}) ✓"
        for issuer, about in ready["issuers"].items()
    ]
    if len(", ".join(banks)) > columns() - len("issuers  "):  # each stays whole
        issuers = [("" if place else "issuers", bank) for place, bank in enumerate(banks)]
    else:
        issuers = [("issuers", ", ".join(banks))]
    traced = [("trace", f"{TRACE_FILE} there keeps the last {TRACED_MAX:,} messages")] if options.trace else []
    played = options.scenario is not None or options.watched is not None
    scenario = [("scenario", _played(options))] if played else []
    of_clock, served = _clock_row(options, specs), [*_page(ready, specs), *_api_told(ready)]
    show_pairs([*issuers, ("data", ready["data"]), *of_clock, *traced, *scenario, *served])
    say_command("try    ", _ready_made(ready, specs, options), None)
    sys.stdout.flush()


def _clock_row(options: Options, specs: Specs) -> list[tuple[str, str]]:
    """What the clock shows, where that is not the machine's time."""
    from switch.centre.clock.clock_facts import time_in_words
    from switch.data_folder.centre_clock import MACHINE, ClockHistory

    clock = ClockHistory.read(options.data)
    if clock.setting == MACHINE:
        return []
    goes = "it stands still" if clock.setting.frozen else "it runs"
    return [("clock", f"{time_in_words(clock.now_ms(), specs.calendar)}, {goes}; see {program()} clock")]


def _played(options: Options) -> str:
    """The scenario that is played, and how many of its rules are whose."""
    places = {"the host": "host", "issuers": "issuer", "the payment page": "page"}
    counts = {name: sum(rule.at == place for rule in options.rules) for name, place in places.items()}
    rules = ", ".join(f"{plural(count, 'rule')} at {whom}" for whom, count in counts.items() if count)
    names = [options.scenario.stem] if options.scenario is not None else []
    names += [f"{options.watched.folder} (read again when its files change)"] if options.watched is not None else []
    return f"{', '.join(names)}{rules and ': '}{rules}"


def _ready_made(ready: dict[str, Any], specs: Specs, options: Options) -> str:
    """One ``switch send`` line that works where the centre was started; what ``send`` takes by itself is left out."""
    listeners = specs.centre.listeners
    chosen = next((each for each in listeners if each.tls is None or each.tls.client_certificates != "required"), listeners[0])
    first = ready["listeners"][chosen.name]
    place = ["--ready-file", str(options.ready_file)] if options.ready_file else []
    if not place and first["port"] != chosen.port:
        place += ["--port", str(first["port"])]
    if first["host"] != LOCALHOST and not options.ready_file:
        place += ["--host", first["host"]]
    if chosen is not listeners[0]:
        place += ["--listener", chosen.name]
    if options.specs_folder and not options.ready_file:
        place += ["--specs", str(options.specs_folder)]
    return " ".join([program(), "send", *map(shlex.quote, place)])
