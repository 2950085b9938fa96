from __future__ import annotations

import string
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from switch.transfers.transfer import ID_LENGTH_MAX, PAYABLE_AGAIN, STATES, end_to_end_id_of, state_of

VERDICTS = ("accepted", "settled", "rejected", "returned", "released")


def test_the_state_is_the_same_in_any_order() -> None:
    for count in range(len(VERDICTS) + 1):
        for said in permutations(VERDICTS, count):
            assert state_of(said) == state_of(sorted(said)) == state_of([*said, *said])
            assert state_of(said) in STATES


def test_what_the_bank_may_have_paid_has_not_ended() -> None:
    """Only a return, a rejection without a settlement, or a person lets a payout be paid again."""
    for said in permutations(VERDICTS, 2):
        may_be_paid = "returned" not in said and ("rejected" not in said or ("settled" in said and "released" not in said))
        assert (state_of(said) in PAYABLE_AGAIN) != may_be_paid


@given(reference=st.text(min_size=1, max_size=60), attempt=st.integers(1, 9_999))
def test_an_id_is_short_and_plain(reference: str, attempt: int) -> None:
    found = end_to_end_id_of(reference, attempt)
    assert 1 <= len(found) <= ID_LENGTH_MAX
    assert set(found) <= set(string.ascii_letters + string.digits + ".-/")
    assert not found.startswith("/")


@given(st.lists(st.tuples(st.text(min_size=1, max_size=50), st.integers(1, 99)), unique=True, max_size=20))
def test_two_attempts_never_have_one_id(attempts: list[tuple[str, int]]) -> None:
    assert len({end_to_end_id_of(*each) for each in attempts}) == len(attempts)
