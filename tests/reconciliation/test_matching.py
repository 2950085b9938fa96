"""Two sides reconciled: sales by the strongest key that both have, and what is said of the lines that are left."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.reconciliation.findings import DIFFERENCE, MATCHED, UNMATCHED
from switch.reconciliation.matching import Windows, reconcile
from switch.reconciliation.movement import Movement, Side, Stated, content_of, scoped
from tests.reconciliation.builders import (
    CARD,
    OTHER_CARD,
    TUESDAY,
    WEDNESDAY,
    bank,
    releve,
    sale,
    side,
    till,
    told,
)


def matched(left: list[Movement], right: list[Movement], **windows: int) -> list[tuple[str, str, list[int], list[int]]]:
    return told(reconcile(till(*left), releve(*right), Windows(**windows)))


def test_the_rrn_is_the_strongest_key() -> None:
    left = [sale("10.00", rrn="000000000001"), sale("10.00", rrn="000000000002")]
    right = [sale("10.00", rrn="000000000002", date=WEDNESDAY), sale("10.00", rrn="000000000001")]
    assert matched(left, right) == [(MATCHED, "RRN", [1], [2]), (MATCHED, "RRN", [2], [1])]


def test_stan_date_and_amount() -> None:
    assert matched([sale("10.00", stan="7")], [sale("10.00", stan="7")]) == [(MATCHED, "STAN + date + amount", [1], [1])]


def test_approval_code_card_and_amount_of_another_date() -> None:
    left = sale("10.00", approval_code="A1", card=CARD)
    right = sale("10.00", approval_code="A1", card="****0019", date="2026-02-20")
    assert matched([left], [right]) == [(MATCHED, "approval code + card + amount", [1], [1])]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"rrn": "000000000001"}, "RRN with another amount"),
        ({"approval_code": "A1", "card": CARD}, "approval code + card with another amount"),
        ({"stan": "7", "card": CARD}, "STAN + date + card with another amount"),
    ],
)
def test_the_same_key_with_another_amount_is_a_difference(said: dict[str, str], name: str) -> None:
    found = reconcile(till(sale("10.00", **said)), releve(sale("9.50", **said)))
    assert told(found) == [(DIFFERENCE, name, [1], [1])]
    assert found.findings[0].difference_minor == 50
    assert not found.agrees


def test_the_only_lines_of_a_card_and_a_date_are_a_difference() -> None:
    left = [sale("64.00", "11:30", card=CARD), sale("9.00", card=OTHER_CARD), sale("8.00", card=OTHER_CARD)]
    found = matched(left, [sale("46.00", card=CARD), sale("7.00", card=OTHER_CARD)])
    assert found[0] == (DIFFERENCE, "card + date with another amount", [1], [1])
    assert [outcome for outcome, *_ in found[1:]] == [UNMATCHED] * 3


def test_amount_and_time_within_the_window() -> None:
    near, late = sale("10.00", "10:00", terminal_id="T1"), sale("12.00", "10:00", terminal_id="T1")
    right = [sale("10.00", "10:20"), sale("12.00", "10:21")]
    assert matched([near, late], right) == [
        (MATCHED, "amount + time", [1], [1]),
        (UNMATCHED, "", [2], []),
        (UNMATCHED, "", [], [2]),
    ]
    assert matched([near, late], right, minutes=21)[1] == (MATCHED, "amount + time", [2], [2])


def test_the_nearest_in_time_find_each_other_first() -> None:
    left = [sale("10.00", "10:00", terminal_id="T1"), sale("10.00", "10:10", terminal_id="T1")]
    right = [sale("10.00", "10:10"), sale("10.00", "10:25")]
    assert matched(left, right) == [
        (MATCHED, "amount + time", [2], [1]),
        (UNMATCHED, "", [1], []),
        (UNMATCHED, "", [], [2]),
    ]


def test_online_sales_have_days() -> None:
    left = [sale("10.00", "10:00", channel="online"), sale("12.00", "10:00", channel="terminal")]
    right = [sale("10.00", date="2026-02-06"), sale("12.00", date="2026-02-06")]
    found = reconcile(till(*left), releve(*right))
    assert told(found)[0] == (MATCHED, "amount + date", [1], [1])
    assert found.findings[0].note == "RIGHT is 3 days later"
    assert [finding.outcome for finding in found.findings[1:]] == [UNMATCHED, UNMATCHED]
    assert told(reconcile(till(*left), releve(*right), Windows(days=2)))[0][0] == UNMATCHED


def test_lines_without_channel_and_terminal_are_days_apart_only_without_times() -> None:
    timed, later = sale("10.00", "10:00"), {"date": "2026-02-05"}
    assert matched([timed], [sale("10.00", "18:00")])[0] == (MATCHED, "amount + date", [1], [1])
    assert matched([timed], [sale("10.00", "10:00", **later)])[0][0] == UNMATCHED
    assert matched([timed], [sale("10.00", **later)])[0] == (MATCHED, "amount + date", [1], [1])
    assert matched([sale("10.00")], [sale("10.00", "10:00", **later)])[0] == (MATCHED, "amount + date", [1], [1])


def test_another_card_or_another_reference_is_another_sale() -> None:
    assert matched([sale("10.00", "10:00", card=CARD)], [sale("10.00", "10:00", card=OTHER_CARD)])[0][0] == UNMATCHED
    left = [sale("10.00", "10:00", rrn="1"), sale("12.00", rrn="3")]
    assert matched(left, [sale("10.00", "10:00", rrn="2"), sale("12.00", rrn="3")])[1][0] == UNMATCHED
    # where no reference is common to both files, they are of two kinds, and say nothing
    assert matched(left[:1], [sale("10.00", "10:00", rrn="2")])[0][0] == MATCHED


def test_a_split_payment_by_its_ticket_and_by_time() -> None:
    by_ticket = [sale("200.00", "10:00", ticket="A"), sale("100.00", "10:01", ticket="A")]
    by_time = [sale("5.00", "12:00"), sale("3.00", "12:01")]
    assert matched([*by_ticket, *by_time], [sale("300.00", "10:02"), sale("8.00", "12:03")]) == [
        (MATCHED, "split payment by ticket", [1, 2], [1]),
        (MATCHED, "split payment by time", [3, 4], [2]),
    ]
    assert matched([sale("8.00", "12:03")], by_time) == [(MATCHED, "split payment by time", [1], [1, 2])]


def test_two_ways_to_split_are_none() -> None:
    parts = [sale("5.00", "12:00"), sale("3.00", "12:01"), sale("5.00", "12:02")]
    assert all(outcome == UNMATCHED for outcome, *_ in matched(parts, [sale("8.00", "12:03")]))


def test_a_line_that_comes_twice_says_which_it_repeats() -> None:
    found = reconcile(till(sale("10.00", rrn="1")), releve(sale("10.00", rrn="1"), sale("10.00", rrn="1")))
    (left_over,) = [finding for finding in found.findings if finding.outcome == UNMATCHED]
    assert left_over.note == f"repeats line {3 - left_over.right[0].place}, which is matched"


def test_lines_that_one_relevé_lacks_are_told_by_remise() -> None:
    of = {"remise": "285", "remise_date": TUESDAY}
    pdf = [sale("10.00", stan="1", **of), sale("12.00", stan="2", **of), sale("14.00", stan="3", **of)]
    found = reconcile(releve(*pdf), releve(sale("10.00", "10:00", stan="1"), sale("14.00", "11:00", stan="3")))
    (lost,) = found.lost
    assert (lost.side, lost.of, lost.line_count, lost.amount_minor, lost.has_count) == (
        "right", f"remise 285 of {TUESDAY}", 1, 1200, 2,
    )  # fmt: skip


def test_totals_that_lines_do_not_come_to_are_told() -> None:
    stated = Stated(place=1, remise="285", date=TUESDAY, currency="504", gross_minor=2500)
    of = releve(sale("10.00", remise="285", remise_date=TUESDAY), stated=[stated])
    (lost,) = reconcile(till(sale("10.00")), of).lost
    assert (lost.side, lost.line_count, lost.amount_minor) == ("right", 0, 1500)


def test_the_totals_of_the_classes_are_those_of_the_files() -> None:
    left, right = till(sale("10.00", rrn="1"), sale("7.00")), releve(sale("9.00", rrn="1"), sale("3.00"), sale("-2.00"))
    totals = reconcile(left, right).totals()
    assert [(total.outcome, total.left_minor, total.right_minor) for total in totals] == [
        (MATCHED, 0, 0),
        (DIFFERENCE, 1000, 900),
        (UNMATCHED, 700, 100),
    ]


def test_only_lines_with_the_label_are_of_a_bank() -> None:
    both = bank(sale("10.00", label="Vente par carte 000285"), sale("-3.00", label="Frais de tenue"))
    kept = scoped(both, ["VENTE PAR CARTE"])
    assert ([line.place for line in kept.lines], kept.out_of_scope_count) == ([1], 1)
    assert scoped(both, []) is both
    assert scoped(till(sale("1.00")), ["x"]).lines


LINES_OF_A_LARGE_FILE = 100_000
CPU_SECONDS_MAX = 30.0  #: ten times what a quiet machine takes


@pytest.mark.long
@pytest.mark.parametrize("keys", [True, False])
def test_a_hundred_thousand_lines_a_side_take_seconds(keys: bool) -> None:
    chance = random.Random(20260203)

    def large() -> list[Movement]:
        return [
            Movement(
                0,
                chance.choice([1_000, 2_500, chance.randrange(100, 200_000)]),
                "504",
                f"2026-02-{1 + number % 28:02d}",
                chance.randrange(86_400),
                stan=str(number) if keys else "",
                card=f"9504{number % 90 + 10}******{number % 10_000:04d}" if keys else "",
            )
            for number in range(LINES_OF_A_LARGE_FILE)
        ]

    left, right = large(), large()
    start = time.process_time()
    found = reconcile(side(left), side(right, "releve"))
    assert time.process_time() - start < CPU_SECONDS_MAX
    assert {finding.outcome for finding in found.findings} > {MATCHED}


lines = st.builds(
    Movement,
    st.just(0),
    st.sampled_from([1000, 1000, 2000, 3000, -1000]),
    st.just("504"),
    st.sampled_from([TUESDAY, WEDNESDAY]),
    st.sampled_from([None, 36_000, 36_300, 39_600]),
    st.none(),
    st.sampled_from(["", "", "000000000001", "000000000002"]),
    st.sampled_from(["", "7", "8"]),
    st.sampled_from(["", "A1"]),
    st.sampled_from(["", CARD, OTHER_CARD]),
    st.sampled_from(["", "T1"]),
    st.sampled_from(["", "online", "terminal"]),
    ticket=st.sampled_from(["", "A"]),
)


def copies(of: list[Movement]) -> list[Movement]:
    import attrs

    return [attrs.evolve(line) for line in of]


def contents(left: Side, right: Side) -> list[Any]:
    """Findings without places: lines of one content may stand for one another."""
    return sorted(
        (
            finding.outcome,
            finding.by,
            sorted(map(content_of, finding.left)),
            sorted(map(content_of, finding.right)),
        )
        for finding in reconcile(left, right).findings
    )


@given(st.lists(lines, max_size=12), st.lists(lines, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_plays_no_part(left: list[Movement], right: list[Movement], chance: random.Random) -> None:
    before = contents(side(copies(left)), side(copies(right), "releve"))
    chance.shuffle(left)
    chance.shuffle(right)
    assert contents(side(copies(left)), side(copies(right), "releve")) == before


@given(st.lists(lines, max_size=12))
def test_a_file_agrees_with_itself(of: list[Movement]) -> None:
    assert reconcile(side(copies(of)), side(copies(of), "releve")).agrees


@given(st.lists(lines, max_size=10), st.lists(lines, max_size=10))
def test_every_line_stands_in_one_class(left: list[Movement], right: list[Movement]) -> None:
    found = reconcile(side(left), side(right, "releve"))
    assert sorted(line.place for finding in found.findings for line in finding.left) == [*range(1, len(left) + 1)]
    assert sorted(line.place for finding in found.findings for line in finding.right) == [*range(1, len(right) + 1)]
    assert sum(finding.difference_minor for finding in found.findings) == sum(line.amount_minor for line in left) - sum(
        line.amount_minor for line in right
    )
