"""How a person calls this program again from the shell they are in."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def program() -> str:
    """``switch`` where the shell finds it, else the path of the script that stands beside the interpreter."""
    if shutil.which("switch"):
        return "switch"
    script = Path(sys.executable).with_name("switch")
    if not script.is_file():
        return f"{shlex.quote(shown(Path(sys.executable)))} -m switch"
    return shlex.quote(shown(script))


def shown(path: Path) -> str:
    """A path as it is shortest to type: one below a folder of the working directory without that directory."""
    below = path.is_relative_to(Path.cwd()) and path.parent != Path.cwd()
    return str(path.relative_to(Path.cwd())) if below else str(path)
