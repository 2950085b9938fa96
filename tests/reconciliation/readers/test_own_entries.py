"""Fees and other entries of our own statements: read in each form, counted against a bank, left out beside a till."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve

from switch.endofday.statements import stated
from switch.reconciliation.findings import BY_DATE, MATCHED
from switch.reconciliation.matching import reconcile
from switch.reconciliation.movement import Side
from switch.reconciliation.readers.recognize import side_of
from switch.settlement.layouts.layout_forms import DocumentForm, laid_out
from switch.settlement.statement_forms import as_json
from tests.reconciliation.builders import bank, sale, till
from tests.settlement.layouts.day_of_remises import FRIDAY, SHOP, close_two_days
from tests.settlement.layouts.test_remise import entry

ENTRIES = (entry("rent", -15_000, -1_500), entry("chargeback", -10_000, 0))
FORMS: tuple[DocumentForm, ...] = ("csv", "excel-fr", "xlsx", "json")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return close_two_days(tmp_path_factory.mktemp("closed"))


def side_in(data: Path, form: DocumentForm | None, language: str = "fr") -> Side:
    """The side that a statement with both entries is: by remise in a form, or detailed as JSON."""
    with stated(data, SHOP.id, FRIDAY, language="en" if language == "en" else "fr") as told:
        told = evolve(told, entries=ENTRIES)
        content = json.dumps(as_json(told)).encode() if form is None else laid_out(told, "remise", form)
    return side_of("releve", content)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("form", [*FORMS, None])
def test_entries_are_read_with_their_vat(data: Path, form: DocumentForm | None, language: str) -> None:
    side = side_in(data, form, language)
    assert (len(side.lines), side.set_aside) == (5, ())
    assert sorted(each.net_minor or 0 for each in side.entries) == [-16_500, -10_000]
    assert {each.date for each in side.entries} == {FRIDAY}
    assert all(each.label for each in side.entries)


@pytest.mark.parametrize("form", [*FORMS, None])
def test_a_credit_is_the_net_of_sales_and_entries(data: Path, form: DocumentForm | None) -> None:
    side = side_in(data, form)
    net = sum(line.net_minor or 0 for line in (*side.lines, *side.entries))
    found = reconcile(side, bank(sale(f"{net / 100:.2f}", date="2026-11-23")))
    assert [finding.outcome for finding in found.findings] == [MATCHED]
    assert len(found.findings[0].left) == 7
    assert (found.findings[0].by == BY_DATE) == (form is not None)


def test_beside_a_till_entries_are_left_out_and_counted(data: Path) -> None:
    side = side_in(data, "csv")
    found = reconcile(side, till(*(evolve(line) for line in side.lines)))
    assert found.agrees
    assert found.left.out_of_scope_count == 2


def test_a_row_of_an_entry_without_an_amount_is_set_aside(data: Path) -> None:
    with stated(data, SHOP.id, FRIDAY) as told:
        content = laid_out(evolve(told, entries=ENTRIES), "remise", "csv").decode()
    side = side_of("releve", content.replace("-165.00", "much").encode())
    assert (len(side.entries), len(side.set_aside)) == (1, 1)
