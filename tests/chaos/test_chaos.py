"""The short form of ``make chaos``: a few kills under load, and nothing that was answered is lost."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.chaos.campaign import Campaign
from tests.chaos.plans import lives
from tests.chaos.proof import faults

pytestmark = pytest.mark.long

SEED = 20261122


def test_kills_lose_nothing_that_was_answered(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path / "var", SEED, tell=lambda line: None)
    campaign.run(4, 2)
    asked = [one for till in campaign.tills for one in till.asked]
    assert campaign.faults == []
    assert faults(campaign.data, asked) == []
    assert campaign.holder_faults() == []
    codes = {told.code for holder in campaign.holders.holders for told in holder.told}
    assert codes >= {"00", "55", "75", "65"}
    figures = dict(campaign.figures.lines(campaign.tills))
    assert figures["restarts of the switch"] == "4"
    assert figures["kills of an issuer"] == "2"
    assert any(one.approved for one in asked)
    assert any(len(one.answers) > 1 for one in asked)
    assert "reversals" in figures["delivered to issuers"]


def test_one_seed_plans_one_campaign() -> None:
    planned = lives(200, 50, Random(3))
    assert planned == lives(200, 50, Random(3))
    assert planned != lives(200, 50, Random(4))
    assert len(planned) == 200
    assert sum(len(life.issuers) for life in planned) == 50
    assert {life.early is None for life in planned} == {life.whole for life in planned} == {True, False}


def test_more_issuers_than_there_are_cannot_die_in_one_life() -> None:
    with pytest.raises(ValueError, match="found 8, expected at most 7"):
        lives(1, 8, Random(0))
