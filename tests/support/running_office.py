"""A centre with a payment page and a merchant's office, as processes, and a shop in front of it. Its limits keep nobody out:
a module of tests signs in more often in a minute, all from one address, than a clerk may."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from switch.centre.as_process import running_centre
from switch.specs.folder import default_folder
from tests.support.http_shop import HttpShop
from tests.support.office_clerk import PASSWORD, TELECOM

_NO_LIMITS: Final = """
[limits]
posts_per_minute = 0
sign_ins_per_minute = 0
applications_per_hour = 0
"""
_NOON: Final = "2026-07-15T12:00"  #: far from midnight, when a clerk's list of today begins anew


@contextmanager
def running_office(folder: Path) -> Iterator[tuple[str, HttpShop]]:
    """Where the page listens, and the shop. The clerk of ``TELECOM`` signs in with ``PASSWORD``."""
    data, specs = folder / "var", Path(shutil.copytree(default_folder(), folder / "specs"))
    with (specs / "gateway.toml").open("a", encoding="utf-8") as gateway:
        gateway.write(_NO_LIMITS)
    command = [sys.executable, "-m", "switch", "gateway", "office", "password", TELECOM, "--data", str(data)]
    started = ["--gateway", "--specs", str(specs), "--clock", _NOON]
    with HttpShop.open() as shop, running_centre(data, started) as centre:
        subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, stdout=subprocess.DEVNULL)
        yield centre.ready["gateway"]["url"], shop
