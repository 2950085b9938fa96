"""The order that a running centre reads its merchants again: new contracts and new terminals count from the next turn on.

What else has changed in the specification waits for the next start, and so do contracts that say something else than before:
requests in flight were judged by them. A specification with a mistake changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import trio
from attrs import evolve

from switch.errors import SpecError
from switch.merchant import Merchant
from switch.specs.specification import Specs

MERCHANTS_ORDER: Final = "merchants"  #: the value of ``do``


class ContractOrders:
    """Who carries the order out. ``read`` reads the specification of the centre again, in a thread; ``know`` gives the
    contracts to the centre."""

    def __init__(
        self, merchants: Mapping[str, Merchant], read: Callable[[], Specs], know: Callable[[Mapping[str, Merchant]], None]
    ) -> None:
        self._known, self._read, self._know = dict(merchants), read, know

    async def carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        """The ids of merchants that are ``new``, that have further ``terminals``, and that ``wait`` for the next start; or the
        ``mistakes`` of the specification."""
        try:
            found = (await trio.to_thread.run_sync(self._read)).merchants
        except SpecError as error:
            return {"mistakes": [str(each) for each in error.mistakes]}
        new = {name: each for name, each in found.items() if name not in self._known}
        grown, waiting = dict[str, Merchant](), [name for name in self._known if name not in found]
        for name, before in self._known.items():
            now = found.get(name)
            if now is None or now == before:
                continue
            if evolve(now, terminals=before.terminals) == before and set(now.terminals) > set(before.terminals):
                grown[name] = now
            else:
                waiting.append(name)
        if new or grown:
            self._known |= new | grown
            self._know(self._known)
        return {"new": sorted(new), "terminals": sorted(grown), "wait": sorted(waiting)}
