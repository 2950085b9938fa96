"""The fixture, over and over: ``python -m tests.testing.fixture_campaign --times 20 --tests 200 --workers 4``.

Each time a session of pytest plays many tests in another order, on several xdist workers. All must pass, and afterwards neither
a process nor a folder may be left. The short form is ``test_fixture_campaign``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).parent
MARK: Final = "FIXTURE_CAMPAIGN"  #: in the environment of a session: every process it starts inherits it
END_SECONDS_MAX: Final = 20.0  #: until the last process of a session has ended


class Played(NamedTuple):
    """How a session went; ``faults`` is what is wrong, empty where nothing is."""

    seconds: float
    faults: list[str]
    printed: str


def play(tests: int, workers: int, order: int) -> Played:
    """One session."""
    mark, began = uuid.uuid4().hex, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fixture-campaign-") as name:
        folder = Path(name)
        temporary, suite = folder / "temporary", folder / "suite"
        for each in (temporary, suite):
            each.mkdir()
        (suite / "test_many.py").write_text((HERE / "many_tests.py").read_text(encoding="utf-8"), encoding="utf-8")
        plugins = ("no:cacheprovider", "no:switch", "switch.testing.plugin")  # by its name, whether it is installed or not
        command = [sys.executable, "-m", "pytest", "-q", *(part for plugin in plugins for part in ("-p", plugin))]
        paths = os.pathsep.join(filter(None, [str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")]))
        environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": paths, MARK: mark}
        environment |= {"FIXTURE_TESTS": str(tests), "FIXTURE_ORDER": str(order)}
        done = subprocess.run(
            [*command, "-n", str(workers), str(suite)],
            cwd=suite, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        printed, faults = done.stdout + done.stderr, list[str]()
        if done.returncode or f"{tests} passed" not in printed:
            faults.append(f"pytest ended with {done.returncode}: {printed.splitlines()[-1] if printed else 'nothing printed'}")
        left = _left_processes(mark)
        faults += [f"a process is left: {each}" for each in left]
        faults += [f"a folder is left: {each.name}" for each in temporary.iterdir() if each.name.startswith("switch-")]
    return Played(time.monotonic() - began, faults, printed)


def _left_processes(mark: str) -> list[str]:
    """What still runs of a session, after it had its time to end."""
    end = time.monotonic() + END_SECONDS_MAX
    while (left := _running(mark)) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def _running(mark: str) -> list[str]:
    found, wanted = [], f"{MARK}={mark}".encode()
    for about in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in about.read_bytes():
                line = (about.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found.append(f"{about.parent.name} {line.strip()}")
        except OSError:  # it has ended, or is another's
            continue
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.testing.fixture_campaign")
    parser.add_argument("--times", type=int, default=20, help="sessions (default 20)")
    parser.add_argument("--tests", type=int, default=200, help="in each session (default 200)")
    parser.add_argument("--workers", type=int, default=4, help="of pytest-xdist (default 4)")
    arguments = parser.parse_args()
    failed = 0
    for order in range(1, arguments.times + 1):
        played = play(arguments.tests, arguments.workers, order)
        failed += bool(played.faults)
        print(f"session {order}: {played.seconds:.1f} s, {'; '.join(played.faults) or 'passed, nothing left'}", flush=True)
        if played.faults:
            print(played.printed, flush=True)
    print(f"{arguments.times - failed} of {arguments.times} sessions passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
