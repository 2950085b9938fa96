"""The centre under trial: its specification, its process, its deaths, and the commands that close its days."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from tests.deals.bank import Banks
from tests.deals.rules import Merchant

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 60.0
COMMAND_SECONDS_MAX: Final = 600.0
POLL_SECONDS: Final = 0.02
FIRST_DATE: Final = "2026-11-23"  #: a Monday; later dates follow it
HASTY_SECONDS: Final = 1
PATIENT_SECONDS: Final = 20
FLOOR_LIMIT: Final = 3_000_00  #: minor units, of one merchant

MERCHANTS: Final = {
    merchant.id: merchant
    for merchant in (
        Merchant("SHOP00000000001", "cut_off", 0, ("SHOP0001", "SHOP0002")),
        Merchant("KIOSK0000000001", "cut_off", 0, ("KIOSK001",), FLOOR_LIMIT),
        Merchant("HOTEL0000000001", "completion", 1500, ("HOTEL001", "HOTEL002")),
        Merchant("TAXI00000000001", "batch", 0, ("TAXI0001", "TAXI0002")),
    )
}
_RIBS: Final = (
    "901 780 0000000000100037 66",
    "902 810 0000000000200074 68",
    "903 450 0000000000400148 61",
    "902 330 0000000001100407 74",
)


def write_specs(folder: Path, banks: Banks) -> dict[str, Merchant]:
    """The specification of the deals: the embedded one with banks, ranges, listeners and merchants of their own.

    The merchants as they stand in it: a product that knows no floor limit is given none.
    """
    shutil.copytree(ROOT / "specs", folder)
    (folder / "gateway.toml").unlink(missing_ok=True)  # its shops are merchants that are not here
    shutil.rmtree(folder / "issuers")
    shutil.rmtree(folder / "scenarios")
    (folder / "issuers").mkdir()
    (folder / "scenarios").mkdir()
    limits = "floor_limit" in (ROOT / "specs" / "README.md").read_text(encoding="utf-8")
    merchants = {m.id: m if limits else Merchant(m.id, m.capture, m.over_basis_points, m.terminals) for m in MERCHANTS.values()}
    listeners = [("ascii", "ascii", "2b", False), ("bcd", "bcd", "2b", True), ("terminal", "bcd_terminal", "2b + 6", True)]
    (folder / "centre.toml").write_text(
        _table("centre", name="Deals", institution_id="504900", country="504")
        + "".join(
            _table("[listener]", name=name, port=port, dialect=dialect, header=header, tpdu=tpdu, echo_seconds=0)
            for port, (name, dialect, header, tpdu) in enumerate(listeners, 18583)
        )
    )
    ranges = ""
    for number, bank in enumerate(banks.every, 1):
        place, scheme = bank.place, ("visa", "mastercard")[number // 2 % 2]
        (folder / "issuers" / f"{place.id}.toml").write_text(
            _table(
                "", id=place.id, name=f"Bank {number}", institution_id=f"50410{number}",
                origin=("domestic", "foreign")[number % 2], address=f"127.0.0.1:{bank.port}", dialect=place.form, header="2b",
                timeout_seconds=PATIENT_SECONDS, echo_seconds=0, process="external",
            )
            + _table("[card]", pan=with_check_digit(place.patient_bin + "9" * 9), expiry="3012", cvv2="123",
                     balance="1000.00", purpose="a card of a bank that is played")
        )  # fmt: skip
        ranges += _table("[range]", bins=place.patient_bin, issuer=place.id, scheme=scheme, product="debit")
        ranges += _table(
            "[range]", bins=place.hasty_bin, issuer=place.id, scheme=scheme, product="debit", timeout_seconds=HASTY_SECONDS
        )
    (folder / "routing.toml").write_text(ranges)
    text = ""
    for merchant, rib in zip(merchants.values(), _RIBS, strict=True):
        more = {} if merchant.floor_limit is None else {"floor_limit": f"{merchant.floor_limit / 100:.2f}"}
        text += _table(
            "[merchant]", id=merchant.id, name=merchant.id[:15], city="RABAT", mcc="5411", rib=rib, email="a@b.example",
            plan="retail", terminals=list(merchant.terminals), capture=merchant.capture,
            over_basis_points=merchant.over_basis_points, **more,
        )  # fmt: skip
    (folder / "merchants.toml").write_text(text)
    return merchants


def _table(head: str, /, **keys: Any) -> str:
    head = f"\n[{head}]\n" if head else ""
    return head + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


def with_check_digit(digits: str) -> str:
    """A card number from all of its digits but the last (Luhn)."""
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(digits))]
    return digits + str(-sum(d // 10 + d % 10 for d in doubled) % 10)


class House:
    """A centre on one data folder, through all its lives."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.specs = folder, folder / "var", folder / "specs"
        self.ready: dict[str, Any] = {}
        self.dates = [FIRST_DATE]
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    @property
    def has_books(self) -> bool:
        """Whether a date was closed."""
        return (self.data / "books.db").exists()

    def spawn(self) -> None:
        """Start the process; it is up once ``is_ready``."""
        ready_file = self.folder / "ready.json"
        ready_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "switch", "up", "--specs", str(self.specs), "--data", str(self.data), "--free-ports"]
        command += ["--ready-file", str(ready_file), "--business-date", self.dates[-1]]
        with (self.folder / "centre.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=self._environment)

    def is_ready(self) -> bool:
        """Whether it takes calls; RuntimeError where it has ended."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"the centre ended with {self._process.returncode}; see {self.folder / 'centre.log'}")
        try:
            self.ready = json.loads((self.folder / "ready.json").read_text())
        except (OSError, ValueError):
            return False
        return True

    def kill(self) -> None:
        """kill -9; what it answers from now on nobody hears."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """End it as a person does; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STOP_SECONDS_MAX)

    def abandon(self) -> None:
        """Leave no process behind."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command of the product."""
        command = [sys.executable, "-m", "switch", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, env=self._environment, timeout=COMMAND_SECONDS_MAX, check=False
        )

    def rows(self, database: str, sql: str, *, books: bool = False) -> list[tuple[Any, ...]]:
        """What a query finds in one of the databases, read only; with the books beside it as ``b``."""
        with closing(sqlite3.connect(f"file:{self.data / database}?mode=ro", uri=True)) as connection:
            if books:
                connection.execute("attach ? as b", (f"file:{self.data / 'books.db'}?mode=ro",))
            return connection.execute(sql).fetchall()

    def owed(self) -> int:
        """How much is owed to banks."""
        sql = "select count(*) from delivery where id not in (select delivery_id from delivered)"
        return int(self.rows("journal.db", sql)[0][0])

    def next_date(self) -> str:
        """Another business date for the next start."""
        seconds = time.mktime(time.strptime(self.dates[-1], "%Y-%m-%d")) + 36 * 3600
        self.dates.append(time.strftime("%Y-%m-%d", time.localtime(seconds)))
        return self.dates[-1]
