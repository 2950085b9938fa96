"""A process that starts others by fork: their streams, how they end, and its own end."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from switch.machine.starting import Launched, ask_for, fork, is_abandoned, launch

STARTER = """
import os, socket, sys
from switch.machine.starting import start_by_fork

def become(arguments):
    print("hello", *arguments, flush=True)
    said = sys.stdin.readline().strip()
    if said == "fail":
        raise SystemExit(7)
    print("good bye", said)

start_by_fork(socket.socket(fileno=0), become)
"""


@pytest.fixture
def starter() -> Iterator[Launched]:
    launched = launch([sys.executable, "-c", STARTER])
    with launched.control:
        yield launched
    assert launched.process.wait() == 0


class Started:
    """A process asked of a starter, and what the starter says of it."""

    def __init__(self, starter: Launched, *arguments: str) -> None:
        (self._in, self.stdin), (self.stdout, self._out), (self.stderr, self._err) = (os.pipe() for _ in range(3))
        ask_for(starter.control, arguments, (self._in, self._out, self._err))
        for number in (self._in, self._out, self._err):
            os.close(number)
        self.pid: int = told(starter.control)["started"]

    def says(self) -> str:
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(self.stdout, 1)
        return line.decode()

    def is_told(self, text: str) -> None:
        os.write(self.stdin, text.encode())

    def close(self) -> None:
        for number in (self.stdin, self.stdout, self.stderr):
            os.close(number)


def told(control: socket.socket) -> dict[str, Any]:
    line = b""
    while not line.endswith(b"\n"):
        line += control.recv(1)
    found: dict[str, Any] = json.loads(line)
    return found


def test_each_has_its_own_streams_and_ends_by_itself(starter: Launched) -> None:
    one, other = Started(starter, "one"), Started(starter, "other", "two")
    assert (one.says(), other.says()) == ("hello one\n", "hello other two\n")
    other.is_told("x\n")
    assert other.says() == "good bye x\n"
    assert told(starter.control) == {"ended": other.pid, "code": 0}
    one.is_told("fail\n")
    assert told(starter.control) == {"ended": one.pid, "code": 7}
    for each in (one, other):
        each.close()


def test_who_is_killed_is_told_of_and_each_has_a_session_of_its_own(starter: Launched) -> None:
    one = Started(starter, "one")
    assert one.says() == "hello one\n"
    assert os.getsid(one.pid) == one.pid
    os.kill(one.pid, signal.SIGKILL)
    assert told(starter.control) == {"ended": one.pid, "code": -signal.SIGKILL}
    one.close()


def test_it_ends_after_those_it_started(starter: Launched) -> None:
    one = Started(starter, "one")
    assert one.says() == "hello one\n"
    starter.control.shutdown(socket.SHUT_RDWR)
    assert starter.process.poll() is None
    one.is_told("y\n")
    assert one.says() == "good bye y\n"
    assert starter.process.wait() == 0
    one.close()


def test_a_process_whose_streams_do_not_arrive_is_not_started(starter: Launched) -> None:
    reading, writing = os.pipe()
    ask_for(starter.control, ["one"], (reading, writing))  # as where the starter has no descriptor left for the third
    assert told(starter.control) == {"failed": "Too many open files"}
    for number in (reading, writing):
        os.close(number)
    one = Started(starter, "one")
    assert one.says() == "hello one\n"
    one.close()


def test_an_owner_that_leaves_without_a_word_is_no_fault() -> None:
    launched = launch([sys.executable, "-c", STARTER])
    ends = [number for _ in range(3) for number in os.pipe()]
    ask_for(launched.control, ["one"], (ends[0], ends[3], ends[5]))
    assert launched.control.recv(1)  # and not what follows it
    launched.control.close()
    for number in ends:
        os.close(number)
    assert launched.process.wait() == 0


def test_without_a_starter_asking_is_an_error() -> None:
    launched = launch([sys.executable, "-c", "pass"])
    assert launched.process.wait() == 0
    with launched.control, pytest.raises(BrokenPipeError):
        ask_for(launched.control, ["x"], (0, 1, 2))


def test_variables_that_stand_for_options_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment page that heard of the ready file of its own centre would wait for it, and the centre for the page."""
    for name in ("SWITCH_DATA", "SWITCH_READY_FILE", "SWITCH_SPECS", "SWITCH_LANG"):
        monkeypatch.setenv(name, "of the test")
    says = STARTER.replace('"hello", *arguments', '*sorted(name for name in os.environ if os.environ[name] == "of the test")')
    launched = launch([sys.executable, "-c", says])
    try:
        one = Started(launched)
        assert one.says() == "SWITCH_LANG\n"
        one.close()
    finally:
        launched.end_now()


FORKS = """
import os, signal, sys
from switch.machine.starting import fork, start_by_fork

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: print("the handler of who forked it"))
signal.signal(signal.SIGHUP, signal.SIG_IGN)

def told():
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    own = handlers == [signal.default_int_handler, signal.SIG_DFL, signal.SIG_IGN]
    print(own, os.getsid(0) == os.getpid(), repr(sys.stdin.buffer.raw.read()), "SWITCH_DATA" in os.environ, flush=True)

def be(control):
    told()
    control.send(b"told")
    start_by_fork(control, lambda arguments: print("hello", *arguments))

print("said once", end=" ")
launched = fork(be)
launched.control.recv(4)
"""
ASKS = """
from switch.machine.starting import ask_for

ask_for(launched.control, ["one"], (0, 1, 2))
answers = b""
while b"ended" not in answers:
    answers += launched.control.recv(100)
"""
ENDS = """
launched.control.close()
print(launched.process.poll() in (None, 0), launched.process.wait(), launched.process.wait(), launched.process.poll())
"""
DIES = """
before = launched.process.poll()
launched.end_now()
print(before, launched.process.wait() in (0, -signal.SIGKILL))
launched.process.kill()
"""
RAISES = """
launched = fork(lambda control: 1 / 0)
print(launched.process.wait())
"""
WAITED_FOR = """
launched.control.close()
os.waitpid(launched.process.pid, 0)
print(launched.process.wait())
"""


@pytest.mark.parametrize(
    ("then", "said"),
    [
        pytest.param(ENDS, "True 0 0 0", id="ends with its control"),
        pytest.param(DIES, "None True", id="is ended"),
        pytest.param(WAITED_FOR, "0", id="another has waited for it"),
    ],
)
def test_a_starter_that_was_forked_is_as_one_that_was_launched(then: str, said: str) -> None:
    """Its session, its signals (one that was ignored stays so), its standard input, its environment; and its end."""
    run = subprocess.run(
        [sys.executable, "-c", FORKS + then],
        input="for who forked it",
        env={**os.environ, "SWITCH_DATA": "of a command"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.splitlines() == ["said once True True b'' False", said]
    assert run.stderr == ""


def test_a_starter_that_was_forked_starts_others() -> None:
    script = FORKS + ASKS + ENDS
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.splitlines()[-2:] == ["hello one", "True 0 0 0"]


def test_a_starter_that_was_forked_has_no_descriptor_of_who_forked_it_but_its_control() -> None:
    """A lock or a pipe that the centre was handed ends with the centre, and not with the last bank."""
    shown = """    numbers = {each for each in range(256) if os.path.exists(f"/proc/self/fd/{each}")}
    print(numbers == {0, 1, 2, control.fileno()}, flush=True)
    control.send"""
    script, pipe = FORKS.replace("    told()\n    control.send", shown), os.pipe()
    run = subprocess.run(
        [sys.executable, "-c", script + ENDS], capture_output=True, text=True, timeout=60, check=True, pass_fds=pipe
    )
    for number in pipe:
        os.close(number)
    assert run.stdout.splitlines() == ["said once True", "True 0 0 0"]


def test_what_was_forked_and_fails_never_comes_back() -> None:
    script = FORKS.replace("launched", "# launched") + RAISES
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.split() == ["said", "once", "70"]
    assert run.stderr == "", "who is forked tells of its own faults"


def test_without_memory_for_another_process_no_socket_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory() -> int:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(os, "fork", no_memory)
    with pytest.raises(OSError, match="Cannot allocate memory"):
        fork(lambda control: None)


def test_it_is_abandoned_once_its_owner_is_gone_and_has_asked_for_nothing() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        assert not is_abandoned(theirs)
        ours.close()
        assert is_abandoned(theirs)


def test_a_look_at_what_was_asked_takes_nothing_of_it() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        ask_for(ours, ["one"], (0, 1, 2))
        ours.close()
        assert not is_abandoned(theirs)
        data, streams, _, _ = socket.recv_fds(theirs, 100, 3)
        assert (data, len(streams)) == (b'["one"]\n', 3)
        for number in streams:
            os.close(number)


def test_an_owner_that_left_without_reading_is_gone() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.send(b"x")
        ours.close()
        assert is_abandoned(theirs)


def test_it_loads_nothing_for_an_owner_that_is_gone() -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    script = (
        "import sys; from switch.cli import cli; "
        "cli.main(['issuer', 'start-by-fork'], standalone_mode=False); sys.exit('switch.issuers.process.main' in sys.modules)"
    )
    with theirs:
        assert subprocess.run([sys.executable, "-c", script], stdin=theirs.fileno(), timeout=60, check=False).returncode == 0
