"""What the switchboard reads again out of a journal, after a restart or once memory has let it go: the last word of all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.data_folder.vault import Vault
from switch.journal.journal import Batch, SqliteJournal
from switch.routing.memory.past import SameStan
from switch.routing.switchboard import Switchboard
from switch.routing.table.routes import Destination, Range, Route, RoutingTable
from switch.routing.table.stand_in import StandIn
from switch.routing.traffic.effects import Deliver, Effect, Forward, JournalOccurrence, Reply
from switch.routing.traffic.events import (
    AnswerReceived,
    DeliveryAnswered,
    DeliveryFailed,
    Event,
    IssuerDown,
    IssuerUp,
    RequestReceived,
    ReversalReceived,
)
from switch.transaction import (
    ADVICE,
    AUTHORIZATION,
    CASH_WITHDRAWAL,
    FINANCIAL,
    PURCHASE_WITH_CASH_BACK,
    REFUND,
    REQUEST,
    Authorization,
    ExchangeKey,
    IssuerAnswer,
    Reversal,
)
from tests.support.dialogue import ATLAS_CARD, SHOP, request

DATE = "2026-11-28"
NOW_MS = 1_795_860_000_000


class Desk:
    """A switchboard on a journal. Its one issuer approves whatever it is asked."""

    def __init__(self, journal: SqliteJournal, stand_in: StandIn | None = None) -> None:
        self._journal, self._stand_in = journal, stand_in
        self.restart()

    def restart(self) -> None:
        route = Route(issuer="atlas", scheme="cmi", product="debit", stand_in=self._stand_in)
        digits = ATLAS_CARD[:6]
        beginning = self._journal.beginning()
        self._board = Switchboard(
            table=RoutingTable.of([Range(low=digits, high=digits, route=route)], []),
            destinations=[Destination(issuer="atlas", origin="domestic", timeout_seconds=10)],
            merchants={SHOP.id: SHOP},
            archive=self._journal.archive,
            first_request_id=beginning.first_request_id,
            first_delivery_id=beginning.first_delivery_id,
        )
        self._write(self._board.recover(beginning.recovery, 0.0))

    def _write(self, effects: list[Effect]) -> None:
        batch = Batch()
        writers = batch.writers()
        for effect in effects:
            if type(effect) in writers:
                writers[type(effect)](effect)
        self._journal.commit(batch, NOW_MS)

    def happens(self, event: Event) -> list[Effect]:
        effects = self._board.handle(event, 1.0)
        self._write(effects)
        return effects

    def code(self, asked: Authorization, approval_code: str = "111111") -> str:
        """The response code of a request or an advice."""
        effects = self.happens(RequestReceived(asked, "line 1", "line 1"))
        if any(isinstance(effect, Forward) for effect in effects):
            answer = IssuerAnswer(key=asked.key, response_code="00", approval_code=approval_code, reason="", carried=None)
            effects = self.happens(AnswerReceived("atlas", answer))
        (reply,) = (effect for effect in effects if isinstance(effect, Reply))
        return reply.decision.response_code

    def reverse(self, stan: int, original: Authorization, left_minor: int) -> None:
        key = original.key._replace(stan=f"{stan:06d}", transmitted_at="1122092000")
        reversal = Reversal(
            key=key,
            mti="0400",
            original_key=original.key,
            original_stan=original.key.stan,
            pan=original.pan,
            amount_minor=original.amount_minor,
            currency=original.currency,
            replacement_minor=left_minor,
            merchant_id=original.merchant_id,
            rrn=original.rrn,
            reason="",
            carried={},
        )
        self.happens(ReversalReceived(reversal, "line 1", "line 1"))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    tmp_path.chmod(0o700)
    with closing(SqliteJournal(tmp_path / "journal.db", Vault.open(tmp_path, new=True))) as opened:
        opened.open_business_date(DATE, "operator", NOW_MS)
        yield opened


@pytest.fixture
def at(journal: SqliteJournal) -> Desk:
    desk = Desk(journal)
    desk.happens(IssuerUp("atlas"))
    return desk


def hold(stan: int, amount_minor: int = 10_000) -> Authorization:
    return request(stan, amount_minor=amount_minor, pre_authorized=True, rrn="RRN000000001")


def completion(stan: int, amount_minor: int, of: Authorization | None) -> Authorization:
    return request(
        stan,
        amount_minor=amount_minor,
        message_class=FINANCIAL,
        function=ADVICE,
        original_key=of.key if of else None,
        approval_code="111111",
        advised_code="00",
        rrn="RRN000000001",
    )


def test_the_last_reversal_of_a_hold_has_the_last_word(at: Desk) -> None:
    original = hold(1)
    assert at.code(original) == "00"
    at.reverse(2, original, 6_000)
    at.reverse(3, original, 0)
    at.restart()
    assert at.code(completion(4, 6_000, original)) == "12"


def test_a_completion_that_was_refused_completed_nothing(at: Desk) -> None:
    original = hold(1)
    added = evolve(hold(2, 5_000), original_key=original.key)
    assert (at.code(original), at.code(added)) == ("00", "00")
    assert at.code(completion(3, 50_000, original)) == "13"
    at.restart()
    at.happens(IssuerUp("atlas"))
    assert at.code(completion(4, 15_000, original)) == "00"


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"transaction_type": PURCHASE_WITH_CASH_BACK, "cash_back_minor": 2_000},
        {"transaction_type": REFUND},
        {"message_class": FINANCIAL},
        {"pre_authorized": True},
        {"function": ADVICE, "message_class": FINANCIAL, "advised_code": "00"},
        {"function": ADVICE, "advised_code": "51"},
        {"currency": "978"},
    ],
    ids=lambda kind: " ".join(map(str, kind.values())) or "plain",
)
def test_after_a_restart_the_same_again_has_its_answer_and_anything_else_is_94(at: Desk, kind: dict[str, Any]) -> None:
    asked = request(1, **kind)
    first = at.code(asked)
    at.restart()
    effects = at.happens(RequestReceived(asked, "line 1", "line 1"))
    assert [type(effect) for effect in effects] == [JournalOccurrence, Reply]
    assert at.code(asked) == first
    others: list[dict[str, Any]] = [
        {"pan": asked.pan.digits[:-1] + "8"},
        {"merchant_id": "000000000000002"},
        {"amount_minor": asked.amount_minor + 1},
        {"currency": "840"},
        {"cash_back_minor": asked.cash_back_minor + 100},
        {"transaction_type": CASH_WITHDRAWAL},
        {"message_class": AUTHORIZATION if asked.message_class == FINANCIAL else FINANCIAL},
        {"function": REQUEST if asked.function == ADVICE else ADVICE},
    ]
    assert [at.code(request(1, **{**kind, **other})) for other in others] == ["94"] * len(others)


@pytest.mark.parametrize("restarted", [False, True])
def test_the_approval_code_tells_two_holds_of_one_reference_apart(at: Desk, restarted: bool) -> None:
    one, other = hold(1), hold(2)
    assert (at.code(one, "111111"), at.code(other, "222222")) == ("00", "00")
    assert at.code(completion(3, 10_000, one)) == "00"
    if restarted:
        at.restart()
    assert at.code(completion(4, 10_000, None)) == "12", "the hold of this approval code was completed before"


def test_a_stan_used_twice_in_a_day_means_the_later_sale_until_that_is_reversed(journal: SqliteJournal, at: Desk) -> None:
    earlier = request(1)
    later = evolve(earlier, key=earlier.key._replace(transmitted_at="1122101530"))
    assert (at.code(earlier), at.code(later)) == ("00", "00")
    key, shop, amount_minor = earlier.key, earlier.merchant_id, earlier.amount_minor
    named = SameStan(key.acquirer_id, key.terminal_id, key.stan, shop, amount_minor, "1122102000", None)
    meant = []
    for stan in (2, 3):
        past = journal.archive.find_named(named)
        assert past is not None
        meant.append(past.authorization.key)
        at.reverse(stan, past.authorization, 0)
    assert meant == [later.key, earlier.key]


def test_a_stand_in_that_could_not_be_told_does_not_count_for_ever(journal: SqliteJournal) -> None:
    desk = Desk(journal, StandIn(amount_max_minor=50_000, count_max=1, channels=frozenset({"chip"})))
    assert desk.code(request(1)) == "00"
    (owed,) = (effect for effect in desk.happens(IssuerUp("atlas")) if isinstance(effect, Deliver))
    desk.happens(DeliveryFailed(owed.delivery, "it cannot be said"))
    desk.happens(IssuerDown("atlas", "gone", lost=True))
    assert desk.code(request(2)) == "00"


@pytest.mark.parametrize("restarted", [False, True])
def test_a_stand_in_that_its_issuer_was_not_told_of_counts_after_a_restart_too(journal: SqliteJournal, restarted: bool) -> None:
    desk = Desk(journal, StandIn(amount_max_minor=50_000, count_max=2, channels=frozenset({"chip"})))
    assert desk.code(request(1)) == "00"
    if restarted:
        desk.restart()
    assert [desk.code(request(2)), desk.code(request(3))] == ["00", "91"]
    if restarted:
        desk.restart()
    assert desk.code(request(4)) == "91"
    desk.happens(IssuerUp("atlas"))
    desk.happens(DeliveryAnswered("atlas", "000001", "00", "advice"))
    desk.happens(IssuerDown("atlas", "gone", lost=True))
    if restarted:
        desk.restart()
    assert [desk.code(request(5)), desk.code(request(6))] == ["00", "91"], "atlas was told of one of two"


def test_a_date_before_the_open_one_is_never_opened(journal: SqliteJournal) -> None:
    journal.open_business_date("2026-11-29", "clock", NOW_MS)
    journal.open_business_date("2026-11-25", "clock", NOW_MS)
    assert journal.open_date() == ("2026-11-29", "clock")


def test_a_decision_is_synced_also_after_a_date_was_opened_between(journal: SqliteJournal, at: Desk) -> None:
    asked = request(1)
    at.happens(RequestReceived(asked, "line 1", "line 1"))
    assert _synchronous(journal) == 1, "a request alone is written, not synced"
    journal.open_business_date("2026-11-29", "clock", NOW_MS)
    answer = IssuerAnswer(key=ExchangeKey(*asked.key), response_code="00", approval_code="1", reason="", carried=None)
    at.happens(AnswerReceived("atlas", answer))
    assert _synchronous(journal) == 2, "what is answered is on the disk before"


def _synchronous(journal: SqliteJournal) -> int:
    """1: NORMAL, 2: FULL."""
    mode: int = journal._db.execute("PRAGMA synchronous").fetchone()[0]
    return mode
