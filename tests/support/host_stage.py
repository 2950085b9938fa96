"""A centre whose host plays rules, and the messages that gateways send to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.message import Message
from switch.journal.journal import Batch
from switch.scenarios.host_rule import HostRule
from switch.scenarios.playbook import Playbook
from switch.transaction import ExchangeKey
from tests.support.centre_in_loop import Client, Loopback, loopback


def rules(*lines: str) -> Playbook:
    return Playbook([HostRule.from_line(line, number=number, names={}) for number, line in enumerate(lines, start=1)], seed=1)


@asynccontextmanager
async def staged(*lines: str, listener: str = "ascii", **options: Any) -> AsyncIterator[tuple[Loopback, Client]]:
    """A centre that plays rules in their short spelling, and a gateway connected to it."""
    async with loopback(playbook=rules(*lines), **options) as centre, centre.client(listener) as client:
        yield centre, client


def reversal_of(original: Message, stan: int = 900_001, mti: str = "0420") -> Message:
    e = original.elements
    key = ExchangeKey(e[32], e[41], e[11], e[7])
    values = {n: e[n] for n in (2, 3, 4, 12, 13, 22, 32, 37, 41, 42, 49)}
    values |= {7: "1122100100", 11: f"{stan:06d}", 90: original_data(original.mti, key)}
    return Message(mti, dict(sorted(values.items())))


def network(function: str, stan: int = 9) -> Message:
    return Message("0800", {7: "1122100000", 11: f"{stan:06d}", 70: function})


def decided(centre: Loopback) -> list[tuple[str, str, str]]:
    """What the journal has of each request: response code, who decided, why."""
    batches: list[Batch] = centre.journal.batches
    decisions = [each.decision for batch in batches for each in batch.decisions]
    return [(each.response_code, each.decided_by, each.reason) for each in decisions]


def occurred(centre: Loopback, kind: str = "scenario") -> list[str]:
    """What the journal has of one kind of occurrence."""
    batches: list[Batch] = centre.journal.batches
    return [each.detail for batch in batches for each in batch.occurrences if each.kind == kind]


def noticed(centre: Loopback) -> list[str]:
    """What a person was told of scenarios."""
    return [notice.detail.partition(": ")[2] for notice in centre.notices if notice.kind == "scenario"]
