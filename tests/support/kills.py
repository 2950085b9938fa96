"""How often a test kills what it tries: a few times in the gate, as often as ``SWITCH_KILLS`` says in ``make kills``."""

from __future__ import annotations

import os


def kills(few: int) -> int:
    """The number of kills of a test that makes a ``few`` of them unless told otherwise."""
    return int(os.environ.get("SWITCH_KILLS", few))
