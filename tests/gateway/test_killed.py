"""kill -9 of the payment page at any moment: orders, journal and shop agree in the end, and nobody pays twice."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
import trio

from switch.centre.as_process import CentreProcess, running_centre
from switch.errors import UnreachableError
from switch.gateway.protocol.hash_rules import signed
from switch.gateway.site.serving import GATEWAY_FOLDER
from switch.journal.journal_file import JOURNAL_FILE
from tests.support.gateway_money import differences, unsettled
from tests.support.http_shop import HttpShop
from tests.support.kills import kills
from tests.support.payment_page import CHALLENGED, STORE_KEY, Browser, Page, type_into

WAIT_SECONDS = 120.0


def page_pid(centre: CentreProcess) -> int | None:
    """The process of the payment page, which is called so."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (folder / "comm").read_text().strip() == "payment page":
                arguments = (folder / "status").read_text()
                group = next(line.split()[1] for line in arguments.splitlines() if line.startswith("PPid:"))
                if group in _children(centre.process.pid):
                    return int(folder.name)
    return None


def _children(pid: int) -> set[str]:
    """A process and those it has started, and those in turn."""
    found, new = {str(pid)}, {str(pid)}
    while new:
        below = set()
        for each in new:
            with suppress(OSError):
                for task in Path(f"/proc/{each}/task").iterdir():
                    below |= set((task / "children").read_text().split())
        new = below - found
        found |= new
    return found


def is_served(base: str) -> bool:
    """Whether the page takes connections."""
    host, _, port = base.removeprefix("http://").rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


async def shopper(base: str, shop: HttpShop, number: int) -> None:
    """Pays one order, and comes back to its page until it is decided, whatever happens to the page meanwhile."""
    browser = Browser(base)
    amount = f"{(1000 + number) / 100:.2f}"
    fields = {
        "clientid": "600000000",
        "storetype": "3D_PAY_HOSTING",
        "TranType": random.Random(number).choice(["Auth", "PreAuth"]),
        "amount": amount,
        "currency": "504",
        "oid": f"K-{number}",
        "okUrl": f"{shop.url}/ok",
        "failUrl": f"{shop.url}/fail",
        "callbackUrl": f"{shop.url}/callback",
        "hashAlgorithm": "ver3",
        "rnd": "1",
    }
    page: Page | None = None
    while True:
        with suppress(UnreachableError):
            if page is None:
                page = await browser.post(f"{base}/fim/est3Dgate", signed(fields, STORE_KEY))
            else:
                page = await browser.get(page.url)
            if 'id="pan"' in page.text:
                page = await type_into(browser, page, CHALLENGED)
            if 'id="code"' in page.text:
                action, hidden = page.form()
                page = await browser.post(action, {**hidden, "code": "123"})
            if 'id="back"' in page.text or page.answer.status == 409:
                return
        await trio.lowlevel.checkpoint()


def kills_at_random(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    with HttpShop.open() as shop, running_centre(tmp_path / "var", ["--gateway"]) as centre:
        base = centre.ready["gateway"]["url"]
        gateway = tmp_path / "var" / GATEWAY_FOLDER
        ended = threading.Event()

        def kill() -> None:
            for _ in range(kills):
                while not is_served(base):
                    if ended.wait(0.02):
                        return
                if ended.wait(chance.uniform(0, 0.8)):
                    return
                pid = page_pid(centre)
                if pid is not None:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()

        async def shoppers() -> None:
            number = 0
            while killer.is_alive():
                with trio.fail_after(WAIT_SECONDS):
                    async with trio.open_nursery() as nursery:
                        for _ in range(4):
                            number += 1
                            nursery.start_soon(shopper, base, shop, number)

        try:
            trio.run(shoppers)
        finally:
            ended.set()
            killer.join()
        deadline = time.monotonic() + WAIT_SECONDS
        while unsettled(gateway) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert unsettled(gateway) == 0
        found = differences(tmp_path / "var" / JOURNAL_FILE, gateway)
        assert not found, "\n".join(found)
        told = {fields["oid"] for path, fields in shop.heard if path == "/callback"}
        assert told, "the shop was called back"


def test_a_few_kills(tmp_path: Path) -> None:
    kills_at_random(tmp_path, 6)


@pytest.mark.long
def test_many_kills(tmp_path: Path) -> None:
    kills_at_random(tmp_path, kills(12))
