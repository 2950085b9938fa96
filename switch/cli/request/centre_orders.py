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
    for mistake in answer.get("mistakes", ())[1:]:
        complain(str(mistake))
    if answer.get("mistakes"):
        raise SwitchError(str(answer["mistakes"][0]))
    if "error" in answer:
        raise SwitchError(str(answer["error"]))
    return answer
