"""The shop in PHP, started and asked from a test: ``shop.php`` is the client, and nothing of it is done here."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from tests.clients.orders import STORE_KEY, Order, Outcome, Shopper, Told, as_told

SCRIPT: Final = Path(__file__).parent / "shop.php"
PHP: Final = shutil.which("php")
SECONDS_MAX: Final = 120.0


class PhpShop:
    """``php -S`` with the shop, and ``php shop.php pay`` for its shopper."""

    def __init__(self, page_url: str, folder: Path) -> None:
        assert PHP
        self._page_url, self._folder = page_url, folder
        self._environment = {**os.environ, "SHOP_FOLDER": str(folder), "SHOP_KEY": STORE_KEY, "PHP_CLI_SERVER_WORKERS": "2"}
        command = [PHP, "-S", "127.0.0.1:0", str(SCRIPT)]
        err = subprocess.PIPE
        self._server = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=err, text=True, start_new_session=True
        )
        assert self._server.stderr
        self.url = next(filter(None, map(_address_in, self._server.stderr)))
        self._reader = threading.Thread(target=self._server.stderr.read)  # a line for each request
        self._reader.start()

    def close(self) -> None:
        os.killpg(self._server.pid, signal.SIGTERM)  # its workers, too
        self._server.wait(SECONDS_MAX)
        self._reader.join(SECONDS_MAX)
        assert self._server.stderr
        self._server.stderr.close()

    def __enter__(self) -> PhpShop:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def pay(self, order: Order, shopper: Shopper) -> Outcome:
        wanted = {
            "page": self._page_url,
            "shop": self.url,
            "fields": order.fields(self.url),
            "answer": order.answer,
            "card": shopper.card(),
            "code": shopper.code_of_bank,
            "cancels": shopper.cancels,
        }
        ended = php("pay", wanted, self._environment)
        told = json.loads(ended)
        return Outcome(told["path"], tuple(told["headings"]), tuple(told["sentences"]))

    def told(self, oid: str) -> list[Told]:
        kept = self._folder / "told.jsonl"
        rows = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
        return [told for told in map(as_told, map(json.loads, rows)) if told.fields.get("oid") == oid]

    def paid(self, oid: str) -> list[str]:
        kept = self._folder / f"order-{oid.encode().hex()}.json"
        found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return [str(each) for each in found.get("paid", ())]


def _address_in(line: str) -> str:
    found = re.search(r"\((http://127\.0\.0\.1:\d+)\) started", line)
    return found[1] if found else ""


def php(verb: str, asked: object, environment: dict[str, str] | None = None) -> str:
    """What ``shop.php`` prints for a verb."""
    assert PHP
    ended = subprocess.run(
        [PHP, str(SCRIPT), verb],
        input=json.dumps(asked),
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return ended.stdout
