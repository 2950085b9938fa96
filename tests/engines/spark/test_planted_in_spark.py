"""A fault planted in one statement of Spark is found by the comparison alone, without any check of a close."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.endofday import close
from switch.endofday.close import close_day
from switch.endofday.engines import in_spark
from switch.endofday.engines.statements import rendered
from tests.engines.compare import differences
from tests.support.day_builders import FRIDAY, day_specs, journal_of, later_ms

pytestmark = pytest.mark.outside

#: What is planted -> the statement, what stands there, and what stands there then.
FAULTS = {
    "interchange truncated": ("presentments", "interchange_rate_basis_points + half", "interchange_rate_basis_points"),
    "refunds are in no total": ("totals", "= :business_date\nGROUP BY", "= :business_date AND amount_minor > 0\nGROUP BY"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_is_found(tmp_path: Path, spark: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    statement, sound, planted = FAULTS[fault]
    assert sound in rendered("spark", statement)

    def play(folder: Path) -> Path:
        with journal_of(folder, FRIDAY) as journal:
            for amount in range(10_010, 10_400, 39):
                journal.decide(amount_minor=amount)
            journal.decide(amount_minor=1_234, transaction_type="refund")
            close_day(folder, day_specs(), FRIDAY, later_ms(folder))
        return folder

    def faulty(engine: str, name: str) -> str:
        sql = rendered(engine, name)
        return sql.replace(sound, planted) if name == statement else sql

    monkeypatch.setattr(in_spark, "rendered", faulty)
    monkeypatch.setattr(close, "DAY_CHECKS", ())
    found = differences(play, tmp_path, [(spark,)])
    assert any("is not as sqlite leaves it" in sentence for sentence in found)
