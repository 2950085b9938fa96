"""INSERTs of many rows give the table that one INSERT a row gives."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.card import SecurityResults
from switch.data_folder.vault import Vault
from switch.journal.inserts import ROWS_AT_ONCE, Insert
from switch.journal.journal import Batch, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.routing.traffic.effects import JournalDecision, JournalRequest
from switch.transaction import ADVICE, LATER, NOW, CaptureTime, Decision
from tests.support.dialogue import ATLAS_CARD, request

NOTES = Insert("note", ("at_ms", "line"), ("id", "said"))


@pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE - 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1, 3 * ROWS_AT_ONCE + 2])
def test_rows_are_as_one_statement_each_writes_them(count: int) -> None:
    rows = [(number, f"said {number}" if number % 3 else None) for number in range(1, count + 1)]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, at_ms INTEGER, line TEXT, said TEXT, seen TEXT DEFAULT 'no')")
        NOTES.write(db, (7, "ascii"), rows)
        found = db.execute("SELECT * FROM note ORDER BY id").fetchall()
    assert found == [(number, 7, "ascii", said, "no") for number, said in rows]


def test_a_statement_names_what_is_alike_once() -> None:
    assert NOTES.statement(2) == "INSERT INTO note (at_ms, line, id, said) VALUES (?1, ?2, ?3, ?4), (?1, ?2, ?5, ?6)"


def named(path: Path, table: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f"SELECT * FROM {table} ORDER BY 1")]


def test_plain_and_other_rows_stand_in_one_table_as_they_came(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path)
    journal = SqliteJournal(tmp_path / JOURNAL_FILE, vault)
    journal.open_business_date("2026-11-22", "operator", 1)
    first = evolve(request(), merchant_type=None)
    kinds = [first, evolve(first, cash_back_minor=200), evolve(first, function=ADVICE, advised_code="00")]
    captures: tuple[CaptureTime, ...] = (NOW, LATER)
    asked = [
        JournalRequest(number, each, "ascii", each.merchant_type, None, None, capture)
        for number, (each, capture) in enumerate(list(product(kinds, captures)) * 9, start=1)
    ]
    found = [None, SecurityResults(cvv2="M"), SecurityResults(cavv="2")]
    decided = [
        JournalDecision(
            each.request_id,
            Decision(response_code="00", approval_code="A00001", decided_by="atlas", reason="approved", results=results),
            500,
            None if number % 2 else 500,
        )
        for number, (each, results) in enumerate(zip(asked, found * len(asked), strict=False))
    ]
    journal.commit(Batch(requests=asked, decisions=decided), 11)
    journal.close()
    cipher, masked = vault.kept(ATLAS_CARD)
    for row, item in zip(named(tmp_path / JOURNAL_FILE, "request"), asked, strict=True):
        authorization = item.authorization
        assert row == {
            "id": item.request_id,
            "received_at_ms": 11,
            "line": "ascii",
            "message_class": authorization.message_class,
            **authorization.key._asdict(),
            "rrn": authorization.rrn,
            "merchant_id": authorization.merchant_id,
            "merchant_type": None,
            "pan_cipher": cipher,
            "pan_masked": masked,
            "transaction_type": authorization.transaction_type,
            "amount_minor": authorization.amount_minor,
            "currency": authorization.currency,
            "entry_mode": authorization.entry_mode,
            "channel": authorization.channel,
            "local_at": authorization.local_at,
            **dict.fromkeys(("issuer", "scheme", "product", "origin", "original_id")),
            "function": authorization.function,
            "capture": item.capture,
            "cash_back_minor": authorization.cash_back_minor,
            "advised_code": authorization.advised_code,
        }
    for decision_row, decision in zip(named(tmp_path / JOURNAL_FILE, "decision"), decided, strict=True):
        results = decision.decision.results
        assert decision_row == {
            "request_id": decision.request_id,
            "business_date": "2026-11-22",
            "decided_at_ms": 11,
            "response_code": "00",
            "approval_code": "A00001",
            "decided_by": "atlas",
            "reason": "approved",
            "approved_minor": 500,
            "captured_minor": decision.captured_minor,
            "authentication": None if results is None else results.authentication,
        }
