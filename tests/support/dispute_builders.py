"""What the tests of disputes and exceptions are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from switch.casework.dossiers import DisputeRules, DossierRow, NamedSale, tell
from switch.disputes.life import ACTIONS, Wish
from switch.disputes.terms import DisputeTerms
from tests.support.day_builders import NOW_MS, day_specs, spec_table

DISPUTES = """
[[fee]]
from = "2013-01-01"
amount = "150.00"
second = "20.00"
[[reason]]
code = "FRAUD"
name = "The cardholder did not take part"
chargeback_days = 30
answer_days = 5
representment_days = 10
second_days = 10
[[reason]]
code = "LOCAL"
name = "Domestic dispute"
counted = "banking"
chargeback_days = 30
answer_days = 5
representment_days = 2
second_days = 10
"""
TERMS = DisputeTerms.from_toml(spec_table("disputes.toml", DISPUTES))
RULES = DisputeRules(terms=TERMS, calendar=day_specs().calendar)


def dispute(data: Path, action: str, which: str, amount: str | None = None, **wish: Any) -> DossierRow:
    """Tell a step of a dispute, as its command does: of a sale where it opens a dossier."""
    step = ACTIONS[action]
    opens = not which.startswith("D")
    told = Wish(step=step, **{"reason": "FRAUD" if opens else "", **wish})
    return tell(data, RULES, NamedSale(which=which), told, amount, NOW_MS, new=opens)
