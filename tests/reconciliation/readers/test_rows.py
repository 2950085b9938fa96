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
