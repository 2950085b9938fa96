"""A fault planted in one statement of DuckDB is found by the comparison alone, without any check of a close."""

from __future__ import annotations

import tempfile
from itertools import count, takewhile
from pathlib import Path

import pytest

from switch.endofday import close
from switch.endofday.engines import in_duckdb
from switch.endofday.engines.statements import rendered
from switch.endofday.line_files import ready
from switch.errors import DataFolderError
from tests.engines.compare import differences
from tests.engines.extra import WITH_DUCKDB
from tests.oracle.story import Story

pytestmark = WITH_DUCKDB

SEEDS_MAX = 25
#: What is planted -> the statement, what stands there, and what stands there then.
FAULTS = {
    "interchange truncated": ("presentments", "interchange_rate_basis_points + half", "interchange_rate_basis_points"),
    "VAT rounded with the sign of a sale": ("presentments", "vat_rate_basis_points + half", "vat_rate_basis_points + 5000"),
    "a refund's commission with the sign of a sale": ("presentments", "-taken_minor", "taken_minor"),
    "VAT of a fee truncated": (
        "presented_lines",
        "fee_minor * vat_rate_basis_points + 5000",
        "fee_minor * vat_rate_basis_points",
    ),
    "a fee of a refund taken": ("presented_lines", "THEN -t.sign", "THEN t.sign"),
    "no maximum is a maximum of nothing": (
        "presentments",
        "COALESCE(discount_maximum_minor, 900000000000000)",
        "discount_maximum_minor",
    ),
    "what nobody decided is written off": ("open_captures", "IS DISTINCT FROM 'write_off'", "<> 'write_off'"),
    "what nobody reversed is reversed": (
        "captures",
        "v.replacement_minor IS NULL OR v.replacement_minor <> 0",
        "v.replacement_minor <> 0",
    ),
    "a reversal of a refund debits": ("captures", "THEN -v.replacement_minor", "THEN v.replacement_minor"),
    "refunds are in no total": ("totals", "= $business_date\nGROUP BY", "= $business_date AND amount_minor > 0\nGROUP BY"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    statement, sound, planted = FAULTS[fault]
    assert sound in rendered("duckdb", statement)

    def faulty(engine: str, name: str) -> str:
        sql = rendered(engine, name)
        return sql.replace(sound, planted) if name == statement else sql

    monkeypatch.setattr(in_duckdb, "rendered", faulty)
    monkeypatch.setattr(close, "DAY_CHECKS", ())
    assert any(_differs(seed) for seed in takewhile(lambda seed: seed <= SEEDS_MAX, count(1)))


def _differs(seed: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = differences(lambda inside: Story(inside, seed).play(), Path(folder), [("duckdb",)])
        except DataFolderError:  # the books have no room for a NULL
            return True
    return any("is not as sqlite leaves it" in sentence for sentence in found)


def test_a_fault_in_the_lines_of_statements_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = ready.LINES_SQL
    monkeypatch.setattr(ready, "LINES_SQL", sound.replace("discount_part, ',', vat, '.'", "discount_part, ',', net, '.'"))
    assert sound != ready.LINES_SQL
    assert any(_differs(seed) for seed in takewhile(lambda seed: seed <= SEEDS_MAX, count(1)))
