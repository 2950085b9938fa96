"""Relevés of two other acquirers, as the text of their pages."""

from __future__ import annotations

from switch.reconciliation.findings import MATCHED
from switch.reconciliation.matching import reconcile
from switch.reconciliation.readers.recognize import side_of
from tests.reconciliation.builders import bank, sale, told
from tests.reconciliation.readers.samples import AMEX, BARID


def test_a_settlement_with_a_line_for_each_sale() -> None:
    side = side_of("a.txt", BARID.encode())
    assert side.form == "barid"
    assert [(line.place, line.amount_minor, line.second, line.card) for line in side.lines] == [
        (5, 12_500, 36_312, "950401******0019"),
        (6, 125_050, 37_840, "950402******0027"),
        (7, -2_500, 39_600, "950402******0027"),
    ]
    assert [each.place for each in side.set_aside] == [8]
    assert [each.net_minor for each in side.stated] == [133_369]


def test_its_net_is_the_credit_of_the_bank() -> None:
    found = reconcile(side_of("a.txt", BARID.encode()), bank(sale("1333.69", date="2026-02-05", label="ACQ R001")))
    assert told(found) == [(MATCHED, "net of a remise", [5, 6, 7], [1])]


def test_a_settlement_by_terminal() -> None:
    side = side_of("a.txt", AMEX.encode())
    (line,) = side.lines
    assert (side.form, line.date, line.amount_minor, line.net_minor) == ("amex", "2026-02-03", 12_500, 12_187)
    assert (line.approval_code, line.terminal_id, line.card) == ("A1B2C3", "T0000042", "9504*******0019")
    assert (line.reference, line.value_date) == ("AX900017", "2026-02-05")
