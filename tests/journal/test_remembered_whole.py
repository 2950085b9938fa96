"""What a switch that starts reads in its journal is what the one before it knew, field by field; and what the journal says by
itself of dates, of batches that are closed, and of originals whose reversal came before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve

from switch.centre.traffic.turn import Turn
from switch.data_folder.vault import Vault
from switch.journal.journal import Batch, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.journal.reader import JournalReader
from switch.routing.memory.deliveries import Delivery
from switch.routing.memory.past import DecidedRequest, Named, Reference, SameStan
from switch.routing.memory.totals import IN_BALANCE, NOT_COMPARED, OUT_OF_BALANCE, Reconciled, SettlementCode, Totals
from switch.routing.rules.reversal import NOT_KNOWN, ReversalOutcome
from switch.routing.switchboard import Switchboard
from switch.routing.traffic.effects import (
    Effect,
    JournalDecision,
    JournalDelivery,
    JournalReconciliation,
    JournalRequest,
    JournalReversal,
)
from switch.transaction import (
    ADVICE,
    LATER,
    REASON_COMPLETED,
    REASON_INVALID_RESPONSE,
    REASON_TIMEOUT,
    Authorization,
    Decision,
    ExchangeKey,
    Reconciliation,
    Reversal,
)
from tests.journal.test_restarted_dialogues import NOW_MS, Story, _started
from tests.routing import test_whole_dialogues as dialogues
from tests.support.dialogue import ATLAS, ATLAS_CARD, by_stan_alone, request, reversed_
from tests.support.said import Said

#: Stories at whose end nothing waits for an issuer.
ENDED: Final[tuple[Story, ...]] = (
    dialogues._tips,
    dialogues._holds_with_increments,
    dialogues._answers_that_do_not_fit,
    dialogues._in_an_issuers_stead,
    dialogues._batches,
    dialogues._advices,
)
#: What the journal keeps of a request.
KEPT: Final = (
    *("key", "message_class", "transaction_type", "pan", "amount_minor", "currency", "merchant_id", "merchant_type"),
    *("entry_mode", "channel", "rrn", "local_at", "function", "cash_back_minor", "advised_code", "captured_function"),
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with closing(SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))) as opened:
        opened.open_business_date("2026-11-22", "operator", NOW_MS)
        yield opened


def _kept(request: Authorization) -> dict[str, Any]:
    return {name: getattr(request, name) for name in KEPT}


def _decided(past: DecidedRequest) -> dict[str, Any]:
    given = past.decision
    decision = (given.response_code, given.approval_code, given.decided_by, given.reason, given.unanswered)
    whole: dict[str, Any] = {"id": past.request_id, "issuer": past.issuer, "decision": decision, "capture": past.capture}
    if past.held or past.completed_by:
        whole |= {"increments": past.increments}
    return whole | {"left": past.remaining_minor, "completed": past.completed_by} | _kept(past.authorization)


def _known(board: Switchboard) -> dict[str, Any]:
    reconciler, outbox = board._reconciler, board._outbox
    return {
        "decided": {past.authorization.key: _decided(past) for past in board._history._memory.values()},
        "reversed before they came": list(board._taken_back._unknown._younger),
        "agreements": reconciler._reconciled._younger,
        "latest of each terminal": reconciler._latest,
        "totals": {each: reconciler.batches.open(each).counters() for each in (("504001", "TERM0001"), ("504001", ""))},
        "not told of stand-ins": outbox._stand_ins._untold,
        "next numbers": (board._register.next_id, outbox._next_id),
        "owed": [
            (
                *(each.delivery_id, each.issuer, each.request_id, each.replacement_minor, each.reason, each.kind),
                *(each.message_reason, each.approval_code if each.kind == ADVICE else None, _kept(each.original)),
            )
            for _, queue in sorted(outbox._deliveries._queues.items())
            for each in queue.waiting
        ],
    }


def _committing(journal: SqliteJournal, at_ms: int) -> Callable[[Batch], None]:
    return lambda batch: journal.commit(batch, at_ms)


@pytest.mark.parametrize("story", ENDED, ids=lambda story: story.__name__.strip("_"))
def test_what_is_remembered_is_the_same_after_a_restart_field_by_field(
    journal: SqliteJournal, tmp_path: Path, story: Story
) -> None:
    archive, up = JournalReader(journal._db, Vault.open(tmp_path)), set(story()[0]._outbox.up)
    board, now = _started(story, archive, up), 0.0
    for number, event in enumerate(story()[1]):
        passes = isinstance(event, (int, float))
        now += event if passes else 0.0
        effects: list[Effect] = board.tick(now) if passes else board.handle(event, now)
        Turn(_committing(journal, NOW_MS + number), Said(), lambda notice: None).perform(effects, 0.0)
    known, again = _known(board), _known(_started(story, archive, board._outbox.up))
    for what, each in known.items():
        assert again[what] == each, what


def _written(journal: SqliteJournal, request_id: int, decision: Decision, *owed: str) -> ExchangeKey:
    """A request with its decision, and reversals that its issuer is owed for these reasons."""
    asked, worth = request(request_id), request(request_id).amount_minor if decision.approved else None
    rows = Batch([JournalRequest(request_id, asked, "line", "5411", ATLAS, "domestic")])
    rows.decisions.append(JournalDecision(request_id, decision, worth, worth))
    for number, reason in enumerate(owed, start=10 * request_id):
        rows.deliveries.append(JournalDelivery(Delivery(number, "atlas", request_id, asked, 0, "why", message_reason=reason)))
    journal.commit(rows, NOW_MS)
    return asked.key


def _code(code: str, by: str) -> Decision:
    return Decision(response_code=code, approval_code=None, decided_by=by, reason="")


@pytest.mark.parametrize(
    ("decision", "owed", "unanswered", "given_back"),
    [
        (_code("91", "switch"), [REASON_TIMEOUT], True, False),
        (_code("91", "switch"), [], False, False),
        (_code("91", "atlas"), [REASON_COMPLETED], False, False),
        (_code("00", "atlas"), [REASON_TIMEOUT], False, False),
        (_code("51", "atlas"), [REASON_INVALID_RESPONSE], False, True),
        (_code("51", "atlas"), [], False, False),
        (_code("51", "atlas"), [REASON_TIMEOUT], False, False),
        (_code("00", "atlas"), [REASON_INVALID_RESPONSE], False, False),
    ],
)
def test_the_journal_tells_doubt_from_a_decline(
    journal: SqliteJournal, decision: Decision, owed: list[str], unanswered: bool, given_back: bool
) -> None:
    _written(journal, 1, _code("91", "switch"), REASON_TIMEOUT, REASON_INVALID_RESPONSE)  # of another request
    past = journal.archive.find(_written(journal, 2, decision, *owed))
    assert past is not None
    assert (past.decision.unanswered, past.given_back) == (unanswered, given_back)


def test_the_date_of_a_decision_is_told_once_it_has_ended(journal: SqliteJournal) -> None:
    ended = {}
    for number, date in enumerate(("2026-11-22", "2026-11-23", "2026-11-24"), start=1):
        journal.open_business_date(date, "operator", NOW_MS)
        _written(journal, number, _code("00", "atlas"))
        ended[date] = [journal.archive.ended_date(request_id) for request_id in (1, 2, 3)]
    assert ended == {
        "2026-11-22": [None, None, None],
        "2026-11-23": ["2026-11-22", None, None],
        "2026-11-24": ["2026-11-22", "2026-11-23", None],
    }


@pytest.mark.parametrize(("terminal_id", "closes"), [("TERM0001", True), ("", True), ("TERM0002", False)])
def test_a_batch_is_closed_up_to_its_last_request_but_for_what_waited(
    journal: SqliteJournal, terminal_id: str, closes: bool
) -> None:
    pasts = []
    for request_id in range(1, 6):
        past = journal.archive.find(_written(journal, request_id, _code("00", "atlas")))
        assert past is not None
        pasts.append(past)
    key = ExchangeKey("504001", terminal_id, "000900", "1122100000")
    asked = Reconciliation(key=key, mti="0500", sent={}, carried={})
    agreements: list[tuple[SettlementCode, int, tuple[int, ...]]] = [(OUT_OF_BALANCE, 5, ()), (NOT_COMPARED, 5, ())]
    for settlement_code, last, waiting in (*agreements, (IN_BALANCE, 4, (2,))):
        outcome = Reconciled(settlement_code, "00", Totals().counters(), last, "", waiting)
        journal.commit(Batch(reconciliations=[JournalReconciliation(asked, "line", outcome)], reversed_before=[0]), NOW_MS)
    assert [journal.archive.batch_closed(past) for past in pasts] == [closes, False, closes, closes, False]


KEY, SHOP_ID = ExchangeKey("504001", "TERM0001", "000001", "1122091530"), request(1).merchant_id
BY_KEY, BY_RRN = KEY, Reference("000000000001", "TERM0001", SHOP_ID, 12_500)
BY_STAN = SameStan("504001", "TERM0001", "000001", SHOP_ID, 12_500, "1122091600", None)
OTHER_KEYS: dict[str, Any] = dict(zip(ExchangeKey._fields, ("504002", "TERM0002", "000002", "1122091531"), strict=True))
OTHER_SALES: dict[str, Any] = {"terminal_id": "TERM0002", "merchant_id": "OTHER", "amount_minor": 12_501}
OTHER_REFERENCES: dict[str, Any] = {"rrn": "000000000002"} | OTHER_SALES
OTHER_STANS: dict[str, Any] = {"acquirer_id": "504002", "stan": "000002", "at": "1124091601"} | OTHER_SALES


@pytest.mark.parametrize(
    ("reversal", "named"),
    [
        (reversed_(1).reversal, BY_KEY),
        (reversed_(1, named=False).reversal, BY_RRN),
        (by_stan_alone(1, ATLAS_CARD).reversal, BY_STAN),
    ],
    ids=["by its key", "by its RRN", "by its STAN"],
)
def test_an_original_came_reversed_where_an_accepted_reversal_of_nothing_known_names_it(
    journal: SqliteJournal, reversal: Reversal, named: ExchangeKey | Named
) -> None:
    def came_reversed() -> list[ExchangeKey | Named]:
        return [each for each in (BY_KEY, BY_RRN, BY_STAN) if journal.archive.came_reversed(each)]

    refused = ReversalOutcome(None, False, "25", "what it voids is not known")
    known = ReversalOutcome(1, True, "00", "reversed by the acquirer")
    _written(journal, 1, _code("00", "atlas"))
    for outcome in (refused, known):
        journal.commit(Batch(reversals=[JournalReversal(reversal, "line", outcome)]), NOW_MS)
    assert came_reversed() == []
    journal.commit(Batch(reversals=[JournalReversal(reversal, "line", NOT_KNOWN)]), NOW_MS)
    assert came_reversed() == [named]
    others: dict[ExchangeKey | Named, list[ExchangeKey | Named]] = {
        BY_KEY: [KEY._replace(**{part: value}) for part, value in OTHER_KEYS.items()],
        BY_RRN: [BY_RRN._replace(**{part: value}) for part, value in OTHER_REFERENCES.items()],
        BY_STAN: [BY_STAN._replace(**{part: value}) for part, value in OTHER_STANS.items()],
    }
    assert [each for each in others[named] if journal.archive.came_reversed(each)] == []


def test_an_archived_request_is_meant_by_its_reference_though_nothing_of_it_stands(journal: SqliteJournal) -> None:
    for request_id in (1, 2):
        _written(journal, request_id, _code("00", "atlas"))
    undone = ReversalOutcome(1, True, "00", "reversed by the acquirer")
    journal.commit(Batch(reversals=[JournalReversal(reversed_(1).reversal, "line", undone)]), NOW_MS)
    found = journal.archive.find_named(BY_RRN)
    assert found is not None
    assert (found.request_id, found.remaining_minor) == (1, 0)
    assert journal.archive.find_named(BY_RRN._replace(rrn="000000000003")) is None


@pytest.mark.parametrize(
    ("at", "near"), [("1123091530", True), ("1121091530", True), ("1123091531", False), ("1121091529", False)]
)
def test_a_stan_names_what_lies_a_day_apart_at_most(journal: SqliteJournal, at: str, near: bool) -> None:
    key = _written(journal, 1, _code("00", "atlas"))
    named = SameStan(*key[:3], SHOP_ID, 12_500, at, None)
    assert (journal.archive.find_named(named) is not None) == near
    assert [len(list(journal.archive.of_stan(key._replace(transmitted_at=at), 86_400)))] == [int(near)]
    early = evolve(by_stan_alone(5, None).reversal, key=KEY._replace(stan="000005"))
    journal.commit(Batch(reversals=[JournalReversal(early, "line", NOT_KNOWN)]), NOW_MS)
    assert journal.archive.came_reversed(named._replace(stan="000005")) == near


@pytest.mark.parametrize(
    ("waits", "codes", "meant"),
    [
        ((1, 2), {"A1": 1, "A2": 2, "B0": 2, None: 2}, "the code, else the latest that waits"),
        ((1,), {"A1": 1, "A2": 2, "B0": 1, None: 1}, "the code, though another waits"),
        ((), {"A1": 1, "A2": 2, "B0": 2, None: 2}, "the code, else the latest"),
    ],
)
def test_an_archived_hold_is_meant_by_its_code_then_because_it_waits(
    journal: SqliteJournal, waits: tuple[int, ...], codes: dict[str | None, int], meant: str
) -> None:
    for request_id in (1, 2):
        hold = request(request_id, rrn="RRN000000001", pre_authorized=True)
        decision = evolve(_code("00", "atlas"), approval_code=f"A{request_id}")
        row = JournalRequest(request_id, hold, "line", "5411", ATLAS, "domestic", LATER)
        undone = ReversalOutcome(request_id, True, "00", "reversed by the acquirer")
        reversals = [] if request_id in waits else [JournalReversal(reversed_(request_id).reversal, "line", undone)]
        journal.commit(Batch([row], [JournalDecision(request_id, decision, 12_500)], reversals=reversals), NOW_MS)
    reference = Reference("RRN000000001", "TERM0001", SHOP_ID, None)
    found = {code: journal.archive.find_hold(reference, code) for code in codes}
    assert {code: hold.request_id for code, hold in found.items() if hold is not None} == codes, meant
