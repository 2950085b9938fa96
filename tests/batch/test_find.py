"""A label, a date and an amount: what fits, and the nearest misses with what does not agree."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from switch.batch.find import Findings, Found, Question, found, is_named
from switch.endofday.close import close_day
from switch.errors import NegativeAnswerError
from tests.settlement.test_conversion import closed as closed_in_four_currencies
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, MONDAY, SATURDAY, day_specs, journal_of, later_ms, merchant


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Friday: 100.00 at the grocer, paid 98.68 on Monday; 250.00 at the hotel."""
    folder = tmp_path_factory.mktemp("found")
    with journal_of(folder, FRIDAY) as journal:
        journal.decide()
        journal.decide(merchant_id=HOTEL.id, terminal_id="HOTEL001", amount_minor=25_000)
        journal.open(SATURDAY)
    close_day(folder, day_specs(), FRIDAY, later_ms(folder))
    return folder


def asked(data: Path, label: str, on: str, amount_minor: int) -> Findings:
    return found(data, Question(label=label, on=on, amount=Decimal(amount_minor) / 100))


def payout(findings: tuple[Found, ...]) -> Found:
    return next(each for each in findings if each.kind == "payout")


@pytest.mark.parametrize("label", [GROCER.id, "EPICERIE DU PORT", "epicerie du po", "VIR EPICERIE0000001 REF 12"])
@pytest.mark.parametrize("date", [FRIDAY, MONDAY])
def test_a_credit_is_found_by_any_name_of_its_merchant(data: Path, label: str, date: str) -> None:
    one = payout(asked(data, label, date, 9868).fits)
    assert (one.merchant_id, one.net_minor, one.by_amount, one.fits) == (GROCER.id, 9868, "net", True)


def test_a_gross_amount_is_found_and_said_to_be_gross(data: Path) -> None:
    one = payout(asked(data, GROCER.id, FRIDAY, 10_000).fits)
    assert one.by_amount == "gross"


def test_a_sale_is_found_by_its_rrn(data: Path) -> None:
    one = asked(data, "632400000002", FRIDAY, 25_000).fits[0]
    assert (one.kind, one.merchant_id, one.reference, one.label) == ("sale", HOTEL.id, "632400000002", "450716******0010")


def test_near_misses_say_what_does_not_agree(data: Path) -> None:
    other_date = asked(data, GROCER.id, SATURDAY, 9868)
    assert other_date.fits == ()
    assert (payout(other_date.near).by_date, payout(other_date.near).days_off) == (False, -1)
    other_amount = asked(data, GROCER.id, FRIDAY, 9900)
    assert (payout(other_amount.near).by_amount, payout(other_amount.near).minor_off) == ("", -32)
    other_label = asked(data, "SOMEBODY ELSE", FRIDAY, 9868)
    assert (payout(other_label.near).by_label, payout(other_label.near).merchant_id) == (False, GROCER.id)


def test_a_credit_is_found_by_the_label_and_the_number_of_its_remise(data: Path) -> None:
    for label in ("VENTE PAR CARTE 000001", "000001", "1", "PORT0001"):
        fits = asked(data, label, FRIDAY, 9868).fits
        assert [(each.kind, each.terminal_id, each.remise_number) for each in fits if each.kind == "payout"] == [
            ("payout", "PORT0001", 1)
        ]


def test_the_transactions_of_a_credit_are_told(data: Path) -> None:
    lines = asked(data, GROCER.id, FRIDAY, 9868).lines
    assert [(line.rrn, line.gross_minor, line.net_minor, line.adjusts) for line in lines] == [
        ("632400000001", 10_000, 9868, "")
    ]


def test_a_remise_that_is_paid_with_others_is_found(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide(terminal_id="PORT0002", amount_minor=20_000)
    close_day(tmp_path, day_specs(merchants=(merchant(paid_by="merchant"),)), None, later_ms(tmp_path))
    alone = asked(tmp_path, "PORT0002", FRIDAY, 19_736).fits[0]
    assert (alone.kind, alone.terminal_id, alone.net_minor) == ("remise", "PORT0002", 19_736)
    together = asked(tmp_path, GROCER.id, FRIDAY, 29_604)
    assert (together.fits[0].kind, len(together.lines)) == ("payout", 2)


def test_an_amount_is_in_the_currency_of_what_is_found(tmp_path: Path) -> None:
    closed_in_four_currencies(tmp_path)

    def of(label: str, amount: str) -> Found:
        findings = found(tmp_path, Question(label=label, on=FRIDAY, amount=Decimal(amount)))
        return payout(findings.fits or findings.near)

    euro = of("EURO", "1302.27")  # 121.82 EUR at 10.8254, less 1.25 %
    assert (euro.by_amount, euro.paid_minor, euro.paid_currency, euro.currency) == ("paid", 130_227, "504", "978")
    assert of("EURO", "121.82").by_amount == "net"
    assert of("EURO", "123.45").by_amount == "gross"
    near = of("EURO", "1300.00")
    assert (near.by_amount, near.minor_off, near.off_currency) == ("", 227, "504")
    assert (of("YEN", "9999").by_amount, of("YEN", "99.99").by_amount, of("YEN", "9999.4").minor_off) == ("gross", "", -1)
    own = of("OWN", "50")
    assert (own.by_amount, own.paid_currency) == ("gross", "840")


def test_a_sale_without_decimals_is_found_by_its_amount(tmp_path: Path) -> None:
    closed_in_four_currencies(tmp_path)
    fits = found(tmp_path, Question(label="YEN", on=FRIDAY, amount=Decimal(9999))).fits
    assert {(each.kind, each.currency) for each in fits} >= {("sale", "392"), ("payout", "392")}


def test_what_agrees_in_nothing_is_not_told(data: Path) -> None:
    assert asked(data, "SOMEBODY ELSE", "2026-12-24", 1) == Findings(fits=(), near=())


def test_the_ends_of_the_calendar_are_dates_too(data: Path) -> None:
    for on in ("0001-01-01", "9999-12-31"):
        assert asked(data, "X", on, 1) == Findings(fits=(), near=())


@pytest.mark.parametrize(
    ("label", "named", "name", "fits"),
    [
        ("VENTE PAR CARTE 000285", ("285",), "", True),
        ("VENTE PAR CARTE 000285", ("000286",), "", False),
        ("VENTE PAR CARTE 000285", ("VENTE PAR CARTE 000286", "000286"), "", False),
        ("VENTE PAR CARTE 000285", ("VENTE PAR CARTE 000285",), "", True),
        ("000285", ("VENTE PAR CARTE 000285", "000285"), "", True),
        ("EPICERIE DU PO 000285", (), "EPICERIE DU PORT", True),
        ("AIRLINE", ("AIRLINE00000001",), "AIR CEDRE", True),
        ("AIR", ("AIRLINE00000001",), "AIR CEDRE", False),
        ("EPI", (), "EPICERIE DU PORT", False),
        ("EPICERIES REUNIES", (), "EPICERIE DU PORT", False),
        ("", ("",), "", False),
        ("VENTE 2850", ("285000001",), "", False),
        ("VENTE CB2851X", ("2851",), "", False),
        ("VENTE CBPORT01X", ("PORT01",), "", True),
        ("GRAND CABLE", ("AB",), "", False),
    ],
)
def test_banks_cut_names_and_pad_numbers(label: str, named: tuple[str, ...], name: str, fits: bool) -> None:
    assert is_named(Question(label=label, on=FRIDAY, amount=Decimal(1)), named, name) is fits


def test_there_has_to_be_a_closed_date(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    with pytest.raises(NegativeAnswerError, match="no business date is closed yet"):
        asked(tmp_path, "X", FRIDAY, 1)
