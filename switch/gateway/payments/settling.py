"""Orders whose remise is settled: the books of the centre are read whenever they change, and each order is told of once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

import trio

from switch.gateway.payments.faults import OthersGoOn
from switch.gateway.store.order_book import PageOrder
from switch.gateway.store.settled_remises import PaymentKey, last_change, settled_remises
from switch.gateway.store.writer import Books, StoreWriter
from switch.specs.gateway.gateway_profile import Shop
from switch.specs.specification import Specs

_LOOK_SECONDS: Final = 1.0  #: how often it is looked whether the books have changed


class SettlingDesk:
    """Marks captured orders as settled. ``run`` has to run as long as that is wanted; ``told`` hears of each order once."""

    def __init__(
        self,
        specs: Specs,
        store: StoreWriter,
        data: Path,
        *,
        clock_ms: Callable[[], int],
        told: Callable[[PageOrder], Awaitable[None]],
    ) -> None:
        self._specs, self._store, self._data, self._clock_ms, self._told = specs, store, data, clock_ms, told

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Look at the books, for ever."""
        for order in await self._store.do(lambda books: books.orders.in_states("settled"), long=True):
            names = [each.event for each in order.events]
            if "settle" in names and "told" not in names[names.index("settle") :]:
                with OthersGoOn():
                    await self._told(order)  # an earlier life ended between the two
        task_status.started()
        seen: tuple[object, ...] | None = None
        while True:
            found = await trio.to_thread.run_sync(last_change, self._data)
            if found != seen:
                with OthersGoOn():
                    await self.settle()
                seen = found
            await trio.sleep(_LOOK_SECONDS)

    async def settle(self) -> int:
        """Settle what the books have; how many orders that were."""
        captured = await self._store.do(lambda books: books.orders.in_states("captured"), long=True)
        keys = [(order.number, key) for order in captured if (key := self._key_of(order)) is not None]
        remises = await trio.to_thread.run_sync(settled_remises, self._data, keys) if keys else {}
        count = 0
        for number, remise in remises.items():
            with OthersGoOn():
                order = await self._store.do(partial(self._settled, number, dict(remise)))
                if order is not None:
                    count += 1
                    await self._told(order)
        return count

    def _settled(self, number: int, remise: dict[str, object], books: Books) -> PageOrder | None:
        return books.orders.order(number) if books.orders.happen(number, "settle", self._clock_ms(), remise) else None

    def _key_of(self, order: PageOrder) -> PaymentKey | None:
        shop: Shop | None = self._specs.gateway.shops.get(order.client_id)
        approved = order.last("approved", "approved and captured")
        if shop is None or approved is None:
            return None
        return PaymentKey(merchant_id=shop.merchant_id, terminal_id=shop.terminal_id, rrn=str(approved["rrn"]))
