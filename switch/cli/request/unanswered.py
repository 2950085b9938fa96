"""A message that got no answer: which rule of a running Switch kept it, and whether the journal has the request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.iso8583.message import Message

RULE_SECONDS: Final = 2.0  #: for which Switch may be asked which rule kept an answer


def kept_by_rule(message: Message, data: Path | None) -> str:
    """Which rule of a running Switch kept the answer to a message, and where to see it; empty where none did, or none can be
    asked."""
    stan, terminal, rrn = (message.elements.get(number, "") for number in (11, 41, 37))
    return rule_that_applied(data, stan=stan, terminal=terminal, rrn=rrn)


def rule_that_applied(data: Path | None, *, rrn: str, stan: str = "", terminal: str = "") -> str:
    """The same of the last message of an RRN, or of a STAN and a terminal."""
    from switch.cli.command.options import DATA_FOLDER, in_folder
    from switch.cli.console.program_name import program
    from switch.data_folder.control_socket import CONTROL_SOCKET, ask_centre

    folder = data or DATA_FOLDER
    if not (folder / CONTROL_SOCKET).exists():
        return ""
    try:
        told = ask_centre(folder, {"do": "applied", "stan": stan, "terminal": terminal, "rrn": rrn}, RULE_SECONDS).get("told")
    except SwitchError:
        return ""
    return f"a rule did this: {told}; see {program()} scenario list{in_folder(folder)}" if told else ""


def is_stored(rrn: str, data: Path | None) -> bool:
    """Whether the journal has a request of this RRN, so that its life can be told."""
    from switch.cli.command.options import DATA_FOLDER
    from switch.journal.journal import read_life
    from switch.journal.journal_file import JOURNAL_FILE

    folder = data or DATA_FOLDER
    try:
        return bool(rrn.strip()) and (folder / JOURNAL_FILE).exists() and bool(read_life(folder, rrn))
    except SwitchError:
        return False
