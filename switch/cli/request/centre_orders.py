"""Orders that a verb gives to the centre that runs in a data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from switch.cli.console.last_resort import complain
from switch.errors import SwitchError


def answer_of_centre(data: Path, order: dict[str, Any]) -> dict[str, Any]:
    """The answer of the running centre; its mistakes, and what it refuses, as errors."""
    from switch.data_folder.control_socket import ask_centre

    answer = ask_centre(data, order)
    *before, last = answer.get("mistakes") or [None]
    for mistake in before:
        complain(str(mistake))
    if last is not None:
        raise SwitchError(str(last))
    if "error" in answer:
        raise SwitchError(str(answer["error"]))
    return answer
