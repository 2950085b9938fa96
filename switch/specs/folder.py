"""Where a specification stands: the one shipped with the package, and the one that a data folder's centre runs on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from switch.errors import DataFolderError, SwitchError
from switch.machine.files import kind_at, read_whole
from switch.machine.private import write_text

SPECS_NOTE: Final = "specs.txt"  #: in a data folder: the specification its centre runs on; empty for the embedded one
NOTE_BYTES_MAX: Final = 16_384  #: of that file; four times the longest path


def default_folder() -> Path:
    """The specification shipped with the package: ``switch/default_specs`` once installed, ``specs/`` in a checkout."""
    package = Path(__file__).parent.parent
    embedded = package / "default_specs"
    return embedded if embedded.is_dir() else package.parent / "specs"


def remember_specs(data: Path, folder: Path | None) -> None:
    """Note in a data folder which specification its centre runs on, for the commands that work on the folder later."""
    note, text = data / SPECS_NOTE, "" if folder is None else str(folder.resolve())
    kind = kind_at(note)
    if kind is not None:
        raise DataFolderError(f"{note}: found {kind}, expected a file that can be written")
    try:
        write_text(note, text + "\n")
    except OSError as fault:
        raise DataFolderError(f"{note}: found {fault.strerror}, expected a file that can be written") from None


def folder_of(data: Path, given: Path | None) -> Path | None:
    """The folder of the specification to work on a data folder with: the one given, else the one its centre ran on; None for
    the embedded one."""
    noted = _noted(data / SPECS_NOTE) if given is None else ""
    return Path(noted) if noted else given


def _noted(note: Path) -> str:
    """The folder a note names; empty for the embedded one, and where there is no note."""
    try:
        return read_whole(note, NOTE_BYTES_MAX).decode(errors="surrogateescape").strip() if note.exists() else ""
    except (OSError, SwitchError) as error:
        raise DataFolderError(f"{note}: found {error}, expected the name of the folder of a specification") from None
