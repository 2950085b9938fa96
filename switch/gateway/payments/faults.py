"""Faults of our own in the middle of other people's payments: that of one order, callback or session ends no other's."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType


def tell_fault_of_page(fault: BaseException) -> None:
    """A fault of our own on one line of standard error: what it is and where, and nothing of what it was about."""
    place = traceback.extract_tb(fault.__traceback__)[-1] if fault.__traceback__ else None
    where = f" at {place.filename.rpartition('/')[2]}:{place.lineno}" if place else ""
    sys.stderr.write(f"switch: a fault of the payment page: {type(fault).__name__}{where}\n")


class OthersGoOn:
    """Something that is done for one order, callback or session; where it has a fault, that is told, and the task goes on."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> bool:
        if not isinstance(fault, Exception):
            return False
        tell_fault_of_page(fault)
        return True
