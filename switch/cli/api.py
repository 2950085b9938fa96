"""``switch api``: the HTTP control API of a running Switch, and its document."""

from __future__ import annotations

import json
from pathlib import Path

import click

from switch.cli.command.help import Verb, Verbs, option
from switch.cli.command.options import PATH, data_option, specs_option
from switch.errors import SwitchError
from switch.machine.starting import is_called
from switch.machine.stopping import Stop

API_PORT = 8700  #: where the control API listens
API_HOST = "127.0.0.1"
API_LIBRARIES = ("starlette", "hypercorn")  #: of the extra ``gateway``
token_file_option = option(
    "--token-file",
    type=PATH,
    metavar="FILE",
    help="File with the token that callers show.  [default: SWITCH_API_TOKEN; for addresses other machines reach, a file "
    "api.token that Switch makes in the data folder]",
)


@click.group(cls=Verbs)
def api() -> None:
    """Serve the HTTP control API of a running Switch, or print its document. `switch up --api` serves it, too."""


@api.command(cls=Verb, short_help="Serve the control API.")
@option("--host", default=API_HOST, show_default=True, metavar="ADDRESS", help="Address the API is served at.")
@option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=API_PORT,
    show_default=True,
    metavar="PORT",
    help="Port of the API; 0 takes a free one.",
)
@token_file_option
@specs_option
@data_option
@option("--announce", is_flag=True, hidden=True, help="Print the address as JSON, and end when standard input ends.")
def serve(host: str, port: int, token_file: Path | None, specs_folder: Path | None, data: Path, announce: bool) -> None:
    """Serve the control API of the Switch that runs in a data folder, until Ctrl+C or SIGTERM.

    Programs change rules, find messages, wait for expectations and close days at /__admin; /__admin/docs lists all of it.
    On this machine no token is asked for, unless you give one. At any other address callers show a token.

    \b
    switch api serve
    switch api serve --host 0.0.0.0 --port 8700
    """
    stop = click.get_current_context().find_root().with_resource(Stop().by_signal())
    refuse_without_api_libraries()
    if announce:
        is_called("control API")
    from importlib.metadata import version

    from switch.cli.console.run import run
    from switch.cli.console.screen import say_text
    from switch.control.access import token_for
    from switch.control.api_serving import ApiOptions, serve_api
    from switch.control.desks.call import Desk
    from switch.specs.load import specs_of

    token = token_for(host, token_file, data)
    desk = Desk(data=data, specs=specs_of(data, specs_folder))

    def listening(address: str, bound_port: int) -> None:
        url = f"http://{f'[{address}]' if ':' in address else address}:{bound_port}/__admin"
        file = str(token.file.resolve()) if token is not None and token.file is not None else None
        if announce:
            print(json.dumps({"url": url, "port": str(bound_port), "token_file": file}), flush=True)
            return
        say_text(f"the control API is served at {url}", None)
        if token is not None:
            say_text(f"callers show the token {f'in {file}' if file else 'of SWITCH_API_TOKEN'}", None)

    async def serving() -> None:
        options = ApiOptions(host=host, port=port, token=token, version=version("interbank-switch"))
        await serve_api(desk, options, stop=stop, listening=listening, leashed=announce)

    run(serving, stop, read_by_people=not announce)


@api.command(short_help="Print the OpenAPI document.")
def document() -> None:
    """Print the OpenAPI document (3.1) of the control API, for generators of clients. No Switch has to run."""
    from importlib.metadata import version

    from switch.control.openapi import document as made

    click.echo(json.dumps(made(version("interbank-switch")), indent=2, ensure_ascii=False))


def refuse_without_api_libraries(named: str = "api") -> None:
    """SwitchError where a library of the API is not installed."""
    from importlib.util import find_spec

    missing = [name for name in API_LIBRARIES if find_spec(name) is None]
    if missing:
        hint = "pip install 'interbank-switch[gateway]'"
        raise SwitchError(f"{named}: found no {missing[0]}, expected the libraries of the extra gateway", hint=hint)


def api_address(text: str) -> tuple[str, int]:
    """Host and port of an option; SwitchError where they are none."""
    host, sign, port = text.rpartition(":")
    if not sign and not text.isdecimal():
        host, port = text, str(API_PORT)
    if not (port.isascii() and port.isdecimal() and int(port) <= 65_535):
        raise SwitchError(f"--api: found {text!r}, expected HOST:PORT, such as 127.0.0.1:{API_PORT}")
    return host.strip("[]") or API_HOST, int(port)
