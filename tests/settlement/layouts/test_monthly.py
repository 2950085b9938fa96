"""The invoice of a month: fees and VAT by kind and rate, volumes by brand, origin and day, all of it from the statements."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.casework.open_items import write_off
from switch.endofday.close import close_day
from switch.endofday.statements import stated
from switch.settlement.fees.entries import ENTRY_ACCOUNTS, INVOICED_KINDS
from switch.settlement.layouts.layout_forms import laid_out
from switch.settlement.layouts.monthly import monthly_document
from switch.settlement.statement_facts import FeeLine
from switch.settlement.statement_labels import ENTRY_KINDS
from tests.settlement.layouts.day_of_remises import FRIDAY, SATURDAY, SHOP, close_two_days
from tests.support.day_builders import NOW_MS, day_specs, journal_of, later_ms


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return close_two_days(tmp_path_factory.mktemp("closed"))


def invoice(data: Path) -> Any:
    with stated(data, SHOP.id) as told:
        return json.loads(laid_out(told, "monthly", "json"))


def rows(told: Any, kind: str) -> list[dict[str, Any]]:
    (block,) = [block for block in told["blocks"] if block["kind"] == kind]
    found: list[dict[str, Any]] = block["rows"]
    return found


def test_a_month_is_the_sum_of_its_statements(data: Path) -> None:
    told = invoice(data)
    days = rows(told, "days")
    assert [day["day"] for day in days] == [FRIDAY, SATURDAY]
    for day in days:
        with stated(data, SHOP.id, day["day"]) as of_day:
            head = of_day.head
        assert (day["gross_minor"], day["discount_minor"], day["vat_minor"]) == (
            head.gross_minor,
            head.discount_minor,
            head.vat_minor,
        )
        assert day["line_count"] == head.presentment_count + head.adjustment_count
    for figure in ("gross_minor", "discount_minor", "vat_minor", "net_minor"):
        assert sum(row[figure] for row in rows(told, "volumes")) == sum(day[figure] for day in days)
    assert told["total_excluding_minor"] == sum(day["discount_minor"] for day in days)
    assert told["total_tax_minor"] == sum(day["vat_minor"] for day in days)
    assert told["total_including_minor"] == told["total_excluding_minor"] + told["total_tax_minor"]


def test_volumes_are_by_brand_and_origin(data: Path) -> None:
    found = {(row["scheme"], row["origin"]): row["gross_minor"] for row in rows(invoice(data), "volumes")}
    assert found == {
        ("cmi", "Cartes locales"): 10_000 + 7_777 - 3_000 + 4_200 + 2_100 - 10_000,
        ("visa", "Cartes locales"): 123_456,
        ("mastercard", "Cartes internationales"): 50_050,
    }


def test_vat_is_summed_by_its_rate(data: Path) -> None:
    fees = [
        FeeLine(kind="commission", line_count=9, base_minor=1_000, vat_minor=100, vat_rate_basis_points=1_000),
        FeeLine(kind="rent", line_count=1, base_minor=15_000, vat_minor=3_000, vat_rate_basis_points=2_000),
        FeeLine(kind="subscription", line_count=1, base_minor=25_000, vat_minor=2_500, vat_rate_basis_points=1_000),
    ]
    with stated(data, SHOP.id) as told:
        document = monthly_document(told.head, "2026-11", fees, (), ())
    (vat,) = [block for block in document.blocks if block.kind == "vat"]
    assert list(vat.rows) == [(1_000, 26_000, 2_600, 28_600), (2_000, 15_000, 3_000, 18_000)]
    (of_fees,) = [block for block in document.blocks if block.kind == "fees"]
    assert [row[0] for row in of_fees.rows] == ["Commissions sur opérations", "Location TPE", "Abonnement mensuel"]
    assert dict(document.closing)["total_including"] == 46_600


def test_the_chart_has_a_bar_for_each_day(data: Path) -> None:
    with stated(data, SHOP.id) as told:
        assert told.facts is not None
        document = monthly_document(told.head, "2026-11", (), (), told.facts.days("2026-11"))
        text = laid_out(told, "monthly", "text").decode()
    assert [bar.label for bar in document.chart] == ["20", "21"]
    assert "Montant brut par journée comptable" in text
    assert "20  █" in text


def test_another_month_is_empty(data: Path) -> None:
    with stated(data, SHOP.id) as told:
        assert told.facts is not None
        assert (told.facts.fees("2026-10"), told.facts.volumes("2026-10"), told.facts.days("2026-10")) == ([], [], [])


def test_money_of_the_merchant_s_own_is_no_fee(tmp_path: Path) -> None:
    """A merchant below zero whose account is debited, and that is paid for a sale that is written off."""
    specs = day_specs((evolve(SHOP, debit_after_days=1),))
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=100_000, transaction_type="refund")
        journal.decide(function="advice", message_class="financial", amount_minor=2_000_000)
        close_day(tmp_path, specs, None, later_ms(tmp_path))
        journal.decide()
        close_day(tmp_path, specs, None, later_ms(tmp_path))
        write_off(tmp_path, "2", "Alami", "the slip is lost", NOW_MS, pays_merchant=True)
        journal.decide()
        close_day(tmp_path, specs, None, later_ms(tmp_path))
    told = invoice(tmp_path)
    assert [row["fee_kind"] for row in rows(told, "fees")] == ["Commissions sur opérations"]
    assert told["total_excluding_minor"] == sum(day["discount_minor"] for day in rows(told, "days"))


def test_every_kind_of_entry_is_a_fee_or_not_and_has_a_name() -> None:
    held = {"reserve", "reserve_release", "deposit", "deposit_release"}
    disputed = {"chargeback", "representment", "second_chargeback", "write_off"}
    assert ENTRY_ACCOUNTS.keys() - INVOICED_KINDS == held | disputed | {"direct_debit"}
    assert ENTRY_ACCOUNTS.keys() <= ENTRY_KINDS.keys()
