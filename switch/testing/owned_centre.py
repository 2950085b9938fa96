"""A centre in a process of its own that belongs to whoever started it: when that ends, however it ends, so does the centre."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from switch.errors import SwitchError
from switch.machine.starting import environment_for_ours
from switch.specs.load import load_specs
from switch.specs.specification import Specs
from switch.testing.reserve import CARDS_IN_SERIES, MERCHANTS_IN_RESERVE, Series, write_specs

START_SECONDS_MAX: Final = 60.0  #: on a machine where all workers start theirs at once
_END_SECONDS_MAX: Final = 20.0
_LOOK_SECONDS: Final = 0.004


class OwnedCentre:
    """A running centre. ``ready`` is what it wrote into its ready file."""

    def __init__(self, folder: Path, specs: Specs, ready: dict[str, Any]) -> None:
        self.folder, self.specs, self.ready = folder, specs, ready
        self.data, self.ready_file = folder / "data", folder / "ready.json"
        self.keep = False  #: whether its folder stays when it ends
        self._merchants, self._cards = count(), dict[int, int]()

    def next_merchant(self) -> int:
        """A merchant of the reserve that no test had, as long as there are any."""
        return next(self._merchants) % MERCHANTS_IN_RESERVE + 1

    def next_card(self, series: Series) -> int:
        """A card of a series that no test had."""
        number = self._cards[series.number] = self._cards.get(series.number, 0) + 1
        if number > CARDS_IN_SERIES:
            raise SwitchError(f"cards of tests: found all {CARDS_IN_SERIES} of this kind used, expected fewer in a session")
        return number


@contextmanager
def owned_centre(worker: str) -> Iterator[OwnedCentre]:
    """A centre for as long as the block lasts, with its trace on; ``worker`` names its folder. SwitchError, with what it
    printed, where it does not start."""
    folder = Path(tempfile.mkdtemp(prefix=f"switch-{worker}-"))
    running: OwnedCentre | None = None
    try:
        specs_folder = folder / "specs"
        write_specs(specs_folder)
        with _started(folder, ["--specs", str(specs_folder)]) as process:
            specs = load_specs(specs_folder)  # while the centre does
            running = OwnedCentre(folder, specs, _ready(process, folder))
            yield running
    finally:
        if running is None or not running.keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _started(folder: Path, arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """``switch up`` on free ports. It ends when nobody holds the other end of its output, which its owner does."""
    command = [sys.executable, "-m", "switch", "up", "--free-ports", "--trace", "--quiet", "--data", str(folder / "data")]
    command += ["--ready-file", str(folder / "ready.json"), *arguments]
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment_for_ours(),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(_END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _ready(process: subprocess.Popen[bytes], folder: Path) -> dict[str, Any]:
    """What a centre writes into its ready file, once every bank is signed on."""
    file, end = folder / "ready.json", time.monotonic() + START_SECONDS_MAX
    while not file.exists():
        try:
            ended: int | None = process.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            ended = None
        if ended is not None or time.monotonic() > end:
            why = f"ended with {ended}" if ended is not None else f"was not ready in {START_SECONDS_MAX:g} s"
            printed = (folder / "up.log").read_text(encoding="utf-8", errors="replace").strip()
            raise SwitchError(f"switch up {why}: {printed}")
    ready: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return ready
