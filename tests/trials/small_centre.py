"""A specification with one issuer: a centre that is cheap to start, for trials that end it."""

from __future__ import annotations

import shutil
from pathlib import Path

from switch.specs.folder import default_folder

ISSUER = "atlas"


def small_specs(folder: Path) -> list[str]:
    """Options of ``switch up`` for a copy of the embedded specification, in ``folder``, that has one issuer alone."""
    shutil.copytree(default_folder(), folder / "specs")
    for file in (folder / "specs" / "issuers").iterdir():
        if file.stem != ISSUER:
            file.unlink()
    shutil.rmtree(folder / "specs" / "scenarios")
    routing = folder / "specs" / "routing.toml"
    first, *ranges = routing.read_text(encoding="utf-8").split("[[range]]\n")
    routing.write_text("[[range]]\n".join([first, *(each for each in ranges if f'"{ISSUER}"' in each)]), encoding="utf-8")
    return ["--specs", str(folder / "specs")]
