"""What a rule at an issuer may order of what rules at the host may."""

from __future__ import annotations

import pytest

from switch.errors import SpecError
from switch.scenarios.host_rule import HostRule


@pytest.mark.parametrize("order", ["hold", "ok + hold", "refuse 30s", "05, hold"])
def test_what_only_the_host_can_do_is_a_mistake(order: str) -> None:
    with pytest.raises(SpecError, match=r"then: found (hold|refuse) at an issuer, expected .* in a rule at the host"):
        HostRule.from_line(f"at=issuer any -> {order}", number=1, names={})


@pytest.mark.parametrize("order", ["partial 30.00", "balance 500.00", "dialect bcd", "half open", "late uniform 1s..3s"])
def test_the_other_orders_of_the_host_are_good_there(order: str) -> None:
    rule = HostRule.from_line(f"at=issuer state=tried -> {order}", number=1, names={})
    assert rule.in_words.endswith(order)
