"""A reader at two terminals: one runs ``switch up``, the other whatever the page says, in an empty folder.

The reader's ``switch`` takes free ports, and draws STANs in one order, so that an RRN of the page can be found in the run: its
last six digits are the STAN. A port of the page (8583 to 8589) stands for the one the centre took.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.docs.blocks import ROOT

PORTS: Final = ("ascii", "ascii_hex", "bcd", "ascii93", "domestic93")
PAGE_PORT: Final = "8600"  #: of the payment page
API_PORT: Final = "8700"  #: of the control API
RRN: Final = re.compile(r"\b[1-9]\d{11}\b")
WAIT_SECONDS: Final = 60.0
STILL_SECONDS: Final = 0.25  # for which the first terminal shows nothing new, once the centre is ready
ROWS, COLUMNS = 40, 100  # of the terminals
STYLE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # bold, dim, the cursor
MARK: Final = "\x1e"  # behind the output of a command, around its exit code
HOME: Final = "/home/you/switch"

#: The reader's ``switch``: as typed, but for free ports, the ready file of the running centre, and the next STAN.
SWITCH: Final = """#!{python}
import os, pathlib, sys
sys.path.insert(0, {root!r})
arguments, home = sys.argv[1:], pathlib.Path(os.environ["READER"])
given = {{each.split("=")[0] for each in arguments}}
if arguments[:1] == ["up"]:
    arguments += [] if "--free-ports" in given else ["--free-ports"]
    arguments += [] if "--ready-file" in given else ["--ready-file", str(home / "ready.json")]
if arguments[:1] in (["send"], ["load"]) and not given & {{"-h", "--help"}}:
    if arguments[0] == "load":
        os.environ["TERM"] = "dumb"  # a page shows the report, and not how it is painted meanwhile
    if not given & {{"--ready-file", "--port", "--host"}} and (home / "ready.json").exists():
        arguments += ["--ready-file", str(home / "ready.json")]
    if arguments[0] == "send" and not given & {{"--stan", "--file", "--raw", "--count"}}:
        count = int((home / "count").read_text()) + 1
        (home / "count").write_text(str(count))
        arguments += ["--stan", f"{{104729 * count % 900000 + 100000}}"]
sys.argv = ["switch", *arguments]
from switch.__main__ import main
main()
"""


class Session:
    """A page's folder, its shell and its centre; leave it with ``close``."""

    def __init__(self, folder: Path, text: str = "") -> None:
        """``text`` is the page: its RRNs stay as they are in outputs that are written anew."""
        self.folder, self._home = folder / "switch", folder / "reader"
        self.folder.mkdir()
        self._home.mkdir()
        (self._home / "count").write_text("0")
        (self.folder / ".venv/bin").mkdir(parents=True)
        (self.folder / ".venv/bin/activate").touch()  # the environment is the test's own
        program = self._home / "switch"
        program.write_text(SWITCH.format(python=sys.executable, root=str(ROOT)))
        program.chmod(0o700)
        self._seen = dict[str, str]()  #: last six digits of an RRN -> that of the run
        self._documented = {rrn[6:]: rrn for rrn in reversed(RRN.findall(text))}
        self._centre: subprocess.Popen[bytes] | None = None
        self._log = self._home / "up.log"
        self._environment = os.environ | {
            "READER": str(self._home),
            "PATH": f"{self._home}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_COLOR": "1",
            "PAGER": "cat",
            "COLUMNS": str(COLUMNS),  # whatever the terminal of the tests has
        }
        self._screen, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._shell = subprocess.Popen(
            ["bash", "--norc"], cwd=self.folder, env=self._environment, stdin=subprocess.PIPE, stdout=terminal, stderr=terminal,
            start_new_session=True,
        )  # fmt: skip
        os.close(terminal)

    @property
    def has_centre(self) -> bool:
        return self._centre is not None

    def shown(self) -> str:
        """What the terminal of ``switch up`` shows."""
        return self._as_documented(self._log.read_text(encoding="utf-8")) if self._log.exists() else ""

    def up(self, command: str = "switch up --trace --quiet") -> str:
        """Start a centre in the first terminal, after the one that runs there was stopped; what it says until it is ready."""
        self.stop_centre()
        with self._log.open("wb") as log:
            self._centre = subprocess.Popen(
                ["bash", "-c", f"exec {command}"], cwd=self.folder, env=self._environment, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + WAIT_SECONDS
        while not self._ready.exists() and self._centre.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        shown, until = self.shown(), time.monotonic() + STILL_SECONDS
        while time.monotonic() < until:
            time.sleep(0.02)
            if self.shown() != shown:
                shown, until = self.shown(), time.monotonic() + STILL_SECONDS
        return shown

    def run(self, command: str) -> tuple[int, str]:
        """Type a command in the second terminal: its exit code, and what it shows."""
        chunk = self._home / "chunk"
        chunk.write_text(self._as_run(command) + "\n", encoding="utf-8")
        assert self._shell.stdin
        self._shell.stdin.write(f". {chunk} </dev/null; printf '{MARK}%d{MARK}' $?\n".encode())
        self._shell.stdin.flush()
        seen = ""
        while seen.count(MARK) < 2:
            assert select.select([self._screen], [], [], WAIT_SECONDS)[0], f"no end after {WAIT_SECONDS} s: {command}"
            seen += os.read(self._screen, 65_536).decode(errors="replace")
        output, code, _ = seen.replace("\r\n", "\n").split(MARK)
        return int(code), self._as_documented(output)

    def stop_centre(self) -> None:
        if self._centre:
            if self._centre.poll() is None:
                self._centre.send_signal(signal.SIGINT)
                self._centre.wait(WAIT_SECONDS)
            self._centre = None
        self._ready.unlink(missing_ok=True)

    def close(self) -> None:
        self.stop_centre()
        self._shell.terminate()
        self._shell.wait(WAIT_SECONDS)
        assert self._shell.stdin
        self._shell.stdin.close()
        os.close(self._screen)
        with suppress(ProcessLookupError):  # what the page left running
            os.killpg(self._shell.pid, signal.SIGTERM)

    @property
    def _ready(self) -> Path:
        return self._home / "ready.json"

    def _ports(self) -> dict[str, str]:
        """Port in the page -> port in the run."""
        if not self._ready.exists():
            return {}
        ready = json.loads(self._ready.read_text())
        listeners = ready["listeners"]
        ports = {str(8583 + place): str(listeners[name]["port"]) for place, name in enumerate(PORTS) if name in listeners}
        ports |= {PAGE_PORT: ready["gateway"]["url"].rpartition(":")[2]} if "gateway" in ready else {}
        return ports | ({API_PORT: ready["api"]["url"].rpartition(":")[2].partition("/")[0]} if "api" in ready else {})

    def _as_run(self, command: str) -> str:
        for documented, actual in self._ports().items():
            command = re.sub(rf"\b{documented}\b", actual, command)
        return re.sub(r"\b[1-9]\d{5}(\d{6})\b", lambda found: self._seen.get(found[1], found[0]), command)

    def _as_documented(self, output: str) -> str:
        self._seen |= {rrn[6:]: rrn for rrn in RRN.findall(output)}
        output = RRN.sub(lambda found: self._documented.get(found[0][6:], found[0]), output)
        for documented, actual in self._ports().items():
            output = re.sub(rf"(?<=127\.0\.0\.1:){actual}\b", documented, output)
        output = re.sub(r"[^\n]*\r(?!\n)", "", STYLE.sub("", output))  # progress, written over
        output = output.replace(f"--ready-file {self._ready}", "--port 8583")
        output = re.sub(
            r"^(listener +address +) (?=dialect)", r"\1", output, flags=re.MULTILINE
        )  # free ports are a digit longer
        return output.replace(str(self.folder), HOME)
