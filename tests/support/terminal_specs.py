"""The embedded specification with one listener more: that of terminals, with a TPDU and six bytes behind it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from switch.specs.folder import default_folder

TERMINAL: Final = "terminal"
TPDU: Final = bytes.fromhex("6000030000")
TPDU_BACK: Final = bytes.fromhex("6000000003")  #: of the answer: source and destination have changed places
_LISTENER: Final = f"""
[[listener]]
name = "{TERMINAL}"
port = 18599
dialect = "bcd_terminal"
header = "2b + 6"
tpdu = true
"""


def terminal_specs(data: Path) -> Path:
    """A folder beside a data folder, with the specification; written once."""
    folder = data.with_name(f"{data.name}-specs")
    if not folder.exists():
        shutil.copytree(default_folder(), folder)
        with (folder / "centre.toml").open("a", encoding="utf-8") as centre:
            centre.write(_LISTENER)
    return folder
