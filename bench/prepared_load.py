"""A load of messages that are made before the clock starts, each another: cryptograms and MACs cannot be repeated.

The sender keeps a window of each connection full and looks at no answer until the run is over. It takes its share of the
machine like the generator in C, some ten times as much; it takes the same for every kind of message.
"""

from __future__ import annotations

import selectors
import socket
import time
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

READ_BYTES: Final = 262_144
HEADER_BYTES: Final = 2  #: the length header 2b
SILENCE_SECONDS_MAX: Final = 10.0


@frozen(kw_only=True)
class Played:
    """What a run came to: seconds from the first message to the last answer, CPU of the processes that were watched."""

    answers: list[bytes]
    seconds: float
    cpu_us: dict[int, float]  #: process -> microseconds for one transaction

    @property
    def tps(self) -> float:
        return len(self.answers) / self.seconds


@define
class _Line:
    sock: socket.socket
    frames: list[bytes]
    sent: int = 0
    answered: int = 0
    rest: bytes = b""
    answers: list[bytes] = field(factory=list)

    def fill(self, window: int) -> None:
        """Send as many as the window has free."""
        until = min(self.answered + window, len(self.frames))
        if until > self.sent:
            self.sock.sendall(b"".join(self.frames[self.sent : until]))
            self.sent = until

    def take(self) -> None:
        data = self.sock.recv(READ_BYTES)
        if not data:
            raise RuntimeError("the switch closed a line of the load")
        data, place = self.rest + data, 0
        while place + HEADER_BYTES <= len(data):
            end = place + HEADER_BYTES + int.from_bytes(data[place : place + HEADER_BYTES], "big")
            if end > len(data):
                break
            self.answers.append(data[place + HEADER_BYTES : end])
            place = end
        self.rest, self.answered = data[place:], len(self.answers)


def play(port: int, frames: list[bytes], *, connections: int, window: int, pids: tuple[int, ...]) -> Played:
    """Send these frames over so many connections, with so many outstanding on each; until all are answered."""
    lines = [_Line(socket.create_connection(("127.0.0.1", port)), frames[number::connections]) for number in range(connections)]
    with selectors.DefaultSelector() as selector:
        for line in lines:
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(line.sock, selectors.EVENT_READ, line)
        before, began = [_cpu_seconds(pid) for pid in pids], time.perf_counter()
        for line in lines:
            line.fill(window)
        left = len(lines)
        while left:
            ready = selector.select(SILENCE_SECONDS_MAX)
            if not ready:
                raise RuntimeError(f"no answer for {SILENCE_SECONDS_MAX:g} s")
            for key, _ in ready:
                line = key.data
                line.take()
                line.fill(window)
                if line.answered == len(line.frames):
                    selector.unregister(line.sock)
                    left -= 1
        seconds = time.perf_counter() - began
    used = [(_cpu_seconds(pid) - at) * 1e6 / len(frames) for pid, at in zip(pids, before, strict=True)]
    for line in lines:
        line.sock.close()
    answers = [answer for line in lines for answer in line.answers]
    return Played(answers=answers, seconds=seconds, cpu_us=dict(zip(pids, used, strict=True)))


def _cpu_seconds(pid: int) -> float:
    """User and system time of all threads of a process, to a nanosecond (/proc/PID/task/TID/schedstat)."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9
