"""``python -m tests.endofday.killed_day 100``: kill -9 at so many moments of a day, and the same commands again.

A day is the close with all its files (text, CSV, PDF, XLSX), the mail of its statements and the file of its payouts for the
bank. A process does it and kills itself at a call of a function of Switch, or of what Switch calls, in each of the four
in turn, chosen by chance. The same day is then done again, and has to leave what a day leaves that nobody killed: the same
files, to the byte and to the last name, the same rows in the books, each message sent once, each payout in one transfer. Of a
mail server that was cut off in the middle of an answer nobody knows what it took: there a message may come twice, and Switch
says so.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from switch.endofday import files as day_files
from switch.endofday.close import check_books, close_day
from switch.mail.delivery import mail_after_close, send_mail
from switch.specs.specification import Specs
from switch.treasury.issue import issue_date
from tests.mail.closed_day import MERCHANTS, with_server
from tests.support.day_builders import FRIDAY, NOW_MS, journal_of
from tests.support.smtp_server import PlayedServer, mail_server
from tests.treasury.paid_days import SPECS, TERMINALS, clock

STAGES: Final = ("close", "render", "mail", "payout file")
#: What a day leaves in files. The databases are compared by their rows.
FOLDERS: Final = ("days", "issuers", "mail", "payments")
SALES: Final = 5  #: of each merchant


def open_day(data: Path) -> Path:
    """A folder whose Friday can be closed."""
    with journal_of(data, FRIDAY) as journal:
        for number in range(SALES):
            for merchant in MERCHANTS:
                journal.decide(merchant_id=merchant, terminal_id=TERMINALS[merchant], amount_minor=10_000 + number)
    return data


def whole_day(data: Path, specs: Specs, begins: Callable[[str], None] = lambda _: None) -> int:
    """Do the day, as three commands would; how many messages Switch sent again in doubt. ``begins`` hears of each stage."""
    begins("close")
    render = day_files.render

    def rendered(*given: Any, **named: Any) -> None:
        begins("render")
        render(*given, **named)

    day_files.render = rendered
    try:
        close_day(data, specs, FRIDAY, NOW_MS, also=("pdf", "xlsx"))
    finally:
        day_files.render = render
    begins("mail")
    mail_after_close(data, specs, FRIDAY, clock)
    in_doubt = len(send_mail(data, specs, clock, FRIDAY).in_doubt)
    begins("payout file")
    issue_date(data, specs, FRIDAY, clock)
    begins("end")
    return in_doubt


def _forked(work: Callable[[int], None]) -> tuple[int, bytes]:
    """Do something in a process of its own, which is handed a pipe; its exit code, below zero a signal, and what it wrote."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(tell)
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)
    os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def _watched(data: Path, specs: Specs, last: int, tell: int) -> None:
    """Do the day and die at a call; tell at which calls its stages begin."""
    calls = 0
    begun: list[int] = []

    def watch(frame: Any, event: str, _: object) -> None:
        nonlocal calls
        if event in ("call", "return", "c_call", "c_return") and "/switch/" in frame.f_code.co_filename:
            calls += 1
            if calls == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)
    whole_day(data, specs, lambda stage: begun.append(calls))
    sys.setprofile(None)
    os.write(tell, repr(begun).encode())


def left_in(data: Path) -> dict[str, bytes]:
    """What a day left: its files, and the rows of the books and the states of the messages."""
    left = {
        path.relative_to(data).as_posix(): path.read_bytes()
        for folder in FOLDERS
        for path in (data / folder).rglob("*")
        if path.is_file()
    }
    with closing(sqlite3.connect(data / "books.db")) as books, closing(sqlite3.connect(data / "outbox.db")) as outbox:
        left["books.db"] = "\n".join(sorted(books.iterdump())).encode()
        left["outbox.db"] = repr(sorted(outbox.execute("SELECT message_id, state FROM letter"))).encode()
    return left


class KilledDays:
    """Days in a folder of their own, killed and done again; with a mail server at each other kill."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance, self.doubts = folder, random.Random(seed), 0
        self.start = open_day(folder / "start")
        self.unhurt: dict[bool, tuple[dict[str, bytes], list[int]]] = {}

    def alone(self, by_server: bool) -> tuple[dict[str, bytes], list[int]]:
        """What a day leaves that nobody kills, by a mail server or without one, and at which calls its stages begin."""
        if by_server not in self.unhurt:
            with mail_server(PlayedServer()) as server:
                specs = with_server(server.port, SPECS) if by_server else SPECS
                whole_day(data := self.copy("alone"), specs)
                left = left_in(data)
                code, said = _forked(lambda tell: _watched(self.copy("counted"), specs, 0, tell))
            assert code == 0, "the day is done where nobody kills it"
            self.unhurt[by_server] = left, [int(each) for each in said.strip(b"[]").split(b",")]
        return self.unhurt[by_server]

    def copy(self, name: str) -> Path:
        data = self.folder / name
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self.start, data)
        return data

    def kill(self, number: int) -> Iterator[str]:
        """One kill, and the day again; what is wrong then."""
        by_server, place = bool(number // len(STAGES) % 2), number % len(STAGES)
        whole, stages = self.alone(by_server)
        first, after = stages[place : place + 2]
        call = self.chance.randrange(first + 1, after + 1)
        where, data = f"kill {number}, {STAGES[place]}, call {call}", self.copy("killed")
        with mail_server(PlayedServer()) as server:
            specs = with_server(server.port, SPECS) if by_server else SPECS
            code, _ = _forked(lambda tell: _watched(data, specs, call, tell))
            in_doubt = whole_day(data, specs)
            sent = list(server.ids)
        if code != -signal.SIGKILL:
            yield f"{where}: found exit code {code}, expected a death by kill -9"
        left = left_in(data)
        for name in sorted(left.keys() | whole.keys()):
            if left.get(name) != whole.get(name):
                yield f"{where}: {name} is not as a day leaves it that nobody killed"
        if by_server and (len(set(sent)) != len(MERCHANTS) or len(sent) - len(MERCHANTS) > in_doubt or in_doubt > 1):
            yield f"{where}: found {len(sent)} messages of {len(MERCHANTS)} merchants, {in_doubt} in doubt"
        self.doubts += in_doubt
        yield from (f"{where}: {fault.sentence}" for fault in check_books(data).faults)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.endofday.killed_day", description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=100, help="how many")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="what is chosen by chance; else any")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="switch-killed-day-") as folder:
        days = KilledDays(Path(folder), wanted.seed)
        faults = [fault for number in range(wanted.kills) for fault in days.kill(number)]
    for fault in faults:
        print(f"fault: {fault}")
    found = f"{len(faults)} faults" if faults else "the same files, no mail and no transfer twice"
    print(f"seed {wanted.seed}: {wanted.kills} kills, {days.doubts} messages sent again in doubt, and said so: {found}")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
