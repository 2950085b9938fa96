"""The shop of bills on real sockets, in the loop of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from switch.machine.stopping import Stop
from switch.shop.payment_form import ShopAccount
from switch.shop.serving import serve_shop
from tests.support.centre_in_loop import NOW_MS
from tests.support.payment_page import STORE_KEY


@asynccontextmanager
async def demo_shop(
    folder: Path, page_url: str = "http://127.0.0.1:1/fim/est3Dgate", store_key: str = STORE_KEY
) -> AsyncIterator[str]:
    """The address of a shop that is client 600000000."""
    account = ShopAccount(page_url=page_url, client_id="600000000", store_key=store_key, own_url="")
    found: list[str] = []
    heard = trio.Event()

    def listening(url: str) -> None:
        found.append(url)
        heard.set()

    async def serving() -> None:
        stop = Stop()
        await serve_shop(folder, account, "127.0.0.1", 0, stop=stop, clock_ms=lambda: NOW_MS, listening=listening)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serving)
        await heard.wait()
        yield found[0]
        nursery.cancel_scope.cancel()
