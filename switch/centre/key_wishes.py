"""Exchanges of keys that ``switch keys exchange`` asks the running centre for: a file each, in the data folder.

A file in ``key-exchange`` with a wish is answered by one beside it, whose name ends with ``.done``: the response code of the
issuer on its first line, what became of it on the next. No key stands in either.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import trio

from switch.iso8583.mapping.session import MAC_KEY_CHANGE, PIN_KEY_CHANGE
from switch.lines.issuer_link import IssuerLink
from switch.machine.private import make_folder, write_text

WISHES_FOLDER: Final = "key-exchange"
LOOK_SECONDS: Final = 0.5  #: how soon a wish is seen
DONE: Final = ".done"
FUNCTIONS: Final = {"pin": PIN_KEY_CHANGE, "mac": MAC_KEY_CHANGE}  #: end of the name of a wish -> DE 70


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


async def grant_wishes(data: Path, links: Mapping[str, IssuerLink]) -> None:
    """Look for wishes for ever. One for an issuer that is away waits until it has signed on."""
    while True:
        for asked in _wishes(data / WISHES_FOLDER):
            issuer, _, kind = asked.name.rpartition(".")
            link, function = links.get(issuer), FUNCTIONS.get(kind)
            if link is not None and function is not None and link.change_key(function, partial(_done, asked)):
                with suppress(OSError):
                    asked.unlink()
        await trio.sleep(LOOK_SECONDS)


def _wishes(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix != DONE)
    except OSError:
        return []


def _done(asked: Path, response_code: str, what: str) -> None:
    with suppress(OSError):
        write_text(asked.with_name(asked.name + DONE), f"{response_code}\n{what}\n")
