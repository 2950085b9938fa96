"""Reasons, periods and fees of disputes, as their file has them."""

from __future__ import annotations

import pytest

from switch.disputes.terms import NO_TERMS, DisputeTerms
from switch.errors import SpecError
from switch.specs.load import load_specs
from tests.support.day_builders import FRIDAY, spec_table
from tests.support.dispute_builders import DISPUTES, TERMS


def test_fees_go_by_date_and_currency() -> None:
    more = '[[fee]]\nfrom = "2026-11-20"\namount = "200.00"\n[[fee]]\nfrom = "2020-01-01"\ncurrency = "392"\namount = "3000"\n'
    terms = DisputeTerms.from_toml(spec_table("disputes.toml", more + DISPUTES))
    assert terms.fee("2026-11-19", "504") == (15_000, "disputes.toml, 2013-01-01")
    assert terms.fee(FRIDAY, "504") == (20_000, "disputes.toml, 2026-11-20")
    assert terms.fee("2026-11-19", "504", second=True) == (2_000, "disputes.toml, 2013-01-01")
    assert terms.fee(FRIDAY, "392") == (3_000, "disputes.toml, 2020-01-01")
    assert terms.fee(FRIDAY, "978") == (0, "")


def test_the_shipped_reasons_have_both_languages() -> None:
    reasons = load_specs().disputes.reasons
    assert reasons["LOCAL"].banking
    assert all(reason.name != reason.name_fr for reason in reasons.values())


def test_without_a_file_there_is_no_reason() -> None:
    with pytest.raises(SpecError, match=r"disputes\.toml: reason: found 'FRAUD', expected a \[\[reason\]\] of that code"):
        NO_TERMS.reason("FRAUD")
    assert TERMS.reason("FRAUD").counted == "calendar"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('code = "LOCAL"', 'code = "FRAUD"', "reason[2].code: found 'FRAUD', expected a code no other reason has"),
        ('counted = "banking"', 'counted = "lunar"', "counted: found 'lunar', expected"),
        ('from = "2013-01-01"', 'from = "2013-13-01"', "from: found '2013-13-01', expected a date such as 2026-01-01"),
        ("answer_days = 5", "answer_days = 0", "answer_days: found 0, expected a whole number from 1 to 1000"),
        ("answer_days = 5", "answr_days = 5", "answ"),
    ],
)
def test_mistakes_are_named(before: str, after: str, said: str) -> None:
    with pytest.raises(SpecError) as error:
        DisputeTerms.from_toml(spec_table("disputes.toml", DISPUTES.replace(before, after, 1)))
    assert said in str(error.value)
