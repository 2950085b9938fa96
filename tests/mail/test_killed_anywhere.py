"""Kill -9 at any call of any function of the mail, and the same command again: nothing is lost, nothing twice untold."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.mail.closed_day import MERCHANTS, NOW_MS, SPECS, closed_day, send, states, with_server
from tests.mail.test_delivery import ALL, IDS, files
from tests.support.kills import kills
from tests.support.smtp_server import PlayedServer, mail_server

KILLS: Final = kills(16)
#: Sends, and kills itself at the call of a function of the mail with this number; a port of 0 means files.
SENDER: Final = """
import os, signal, sys
from pathlib import Path
from tests.mail.closed_day import SPECS, with_server
from switch.mail import delivery

data, port, now_ms, last = Path(sys.argv[1]), *map(int, sys.argv[2:])
count, taken = 0, 0

def watch(frame, event, argument):
    global count, taken
    file = frame.f_code.co_filename
    if event in ("call", "return", "c_call") and ("/switch/mail/" in file or "smtplib" in file):
        count += 1
        if event == "return" and frame.f_code.co_qualname == "SmtpSession.send":
            taken = count
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

delivery.WRITTEN_AT_ONCE = 2
sys.setprofile(watch)
delivery.send_mail(data, with_server(port) if port else SPECS, lambda: now_ms)
sys.setprofile(None)
print(count, taken)
"""


def run_until(data: Path, port: int, last: int) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", SENDER, str(data), str(port), str(NOW_MS), str(last)]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


def moments(data: Path, port: int) -> list[int]:
    """Numbers of calls to die at, from a run that was left alone: at random, and where a server has just taken a message that
    nobody has written down as sent."""
    whole = run_until(data, port, 0)
    assert whole.returncode == 0, whole.stderr
    count, taken = map(int, whole.stdout.split())
    return [*random.Random(8).sample(range(1, count + 1), KILLS - 1), taken or count]


@pytest.mark.long
def test_files(tmp_path: Path) -> None:
    whole = closed_day(tmp_path / "whole")
    for number, last in enumerate(moments(whole, 0)):
        data = closed_day(tmp_path / str(number))
        assert run_until(data, 0, last).returncode == -signal.SIGKILL
        send(data, SPECS)
        assert states(data) == ALL
        assert files(data) == files(whole)


@pytest.mark.long
def test_a_server(tmp_path: Path) -> None:
    with mail_server(PlayedServer()) as server:
        tried = moments(closed_day(tmp_path / "whole"), server.port)
    doubts = 0
    for number, last in enumerate(tried):
        data = closed_day(tmp_path / str(number))
        with mail_server(PlayedServer()) as server:
            assert run_until(data, server.port, last).returncode == -signal.SIGKILL
            run = send(data, with_server(server.port))
        assert states(data) == ALL
        assert sorted(set(server.ids)) == IDS
        assert len(server.ids) - len(MERCHANTS) <= len(run.in_doubt) <= 1, "twice only where it was said"
        doubts += len(run.in_doubt)
    assert 0 < doubts < KILLS
