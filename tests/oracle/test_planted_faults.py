"""Faults planted into the statements of the close are found by the oracle, though the proofs of the close are switched off."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from switch.endofday import close as day_close
from tests.oracle.compare import differences
from tests.oracle.story import Story

#: What is spoilt -> words of a statement, and what stands in their place.
FAULTS: Final = {
    "a fee loses its fixed part": ("fixed_minor + (amount_minor * rate_basis_points", "(amount_minor * rate_basis_points"),
    "a fee is rounded down": (
        "fixed_minor + (amount_minor * rate_basis_points + 5000) / 10000",
        "fixed_minor + (amount_minor * rate_basis_points) / 10000",
    ),
    "a commission may fall below its minimum": ("MAX(discount_minimum_minor, MIN(", "MAX(0, MIN("),
    "a commission may exceed its maximum": ("COALESCE(discount_maximum_minor, 900000000000000)", "900000000000000"),
    "interchange is rounded up": ("interchange_rate_basis_points + half", "interchange_rate_basis_points + 9999"),
    "VAT is rounded down": (
        "(discount_minor * vat_rate_basis_points + half) / 10000",
        "(discount_minor * vat_rate_basis_points) / 10000",
    ),
    "VAT on a fee is forgotten": ("(fee_minor * vat_rate_basis_points + 5000) / 10000 AS fee_vat_minor", "0 AS fee_vat_minor"),
    "a remise is rounded down": ("(direction * exact_minor + 5000) / 10000", "(direction * exact_minor) / 10000"),
    "numbers of remises begin at 2": (") % 999999 + 1 FROM counted", ") % 999999 + 2 FROM counted"),
    "numbers count for each merchant": (
        "e.merchant_id = n.merchant_id AND e.terminal_id = n.terminal_id",
        "e.merchant_id = n.merchant_id",
    ),
    "what was carried is forgotten": ("e.outcome = 'carried'", "e.outcome = 'forgotten'"),
    "what was paid is brought forward": ("e.outcome = 'carried' AND", "1 AND"),
    "nothing is carried": ("CASE WHEN n.net_minor > 0 THEN 'paid' ELSE 'carried' END", "'paid'"),
    "a conversion is rounded down": ("% t.denominator) * t.numerator + t.denominator)", "% t.denominator) * t.numerator)"),
    "a reserve is rounded up": ("e.net_minor * h.rate_basis_points + 5000", "e.net_minor * h.rate_basis_points + 9999"),
}
SEEDS: Final = range(1, 61)  #: sequences in which a fault must show


def spoilt(old: str, new: str) -> tuple[Callable[..., sqlite3.Connection], list[str]]:
    """``sqlite3.connect`` whose connections change a statement, and the list of the statements they changed."""
    changed: list[str] = []
    connect = sqlite3.connect

    def said(sql: str) -> str:
        if old in sql:
            changed.append(sql)
        return sql.replace(old, new)

    class Spoiling(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            return super().execute(said(sql), *values)

    def spoiling(*values: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*values, **{**options, "factory": Spoiling})
        return connection

    return spoiling, changed


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = FAULTS[fault]
    connect, changed = spoilt(old, new)
    monkeypatch.setattr(day_close, "DAY_CHECKS", ())
    monkeypatch.setattr(day_close, "CLOSED_DAY_CHECKS", ())
    monkeypatch.setattr(day_close, "discounts_follow_rules", lambda *_: [])
    monkeypatch.setattr(day_close, "charges_follow_rates", lambda *_: [])
    for seed in SEEDS:
        story = Story(tmp_path / str(seed), seed)
        with monkeypatch.context() as planted:
            planted.setattr(sqlite3, "connect", connect)
            story.play()
        assert changed, "no statement has these words"
        if differences(story.data, story.rules_of()):
            return
    pytest.fail(f"{len(SEEDS)} sequences hide it")
