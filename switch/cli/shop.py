"""``switch shop``: a shop of bills in front of the payment page, to try the whole way from a shop to a statement."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verb, grouped, option
from switch.cli.command.options import data_option, specs_option
from switch.cli.console.words import lang_option, said
from switch.cli.gateway import refuse_without_libraries
from switch.errors import SwitchError
from switch.machine.stopping import Stop

if TYPE_CHECKING:
    from switch.shop.payment_form import ShopAccount
    from switch.specs.specification import Specs

#: Public test numbers of payment pages.
TEST_CARDS = (
    "a card to pay with: 4000000000000010, any date to come, code 000",
    "a card whose bank asks: 9876019750673560, any date to come, code 000, then 123",
)


@click.command(cls=Verb)
@grouped(
    "Where it listens",
    option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address of the shop."),
    option(
        "--port", type=click.IntRange(0, 65_535), default=0, metavar="PORT", help="Port of the shop.  [default: a free one]"
    ),
)
@grouped(
    "Where the payment page is",
    option(
        "--page",
        metavar="URL",
        help="Payment page to post to, such as http://127.0.0.1:8600.  [default: Switch and its page are started, too]",
    ),
    option("--client-id", metavar="ID", help="Shop of gateway.toml to be.  [default: the first]"),
)
@specs_option
@data_option
@lang_option
def shop(host: str, port: int, page: str | None, client_id: str | None, specs_folder: Path | None, data: Path) -> None:
    """Open a shop where bills of a telephone company are paid by card, until Ctrl+C.

    Starts Switch with its payment page on free ports, unless --page names one that runs, and prints the address to open in a
    browser. Orders of the shop and its messages to customers are kept in the folder shop of the data folder. Every bill and
    every card is invented.

    \b
    switch shop
    switch shop --page http://127.0.0.1:8600 --port 8080
    """
    stop = click.get_current_context().find_root().with_resource(Stop().by_signal())
    refuse_without_libraries()
    from switch.centre.as_process import running_centre
    from switch.cli.console.run import run
    from switch.cli.console.screen import say_text
    from switch.shop.serving import SHOP_FOLDER, serve_shop
    from switch.specs.load import load_specs

    specs = load_specs(specs_folder)
    options = [] if specs_folder is None else ["--specs", str(specs_folder)]
    with ExitStack() as stack:
        centre = None if page is not None else stack.enter_context(running_centre(data, ["--gateway", *options]))
        if centre is not None:
            stack.callback(centre.stop)
        url = page or (centre.ready["gateway"]["url"] if centre is not None else "")
        account = _account(specs, url, client_id)

        def listening(address: str) -> None:
            say_text(said(f"the shop is open at {address}"), None)
            for sentence in (*TEST_CARDS, "Ctrl+C stops it"):
                say_text(said(sentence), "hint")

        async def serving() -> None:
            await serve_shop(
                data / SHOP_FOLDER,
                account,
                host,
                port,
                stop=stop,
                clock_ms=lambda: time.time_ns() // 1_000_000,
                listening=listening,
            )

        run(serving, stop, read_by_people=True)


def _account(specs: Specs, url: str, client_id: str | None) -> ShopAccount:
    """What the acquirer gave to the shop, by the specification. SwitchError where there is no such shop."""
    from switch.shop.payment_form import ShopAccount

    known = specs.gateway.shops
    chosen = next(iter(known), "") if client_id is None else client_id
    if chosen not in known:
        expected = "one of " + ", ".join(known) if known else "a shop in gateway.toml"
        raise SwitchError(f"--client-id: found {chosen!r}, expected {expected}")
    one = known[chosen]
    path = specs.gateway.acquirers[one.acquirer].path
    return ShopAccount(page_url=url.rstrip("/") + path, client_id=chosen, store_key=one.store_key, own_url="")
