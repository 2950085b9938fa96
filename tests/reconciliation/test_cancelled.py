"""A sale and what takes it back come to nothing, and need nothing on the other side."""

from __future__ import annotations

from switch.reconciliation.findings import MATCHED, UNMATCHED
from switch.reconciliation.matching import reconcile
from tests.reconciliation.builders import CARD, OTHER_CARD, releve, sale, till, told

PAIR: tuple[str, str, list[int], list[int]] = (MATCHED, "cancelled pair", [1, 2], [])


def test_a_pair_with_one_rrn_needs_no_line_on_the_other_side() -> None:
    found = reconcile(till(sale("10.00", rrn="1"), sale("-10.00", rrn="1"), sale("4.00")), releve(sale("4.00")))
    assert PAIR in told(found)
    assert found.agrees


def test_a_cancelled_sale_that_the_other_side_presents_is_its_line() -> None:
    found = reconcile(till(sale("10.00", rrn="1"), sale("-10.00", rrn="1")), releve(sale("10.00", rrn="1")))
    assert told(found) == [PAIR, (UNMATCHED, "", [], [1])]


def test_both_sides_fold_their_own_pairs() -> None:
    pair = [("10.00", "000000000001"), ("-10.00", "000000000001")]
    found = reconcile(till(*(sale(*of[:1], rrn=of[1]) for of in pair)), releve(*(sale(*of[:1], rrn=of[1]) for of in pair)))
    assert told(found) == [PAIR, (MATCHED, "cancelled pair", [], [1, 2])]


def test_without_a_reference_the_card_and_the_time_say_it() -> None:
    assert told(reconcile(till(sale("10.00", "10:00", card=CARD), sale("-10.00", "10:05", card=CARD)), releve())) == [PAIR]
    assert told(reconcile(till(sale("10.00", "10:00"), sale("-10.00", "10:05")), releve())) == [PAIR]


def test_another_card_or_a_refund_before_the_sale_is_no_cancellation() -> None:
    for other in (sale("-10.00", "10:05", card=OTHER_CARD), sale("-10.00", "09:55", card=CARD)):
        found = reconcile(till(sale("10.00", "10:00", card=CARD), other), releve())
        assert {finding.outcome for finding in found.findings} == {UNMATCHED}
    late = reconcile(till(sale("10.00", "10:00"), sale("-10.00", "10:21")), releve())
    assert {finding.outcome for finding in late.findings} == {UNMATCHED}
