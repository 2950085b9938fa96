"""Running an asynchronous command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from switch.errors import SwitchError
from switch.machine.stopping import END_NOW, OUTPUT_LOOK_SECONDS, Stop, leave_output, output_is_read


def run(main: Callable[[], Awaitable[None]], stop: Stop, *, read_by_people: bool) -> None:
    """Run ``main``, which ends when ``stop`` is asked, under trio; asked for the second time, it is cancelled.

    Output that is ``read_by_people`` asks to stop when nobody reads it any more, as SIGTERM does. An error a person caused, or
    a reader that is gone, comes out of its nurseries as itself.
    """

    async def all_of_it() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_end_now, stop, nursery.cancel_scope)
            if read_by_people:
                nursery.start_soon(_watch_output, stop)
            await main()
            nursery.cancel_scope.cancel()

    try:
        trio.run(all_of_it)
    except BaseExceptionGroup as group:
        ours = _first(group)
        if ours is None:
            raise
        raise ours from None
    finally:
        leave_output()


async def _end_now(stop: Stop, scope: trio.CancelScope) -> None:
    await stop.comes_to(END_NOW)
    stop.say_at_once()
    scope.cancel()


async def _watch_output(stop: Stop) -> None:
    """Without a reader a pipe lets us write once more before it says so, and a quiet centre seldom writes."""
    while True:
        await trio.sleep(OUTPUT_LOOK_SECONDS)
        if not output_is_read():
            return stop.finish()


def _first(group: BaseExceptionGroup[BaseException]) -> SwitchError | BrokenPipeError | KeyboardInterrupt | None:
    for error in group.exceptions:
        found = _first(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, SwitchError | BrokenPipeError | KeyboardInterrupt):
            return found
    return None
