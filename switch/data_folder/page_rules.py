"""Whether any rule of the running centre is about the payment page: a mark in the data folder, which the page looks for at each
payment. To look costs some microseconds; to ask the centre costs both about a half of a millisecond.

The mark says that there is none, so without it the centre is asked: a mark that cannot be made costs time, and no rule.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from switch.machine.private import begin_file

NO_PAGE_RULES: Final = "no-page-rules"


def mark_page_rules(data: Path, *, there: bool) -> None:
    """Say whether there are such rules now, or, as the centre ends, that there may be some."""
    with suppress(OSError):
        if there:
            (data / NO_PAGE_RULES).unlink(missing_ok=True)
        else:
            begin_file(data / NO_PAGE_RULES)


def page_rules_possible(data: Path) -> bool:
    """Whether the centre in a data folder may have such rules: False where it has said that there are none."""
    return not (data / NO_PAGE_RULES).exists()
