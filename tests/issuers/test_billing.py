"""What an issuer decides in its own currency, said in that of the sale."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from switch.issuers.billing import told_in_sale
from switch.rates import Rate
from switch.transaction import Decision
from tests.issuers import cast

RATE = Rate(921, 4)


def decision(code: str, reason: str = "approved", **more: Any) -> Decision:
    return Decision(response_code=code, approval_code=None, decided_by="lusitania", reason=reason, **more)


def told(made: Decision, amount_minor: int = 12_500, billed_minor: int = 1_151) -> Decision:
    asked = cast.asked(amount_minor=amount_minor)
    return told_in_sale(made, asked, evolve(asked, amount_minor=billed_minor, currency="978"), RATE)


def test_the_reason_says_what_the_sale_costs() -> None:
    assert told(decision("00")).reason == "approved; 125.00 MAD are 11.51 EUR at 0.0921"
    assert told(decision("54", "card expired 2412")).reason == "card expired 2412; 125.00 MAD are 11.51 EUR at 0.0921"


def test_what_moves_no_money_is_said_as_it_is() -> None:
    made = decision("00", carried={54: "0001978C000000500000"})
    assert told(made, 0, 0) == made


def test_a_part_is_in_the_currency_of_the_sale_and_rounded_down() -> None:
    part = told(decision("10", "a part", approved_minor=1_000))
    assert part.approved_minor == 10_857  # 10.00 / 0.0921 = 108.577…
    assert part.carried == {54: "0057504D000000012500"}


def test_a_part_is_never_more_than_was_asked() -> None:
    assert told(decision("10", approved_minor=1_151)).approved_minor == 12_497
    assert told(decision("10", approved_minor=1_152)).approved_minor == 12_500
