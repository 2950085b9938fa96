"""The layout by remise: the facts and totals that programs read off such statements, and that they add up."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.endofday.statements import stated
from switch.merchant import StatementLanguage
from switch.settlement.fees.stated import StatementEntry
from switch.settlement.layouts.document_text import TEXT_WIDTH
from switch.settlement.layouts.layout_forms import laid_out
from switch.settlement.layouts.layout_labels import LAYOUT_LABELS
from tests.settlement.layouts.day_of_remises import FRIDAY, SATURDAY, SHOP, close_two_days


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return close_two_days(tmp_path_factory.mktemp("closed"))


def text_of(data: Path, date: str, language: StatementLanguage = "fr") -> str:
    with stated(data, SHOP.id, date, language=language) as told:
        return laid_out(told, "remise", "text").decode()


def json_of(data: Path, date: str) -> Any:
    with stated(data, SHOP.id, date) as told:
        return json.loads(laid_out(told, "remise", "json"))


def test_the_facts_stand_as_programs_read_them(data: Path) -> None:
    text = text_of(data, FRIDAY)
    assert re.search(r"^POINT DE VENTE N° +: EPICERIE0000001$", text, re.MULTILINE)
    assert re.search(r"^RIB COMPTE DE DOMICILIATION +: 310 810 1014029004423101 33$", text, re.MULTILINE)
    assert re.findall(r"^ACHAT REMISE TPE N° :(\d{6}) DU :(\d\d/\d\d/\d\d) \(DH\)$", text, re.MULTILINE) == [
        ("000001", "20/11/26"),
        ("000001", "20/11/26"),
    ]
    assert re.findall(r"^CREDIT VOUCHER REMISE TPE N° :(\d{6})", text, re.MULTILINE) == ["000001"]
    line = r"^(\d\d/\d\d/\d\d) +(\d{6}) +([VMDJCU]) +([LI]) +(\d{6}\*{6}\d{4}) +(-?[\d,]+\.\d\d) +(-?[\d,]+\.\d\d)$"
    assert re.findall(line, text, re.MULTILINE) == [
        ("20/11/26", "000001", "C", "L", "450716******0010", "100.00", "98.68"),
        ("20/11/26", "000002", "V", "L", "450717******0028", "1,234.56", "1,218.27"),
        ("20/11/26", "000003", "M", "I", "510510******5100", "500.50", "486.74"),
        ("20/11/26", "000004", "C", "L", "450716******0010", "77.77", "76.75"),
        ("20/11/26", "000005", "C", "L", "450716******0010", "-30.00", "29.60"),
    ]
    for label in ("TOTAL REMISE (DH)", "TOTAL COMMISSIONS HT", "TOTAL TVA SUR COMMISSIONS", "SOLDE NET REMISE"):
        assert len(re.findall(rf"^{re.escape(label)} +-?[\d,]+\.\d\d$", text, re.MULTILINE)) == 3, label
    assert not re.search(r"\d\d:\d\d", text)
    assert max(map(len, text.splitlines())) <= TEXT_WIDTH


def test_the_net_of_a_refund_stands_on_the_side_of_debit(data: Path) -> None:
    (refunds,) = [block for block in json_of(data, FRIDAY)["blocks"] if block["kind"] == "refunds"]
    assert [(row["debit_net_minor"], row["credit_net_minor"]) for row in refunds["rows"]] == [(2_960, None)]


@pytest.mark.parametrize("date", [FRIDAY, SATURDAY])
def test_blocks_add_up_to_their_totals_and_to_what_is_paid(data: Path, date: str) -> None:
    told = json_of(data, date)
    net = 0
    for block in told["blocks"]:
        if block["kind"] == "summary":
            continue
        rows, totals = block["rows"], block["totals"]
        assert sum(row["amount_minor"] for row in rows) == totals["total_remise_minor"]
        assert sum((row["credit_net_minor"] or 0) - (row["debit_net_minor"] or 0) for row in rows) == totals["net_remise_minor"]
        charged = totals["total_commission_minor"] + totals["total_commission_vat_minor"]
        assert totals["total_remise_minor"] - charged == totals["net_remise_minor"]
        net += totals["net_remise_minor"]
    assert told["remise_total_minor"] == net
    assert net + told.get("carried_part_minor", 0) == told["net_paid_minor"]
    (summary,) = [block for block in told["blocks"] if block["kind"] == "summary"]
    assert sum(row["net_remise_minor"] for row in summary["rows"]) == net


def test_a_reversed_sale_of_an_earlier_day_is_a_block_of_its_own_with_the_date_of_the_sale(data: Path) -> None:
    (taken_back,) = [block for block in json_of(data, SATURDAY)["blocks"] if block["kind"] == "adjustments"]
    assert taken_back["remise_number"] == "000002"
    assert [(row["date"], row["stan"], row["amount_minor"]) for row in taken_back["rows"]] == [(FRIDAY, "000001", -10_000)]


def test_each_remise_names_the_credit_on_the_account(data: Path) -> None:
    (summary,) = [block for block in json_of(data, SATURDAY)["blocks"] if block["kind"] == "summary"]
    assert [(row["terminal_id"], row["remise_number"], row["bank_label"]) for row in summary["rows"]] == [
        ("PORT0001", "000002", "VENTE PAR CARTE 000002"),
        ("PORT0002", "000002", "VENTE PAR CARTE 000002"),
    ]


def entry(kind: str, amount_minor: int, vat_minor: int) -> StatementEntry:
    return StatementEntry(
        terminal_id="",
        remise_number=0,
        kind=kind,
        reference="000000012345",
        amount_minor=amount_minor,
        vat_minor=vat_minor,
        vat_rate_basis_points=1_000 if vat_minor else 0,
        rule="",
        narrative=f"what {kind} is",
    )


def test_chargebacks_stand_apart_from_other_entries(data: Path) -> None:
    entries = (entry("rent", -15_000, -1_500), entry("chargeback", -10_000, 0), entry("chargeback_fee", -5_000, -500))
    with stated(data, SHOP.id, FRIDAY) as told:
        text = laid_out(evolve(told, entries=entries), "remise", "text").decode()
    unpaid, others = text.partition("IMPAYES (DH)")[2].split("FRAIS ET AUTRES MOUVEMENTS (DH)")[:2]
    assert ("IMPAYÉ" in unpaid, "FRAIS D'IMPAYÉ" in unpaid, "LOCATION TPE" in unpaid) == (True, True, False)
    assert re.search(r"^TOTAL +-155\.00$", unpaid, re.MULTILINE)
    assert re.search(r"LOCATION TPE +000000012345 +what rent is +-150\.00 +-15\.00 +-165\.00$", others, re.MULTILINE)
    assert re.search(r"^TOTAL +-165\.00$", others, re.MULTILINE)


def test_the_text_of_an_arabic_statement_is_french(data: Path) -> None:
    assert text_of(data, FRIDAY, "ar") == text_of(data, FRIDAY, "fr")
    assert "STATEMENT BY REMITTANCE" in text_of(data, FRIDAY, "en")


def test_a_date_without_numbers_of_remises_has_a_block_for_each_terminal(data: Path) -> None:
    with stated(data, SHOP.id, FRIDAY) as told:
        assert told.facts is not None
        remises = [evolve(remise, number=0, label="") for remise in told.facts.remises()]
        from switch.settlement.layouts.remise import remise_document

        titles = [block.title for block in remise_document(told, remises).blocks]
    assert titles[0] == "ACHAT REMISE TPE N° :------ DU :20/11/26 (DH)"


def test_all_languages_have_the_same_words() -> None:
    assert LAYOUT_LABELS["fr"].keys() == LAYOUT_LABELS["en"].keys() == LAYOUT_LABELS["ar"].keys()


def test_the_csv_of_a_contract_by_remise_is_that_of_every_other(tmp_path: Path) -> None:
    plain = close_two_days(tmp_path / "plain")
    laid = close_two_days(tmp_path / "laid", evolve(SHOP, layout="remise"))
    for name, same in ((f"{SHOP.id}.csv", True), (f"{SHOP.id}.txt", False)):
        of_both = [(data / "days" / FRIDAY / "statements" / name).read_bytes() for data in (plain, laid)]
        assert (of_both[0] == of_both[1]) == same
    assert of_both[1].decode() == text_of(laid, FRIDAY)
