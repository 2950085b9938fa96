"""The neutral load tools (C, not ours, not in this repository): found, built in a folder of the caller's, run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from attrs import frozen

ROOT = Path(__file__).parent.parent
RUN_SECONDS_MAX = 300.0


class NoLoadToolsError(Exception):
    """The sources or a C compiler are missing; the sentence says which."""


@frozen(kw_only=True)
class LoadTools:
    """The built programs: generator, neutral issuer, and the least a switch can do."""

    isoload: Path
    isohost: Path
    isorelay: Path

    def load(self, port: int, *options: str) -> dict[str, Any]:
        """Run the generator against a port of this machine; its figures."""
        command = [str(self.isoload), "-p", str(port), "--json", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS_MAX, check=False)
        if done.returncode:
            raise RuntimeError(f"isoload ended with {done.returncode}: {done.stdout}{done.stderr}")
        figures: dict[str, Any] = json.loads(done.stdout)
        return figures


def sources() -> Path:
    """The folder of the sources: SWITCH_LOADGEN, else ../shared/loadgen beside this checkout."""
    return Path(os.environ.get("SWITCH_LOADGEN") or ROOT.parent / "shared" / "loadgen")


def build(folder: Path) -> LoadTools:
    """Build the tools in ``folder``."""
    found = sources()
    if not (found / "isoload.c").exists():
        raise NoLoadToolsError(f"no load tools in {found} (SWITCH_LOADGEN names another folder)")
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        raise NoLoadToolsError("no C compiler (cc or gcc) to build the load tools with")
    compiler = "cc" if shutil.which("cc") else "gcc"
    for file in (*found.glob("*.c"), *found.glob("*.h"), found / "Makefile"):
        shutil.copyfile(file, folder / file.name)
    subprocess.run(["make", "-s", "-C", str(folder), f"CC={compiler} -w", "all"], check=True)
    return LoadTools(isoload=folder / "isoload", isohost=folder / "isohost", isorelay=folder / "isorelay")


def built_below(folder: Path) -> LoadTools | None:
    """The tools, built in a folder of their own; None, with a sentence on standard error, where they are not to be had."""
    (folder / "tools").mkdir()
    try:
        return build(folder / "tools")
    except NoLoadToolsError as missing:
        print(f"bench: {missing}", file=sys.stderr)
        return None
