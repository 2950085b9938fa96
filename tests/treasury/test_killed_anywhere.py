"""Kill -9 at any call of any function of the treasury, and the same command again: the same file, and no transfer twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from switch.treasury.issue import issue_date
from tests.support.kills import kills
from tests.treasury.bank import camt054, entry, orders_of, pacs004, pain002, status
from tests.treasury.paid_days import (
    AIRLINE,
    FRIDAY,
    SATURDAY,
    SHOP,
    SPECS,
    clock,
    close,
    faults,
    issue,
    payout_of,
    say,
    states,
    suspense,
)

KILLS: Final = kills(10)
#: Issues, reads the bank's files and issues again; kills itself at the call of a function with this number.
WORKER: Final = """
import os, signal, sys
from pathlib import Path
from tests.treasury.paid_days import FRIDAY, again, clock, issue
from switch.treasury.status import read_status

data, what, last = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
count = 0

def watch(frame, event, argument):
    global count
    file = frame.f_code.co_filename
    if event in ("call", "return", "c_call") and ("/switch/treasury/" in file or "/switch/transfers/" in file):
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(watch)
if what == "file":
    issue(data, FRIDAY)
elif what == "status":
    read_status(data, sorted((data / "from-the-bank").iterdir()), clock)
else:
    again(data)
sys.setprofile(None)
print(count)
"""


def run_until(data: Path, what: str, last: int) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", WORKER, str(data), what, str(last)]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


def before(folder: Path, what: str) -> Path:
    """A data folder just before the command that dies."""
    data = close(close(folder, FRIDAY), SATURDAY, (SHOP,))
    if what == "file":
        return data
    orders = {each.payout: each for each in orders_of(Path(issue(data, FRIDAY).path))}
    issue(data, SATURDAY)
    air, shop = orders[payout_of(FRIDAY, AIRLINE)], orders[payout_of(FRIDAY, SHOP)]
    messages = [pain002(status(air.end_to_end_id, "RJCT", "AC04")), camt054(entry(shop)), pacs004((shop, "AC01"))]
    if what == "again":
        say(data, *messages)
        return data
    (data / "from-the-bank").mkdir()
    for number, message in enumerate(messages):
        (data / "from-the-bank" / f"{number}.xml").write_text(message, encoding="utf-8")
    return data


@pytest.mark.long
@pytest.mark.parametrize("what", ["file", "status", "again"])
def test_the_same_command_again_ends_as_if_nobody_had_died(what: str, tmp_path: Path) -> None:
    start = before(tmp_path / "start", what)
    whole = tmp_path / "whole"
    shutil.copytree(start, whole)
    alone = run_until(whole, what, 0)
    assert alone.returncode == 0, alone.stderr
    files = {path.name: path.read_bytes() for path in (whole / "payments").glob("*.xml")}
    for number, last in enumerate(random.Random(12).sample(range(1, int(alone.stdout) + 1), KILLS)):
        data = tmp_path / str(number)
        shutil.copytree(start, data)
        assert run_until(data, what, last).returncode == -signal.SIGKILL
        again = run_until(data, what, 0)
        if what != "again":
            assert again.returncode == 0, again.stderr
        issue(data, FRIDAY)
        if what != "file":
            issue_date(data, SPECS, SATURDAY, clock)
        assert faults(data) == []
        if what != "again":
            assert (states(data), suspense(data)) == (states(whole), suspense(whole))
        assert {path.name: path.read_bytes() for path in (data / "payments").glob("*.xml")} == files
