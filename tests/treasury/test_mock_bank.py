"""Payouts at somebody else's bank: mock-bank takes the file, pays, rejects and returns, and what it writes is read."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from switch.settlement.bank_account import iban_of
from tests.treasury.bank import orders_of
from tests.treasury.paid_days import (
    AIRLINE,
    FRIDAY,
    GROCER,
    MERCHANTS,
    SHOP,
    SPECS,
    again,
    close,
    faults,
    issue,
    payout_of,
    say,
    states,
    suspense,
)

mockbank = pytest.importorskip("mockbank.server", reason="the package mock-bank is not installed")
pytestmark = pytest.mark.long
AIR, SHOPS = payout_of(FRIDAY, AIRLINE), payout_of(FRIDAY, SHOP)
DECLARATION = re.compile(r"(?=<\?xml\b)")


class Bank:
    """A running mock-bank."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, body: bytes | dict[str, Any] | None = None) -> str:
        content = json.dumps(body).encode() if isinstance(body, dict) else body
        kind = "application/json" if isinstance(body, dict) else "application/xml"
        request = urllib.request.Request(self._base + path, content, {"Content-Type": kind}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())

    def give(self, path: str) -> None:
        self.ask("POST", "/payments", Path(path).read_bytes())

    def mail(self) -> list[str]:
        """What it has to say, each message for itself; statements of the account apart."""
        found = [each for each in DECLARATION.split(self.ask("GET", "/_mock/mailbox?raw")) if each.strip()]
        return [each for each in found if "camt.053" not in each]


@contextmanager
def bank_of(rib: str) -> Iterator[Bank]:
    """A bank with our account in it, on the Saturday behind the day that is paid."""
    server = mockbank.make_server(mockbank.Config(port=0, quiet=True, clock="2026-11-21T09:00"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        bank = Bank(server.server_address[1])
        account = {"id": "switch", "name": "Switch", "iban": iban_of(rib), "currency": "MAD", "balance": 10**9}
        bank.ask("POST", "/_mock/accounts", account)
        yield bank
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_bank_pays_rejects_and_returns(tmp_path: Path) -> None:
    data = close(tmp_path / "var", FRIDAY)
    with bank_of(SPECS.transfers.rib) as bank:
        closed = {"id": "air", "name": "AIR CEDRE", "iban": iban_of(SPECS.merchants[AIRLINE].rib), "currency": "MAD"}
        bank.ask("POST", "/_mock/accounts", {**closed, "behaviour": "closed-account"})
        parameters = {"days": 2, "reason": "AC06", "end_to_end_id": SHOPS}
        bank.ask("PATCH", "/_mock/accounts/switch", {"behaviour": "return-later", "parameters": parameters})
        file = issue(data)
        assert "0 findings" in bank.ask("POST", "/_mock/validate", Path(file.path).read_bytes())
        bank.give(file.path)
        assert all(each.right for each in say(data, *bank.mail()))
        accepted = {payout_of(FRIDAY, each): "accepted" for each in MERCHANTS}
        assert states(data) == accepted | {AIR: "rejected"}
        bank.ask("POST", "/_mock/advance?days=2")
        read = say(data, *bank.mail())
        assert all(each.right for each in read)
        assert "camt.054" in {each.kind for each in read}
        bank.ask("POST", "/_mock/advance?days=4")
        read = say(data, *bank.mail())
        assert all(each.right for each in read)
        assert {"pacs.004", "camt.054"} <= {each.kind for each in read}
        assert (states(data)[SHOPS], states(data)[payout_of(FRIDAY, GROCER)]) == ("returned", "accepted")
        assert faults(data) == []
        bank.ask("PATCH", "/_mock/accounts/air", {"behaviour": "accept"})
        second = again(data)
        assert [each.end_to_end_id for each in orders_of(Path(second.path))] == [f"{AIR}/2", f"{SHOPS}/2"]
        bank.give(second.path)
        assert all(each.right for each in say(data, *bank.mail()))
        assert set(states(data).values()) == {"accepted"}
        assert (suspense(data), faults(data)) == (0, [])


def test_a_file_given_twice_is_refused_as_a_copy_and_paid_once(tmp_path: Path) -> None:
    data = close(tmp_path / "var", FRIDAY)
    with bank_of(SPECS.transfers.rib) as bank:
        file = issue(data)
        bank.give(file.path)
        with pytest.raises(urllib.error.HTTPError):
            bank.give(file.path)
        assert all(each.right for each in say(data, *bank.mail()))
        assert set(states(data).values()) == {"accepted"}
