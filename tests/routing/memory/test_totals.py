"""Totals: what a terminal and the centre have counted, and the batch that closes when they agree."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.merchant import BY_BATCH, BY_COMPLETION
from switch.routing.memory.totals import Batches, Totals
from switch.routing.traffic.effects import JournalReconciliation, JournalRequest
from switch.routing.traffic.events import AnswerReceived, RequestReceived, TotalsReceived
from switch.transaction import CaptureTime, ExchangeKey, IssuerAnswer, Reconciliation
from tests.support.dialogue import ATLAS, Dialogue, answered, asked, delivered, request, reversed_, shop


def totals(number: int = 1, *, terminal_id: str = "TERM0001", acquirer_id: str = "504001", **sent: int) -> TotalsReceived:
    """A 0500 of SHOP's terminal with these counters; ``terminal_id`` empty: of the whole acquirer."""
    key = ExchangeKey(acquirer_id, terminal_id, f"{900 + number:06d}", "1122200000")
    return TotalsReceived(Reconciliation(key=key, mti="0500", sent=sent, carried={}), "line 1", "ascii 127.0.0.1:4000")


def sold(talk: Dialogue, stan: int, code: str = "00", **changes: Any) -> Dialogue:
    (talk >> asked(stan, **changes)).drop()
    (talk >> answered(stan, code)).drop()
    return talk


def test_what_was_approved_is_counted_and_what_was_declined_is_not() -> None:
    talk = sold(sold(sold(Dialogue(), 1), 2, "51"), 3, message_class="financial", transaction_type="refund")
    talk >> totals(debits_count=1, debits_minor=12_500, credits_count=1, credits_minor=12_500, net_minor=0)
    talk << "journal totals 1 00: 5 totals agree" << "reply totals 1"


def test_totals_begin_anew_once_they_agreed_and_go_on_until_then() -> None:
    talk = sold(Dialogue(), 1)
    talk >> totals(1, debits_count=2)
    talk << "journal totals 2 95: debits_count 2 where Switch has 1" << "reply totals 2"
    sold(talk, 2)
    talk >> totals(2, debits_count=2) << "journal totals 1 00" << "reply totals 1"
    talk >> totals(3, debits_count=0) << "journal totals 1 00" << "reply totals 1"


def test_a_repeated_reconciliation_gets_the_same_answer() -> None:
    talk = sold(Dialogue(), 1)
    talk >> totals(1, debits_count=1) << "journal totals 1" << "reply totals 1"
    talk >> totals(1, debits_count=1) << "reply totals 1"


def test_totals_that_are_only_asked_for_close_nothing() -> None:
    talk = sold(Dialogue(), 1)
    talk >> totals(1) << "journal totals 0 00: no totals were sent to compare" << "reply totals 0"
    talk >> totals(2, debits_count=1) << "journal totals 1" << "reply totals 1"


def test_a_second_reversal_of_a_sale_counts_what_it_takes_beyond_the_first() -> None:
    talk = sold(Dialogue(), 1)
    (talk >> reversed_(1, own_stan=901, replacement_minor=10_000)).drop()
    (talk >> reversed_(1, own_stan=902, replacement_minor=4_000)).drop()
    talk >> totals(debits_count=1, debits_minor=12_500, debits_reversed_minor=2_500 + 6_000, net_minor=-4_000)
    talk << "journal totals 1" << "reply totals 1"


def test_a_terminal_counts_a_sale_for_as_long_as_anything_is_left_of_it() -> None:
    talk = sold(sold(Dialogue(), 1), 2, message_class="financial", transaction_type="refund")
    left = [(12_500, 12_500), (10_000, 12_500), (4_000, 12_500), (4_000, 5_000), (0, 5_000), (0, 0)]
    reversals = [(1, 10_000), (1, 4_000), (2, 5_000), (1, 0), (2, 0)]
    for number, (debits_minor, credits_minor) in enumerate(left):
        if number:
            stan, left_minor = reversals[number - 1]
            (talk >> reversed_(stan, own_stan=900 + number, replacement_minor=left_minor)).drop()
        counted = {
            "debits_left_count": min(debits_minor, 1),
            "debits_left_minor": debits_minor,
            "credits_left_count": min(credits_minor, 1),
            "credits_left_minor": credits_minor,
        }
        assert talk.board._batches.open(("504001", "TERM0001")).counters().items() >= counted.items()
    talk >> totals(debits_left_count=0, debits_left_minor=0, credits_left_count=0, credits_left_minor=0)
    talk << "journal totals 1 00: 4 totals agree" << "reply totals 1"


def test_reversals_are_counted_apart() -> None:
    talk = sold(sold(Dialogue(), 1), 2)
    (talk >> reversed_(1)).drop()
    (talk >> reversed_(2, own_stan=901, replacement_minor=10_000)).drop()
    talk >> totals(
        debits_count=2, debits_minor=25_000, debits_reversed_count=2, debits_reversed_minor=15_000, net_minor=-10_000
    )
    talk << "journal totals 1" << "reply totals 1"


def test_an_acquirer_as_a_whole_has_totals_of_its_own() -> None:
    talk = sold(Dialogue(), 1)
    talk >> totals(1, debits_count=1) << "journal totals 1" << "reply totals 1"
    talk >> totals(2, terminal_id="", debits_count=1) << "journal totals 1" << "reply totals 1"
    talk >> totals(3, terminal_id="OTHER001", debits_count=0) << "journal totals 1" << "reply totals 1"


def test_holds_are_authorizations_and_their_completions_debits() -> None:
    talk = sold(Dialogue(merchant=shop(capture=BY_COMPLETION)), 1)
    original = request(1).key
    (talk >> asked(2, function="advice", message_class="financial", original_key=original, amount_minor=9_000)).drop()
    talk >> totals(authorizations_count=1, debits_count=1, debits_minor=9_000)
    talk << "journal totals 1" << "reply totals 1"


def test_the_close_of_a_batch_captures_what_reversals_have_left() -> None:
    talk = Dialogue(merchant=shop(capture=BY_BATCH))
    talk >> asked(1) << "journal request 1, waits for its batch" << "forward"
    talk >> answered(1) << "journal decision 1 00 of 12500, captures nothing" << "reply 00"
    sold(sold(talk, 2), 3)
    (talk >> reversed_(2)).drop()
    (talk >> reversed_(3, own_stan=901, replacement_minor=10_000)).drop()
    talk >> totals(debits_count=3, debits_minor=37_500, debits_reversed_minor=15_000)
    talk << "journal totals 1" << "reply totals 1"
    talk << "journal request 4 for request 1" << "journal decision 4 00 of 12500: captured with its batch: request 1"
    talk << "journal request 5 for request 3" << "journal decision 5 00 of 10000: captured with its batch: request 3"
    talk >> totals(2, debits_count=0) << "journal totals 1" << "reply totals 1"


@pytest.mark.parametrize(
    ("acquirer_id", "terminal_id", "captured"),
    [
        ("504001", "TERM0001", [1]),
        ("504001", "TERM0002", [2]),
        ("504001", "", [1, 2]),
        ("504002", "TERM0001", [3]),
        ("504002", "", [3]),
    ],
)
def test_the_close_of_a_batch_captures_what_is_in_it_and_nothing_of_others(
    acquirer_id: str, terminal_id: str, captured: list[int]
) -> None:
    """Terminals of two acquirers may have one name."""
    talk = Dialogue(merchant=shop(capture=BY_BATCH))
    sellers = [("504001", "TERM0001"), ("504001", "TERM0002"), ("504002", "TERM0001")]
    for stan, (acquirer, terminal) in enumerate(sellers, start=1):
        sale = request(stan)
        sale = evolve(sale, key=sale.key._replace(acquirer_id=acquirer, terminal_id=terminal))
        (talk >> RequestReceived(sale, "line 1", "ascii 127.0.0.1:4000")).drop()
        approval = IssuerAnswer(key=sale.key, response_code="00", approval_code="A00001", reason="", carried=None)
        (talk >> AnswerReceived("atlas", approval)).drop()
    count = len(captured)
    closed = totals(terminal_id=terminal_id, acquirer_id=acquirer_id, debits_count=count, debits_minor=12_500 * count)
    effects = talk.board.handle(closed, 0.0)
    assert [effect.original_id for effect in effects if isinstance(effect, JournalRequest)] == captured


def test_what_a_batch_captured_is_reversed_where_it_counts() -> None:
    talk = sold(Dialogue(merchant=shop(capture=BY_BATCH)), 1)
    (talk >> totals(debits_count=1)).drop()
    talk >> reversed_(1)
    talk << "journal owed 1 to atlas: request 2: reversed by the acquirer" << "deliver 1"
    talk << "journal reversal of request 2, effective 00" << "reply 00"
    talk >> delivered(1) << "journal delivered 1 00"


def test_an_upload_captures_one_of_a_batch_and_the_close_the_rest() -> None:
    talk = sold(sold(Dialogue(merchant=shop(capture=BY_BATCH)), 1), 2)
    uploaded: dict[str, Any] = {"function": "advice", "message_class": "financial", "original_key": request(1).key}
    talk >> asked(3, **uploaded)
    (
        talk
        << "journal request 3 for request 1"
        << "journal owed advice 1"
        << "deliver"
        << "journal decision 3 00 of 12500"
        << "reply"
    )
    talk >> totals(debits_count=2, debits_minor=25_000)
    talk << "journal totals 1" << "reply totals 1" << "journal request 4 for request 2" << "journal decision 4 00 of 12500"


def test_a_completion_takes_the_place_of_what_a_reversal_had_left_of_its_hold() -> None:
    talk = sold(Dialogue(merchant=shop(capture=BY_BATCH)), 1)
    (talk >> reversed_(1, replacement_minor=10_000)).drop()
    told: dict[str, Any] = {"function": "advice", "message_class": "financial", "original_key": request(1).key}
    (talk >> asked(2, amount_minor=9_000, **told)).drop()
    talk >> totals(debits_count=1, debits_minor=11_500, debits_reversed_count=1, debits_reversed_minor=2_500)
    talk << "journal totals 1" << "reply totals 1"


def test_what_waits_at_an_agreement_is_of_the_terminal_or_of_the_acquirer_that_agrees() -> None:
    keys = [request(1).key, request(2).key._replace(terminal_id="TERM0002"), request(3).key._replace(acquirer_id="504002")]
    for acquirer_id, terminal_id, waiting in (("504001", "TERM0001", (1,)), ("504001", "", (1, 2)), ("504002", "", (3,))):
        talk = Dialogue()
        for stan, key in enumerate(keys, start=1):
            event = asked(stan)
            (talk >> evolve(event, authorization=evolve(event.authorization, key=key))).drop()
        (journaled, _) = talk.board.handle(totals(1, terminal_id=terminal_id, acquirer_id=acquirer_id, debits_count=0), 0.0)
        assert isinstance(journaled, JournalReconciliation)
        assert journaled.outcome.waiting == waiting


def test_totals_with_a_time_of_their_own_are_never_those_before_sent_again() -> None:
    talk = sold(Dialogue(), 1)
    first = totals(1, debits_count=1)
    (talk >> first) << "journal totals 1 00" << "reply totals 1"
    key = first.reconciliation.key._replace(transmitted_at="1122200100")
    talk >> evolve(first, reconciliation=evolve(first.reconciliation, key=key))
    talk << "journal totals 2 95: debits_count 1 where Switch has 0" << "reply totals 2"


@pytest.mark.parametrize(("count", "again"), [(2, 2), (1, 0)], ids=["they had not agreed", "they say something else"])
def test_totals_without_a_time_are_judged_anew_where_they_are_not_those_that_agreed(count: int, again: int) -> None:
    talk = sold(Dialogue(), 1)
    first = totals(1, debits_count=count)
    first = evolve(first, reconciliation=evolve(first.reconciliation, stamped=True))
    talk >> first << f"journal totals {2 if count == 2 else 1}" << "reply totals"
    if count == 2:
        sold(talk, 2)
    key = first.reconciliation.key._replace(transmitted_at="1122200100")
    later = evolve(first.reconciliation, key=key, sent={"debits_count": again})
    talk >> evolve(first, reconciliation=later) << "journal totals 1 00" << "reply totals 1"


def test_a_batch_that_is_closed_captures_as_the_card_is_routed() -> None:
    talk = sold(Dialogue(merchant=shop(capture="batch")), 1)
    captures = [each for each in talk.board.handle(totals(1, debits_count=1), 0.0) if isinstance(each, JournalRequest)]
    assert [(each.route, each.origin, each.original_id) for each in captures] == [(ATLAS, "domestic", 1)]


@pytest.mark.parametrize(
    ("kind", "capture", "counted"),
    [
        ("purchase", "now", "debits"),
        ("purchase", "batch", "debits"),
        ("purchase", "completion", "authorizations"),
        ("purchase_with_cash_back", "now", "debits"),
        ("cash_withdrawal", "now", "debits"),
        ("bill_payment", "now", "debits"),
        ("refund", "now", "credits"),
        ("refund", "batch", "credits"),
        ("refund", "completion", "authorizations"),
        ("balance_inquiry", "never", "inquiries"),
        ("other", "now", "authorizations"),
    ],
)
def test_an_approval_is_counted_by_what_it_is_and_when_it_counts(kind: str, capture: CaptureTime, counted: str) -> None:
    totals = Totals()
    totals.add(kind, 2, 700, capture)
    expected = {f"{counted}_count": 2} | ({f"{counted}_minor": 700} if counted in ("debits", "credits") else {})
    assert totals == Totals(**expected)
    totals.take_back(kind, 3, 500, 1)
    side = "credits" if kind == "refund" else "debits"
    assert totals == Totals(
        **expected, **{f"{side}_reversed_count": 3, f"{side}_reversed_minor": 500, f"{side}_undone_count": 1}
    )


def test_the_counters_of_a_batch_are_these() -> None:
    batch = Totals(*range(1, 13))
    left = {"debits_left_count": 1 - 5, "debits_left_minor": 2 - 4, "credits_left_count": 6 - 10, "credits_left_minor": 7 - 9}
    counters = batch.counters()
    assert {name: counters[name] for name in left} == left
    assert counters["net_minor"] == 7 + 4 - 2 - 9
    assert batch.plus(batch) == Totals(*range(2, 26, 2))
    assert batch.less(Totals(*[1] * 12)) == Totals(*range(12))


def test_open_totals_of_several_terminals_and_acquirers_are_taken_up_as_they_were() -> None:
    """The acquirer as a whole has agreed about 30 of terminal 1 before; terminal 2 has closed a batch that it has not."""
    open_before = {
        ("504001", "T1"): Totals(debits_count=3, debits_minor=70),
        ("504001", ""): Totals(debits_count=5, debits_minor=90),
        ("504001", "T2"): Totals(debits_count=1, debits_minor=5),
        ("504002", "T1"): Totals(credits_count=1, credits_minor=8),
        ("504002", ""): Totals(credits_count=1, credits_minor=8),
    }
    batches = Batches()
    batches.restore(open_before)
    assert {subject: batches.open(subject) for subject in open_before} == open_before
    batches.add(evolve(request(1), key=request(1).key._replace(terminal_id="T2")), 100, "now")
    assert [batches.open(("504001", terminal)).debits_minor for terminal in ("T1", "T2", "")] == [70, 105, 190]
    assert batches.open(("504002", "")).debits_minor == 0
