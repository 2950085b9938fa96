"""Exchanges of keys that ``switch keys exchange`` asks the running centre for: a file each, in the data folder.

A file in ``key-exchange`` with a wish is answered by one beside it, whose name ends with ``.done``: the response code of the
issuer on its first line, what became of it on the next. No key stands in either.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from switch.machine.private import make_folder, write_text

WISHES_FOLDER: Final = "key-exchange"
WISHES_SECONDS: Final = 0.5  #: how soon a wish is seen
DONE: Final = ".done"


def wish(data: Path, issuer: str, kind: str) -> Path:
    """Ask for an exchange: where its outcome will stand. ``kind`` is pin or mac."""
    folder = data / WISHES_FOLDER
    make_folder(folder)
    asked = folder / f"{issuer}.{kind}"
    outcome = asked.with_name(asked.name + DONE)
    outcome.unlink(missing_ok=True)
    write_text(asked, "")
    return outcome


def outcome_of(outcome: Path) -> tuple[str, str] | None:
    """The issuer's response code (empty: none) and what became of a wish; None while nothing is known."""
    try:
        text = outcome.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    code, found, words = text.partition("\n")
    return (code, words.strip()) if found and words.endswith("\n") else None


def wishes(data: Path) -> list[tuple[Path, str, str]]:
    """What is asked for and not granted yet: the file, the issuer, and pin or mac."""
    with suppress(OSError):
        found = sorted(path for path in (data / WISHES_FOLDER).iterdir() if path.suffix != DONE)
        return [(path, path.stem, path.suffix[1:]) for path in found]
    return []


def granted(asked: Path) -> None:
    """The exchange has begun; its outcome is yet to come."""
    with suppress(OSError):
        asked.unlink()


def tell_outcome(asked: Path, response_code: str, what: str) -> None:
    """The issuer's response code (empty: none), and what became of it."""
    with suppress(OSError):
        write_text(asked.with_name(asked.name + DONE), f"{response_code}\n{what}\n")
