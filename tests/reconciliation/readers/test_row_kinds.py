"""The rows of a table: each is a line of money, set aside with its reason, or the foot of the table."""

from __future__ import annotations

import pytest

from switch.reconciliation.readers.recognize import side_of

HEADS = "Date;Heure;Montant;N° autorisation;Libellé\n"
GOOD = "03/02/2026;09:12;125,00;A1B2C3;Marché\n"


def told(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, str, str]]]:
    """The lines of a till with their amounts, and the records that are set aside."""
    side = side_of("till.csv", text.encode(), "till")
    lines = [(line.place, line.amount_minor) for line in side.lines]
    return lines, [(each.place, each.found, each.expected) for each in side.set_aside]


@pytest.mark.parametrize(
    "row",
    [
        "31/02/2026;10:00;900,00;;TOTAL MAROC",
        "31/02/2026;;900,00;;TOTAL MAROC",
        ";10:00;800,00;;Summer shop",
        ";;800,00;;Summer shop",
        ";10:00;800,00;;Total Energies Maarif",
        "hier;10:00;800,00;;Solde",
        "Totalement;;800,00;;",
    ],
)
def test_a_sale_with_a_wrong_date_is_no_foot(row: str) -> None:
    lines, aside = told(f"{HEADS}{GOOD}{row}\n")
    assert lines == [(2, 12_500)]
    assert [place for place, _, _ in aside] == [3]


@pytest.mark.parametrize(
    "row",
    ["TOTAL;;125,00;;", ";;125,00;;Total", "Total général au 28/02/2026;;125,00;;", "Sous-total :;;125,00;;", ";;;;Solde net"],
)
def test_a_foot_is_no_line(row: str) -> None:
    assert told(f"{HEADS}{GOOD}{row}\n") == ([(2, 12_500)], [])


def test_a_quotation_mark_without_an_end_costs_its_own_line_alone() -> None:
    lines, aside = told(f'{HEADS}{GOOD}03/02/2026;10:00;80,00;;"TV 32\n03/02/2026;11:00;70,00;;b\n')
    assert lines == [(2, 12_500), (4, 7_000)]
    assert aside == [(3, "'03/02/2026;10:00;80,00;;\"TV 32'", "quotation marks that end in their row")]


def test_a_card_in_a_broken_row_is_masked() -> None:
    _, ((_, found, _),) = told(f'{HEADS}{GOOD}9504010000000019;"\n')
    assert "950401******0019" in found


def read(text: str, columns: dict[str, str] | None = None) -> tuple[list[tuple[int, str]], list[tuple[str, str]]]:
    """Amounts with their currencies, and what is set aside."""
    side = side_of("till.csv", text.encode(), None, columns)
    return [(line.amount_minor, line.currency) for line in side.lines], [(each.found, each.expected) for each in side.set_aside]


def test_an_amount_is_of_the_currency_that_it_names() -> None:
    text = "Date;Montant\n03/02/2026;125,00 EUR\n03/02/2026;125,00\n03/02/2026;$125,00\n03/02/2026;125,00 XYZ\n"
    lines, aside = read(text)
    assert lines == [(12_500, "978"), (12_500, "504"), (12_500, "840")]
    assert aside == [("Montant '125,00 XYZ'", "an amount such as 1 234,56")]


def test_an_amount_in_another_currency_than_its_row_is_set_aside() -> None:
    text = "Date;Montant;Devise\n03/02/2026;125,00 EUR;MAD\n03/02/2026;125,00 DH;MAD\n03/02/2026;125,00 EUR;EUR\n"
    assert read(text) == ([(12_500, "504"), (12_500, "978")], [("Montant '125,00 EUR'", "an amount in MAD")])
    two = "Date;Montant;Montant net\n03/02/2026;125,00 EUR;120,00 DH\n03/02/2026;125,00;120,00\n"
    assert read(two) == ([(12_500, "504")], [("Montant net '120,00 DH'", "an amount in EUR")])


def test_the_head_of_the_amounts_may_name_their_currency() -> None:
    text = "Jour;Prix (EUR)\n03/02/2026;125,00\n"
    assert read(text, {"date": "Jour", "amount": "Prix (EUR)"}) == ([(12_500, "978")], [])


def test_a_time_of_twelve_hours_is_read() -> None:
    text = "Date;Heure;Montant\n03/02/2026;10:00 PM;1,00\n03/02/2026;10:00 AM;1,00\n03/02/2026;10:00 XM;1,00\n"
    side = side_of("till.csv", text.encode())
    assert [line.second for line in side.lines] == [79_200, 36_000]
    assert [(each.found, each.expected) for each in side.set_aside] == [("Heure '10:00 XM'", "a time such as 14:05")]


def test_a_date_with_more_behind_it_is_none() -> None:
    text = "Date;Montant\n03/02/20265;1,00\n03/02/2026 10:00 PM;1,00\n2026-02-03x;1,00\n"
    side = side_of("till.csv", text.encode())
    assert [(line.date, line.second) for line in side.lines] == [("2026-02-03", 79_200)]
    assert [each.found for each in side.set_aside] == ["Date '03/02/20265'", "Date '2026-02-03x'"]
