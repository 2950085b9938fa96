"""Whoever waits for an answer that a rule keeps learns which rule it is."""

from __future__ import annotations

import pytest

from switch.centre.host.stage_orders import StageOrders
from switch.lines.staging import applied_rules
from switch.lines.staging.applied_rules import AppliedRules
from switch.scenarios.conduct import Conduct
from switch.scenarios.playbook import Cue
from tests.scenarios.messages_said import rule
from tests.support.centre_in_loop import purchase
from tests.support.host_stage import staged


async def test_the_rule_that_kept_an_answer_is_named_by_stan_or_rrn() -> None:
    async with staged("amount=1 -> silence", "at=issuer amount=2 -> 91", "amount=3 -> ok + state x") as (centre, client):
        orders = StageOrders(centre.server.stage, centre.server.script.applied, centre.notices.append).handlers
        terminal = purchase().terminal_id
        await client.send(purchase(1, de4="000000000100"))
        assert (await client.ask(purchase(2, de4="000000000200"))).response_code == "91"
        assert (await client.ask(purchase(3, de4="000000000300"))).response_code == "00"
        said = [
            (await orders["applied"]({"stan": stan, "terminal": terminal, "rrn": rrn}))["told"]
            for stan, rrn in (("000001", ""), ("999999", f"{2:012d}"), ("000003", f"{3:012d}"), ("", ""))
        ]
    assert said == ["not answered (rule 1)", "atlas: answered: 91 (rule 2)", "", ""]


def test_the_last_messages_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applied_rules, "APPLIED_MAX", 2)
    applied = AppliedRules()
    for stan in (1, 2, 3):
        applied.note(purchase(stan), Cue(rule("any -> lost"), Conduct(lost=True)))
    told = [applied.about(f"{stan:06d}", purchase().terminal_id, "") for stan in (1, 2, 3)]
    assert told == ["", *["taken as never received (rule 1)"] * 2]
