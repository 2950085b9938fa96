"""The banks' books beside a running centre: kill -9 of an issuer's process at any time, then a closed day that all agree on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.endofday.close import check_books
from switch.specs.load import load_specs
from tests.cli.command import run
from tests.e2e.acquirer import Acquirer, sale
from tests.e2e.test_crash import issuer_pid_of
from tests.support.json_schema import mistakes, schema_of

pytestmark = pytest.mark.long  # most play beside a whole centre

DATE = "2026-11-22"
CARD = next(load_specs().issuers["atlas"].all_cards())
SECONDS_MAX = 30.0


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[CentreProcess]:
    with running_centre(tmp_path / "var", ["--business-date", DATE]) as running:
        yield running


def eventually(happens: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def sell(centre: CentreProcess, first: int, many: int) -> int:
    """How many of so many sales were approved."""
    with Acquirer(centre) as acquirer:
        acquirer.send(sale(number, "atlas") for number in range(first, first + many))
        return sum(acquirer.answer()[39] == "00" for _ in range(many))


def account(centre: CentreProcess, *words: object, verb: str = "show") -> dict[str, object]:
    found: dict[str, object] = run("account", verb, *words, "--json", "--data", centre.data).json
    assert mistakes(found, schema_of("account")) == []
    return found


def proved(data: Path) -> int:
    report = check_books(data)
    assert report.faults == ()
    return report.booked_count


def test_an_account_is_shown_and_changed_while_the_centre_runs_and_when_it_has_stopped(centre: CentreProcess) -> None:
    name = CARD.account
    host, port = centre.address("ascii")
    send = ("send", "--pan", CARD.pan.digits, "--amount", "125.00", "--host", host, "--port", port)
    assert run(*send, "--expect", "00").code == 0
    before = account(centre, CARD.pan.digits)
    assert (before["held_minor"], before["ledger_minor"]) == (12_500, CARD.balance_minor)
    assert CARD.pan.digits not in run("account", "show", name, "--data", centre.data).out

    blocked = account(centre, name, verb="block")
    assert (blocked["blocked"], blocked["written_by"]) == (True, "issuer")
    assert run(*send, "--expect", "62").code == 0
    assert account(centre, name, "--off", verb="block")["blocked"] is False
    assert account(centre, name, "--amount", "10.00", verb="credit")["available_minor"] == CARD.balance_minor - 11_500
    listed = run("account", "list", "--json", "--data", centre.data).json
    assert mistakes(listed, schema_of("account")) == []
    assert account(centre, name, verb="reset")["available_minor"] == CARD.balance_minor

    assert centre.stop() == 0
    credited = account(centre, name, "--amount", "1.00", verb="credit")
    assert (credited["available_minor"], credited["written_by"]) == (CARD.balance_minor + 100, "command")
    entries = account(centre, name, verb="statement")["entries"]
    assert isinstance(entries, list)
    kinds = ["hold", "blocked", "unblocked", "deposit", "release", "withdrawal", "deposit"]
    assert [entry["kind"] for entry in entries] == kinds
    assert run("account", "show", "nobody", "--data", centre.data).code == 2
    assert run("account", "credit", name, "--amount", "0", "--data", centre.data).code == 2
    assert run("account", "list", "--data", centre.data / "none").code == 1


def test_a_closed_day_is_booked_by_the_issuers_while_they_run(centre: CentreProcess) -> None:
    assert sell(centre, 1, 20) == 20
    assert run("day", "close", DATE, "--data", centre.data).code == 0
    assert proved(centre.data) == 20
    run("day", "close", DATE, "--data", centre.data)
    assert proved(centre.data) == 20


@pytest.mark.long
def test_an_issuer_killed_again_and_again_books_every_sale_once(centre: CentreProcess) -> None:
    """Killed while it is asked, and while it books: eight times each, at times that differ."""
    sold, numbers = 0, count(90_000)
    for round_number in range(8):
        sold += sell(centre, 1 + 400 * round_number, 400)
        kill(centre, 0.003 * round_number)
        eventually(lambda: sell(centre, next(numbers), 1))
        sold += 1
    assert run("day", "close", DATE, "--data", centre.data).code == 0
    for round_number in range(8):
        time.sleep(0.02 * round_number)
        kill(centre, 0)
    eventually(lambda: proved(centre.data) == sold)
    assert centre.stop() == 0
    assert proved(centre.data) == sold


def kill(centre: CentreProcess, after_seconds: float) -> None:
    """Kill the process that keeps the book of atlas, once there is one."""
    time.sleep(after_seconds)

    def killed() -> bool:
        with suppress(ValueError, ProcessLookupError):
            os.kill(issuer_pid_of(centre, "atlas"), signal.SIGKILL)
            return True
        return False

    eventually(killed)
