"""New merchants of a running centre: taken between two requests, and not where the specification is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import evolve

from switch.centre.host.contract_orders import MERCHANTS_ORDER, ContractOrders
from switch.errors import SpecError
from switch.merchant import Merchant
from switch.specs.specification import Specs
from tests.support.centre_in_loop import loopback, purchase, specs

ORDER: dict[str, Any] = {"do": MERCHANTS_ORDER}
NEW = "TELECOM00000001"


def reading(merchants: Mapping[str, Merchant]) -> Specs:
    return evolve(specs(), merchants=MappingProxyType(dict(merchants)))


async def test_a_new_merchant_is_paid_from_the_next_request_on() -> None:
    whole = specs().merchants
    before = {name: each for name, each in whole.items() if name != NEW}
    given = evolve(reading(before), default_contract=None)
    async with loopback(specification=given) as centre, centre.client("ascii") as client:
        told = {"de42": NEW, "de41": whole[NEW].terminals[0]}
        assert (await client.ask(purchase(1, **told))).response_code == "03"
        orders = ContractOrders(before, lambda: reading(whole), centre.server.know_merchants)
        assert await orders.carry_out(ORDER) == {"new": [NEW], "terminals": [], "wait": []}
        assert (await client.ask(purchase(2, **told))).response_code == "00"
        assert await orders.carry_out(ORDER) == {"new": [], "terminals": [], "wait": []}


async def test_terminals_are_taken_and_other_contracts_wait() -> None:
    before = specs().merchants
    first, second, third = [*before][:3]
    now = {name: each for name, each in before.items() if name != third}
    now[first] = evolve(before[first], terminals=(*before[first].terminals, "NEWONE01"))
    now[second] = evolve(before[second], mcc="7995")
    known: list[Mapping[str, Merchant]] = []
    orders = ContractOrders(before, lambda: reading(now), known.append)
    assert await orders.carry_out(ORDER) == {"new": [], "terminals": [first], "wait": sorted([second, third])}
    (given,) = known
    assert "NEWONE01" in given[first].terminals
    assert (given[second], given[third]) == (before[second], before[third])


async def test_a_specification_with_a_mistake_changes_nothing() -> None:
    def read() -> Specs:
        raise SpecError("merchants.toml", "mcc", "'x'", "four digits")

    known: list[Mapping[str, Merchant]] = []
    answer = await ContractOrders(specs().merchants, read, known.append).carry_out(ORDER)
    assert answer == {"mistakes": ["merchants.toml: mcc: found 'x', expected four digits"]}
    assert known == []
