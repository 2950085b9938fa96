"""The shops of the running page: those of its specification, and those that were affiliated since, without a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, TypeVar

import trio
from attrs import evolve

from switch.errors import SpecError
from switch.gateway.affiliation.contract import contract_values
from switch.gateway.payments.faults import OthersGoOn
from switch.gateway.store.affiliation_book import Affiliation
from switch.gateway.store.reading import StoreReader
from switch.specs.specification import Specs

_LOOK_SECONDS: Final = 1.0  #: how often it is looked for shops that were accepted
T = TypeVar("T")


class GrowingMapping(Mapping[str, T]):
    """What a specification has by name, and what came later; the specification's own is never replaced."""

    def __init__(self, first: Mapping[str, T]) -> None:
        self._first, self._later = first, dict[str, T]()

    def __getitem__(self, name: str) -> T:
        return self._first[name] if name in self._first else self._later[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._first
        yield from (name for name in self._later if name not in self._first)

    def __len__(self) -> int:
        return len(self._first.keys() | self._later.keys())

    def add(self, name: str, value: T) -> None:
        self._later[name] = value


class LiveShops:
    """A specification whose merchants and shops grow as the store accepts them. ``run`` has to run for that."""

    def __init__(self, specs: Specs, reader: StoreReader, *, told: Callable[[str], None] = lambda _: None) -> None:
        self._merchants, self._shops = GrowingMapping(specs.merchants), GrowingMapping(specs.gateway.shops)
        self.specs = evolve(specs, merchants=self._merchants, gateway=evolve(specs.gateway, shops=self._shops))
        self._reader, self._told, self._seen = reader, told, 0

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take up what was accepted, at once and then for ever."""
        await self.look()
        task_status.started()
        while True:
            await trio.sleep(_LOOK_SECONDS)
            with OthersGoOn():
                await self.look()

    async def look(self) -> None:
        """Take up what was accepted since the last look."""
        if await self._reader.do(lambda books: books.affiliations.accepted_count()) == self._seen:
            return
        accepted = await self._reader.do(lambda books: books.affiliations.accepted())
        for each in accepted:
            self._take(each)
        self._seen = len(accepted)

    def _take(self, affiliation: Affiliation) -> None:
        try:
            merchant, shop = contract_values(affiliation, approval_date(affiliation, self.specs))
        except SpecError as error:  # the rules of the specification have changed since
            self._told(f"affiliation {affiliation.number}: {error}")
            return
        if shop.acquirer in self.specs.gateway.acquirers:
            self._merchants.add(merchant.id, merchant)
            self._shops.add(shop.client_id, shop)


def approval_date(affiliation: Affiliation, specs: Specs) -> str:
    """The date of a decision where the centre is."""
    return f"{datetime.fromtimestamp(affiliation.decided_at_ms / 1000, specs.calendar.zone):%Y-%m-%d}"
