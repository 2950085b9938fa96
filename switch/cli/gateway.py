"""``switch gateway``: the hosted payment page, and the callbacks it sends to shops."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.certify import certify
from switch.cli.command.calling import listener_option, ready_file_option
from switch.cli.command.help import Verb, Verbs, grouped, option
from switch.cli.command.options import PATH, data_option, given, json_option, specs_option
from switch.cli.console.words import lang_option, said
from switch.cli.gateway_affiliation import affiliation
from switch.cli.gateway_office import office
from switch.data_folder.centre_clock import centre_clock_of
from switch.errors import NegativeAnswerError, SwitchError
from switch.machine.starting import is_called, is_never_dumped
from switch.machine.stopping import Stop

if TYPE_CHECKING:
    from switch.gateway.site.serving import CentrePlace
    from switch.gateway.store.callback_book import Callback, CallbackAttempt
    from switch.specs.parts import Parts

GATEWAY_PORT = 8600  #: where the payment page listens
LIBRARIES = ("starlette", "h11", "jinja2")  #: of the extra ``gateway``


@click.group(cls=Verbs)
def gateway() -> None:
    """Serve the hosted payment page that shops post to (est3Dgate), and look after its shops, merchants and callbacks."""


@gateway.command(cls=Verb, short_help="Serve the payment page.")
@grouped(
    "Where it listens",
    option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address the page is served at."),
    option(
        "--port",
        type=click.IntRange(0, 65_535),
        default=GATEWAY_PORT,
        show_default=True,
        metavar="PORT",
        help="Port of the page; 0 takes a free one.",
    ),
    option(
        "--tls", is_flag=True, help="Serve by https, with a test certificate made in the folder gateway of the data folder."
    ),
    option("--certificate", type=PATH, metavar="FILE", help="Certificate (PEM) of your own: the page is served by https."),
    option("--key", type=PATH, metavar="FILE", help="The key of that certificate."),
)
@grouped(
    "Where Switch is",
    option("--centre", metavar="HOST:PORT", help="Listener of Switch to call.  [default: 127.0.0.1 and the listener's port]"),
    ready_file_option("address and data folder"),
    listener_option("Listener whose dialect and header are spoken.  [default: the first]"),
)
@specs_option
@data_option
@option("--announce", is_flag=True, hidden=True, help="Print the address as JSON, and end when standard input ends.")
@lang_option
def serve(
    host: str,
    port: int,
    tls: bool,
    certificate: Path | None,
    key: Path | None,
    centre: str | None,
    ready_file: Path | None,
    listener_name: str | None,
    specs_folder: Path | None,
    data: Path,
    announce: bool,
) -> None:
    """Serve the payment page until Ctrl+C or SIGTERM: a platform of its own that asks Switch for authorizations over a line.

    A shop posts a form to /fim/est3Dgate as to the payment page of an acquirer. The shopper types a card, the page of the
    card's bank may ask for a code, and the shop gets the answer by the browser and by a callback. The file gateway.toml of
    the specification has the shops with their store keys, and the 3-D Secure result of each card. The folder gateway of the
    data folder has orders and callbacks, with masked card numbers.

    \b
    switch gateway serve
    switch gateway serve --ready-file ready.json --port 0
    switch gateway serve --centre 127.0.0.1:8583
    """
    stop = click.get_current_context().find_root().with_resource(Stop().by_signal())
    refuse_without_libraries()
    if announce:
        is_called("payment page")
    is_never_dumped()
    from switch.cli.console.run import run
    from switch.cli.console.screen import say_text
    from switch.cli.request.target import specs_and_place
    from switch.gateway.site.serving import SiteOptions, serve_gateway, test_certificate
    from switch.specs.load import load_specs

    if (certificate is None) != (key is None):
        typed, missing = ("--key", "--certificate") if certificate is None else ("--certificate", "--key")
        raise SwitchError(f"{missing}: found nothing beside {typed}, expected both or neither")
    if tls and certificate is not None:
        raise SwitchError("--tls: found beside --certificate, expected one of them")
    parts, called = specs_and_place(specs_folder, ready_file, listener_name)
    data = data if given("data") or called.data is None else called.data
    specs = load_specs(parts.folder)
    refuse_without_shops(specs)
    place = _centre_place(parts, called.host, called.listener, centre)
    if tls:
        certificate, key = test_certificate(data, host)
    options = SiteOptions(data=data, host=host, port=port, certificate=certificate, key=key, listener=place.listener.name)
    scheme = "https" if certificate is not None else "http"

    def listening(address: str, bound_port: int) -> None:
        url = f"{scheme}://{f'[{address}]' if ':' in address else address}:{bound_port}"
        if announce:
            print(json.dumps({"url": url}), flush=True)
            return
        say_text(said(f"the payment page is served at {url}{first_path(specs)}"), None)

    async def serving() -> None:
        await serve_gateway(specs, options, place, stop=stop, listening=listening, leashed=announce)

    run(serving, stop, read_by_people=not announce)


def first_path(specs: Any) -> str:
    """The path of the first acquirer that has a shop."""
    shop = next(iter(specs.gateway.shops.values()), None)
    return specs.gateway.acquirers[shop.acquirer].path if shop is not None else "/"


def refuse_without_libraries() -> None:
    """SwitchError where a library of the page is not installed."""
    from importlib.util import find_spec

    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        hint = "pip install 'interbank-switch[gateway]'"
        raise SwitchError(f"gateway: found no {missing[0]}, expected the libraries of the payment page", hint=hint)


def refuse_without_shops(specs: Any) -> None:
    """SwitchError where the specification has no shop that could post."""
    if not specs.gateway.shops:
        raise SwitchError("gateway.toml: found no shop, expected one: the payment page has nobody to serve")


def _centre_place(parts: Parts, host: str, listener: Any, centre: str | None) -> CentrePlace:
    from attrs import evolve

    from switch.cli.request.tls import TlsWishes
    from switch.gateway.site.serving import CentrePlace

    if centre is not None:
        host, _, port = centre.rpartition(":")
        if not (host and port.isascii() and port.isdecimal() and 0 < int(port) <= 65_535):
            raise SwitchError(f"--centre: found {centre!r}, expected HOST:PORT, such as 127.0.0.1:8583")
        host, listener = host.strip("[]"), evolve(listener, port=int(port))
    wishes = TlsWishes(wanted=None, ca=None, certificate=None, key=None, server_name=None, anybody=False)
    return CentrePlace(host=host, listener=listener, tls=wishes.side(listener, parts.folder, host))


@gateway.group(cls=Verbs)
def callbacks() -> None:
    """Show what shops were called back with, or call one again."""


@callbacks.command("list", short_help="List the callbacks and what shops answered.")
@option("--order", "order_id", metavar="OID", help="Only those of this order.")
@data_option
@json_option
@lang_option
def list_callbacks(order_id: str | None, data: Path, as_json: bool) -> None:
    """List the callbacks with the answers of the shops, the first callback first.

    A waiting callback is sent again later. A shop answers ACTION=POSTAUTH, APPROVED or FAILURE as text/plain; every other
    answer counts as a failure, and its remark says what was found. --json shows all fields of each callback and every attempt.
    """
    from switch.cli.show.tables import show_json, show_table

    with _books(data) as books:
        found = [(each, books.callbacks.attempts(each.id)) for each in books.callbacks.all(order_id)]
    if as_json:
        show_json([_as_json(callback, attempts) for callback, attempts in found])
        return
    if not found:
        raise NegativeAnswerError(f"{data}: there are no such callbacks")
    rows = []
    for callback, attempts in found:
        last = attempts[-1] if attempts else None
        told = callback.fields.get("Response", ""), callback.fields.get("ProcReturnCode", "")
        rows.append(
            (
                callback.id,
                callback.order_id,
                " ".join(told),
                said(callback.state),
                str(len(attempts)),
                said(last.verdict) if last else "",
                last.remark or last.answer if last else "",
            )
        )
    show_table(("callback", "order", "told", "state", "tries", "verdict", "answer"), rows, below=("answer",))


@callbacks.command(short_help="Send a callback again.")
@click.argument("callback_id", metavar="CALLBACK")
@data_option
@lang_option
def replay(callback_id: str, data: Path) -> None:
    """Send a callback again, with the same fields and the same event id: the running page does it within a second.

    CALLBACK is its id in `switch gateway callbacks list`. Without a running page it is sent when the page is served next.
    """
    from switch.cli.console.screen import say_text

    with _books(data) as books:
        callback = books.callbacks.one(callback_id)
        if callback is None:
            raise NegativeAnswerError(f"{data}: there is no callback {callback_id!r}")
        books.callbacks.replay(callback.id, centre_clock_of(data)())
    say_text(said(f"the callback of order {callback.order_id} is sent again to {callback.url}"), None)


gateway.add_command(certify)
gateway.add_command(office)
gateway.add_command(affiliation)


def _books(data: Path) -> Any:
    from contextlib import contextmanager

    from switch.gateway.site.serving import GATEWAY_FOLDER
    from switch.gateway.store.order_book import GATEWAY_DATABASE, open_orders
    from switch.gateway.store.writer import Books

    folder = data / GATEWAY_FOLDER
    if not (folder / GATEWAY_DATABASE).is_file():
        raise NegativeAnswerError(f"{data}: there are no such callbacks")

    @contextmanager
    def opened() -> Any:
        connection = open_orders(folder)
        try:
            yield Books(connection)
        finally:
            connection.close()

    return opened()


def _as_json(callback: Callback, attempts: list[CallbackAttempt]) -> dict[str, Any]:
    from attrs import asdict

    return {**asdict(callback), "fields": dict(callback.fields), "attempts": [asdict(each) for each in attempts]}
