"""A relevé in blocks of remises."""

from __future__ import annotations

from switch.reconciliation.findings import MATCHED, UNMATCHED
from switch.reconciliation.matching import reconcile
from switch.reconciliation.readers.recognize import side_of
from tests.reconciliation.builders import bank, sale, told
from tests.reconciliation.readers.samples import BANK_CSV, BLOCKS


def test_lines_and_totals_of_its_blocks() -> None:
    side = side_of("releve.txt", BLOCKS.encode())
    assert (side.form, side.kind, side.level, side.set_aside) == ("cmi", "releve", "sales", ())
    assert [(line.place, line.date, line.stan, line.amount_minor, line.remise, line.channel) for line in side.lines] == [
        (6, "2026-02-03", "1201", 12_500, "285", "terminal"),
        (7, "2026-02-03", "1202", 125_050, "285", "terminal"),
        (8, "2026-02-03", "48812", 4_000, "285", "terminal"),
        (15, "2026-02-03", "1203", -2_500, "285", "terminal"),
        (20, "2026-02-03", "77", 30_000, "291", "terminal"),
    ]
    assert [(each.remise, each.gross_minor, each.net_minor) for each in side.stated] == [
        ("285", 141_550, 138_890),
        ("285", -2_500, -2_467),
        ("291", 30_000, 29_604),
    ]
    assert side.lines[0].card == "950401******0019"


def test_semicolons_and_windows_1252_are_the_same() -> None:
    text = BLOCKS.replace(" V L ", ";V;L;").replace(" M I ", ";M;I;")
    plain, other = side_of("a", BLOCKS.encode()), side_of("a", text.encode("cp1252"))
    assert [line.amount_minor for line in other.lines] == [line.amount_minor for line in plain.lines]


def test_a_spoilt_line_is_set_aside_and_its_block_lacks_it() -> None:
    side = side_of("a", BLOCKS.replace("001202 M", "00l202 M").encode())
    (aside,) = side.set_aside
    assert (aside.place, aside.found) == (7, "'03/02/26 00l202 M I 950402******0027 1,250.50'")
    (lost,) = reconcile(side, side).lost[:1]
    assert (lost.of, lost.amount_minor) == ("remise 285 of 2026-02-03", 125_050)


def test_its_remises_are_the_credits_of_the_bank() -> None:
    found = reconcile(side_of("releve", BLOCKS.encode()), side_of("bank", BANK_CSV.encode()))
    assert told(found) == [
        (MATCHED, "remise number in the label", [6, 7, 8], [4]),
        (MATCHED, "remise number in the label", [15], [5]),
        (UNMATCHED, "", [20], []),
        (UNMATCHED, "", [], [6]),
    ]
    assert [finding.left_minor for finding in found.findings] == [138_890, -2_467, 29_604, 0]


def test_a_remise_of_several_blocks_may_be_credited_once() -> None:
    of_bank = bank(sale("1364.23", date="2026-02-04", label="VENTE PAR CARTE 000285"))
    found = reconcile(side_of("releve", BLOCKS.encode()), of_bank)
    assert told(found)[0] == (MATCHED, "remise number in the label", [6, 7, 8, 15], [1])
    assert found.findings[0].left_minor == 138_890 - 2_467


def test_two_terminals_may_have_one_number() -> None:
    text = BLOCKS.replace("000291", "000285").replace("ACHAT REMISE TPE N° :000285 DU :03/02/26 (DH)\n03/02/26 000077",
        "POINT DE VENTE N° 4417903\nACHAT REMISE TPE N° :000285 DU :03/02/26 (DH)\n03/02/26 000077")  # fmt: skip
    of_bank = bank(
        sale("296.04", date="2026-02-04", label="VENTE PAR CARTE 000285"),
        sale("1364.23", date="2026-02-04", label="VENTE PAR CARTE 000285"),
    )
    assert told(reconcile(side_of("releve", text.encode()), of_bank)) == [
        (MATCHED, "remise number in the label", [6, 7, 8, 15], [2]),
        (MATCHED, "remise number in the label", [21], [1]),
    ]
