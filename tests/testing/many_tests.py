"""Many small tests of a gateway, in an order that is drawn: played by ``fixture_campaign`` in a session of their own.

Each pays with a card of its own over a connection of its own, and proves what the host saw of it. A test whose number is of
some kind also makes the host misbehave: its rules must reach no other test.
"""

from __future__ import annotations

import os
import random
from datetime import datetime
from functools import cache
from typing import Any

import pytest

from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.mapping.compose import Sale, retrieval_reference, sale_message
from switch.lines.client import exchange
from switch.specs.load import load_specs

COUNT = int(os.environ.get("FIXTURE_TESTS", "24"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All of them, in an order of the campaign's: xdist wants the same one in all workers."""
    numbers = list(range(COUNT))
    random.Random(os.environ.get("FIXTURE_ORDER", "1")).shuffle(numbers)
    metafunc.parametrize("number", numbers)


@cache
def wire() -> tuple[Codec, Framer]:
    specs = load_specs()
    listener = next(each for each in specs.centre.listeners if each.name == "ascii")
    return Codec(specs.dialects["ascii"]), Framer(listener.header, tpdu=listener.tpdu)


def pay(centre: Any, card: Any, number: int, amount_minor: int) -> str:
    """The gateway: the response code."""
    codec, framer = wire()
    stan, now = f"{number * 10 % 1_000_000:06d}", datetime.now().astimezone()
    sale = Sale(
        mti="0100", pan=card.pan, expiry=card.expiry, amount_minor=amount_minor, currency="504", entry="chip",
        merchant_id=centre.merchant, merchant=None, terminal_id=centre.terminal, acquirer_id="10000", country="504",
        stan=stan, rrn=retrieval_reference(now, stan), at=now,
    )  # fmt: skip
    frame = framer.wrap(codec.encode(sale_message(sale, codec.dialect)))
    answer = exchange(centre.host, centre.port("ascii"), framer, frame, wanted=lambda _: True, timeout_seconds=60)
    return codec.decode(answer.frame.body).response_code


@pytest.mark.switch(strict=True)
def test_one_of_many(centre: Any, number: int) -> None:
    card, amount_minor = centre.card(balance="500.00"), 100 + number
    expected = "00"
    if number % 4 == 1:
        centre.rule(f"merchant={centre.merchant} class=request -> 05")
        expected = "05"
    elif number % 4 == 2:
        card.answers("91")
        expected = "91"
    elif number % 4 == 3:
        amount_minor = 50_001
        expected = "51"
    centre.expect(mti="0100", card=card, amount=amount_minor).exactly(1).answered(expected)
    assert pay(centre, card, number, amount_minor) == expected
