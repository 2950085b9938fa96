"""Amounts, dates and times as people write them, exact or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.money import format_minor
from switch.reconciliation.readers.notation import (
    amount_minor,
    date_of_serial,
    decimal_mark,
    iso_date,
    masked_card,
    number_minor,
    plain_number,
    second_of_day,
)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("125", 12_500),
        ("125,5", 12_550),
        ("1 250,50", 125_050),
        ("1\N{NARROW NO-BREAK SPACE}250,50 MAD", 125_050),
        ("1.250,50", 125_050),
        ("1,250.50 DH", 125_050),
        ("1'250.50", 125_050),
        ("1.250.000", 125_000_000),
        ("1,250,000.00", 125_000_000),
        ("-12,50", -1_250),
        ("\N{MINUS SIGN}12,50", -1_250),
        ("12,50-", -1_250),
        ("(12,50)", -1_250),
        ("+0,05", 5),
        (",05", 5),
        ("12,500", None),
        ("12,505", None),
        ("1,25,000.00", None),
        ("1.2.3,4,5", None),
        ("125,00 EUR", None),
        ("$125.00", None),
        ("125,00 XYZ", None),
        ("12MAD5,00", None),
        ("125 DH EUR", None),
        ("DH -12,50", -1_250),
        ("-12,50 Dhs.", -1_250),
        ("(12,50 MAD)", -1_250),
        ("12,50 DH-", -1_250),
        ("douze", None),
        ("", None),
        ("-", None),
        ("-12-", None),
        ("9999999999999999", None),
    ],
)
def test_an_amount(text: str, minor: int | None) -> None:
    assert amount_minor(text, "504") == minor


def test_the_mark_of_a_column_decides_where_an_amount_does_not() -> None:
    assert decimal_mark(["1.250", "3,50"]) == ","
    assert amount_minor("1.250", "504", ",") == 125_000
    assert amount_minor("1,250", "504", ".") == 125_000
    assert amount_minor("1.250", "788") == 1_250  # a dinar has three decimals
    assert amount_minor("1250", "392") == 1_250  # a yen none


@given(st.integers(-(10**12), 10**12), st.sampled_from(["504", "392", "788"]))
def test_what_we_write_is_read_back_to_the_minor_unit(minor: int, currency: str) -> None:
    assert amount_minor(format_minor(minor, currency), currency, ".") == minor
    assert number_minor(format_minor(minor, currency), currency) == minor


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_none(text: str) -> None:
    found = amount_minor(text, "504")
    assert found is None or isinstance(found, int)
    iso_date(text)
    second_of_day(text)
    masked_card(text)
    number_minor(text, "504")
    date_of_serial(text)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("03/02/26", "2026-02-03"),
        ("3-2-2026", "2026-02-03"),
        ("03.02.2026 10:05", "2026-02-03"),
        ("2026/02/03", "2026-02-03"),
        ("20260203", "2026-02-03"),
        ("2026-02-03+01:00", "2026-02-03"),
        ("2026-02-03T10:05:00.123Z", "2026-02-03"),
        ("03/02/2026 à 10h05", "2026-02-03"),
        ("03/02/20265", None),
        ("2026-02-031", None),
        ("03/02/2026 24:00", None),
        ("03/02/2026 tot", None),
        ("29/02/2026", None),
        ("03/02/1899", None),
        ("3 février", None),
    ],
)
def test_a_date(text: str, date: str | None) -> None:
    assert iso_date(text) == date


def test_a_time() -> None:
    assert [second_of_day(text) for text in ("10:05", "10h05", "10:05:07", "100507", "1005", "24:00", "10:60", "")] == [
        36_300, 36_300, 36_307, 36_307, 36_300, None, None, None,
    ]  # fmt: skip
    assert second_of_day("2026-02-03T10:05:00") == 36_300
    assert second_of_day("2026-02-03") is None
    assert second_of_day("2026-02-03T10:05:00+01:00") == 36_300
    assert [second_of_day(text) for text in ("10:00 PM", "10:00pm", "12:30 p.m.", "12:30 AM", "0:30 AM", "10:00 PMX")] == [
        79_200, 79_200, 45_000, 1_800, None, None,
    ]  # fmt: skip
    assert [second_of_day(text) for text in ("14h05mn", "14h05 min", "14:05:07.5", "10:05 UTC")] == [
        50_700,
        50_700,
        50_707,
        36_300,
    ]


def test_numbers_of_a_workbook() -> None:
    assert date_of_serial("46056.420833333337") == ("2026-02-03", 36_360)
    assert date_of_serial("1") is None
    assert date_of_serial("x") is None
    assert number_minor("1250.5", "504") == 125_050
    assert number_minor("1e3", "504") == 100_000
    assert number_minor("NaN", "504") is None


def test_a_card_is_masked_and_a_reference_plain() -> None:
    assert masked_card("9504 0100 0000 0019") == "950401******0019"
    assert masked_card("card") == ""
    assert masked_card("0019") == "0019"
    assert masked_card("95040100000*0019") == "950401******0019"
    assert (plain_number('="000123"'), plain_number("'000123"), plain_number(" 12 ")) == ("000123", "000123", "12")
