from __future__ import annotations

from switch.issuers.cards.product import DAY_MS, WEEK_MS
from switch.issuers.cards.uses import Uses


def test_a_debit_counts_until_exactly_so_much_time_has_passed() -> None:
    uses = Uses()
    uses.add("a", 1_000, 500)

    assert uses.within(DAY_MS, 1_000 + DAY_MS - 1) == (1, 500)
    assert uses.within(DAY_MS, 1_000 + DAY_MS) == (0, 0)
    assert uses.within(WEEK_MS, 1_000 + DAY_MS) == (1, 500)
    assert uses.within(WEEK_MS, 1_000 + WEEK_MS) == (0, 0)


def test_what_was_reversed_counts_no_more() -> None:
    uses = Uses()
    for key in "abc":
        uses.add(key, 1_000, 500)

    uses.take_off("a", 500)
    uses.take_off("b", 200)
    uses.take_off("never made", 100)

    assert uses.within(DAY_MS, 2_000) == (2, 800)
    uses.take_off("b", 300)
    assert uses.within(DAY_MS, 2_000) == (1, 500)


def test_a_debit_of_more_than_a_week_ago_is_forgotten_and_its_reversal_changes_nothing() -> None:
    uses = Uses()
    uses.add("old", 0, 500)
    uses.add("new", WEEK_MS, 100)

    assert uses.within(WEEK_MS, WEEK_MS) == (1, 100)
    uses.take_off("old", 500)
    assert uses.within(WEEK_MS, WEEK_MS) == (1, 100)
