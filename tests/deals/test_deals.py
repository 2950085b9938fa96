"""The short form of ``make deals``: some hundreds of random deals with kills, and a bank that keeps a hold is found."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.deals.driver import Run, Wish
from tests.deals.wire import Message, decode, encode

SEED = 20261128


def run_of(folder: Path, count: int, kills: int, *, planted: bool = False, kinds: frozenset[str] = frozenset()) -> Run:
    run = Run(folder, Wish(SEED, range(count), count, kills, kinds, planted))
    asyncio.run(run.live())
    return run


@pytest.mark.long
def test_answers_banks_and_days_agree_with_the_rules_through_three_kills(tmp_path: Path) -> None:
    run = run_of(tmp_path, 900, 3)
    assert run.faults == []
    assert run.figures["kills"] == 3
    assert run.figures["dates closed under load"] > 0
    assert run.figures["answers"] > 3_600


@pytest.mark.long
def test_a_bank_that_keeps_a_hold_is_found(tmp_path: Path) -> None:
    run = run_of(tmp_path, 30, 0, planted=True, kinds=frozenset({"hold"}))
    assert run.faults
    assert all("bank0 holds" in fault for fault in run.faults)


def test_all_forms_give_a_message_back() -> None:
    message = Message(
        "0420", {2: "95041000000000119", 4: "000000000100", 11: "000001", 41: "SHOP0001", 90: "0" * 42, 97: "C" + "0" * 16}
    )
    for form in ("ascii", "bcd", "terminal"):
        assert decode(encode(message, form), form) == message
