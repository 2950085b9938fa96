"""A switch that starts on the journal of another knows what the other knew."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from switch.centre.traffic.turn import Turn
from switch.data_folder.vault import Vault
from switch.journal import reader
from switch.journal.journal import Batch, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.merchant import BY_BATCH, BY_COMPLETION, ContractCapture
from switch.routing.handling import reversals
from switch.routing.memory import history
from switch.routing.memory.past import DecidedRequest
from switch.routing.memory.totals import IN_BALANCE
from switch.routing.switchboard import Switchboard
from switch.routing.table.stand_in import StandIn
from switch.routing.traffic.effects import (
    Deliver,
    Effect,
    Forward,
    JournalOccurrence,
    JournalReconciliation,
    JournalRequest,
    JournalReversal,
    Reply,
    ReplyReversal,
    ReplyTotals,
)
from switch.routing.traffic.events import DeliveryAnswered, Event, IssuerDown, IssuerUp, TotalsReceived
from tests.routing.memory.test_totals import totals
from tests.support.dialogue import (
    ATLAS,
    ATLAS_CARD,
    SHOP,
    answered,
    asked,
    by_stan_alone,
    request,
    reversed_,
    switchboard,
)
from tests.support.said import Said

LIMITS = StandIn(amount_max_minor=50_000, count_max=3, channels=frozenset({"chip"}))
NOW_MS = 1_795_341_600_000


class Kept:
    """A switchboard whose effects go into a journal on the disk, and an issuer that approves all."""

    def __init__(self, folder: Path, capture: ContractCapture) -> None:
        self.folder, self.capture = folder, capture
        self.journal = SqliteJournal(folder / JOURNAL_FILE, Vault.open(folder))
        if self.journal.open_date() is None:
            self.journal.open_business_date("2026-11-22", "operator", NOW_MS)
        beginning = self.journal.beginning()
        self.board = switchboard(
            up=(),
            merchant=evolve(SHOP, capture=capture, over_basis_points=1_000),
            atlas=evolve(ATLAS, stand_in=LIMITS),
            archive=self.journal.archive,
            first_request_id=beginning.first_request_id,
            first_delivery_id=beginning.first_delivery_id,
        )
        self.clock: Iterator[int] = itertools.count(NOW_MS)
        self._perform(self.board.recover(beginning.recovery, 0.0))

    def handle(self, event: Event) -> None:
        self._perform(self.board.handle(event, 0.0))

    def write_down(self, effects: list[Effect]) -> None:
        """Only that: nobody answers yet."""
        Turn(self._commit, Said(), lambda notice: None).perform(effects, 0.0)

    def _perform(self, effects: list[Effect]) -> None:
        Turn(self._commit, Said(self._answer), lambda notice: None).perform(effects, 0.0)

    def _commit(self, batch: Batch) -> None:
        self.journal.commit(batch, next(self.clock))

    def _answer(self, effect: Effect) -> None:
        if isinstance(effect, Forward):
            self.handle(answered(int(effect.authorization.key.stan)))
        elif isinstance(effect, Deliver):
            delivery = effect.delivery
            self.handle(DeliveryAnswered("atlas", delivery.stan, "00", delivery.kind))

    def restarted(self) -> Kept:
        self.journal.close()
        return Kept(self.folder, self.capture)


def knowledge(board: Switchboard) -> dict[str, Any]:
    """What a switchboard knows, in values that can be compared."""
    batches = board._reconciler.batches
    subjects = [("504001", terminal_id) for terminal_id in ("TERM0001", "")]
    waiting = {
        subject: sorted(key for key in batch if (past := board._history.find(key)) and past.held)
        for subject, batch in board._reconciler._uncaptured.items()
    }
    return {
        "totals": {subject: batches.open(subject).counters() for subject in subjects},
        "uncaptured": {subject: keys for subject, keys in waiting.items() if keys},
        "past": {past.authorization.key: _facts(past) for past in board._history._memory.values()},
        "owed": [(d.delivery_id, d.kind, d.stan, d.message_reason, d.replacement_minor) for d in _owed(board)],
        "untold": {pan.digits: count for pan, count in board._outbox._stand_ins._untold.items()},
    }


def _facts(past: DecidedRequest) -> tuple[Any, ...]:
    increments = tuple(past.increments) if past.held else ()
    return (past.request_id, past.capture, past.remaining_minor, past.decision.response_code, past.completed_by, increments)


def _owed(board: Switchboard) -> Iterator[Any]:
    for queue in board._outbox._deliveries._queues.values():
        yield from queue.waiting


def _completion(stan: int, of: int, amount_minor: int) -> Event:
    told: dict[str, Any] = {"function": "advice", "message_class": "financial", "advised_code": "00"}
    return asked(stan, amount_minor=amount_minor, original_key=request(of).key, **told)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "sell",
                "hold",
                "add",
                "complete",
                "reverse",
                "misstate",
                "reduce",
                "totals",
                "away",
                "back",
                "decline",
                "refund",
                "settle",
            )
        ),
        st.integers(1, 12),
    ),
    max_size=25,
)


def _events(steps: list[tuple[str, int]]) -> Iterator[Event]:  # noqa: C901  (a table of one line a step)
    for stan, (step, which) in enumerate(steps, start=1):
        of = min(which, stan)
        match step:
            case "sell":
                yield asked(stan)
            case "refund":
                yield asked(stan, transaction_type="refund", message_class="financial")
            case "hold":
                yield asked(stan, pre_authorized=True)
            case "add":
                yield asked(stan, pre_authorized=True, original_key=request(of).key, amount_minor=1_000)
            case "complete":
                yield _completion(stan, of, 11_000)
            case "settle":
                yield _completion(stan, of, 5_000)
            case "reverse":
                yield reversed_(of, own_stan=900 + stan)
            case "misstate":
                yield reversed_(of, own_stan=900 + stan, amount_minor=99)
            case "reduce":
                yield reversed_(of, own_stan=900 + stan, replacement_minor=5_000)
            case "totals":
                yield totals(stan)
                yield totals(stan + 50, inquiries_count=0)
            case "away":
                yield IssuerDown("atlas", "gone", lost=True)
            case "back":
                yield IssuerUp("atlas")
            case "decline":
                yield asked(stan, merchant_id="NOBODY")


@pytest.mark.parametrize("capture", ["cut_off", BY_COMPLETION, BY_BATCH])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("hold", 1), ("add", 1), ("complete", 1)])
@example(steps=[("hold", 1), ("add", 1), ("add", 2), ("complete", 1)])
@example(steps=[("hold", 1), ("add", 1), ("reverse", 1)])
@example(steps=[("sell", 1), ("reduce", 1), ("settle", 1)])
@example(steps=[("sell", 1), ("sell", 1), ("refund", 1), ("complete", 3)])
@example(steps=[("sell", 1), ("misstate", 1), ("reverse", 1)])
@example(steps=[("sell", 1), ("misstate", 1), ("complete", 1)])
@example(steps=[("away", 1), ("sell", 1), ("sell", 1), ("reverse", 2)])
def test_a_restart_forgets_nothing(
    tmp_path_factory: pytest.TempPathFactory, capture: ContractCapture, steps: list[tuple[str, int]]
) -> None:
    kept = Kept(tmp_path_factory.mktemp("journal"), capture)
    kept.handle(IssuerUp("atlas"))
    for event in _events(steps):
        kept.handle(event)
    before = knowledge(kept.board)
    again = kept.restarted()
    assert knowledge(again.board) == before
    again.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_a_repeat_of_long_ago_gets_the_answer_of_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restarted: bool
) -> None:
    monkeypatch.setattr(history, "REMEMBERED_MAX", 2)
    monkeypatch.setattr(reader, "REMEMBERED_MAX", 2)
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    for stan in range(1, 9):
        kept.handle(asked(stan))
    kept = kept.restarted() if restarted else kept
    effects = kept.board.handle(asked(1, "line 9"), 0.0)
    assert [type(effect) for effect in effects] == [JournalOccurrence, Reply]
    assert (effects[0].request_id, effects[1].decision.response_code) == (1, "00")  # type: ignore[union-attr]
    kept.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_what_waited_when_a_batch_was_closed_counts_in_the_next(tmp_path: Path, restarted: bool) -> None:
    kept = Kept(tmp_path, BY_BATCH)
    kept.handle(IssuerUp("atlas"))
    kept.write_down(kept.board.handle(asked(1), 0.0))
    kept.handle(totals(1, debits_count=0))
    kept.handle(answered(1))
    kept = kept.restarted() if restarted else kept
    (journaled, *_) = kept.board.handle(totals(2, debits_count=1, debits_minor=12_500), 0.0)
    assert isinstance(journaled, JournalReconciliation)
    assert journaled.outcome.settlement_code == IN_BALANCE
    kept.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_a_void_that_was_refused_is_judged_anew_when_it_comes_again(tmp_path: Path, restarted: bool) -> None:
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    early = reversed_(1)
    void = evolve(early, reversal=evolve(early.reversal, mti="0200"))
    kept.handle(void)
    kept.handle(asked(1))
    kept = kept.restarted() if restarted else kept
    *_, reply = kept.board.handle(void, 0.0)
    assert isinstance(reply, ReplyReversal)
    assert reply.response_code == "00"
    kept.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_what_an_acquirer_has_agreed_as_a_whole_stays_agreed(tmp_path: Path, restarted: bool) -> None:
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    kept.handle(asked(1))
    kept.handle(totals(1, terminal_id="", debits_count=1))
    kept = kept.restarted() if restarted else kept
    batches = kept.board._reconciler.batches
    counted = [batches.open(("504001", terminal)).debits_count for terminal in ("", "TERM0001")]
    assert counted == [0, 1]
    kept.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_what_a_terminal_has_closed_its_acquirer_as_a_whole_has_still_to_agree_to(tmp_path: Path, restarted: bool) -> None:
    kept = Kept(tmp_path, BY_BATCH)
    kept.handle(IssuerUp("atlas"))
    for stan in (1, 2, 3):
        kept.handle(asked(stan))
    kept.handle(reversed_(1, own_stan=901))
    kept.handle(reversed_(2, own_stan=902, replacement_minor=5_000))
    kept.handle(totals(1, debits_count=3))
    kept = kept.restarted() if restarted else kept
    batches = kept.board._reconciler.batches
    whole, terminal = (batches.open(("504001", terminal_id)).counters() for terminal_id in ("", "TERM0001"))
    assert (whole["debits_count"], whole["debits_minor"], whole["debits_reversed_minor"]) == (3, 37_500, 20_000)
    assert (whole["debits_left_count"], whole["debits_left_minor"]) == (2, 17_500)
    assert not any(terminal.values())
    (journaled, *_) = kept.board.handle(totals(2, terminal_id="", debits_count=3, debits_reversed_count=2), 0.0)
    assert isinstance(journaled, JournalReconciliation)
    assert journaled.outcome.settlement_code == IN_BALANCE
    kept.journal.close()


@pytest.mark.parametrize("terminal_id", ["TERM0001", ""])
@pytest.mark.parametrize("moment", ["one turn", "one millisecond", "clock set back"])
@pytest.mark.parametrize("order", ["TR", "RT", "RTR", "TRT", "TRTR", "RRTRTTR"])
def test_a_reversal_counts_in_the_batch_that_was_open_when_it_came(
    tmp_path: Path, order: str, moment: str, terminal_id: str
) -> None:
    """T is the close of a batch whose totals agree, R the reversal of a sale."""
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    for stan in range(1, len(order) + 1):
        kept.handle(asked(stan))
    if moment != "one turn":
        kept.clock = itertools.count(NOW_MS + 10_000, -1 if moment == "clock set back" else 0)
    batches, effects, subject = kept.board._reconciler.batches, list[Effect](), ("504001", terminal_id)
    for place, what in enumerate(order, start=1):
        agree = partial(totals, place, terminal_id=terminal_id, debits_count=batches.open(subject).debits_count)
        effects += kept.board.handle(reversed_(place, own_stan=900 + place) if what == "R" else agree(), 0.0)
        if moment != "one turn":
            kept.write_down(effects)
            effects.clear()
    kept.write_down(effects)
    before = {subject: batches.open(subject).counters() for subject in (("504001", "TERM0001"), ("504001", ""))}
    assert before[subject]["debits_reversed_count"] == len(order) - 1 - order.rindex("T")
    again = kept.restarted()
    assert {subject: again.board._reconciler.batches.open(subject).counters() for subject in before} == before
    again.journal.close()


@pytest.mark.parametrize("terminal_id", ["TERM0001", ""])
@pytest.mark.parametrize("moment", ["one millisecond", "clock set back", "restarted", "restarted, clock set back"])
@pytest.mark.parametrize("turns", ["TT R", "TTT R", "TT RT R", "RT TTR R", "T T R", "RR TTT RTT RR R"])
def test_it_does_so_however_many_batches_close_in_one_turn(tmp_path: Path, turns: str, moment: str, terminal_id: str) -> None:
    """And though the centre ends between two turns: the times in the journal go on where they were."""
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    count = len(turns.replace(" ", ""))
    for stan in range(1, count + 1):
        kept.handle(asked(stan))
    place, subject = 0, ("504001", terminal_id)
    for at, turn in enumerate(turns.split()):
        if "restarted" in moment and at:
            kept = kept.restarted()
        back = at * 1_000 if "back" in moment else 0
        kept.clock = itertools.repeat(NOW_MS + 10_000 - back)
        batches, effects = kept.board._reconciler.batches, list[Effect]()
        for what in turn:
            place += 1
            agree = partial(totals, place, terminal_id=terminal_id, debits_count=batches.open(subject).debits_count)
            effects += kept.board.handle(reversed_(place, own_stan=900 + place) if what == "R" else agree(), 0.0)
        kept.write_down(effects)
    before = {each: kept.board._reconciler.batches.open(each).counters() for each in (("504001", "TERM0001"), ("504001", ""))}
    order = turns.replace(" ", "")
    assert before[subject]["debits_reversed_count"] == len(order) - 1 - order.rindex("T")
    again = kept.restarted()
    assert {each: again.board._reconciler.batches.open(each).counters() for each in before} == before
    again.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_each_reversal_counts_what_it_takes_beyond_the_one_before(tmp_path: Path, restarted: bool) -> None:
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    kept.handle(asked(1))
    for stan, left_minor in ((901, 10_000), (902, 6_000), (903, 1_000)):
        kept.handle(reversed_(1, own_stan=stan, replacement_minor=left_minor))
    kept = kept.restarted() if restarted else kept
    counted = kept.board._reconciler.batches.open(("504001", "TERM0001"))
    assert (counted.debits_reversed_count, counted.debits_reversed_minor) == (3, 11_500)
    kept.journal.close()


def test_a_reference_means_the_sale_of_long_ago_where_the_one_remembered_is_reversed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "REMEMBERED_MAX", 2)
    monkeypatch.setattr(reader, "REMEMBERED_MAX", 2)
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    rrn = request(1).rrn
    for stan in (1, 2, 3, 4):
        kept.handle(asked(stan, rrn=rrn if stan in (1, 4) else request(stan).rrn))
    outcomes = []
    for own_stan in (901, 902):
        effects = kept.board.handle(reversed_(1, own_stan=own_stan, named=False), 0.0)
        kept.write_down(effects)
        outcomes += [effect.outcome for effect in effects if isinstance(effect, JournalReversal)]
    assert [(outcome.original_id, outcome.effective) for outcome in outcomes] == [(4, True), (1, True)]
    kept.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("left_minor", [0, 5_000])
def test_a_refused_reversal_takes_nothing_from_the_one_that_follows_it(
    tmp_path: Path, left_minor: int, restarted: bool
) -> None:
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    kept.handle(asked(1))
    kept.handle(reversed_(1, own_stan=901, amount_minor=99))
    kept.handle(reversed_(1, own_stan=902, replacement_minor=left_minor))
    kept = kept.restarted() if restarted else kept
    counted = totals(1, debits_count=1, debits_minor=12_500, debits_reversed_count=1, debits_reversed_minor=12_500 - left_minor)
    (journaled, *_) = kept.board.handle(counted, 0.0)
    assert isinstance(journaled, JournalReconciliation)
    assert journaled.outcome.settlement_code == IN_BALANCE, journaled.outcome.reason
    kept.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("first", [{"amount_minor": 99}, {"replacement_minor": 11_900}])
def test_an_adjusted_sale_counts_for_its_new_amount_whatever_reversal_came_before(
    tmp_path: Path, first: dict[str, Any], restarted: bool
) -> None:
    kept = Kept(tmp_path, BY_BATCH)
    kept.handle(IssuerUp("atlas"))
    kept.handle(asked(1))
    kept.handle(reversed_(1, own_stan=901, **first))
    kept.handle(_tip(2, of=1, amount_minor=13_000))
    kept = kept.restarted() if restarted else kept
    (journaled, *_) = kept.board.handle(totals(1, debits_left_count=1, debits_left_minor=13_000), 0.0)
    assert isinstance(journaled, JournalReconciliation)
    assert journaled.outcome.settlement_code == IN_BALANCE, journaled.outcome.reason
    kept.journal.close()


@pytest.mark.parametrize("kind", ["reversal", "completion"])
def test_what_a_refused_reversal_has_named_is_still_meant_by_its_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(history, "REMEMBERED_MAX", 2)
    monkeypatch.setattr(reader, "REMEMBERED_MAX", 2)
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    rrn = request(1).rrn
    for stan in (1, 2):
        kept.handle(asked(stan, rrn=rrn, pre_authorized=kind == "completion"))
    kept.handle(reversed_(2, own_stan=901, amount_minor=99))
    for stan in (3, 4, 5, 6):
        kept.handle(asked(stan))
    named: dict[str, Any] = {"rrn": rrn, "approval_code": "A00001", "function": "advice", "message_class": "financial"}
    then = reversed_(1, own_stan=902, named=False) if kind == "reversal" else asked(7, **named)
    effects = kept.board.handle(then, 0.0)
    meant = [effect.outcome.original_id for effect in effects if isinstance(effect, JournalReversal)]
    meant += [effect.original_id for effect in effects if isinstance(effect, JournalRequest)]
    assert meant == [2], "the latest of them"
    kept.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_the_last_totals_of_a_terminal_without_a_clock_may_be_sent_again(tmp_path: Path, restarted: bool) -> None:
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    for number, amount_minor in enumerate((12_500, 4_000, 7_000), start=1):
        kept.handle(asked(number, amount_minor=amount_minor))
        counted = without_a_clock(totals(number, debits_count=1, debits_minor=amount_minor), "1122200000")
        kept.handle(counted)
    kept = kept.restarted() if restarted else kept
    *_, reply = kept.board.handle(without_a_clock(counted, "1122200130"), 0.0)
    assert isinstance(reply, ReplyTotals)
    assert (reply.outcome.response_code, reply.outcome.totals["debits_minor"]) == ("00", 7_000)
    kept.journal.close()


def without_a_clock(event: TotalsReceived, received_at: str) -> TotalsReceived:
    """The totals of a terminal that writes no time: the centre's stands in its place."""
    sent = event.reconciliation
    key = sent.key._replace(transmitted_at=received_at)
    return TotalsReceived(evolve(sent, key=key, stamped=True), event.origin, event.line)


@pytest.mark.parametrize("restarted", [False, True])
def test_what_waited_when_a_batch_was_closed_may_be_adjusted_again_and_again(tmp_path: Path, restarted: bool) -> None:
    kept = Kept(tmp_path, BY_BATCH)
    kept.handle(IssuerUp("atlas"))
    kept.handle(asked(1))
    kept.write_down(kept.board.handle(asked(2), 0.0))
    kept.handle(totals(1, debits_count=1))
    kept.handle(answered(2))
    kept.handle(_tip(3, of=2, amount_minor=13_000))
    kept = kept.restarted() if restarted else kept
    effects = kept.board.handle(_tip(4, of=2, amount_minor=13_500), 0.0)
    kept.write_down(effects)
    assert _code(effects) == "00"
    assert _code(kept.board.handle(_tip(5, of=1, amount_minor=13_000), 0.0)) == "12", "that one was closed"
    kept.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(
    ("closes", "sent", "code"),
    [
        ("TERM0001", {"debits_count": 1}, "12"),
        ("", {"debits_count": 1}, "12"),
        ("TERM0002", {"debits_count": 0}, "00"),
        ("TERM0001", {"debits_count": 2}, "00"),
        ("TERM0001", {}, "00"),
    ],
    ids=["its own", "its acquirer", "another", "out of balance", "asked for alone"],
)
def test_an_adjusted_sale_is_adjusted_no_more_once_its_batch_is_closed(
    tmp_path: Path, closes: str, sent: Any, code: str, restarted: bool
) -> None:
    kept = Kept(tmp_path, BY_BATCH)
    kept.handle(IssuerUp("atlas"))
    kept.handle(asked(1))
    kept.handle(_tip(2, of=1, amount_minor=13_000))
    kept.handle(totals(1, terminal_id=closes, **sent))
    kept = kept.restarted() if restarted else kept
    assert _code(kept.board.handle(_tip(3, of=1, amount_minor=13_500), 0.0)) == code
    kept.journal.close()


def _tip(stan: int, of: int, amount_minor: int) -> Event:
    told: dict[str, Any] = {"function": "advice", "message_class": "financial", "adjusts": True}
    return asked(stan, amount_minor=amount_minor, original_key=request(of).key, **told)


def _code(effects: list[Effect]) -> str:
    return next((effect.decision.response_code for effect in effects if isinstance(effect, Reply)), "none yet")


@pytest.mark.parametrize("since", ["remembered", "let go", "restarted", "restarted and let go"])
@pytest.mark.parametrize(
    "named",
    [reversed_, partial(reversed_, named=False), partial(by_stan_alone, card=ATLAS_CARD), partial(by_stan_alone, card=None)],
    ids=["DE 90", "DE 37", "STAN and card", "STAN"],
)
def test_what_was_reversed_before_it_came_is_declined_whenever_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: Callable[[int], Event], since: str
) -> None:
    if "let go" in since:
        monkeypatch.setattr(reversals, "UNKNOWN_REMEMBERED_MAX", 2)
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    kept.handle(named(1))
    for other in (11, 12, 13, 14):
        kept.handle(reversed_(other, own_stan=900 + other))
    kept = kept.restarted() if "restarted" in since else kept
    kept.handle(IssuerUp("atlas"))
    assert _code(kept.board.handle(asked(1), 0.0)) == "12"
    assert any(isinstance(effect, Forward) for effect in kept.board.handle(asked(2), 0.0))
    kept.journal.close()


def test_open_batches_count_what_the_last_two_business_dates_have(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    for stan, day in enumerate(("2026-11-22", "2026-11-23", "2026-11-25"), start=1):
        kept.journal.open_business_date(day, "operator", NOW_MS)
        kept.handle(asked(stan, amount_minor=10**stan))
        kept.handle(asked(10 + stan, amount_minor=2 * 10**stan))
        kept.handle(reversed_(10 + stan, own_stan=900 + stan, amount_minor=2 * 10**stan))
    kept = kept.restarted()
    counted = kept.board._reconciler.batches.open(("504001", "TERM0001"))
    sums = (counted.debits_count, counted.debits_minor, counted.debits_reversed_count, counted.debits_reversed_minor)
    assert sums == (4, 3_300, 2, 2_200)
    kept.journal.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_of_two_reversals_of_one_stan_that_came_before_it_the_later_counts(tmp_path: Path, restarted: bool) -> None:
    kept = Kept(tmp_path, "cut_off")
    kept.handle(IssuerUp("atlas"))
    for sent_at in ("1119091600", "1122091600"):
        kept.handle(by_stan_alone(1, None, sent_at))
    kept = kept.restarted() if restarted else kept
    kept.handle(IssuerUp("atlas"))
    assert _code(kept.board.handle(asked(1), 0.0)) == "12"
    kept.journal.close()
