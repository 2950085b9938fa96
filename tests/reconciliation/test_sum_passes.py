"""Credits against remises: by the number in the label, by the net, by all of a date."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from switch.reconciliation.findings import DIFFERENCE, MATCHED, UNMATCHED
from switch.reconciliation.matching import reconcile
from switch.reconciliation.movement import Movement, Stated
from tests.reconciliation.builders import TUESDAY, WEDNESDAY, bank, releve, sale, till, told
from tests.reconciliation.test_matching import contents, copies

LABEL = "VENTE PAR CARTE 000285"


def remise(number: str, *amounts: str, date: str = TUESDAY) -> list[Movement]:
    return [sale(amount, remise=number, remise_date=date, date=date) for amount in amounts]


def stated(number: str, net_minor: int, date: str = TUESDAY) -> Stated:
    return Stated(place=1, remise=number, date=date, currency="504", net_minor=net_minor)


def test_the_number_in_the_label_names_the_remise() -> None:
    of = releve(*remise("285", "10.00", "20.00"), stated=[stated("285", 2934)])
    found = reconcile(of, bank(sale("29.34", date=WEDNESDAY, label=LABEL)))
    assert told(found) == [(MATCHED, "remise number in the label", [1, 2], [1])]
    assert (found.findings[0].left_minor, found.findings[0].note) == (2934, "RIGHT is 1 day later")


def test_the_same_number_with_another_amount_is_a_difference() -> None:
    of = releve(*remise("285", "10.00", "20.00"), stated=[stated("285", 2934)])
    found = reconcile(of, bank(sale("29.00", date=WEDNESDAY, label=LABEL)))
    assert told(found) == [(DIFFERENCE, "remise number with another amount", [1, 2], [1])]
    assert found.findings[0].difference_minor == 34


def test_a_terminal_has_a_remise_a_day_and_each_finds_its_own() -> None:
    lines = [*remise("285", "10.00"), *remise("285", "10.00", date=WEDNESDAY)]
    of = releve(*lines, stated=[stated("285", 990), stated("285", 990, WEDNESDAY)])
    of_bank = [sale("9.90", date="2026-02-05", label=LABEL), sale("9.90", date=WEDNESDAY, label=LABEL)]
    assert sorted(told(reconcile(of, bank(*of_bank)))) == [
        (MATCHED, "remise number in the label", [1], [2]),
        (MATCHED, "remise number in the label", [2], [1]),
    ]


def test_the_reference_of_a_payout_names_it_and_sums_its_nets() -> None:
    of = releve(
        sale("10.00", reference="ONDE-20260203", net_minor=980), sale("20.00", reference="ONDE-20260203", net_minor=1960)
    )
    found = reconcile(of, bank(sale("29.40", label="VIR RECU ONDE-20260203")))
    assert told(found) == [(MATCHED, "remise number in the label", [1, 2], [1])]


def test_the_net_alone_and_all_of_a_date() -> None:
    lines = [*remise("1", "10.00"), *remise("2", "20.00"), *remise("3", "30.00", date=WEDNESDAY)]
    of = releve(*lines)
    found = reconcile(of, bank(sale("30.00", date=WEDNESDAY, label="VIREMENT"), sale("30.00", date="2026-02-05")))
    assert told(found) == [
        (MATCHED, "net of all remises of a date", [1, 2], [2]),
        (MATCHED, "net of a remise", [3], [1]),
    ]


def test_a_label_that_names_another_remise_is_no_net_of_this_one() -> None:
    lines = [*remise("285", "10.00"), *remise("286", "10.00", "5.00")]
    found = reconcile(releve(*lines), bank(sale("10.00", label="VENTE PAR CARTE 000286")))
    assert told(found)[0] == (DIFFERENCE, "remise number with another amount", [2, 3], [1])


def test_the_till_of_a_day_and_its_credit_differ_by_the_charges() -> None:
    found = reconcile(till(sale("10.00", "09:00"), sale("20.00", "10:00")), bank(sale("29.40", date=WEDNESDAY)))
    assert told(found) == [(DIFFERENCE, "date with another amount", [1, 2], [1])]
    assert found.findings[0].difference_minor == 60


def test_other_credits_are_no_remises() -> None:
    found = reconcile(releve(sale("10.00")), bank(sale("500.00", label="VIREMENT SALAIRE"), sale("-3.00")))
    assert [finding.outcome for finding in found.findings] == [UNMATCHED] * 3


sales = st.builds(
    Movement,
    st.just(0),
    st.sampled_from([1000, 2000, 3000, -1000]),
    st.just("504"),
    st.sampled_from([TUESDAY, WEDNESDAY]),
    remise=st.sampled_from(["", "285", "286"]),
    remise_date=st.sampled_from([TUESDAY, WEDNESDAY]),
)
credits_of_bank = st.builds(
    Movement,
    st.just(0),
    st.sampled_from([1000, 2000, 3000, 4000, 5000, -1000]),
    st.just("504"),
    st.sampled_from([TUESDAY, WEDNESDAY, "2026-02-06"]),
    label=st.sampled_from(["", LABEL, "VENTE PAR CARTE 000286"]),
)


@given(st.lists(sales, max_size=8), st.lists(credits_of_bank, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_credits_plays_no_part(left: list[Movement], right: list[Movement], chance: random.Random) -> None:
    before = contents(releve(*copies(left)), bank(*copies(right)))
    chance.shuffle(left)
    chance.shuffle(right)
    assert contents(releve(*copies(left)), bank(*copies(right))) == before
