"""Tests of a gateway, as a user of the plugin writes them: played by ``test_centre_fixture`` in a session of their own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest


def send(centre: Any, *options: object) -> str:
    """The gateway: what it prints of an answer, or of none."""
    command = [sys.executable, "-m", "switch", "send", "--ready-file", centre.ready_file]
    if "--network" not in options:
        command += ["--merchant", centre.merchant, "--terminal", centre.terminal]
    return subprocess.run([str(each) for each in (*command, *options)], capture_output=True, text=True, check=False).stdout


def pay(centre: Any, card: Any, *options: object) -> str:
    return send(centre, "--pan", card, "--expiry", card.expiry, *options)


def test_a_card_has_the_balance_it_was_given(centre: Any) -> None:
    card, other = centre.card(balance="500.00"), centre.card(balance="33.50")
    assert pay(centre, card, "--amount", "500.00").startswith("00")
    assert pay(centre, card, "--amount", "0.01").startswith("51")
    assert pay(centre, other, "--amount", "33.50").startswith("00")
    assert centre.card().pan not in (card.pan, other.pan)
    centre.saw(card).exactly(2, "0100").no("0420", for_=0.1)
    assert [message.mti for message in centre.requests(card=other)] == ["0100"]
    assert centre.code_of(centre.requests("0100 amount=0.01")[0]) == "51"


def test_expectations_are_checked_behind_the_last_line(centre: Any) -> None:
    card = centre.card()
    sale = centre.expect(mti="0100", card=card, amount=12_00).exactly(1).answered("00")
    undone = centre.expect(mti="0400", card=card).exactly(1).within(20, of="0100").amount_equal()
    centre.in_order(sale, undone)
    centre.expect(f"no 0420 of card {card.pan}")
    pay(centre, card, "--amount", "12.00", "--rrn", "632603575796")
    assert send(centre, "--reverse", "632603575796", "--pan", card, "--expiry", card.expiry, "--amount", "12.00").startswith(
        "00"
    )


def test_a_card_is_answered_as_it_is_told(centre: Any) -> None:
    card = centre.card().answers("ok", "silence", "ok")
    assert [pay(centre, card, "--timeout", "1")[:2] == "00" for _ in range(3)] == [True, False, True]
    assert "-> ok, silence, ok: applied 3 times" in centre.transcript()


def test_a_rule_holds_for_one_test(centre: Any) -> None:
    centre.rule("amount=12 -> 05")
    assert pay(centre, centre.card(), "--amount", "12.00").startswith("05")
    with pytest.raises(Exception, match="silense"):
        centre.rule("amount=12 -> silense")


def test_and_no_longer(centre: Any) -> None:
    assert pay(centre, centre.card(), "--amount", "12.00").startswith("00")


def test_the_clock_is_moved_over_a_cut_off_and_a_weekend(centre: Any) -> None:
    centre.clock.freeze()
    at = centre.clock.before_cut_off()
    first = centre.clock.business_date
    assert pay(centre, centre.card()).startswith("00")
    assert (centre.clock.advance("2m") - at).seconds == 120
    assert centre.clock.business_date > first
    assert pay(centre, centre.card()).startswith("00")
    assert centre.clock.next_banking_day().weekday() < 5
    assert centre.clock.value_date > centre.clock.business_date == f"{centre.clock.now:%Y-%m-%d}"
    with pytest.raises(Exception, match=r"clock: to: found 2026-01-01 00:00:00, expected .* or later"):
        centre.clock.to("2026-01-01")


@pytest.mark.switch(strict=True)
def test_strict_passes_where_all_is_expected(centre: Any) -> None:
    centre.expect("one 0800 answered 00")
    centre.expect(mti="0100").exactly(1).to("issuer")
    centre.expect(mti="0100").exactly(1)
    send(centre, "--network", "echo")
    pay(centre, centre.card())


def test_fails_with_the_nearest_miss(centre: Any) -> None:
    card = centre.card()
    pay(centre, card, "--amount", "12.00")
    centre.expect(mti="0100", card=card, amount="13.00").exactly(1)


def test_fails_by_itself_and_is_not_hidden(centre: Any) -> None:
    centre.expect("one 0420")
    raise RuntimeError("the test's own failure")


@pytest.mark.switch(strict=True)
def test_fails_strictly(centre: Any) -> None:
    pay(centre, centre.card())


def test_fails_when_something_follows(centre: Any) -> None:
    card = centre.card()
    pay(centre, card)
    pay(centre, card)
    centre.expect(mti="0100", card=card).at_least(1).then_nothing(0.1)
    centre.saw(card).exactly(2, "request").one("0100")
