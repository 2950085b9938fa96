"""Verdicts: what is met, what fails and when that is sure, and what came nearest."""

from __future__ import annotations

import pytest

from switch.verification.expectation import Expectation
from switch.verification.seen_message import SeenMessage, SeenMessages
from switch.verification.verdict import ExpectationVerdict, judge, unexpected
from switch.verification.verdict_words import message_line, seen_in_words, verdict_text
from tests.verification.seen_builder import CARD, RRN, T, answer, expect, seen

REVERSAL = f"one 0420 of rrn {RRN} within 30s of its 0100"


def verdict(text: str | Expectation, *messages: SeenMessage, now: float = 0.0, ended: bool = False) -> ExpectationVerdict:
    """What becomes of one expectation so many seconds after T."""
    expectation = expect(text) if isinstance(text, str) else text
    return judge([expectation], SeenMessages(messages), begun_ms=T, now_ms=T + round(now * 1000), ended=ended)[0]


def test_a_reversal_in_time_is_met_at_once() -> None:
    found = verdict(REVERSAL, seen(1, "0100"), seen(2, "0420", 29.9, original="000001"), now=29.9)
    assert (found.state, [each.number for each in found.matched], sorted(found.used)) == ("met", [2], [1, 2])


def test_nothing_yet_is_open_until_the_original_is_too_old() -> None:
    assert verdict(REVERSAL).state == "open"
    assert verdict(REVERSAL).until_ms is None
    waiting = verdict(REVERSAL, seen(1, "0100", 1), now=30.9)
    assert (waiting.state, waiting.until_ms) == ("open", T + 31_000)
    assert verdict(REVERSAL, seen(1, "0100", 1), now=31).state == "failed"
    assert verdict(REVERSAL, ended=True).problem == "found 0, expected exactly 1"


@pytest.mark.parametrize(
    ("late", "differences"),
    [
        (seen(2, "0420", 31.24), ["time: expected within 30 s of its 0100, found 31.24 s"]),
        (seen(2, "0421", 3), ["mti: expected 0420, found 0421"]),
        (seen(2, "0420", 3, rrn="632603575797"), [f"rrn: expected {RRN}, found 632603575797"]),
        (seen(2, "0420", 3, original="000009"), ["original: expected a 0100 before it, found none"]),
        (seen(2, "0420", 3, amount=1100), ["amount: expected 12.00, as in its original, found 11.00"]),
        (seen(2, "0420", 3, amount=None), ["amount: expected 12.00, as in its original, found nothing"]),
    ],
)
def test_the_nearest_miss_is_told_element_by_element(late: SeenMessage, differences: list[str]) -> None:
    found = verdict(f"{REVERSAL}, amount equal", seen(1, "0100"), late, now=40)
    assert found.state == "failed"
    near = next(each for each in found.near if each.message.number == 2)
    assert [str(each) for each in near.differences] == differences
    assert found.near[0] == near


def test_at_most_three_near_misses_the_nearest_first_and_cards_are_masked() -> None:
    expectation = expect(f"one 0420 of card {CARD} terminal=NORIA001")
    messages = [seen(number, "0420", terminal="ONDE0001", card="4507160000000036") for number in range(1, 9)]
    found = verdict(expectation, *messages, seen(9, "0420", terminal="ONDE0001"), ended=True)
    assert [each.message.number for each in found.near] == [9, 8, 7]
    text = verdict_text(found, SeenMessages(messages), str)
    assert "terminal: expected NORIA001, found ONDE0001" in text
    assert "card: expected 450716******0010, found 450716******0036" in text
    assert CARD not in text


def test_what_has_nothing_of_it_is_no_near_miss() -> None:
    assert verdict(f"one 0420 of rrn {RRN}", seen(1, "0800", rrn=""), ended=True).near == ()


def test_more_than_expected_fails_at_once_and_is_named() -> None:
    found = verdict("one 0420", seen(1, "0420"), seen(2, "0420", 1))
    assert (found.state, found.problem) == ("failed", "found 2, expected exactly 1")
    assert [each.number for each in found.offending] == [2]
    assert verdict("at least 2 0420", seen(1, "0420"), seen(2, "0420", 1)).state == "met"
    assert verdict("at most 1 0420", seen(1, "0420"), ended=True).state == "met"
    assert verdict("at most 1 0420", seen(1, "0420"), seen(2, "0420"), ended=True).state == "failed"


def test_nothing_after_waits_and_fails_as_soon_as_something_comes() -> None:
    text = f"{REVERSAL}, nothing after"
    good = (seen(1, "0100"), seen(2, "0420", 3, original="000001"))
    assert verdict(text, *good, now=4).state == "open"
    assert verdict(text, *good, now=40, ended=True).state == "met"
    assert verdict(text, *good, seen(3, "0100", 4, rrn="000000000009"), ended=True).state == "met"  # of another transaction
    again = verdict(text, *good, seen(3, "0421", 5.5), now=6)
    assert (again.state, again.problem) == ("failed", "found 0421 2.5 s after the 0420, expected nothing after")
    for_a_while = f"{REVERSAL}, nothing after for 2s"
    assert verdict(for_a_while, *good, now=4.9).until_ms == T + 5_000
    assert verdict(for_a_while, *good, now=5).state == "met"
    assert verdict(for_a_while, *good, seen(3, "0421", 5.5), now=6).state == "met"


def test_nothing_after_where_nobody_is_named_leaves_out_network_management() -> None:
    assert verdict("one 0420, nothing after", seen(1, "0420"), seen(2, "0800", 1), ended=True).state == "met"
    assert verdict("one 0420, nothing after", seen(1, "0420"), seen(2, "0100", 1, rrn="9"), ended=True).state == "failed"


def test_absence_over_a_window_is_waited_for() -> None:
    text = f"no 0100 of card {CARD} for 5s"
    assert (verdict(text, now=4).state, verdict(text, now=4).until_ms) == ("open", T + 5_000)
    assert verdict(text, now=5).state == "met"
    assert verdict(text, seen(1, "0100", 4), now=4).state == "failed"
    assert verdict(f"no 0420 of rrn {RRN} within 10s of its 0100", seen(1, "0100", 1), now=11).state == "met"
    assert (
        verdict(f"no 0420 of rrn {RRN} within 10s of its 0100", seen(1, "0100", 1), seen(2, "0420", 12), now=12).state == "met"
    )


def test_within_without_an_original_counts_from_the_beginning() -> None:
    assert verdict("one 0420 within 2s", seen(1, "0420", 2)).state == "met"
    assert verdict("one 0420 within 2s", now=2).state == "failed"


def test_order_is_by_mti_or_by_another_expectation() -> None:
    messages = (seen(1, "0420"), seen(2, "0100", 1), seen(3, "0420", 2))
    assert [each.number for each in verdict(f"one 0420 of rrn {RRN} after 0100", *messages).matched] == [3]
    first, second = expect("one 0100", name="sale"), expect("one 0420", name="undone", after="sale")
    verdicts = judge([second, first], SeenMessages(messages), begun_ms=T, now_ms=T, ended=True)
    assert [each.state for each in verdicts] == ["met", "met"]
    alone = judge([second, first], SeenMessages(messages[:1]), begun_ms=T, now_ms=T, ended=True)[0]
    assert [str(each) for each in alone.near[0].differences] == ["order: expected after sale, found none before it"]


def test_an_answer_is_found_by_its_request_and_a_request_by_its_answer() -> None:
    request, mute = seen(1, "0100"), seen(2, "0100", 1, stan="000077")
    messages = (request, mute, answer(3, request, "91", 2))
    assert [each.number for each in verdict("one 0100 answered 91", *messages).matched] == [1]
    assert [each.number for each in verdict("one 0100 answered none", *messages).matched] == [2]
    assert [each.number for each in verdict("one 0110", *messages).matched] == [3]
    assert "answer: expected 00, found 91" in verdict_text(
        verdict("one 0100 answered 00", *messages, ended=True), SeenMessages(messages), str
    )


def test_what_was_found_is_shown_in_order_then_what_should_not_have_come_then_the_nearest() -> None:
    messages = (seen(1, "0100"), seen(2, "0100", 1), seen(3, "0100", 2, rrn="632603575797"))
    few = verdict(f"exactly 3 0100 of rrn {RRN}", *messages, ended=True)
    many = verdict(f"exactly 1 0100 of rrn {RRN}", *messages, ended=True)

    def told(failed: ExpectationVerdict) -> list[str]:
        return [line.strip().partition(",")[0] for line in verdict_text(failed, SeenMessages(messages), str).splitlines()[2:]]

    assert told(few) == [
        "found 2",
        "found: #1",
        "found: #2",
        "nearest: #3",
        f"rrn: expected {RRN}",
    ]
    assert told(many) == ["found 2", "found: #1", "too much: #2"]


def test_what_cannot_be_decoded_is_seen_and_answered_without_a_stan_of_its_own() -> None:
    broken = seen(1, "0800", stan="", fault="DE 70: found nothing")
    answered = seen(2, "0810", 1, sender="host", stan="000001", code="30")
    assert verdict("one unreadable answered 30", broken, answered).state == "met"
    assert verdict("one unreadable", seen(1, "0100"), ended=True).state == "failed"


def test_messages_to_an_issuer_are_another_way() -> None:
    forwarded = seen(2, "0100", 1, sender="host", receiver="issuer")
    assert verdict("one 0100", seen(1, "0100"), forwarded).state == "met"
    assert [each.number for each in verdict("one 0100 to the issuer", seen(1, "0100"), forwarded).matched] == [2]


def test_what_no_expectation_speaks_of_is_counted_and_the_hosts_messages_are_not() -> None:
    messages = SeenMessages([seen(1, "0100"), seen(2, "0420", 1), seen(3, "0800", 2), seen(4, "0110", 2, sender="host")])
    verdicts = judge([expect(REVERSAL)], messages, begun_ms=T, now_ms=T, ended=True)
    left = unexpected(verdicts, messages)
    assert [each.number for each in left] == [3]
    assert seen_in_words(messages, left, 3) == "the gateway sent 3 messages; no expectation speaks of 1 of them"
    assert seen_in_words(SeenMessages(), [], 0) == "the gateway sent no message"


def test_a_message_is_told_in_a_line() -> None:
    line = message_line(seen(7, "0420", fault="DE 3: found x"), lambda _: "10:00", "00")
    assert line == (
        f"#7, 10:00, gateway → host, 0420, 450716******0010, 12.00, RRN {RRN}, STAN 000007, answered 00, "
        "cannot be decoded: DE 3: found x"
    )
