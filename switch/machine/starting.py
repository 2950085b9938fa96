"""A process that starts others by fork: it has imported what they need, so that each begins in milliseconds. It is forked
itself by a centre that has just loaded; where it dies, the centre launches another one by a command.

Who wants one started sends as a line of JSON what it is to do, with three descriptors: standard input, output and error. It is
told the process id, or why there is none, and later, of each, how it ended. The starter ends when its control socket does, and
those it started have.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

ProcessWish = Sequence[str] | Mapping[str, Any]  #: what a process is to do: the arguments of a command, or a JSON object
LINE_BYTES_MAX: Final = 65_536  #: of one line of what a process is to do, or of an answer
STREAMS: Final = 3  #: standard input, output and error
PR_SET_DUMPABLE: Final = 4  #: prctl(2)
#: Variables of the environment that stand for options of ours. They are for who types a command, not for what it starts.
OPTION_VARIABLES: Final = frozenset({"SWITCH_DATA", "SWITCH_READY_FILE", "SWITCH_SPECS"})
OWN_FAULT: Final = 70  #: exit code of a process whose function raised; it has told why


class Forked:
    """A process that was forked, waited for as a ``subprocess.Popen`` is."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, negative for a signal, where it has ended."""
        return self._awaited(os.WNOHANG)

    def wait(self) -> int | None:
        """Its exit code, once it has ended."""
        return self._awaited(0)

    def kill(self) -> None:
        """End it now; to be called while it has not ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def _awaited(self, how: int) -> int | None:
        if self._code is None:
            try:
                pid, status = os.waitpid(self.pid, how)
            except ChildProcessError:  # another thread has waited for it
                self._code = self._code or 0
            else:
                self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code


class Launched(NamedTuple):
    """A starter as its owner sees it."""

    process: subprocess.Popen[bytes] | Forked
    control: socket.socket

    def end_now(self) -> None:
        """End it, where it has not ended. Processes that it has started go on."""
        self.control.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def environment_for_ours() -> dict[str, str]:
    """The environment of a process of ours whose arguments alone say what it is to do."""
    return {name: value for name, value in os.environ.items() if name not in OPTION_VARIABLES}


def starter_command(specs_folder: Path | None) -> list[str]:
    """What makes the process that starts issuers, and who writes the trace, by fork."""
    folder = ["--specs", str(specs_folder)] if specs_folder else []
    return [sys.executable, "-m", "switch", "issuer", "start-by-fork", *folder]


def launch(command: Sequence[str]) -> Launched:
    """Start a starter. ``command`` calls ``start_by_fork`` with its standard input."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter)
            command, stdin=theirs.fileno(), start_new_session=True, env=environment_for_ours()
        )
        return Launched(process, ours)


def fork(be: Callable[[socket.socket], object]) -> Launched:
    """Start a starter that is this process over again, with all that it has loaded: ``be`` calls ``start_by_fork`` with the
    socket it is given, and tells of its own faults.

    For a process that has one thread and no loop yet; OSError where there is no memory for another one.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # what waits there is said once
    gc.freeze()  # the collector would write to all that both only read, and each would get a copy
    ours, theirs = socket.socketpair()
    try:
        pid = os.fork()
    except OSError:
        ours.close()
        theirs.close()
        raise
    if pid:
        theirs.close()
        return Launched(Forked(pid), ours)
    code = OWN_FAULT
    try:
        ours.detach()
        _be_of_its_own(theirs)
        be(theirs)
        code = 0
    finally:  # nothing of what this process was doing goes on
        os._exit(code)


def _be_of_its_own(control: socket.socket) -> None:
    """What tells a process that was launched from one that was forked: its session, descriptors, signals, standard input,
    environment."""
    os.setsid()
    os.closerange(STREAMS, control.fileno())
    os.closerange(control.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
    for number, default in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGTERM, signal.SIG_DFL),
        (signal.SIGHUP, signal.SIG_DFL),
    ):
        if callable(signal.getsignal(number)):  # one that is ignored stays so, as it does where a command is launched
            signal.signal(number, default)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for name in OPTION_VARIABLES:
        os.environ.pop(name, None)


def ask_for(control: socket.socket, asked: ProcessWish, streams: Sequence[int]) -> None:
    """Ask a starter for a process; OSError where there is no starter any more."""
    socket.send_fds(control, [json.dumps(asked).encode() + b"\n"], streams)


def is_abandoned(control: socket.socket) -> bool:
    """Whether the owner of a starter that has started nothing yet is gone, and asked for nothing before."""
    try:
        return bool(select.select([control], [], [], 0)[0]) and not control.recv(1, socket.MSG_PEEK)
    except ConnectionError:
        return True


def start_by_fork(control: socket.socket, become: Callable[[Any], object]) -> None:
    """Be a starter until the control socket ends, then until those started have ended. ``become`` is what each of them runs; it
    is given what was asked for."""
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    children: set[int] = set()
    owned = True
    while owned or children:
        readable, _, _ = select.select([woken, control.fileno()] if owned else [woken], [], [])
        if woken in readable:
            with suppress(BlockingIOError):
                os.read(woken, LINE_BYTES_MAX)
            for pid, code in _ended():
                children.discard(pid)
                _tell(control, {"ended": pid, "code": code})
        if control.fileno() in readable:
            try:
                data, streams, _, _ = socket.recv_fds(control, LINE_BYTES_MAX, STREAMS)
            except ConnectionError:  # its owner left without having read all we told it
                data, streams = b"", []
            owned = bool(data)
            if not data:
                continue
            try:
                pid = _fork(streams)
            except OSError as error:
                _tell(control, {"failed": error.strerror or str(error)})
                continue
            if pid == 0:
                for number in (woken, wake, control.fileno()):
                    os.close(number)
                _become(json.loads(data), streams, become)
            children.add(pid)
            _tell(control, {"started": pid})


def _fork(streams: Sequence[int]) -> int:
    """Fork, and leave the streams to the child; OSError where there is no memory, or no descriptor was left to take them."""
    pid = 1
    try:
        if len(streams) < STREAMS:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        pid = os.fork()
    finally:
        if pid:
            for stream in streams:
                os.close(stream)
    return pid


def _become(asked: Any, streams: Sequence[int], become: Callable[[Any], object]) -> None:
    """What was forked: a session, streams and signals of its own. It does not return."""
    code = OWN_FAULT
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, given in enumerate(streams):
            os.dup2(given, number)
            os.close(given)
        become(asked)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def is_called(name: str) -> None:
    """Give this process a name of its own for ``ps`` and ``top`` (its first 15 characters), where the system takes one."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name, encoding="utf-8")


def is_never_dumped() -> None:
    """Leave no image of this process's memory on a disk where it crashes: neither in a file nor with a program that collects
    them; and let nobody else of this user look into it."""
    import ctypes
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _ended() -> list[tuple[int, int]]:
    """The children that have ended, each with its exit code, negative for a signal."""
    found = []
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            found.append((pid, os.waitstatus_to_exitcode(status)))
    return found


def _tell(control: socket.socket, message: dict[str, Any]) -> None:
    with suppress(OSError):  # nobody is there any more
        control.sendall(json.dumps(message).encode() + b"\n")
