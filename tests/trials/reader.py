"""Commands as somebody runs them who may only read: in a process that permission bits bind, also where root runs the tests."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.cli.command import Outcome

ROOT: Final = Path(__file__).parent.parent.parent
PR_CAPBSET_DROP: Final = 24  #: prctl(2)
OVERRIDES: Final = (1, 2)  #: capabilities(7): CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
NOT_PERMITTED: Final = 77  #: of the process before it is another program


def read_as_anybody(*arguments: object) -> Outcome:
    """Run ``switch`` in a process of its own that no privilege helps over a permission it does not have."""
    prctl = ctypes.CDLL(None).prctl
    overrides = OVERRIDES if os.geteuid() == 0 else ()

    def give_up_privileges() -> None:
        for capability in overrides:
            if prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                os._exit(NOT_PERMITTED)

    done = subprocess.run(
        [sys.executable, "-m", "switch", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=give_up_privileges,
        check=False,
    )
    if done.returncode == NOT_PERMITTED:
        pytest.skip("root cannot give up its privileges here")
    return Outcome(code=done.returncode, out=done.stdout, err=done.stderr)


def take_write_permission(folder: Path) -> None:
    """Leave a folder and all below it to be read."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o500 if path.is_dir() else 0o400)


def give_write_permission(folder: Path) -> None:
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
