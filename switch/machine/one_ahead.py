"""Work that is done in a thread beside, so that a second core has some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

_Thing = TypeVar("_Thing")
_Made = TypeVar("_Made")


def one_ahead(beside: Executor, work: Callable[[_Thing], _Made], things: Iterable[_Thing]) -> Iterator[_Made]:
    """What ``work`` makes of each thing, in their order.

    While the caller uses one, and the thing after the next is fetched, the next is made: no more than three are there at once.
    An error of ``work`` is raised where its result would be given.
    """
    working: Future[_Made] | None = None
    for thing in things:
        following = beside.submit(work, thing)
        if working is not None:
            yield working.result()
        working = following
    if working is not None:
        yield working.result()
