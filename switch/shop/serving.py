"""Running the shop until it is asked to stop."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import trio
from attrs import evolve

from switch.errors import UnreachableError
from switch.gateway.front.page_server import HttpSettings, serve_pages
from switch.lines.sockets import listen
from switch.machine.private import make_folder
from switch.machine.stopping import FINISH, Stop
from switch.shop.confirmation import Confirmations
from switch.shop.payment_form import ShopAccount
from switch.shop.shop_book import ShopBook
from switch.shop.site import ShopSite

SHOP_FOLDER: Final = "shop"  #: below a data folder: the orders, and the messages to customers


async def serve_shop(
    folder: Path,
    account: ShopAccount,
    host: str,
    port: int,
    *,
    stop: Stop,
    clock_ms: Callable[[], int],
    listening: Callable[[str], None],
) -> None:
    """Serve the shop at an address, 0 for a free port; ``listening`` is called with where it is."""
    make_folder(folder)
    try:
        sock = listen(host, port)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else error
        raise UnreachableError(f"found {host}:{port} {why}, expected a free address") from None
    with sock:
        url = f"http://{host}:{sock.getsockname()[1]}"
        book, confirmations = ShopBook(folder / "shop.db"), Confirmations(folder / "mails")
        site = ShopSite(book, evolve(account, own_url=url), confirmations, clock_ms)
        ended = trio.Event()
        async with trio.open_nursery() as nursery:
            await nursery.start(serve_pages, site.application(), HttpSettings(), sock, ended)
            listening(url)
            await stop.comes_to(FINISH)
            ended.set()
