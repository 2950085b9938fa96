"""A centre under mutated frames: what is sent, what is watched meanwhile, and what has to be true at the end."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Final

from bench.machine import resident_mib
from switch.centre.as_process import LOG_FILE, CentreProcess, running_centre
from tests.chaos.proof import owed
from tests.mutation.bystander import Bystander
from tests.mutation.lines import Sender, Target
from tests.support.terminal_specs import terminal_specs

SENDERS_A_LISTENER: Final = 2  #: while one waits for the answers of a line the other sends
BUSINESS_DATE: Final = "2026-11-22"
REPORT_SECONDS: Final = 15.0  #: a line on the way so often
DELIVERY_SECONDS_MAX: Final = 180.0  #: what issuers are owed when the last frame was sent goes to them one by one
POLL_SECONDS: Final = 0.1
GROWTH_MIB_MAX: Final = 128.0  #: of one process: what is remembered by number, and totals of terminals made up
COMMAND_SECONDS_MAX: Final = 600.0


class Siege:
    """So many frames, spread over all listeners. ``faults`` has a sentence for all that went wrong."""

    def __init__(self, data: Path, seed: int, *, tell: Callable[[str], None] = print) -> None:
        self.faults: list[str] = []
        self._data, self._seed, self._tell = data, seed, tell
        self._senders: list[Sender] = []
        self._resident: dict[str, tuple[float, float]] = {}  #: MiB of each process, at the start and at the end
        self._seconds = 0.0
        self._bystander: Bystander | None = None

    def run(self, frames: int) -> None:
        with running_centre(
            self._data, ["--specs", str(terminal_specs(self._data)), "--business-date", BUSINESS_DATE]
        ) as centre:
            processes = {"switch": centre.process.pid} | {name: centre.issuer_pid(name) for name in centre.ready["issuers"]}
            before = {name: resident_mib(pid) for name, pid in processes.items()}
            self._besiege(centre, frames)
            self._wait_for_deliveries()
            self._resident = {name: (before[name], resident_mib(pid)) for name, pid in processes.items()}
            if centre.process.poll() is not None:
                self.faults.append(f"the centre ended with {centre.process.returncode}")
            elif (exit_code := centre.stop()) != 0:
                self.faults.append(f"the centre ended with {exit_code} when it was stopped, expected 0")
        self._look_at_memory()
        self._look_at_log()
        self._close_and_check()

    def lines(self) -> list[tuple[str, str]]:
        """The figures, each with its name."""
        frames, answers = sum(s.counts.frames for s in self._senders), sum(s.counts.answers for s in self._senders)
        taken = sorted(self._bystander.seconds if self._bystander else []) or [0.0]
        return [
            (
                "frames",
                f"{frames} on {sum(s.counts.lines for s in self._senders)} lines, {frames / self._seconds:.0f} a second",
            ),
            ("answers", f"{answers}"),
            (
                "the other client",
                f"{len(taken)} sales, {statistics.median(taken) * 1000:.1f} ms at p50, {taken[-1] * 1000:.0f} ms at most",
            ),
            ("resident memory", ", ".join(f"{name} {a:.0f} to {b:.0f} MiB" for name, (a, b) in self._resident.items())),
            ("took", f"{self._seconds:.1f} s"),
        ]

    def _besiege(self, centre: CentreProcess, frames: int) -> None:
        """Send all frames while the other client sells."""
        listeners, numbers = list(centre.ready["listeners"]) * SENDERS_A_LISTENER, count(1)
        shares = [frames // len(listeners) + (place < frames % len(listeners)) for place in range(len(listeners))]
        self._senders = [
            Sender(Target.of(centre, listener), share, f"{self._seed} {place}", numbers)
            for place, (listener, share) in enumerate(zip(listeners, shares, strict=True))
        ]
        self._bystander = Bystander(centre)
        began = time.monotonic()
        self._bystander.start()
        for sender in self._senders:
            sender.thread.start()
        for sender in self._senders:
            while sender.thread.is_alive():
                sender.thread.join(REPORT_SECONDS)
                self._report(centre, time.monotonic() - began)
        self._bystander.stop()
        self._seconds = time.monotonic() - began
        self.faults += [fault for sender in self._senders for fault in sender.faults] + self._bystander.faults

    def _report(self, centre: CentreProcess, seconds: float) -> None:
        frames, mib = sum(sender.counts.frames for sender in self._senders), resident_mib(centre.process.pid)
        self._tell(f"{seconds:6.1f} s  {frames} frames, the switch has {mib:.0f} MiB")

    def _wait_for_deliveries(self) -> None:
        """Issuers can be told all that they are owed: no message gets stuck at the head of their queue."""
        deadline = time.monotonic() + DELIVERY_SECONDS_MAX
        while left := owed(self._data):
            if time.monotonic() > deadline:
                self.faults.append(f"{left} deliveries to issuers were still owed after {DELIVERY_SECONDS_MAX:g} s")
                return
            time.sleep(POLL_SECONDS)

    def _look_at_memory(self) -> None:
        for name, (before, after) in self._resident.items():
            if before and not after:
                self.faults.append(f"the process of {name} has ended")
            if after - before > GROWTH_MIB_MAX:
                self.faults.append(
                    f"{name} grew from {before:.0f} to {after:.0f} MiB, expected at most {GROWTH_MIB_MAX:g} more"
                )

    def _look_at_log(self) -> None:
        """No traceback, and no issuer that died: nothing an acquirer sends may end an issuer's process."""
        with (self._data / LOG_FILE).open(encoding="utf-8", errors="replace") as log:
            self.faults += [line.strip() for line in log if line.startswith(("Traceback", "issuer died"))]

    def _close_and_check(self) -> None:
        """Whatever of it was a good message: the day closes, and the books are sound."""
        for words in (("day", "close", BUSINESS_DATE), ("check",)):
            command = [sys.executable, "-m", "switch", *words, "--data", str(self._data)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False)
            if done.returncode:
                said = (done.stdout + done.stderr).strip()
                self.faults.append(f"switch {' '.join(words)} ended with {done.returncode}: {said}")
