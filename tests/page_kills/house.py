"""Centre, payment page and shop as three processes on one machine, each of which can die and come back at its address."""

from __future__ import annotations

import json
import re
import shutil
import socket
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from tests.clients.running import ROOT, Running, command

MERCHANT: Final = "TELECOM00000001"  #: of the shop
NAMES: Final = ("centre", "page", "shop")
SECONDS_MAX: Final = 120.0
PORT_TRIES: Final = 30  #: a second each, while another program has the port
#: Banks think for a moment, so that kills meet payments on their way.
SCENARIO: Final = """
purpose = "every bank needs a moment"

[[rule]]
when = {}
then = { delay_seconds = 0.15 }
"""


class House:
    """The three processes. Shoppers wait here while one of them is down."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.specs, self.data = folder, folder / "specs", folder / "var"
        shutil.copytree(ROOT / "specs", self.specs)
        _take_free_ports(self.specs / "centre.toml")
        (folder / "slow.toml").write_text(SCENARIO, encoding="utf-8")
        self._running: dict[str, Running] = {}
        self._ports = {"page": "0", "shop": "0"}
        self._round = 0
        self._changed = threading.Condition()
        self._up: set[str] = set()
        self.page_url = self.shop_url = ""

    # lives

    def start(self, name: str) -> None:
        """Start one and wait until it serves."""
        found = self._started_in_the_end(name)
        with self._changed:
            if name != "centre":
                self._ports[name] = found.rpartition(":")[2].split("/")[0]
            if name == "page":
                self.page_url = found
            elif name == "shop":
                self.shop_url = found
            self._up.add(name)
            self._changed.notify_all()

    def _started_in_the_end(self, name: str) -> str:
        """Start one; again where another program of the machine has its port for a moment: connections get any free one."""
        for _ in range(PORT_TRIES):
            try:
                return self._started(name)
            except AssertionError as fault:
                if "Address already in use" not in str(fault):
                    raise
                threading.Event().wait(1.0)
        return self._started(name)

    def _started(self, name: str) -> str:
        if name == "centre":
            arguments: list[str | Path] = ["up", "--specs", self.specs, "--data", self.data]
            arguments += ["--scenario", self.folder / "slow.toml"]
            until = "^(Switch is ready)"
        elif name == "page":
            arguments = ["gateway", "serve", "--specs", self.specs, "--data", self.data, "--port", self._ports["page"]]
            until = r"served at (http\S+)"
        else:
            page = self.page_url.removesuffix("/fim/est3Dgate")
            arguments = ["shop", "--specs", self.specs, "--data", self.shop_data, "--page", page, "--port", self._ports["shop"]]
            until = r"open at (http\S+)"
        self._running[name] = Running(*arguments, until=until)
        return self._running[name].ready()

    @property
    def shop_data(self) -> Path:
        return self.folder / f"shop-{self._round}"

    def new_bills(self) -> None:
        """Another shop, with bills that nobody has paid, at the same address."""
        self.stop("shop")
        self._round += 1
        self.start("shop")

    def kill(self, name: str) -> None:
        with self._changed:
            self._up.discard(name)
        self._running[name].kill()

    def stop(self, name: str) -> None:
        with self._changed:
            self._up.discard(name)
        if name in self._running:
            code = self._running[name].stop()
            assert code == 0, f"{name} ended with {code}: {self._running[name].lines[-5:]}"

    def close(self) -> None:
        for name in reversed(NAMES):
            running = self._running.get(name)
            if running is not None and running.process.poll() is None:
                running.stop()

    def wait_until_up(self) -> None:
        """What a shopper does in front of a page that cannot be reached."""
        with self._changed:
            assert self._changed.wait_for(lambda: set(NAMES) <= self._up, SECONDS_MAX), f"up: {self._up}"

    # what is asked in the end

    def callbacks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(command("gateway", "callbacks", "list", "--data", self.data, "--json"))
        return found

    def statement_lines(self) -> list[dict[str, Any]]:
        """Close every date there is; the lines of the merchant's statements of them."""
        with closing(sqlite3.connect(f"file:{self.data / 'journal.db'}?mode=ro", uri=True)) as journal:
            dates = [str(date) for (date,) in journal.execute("SELECT business_date FROM business_day ORDER BY id")]
        folders = ("--data", self.data, "--specs", self.specs)
        lines: list[dict[str, Any]] = []
        for date in dates:
            command("day", "close", date, *folders)
            lines += json.loads(command("statement", MERCHANT, date, "--json", *folders))["lines"]
        return lines

    def replay(self, callback: str) -> None:
        command("gateway", "callbacks", "replay", "--data", self.data, callback)


def _take_free_ports(file: Path) -> None:
    """Write ports that are free into the listeners of a specification."""
    text = file.read_text(encoding="utf-8")
    taken: list[socket.socket] = []

    def free(_: re.Match[str]) -> str:
        taken.append(socket.create_server(("127.0.0.1", 0)))
        return f"port = {taken[-1].getsockname()[1]}"

    file.write_text(re.sub(r"^port = \d+", free, text, flags=re.MULTILINE), encoding="utf-8")
    for each in taken:
        each.close()
