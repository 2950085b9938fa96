"""How the journal finds a request by its names: in one look at an index, whatever else is in there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from switch.data_folder.vault import Vault
from switch.journal.journal import JOURNAL_FILE, SqliteJournal
from switch.journal.reader import JournalReader
from switch.routing.memory.past import Reference, SameStan
from switch.transaction import ExchangeKey

KEY = ExchangeKey("504777", "TERM0001", "000001", "1122100000")
BY_STAN = "request_key (stan=? AND <expr>=?"
BY_RRN = "request_rrn (rrn=? AND <expr>=?)"


@pytest.mark.parametrize(
    ("look", "index"),
    [
        (lambda reader: reader.find(KEY), f"{BY_STAN} AND <expr>=?)"),
        (lambda reader: reader.of_stan(KEY, 600), f"{BY_STAN})"),
        (lambda reader: reader.find_named(SameStan("504777", "TERM0001", "000001", "SHOP", 100, "1122100000", None)), BY_STAN),
        (lambda reader: reader.find_named(Reference("R" * 12, "TERM0001", "SHOP", 100)), BY_RRN),
        (lambda reader: reader.find_hold(Reference("R" * 12, "TERM0001", "SHOP", None), "A00001"), BY_RRN),
    ],
    ids=["key", "STAN", "original by STAN", "original by RRN", "hold by RRN"],
)
def test_a_name_is_found_by_its_index(tmp_path: Path, look: Callable[[JournalReader], object], index: str) -> None:
    vault = Vault.open(tmp_path)
    SqliteJournal(tmp_path / JOURNAL_FILE, vault).close()
    db = sqlite3.connect(tmp_path / JOURNAL_FILE)
    statements: list[str] = []
    db.set_trace_callback(statements.append)
    look(JournalReader(db, vault))
    db.set_trace_callback(None)
    assert statements
    for sql in statements:
        steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert any(index in step for step in steps), steps
        assert not any(step.startswith("SCAN") for step in steps), steps
    db.close()
