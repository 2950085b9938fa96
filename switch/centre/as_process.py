"""A centre in a process of its own: started, waited for until it is ready, stopped. For the demo, the tests and the bench."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import field

from switch.errors import DataFolderError, UnreachableError
from switch.machine.private import create_file, make_folder
from switch.machine.starting import environment_for_ours
from switch.record import frozen

READY_SECONDS_MAX: Final = 60.0  #: six interpreters start at once; on a machine busy with other things that takes a while
STOP_SECONDS_MAX: Final = 60.0  #: above what the centre itself gives to what is in flight
POLL_SECONDS: Final = 0.01
READY_FILE: Final = "ready.json"  #: in the data folder, as the next one is
LOG_FILE: Final = "up.log"  #: what the centre prints


@frozen(kw_only=True)
class CentreProcess:
    """A running ``switch up``. ``ready`` is what it wrote into its ready file, ``log`` what it prints."""

    process: subprocess.Popen[bytes] = field(repr=False)
    ready: dict[str, Any] = field(repr=False)
    data: Path
    log: Path

    def address(self, listener: str) -> tuple[str, int]:
        """Host and port of a listener."""
        place = self.ready["listeners"][listener]
        return place["host"], place["port"]

    def issuer_pid(self, issuer: str) -> int:
        """The process of an issuer as it was when the centre became ready."""
        return int(self.ready["issuers"][issuer]["pid"])

    def stop(self) -> int:
        """Ask it to finish what is in flight and to end; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS_MAX)

    def kill(self) -> None:
        """End it as a power failure would: kill -9."""
        self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)


def spawn_centre(data: Path, arguments: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """Start ``switch up`` on free ports and wait for nothing. ``arguments`` are further options of the command."""
    try:
        make_folder(data)
        ready_file = data / READY_FILE
        ready_file.unlink(missing_ok=True)
        create_file(data / LOG_FILE).close()
    except OSError as fault:
        raise DataFolderError(f"{data}: found {fault.strerror}, expected a folder that can be written") from None
    command = [sys.executable, "-m", "switch", "up", "--free-ports"]
    command += ["--data", str(data), "--ready-file", str(ready_file), *arguments]
    with create_file(data / LOG_FILE) as out:
        return subprocess.Popen(  # noqa: S603  (our own interpreter)
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment_for_ours(),
        )


def start_centre(data: Path, arguments: Sequence[str] = ()) -> CentreProcess:
    """Start ``switch up`` on free ports and wait until every issuer is signed on.

    ``arguments`` are further options of the command. UnreachableError, with what it printed, when it ends before it is ready
    or is not ready in READY_SECONDS_MAX.
    """
    process = spawn_centre(data, arguments)
    try:
        ready = _waited_for(process, data)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return CentreProcess(process=process, ready=ready, data=data, log=data / LOG_FILE)


def _waited_for(process: subprocess.Popen[bytes], data: Path) -> dict[str, Any]:
    """What a centre that is starting writes into its ready file."""
    ready_file, log = data / READY_FILE, data / LOG_FILE
    deadline = time.monotonic() + READY_SECONDS_MAX
    while not ready_file.exists():
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            why = f"ended with {process.returncode}" if ended else f"was not ready in {READY_SECONDS_MAX:g} s"
            raise UnreachableError(f"switch up {why}: {log.read_text(encoding='utf-8', errors='replace').strip()}")
        time.sleep(POLL_SECONDS)
    ready: dict[str, Any] = json.loads(ready_file.read_text(encoding="utf-8"))
    return ready


@contextmanager
def running_centre(data: Path, arguments: Sequence[str] = ()) -> Iterator[CentreProcess]:
    """A centre for as long as the block lasts; killed where the block has not stopped it."""
    centre = start_centre(data, arguments)
    try:
        yield centre
    finally:
        if centre.process.poll() is None:
            centre.kill()
