"""What a centre owes when processes die, are slow, or are told to stop: real processes, real sockets, real files."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count, islice
from pathlib import Path

import pytest

from switch.centre.as_process import LOG_FILE, READY_FILE, CentreProcess, running_centre, spawn_centre
from tests.chaos.proof import standing_at_issuers
from tests.e2e.acquirer import SPECS, Acquirer, card_of, sale, with_card

DATE = ["--business-date", "2026-11-22"]
APPROVALS_BEFORE_KILL = 2_000
LINES = 4
WINDOW = 16
EVENT_SECONDS_MAX = 30.0

Approval = tuple[str, str, str, str]  #: STAN, DE 7, RRN, approval code


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[CentreProcess]:
    with running_centre(tmp_path / "var", DATE) as running:
        yield running


def eventually(happens: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + EVENT_SECONDS_MAX
    while not happens():
        assert time.monotonic() < deadline, f"{what}: not in {EVENT_SECONDS_MAX:g} s"
        time.sleep(0.01)


def journaled(data: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{data / 'journal.db'}?mode=ro", uri=True) as db:
        rows = db.execute(sql).fetchall()
    db.close()
    return rows


def issuer_pid_of(centre: CentreProcess, issuer: str) -> int:
    """The process that keeps the book of an issuer now."""
    lock = str(Path(centre.ready["data"], "issuers", f"{issuer}.lock"))

    def holds(folder: Path) -> bool:
        with suppress(OSError):
            return any(str(number.readlink()) == lock for number in folder.iterdir())
        return False

    (found,) = (int(folder.parent.name) for folder in Path("/proc").glob("[0-9]*/fd") if holds(folder))
    return found


class Load:
    """Lines that send sales as fast as they are answered, until the centre is gone."""

    def __init__(self, centre: CentreProcess) -> None:
        self.approvals: list[Approval] = []
        self._numbers = count(1)
        self._centre = centre
        self._threads = [threading.Thread(target=self._line) for _ in range(LINES)]

    def _line(self) -> None:
        try:
            with Acquirer(self._centre) as acquirer:
                while True:
                    acquirer.send(sale(number, ("atlas", "vesta")[number % 2]) for number in islice(self._numbers, WINDOW))
                    for _ in range(WINDOW):
                        answer = acquirer.answer()
                        if answer[39] == "00":
                            self.approvals.append((answer[11], answer[7], answer[37], answer[38]))
        except (EOFError, OSError):
            return

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(EVENT_SECONDS_MAX)
            assert not thread.is_alive()


def test_every_approval_received_before_a_kill_is_in_the_journal(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with running_centre(data, DATE) as centre:
        load = Load(centre)
        load.start()
        eventually(lambda: len(load.approvals) >= APPROVALS_BEFORE_KILL, "enough approvals")
        centre.kill()
        load.join()
    with running_centre(data, DATE) as centre, Acquirer(centre) as acquirer:
        (again,) = acquirer.ask(sale(999_999))
        assert again[39] == "00"
        assert centre.stop() == 0
    kept = journaled(
        data,
        """
        SELECT stan, transmitted_at, rrn, approval_code FROM request JOIN decision ON decision.request_id = request.id
        WHERE response_code = '00'
        """,
    )
    received = set(load.approvals)
    assert len(received) == len(load.approvals) >= APPROVALS_BEFORE_KILL
    assert received <= set(kept)
    assert len(set(kept)) == len(kept)


def test_a_killed_issuer_is_91_for_its_cards_alone_and_comes_back(centre: CentreProcess) -> None:
    numbers = count(1)
    with Acquirer(centre) as acquirer:

        def code(issuer: str) -> str:
            return acquirer.ask(sale(next(numbers), issuer))[0][39]

        assert (code("atlas"), code("rif")) == ("00", "00")
        os.kill(centre.issuer_pid("atlas"), signal.SIGKILL)
        eventually(lambda: "issuer down: atlas" in centre.log.read_text(encoding="utf-8"), "the switch's notice of it")
        assert code("atlas") == "91"
        assert code("rif") == "00"
        eventually(lambda: code("atlas") == "00", "the issuer's return")
        eventually(lambda: pid_in_ready_file(centre, "atlas") == issuer_pid_of(centre, "atlas"), "its number in the ready file")
        assert centre.stop() == 0


def pid_in_ready_file(centre: CentreProcess, issuer: str) -> int:
    """The process of an issuer as the ready file has it now."""
    return int(json.loads((centre.data / READY_FILE).read_text(encoding="utf-8"))["issuers"][issuer]["pid"])


def children_of(centre: CentreProcess) -> set[int]:
    """The processes a centre has made, whichever of its threads made them."""
    children: set[int] = set()
    for task in Path(f"/proc/{centre.process.pid}/task").glob("*/children"):
        with suppress(OSError):  # that thread has just ended
            children.update(map(int, task.read_text(encoding="ascii").split()))
    return children


def test_a_killed_starter_of_issuers_is_started_again_and_no_issuer_notices(centre: CentreProcess) -> None:
    numbers = count(1)
    with Acquirer(centre) as acquirer:

        def code(issuer: str) -> str:
            return acquirer.ask(sale(next(numbers), issuer))[0][39]

        (starter,) = children_of(centre)
        os.kill(starter, signal.SIGKILL)
        assert (code("atlas"), code("rif")) == ("00", "00")
        eventually(lambda: children_of(centre) - {starter}, "another starter")
        assert "issuer down" not in centre.log.read_text(encoding="utf-8")
        for _ in range(2):  # one started by the first, then one by the second
            pid = issuer_pid_of(centre, "atlas")
            assert Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") == "issuer atlas\n"
            os.kill(pid, signal.SIGKILL)
            eventually(lambda: code("atlas") == "91", "the switch's notice of it")
            eventually(lambda: code("atlas") == "00", "the issuer's return")
        assert centre.stop() == 0


@pytest.mark.long
def test_an_issuer_that_outlives_its_centre_leaves_no_hold(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with running_centre(data, DATE) as centre, Acquirer(centre) as acquirer:
        orphan = centre.issuer_pid("atlas")
        os.kill(orphan, signal.SIGSTOP)  # it has not judged yet when the centre dies, and does so later
        acquirer.send([sale(1)])
        eventually(lambda: journaled(data, "SELECT count(*) FROM request") == [(1,)], "the request in the journal")
        centre.kill()
    process = spawn_centre(data, DATE)
    try:
        others = len(SPECS.issuers) - 1
        eventually(lambda: (data / LOG_FILE).read_text(encoding="utf-8").count("issuer up:") >= others, "the other issuers")
        assert "issuer up: atlas" not in (data / LOG_FILE).read_text(encoding="utf-8")
        os.kill(orphan, signal.SIGCONT)
        eventually(lambda: journaled(data, "SELECT response_code FROM delivered") == [("00",)], "the reversal delivered")
    finally:
        with suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGCONT)
        process.terminate()
        assert process.wait(EVENT_SECONDS_MAX) == 0
    assert standing_at_issuers(data) == {}


def _slow_for(folder: Path, pan: str, seconds: float) -> list[str]:
    """Options of a centre whose issuers are slow for one card."""
    file = folder / "slow-card.toml"
    file.write_text(
        f'purpose = "One card is slow."\n[[rule]]\n[rule.when]\npan = "{pan}"\n[rule.then]\ndelay_seconds = {seconds}\n',
        encoding="utf-8",
    )
    return [*DATE, "--scenario", str(file)]


@pytest.mark.long
def test_answers_out_of_order_reach_the_right_connections(tmp_path: Path) -> None:
    slow, quick = card_of("atlas", 1), card_of("atlas", 2)
    with (
        running_centre(tmp_path / "var", _slow_for(tmp_path, slow[0], 2.0)) as centre,
        Acquirer(centre) as first,
        Acquirer(centre) as second,
    ):
        first.send([with_card(sale(7, terminal="FIRST001"), *slow)])
        (answer,) = second.ask(with_card(sale(7, terminal="SECOND01"), *quick))
        assert (answer[11], answer[39], answer[41], answer[2]) == ("000007", "00", "SECOND01", quick[0])
        assert not first.has_answer
        late = first.answer()
        assert (late[11], late[39], late[41], late[2]) == ("000007", "00", "FIRST001", slow[0])
        assert not second.has_answer
        assert centre.stop() == 0


def test_sigterm_answers_what_is_in_flight_and_ends_with_0(tmp_path: Path) -> None:
    slow = card_of("rif", 1)
    with running_centre(tmp_path / "var", _slow_for(tmp_path, slow[0], 1.0)) as centre, Acquirer(centre) as acquirer:
        acquirer.send(with_card(sale(number, "rif"), *slow) for number in (1, 2, 3))
        eventually(lambda: journaled(centre.data, "SELECT count(*) FROM request") == [(3,)], "three requests journaled")
        assert not acquirer.has_answer
        assert centre.stop() == 0
        assert sorted((answer[11], answer[39]) for answer in (acquirer.answer(), acquirer.answer(), acquirer.answer())) == [
            ("000001", "00"),
            ("000002", "00"),
            ("000003", "00"),
        ]
        with pytest.raises((EOFError, OSError)):
            acquirer.answer()
    decided = journaled(centre.data, "SELECT count(*) FROM decision WHERE response_code = '00'")
    assert decided == [(3,)]
