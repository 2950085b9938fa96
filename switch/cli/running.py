"""Running an asynchronous command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from switch.errors import SwitchError


def run(main: Callable[[], Awaitable[None]]) -> None:
    """Run ``main`` under trio; an error a person caused, or a reader that is gone, comes out of its nurseries as itself."""
    try:
        trio.run(main)
    except BaseExceptionGroup as group:
        ours = _first(group)
        if ours is None:
            raise
        raise ours from None


def _first(group: BaseExceptionGroup[BaseException]) -> SwitchError | BrokenPipeError | KeyboardInterrupt | None:
    for error in group.exceptions:
        found = _first(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, SwitchError | BrokenPipeError | KeyboardInterrupt):
            return found
    return None
