"""What the journal gives back of a request is what was written of it, column by column."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.data_folder.vault import Vault
from switch.errors import DataFolderError
from switch.journal.journal import Batch, SqliteJournal, last_references, read_life
from switch.journal.journal_file import JOURNAL_FILE, has_approvals_of
from switch.journal.reader import read_open_date
from switch.merchant import BY_COMPLETION
from switch.routing.memory.past import Reference
from switch.routing.traffic.effects import JournalDecision, JournalRequest
from switch.transaction import (
    ADVICE,
    AUTHORIZATION,
    BATCH,
    FINANCIAL,
    LATER,
    NOW,
    PURCHASE_WITH_CASH_BACK,
    REQUEST,
    WITH_BATCH,
    Authorization,
    CaptureTime,
    Decision,
    refuse,
)
from tests.support.dialogue import VESTA, VESTA_CARD, request

HOLD = request(1, pre_authorized=True)
ABROAD = evolve(HOLD, key=HOLD.key._replace(terminal_id="TERM0002"))
#: Nothing in it is as in another request of these tests.
RARE: dict[str, Any] = {
    "pan": VESTA_CARD,
    "amount_minor": 7_300,
    "currency": "978",
    "merchant_id": "SHOP00000000002",
    "entry_mode": "812",
    "channel": "ecommerce",
    "rrn": "RRN000000042",
    "local_at": "1121235959",
}
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "cash back": {"message_class": FINANCIAL, "transaction_type": PURCHASE_WITH_CASH_BACK, "cash_back_minor": 2_000},
    "advice": {"function": ADVICE, "advised_code": "51"},
    "completion": {"message_class": FINANCIAL, "function": ADVICE, "advised_code": "00", "original_key": ABROAD.key},
    "capture by a batch": {"message_class": FINANCIAL, "function": BATCH, "original_key": ABROAD.key},
}
#: The elements of the form of 1987 in which an issuer is told of each after a restart.
TOLD = (2, 4, 7, 11, 12, 13, 18, 22, 32, 37, 41, 42, 49)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with closing(SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))) as opened:
        opened.open_business_date("2026-11-22", "operator", 1)
        yield opened


def _written(
    journal: SqliteJournal,
    request_id: int,
    asked: Authorization,
    *,
    approved_minor: int | None = None,
    capture: CaptureTime = NOW,
    original_id: int | None = None,
    completes: bool = False,
) -> None:
    row = JournalRequest(request_id, asked, "line 1", "5999", VESTA, "foreign", capture, original_id)
    decision = Decision(response_code="00", approval_code="A00001", decided_by=VESTA.issuer, reason="approved")
    worth = asked.amount_minor if approved_minor is None else approved_minor
    journal.commit(Batch([row], [JournalDecision(request_id, decision, worth, worth if completes else None)]), 1_000)


@pytest.mark.parametrize("original", [AUTHORIZATION, ADVICE])
@pytest.mark.parametrize("kind", KINDS)
def test_a_request_is_read_as_it_was_written(journal: SqliteJournal, kind: str, original: str) -> None:
    told = original == ADVICE
    held = evolve(ABROAD, function=ADVICE, advised_code="00") if told else ABROAD
    asked = request(42, **{**RARE, **KINDS[kind]})
    _written(journal, 1, held, capture=BY_COMPLETION)
    _written(journal, 2, asked, original_id=1 if asked.original_key else None)
    past = journal.archive.find(asked.key)
    assert past is not None
    read = past.authorization
    named = (held.message_class, held.function) if asked.original_key else None
    captured = held.function if asked.function == BATCH else ""
    assert evolve(read, processing_code="", expiry=None) == evolve(
        asked, processing_code="", expiry=None, merchant_type="5999", captured_function=captured
    )
    assert read.original_kind == named
    said = [VESTA_CARD, f"{7_300:012d}", "1122091530", "000042", "235959", "1121", "5999", "812", "504001", "RRN000000042"]
    assert [read.carried[number] for number in TOLD] == [*said, "TERM0001", "SHOP00000000002", "978"]
    assert (90 in read.carried) == (named is not None)


@pytest.mark.parametrize("granted", [None, 6_000])
def test_what_was_granted_in_part_is_read_as_a_part_and_what_was_granted_in_full_as_all(
    journal: SqliteJournal, granted: int | None
) -> None:
    asked = request(1, amount_minor=10_000, partial_accepted=True)
    _written(journal, 1, asked, approved_minor=granted)
    past = journal.archive.find(asked.key)
    assert past is not None
    assert (past.decision.approved_minor, past.remaining_minor) == (granted, granted or 10_000)


@pytest.mark.parametrize("function", [REQUEST, ADVICE])
def test_a_hold_is_found_by_its_reference_whether_it_was_asked_or_told(journal: SqliteJournal, function: str) -> None:
    hold = request(1, function=function, advised_code=None if function == REQUEST else "00", pre_authorized=True)
    _written(journal, 1, hold, capture=LATER)
    reference = Reference(hold.rrn, hold.key.terminal_id, hold.merchant_id, None)
    for code in ("A00001", None):
        found = journal.archive.find_hold(reference, code)
        assert found is not None
        assert found.authorization.key == hold.key


@pytest.mark.parametrize("completed", [1, 2])
@pytest.mark.parametrize("code", ["A00001", None])
def test_of_two_holds_of_a_reference_the_one_that_waits_is_meant(
    journal: SqliteJournal, completed: int, code: str | None
) -> None:
    holds = [request(stan, rrn="RRN000000001", pre_authorized=True) for stan in (1, 2)]
    for request_id, hold in enumerate(holds, start=1):
        _written(journal, request_id, hold, capture=LATER)
    ended = holds[completed - 1]
    advice = request(3, message_class=FINANCIAL, function=ADVICE, original_key=ended.key, rrn=ended.rrn)
    _written(journal, 3, advice, original_id=completed, completes=True)
    found = journal.archive.find_hold(Reference(ended.rrn, ended.key.terminal_id, ended.merchant_id, None), code)
    assert found is not None
    assert found.authorization.key == holds[2 - completed].key


@pytest.mark.parametrize(("amount_minor", "knows"), [(0, False), (1, True)])
def test_a_journal_knows_of_an_issuers_money_where_it_has_approved_some(
    journal: SqliteJournal, tmp_path: Path, amount_minor: int, knows: bool
) -> None:
    _written(journal, 1, request(1, amount_minor=amount_minor))
    assert has_approvals_of(tmp_path / JOURNAL_FILE, VESTA.issuer) is knows
    assert not has_approvals_of(tmp_path / JOURNAL_FILE, "atlas")


def test_a_decline_is_read_as_worth_nothing(journal: SqliteJournal) -> None:
    asked = request(1)
    row = JournalRequest(1, asked, "line 1", "5999", VESTA, "foreign")
    declined = Decision(response_code="51", approval_code=None, decided_by=VESTA.issuer, reason="short of money")
    journal.commit(Batch([row], [JournalDecision(1, declined)]), 1_000)
    past = journal.archive.find(asked.key)
    assert past is not None
    assert (past.decision, past.remaining_minor, past.to_undo, past.held, past.given_back) == (declined, 0, False, False, False)
    assert past.decided_at is None


@pytest.mark.parametrize("completed", [1, 2])
def test_a_hold_that_was_completed_is_meant_by_its_approval_code_although_another_waits(
    journal: SqliteJournal, completed: int
) -> None:
    for number in (1, 2):
        hold = request(number, rrn="RRN000000001", pre_authorized=True)
        row = JournalRequest(number, hold, "line 1", "5999", VESTA, "foreign", LATER)
        decision = Decision(response_code="00", approval_code=f"A0000{number}", decided_by=VESTA.issuer, reason="approved")
        journal.commit(Batch([row], [JournalDecision(number, decision, hold.amount_minor)]), 1_000)
    advice = request(3, message_class=FINANCIAL, function=ADVICE, original_key=request(completed).key, rrn="RRN000000001")
    _written(journal, 3, advice, original_id=completed, completes=True)
    reference = Reference("RRN000000001", "TERM0001", advice.merchant_id, None)
    meant = {}
    for code in ("A00001", "A00002", "A00003", None):
        found = journal.archive.find_hold(reference, code)
        assert found is not None
        meant[code] = found.request_id
    assert meant == {"A00001": 1, "A00002": 2, "A00003": 3 - completed, None: 3 - completed}
    assert journal.archive.find_hold(reference._replace(terminal_id="TERM0002"), "A00001") is None


def test_the_open_date_of_a_journal_is_its_last_one_and_none_where_there_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    assert read_open_date(path) is None
    with closing(SqliteJournal(path, Vault.open(tmp_path))) as journal:
        assert read_open_date(path) is None
        journal.open_business_date("2026-11-22", "operator", 1)
        journal.open_business_date("2026-11-23", "clock", 2)
        assert read_open_date(path) == ("2026-11-23", "clock")
    path.write_text("this is no database, but a text that is long enough to be looked at" * 20)
    for reads in (read_open_date, lambda path: has_approvals_of(path, "atlas")):
        with pytest.raises(DataFolderError, match=r"journal\.db: found .*, expected a journal of Switch"):
            reads(path)


def test_a_folder_without_a_journal_has_no_life_of_a_request_to_tell_and_no_references(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError, match=r"found no journal\.db, expected the data folder of a Switch that has run"):
        read_life(tmp_path, "000000000001")
    assert last_references(tmp_path, 10) == []


def test_the_last_references_are_told_newest_first_each_once_and_none_that_is_blank(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    for request_id, rrn in enumerate(["RRN000000001", "RRN000000002", "RRN000000001", "", "RRN000000003"], start=1):
        _written(journal, request_id, request(request_id, rrn=rrn))
    assert last_references(tmp_path, 10) == ["RRN000000003", "RRN000000001", "RRN000000002"]
    assert last_references(tmp_path, 3) == ["RRN000000003", "RRN000000001"]
    assert [row["id"] for row in read_life(tmp_path, "RRN000000001")] == [1, 3]


@pytest.mark.parametrize("capture", [WITH_BATCH, LATER])
def test_what_names_an_approval_and_is_declined_leaves_it_waiting_while_others_count(
    journal: SqliteJournal, capture: CaptureTime
) -> None:
    waits = request(1, pre_authorized=capture == LATER)
    _written(journal, 1, waits, capture=capture)
    advice = request(2, message_class=FINANCIAL, function=ADVICE, original_key=waits.key, rrn=waits.rrn)
    declined = JournalDecision(2, refuse("13", "too much"))
    journal.commit(Batch([JournalRequest(2, advice, "line 1", "5999", VESTA, "foreign", NOW, 1)], [declined]), 1_000)
    _written(journal, 3, request(3), completes=True)
    _written(journal, 4, evolve(waits, key=request(4).key), capture=capture)
    _written(journal, 5, request(5, message_class=FINANCIAL, function=ADVICE), original_id=4, completes=True)
    assert journal.beginning().recovery.uncaptured == ([waits.key] if capture == WITH_BATCH else [])
    found = journal.archive.find_hold(Reference(waits.rrn, waits.key.terminal_id, waits.merchant_id, None), None)
    assert found is not None
    assert (found.request_id, found.held) == (1, True)
